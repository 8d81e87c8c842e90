package remediate

import (
	"encoding/binary"
	"encoding/hex"

	"github.com/unleak/unleak/internal/gitstore/pack"
)

// idSearch finds ids in files of any format: as 20 bytes and as 40 hexadecimal digits.
type idSearch struct {
	ids    map[pack.ID]bool
	filter []uint64 // a bit for each value that the first bits of an id have
}

const idFilterBits = 20

func newIDSearch(ids ...pack.ID) *idSearch {
	s := &idSearch{ids: map[pack.ID]bool{}, filter: make([]uint64, 1<<idFilterBits/64)}
	for _, id := range ids {
		s.ids[id] = true
		first := binary.BigEndian.Uint32(id[:]) >> (32 - idFilterBits)
		s.filter[first/64] |= 1 << (first % 64)
	}
	return s
}

func (s *idSearch) has(id []byte) bool {
	first := binary.BigEndian.Uint32(id) >> (32 - idFilterBits)
	return s.filter[first/64]>>(first%64)&1 != 0 && s.ids[pack.ID(id)]
}

// find calls yield for each id that stands in content, as often as it does.
func (s *idSearch) find(content []byte, yield func(pack.ID)) {
	const size = len(pack.ID{})
	digits := 0
	for i, c := range content {
		if i+size <= len(content) && s.has(content[i:i+size]) {
			yield(pack.ID(content[i : i+size]))
		}
		if !isHexDigit(c) {
			digits = 0
			continue
		}
		if digits++; digits < 2*size {
			continue
		}
		var id pack.ID
		if _, err := hex.Decode(id[:], content[i+1-2*size:i+1]); err == nil && s.ids[id] {
			yield(id)
		}
	}
}

func isHexDigit(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f'
}
