package pack

import (
	"cmp"
	"errors"
	"math/bits"
	"runtime"
	"slices"
	"sync"
)

// none marks the absence of a slot in the forest's arrays.
const none = ^uint32(0)

// Forest is the delta forest of a pack in flat arrays. Entries are numbered by
// slots, in the order they lie in the file; position is the number of an object in
// the index. 25 bytes an entry, and 4 more once it is walked.
//
// It is immutable once [Forest.SetKind] has been called for external roots, and
// then safe for concurrent use.
type Forest struct {
	offsets   []uint64 // by slot, ascending; one more at the end: where entries end
	positions []uint32 // by slot: position in the index
	first     []uint32 // by slot: first child, or none
	sibling   []uint32 // by slot: next child of the same base, or none
	base      []uint32 // by slot: the base, or none
	kinds     []Kind   // by slot: kind of the object; 0 when it cannot be decoded

	crcsOnce sync.Once
	crcs     []uint32 // by slot; nil for an index that has none

	roots    []uint32
	external []External
	damaged  []Damaged
}

// External is a root that is a delta against an object outside the pack, as in
// a thin pack.
type External struct {
	Slot uint32
	Base ID
}

// Damaged is an entry that belongs to no tree of the forest.
type Damaged struct {
	Slot uint32
	Err  error
}

func newForest(p *Pack) *Forest {
	n := p.index.Count()
	f := &Forest{
		offsets:   make([]uint64, n+1),
		positions: make([]uint32, n),
		first:     make([]uint32, n),
		sibling:   make([]uint32, n),
		base:      make([]uint32, n),
		kinds:     make([]Kind, n),
	}
	f.sortByOffset(p)
	f.linkBases(p)
	// Linking from the back leaves children in file order.
	for s := n - 1; s >= 0; s-- {
		if b := f.base[s]; b != none {
			f.sibling[s] = f.first[b]
			f.first[b] = uint32(s)
		}
	}
	f.spreadKinds()
	f.findOrphans(p)
	return f
}

// sortByOffset fills offsets and positions. Offset and position share a word
// where they fit, since sorting words is several times faster than sorting pairs.
func (f *Forest) sortByOffset(p *Pack) {
	n := len(f.positions)
	f.offsets[n] = p.end
	offset := func(i int) uint64 {
		o, ok := p.index.Offset(i)
		if !ok || o > p.end {
			o = p.end // reported by linkBases as outside the pack
		}
		return o
	}
	shift := bits.Len(uint(n))
	if bits.Len64(p.end)+shift > 64 {
		for i := range f.positions {
			f.positions[i] = uint32(i)
		}
		slices.SortStableFunc(f.positions, func(a, b uint32) int { return cmp.Compare(offset(int(a)), offset(int(b))) })
		for s, i := range f.positions {
			f.offsets[s] = offset(int(i))
		}
		return
	}
	keys := f.offsets[:n]
	for i := range keys {
		keys[i] = offset(i)<<shift | uint64(i)
	}
	sortBits(keys, shift, shift+bits.Len64(p.end))
	for s, key := range keys {
		f.positions[s] = uint32(key & (1<<shift - 1))
		keys[s] = key >> shift
	}
}

// sortBits sorts words by the bits from low up to high, and leaves the order of those that
// are equal in them: by counting, digit after digit, which takes a quarter of
// the time of comparing.
func sortBits(words []uint64, low, high int) {
	const width = 10
	from, to := words, make([]uint64, len(words))
	for ; low < high; low += width {
		var starts [1 << width]int
		for _, word := range from {
			starts[word>>low&(1<<width-1)]++
		}
		at := 0
		for digit, n := range starts {
			starts[digit] = at
			at += n
		}
		for _, word := range from {
			digit := word >> low & (1<<width - 1)
			to[starts[digit]] = word
			starts[digit]++
		}
		from, to = to, from
	}
	copy(words, from) // onto itself after an even number of digits
}

// links is what a range of the entries adds to a forest's lists.
type links struct {
	roots    []uint32
	external []External
	damaged  []Damaged
}

// linkShare is how many entries are worth a goroutine.
const linkShare = 1 << 14

// linkBases parses every entry header and records its base, or makes it a root. The
// headers are all over the pack, so that most of the time goes into
// bringing its pages in: several ranges do that side by side.
func (f *Forest) linkBases(p *Pack) {
	n := len(f.positions)
	parts := make([]links, min(runtime.GOMAXPROCS(0), n/linkShare)+1)
	slots := sync.OnceValue(f.slotsByPosition)
	var workers sync.WaitGroup
	for i := range parts {
		workers.Go(func() { f.linkRange(p, n*i/len(parts), n*(i+1)/len(parts), slots, &parts[i]) })
	}
	workers.Wait()
	for _, part := range parts {
		f.roots = append(f.roots, part.roots...)
		f.external = append(f.external, part.external...)
		f.damaged = append(f.damaged, part.damaged...)
	}
}

// linkRange links the entries from one slot up to another. slots gives those by position, for
// deltas by id.
func (f *Forest) linkRange(p *Pack, from, to int, slots func() []uint32, l *links) {
	for s := from; s < to; s++ {
		f.first[s], f.sibling[s], f.base[s] = none, none, none
	}
	s := from
	for s < to {
		err := Guard(func() error {
			for ; s < to; s++ {
				if err := f.linkEntry(p, s, slots, l); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			l.damaged = append(l.damaged, Damaged{uint32(s), p.wrap(f.offsets[s], err)})
			s++
		}
	}
}

// linkEntry records the base of the entry at slot s, or makes it a root.
func (f *Forest) linkEntry(p *Pack, s int, slots func() []uint32, l *links) error {
	e, err := p.entryAt(f.offsets[s])
	if err != nil {
		return err
	}
	if s > 0 && f.offsets[s] == f.offsets[s-1] {
		return errors.New("index gives one entry two names")
	}
	switch e.kind {
	case offsetDelta:
		b, ok := f.slotBefore(s, f.offsets[s]-e.base)
		if !ok {
			return errors.New("no entry begins where the delta base must")
		}
		f.base[s] = uint32(b)
	case refDelta:
		i, ok := p.index.Find(e.baseID)
		if !ok {
			l.external = append(l.external, External{uint32(s), e.baseID})
			return nil
		}
		f.base[s] = slots()[i]
	default:
		f.kinds[s] = e.kind
		l.roots = append(l.roots, uint32(s))
	}
	return nil
}

// slotBefore returns the slot before s of the entry that begins at offset. Bases are mostly
// near, so the search goes back in steps that double before it halves them. Of two
// entries at one place it finds the first.
func (f *Forest) slotBefore(s int, offset uint64) (int, bool) {
	lo, hi := s, s
	for step := 1; lo > 0 && f.offsets[lo] >= offset; step *= 2 {
		lo, hi = max(lo-step, 0), lo
	}
	i, ok := slices.BinarySearch(f.offsets[lo:min(hi+1, s)], offset)
	return lo + i, ok
}

// checksums returns the CRC-32 of the packed bytes of each entry by slot, or nil where the index has none.
// A walk asks for them in about this order, in which fetching them from the index, one after
// the other, takes a tenth of the time that waiting for each takes.
func (f *Forest) checksums(x *Index) []uint32 {
	f.crcsOnce.Do(func() {
		if x.version == 1 {
			return
		}
		f.crcs = make([]uint32, len(f.positions))
		for s, i := range f.positions {
			f.crcs[s], _ = x.CRC(int(i))
		}
	})
	return f.crcs
}

func (f *Forest) slotsByPosition() []uint32 {
	slots := make([]uint32, len(f.positions))
	for s, i := range f.positions {
		slots[i] = uint32(s)
	}
	return slots
}

// spreadKinds gives every entry that a root leads to its kind. Bases of deltas by offset lie
// before them, which one pass from the front makes use of.
func (f *Forest) spreadKinds() {
	ordered := true
	for s, b := range f.base {
		if b < uint32(s) {
			f.kinds[s] = f.kinds[b]
		} else if b != none {
			ordered = false
		}
	}
	if !ordered {
		for _, root := range f.roots {
			f.spread(root, f.kinds[root])
		}
	}
}

// spread gives every entry of the tree under root its kind.
func (f *Forest) spread(root uint32, kind Kind) {
	for s := range f.Tree(root) {
		f.kinds[s] = kind
	}
}

// findOrphans reports the entries below a damaged one and those in a cycle of
// deltas by id: no root leads to them.
func (f *Forest) findOrphans(p *Pack) {
	known := make(map[uint32]bool, len(f.damaged)+len(f.external))
	for _, d := range f.damaged {
		known[d.Slot] = true
	}
	for _, e := range f.external {
		for s := range f.Tree(e.Slot) {
			known[s] = true
		}
	}
	for s, kind := range f.kinds {
		if kind == 0 && !known[uint32(s)] {
			f.damaged = append(f.damaged, Damaged{uint32(s), p.damage(f.offsets[s], errors.New("chain of deltas leads to no whole object"))})
		}
	}
}

// Tree yields root and everything that is a delta against it, directly or not,
// each base before its children. A root in a cycle is not to be asked for.
func (f *Forest) Tree(root uint32) func(yield func(uint32) bool) {
	return func(yield func(uint32) bool) {
		for s := root; ; {
			if !yield(s) {
				return
			}
			if f.first[s] != none {
				s = f.first[s]
				continue
			}
			for s != root && f.sibling[s] == none {
				s = f.base[s]
			}
			if s == root {
				return
			}
			s = f.sibling[s]
		}
	}
}

// link hangs the tree under slot, of no kind yet, under base.
func (f *Forest) link(slot, base uint32) {
	f.base[slot], f.sibling[slot], f.first[base] = base, f.first[base], slot
	f.spread(slot, f.kinds[base])
}

// Len returns the number of entries.
func (f *Forest) Len() int { return len(f.positions) }

// Roots returns the slots of the whole objects, in file order. External
// roots are not among them.
func (f *Forest) Roots() []uint32 { return f.roots }

// External returns the roots whose base lies outside the pack. They belong to
// no kind until [Forest.SetKind].
func (f *Forest) External() []External { return f.external }

// Damaged returns the entries that no walk can reach, with the reason.
func (f *Forest) Damaged() []Damaged { return f.damaged }

// Position returns the position in the index of the object at slot.
func (f *Forest) Position(slot uint32) int { return int(f.positions[slot]) }

// Base returns the slot of the object that the one at slot is stored as a delta against; ok is false for a root.
func (f *Forest) Base(slot uint32) (base uint32, ok bool) { return f.base[slot], f.base[slot] != none }

// Kind returns the kind of the object at slot, 0 when it cannot be known.
func (f *Forest) Kind(slot uint32) Kind { return f.kinds[slot] }

// SetKind says of which kind an external root's base is, and so its whole tree. It
// must not be called while others use the forest.
func (f *Forest) SetKind(e External, kind Kind) { f.spread(e.Slot, kind) }

// StoredSize returns the length in bytes of the entry at slot.
func (f *Forest) StoredSize(slot uint32) int64 { return int64(f.end(slot) - f.offsets[slot]) }

// end returns where the entry at slot ends at the latest: where the next one begins.
func (f *Forest) end(slot uint32) uint64 {
	next := slot + 1
	for f.offsets[next] == f.offsets[slot] { // an entry of two names; the array's last is above all
		next++
	}
	return f.offsets[next]
}

// positionAt returns the index position of the entry that begins at offset.
func (f *Forest) positionAt(offset uint64) (int, bool) {
	s, ok := slices.BinarySearch(f.offsets[:len(f.positions)], offset)
	if !ok {
		return 0, false
	}
	return int(f.positions[s]), true
}
