package pack

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/unleak/unleak/internal/gittest"
)

func TestWalkRandomForests(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for range 30 {
		m, order := randomMaker(random, 1+random.IntN(60))
		p := open(t, m.entries(order...))
		r := newRecorder(t, p).walk(newTestWalker(t))
		if diff := cmp.Diff(m.contents(), r.byName()); diff != "" || len(r.failed) > 0 {
			t.Fatalf("failed: %v; contents:\n%s", r.failed, diff)
		}
		deltas := 0
		for _, b := range m.blobs {
			if b.entry.Type != gittest.Blob {
				deltas++
			}
		}
		if len(r.based) != deltas {
			t.Fatalf("%d objects have a base, want %d", len(r.based), deltas)
		}
	}
}

// deepPack is a trunk of deltas with a leaf and a branch at every step, large enough
// for budgets to matter.
func deepPack() *maker {
	m := &maker{}
	trunk := m.whole(strings.Repeat("a large root ", 2000))
	for n := range 30 {
		m.delta(trunk, text(n), false)
		side := m.delta(trunk, "side "+text(n), n%2 == 0)
		m.delta(side, "leaf", false)
		trunk = m.delta(trunk, "trunk "+text(n), n%3 == 0)
		m.delta(trunk, "late", false)
	}
	return m
}

// TestWalkDecodesOnce destroys every entry as soon as it was visited: who decodes one a
// second time, as a walk without a budget has to, fails.
func TestWalkDecodesOnce(t *testing.T) {
	m := deepPack()
	written := open(t, m.entries())
	for _, c := range []struct {
		budget int64
		whole  bool
	}{{1 << 30, true}, {0, false}} {
		p := &Pack{path: written.path, data: bytes.Clone(written.data), end: written.end, index: written.index}
		f := p.Forest()
		w := NewWalker(NewBudget(c.budget))
		w.Limit = 1 << 30
		r := newRecorder(t, p)
		r.each = func(o *Object) { clear(p.data[f.offsets[o.Slot]:f.offsets[o.Slot+1]]) }
		r.walk(w)
		if complete := len(r.contents) == len(m.blobs) && len(r.failed) == 0; complete != c.whole {
			t.Errorf("budget %d: %d visited, %d failed", c.budget, len(r.contents), len(r.failed))
		}
	}
}

func TestWalkTinyBudget(t *testing.T) {
	m := deepPack()
	p := open(t, m.entries())
	for _, limit := range []int64{0, 1, 40_000, 100_000} {
		w := NewWalker(NewBudget(limit))
		w.Limit = 1 << 20
		r := newRecorder(t, p).walk(w)
		if diff := cmp.Diff(m.contents(), r.byName()); diff != "" || len(r.failed) > 0 {
			t.Errorf("budget %d: failed %v\n%s", limit, r.failed, diff)
		}
		w.Close()
		if used := w.buffers.budget.used.Load(); used != 0 {
			t.Errorf("budget %d: %d bytes in use in the end", limit, used)
		}
		// The object, its base and its delta are always granted: here 32 KiB each.
		if peak := w.buffers.budget.Peak(); peak > limit+4*32<<10 {
			t.Errorf("budget %d: peak %d", limit, peak)
		}
	}
}

func TestWalkFailingEntries(t *testing.T) {
	m := &maker{}
	root := m.whole("the root of it all\n")
	child := m.delta(root, "child\n", false)
	grandchild := m.delta(child, "grandchild\n", true)
	other := m.delta(root, "other\n", false)
	alone := m.whole("another tree")
	break1 := func(e *gittest.PackEntry) { e.Data = gittest.Delta(3, 3, gittest.Insert("lie")) }
	for _, c := range []struct {
		name   string
		broken int
		harm   func(*gittest.PackEntry)
		failed []int
	}{
		{"the root", root, func(e *gittest.PackEntry) { e.Size = 5 }, []int{root, child, grandchild, other}},
		{"a child", child, break1, []int{child, grandchild}},
		{"a leaf", grandchild, break1, []int{grandchild}},
		{"the last tree", alone, func(e *gittest.PackEntry) { e.Raw = []byte("no zlib") }, []int{alone}},
		{"a lie about 2^50 bytes", other, func(e *gittest.PackEntry) { e.Size = 1 << 50 }, []int{other}},
		{"a result of 2^50 bytes", other, func(e *gittest.PackEntry) { e.Data = gittest.Delta(19, 1<<50, gittest.Copy(0, 19)) }, []int{other}},
	} {
		t.Run(c.name, func(t *testing.T) {
			entries := m.entries()
			entries[c.broken].ID, entries[c.broken].Raw = m.id(c.broken), nil
			c.harm(&entries[c.broken])
			p := open(t, entries)
			want := m.contents()
			wantFailed := map[uint32]bool{}
			for _, i := range c.failed {
				delete(want, m.id(i))
				wantFailed[uint32(i)] = true
			}
			r := newRecorder(t, p).walk(newTestWalker(t))
			if diff := cmp.Diff(want, r.byName()); diff != "" {
				t.Errorf("visited:\n%s", diff)
			}
			for slot, err := range r.failed {
				var base *BaseError
				if !wantFailed[slot] || errors.As(err, &base) != (slot != uint32(c.broken)) {
					t.Errorf("slot %d: %v", slot, err)
				}
			}
			if len(r.failed) != len(c.failed) {
				t.Errorf("failed: %v", r.failed)
			}
			// With another copy of the broken one, everything is there.
			w := newTestWalker(t)
			var asked []string
			w.External = func(id ID) (Kind, []byte, error) {
				asked = append(asked, id.String())
				return Blob, []byte(m.contents()[id.String()]), nil
			}
			r = newRecorder(t, p).walk(w)
			if c.name != "a result of 2^50 bytes" { // too large for any copy
				if diff := cmp.Diff(m.contents(), r.byName()); diff != "" || len(r.failed) > 0 {
					t.Errorf("with another copy failed %v; visited:\n%s", r.failed, diff)
				}
				if diff := cmp.Diff([]string{m.id(c.broken)}, asked); diff != "" {
					t.Errorf("asked for:\n%s", diff)
				}
			}
			// One of another kind is no copy.
			w.External = func(id ID) (Kind, []byte, error) { return Tree, []byte(m.contents()[id.String()]), nil }
			if r = newRecorder(t, p).walk(w); len(r.failed) != len(c.failed) {
				t.Errorf("with a copy of another kind failed: %v", r.failed)
			}
		})
	}
}

func TestWalkLimits(t *testing.T) {
	m := &maker{}
	large := m.whole(strings.Repeat("x", 5000))
	entries := m.entries()
	small := "small\n"
	entries = append(entries, gittest.PackEntry{Type: gittest.OffsetDelta, Base: large, ID: gittest.ObjectID("blob", []byte("xxx"+small)),
		Data: gittest.Delta(5000, uint64(3+len(small)), gittest.Copy(0, 3), gittest.Insert(small))})
	p := open(t, entries)
	t.Run("a small object on a base over the limit", func(t *testing.T) {
		w := newTestWalker(t)
		w.Limit = 1000
		r := newRecorder(t, p).walk(w)
		if !errors.Is(r.failed[0], ErrTooLarge) || r.sizes[0] != 5000 || r.contents[1] != "xxx"+small || len(r.based) > 0 {
			t.Errorf("failed %v %v, visited %v, bases %v", r.failed, r.sizes, r.contents, r.based)
		}
	})
	t.Run("a base over the budget too", func(t *testing.T) {
		w := NewWalker(NewBudget(1000))
		w.Limit = 1000
		r := newRecorder(t, p).walk(w)
		if !errors.Is(r.failed[0], ErrTooLarge) || r.sizes[0] != 5000 || !errors.Is(r.failed[1], ErrTooLarge) || r.sizes[1] != 0 {
			t.Errorf("failed %v %v", r.failed, r.sizes)
		}
	})
	t.Run("exactly the limit", func(t *testing.T) {
		w := newTestWalker(t)
		w.Limit = 5000
		if r := newRecorder(t, p).walk(w); len(r.failed) > 0 {
			t.Errorf("failed %v", r.failed)
		}
	})
}

func TestWalkWanted(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	for range 40 {
		m, order := randomMaker(random, 2+random.IntN(40))
		p := open(t, m.entries(order...))
		f := p.Forest()
		r := newRecorder(t, p)
		needed := map[uint32]bool{} // wanted, or a base of such
		for s := range uint32(f.Len()) {
			if r.unwanted[s] = random.IntN(3) > 0; !r.unwanted[s] {
				for b := s; b != none; b = f.base[b] {
					needed[b] = true
				}
			}
		}
		count := &countingVisitor{recorder: r}
		w := newTestWalker(t)
		// Breaking what need not be decoded must go unnoticed.
		for s := range uint32(f.Len()) {
			if !needed[s] {
				p = spoil(t, p, f.offsets[s], f.offsets[s+1])
			}
		}
		r.pack = p
		for _, root := range f.Roots() {
			if err := w.Tree(t.Context(), p, root, count); err != nil {
				t.Fatal(err)
			}
		}
		if len(r.failed) > 0 {
			t.Fatalf("failed: %v", r.failed)
		}
		for s := range uint32(f.Len()) {
			if _, visited := r.contents[s]; visited == r.unwanted[s] {
				t.Fatalf("slot %d is wanted: %v, visited: %v", s, !r.unwanted[s], visited)
			}
		}
		if count.asked > 8*f.Len() {
			t.Fatalf("%d questions for %d entries", count.asked, f.Len())
		}
	}
}

// countingVisitor counts how often it is asked.
type countingVisitor struct {
	*recorder
	asked int
}

func (c *countingVisitor) Wanted(slot uint32) bool { c.asked++; return c.recorder.Wanted(slot) }

// spoil returns a pack in memory like p, with garbage for the data of one entry.
func spoil(t *testing.T, p *Pack, from, to uint64) *Pack {
	t.Helper()
	e, err := p.entryAt(from)
	if err != nil {
		t.Fatal(err)
	}
	data := bytes.Clone(p.data)
	for i := from + uint64(e.header); i < to; i++ {
		data[i] = 0xff
	}
	return &Pack{path: p.path, data: data, end: p.end, index: p.index}
}

// TestWalkWantedDeep: a long chain of which the last is wanted costs no square.
func TestWalkWantedDeep(t *testing.T) {
	m := &maker{}
	last := m.whole("root")
	for range 1500 {
		last = m.delta(last, ".", false)
	}
	p := open(t, m.entries())
	r := newRecorder(t, p)
	for s := range last {
		r.unwanted[uint32(s)] = true
	}
	count := &countingVisitor{recorder: r}
	if err := newTestWalker(t).Tree(t.Context(), p, 0, count); err != nil || len(r.contents) != 1 || count.asked > 4*last {
		t.Errorf("%v, %d visited, %d questions", err, len(r.contents), count.asked)
	}
}

// TestWalkEntryOfTwoNames: the second name is damage, the entry under the first and its deltas are not.
func TestWalkEntryOfTwoNames(t *testing.T) {
	m := &maker{}
	root := m.whole("root")
	m.delta(root, "child", false)
	m.whole("another")
	p := open(t, m.entries(), func(x *gittest.Index) {
		at := func(i int) int {
			return slices.IndexFunc(x.Entries, func(e gittest.IndexEntry) bool { return e.ID == m.id(i) })
		}
		x.Entries[at(2)].Offset = x.Entries[at(root)].Offset
	})
	r := newRecorder(t, p).walk(newTestWalker(t))
	if r.contents[0] != "root" || r.contents[2] != "rootchild" || len(r.failed) > 0 || len(p.Forest().Damaged()) != 1 {
		t.Errorf("visited %v, failed %v, damaged %v", r.contents, r.failed, p.Forest().Damaged())
	}
}

// TestWalkChecksSums: without a CRC of the packed bytes, or with one that does not match, the stream's
// own checksum decides.
func TestWalkChecksSums(t *testing.T) {
	for _, c := range []struct {
		name     string
		sum, crc bool // right
		version  int
		want     bool
	}{
		{"all right", true, true, 2, true},
		{"wrong CRC", true, false, 2, true},
		{"both wrong", false, false, 2, false},
		{"no CRC", true, true, 1, true},
		{"no CRC, wrong checksum", false, true, 1, false},
	} {
		raw := gittest.Deflate([]byte("content"))
		if !c.sum {
			raw[len(raw)-1] ^= 1
		}
		p := open(t, []gittest.PackEntry{{Type: gittest.Blob, Size: 7, Raw: raw, ID: strings.Repeat("ab", 20)}}, func(x *gittest.Index) {
			x.Version = c.version
			if !c.crc {
				x.Entries[0].CRC++
			}
		})
		if r := newRecorder(t, p).walk(newTestWalker(t)); (len(r.failed) == 0) != c.want {
			t.Errorf("%s: visited %v, failed %v", c.name, r.contents, r.failed)
		}
	}
}

func TestWalkVisitorPanics(t *testing.T) {
	m := &maker{}
	root := m.whole("root")
	child := m.delta(root, "child", false)
	m.delta(child, "grandchild", false)
	p := open(t, m.entries())
	r := newRecorder(t, p)
	r.panics[uint32(child)] = true
	r.walk(newTestWalker(t))
	if err := r.failed[1]; len(r.failed) != 1 || !errors.Is(err, ErrVisitor) || !strings.Contains(err.Error(), "as the test asks") {
		t.Errorf("failed: %v", r.failed)
	}
	if _, based := r.based[2]; r.contents[2] != "rootchildgrandchild" || based {
		t.Errorf("grandchild is %q, has a visited base: %v", r.contents[2], based)
	}
}

func TestWalkStopsWithContext(t *testing.T) {
	m := deepPack()
	p := open(t, m.entries())
	ctx, cancel := context.WithCancel(t.Context())
	r := newRecorder(t, p)
	r.each = func(*Object) {
		if len(r.contents) == 10 {
			cancel()
		}
	}
	if err := newTestWalker(t).Tree(ctx, p, 0, r); !errors.Is(err, context.Canceled) || len(r.contents) > 12 {
		t.Errorf("%v after %d objects", err, len(r.contents))
	}
}

func TestWalkExternalRoots(t *testing.T) {
	base := "a base that is elsewhere\n"
	for _, content := range []string{base, ""} {
		m := &maker{}
		outside := m.whole(content)
		first := m.delta(outside, "first", true)
		second := m.delta(first, "second", false)
		p := open(t, m.entries(first, second))
		f := p.Forest()
		f.SetKind(f.External()[0], Blob)
		w := newTestWalker(t)
		w.External = func(id ID) (Kind, []byte, error) {
			if id.String() != m.id(outside) {
				return 0, nil, errors.New("another id is asked for")
			}
			return Blob, append([]byte(nil), content...), nil
		}
		r := newRecorder(t, p).walk(w)
		if r.contents[0] != content+"first" || r.contents[1] != content+"firstsecond" || len(r.based) != 1 {
			t.Errorf("contents %v, bases %v, failed %v", r.contents, r.based, r.failed)
		}
		w.External = nil
		r = newRecorder(t, p).walk(w)
		if !errors.Is(r.failed[0], ErrBaseMissing) || !errors.Is(r.failed[1], ErrBaseMissing) {
			t.Errorf("without external objects: %v", r.failed)
		}
		cause := errors.New("the disk is on fire")
		w.External = func(ID) (Kind, []byte, error) { return 0, nil, cause }
		if r = newRecorder(t, p).walk(w); !errors.Is(r.failed[0], cause) || !errors.Is(r.failed[1], cause) {
			t.Errorf("with failing external objects: %v", r.failed)
		}
	}
}
