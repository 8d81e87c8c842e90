package deflate

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// randomCode gives n lengths of a complete code for at least two of n symbols, by
// splitting codes at random; deep ones are made by splitting the longest.
func randomCode(random *rand.Rand, n, symbols int, deep bool) []int {
	code := []int{1, 1}
	for len(code) < symbols {
		i := random.IntN(len(code))
		if deep && random.IntN(4) > 0 {
			i = len(code) - 1
		}
		for code[i] == maxCode {
			i = random.IntN(len(code))
		}
		code[i]++
		code = append(code, code[i])
	}
	lengths := make([]int, n)
	for i, symbol := range random.Perm(n)[:len(code)] {
		lengths[symbol] = code[i]
	}
	return lengths
}

// Streams with random codes, of random literals and matches, mean what compress/flate
// says. Deep codes need subtables, also within literals and distances that
// hardly any compressor writes.
func TestRandomCodes(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	var d Decoder
	for range 2000 {
		deep := random.IntN(2) == 0
		literals := randomCode(random, 286, 2+random.IntN(285), deep)
		distances := randomCode(random, 30, 2+random.IntN(29), deep)
		if literals[256] == 0 {
			for i, n := range literals {
				if n > 0 {
					literals[i], literals[256] = 0, n
					break
				}
			}
		}
		w := new(bitWriter).header(literals, distances)
		size := writeRandom(w, random, literals, distances)
		want, read, err := oracle(w.data, size+1)
		if err != nil || len(want) != size {
			t.Fatalf("the test writes an unsound stream: %v, %d of %d bytes", err, len(want), size)
		}
		got := make([]byte, size)
		gotRead, err := d.Inflate(got, w.data)
		if err != nil || gotRead != read || !bytes.Equal(got, want) {
			t.Fatalf("%v after %d bytes, compress/flate reads %d; content is equal: %v\nliterals %v\ndistances %v",
				err, gotRead, read, bytes.Equal(got, want), literals, distances)
		}
	}
}

// writeRandom writes symbols up to the end, and returns what size they stand for.
func writeRandom(w *bitWriter, random *rand.Rand, literals, distances []int) (size int) {
	literalCodes, distanceCodes := codes(literals), codes(distances)
	for range random.IntN(300) {
		symbol := random.IntN(len(literals))
		if literals[symbol] == 0 || symbol == 256 {
			continue
		}
		if symbol < 256 {
			w.code(literalCodes[symbol], literals[symbol])
			size++
			continue
		}
		far := random.IntN(len(distances))
		distance := int(distanceMeaning[far] >> valueShift)
		if distances[far] == 0 || distance > size {
			continue
		}
		meaning := lengthMeaning[symbol-257]
		extra := random.IntN(1 << (meaning & 15))
		w.code(literalCodes[symbol], literals[symbol]).number(extra, int(meaning&15))
		size += int(meaning>>valueShift) + extra
		meaning = distanceMeaning[far]
		extra = random.IntN(min(1<<(meaning&15), size)) & (1<<(meaning&15) - 1)
		if distance+extra > size-258 {
			extra = 0
		}
		w.code(distanceCodes[far], distances[far]).number(extra, int(meaning&15))
	}
	w.code(literalCodes[256], literals[256])
	return size
}
