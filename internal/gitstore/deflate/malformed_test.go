package deflate

import (
	"bytes"
	"errors"
	"math/bits"
	"testing"
)

// bitWriter writes a stream bit by bit.
type bitWriter struct {
	data []byte
	used int // bits of the last byte
}

// number writes the n low bits of v, the lowest first.
func (w *bitWriter) number(v, n int) *bitWriter {
	for ; n > 0; n-- {
		if w.used&7 == 0 {
			w.data = append(w.data, 0)
		}
		w.data[len(w.data)-1] |= byte(v&1) << (w.used & 7)
		w.used++
		v >>= 1
	}
	return w
}

// code writes a Huffman code of n bits, its highest first.
func (w *bitWriter) code(v, n int) *bitWriter {
	return w.number(int(bits.Reverse16(uint16(v)))>>(16-n), n)
}

// bytes aligns and writes whole bytes.
func (w *bitWriter) bytes(p ...byte) *bitWriter {
	w.used = 0
	w.data = append(w.data, p...)
	return w
}

// lengthCode writes the length symbol 257+n in the fixed code, without extra bits.
func (w *bitWriter) lengthCode(n int) *bitWriter {
	if n < 23 {
		return w.code(n+1, 7)
	}
	return w.code(0xc0+n-23, 8)
}

// distance writes a distance in the fixed code.
func (w *bitWriter) distance(n int) *bitWriter {
	symbol := 0
	for symbol < 29 && int(distanceMeaning[symbol+1]>>valueShift) <= n {
		symbol++
	}
	meaning := distanceMeaning[symbol]
	return w.code(symbol, 5).number(n-int(meaning>>valueShift), int(meaning&15))
}

// codes gives the canonical code for each length.
func codes(lengths []int) []int {
	code, all := 0, make([]int, len(lengths))
	for n := 1; n <= maxCode; n++ {
		for symbol, length := range lengths {
			if length == n {
				all[symbol] = code
				code++
			}
		}
		code <<= 1
	}
	return all
}

// header writes the start of a final dynamic block whose two codes have these lengths,
// with a precode of 5 bits for each of 0 to 15 and 16 to 18 unused but for one each.
func (w *bitWriter) header(literals, distances []int) *bitWriter {
	w.number(1, 1).number(2, 2).number(len(literals)-257, 5).number(len(distances)-1, 5).number(len(precodeOrder)-4, 4)
	for _, symbol := range precodeOrder {
		w.number(precode[symbol], 3)
	}
	for _, n := range append(append([]int(nil), literals...), distances...) {
		w.lengthSymbol(n)
	}
	return w
}

// lengthSymbol writes a symbol of header's precode.
func (w *bitWriter) lengthSymbol(symbol int) *bitWriter {
	return w.code(codes(precode)[symbol], precode[symbol])
}

// precode is complete: 13 codes of 4 bits and 6 of 5.
var precode = []int{4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 5, 5, 5, 5, 5, 5}

// with returns a list of n lengths, zero but for those given as symbol and length.
func with(n int, pairs ...int) []int {
	lengths := make([]int, n)
	for i := 0; i < len(pairs); i += 2 {
		lengths[pairs[i]] = pairs[i+1]
	}
	return lengths
}

func TestStreams(t *testing.T) {
	start := func() *bitWriter { return new(bitWriter) }
	fixed := func() *bitWriter { return start().number(1, 1).number(1, 2) }
	a := func(w *bitWriter) *bitWriter { return w.code(0x30+'a', 8) } // in the fixed code
	// a literal, the end, and matches of 3 and 258 bytes, of 2 bits each
	few := with(286, 'a', 2, 256, 2, 257, 2, 285, 2)
	long := with(262, 'a', 1, 'b', 2, 'c', 3, 'd', 4, 'e', 5, 'f', 6, 'g', 7, 'h', 8, 'i', 9, 'j', 10, 'k', 11, 'l', 12, 'm', 13, 256, 14, 257, 15, 261, 15)
	rawHeader := func(literals, distances, stated int) *bitWriter {
		return start().number(1, 1).number(2, 2).number(literals-257, 5).number(distances-1, 5).number(stated-4, 4)
	}
	lists := func(symbols ...int) *bitWriter { // of code lengths, as symbols of the precode
		w := rawHeader(257, 1, len(precodeOrder))
		for _, symbol := range precodeOrder {
			w.number(precode[symbol], 3)
		}
		for _, symbol := range symbols {
			w.lengthSymbol(symbol)
			if symbol > 15 {
				w.number(0, []int{2, 3, 7}[symbol-16])
			}
		}
		return w
	}
	for _, c := range []struct {
		name   string
		stream *bitWriter
		size   int
		want   error
	}{
		{"nothing", start(), 0, ErrShort},
		{"reserved block type", start().number(1, 1).number(3, 2), 0, ErrBlock},
		{"stored", start().number(1, 3).bytes(2, 0, 0xfd, 0xff, 'o', 'k'), 2, nil},
		{"stored, empty", start().number(1, 3).bytes(0, 0, 0xff, 0xff), 0, nil},
		{"stored, its length not confirmed", start().number(1, 3).bytes(2, 0, 0xfd, 0xfe, 'o', 'k'), 2, ErrStored},
		{"stored, cut off in its header", start().number(1, 3).bytes(2, 0, 0xfd), 2, ErrShort},
		{"stored, cut off in its data", start().number(1, 3).bytes(2, 0, 0xfd, 0xff, 'o'), 2, ErrShort},
		{"stored, too much", start().number(1, 3).bytes(2, 0, 0xfd, 0xff, 'o', 'k'), 1, ErrOverfull},
		{"stored blocks without end", start().number(0, 3).bytes(0, 0, 0xff, 0xff), 0, ErrShort},
		{"stored behind fixed", a(start().number(2, 3)).code(0, 7).number(1, 3).bytes(1, 0, 0xfe, 0xff, 'b'), 2, nil},
		{"fixed", a(fixed()).code(0, 7), 1, nil},
		{"fixed, a match over its own beginning", a(fixed()).code(1, 7).code(0, 5).code(0, 7), 4, nil},
		{"fixed, a match too far back", a(fixed()).code(1, 7).code(1, 5).code(0, 7), 4, ErrDistance},
		{"fixed, a match at the very start", fixed().code(1, 7).code(0, 5).code(0, 7), 3, ErrDistance},
		{"fixed, a match that is too long", a(fixed()).code(1, 7).code(0, 5).code(0, 7), 3, ErrOverfull},
		{"fixed, a literal too many", a(a(fixed())).code(0, 7), 1, ErrOverfull},
		{"fixed, a literal too few", a(fixed()).code(0, 7), 2, ErrUnderfull},
		{"fixed, length symbol 286", a(fixed()).code(0xc6, 8).code(0, 5).code(0, 7), 259, ErrSymbol},
		{"fixed, length symbol 287", a(fixed()).code(0xc7, 8).code(0, 5).code(0, 7), 259, ErrSymbol},
		{"fixed, distance symbol 30", a(fixed()).code(1, 7).code(30, 5).code(0, 7), 4, ErrSymbol},
		{"fixed, distance symbol 31", a(fixed()).code(1, 7).code(31, 5).code(0, 7), 4, ErrSymbol},
		{"fixed, length 258 written as 227+31", a(fixed()).code(0xc4, 8).number(31, 5).code(0, 5).code(0, 7), 259, nil},
		{"fixed, no end", a(fixed()), 1, ErrShort},
		{"287 literals and lengths", rawHeader(287, 1, 19), 0, ErrLengths},
		{"31 distances", rawHeader(257, 31, 19), 0, ErrLengths},
		{"precode without a code", rawHeader(257, 1, 4).number(0, 12).number(0, 60), 0, ErrLengths},
		{"precode over-subscribed", rawHeader(257, 1, 4).number(1|1<<3|1<<6, 12), 0, ErrCode},
		{"precode incomplete", rawHeader(257, 1, 4).number(1|2<<3, 12), 0, ErrCode},
		{"precode of one code, its other bit", rawHeader(257, 1, 18).number(0, 17*3).number(1, 3).number(2, 40), 0, ErrLengths},
		{"repeat of nothing", lists(16), 0, ErrLengths},
		{"lengths beyond the stated number", lists(18, 18, 18, 18, 18, 18, 18, 18, 18, 18, 18, 18, 18, 18, 18, 18, 18, 18, 18, 18, 18, 18, 18, 18), 0, ErrLengths},
		{"lengths cut off", lists(1, 2, 3), 0, ErrShort},
		{"dynamic", start().header(few, with(2, 0, 1, 1, 1)).code(0, 2).code(2, 2).code(0, 1).code(1, 2), 4, nil},
		{"dynamic, the longest match", start().header(few, with(2, 0, 1, 1, 1)).code(0, 2).code(3, 2).code(0, 1).code(1, 2), 259, nil},
		{"literals over-subscribed", start().header(with(257, 'a', 1, 'b', 1, 256, 1), with(1, 0, 1)), 0, ErrCode},
		{"literals incomplete", start().header(with(257, 'a', 2, 256, 1), with(1, 0, 1)), 0, ErrCode},
		{"distances over-subscribed", start().header(few, with(3, 0, 1, 1, 1, 2, 1)), 0, ErrCode},
		{"distances incomplete", start().header(few, with(3, 0, 1, 1, 2)), 0, ErrCode},
		{"distances incomplete, one code of 2 bits", start().header(few, with(1, 0, 2)), 0, ErrCode},
		{"only the end", start().header(with(257, 256, 1), with(1)).code(0, 1), 0, nil},
		{"only the end, its other bit", start().header(with(257, 256, 1), with(1)).code(1, 1), 0, ErrSymbol},
		{"no code at all", start().header(with(257), with(1)).code(0, 7), 0, ErrSymbol},
		{"no code for the end", start().header(with(257, 'a', 1, 'b', 1), with(1)).number(0, 3), 300, ErrShort},
		{"one distance", start().header(few, with(1, 0, 1)).code(0, 2).code(2, 2).code(0, 1).code(1, 2), 4, nil},
		{"one distance, its other bit", start().header(few, with(1, 0, 1)).code(0, 2).code(2, 2).code(1, 1).code(1, 2), 4, ErrSymbol},
		{"no distance, none needed", start().header(few, with(1)).code(0, 2).code(1, 2), 1, nil},
		{"no distance, one needed", start().header(few, with(1)).code(0, 2).code(2, 2).code(1, 2), 4, ErrSymbol},
		{"codes of all lengths", start().header(long, with(1, 0, 1)).code(0, 1).code(1<<13-2, 13).code(1<<15-2, 15).code(0, 1).code(1<<15-1, 15).code(0, 1).code(1<<14-2, 14), 12, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var d Decoder
			target := make([]byte, c.size)
			read, err := d.Inflate(target, c.stream.data)
			if !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
			if err == nil && read != len(c.stream.data) {
				t.Errorf("%d of %d bytes read", read, len(c.stream.data))
			}
			content, _, oracleErr := oracle(c.stream.data, c.size+1)
			if (err == nil) != (oracleErr == nil && len(content) == c.size) || err == nil && !bytes.Equal(content, target) {
				t.Errorf("%v with %q, compress/flate: %v with %q", err, target, oracleErr, content)
			}
			// What an unsound stream leaves in a decoder is no harm to the next one.
			for _, level := range []int{0, 1, 9} {
				next := packed(t, []byte("the next stream, and what it says"), level)
				if _, err := d.Inflate(make([]byte, 33), next); err != nil {
					t.Errorf("the next stream: %v", err)
				}
			}
		})
	}
}
