package pack

import (
	"cmp"
	"crypto/sha1"
	"encoding/binary"
	"math/bits"
	"slices"
)

// record is one line of an index.
type record struct {
	id     ID
	crc    uint32
	offset uint64
}

// sorted returns records in the order of an index. The first bits of a name share a word with the place of its
// record, as words are sorted several times faster than records; they hardly ever leave two names to compare.
func sorted(records []record) []record {
	shift := bits.Len(uint(len(records)))
	keys := make([]uint64, len(records))
	for i, r := range records {
		keys[i] = binary.BigEndian.Uint64(r.id[:])>>shift<<shift | uint64(i)
	}
	sortBits(keys, shift, 64)
	ordered := make([]record, len(records))
	for i, key := range keys {
		ordered[i] = records[key&(1<<shift-1)]
	}
	if order := record.compare; !slices.IsSortedFunc(ordered, order) {
		slices.SortFunc(ordered, order)
	}
	return ordered
}

func (r record) compare(other record) int {
	if order := r.id.Compare(other.id); order != 0 {
		return order
	}
	return cmp.Compare(r.offset, other.offset)
}

// narrowOffsets is where the offsets begin that an index has in its table of 64-bit ones.
const narrowOffsets = 1 << 31

// encodeIndex returns the file of an index of version 2 (gitformat-pack(5)) over sorted records of a
// pack with that checksum at its end.
func encodeIndex(records []record, checksum ID) []byte {
	var fanout [256]uint32
	wide := 0
	for _, r := range records {
		fanout[r.id[0]]++
		if r.offset >= narrowOffsets {
			wide++
		}
	}
	out := make([]byte, 0, idxHeaderLen+fanoutSize+(idSize+8)*len(records)+8*wide+trailerSize)
	out = append(append(out, idxMagic...), 0, 0, 0, 2)
	total := uint32(0)
	for _, n := range fanout {
		total += n
		out = binary.BigEndian.AppendUint32(out, total)
	}
	for _, r := range records {
		out = append(out, r.id[:]...)
	}
	for _, r := range records {
		out = binary.BigEndian.AppendUint32(out, r.crc)
	}
	wide = 0
	for _, r := range records {
		offset := uint32(r.offset)
		if r.offset >= narrowOffsets {
			offset = narrowOffsets | uint32(wide)
			wide++
		}
		out = binary.BigEndian.AppendUint32(out, offset)
	}
	for _, r := range records {
		if r.offset >= narrowOffsets {
			out = binary.BigEndian.AppendUint64(out, r.offset)
		}
	}
	out = append(out, checksum[:]...)
	sum := sha1.Sum(out)
	return append(out, sum[:]...)
}
