package pack

import (
	"math/bits"
	"sync/atomic"
)

// Budget bounds the bytes of decoded objects that several walkers hold at once.
// A walker over budget drops the bases it can make again. What one object
// needs (itself, its delta and its base) is always granted, so use may exceed the
// limit by that much a walker.
type Budget struct {
	limit int64
	used  atomic.Int64
	peak  atomic.Int64
}

// DefaultBudget is a budget in bytes for a scan, and the size up to which delta bases are
// decoded for objects that are themselves within a lower limit.
const DefaultBudget = 512 << 20

// NewBudget returns a budget of limit bytes.
func NewBudget(limit int64) *Budget { return &Budget{limit: limit} }

// Peak returns the most bytes that were ever in use.
func (b *Budget) Peak() int64 { return b.peak.Load() }

// Hold counts n bytes that something else holds; fewer than none give them back.
func (b *Budget) Hold(n int) { b.add(n) }

func (b *Budget) add(n int) {
	used := b.used.Add(int64(n))
	for peak := b.peak.Load(); used > peak && !b.peak.CompareAndSwap(peak, used); peak = b.peak.Load() {
	}
}

func (b *Budget) over() bool { return b.used.Load() > b.limit }

const (
	minClass = 9  // buffers of up to 512 bytes share a class
	maxClass = 24 // larger than 16 MiB: not kept for later
	keepEach = 8  // buffers kept of a class
)

// buffers is one walker's free list, by classes of capacity. Not for concurrent use.
type buffers struct {
	budget *Budget
	free   [maxClass + 1][][]byte
}

// get returns a buffer of length n with undefined content.
func (f *buffers) get(n int) []byte {
	class := max(minClass, bits.Len(uint(max(n, 1)-1)))
	if class > maxClass {
		f.budget.add(n)
		return make([]byte, n)
	}
	if list := f.free[class]; len(list) > 0 {
		buf := list[len(list)-1]
		f.free[class] = list[:len(list)-1]
		return buf[:n]
	}
	f.budget.add(1 << class)
	return make([]byte, n, 1<<class)
}

// adopt makes a buffer that was made elsewhere one of the walker's, to be put in its turn.
func (f *buffers) adopt(buf []byte) []byte {
	f.budget.add(cap(buf))
	return notNil(buf)
}

// notNil returns buf, or an empty buffer for nil, which stands for "no base".
func notNil(buf []byte) []byte {
	if buf == nil {
		return []byte{}
	}
	return buf
}

// put takes back a buffer from get or adopt that nobody uses any more.
func (f *buffers) put(buf []byte) {
	if cap(buf) == 0 {
		return
	}
	class := bits.Len(uint(cap(buf) - 1))
	if class > maxClass || cap(buf) != 1<<class || len(f.free[class]) == keepEach || f.budget.over() {
		f.budget.add(-cap(buf))
		return
	}
	f.free[class] = append(f.free[class], buf)
}

// drop gives up every kept buffer.
func (f *buffers) drop() {
	for class, list := range f.free {
		for _, buf := range list {
			f.budget.add(-cap(buf))
		}
		f.free[class] = nil
	}
}
