package deflate

import "encoding/binary"

const (
	maxLiterals   = 286 // code lengths that a dynamic block can state, section 3.2.7
	maxDistances  = 30
	maxLengths    = maxLiterals + maxDistances
	lengthsMargin = 12 // so that 8 bytes can be written anywhere
)

// precodeOrder is the order in which the lengths of the precode's codes are stored.
var precodeOrder = [19]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// again marks the precode's symbol for the length before.
const again = special

// precodeMeaning gives for each symbol of the precode the code length it stands for, above
// valueShift+4, and how often at least, above valueShift; extra bits add to that.
var precodeMeaning = [19]entry{
	1 << 16, 1<<20 | 1<<16, 2<<20 | 1<<16, 3<<20 | 1<<16, 4<<20 | 1<<16, 5<<20 | 1<<16, 6<<20 | 1<<16, 7<<20 | 1<<16,
	8<<20 | 1<<16, 9<<20 | 1<<16, 10<<20 | 1<<16, 11<<20 | 1<<16, 12<<20 | 1<<16, 13<<20 | 1<<16, 14<<20 | 1<<16, 15<<20 | 1<<16,
	again | 3<<16 | 2, 3<<16 | 3, 11<<16 | 7,
}

// dynamic reads the codes at the start of a dynamic block (section 3.2.7) and lays out
// their tables.
func (d *Decoder) dynamic() error {
	in := &d.input
	literals := 257 + int(in.take(5))
	distances := 1 + int(in.take(5))
	stated := 4 + int(in.take(4))
	if literals > maxLiterals || distances > maxDistances {
		return ErrLengths
	}
	var lengths [len(precodeOrder)]uint8
	for i, symbol := range precodeOrder[:stated] {
		if i&15 == 0 && !in.refill() {
			return ErrShort
		}
		lengths[symbol] = uint8(in.take(3))
	}
	if !d.builder.build(d.precode[:], precodeBits, lengths[:], precodeMeaning[:]) {
		return ErrCode
	}
	if err := d.readLengths(literals + distances); err != nil {
		return err
	}
	d.prepare()
	if !d.builder.build(d.literals[:], literalBits, d.lengths[:literals], d.meaning[:]) ||
		!d.builder.build(d.distances[:], distanceBits, d.lengths[literals:literals+distances], distanceMeaning[:]) {
		return ErrCode
	}
	return nil
}

// readLengths reads code lengths by the precode. Each is written 8 times in one
// go, since what is too much will be written over, or is zero as everything behind it.
func (d *Decoder) readLengths(total int) error {
	clear(d.lengths[:])
	source, bits, count, next := d.input.source, d.input.bits, d.input.count, d.input.next
	var previous uint64
	i := 0
	for i < total {
		if next > len(source)+8 {
			return ErrShort
		}
		bits |= word(source, next) << (count & 63)
		next += int(^count & 63 >> 3)
		count |= 56
		for range 4 { // 7 bits of code and 7 extra bits at most
			e := d.precode[bits&(1<<precodeBits-1)]
			repeat := int(e>>valueShift&15) + int(bits&(1<<(e&63)-1)>>(e>>codeShift&15))
			bits >>= e & 63
			count -= uint64(e)
			value := uint64(e>>(valueShift+4)) * 0x0101010101010101
			if e&special != 0 {
				if i == 0 || repeat == 0 {
					return ErrLengths
				}
				value = previous
			}
			previous = value
			binary.LittleEndian.PutUint64(d.lengths[i:], value)
			if i += repeat; i >= total {
				break
			}
		}
	}
	d.input.bits, d.input.count, d.input.next = bits, count, next
	if i > total {
		return ErrLengths
	}
	return nil
}
