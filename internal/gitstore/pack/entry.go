package pack

import "errors"

// Kinds that occur in pack entries only.
const (
	offsetDelta Kind = 6
	refDelta    Kind = 7
)

// entry is the header of a pack entry (gitformat-pack(5), "Pack file entry").
type entry struct {
	kind   Kind   // of the entry: a Kind, offsetDelta or refDelta
	size   uint64 // of the inflated data: the object, or the delta
	base   uint64 // offsetDelta: distance back to the base
	baseID ID     // refDelta
	header int    // bytes of the header
}

var (
	errHeaderCut   = errors.New("entry header is cut off")
	errHeaderKind  = errors.New("entry has an unknown type")
	errHeaderWidth = errors.New("entry header holds a number beyond 64 bits")
)

// parseEntry reads the entry header at the start of data.
func parseEntry(data []byte) (entry, error) {
	if len(data) == 0 {
		return entry{}, errHeaderCut
	}
	c := data[0]
	e := entry{kind: Kind(c >> 4 & 7), size: uint64(c & 15)}
	n := 1
	for shift := uint(4); c&0x80 != 0; shift += 7 {
		if n == len(data) {
			return entry{}, errHeaderCut
		}
		if shift > 57 {
			return entry{}, errHeaderWidth
		}
		c = data[n]
		n++
		e.size |= uint64(c&0x7f) << shift
	}
	switch e.kind {
	case Commit, Tree, Blob, Tag:
	case offsetDelta:
		distance, used, err := parseDistance(data[n:])
		if err != nil {
			return entry{}, err
		}
		e.base = distance
		n += used
	case refDelta:
		if len(data)-n < idSize {
			return entry{}, errHeaderCut
		}
		e.baseID = ID(data[n : n+idSize])
		n += idSize
	default:
		return entry{}, errHeaderKind
	}
	e.header = n
	return e, nil
}

// parseDistance reads the "offset encoding" of an offset delta, in which every
// continued byte adds one, so that no number has two forms.
func parseDistance(data []byte) (distance uint64, used int, err error) {
	for used < len(data) {
		c := data[used]
		used++
		if distance > 1<<56 {
			return 0, 0, errHeaderWidth
		}
		distance = distance<<7 | uint64(c&0x7f)
		if c&0x80 == 0 {
			return distance, used, nil
		}
		distance++
	}
	return 0, 0, errHeaderCut
}

// appendHeader appends the header of an entry that parseEntry reads as having this kind, size and base.
// Deltas by id are not written.
func appendHeader(dst []byte, kind Kind, size, base uint64) []byte {
	c := byte(kind)<<4 | byte(size&15)
	for size >>= 4; size > 0; size >>= 7 {
		dst = append(dst, c|0x80)
		c = byte(size & 0x7f)
	}
	dst = append(dst, c)
	if kind == offsetDelta {
		dst = appendDistance(dst, base)
	}
	return dst
}

// appendDistance appends a distance as parseDistance reads it.
func appendDistance(dst []byte, distance uint64) []byte {
	var space [10]byte
	first := len(space) - 1
	space[first] = byte(distance & 0x7f)
	for distance >>= 7; distance > 0; distance >>= 7 {
		distance--
		first--
		space[first] = 0x80 | byte(distance&0x7f)
	}
	return append(dst, space[first:]...)
}
