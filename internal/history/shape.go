package history

import (
	"errors"
	"math"
	"slices"
	"sync"

	"github.com/unleak/unleak/internal/gitstore"
)

// shape is a tree as a recorder knows it: its entries, and where each begins in the raw tree.
// It is kept as a memo with trees that others are made from, so that of those only what
// their deltas insert has to be read. 12 bytes an entry.
type shape struct {
	pool    *sync.Pool
	starts  []uint32 // ascending; one more at the end: where the last one that can be read ends
	entries []entry
}

// maxPooled is how many entries a shape has room for at most when it is used again.
const maxPooled = 1 << 15

// newShape returns the shape of nothing.
func newShape(pool *sync.Pool) *shape {
	s, ok := pool.Get().(*shape)
	if !ok {
		s = &shape{pool: pool}
	}
	s.starts, s.entries = append(s.starts[:0], 0), s.entries[:0]
	return s
}

// Release implements [pack.Memo].
func (s *shape) Release() {
	if cap(s.entries) <= maxPooled {
		s.pool.Put(s)
	}
}

// errTreeLong says that a tree goes on beyond what a shape can measure.
var errTreeLong = errors.New("tree is longer than 4 GiB")

// measured returns how many entries have been measured.
func (s *shape) measured() int { return len(s.starts) - 1 }

// end returns where the last entry that has been measured ends.
func (s *shape) end() int { return int(s.starts[len(s.starts)-1]) }

// measure finds where the next entry of the tree ends. It returns false at the end
// of the tree and with an error.
func (s *shape) measure(tree []byte) (bool, error) {
	at := s.end()
	if at == len(tree) {
		return false, nil
	}
	n, err := gitstore.TreeEntryLen(tree[at:])
	if err != nil {
		return false, err
	}
	if at+n > math.MaxUint32 {
		return false, errTreeLong
	}
	s.starts = append(s.starts, uint32(at+n))
	return true, nil
}

// shift appends starts that lie elsewhere.
func (s *shape) shift(starts []uint32, by int) {
	n := len(s.starts)
	s.starts = slices.Grow(s.starts, len(starts))[:n+len(starts)]
	for i, start := range starts {
		s.starts[n+i] = start + uint32(by) // modulo 2^32 also downwards
	}
}

// raw returns the bytes of an entry of the tree.
func (s *shape) raw(tree []byte, i int) []byte { return tree[s.starts[i]:s.starts[i+1]] }

// after returns the first of the starts from number i on that is at or after a place, or how
// many there are when none is.
func (s *shape) after(i, place int) int {
	lo, hi := i, len(s.starts)
	for lo < hi {
		if middle := int(uint(lo+hi) >> 1); int(s.starts[middle]) < place {
			lo = middle + 1
		} else {
			hi = middle
		}
	}
	return lo
}
