package deflate

import "encoding/binary"

// input is the unread part of a stream: bits, of which the lowest comes next, and
// then source from next on.
//
// Only the low 6 bits of count are meaningful. So the whole of an [entry] can be
// subtracted from it, whose low bits are what it takes. The bits above count are not zero,
// but those of source at next, where the next refill puts them again.
//
// Behind the end of source stand zeros, as many as are asked for; that some were taken
// is found at the end.
type input struct {
	bits   uint64
	count  uint64
	next   int
	source []byte
}

// refill makes at least 56 bits available. It reports false when more was taken
// than source has.
func (in *input) refill() bool {
	if in.next > len(in.source)+8 {
		return false
	}
	in.bits |= word(in.source, in.next) << (in.count & 63)
	in.next += int(^in.count & 63 >> 3)
	in.count |= 56
	return true
}

// word returns the 8 bytes of source at next, with zeros for those behind its end.
func word(source []byte, next int) uint64 {
	if next <= len(source)-8 {
		return binary.LittleEndian.Uint64(source[next:])
	}
	return lastWord(source, next)
}

//go:noinline
func lastWord(source []byte, next int) uint64 {
	var last [8]byte
	if next < len(source) {
		copy(last[:], source[next:])
	}
	return binary.LittleEndian.Uint64(last[:])
}

// take takes n bits, which a refill must have made available.
func (in *input) take(n uint64) uint64 {
	v := in.bits & (1<<n - 1)
	in.bits >>= n
	in.count -= n
	return v
}

// taken returns how many bytes of source were taken, the last perhaps in part, and
// whether source has so many.
func (in *input) taken() (int, bool) {
	n := in.next - int(in.count&63/8)
	return n, n <= len(in.source)
}

// stored takes the data of a stored block, which begins at the next byte.
func (in *input) stored() ([]byte, error) {
	start, ok := in.taken()
	if !ok || len(in.source)-start < 4 {
		return nil, ErrShort
	}
	header := in.source[start:]
	size := int(binary.LittleEndian.Uint16(header))
	if uint16(size) != ^binary.LittleEndian.Uint16(header[2:]) {
		return nil, ErrStored
	}
	data := header[4:]
	if len(data) < size {
		return nil, ErrShort
	}
	in.bits, in.count, in.next = 0, 0, start+4+size
	return data[:size], nil
}
