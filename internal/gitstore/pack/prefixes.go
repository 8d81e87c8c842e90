package pack

import (
	"encoding/binary"
	"math/bits"
)

// Prefixes narrows the search for a name among sorted ones down to about four, as names are
// evenly spread: it holds where the names with each value of their first bits
// begin. 1 to 2 bytes a name. It is immutable once filled.
type Prefixes struct {
	starts []uint32 // by first bits; one more at the end
	shift  uint     // from the first 64 bits of a name to those that count
	filled int
}

// NewPrefixes prepares for n names, to be given to Add in ascending order and then
// closed by End.
func NewPrefixes(n int) *Prefixes {
	width := max(8, bits.Len(uint(n))-2)
	return &Prefixes{starts: make([]uint32, 1<<width+1), shift: uint(64 - width)}
}

// Add takes name number i.
func (p *Prefixes) Add(i int, name []byte) { p.fill(int(binary.BigEndian.Uint64(name)>>p.shift), i) }

// End says that there were n names.
func (p *Prefixes) End(n int) { p.fill(len(p.starts)-1, n) }

func (p *Prefixes) fill(prefix, i int) {
	for ; p.filled <= prefix; p.filled++ {
		p.starts[p.filled] = uint32(i)
	}
}

// Range returns between which numbers a name lies, if it is one of them.
func (p *Prefixes) Range(id ID) (from, to int) {
	prefix := binary.BigEndian.Uint64(id[:]) >> p.shift
	return int(p.starts[prefix]), int(p.starts[prefix+1])
}
