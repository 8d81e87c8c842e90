package pack

import "math"

// AppendDelta appends the delta (gitformat-pack(5), "Deltified representation") that makes target from a
// base of baseSize bytes by copies, sorted by At, and inserts the rest. A copy
// whose instruction is no shorter than what it copies is inserted as well.
func AppendDelta(dst []byte, baseSize int, target []byte, copies []Copy) []byte {
	dst = appendSize(dst, uint64(baseSize))
	dst = appendSize(dst, uint64(len(target)))
	written := 0 // of target; what lies between this and the next copy is inserted
	for _, c := range copies {
		for c.Len > 0 {
			n := min(c.Len, maxCopySize)
			var space [maxCopyInstruction]byte
			instruction := appendCopyInstruction(space[:0], c.Base, n)
			if len(instruction) < n && c.Base <= math.MaxUint32 {
				dst = appendInsert(dst, target[written:c.At])
				dst = append(dst, instruction...)
				written = c.At + n
			}
			c.At, c.Base, c.Len = c.At+n, c.Base+n, c.Len-n
		}
	}
	return appendInsert(dst, target[written:])
}

const (
	// maxCopySize is the most that one instruction copies in packs of version 2 as Git writes them;
	// three bytes of size could say more, which not every reader expects.
	maxCopySize        = 1 << 16
	maxCopyInstruction = 7
	maxInsert          = 127
)

// appendCopyInstruction appends the instruction that copies 1 to maxCopySize bytes from offset: of both
// numbers the bytes that are not zero, and which they are in its first byte.
func appendCopyInstruction(dst []byte, offset, size int) []byte {
	code := len(dst)
	dst = append(dst, 0x80)
	for i := range 4 {
		if c := byte(offset >> (8 * i)); c != 0 {
			dst = append(dst, c)
			dst[code] |= 1 << i
		}
	}
	for i := range 2 { // of maxCopySize there is none, which stands for it
		if c := byte(size >> (8 * i)); c != 0 {
			dst = append(dst, c)
			dst[code] |= 1 << (4 + i)
		}
	}
	return dst
}

func appendInsert(dst, data []byte) []byte {
	for len(data) > 0 {
		n := min(len(data), maxInsert)
		dst = append(dst, byte(n))
		dst = append(dst, data[:n]...)
		data = data[n:]
	}
	return dst
}

// appendSize appends a size as parseSize reads it, seven bits a byte, the lowest first.
func appendSize(dst []byte, size uint64) []byte {
	for ; size >= 0x80; size >>= 7 {
		dst = append(dst, byte(size)|0x80)
	}
	return append(dst, byte(size))
}
