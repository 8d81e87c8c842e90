package pack

import (
	stdcmp "cmp"
	"errors"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/unleak/unleak/internal/gittest"
)

// TestForestSize holds the memory that package documentation promises.
func TestForestSize(t *testing.T) {
	bytes := uintptr(0)
	for field := range reflect.TypeFor[Forest]().Fields() {
		switch field.Name {
		case "offsets", "positions", "first", "sibling", "base", "kinds":
			bytes += field.Type.Elem().Size()
		}
	}
	if bytes != 25 {
		t.Errorf("the forest takes %d bytes an entry, want 25", bytes)
	}
}

// randomMaker makes a random forest, deltas by offset and by id, also forward ones.
func randomMaker(random *rand.Rand, count int) (*maker, []int) {
	m := &maker{}
	for n := range count {
		if n == 0 || random.IntN(4) == 0 {
			m.whole(text(n))
			continue
		}
		m.delta(random.IntN(n), text(n), random.IntN(2) == 0)
	}
	// Shuffled, yet deltas by offset behind their bases.
	order := random.Perm(count)
	for moved := true; moved; {
		moved = false
		for at, i := range order {
			e := m.blobs[i].entry
			if base := slices.Index(order, e.Base); e.Type == gittest.OffsetDelta && base > at {
				order[at], order[base] = order[base], order[at]
				moved = true
			}
		}
	}
	return m, order
}

func TestForestOfRandomPacks(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 30 {
		m, order := randomMaker(random, 1+random.IntN(60))
		p := open(t, m.entries(order...))
		f := p.Forest()
		if len(f.Damaged()) > 0 || len(f.External()) > 0 {
			t.Fatalf("sound pack has damage %v, external %v", f.Damaged(), f.External())
		}
		seen := map[uint32]bool{}
		for _, root := range f.Roots() {
			for s := range f.Tree(root) {
				if base := f.base[s]; seen[s] || s != root && !seen[base] {
					t.Fatalf("slot %d comes twice or before its base %d", s, base)
				}
				seen[s] = true
				if f.Kind(s) != Blob {
					t.Fatalf("slot %d is a %s", s, f.Kind(s))
				}
			}
		}
		if len(seen) != len(order) || f.Len() != len(order) {
			t.Fatalf("%d of %d entries are in a tree", len(seen), len(order))
		}
		for slot, i := range order {
			if got := p.Index().ID(f.Position(uint32(slot))).String(); got != m.id(i) {
				t.Fatalf("slot %d is %s, want %s", slot, got, m.id(i))
			}
			position, ok := f.positionAt(f.offsets[slot])
			if !ok || position != f.Position(uint32(slot)) {
				t.Fatalf("entry %d is found at position %d, %v", slot, position, ok)
			}
			base := none
			if e := m.blobs[i].entry; e.Type != gittest.Blob {
				base = uint32(slices.Index(order, indexOfBase(m, e)))
			}
			if f.base[slot] != base {
				t.Fatalf("slot %d has base %d, want %d", slot, f.base[slot], base)
			}
		}
	}
}

func indexOfBase(m *maker, e gittest.PackEntry) int {
	if e.Type == gittest.OffsetDelta {
		return e.Base
	}
	return slices.IndexFunc(m.blobs, func(b blob) bool { return gittest.ObjectID("blob", []byte(b.content)) == e.BaseID })
}

// TestForestTreeStops: a loop over a tree can be left.
func TestForestTreeStops(t *testing.T) {
	m := &maker{}
	root := m.whole("root")
	m.delta(m.delta(root, "child", false), "grandchild", false)
	var met []uint32
	for s := range open(t, m.entries()).Forest().Tree(0) {
		if met = append(met, s); len(met) == 2 {
			break
		}
	}
	if diff := cmp.Diff([]uint32{0, 1}, met); diff != "" {
		t.Error(diff)
	}
}

func TestForestDamage(t *testing.T) {
	bad := func(n byte) string { return strings.Repeat(string("abcd"[n]), 40) }
	sound := gittest.Delta(4, 5, gittest.Insert("sound"))
	root := gittest.PackEntry{Type: gittest.Blob, Data: []byte("root")}
	byID := func(id, base string) gittest.PackEntry {
		return gittest.PackEntry{Type: gittest.RefDelta, BaseID: base, ID: id, Data: sound}
	}
	for _, c := range []struct {
		name     string
		entries  []gittest.PackEntry
		edit     func(*gittest.Index)
		damaged  map[uint32]string
		external []uint32
	}{
		{"circle of two", []gittest.PackEntry{root, byID(bad(0), bad(1)), byID(bad(1), bad(0))}, nil,
			map[uint32]string{1: "no whole object", 2: "no whole object"}, nil},
		{"circle of one, and a child", []gittest.PackEntry{root, byID(bad(0), bad(0)), byID(bad(1), bad(0))}, nil,
			map[uint32]string{1: "no whole object", 2: "no whole object"}, nil},
		{"external root with a child", []gittest.PackEntry{root, byID(bad(0), bad(3)), byID(bad(1), bad(0))}, nil, nil, []uint32{1}},
		{"unknown type, and a child", []gittest.PackEntry{root, {Type: 5, ID: bad(0)}, byID(bad(1), bad(0))}, nil,
			map[uint32]string{1: "unknown type", 2: "no whole object"}, nil},
		{"base before the pack", []gittest.PackEntry{root, {Type: gittest.OffsetDelta, Distance: 1 << 40, Data: sound, ID: bad(0)}}, nil,
			map[uint32]string{1: "outside the pack"}, nil},
		{"base inside an entry", []gittest.PackEntry{root, {Type: gittest.OffsetDelta, Distance: 3, Data: sound, ID: bad(0)}}, nil,
			map[uint32]string{1: "no entry begins"}, nil},
		{"entry outside the pack", []gittest.PackEntry{root, {Type: gittest.Blob, Data: []byte("b")}},
			func(x *gittest.Index) { x.Entries[0].Offset = 1 << 30 }, map[uint32]string{1: "outside the pack"}, nil},
		{"entry in the header", []gittest.PackEntry{root, {Type: gittest.Blob, Data: []byte("b")}},
			func(x *gittest.Index) { x.Entries[0].Offset = 5 }, map[uint32]string{0: "outside the pack"}, nil},
		{"one entry, two names", []gittest.PackEntry{root, {Type: gittest.Blob, Data: []byte("b")}},
			func(x *gittest.Index) { x.Entries[0].Offset = x.Entries[1].Offset }, map[uint32]string{1: "two names"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			edit := c.edit
			if edit == nil {
				edit = func(*gittest.Index) {}
			}
			f := open(t, c.entries, edit).Forest()
			damaged := map[uint32]string{}
			for _, d := range f.Damaged() {
				damaged[d.Slot] = d.Err.Error()
				var damage *DamageError
				if !errors.As(d.Err, &damage) {
					t.Errorf("slot %d: %T is no DamageError", d.Slot, d.Err)
				}
			}
			if len(damaged) != len(c.damaged) {
				t.Errorf("damaged: %v, want %v", damaged, c.damaged)
			}
			for slot, want := range c.damaged {
				if !strings.Contains(damaged[slot], want) {
					t.Errorf("slot %d: %q, want %q", slot, damaged[slot], want)
				}
			}
			var external []uint32
			for _, e := range f.External() {
				external = append(external, e.Slot)
				f.SetKind(e, Tag)
				for s := range f.Tree(e.Slot) {
					if f.Kind(s) != Tag {
						t.Errorf("slot %d under an external root of tags is a %s", s, f.Kind(s))
					}
				}
			}
			if diff := cmp.Diff(c.external, external); diff != "" {
				t.Errorf("external roots:\n%s", diff)
			}
		})
	}
}

// TestForestSortsWideOffsets goes the way for packs whose offsets and positions do
// not fit one word together.
func TestForestSortsWideOffsets(t *testing.T) {
	m := &maker{}
	for n := range 20 {
		m.whole(text(n))
	}
	p := open(t, m.entries())
	n := p.index.Count()
	want := p.Forest()
	p.end = 1<<62 + 1
	f := &Forest{offsets: make([]uint64, n+1), positions: make([]uint32, n)}
	f.sortByOffset(p)
	if diff := cmp.Diff(want.positions, f.positions); diff != "" || !slices.Equal(want.offsets[:n], f.offsets[:n]) {
		t.Errorf("sorted another way:\n%s", diff)
	}
}

func TestSortBits(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		low := random.IntN(20)
		high := low + random.IntN(64-low)
		words := make([]uint64, random.IntN(300))
		for i := range words {
			words[i] = random.Uint64() & (1<<high - 1) >> random.IntN(high+1) // nothing lies above
		}
		want := slices.Clone(words)
		slices.SortStableFunc(want, func(a, b uint64) int { return stdcmp.Compare(a>>low, b>>low) })
		if sortBits(words, low, high); !slices.Equal(want, words) {
			t.Fatalf("bits %d to %d of %x", low, high, words)
		}
	}
}
