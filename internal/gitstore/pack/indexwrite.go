package pack

import (
	"cmp"
	"crypto/sha1"
	"encoding/binary"
	"slices"
)

// record is one line of an index.
type record struct {
	id     ID
	crc    uint32
	offset uint64
}

// sortRecords brings records into the order of an index.
func sortRecords(records []record) {
	slices.SortFunc(records, func(a, b record) int {
		return cmp.Or(
			cmp.Compare(binary.BigEndian.Uint64(a.id[:]), binary.BigEndian.Uint64(b.id[:])),
			a.id.Compare(b.id),
			cmp.Compare(a.offset, b.offset),
		)
	})
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
