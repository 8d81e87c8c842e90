package gitstore

import (
	"sort"

	"github.com/unleak/unleak/internal/gitstore/pack"
)

// WithDigits returns the numbers of the objects whose names begin with some hexadecimal digits, at most
// 40: from the first up to but not including the end. ok is false where a digit is none.
func (t *Table) WithDigits(digits []byte) (first, end uint32, ok bool) {
	var low, high pack.ID
	for i := range high {
		high[i] = 0xff
	}
	for i, c := range digits {
		var digit byte
		switch {
		case i >= 2*len(low):
			return 0, 0, false
		case '0' <= c && c <= '9':
			digit = c - '0'
		case 'a' <= c && c <= 'f':
			digit = c - 'a' + 10
		default:
			return 0, 0, false
		}
		shift := 4 * (1 - i%2)
		low[i/2] |= digit << shift
		high[i/2] &^= 15 << shift
		high[i/2] |= digit << shift
	}
	n := t.Len()
	from := sort.Search(n, func(i int) bool { return t.ID(uint32(i)).Compare(low) >= 0 })
	to := from
	for to < n && t.ID(uint32(to)).Compare(high) <= 0 {
		to++
	}
	return uint32(from), uint32(to), true
}
