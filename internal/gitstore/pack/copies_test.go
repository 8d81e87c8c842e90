package pack

import (
	"bytes"
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

func TestMapCopies(t *testing.T) {
	gone := func(offset, length int) Splice { return Splice{Offset: offset, Length: length} }
	as := func(offset, length int, with string) Splice { return Splice{offset, length, []byte(with)} }
	whole := []Copy{{0, 0, 100}}
	for name, c := range map[string]struct {
		copies       []Copy
		base, target []Splice
		want         []Copy
	}{
		"no splices":                        {[]Copy{{3, 7, 5}, {20, 1, 2}}, nil, nil, []Copy{{3, 7, 5}, {20, 1, 2}}},
		"the same removal":                  {whole, []Splice{gone(10, 5)}, []Splice{gone(10, 5)}, []Copy{{0, 0, 95}}},
		"the same replacement":              {whole, []Splice{as(10, 5, "longer text")}, []Splice{as(10, 5, "longer text")}, []Copy{{0, 0, 106}}},
		"another text for the same":         {whole, []Splice{as(10, 5, "this")}, []Splice{as(10, 5, "that")}, []Copy{{0, 0, 10}, {14, 14, 85}}},
		"the same in another length":        {whole, []Splice{gone(10, 6)}, []Splice{gone(10, 5)}, []Copy{{0, 0, 10}, {11, 10, 84}}},
		"in the base only":                  {whole, []Splice{gone(10, 5)}, nil, []Copy{{0, 0, 10}, {15, 10, 85}}},
		"in the target only":                {whole, nil, []Splice{as(10, 5, "x")}, []Copy{{0, 0, 10}, {11, 15, 85}}},
		"an insertion into both":            {whole, []Splice{as(10, 0, "new")}, []Splice{as(10, 0, "new")}, []Copy{{0, 0, 103}}},
		"an insertion into one":             {whole, nil, []Splice{as(10, 0, "new")}, []Copy{{0, 0, 10}, {13, 10, 90}}},
		"an insertion at both ends":         {whole, nil, []Splice{as(0, 0, "new"), as(100, 0, "new")}, []Copy{{3, 0, 100}}},
		"all of it":                         {whole, []Splice{gone(0, 100)}, nil, nil},
		"what spans two copies":             {[]Copy{{0, 50, 10}, {10, 0, 10}}, nil, []Splice{gone(5, 10)}, []Copy{{0, 50, 5}, {5, 5, 5}}},
		"the base's beyond the copy":        {[]Copy{{10, 20, 10}}, []Splice{gone(0, 20), gone(30, 5)}, nil, []Copy{{10, 0, 10}}},
		"the same, moved with the copy":     {[]Copy{{30, 10, 20}}, []Splice{as(15, 2, "abc")}, []Splice{gone(0, 1), as(35, 2, "abc")}, []Copy{{29, 10, 21}}},
		"the same, but not inside the copy": {[]Copy{{0, 0, 12}, {12, 50, 5}}, []Splice{gone(10, 5)}, []Splice{gone(10, 5)}, []Copy{{0, 0, 10}, {10, 48, 2}}},
		"what lies between is removed":      {[]Copy{{0, 0, 10}, {15, 10, 10}}, nil, []Splice{gone(10, 5)}, []Copy{{0, 0, 20}}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := gocmp.Diff(c.want, MapCopies(nil, c.copies, c.base, c.target)); diff != "" {
				t.Error(diff)
			}
			before := []Copy{{-3, -3, 3}} // nothing is joined to it
			if got := MapCopies(before, c.copies, c.base, c.target); len(got) != 1+len(c.want) || got[0] != before[0] {
				t.Errorf("appended to what was there: %v", got)
			}
		})
	}
}

// TestManySplicesOneCopy: a tree of which every entry changes as it does in its base stays a copy of it.
func TestManySplicesOneCopy(t *testing.T) {
	var splices []Splice
	for i := range 1000 {
		splices = append(splices, Splice{Offset: 40*i + 8, Length: 20, With: bytes.Repeat([]byte{byte(i)}, 20)})
	}
	got := MapCopies(nil, []Copy{{0, 0, 40000}}, splices, splices)
	if diff := gocmp.Diff([]Copy{{0, 0, 40000}}, got); diff != "" {
		t.Error(diff)
	}
}

// edit is a content made from another.
type edit struct {
	base, target []byte
	copies       []Copy
}

// randomEdit makes a content from a base by copies, over few letters so that chance matches occur.
func randomEdit(random *rand.Rand, base []byte) edit {
	e := edit{base: base}
	for range random.IntN(8) {
		for range random.IntN(4) * random.IntN(100) {
			e.target = append(e.target, 'a'+byte(random.IntN(3)))
		}
		if len(base) > 0 {
			from := random.IntN(len(base))
			n := 1 + random.IntN(len(base)-from)
			e.copies = append(e.copies, Copy{len(e.target), from, n})
			e.target = append(e.target, base[from:from+n]...)
		}
	}
	return e
}

func randomText(random *rand.Rand, n int) []byte {
	text := make([]byte, n)
	for i := range text {
		text[i] = 'a' + byte(random.IntN(3))
	}
	return text
}

// randomSplices returns splices of a content of n bytes.
func randomSplices(random *rand.Rand, n int) []Splice {
	var splices []Splice
	for at := random.IntN(20); at <= n; at += random.IntN(40) {
		s := Splice{at, random.IntN(min(n-at, 9) + 1), randomText(random, random.IntN(5))}
		splices = append(splices, s)
		at = s.end()
	}
	return splices
}

// follow gives base splices that match those of the target where a copy has them.
func follow(random *rand.Rand, e edit, splices []Splice) []Splice {
	var followed []Splice
	for _, s := range splices {
		for _, c := range e.copies {
			if c.At <= s.Offset && s.end() <= c.At+c.Len && random.IntN(4) > 0 {
				followed = append(followed, Splice{s.Offset - c.At + c.Base, s.Length, s.With})
			}
		}
	}
	slices.SortStableFunc(followed, func(a, b Splice) int { return cmp.Compare(a.Offset, b.Offset) })
	var apart []Splice
	for _, s := range followed {
		if len(apart) == 0 || apart[len(apart)-1].end() < s.Offset {
			apart = append(apart, s)
		}
	}
	return apart
}

// checkCopies verifies that target is made from base by copies, sorted and none adjoining.
func checkCopies(t *testing.T, what string, base, target []byte, copies []Copy) {
	t.Helper()
	written := 0
	for i, c := range copies {
		if c.At < written || c.Len <= 0 || !bytes.Equal(target[c.At:c.At+c.Len], base[c.Base:c.Base+c.Len]) {
			t.Fatalf("%s: copy %d, %v, is none of %q in %q", what, i, c, base, target)
		}
		if i > 0 && copies[i-1].At+copies[i-1].Len == c.At && copies[i-1].Base+copies[i-1].Len == c.Base {
			t.Fatalf("%s: copies %v and %v adjoin", what, copies[i-1], c)
		}
		written = c.At + c.Len
	}
}

// checkMirror verifies all that is done with the copies of one edit and some splices.
func checkMirror(t *testing.T, e edit, baseSplices, targetSplices []Splice) {
	t.Helper()
	base := AppendSpliced(nil, e.base, baseSplices)
	target := AppendSpliced([]byte("before"), e.target, targetSplices)[len("before"):]
	copies := MapCopies(nil, e.copies, baseSplices, targetSplices)
	checkCopies(t, "mapped", base, target, copies)
	checkDelta(t, base, target, copies)
	kept := 0 // bytes that neither side changes stay copied
	for _, c := range e.copies {
		for i := range c.Len {
			if !covered(targetSplices, c.At+i) && !covered(baseSplices, c.Base+i) {
				kept++
			}
		}
	}
	total := 0
	for _, c := range copies {
		total += c.Len
	}
	if total < kept {
		t.Errorf("%d bytes are copied of %d that did not change", total, kept)
	}
}

func covered(splices []Splice, at int) bool {
	return slices.ContainsFunc(splices, func(s Splice) bool { return s.Offset <= at && at < s.end() })
}

// checkDelta verifies that a delta written from copies gives the target back.
func checkDelta(t *testing.T, base, target []byte, copies []Copy) {
	t.Helper()
	delta, err := ParseDelta(AppendDelta(nil, len(base), target, copies))
	if err != nil {
		t.Fatal(err)
	}
	if err := delta.Check(len(base)); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, delta.ResultSize)
	if _, err := delta.Apply(got, base, nil); err != nil || !bytes.Equal(got, target) {
		t.Fatalf("the delta gives %q for %q: %v", got, target, err)
	}
}

func TestMirror(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for range 3000 {
		grand := randomText(random, random.IntN(400))
		inner := randomEdit(random, grand)
		outer := randomEdit(random, inner.target)
		composed := ComposeCopies(nil, outer.copies, inner.copies)
		checkCopies(t, "composed", grand, outer.target, composed)
		checkDelta(t, grand, outer.target, composed)
		targetSplices := randomSplices(random, len(outer.target))
		checkMirror(t, outer, randomSplices(random, len(outer.base)), targetSplices)
		checkMirror(t, outer, follow(random, outer, targetSplices), targetSplices)
	}
}

func FuzzMirror(f *testing.F) {
	f.Add(uint64(1), uint64(2), 100)
	f.Fuzz(func(t *testing.T, a, b uint64, n int) {
		random := rand.New(rand.NewPCG(a, b))
		inner := randomEdit(random, randomText(random, max(n, 0)%5000))
		outer := randomEdit(random, inner.target)
		checkCopies(t, "composed", inner.base, outer.target, ComposeCopies(nil, outer.copies, inner.copies))
		splices := randomSplices(random, len(outer.target))
		checkMirror(t, outer, follow(random, outer, splices), splices)
		checkMirror(t, outer, randomSplices(random, len(outer.base)), splices)
	})
}

// TestAppendDelta: large copies and inserts are cut into instructions, short copies are inserted, and what
// an instruction says of large offsets is read back.
func TestAppendDelta(t *testing.T) {
	base := bytes.Repeat([]byte("0123456789abcdef"), 1<<14)
	for name, c := range map[string]struct {
		target string
		copies []Copy
		size   int
	}{
		"nothing":            {"", nil, 3 + 1},
		"all of the base":    {string(base), []Copy{{0, 0, len(base)}}, 3 + 3 + 1 + 2*3},
		"a copy of 64 KiB":   {string(base[:1<<16]), []Copy{{0, 0, 1 << 16}}, 3 + 3 + 1},
		"one byte":           {string(base[:1]), []Copy{{0, 0, 1}}, 3 + 1 + 2},
		"a short copy":       {"xx" + string(base[0x10203:0x10203+5]), []Copy{{2, 0x10203, 5}}, 3 + 1 + 1 + 7},
		"one between others": {"xx" + string(base[0x10203:0x10203+5]) + "yy", []Copy{{2, 0x10203, 5}}, 3 + 1 + 1 + 9},
		"one just long":      {"xx" + string(base[0x10203:0x10203+6]), []Copy{{2, 0x10203, 6}}, 3 + 1 + 3 + 5},
		"a long insert":      {string(bytes.Repeat([]byte{'x'}, 300)), nil, 3 + 2 + 300 + 3},
		"an insert of 127":   {string(bytes.Repeat([]byte{'x'}, 127)), nil, 3 + 1 + 128},
		"a copy and its end": {string(base[:1<<16+2]), []Copy{{0, 0, 1<<16 + 2}}, 3 + 3 + 1 + 3},
	} {
		t.Run(name, func(t *testing.T) {
			checkDelta(t, base, []byte(c.target), c.copies)
			if delta := AppendDelta(nil, len(base), []byte(c.target), c.copies); len(delta) != c.size {
				t.Errorf("%d bytes and not %d: % x", len(delta), c.size, delta[:min(len(delta), 20)])
			}
		})
	}
}

func TestCopyInstruction(t *testing.T) {
	for _, offset := range []int{0, 1, 0xff, 0x100, 0x10000, 0x1000000, 0xffffffff, 0x80000001} {
		for _, size := range []int{1, 0xff, 0x100, 0xffff, maxCopySize} {
			data := appendCopyInstruction(nil, offset, size)
			op, rest, err := Delta{}.Next(data)
			if err != nil || len(rest) > 0 || op.Insert != nil || op.Offset != offset || op.Size != size {
				t.Errorf("%d bytes from %d: read as %d from %d, %v", size, offset, op.Size, op.Offset, err)
			}
		}
	}
}
