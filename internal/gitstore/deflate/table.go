package deflate

import (
	"encoding/binary"
	"math/bits"
)

// entry is what a table gives for the next bits of input:
//
//	bits 0-7   how many bits it takes, those of its code and the extra ones behind it
//	bits 8-11  how many of these are its code
//	bit 13     end: the end of the block
//	bit 14     link: the code is longer than the index of the table
//	bit 15     special: one of these two or, with neither, a symbol that stands for nothing
//	bits 16-30 the literal, or what the extra bits are to be added to; of a link, where
//	           its subtable begins, whose index has as many bits as bits 8-11 say
//	bit 31     literal
//
// An entry without a code, of what a symbol means, has in its low byte the extra bits alone;
// n times perBit makes it that of a code of n bits.
type entry uint32

const (
	perBit     entry = 1<<8 | 1
	codeShift        = 8
	valueShift       = 16
	end        entry = 1 << 13
	link       entry = 1 << 14
	special    entry = 1 << 15
	literal    entry = 1 << 31
)

// Bits that index a table, and the entries of the largest one with its subtables
// for codes of up to 15 bits: what zlib's "enough 286 10 15" and "enough 30 8 15" say,
// and the same for the two alphabets of the fixed codes, of 288 and 32 symbols.
const (
	literalBits  = 10
	distanceBits = 8
	precodeBits  = 7

	literalEntries  = 1334
	distanceEntries = 402
)

type (
	literalTable  [literalEntries]entry
	distanceTable [distanceEntries]entry
)

const (
	maxCode        = 15           // bits of the longest code
	allCodes       = 1 << maxCode // of which a code of n bits uses allCodes >> n
	literalSymbols = 288
)

// build fills table, whose index has root bits, with the canonical Huffman code (RFC 1951,
// section 3.2.2) whose code lengths are lengths, for symbols that mean what meaning says. It reports
// false unless the code is complete. Like zlib and compress/flate it also takes the code of one
// symbol with one bit, and one without any symbol, which is an error only once it is used.
//
// With n bits the first 1<<n entries are laid out; going on to n+1 bits is doubling them,
// since bits that a code does not reach make no difference to it. So every code is written
// once.
func (b *builder) build(table []entry, root int, lengths []uint8, meaning []entry) bool {
	switch used := b.sort(lengths); {
	case used == 0, used == allCodes/2 && b.count[1] == 1:
		buildDegenerate(table[:1<<root], lengths, meaning)
		return true
	case used != allCodes:
		return false
	}
	shortest, longest := 1, maxCode
	for b.count[shortest] == 0 {
		shortest++
	}
	for b.count[longest] == 0 {
		longest--
	}
	symbols := b.sorted[b.count[0]:]
	code := uint16(0)
	for n := shortest; n <= root; n++ {
		size := 1 << n
		if n > shortest {
			copy(table[size/2:size], table[:size/2])
		}
		added := symbols[:b.count[n]]
		symbols = symbols[len(added):]
		for _, symbol := range added {
			table[bits.Reverse16(code<<(16-n))] = meaning[symbol] + entry(n)*perBit
			code++
		}
		code <<= 1
	}
	if longest > root {
		b.subtables(table, root, max(shortest, root+1), longest, code, symbols, meaning)
	}
	return true
}

// builder is what the making of a table needs in between.
type builder struct {
	count  [maxCode + 1]uint16 // codes by length
	sorted [512]uint16         // symbols by length, those without a code first; a power of two, above all positions
}

// sort fills count and sorted, and returns how much of allCodes is used. In runs of
// symbols without a code 8 at a time are left out, also of the count of such symbols.
func (b *builder) sort(lengths []uint8) (used int) {
	var even, odd [maxCode + 1]uint16 // two, since adding to the same one twice in a row would have to wait
	whole := len(lengths) &^ 7
	for i := 0; i < whole; i += 8 {
		w := binary.LittleEndian.Uint64(lengths[i:])
		if w == 0 {
			continue
		}
		even[w&15]++
		odd[w>>8&15]++
		even[w>>16&15]++
		odd[w>>24&15]++
		even[w>>32&15]++
		odd[w>>40&15]++
		even[w>>48&15]++
		odd[w>>56&15]++
	}
	for _, n := range lengths[whole:] {
		even[n&15]++
	}
	var position [maxCode + 2]uint16 // in sorted, of the next symbol of a length
	for n := range b.count {
		c := even[n] + odd[n]
		b.count[n] = c
		position[n+1] = position[n] + c
		used += int(c) * (allCodes >> n)
	}
	used -= int(b.count[0]) * allCodes
	for i := 0; i < whole; i += 8 {
		w := binary.LittleEndian.Uint64(lengths[i:])
		if w == 0 {
			continue
		}
		for symbol := uint16(i); symbol < uint16(i)+8; symbol++ {
			b.sorted[position[w&15]&511] = symbol
			position[w&15]++
			w >>= 8
		}
	}
	for i, n := range lengths[whole:] {
		b.sorted[position[n&15]&511] = uint16(whole + i)
		position[n&15]++
	}
	return used
}

// subtables lays out the codes of more than root bits, beginning with code: those
// that agree in their first root bits share a subtable.
func (b *builder) subtables(table []entry, root, shortest, longest int, code uint16, symbols []uint16, meaning []entry) {
	stop, prefix, start := 1<<root, -1, 0
	for n := shortest; n <= longest; n++ {
		for left := int(b.count[n]); left > 0; left-- {
			reversed := int(bits.Reverse16(code << (16 - n)))
			if reversed&(1<<root-1) != prefix {
				prefix = reversed & (1<<root - 1)
				width := n - root
				for used := left; used < 1<<width; {
					width++
					used = used<<1 + int(b.count[root+width])
				}
				start = stop
				stop += 1 << width
				table[prefix] = entry(start)<<valueShift | special | link | entry(width)<<codeShift | entry(root)
			}
			e := meaning[symbols[0]] + entry(n-root)*perBit
			symbols = symbols[1:]
			for i := start + reversed>>root; i < stop; i += 1 << (n - root) {
				table[i] = e
			}
			code++
		}
		code <<= 1
	}
}

// buildDegenerate lays out the incomplete codes that are allowed.
func buildDegenerate(table []entry, lengths []uint8, meaning []entry) {
	for i := range table {
		table[i] = special
	}
	for symbol, n := range lengths {
		for i := 0; n != 0 && i < len(table); i += 2 {
			table[i] = meaning[symbol] + perBit
		}
	}
}
