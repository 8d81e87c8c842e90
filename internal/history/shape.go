package history

import (
	"slices"
	"sync"
)

// shape is a tree as a recorder knows it: its entries, and where each begins in the raw tree.
// It is kept as a memo with trees that others are made from, so that of those only what
// their deltas insert has to be read. 12 bytes an entry.
type shape struct {
	pool     *sync.Pool
	recorder *Recorder // whose waiting objects the entries name
	number   uint32    // of the tree
	starts   []uint32  // ascending; one more at the end: where the last one that can be read ends
	entries  []entry
}

// maxPooled is how many entries a shape has room for at most when it is used again.
const maxPooled = 1 << 15

// shape returns the shape of nothing.
func (r *Recorder) shape(number uint32) *shape {
	s, ok := r.graph.shapes.Get().(*shape)
	if !ok {
		s = &shape{pool: &r.graph.shapes}
	}
	s.recorder, s.number = r, number
	s.starts, s.entries = append(s.starts[:0], 0), s.entries[:0]
	return s
}

// Size implements [pack.Memo].
func (s *shape) Size() int { return 4*cap(s.starts) + 8*cap(s.entries) }

// Release implements [pack.Memo].
func (s *shape) Release() {
	s.recorder = nil
	if cap(s.entries) <= maxPooled {
		s.pool.Put(s)
	}
}

// add appends an entry that ends at a place.
func (s *shape) add(e entry, end int) {
	s.starts, s.entries = append(s.starts, uint32(end)), append(s.entries, e)
}

// take appends the entries of another shape from one up to another, which lie elsewhere.
func (s *shape) take(from *shape, i, until, shift int) {
	s.entries = append(s.entries, from.entries[i:until]...)
	starts := from.starts[i+1 : until+1]
	n := len(s.starts)
	s.starts = slices.Grow(s.starts, len(starts))[:n+len(starts)]
	to := s.starts[n:][:len(starts)]
	for i, start := range starts {
		to[i] = start + uint32(shift) // modulo 2^32 also downwards
	}
}

// raw returns the bytes of an entry of the tree.
func (s *shape) raw(tree []byte, i int) []byte { return tree[s.starts[i]:s.starts[i+1]] }

// after returns the first of the starts from number i on that is at or after a place, or how
// many there are when none is. It is mostly near: steps double before they are halved.
func (s *shape) after(i, place int) int {
	lo, hi := i, i
	for step := 4; hi < len(s.starts) && int(s.starts[hi]) < place; step *= 2 {
		lo, hi = hi+1, min(hi+step, len(s.starts))
	}
	for lo < hi {
		if middle := int(uint(lo+hi) >> 1); int(s.starts[middle]) < place {
			lo = middle + 1
		} else {
			hi = middle
		}
	}
	return lo
}
