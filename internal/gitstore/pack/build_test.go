package pack

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/unleak/unleak/internal/gittest"
)

// line is one object of an index, for comparisons.
type line struct {
	ID     string
	CRC    uint32
	Offset uint64
}

func lines(x *Index) []line {
	var all []line
	for i := range x.Count() {
		offset, _ := x.Offset(i)
		crc, _ := x.CRC(i)
		all = append(all, line{x.ID(i).String(), crc, offset})
	}
	return all
}

func TestBuildIndex(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 12))
	for range 20 {
		m, order := randomMaker(random, 1+random.IntN(60))
		entries := m.entries(order...)
		data := gittest.EncodePack(entries)
		want, err := ParseIndex(gittest.NewIndex(entries, data).Encode())
		if err != nil {
			t.Fatal(err)
		}
		p := openFiles(t, data, nil)
		if diff := cmp.Diff(lines(want), lines(p.Index())); diff != "" || p.IndexProblem != nil {
			t.Fatalf("%v\n%s", p.IndexProblem, diff)
		}
	}
}

func flip(data []byte, at int) []byte {
	flipped := slices.Clone(data)
	flipped[at] ^= 0x10
	return flipped
}

// TestBuildIndexLongChain: a chain of deltas by id, each behind the one it needs or before
// it, takes one walk.
func TestBuildIndexLongChain(t *testing.T) {
	m := &maker{}
	order := []int{m.whole("root")}
	for range 2000 {
		order = append(order, m.delta(order[len(order)-1], ".", true))
	}
	slices.Reverse(order)
	p := openFiles(t, gittest.EncodePack(m.entries(order...)), nil)
	if p.Index().Count() != len(order) || p.IndexProblem != nil {
		t.Errorf("%d of %d named: %v", p.Index().Count(), len(order), p.IndexProblem)
	}
	if r := newRecorder(t, p).walk(newTestWalker(t)); len(r.contents) != len(order) {
		t.Errorf("%d of %d visited", len(r.contents), len(order))
	}
}

// TestBuildIndexOfDuplicates: deltas that wait for an object which is there twice have one base.
func TestBuildIndexOfDuplicates(t *testing.T) {
	m := &maker{}
	root := m.whole("root")
	twice := m.delta(root, "twice", false)
	m.delta(root, "twice", false)
	m.delta(m.delta(twice, "first", true), "below", false)
	m.delta(twice, "second", true)
	m.whole("root")
	entries := m.entries()
	data := gittest.EncodePack(entries)
	want, err := ParseIndex(gittest.NewIndex(entries, data).Encode())
	if err != nil {
		t.Fatal(err)
	}
	p := openFiles(t, data, nil)
	byOffset := func(x *Index) []line {
		all := lines(x)
		slices.SortFunc(all, func(a, b line) int { return int(a.Offset) - int(b.Offset) })
		return all
	}
	if diff := cmp.Diff(byOffset(want), byOffset(p.Index())); diff != "" || p.IndexProblem != nil {
		t.Errorf("%v\n%s", p.IndexProblem, diff)
	}
}

func TestBuildIndexOfDamagedPacks(t *testing.T) {
	m := &maker{}
	for n := range 10 {
		m.delta(m.whole(text(n)), "more", n%2 == 0)
	}
	entries := m.entries()
	data := gittest.EncodePack(entries)
	sorted := lines(openFiles(t, data, nil).Index())
	slices.SortFunc(sorted, func(a, b line) int { return int(a.Offset) - int(b.Offset) })
	// named checks that of the entries the first ones, but those left out, are in the index.
	named := func(t *testing.T, p *Pack, first int, without ...int) {
		t.Helper()
		var want []string
		for i, l := range sorted[:first] {
			if !slices.Contains(without, i) {
				want = append(want, l.ID)
			}
		}
		slices.Sort(want)
		var got []string
		for _, l := range lines(p.Index()) {
			got = append(got, l.ID)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("named:\n%s", diff)
		}
		if p.IndexProblem == nil {
			t.Error("no problem is reported")
		}
	}
	t.Run("cut off in the middle", func(t *testing.T) {
		named(t, openFiles(t, data[:sorted[13].Offset+3+20], nil), 13)
	})
	t.Run("cut off between entries", func(t *testing.T) {
		named(t, openFiles(t, data[:sorted[13].Offset+20], nil), 13)
	})
	t.Run("header only", func(t *testing.T) { named(t, openFiles(t, data[:32], nil), 0) })
	t.Run("a damaged stream hides what follows", func(t *testing.T) {
		harmed := slices.Clone(data)
		clear(harmed[sorted[7].Offset+1 : sorted[8].Offset])
		named(t, openFiles(t, harmed, nil), 7)
	})
	t.Run("count too low", func(t *testing.T) {
		harmed := slices.Clone(data)
		binary.BigEndian.PutUint32(harmed[8:], 5)
		named(t, openFiles(t, harmed, nil), 5)
	})
	t.Run("a delta that lies", func(t *testing.T) {
		lying := m.entries()
		lying[1].Raw, lying[1].Data = nil, gittest.Delta(3, 3, gittest.Insert("lie"))
		p := openFiles(t, gittest.EncodePack(lying), nil)
		if p.Index().Count() != 19 || p.IndexProblem == nil {
			t.Errorf("%d named, %v", p.Index().Count(), p.IndexProblem)
		}
	})
	t.Run("thin", func(t *testing.T) {
		thin := &maker{}
		outside := thin.whole("elsewhere")
		thin.whole("here")
		thin.delta(thin.delta(outside, "x", true), "y", false)
		p := openFiles(t, gittest.EncodePack(thin.entries(1, 2, 3)), nil)
		if p.Index().Count() != 1 || p.IndexProblem == nil || !strings.Contains(p.IndexProblem.Error(), "2 of 3") {
			t.Errorf("%d named, %v", p.Index().Count(), p.IndexProblem)
		}
	})
	t.Run("cut off, with its index", func(t *testing.T) {
		index := gittest.NewIndex(entries, data).Encode()
		p := openFiles(t, data[:sorted[13].Offset+20], index)
		if p.Index().Count() != len(sorted) || p.IndexProblem == nil {
			t.Fatalf("%d in the index, %v", p.Index().Count(), p.IndexProblem)
		}
		r := newRecorder(t, p).walk(newTestWalker(t))
		if lost := len(p.Forest().Damaged()) + len(r.failed); len(r.contents)+lost != len(sorted) || len(r.contents) < 12 {
			t.Errorf("%d visited, %d lost", len(r.contents), lost)
		}
	})
	t.Run("index of another pack", func(t *testing.T) {
		other := &maker{}
		for n := range 20 {
			other.whole(text(1000 + n))
		}
		more := other.entries()
		p := openFiles(t, data, gittest.NewIndex(more, gittest.EncodePack(more)).Encode())
		if diff := cmp.Diff(lines(openFiles(t, data, nil).Index()), lines(p.Index())); diff != "" || p.IndexProblem == nil {
			t.Errorf("%v\n%s", p.IndexProblem, diff)
		}
	})
}

// TestBuildIndexOfHostilePacks: nothing but the good objects gets a name, and no giant
// size is believed.
func TestBuildIndexOfHostilePacks(t *testing.T) {
	const good = "a sound blob, not too short to copy from\n"
	for _, hostile := range gittest.HostilePacks(good) {
		p := openFiles(t, gittest.EncodePack(hostile.Entries), nil)
		for _, l := range lines(p.Index()) {
			if l.ID != gittest.ObjectID("blob", []byte(good)) && l.ID != gittest.ObjectID("blob", []byte(good+"\n")) {
				t.Errorf("%s: %s is named", hostile.Name, l.ID)
			}
		}
		if p.IndexProblem == nil {
			t.Errorf("%s: no problem is reported", hostile.Name)
		}
	}
}

func TestOpenErrors(t *testing.T) {
	sound := gittest.EncodePack(nil)
	version9 := slices.Clone(sound)
	version9[7] = 9
	for name, data := range map[string][]byte{
		"empty": {}, "short": sound[:31], "no pack": bytes.Repeat([]byte("x"), 100), "version 9": version9,
	} {
		if p, err := Open(writeFiles(t, data, nil)); err == nil {
			p.Close()
			t.Errorf("%s: no error", name)
		}
	}
	if p := openFiles(t, sound, nil); p.Index().Count() != 0 || p.IndexProblem != nil || p.Forest().Len() != 0 {
		t.Errorf("a pack without objects has %d: %v", p.Index().Count(), p.IndexProblem)
	}
	dir := filepath.Join(t.TempDir(), "x.pack")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{dir, dir + "/none.pack"} {
		if _, err := Open(path); err == nil {
			t.Errorf("%s: no error", path)
		}
	}
}

// FuzzPack opens any bytes as a pack without an index, walks it and reads every object.
func FuzzPack(f *testing.F) {
	m := &maker{}
	m.delta(m.whole("root of the seed\n"), "delta\n", true)
	m.delta(0, "by offset\n", false)
	f.Add(gittest.EncodePack(m.entries()))
	f.Add(gittest.EncodePack(m.entries(1, 0, 2)))
	f.Fuzz(func(t *testing.T, data []byte) {
		p := &Pack{path: "fuzzed.pack", data: data}
		if p.parseHeader() != nil {
			return
		}
		index, err := p.buildIndex()
		if err != nil {
			t.Fatal(err)
		}
		p.index = index
		w := NewWalker(NewBudget(1 << 20))
		w.Limit = 1 << 20
		r := newRecorder(t, p).walk(w)
		reader := NewReader(1 << 20)
		for slot, content := range r.contents {
			_, again, err := reader.Read(p, p.Forest().Position(slot), nil)
			if err != nil || string(again) != content || gittest.ObjectID(r.kinds[slot].String(), again) != index.ID(p.Forest().Position(slot)).String() {
				t.Fatalf("slot %d is visited as %q and read as %q, %v", slot, content, again, err)
			}
		}
	})
}

// FuzzPackWithIndex has an index lie about a sound pack.
func FuzzPackWithIndex(f *testing.F) {
	m := &maker{}
	m.delta(m.whole("root of the seed\n"), "delta\n", true)
	m.delta(0, "by offset\n", false)
	entries := m.entries()
	data := gittest.EncodePack(entries)
	f.Add(data, gittest.NewIndex(entries, data).Encode())
	f.Fuzz(func(t *testing.T, data, idx []byte) {
		p := &Pack{path: "fuzzed.pack", data: data}
		index, err := ParseIndex(idx)
		if err != nil || p.parseHeader() != nil {
			return
		}
		p.index = index
		w := NewWalker(NewBudget(1 << 20))
		w.Limit = 1 << 20
		r := newRecorder(t, p).walk(w)
		if met := len(r.contents) + len(r.failed) + len(p.Forest().Damaged()); met != index.Count() {
			t.Fatalf("%d of %d entries are accounted for", met, index.Count())
		}
		reader := NewReader(1 << 20)
		for position := range index.Count() {
			reader.Read(p, position, nil)
			reader.Stat(p, position)
		}
	})
}
