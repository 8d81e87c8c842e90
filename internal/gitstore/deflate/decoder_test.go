package deflate

import (
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// packed deflates content at a level of compress/flate.
func packed(t testing.TB, content []byte, level int) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, level)
	if err != nil {
		t.Fatal(err)
	}
	w.Write(content)
	w.Close()
	return b.Bytes()
}

// oracle inflates with compress/flate, up to a limit, and says how much it read.
func oracle(source []byte, limit int) (content []byte, read int, err error) {
	r := bytes.NewReader(source)
	content, err = io.ReadAll(io.LimitReader(flate.NewReader(r), int64(limit)))
	return content, len(source) - r.Len(), err
}

// contents gives texts of all sorts by name.
func contents() map[string][]byte {
	random := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 80_000)
	for i := range noise {
		noise[i] = byte(random.Uint32())
	}
	var words bytes.Buffer
	for words.Len() < 150_000 {
		fmt.Fprintf(&words, "%s the %d lines of\n", strings.Repeat("word ", random.IntN(4)), random.IntN(1000))
	}
	skewed := make([]byte, 70_000) // byte k half as often as k-1: codes of all lengths
	for i := range skewed {
		for random.IntN(2) == 1 {
			skewed[i]++
		}
	}
	all := map[string][]byte{
		"empty": nil, "one byte": {'x'}, "short": []byte("hello, hello"), "zeros": make([]byte, 70_000),
		"noise": noise, "words": words.Bytes(), "skewed": skewed,
		"noise, then far copies": slices.Concat(noise[:32768], noise[:32768], noise[1:32768]),
	}
	for period := 1; period <= 20; period++ {
		all[fmt.Sprintf("period %d", period)] = bytes.Repeat(noise[:period], 700/period)
	}
	return all
}

func TestInflate(t *testing.T) {
	var d Decoder
	for name, content := range contents() {
		for level := flate.HuffmanOnly; level <= flate.BestCompression; level++ {
			stream := packed(t, content, level)
			for _, behind := range []string{"", "b", "what follows the stream"} {
				target := make([]byte, len(content))
				read, err := d.Inflate(target, append(slices.Clip(stream), behind...))
				if err != nil || read != len(stream) || !bytes.Equal(target, content) {
					t.Errorf("%s at level %d before %q: %d of %d bytes read, %v", name, level, behind, read, len(stream), err)
				}
			}
		}
	}
}

// What the target's size should have been is told apart from what is malformed.
func TestSizes(t *testing.T) {
	var d Decoder
	for name, content := range contents() {
		for level := flate.HuffmanOnly; level <= flate.BestCompression; level++ {
			stream := packed(t, content, level)
			for _, less := range []int{1, 2, 17, 300} {
				if less > len(content) {
					break
				}
				if _, err := d.Inflate(make([]byte, len(content)-less), stream); !errors.Is(err, ErrOverfull) {
					t.Errorf("%s at level %d with a target %d too small: %v", name, level, less, err)
				}
			}
			if _, err := d.Inflate(make([]byte, len(content)+1), stream); !errors.Is(err, ErrUnderfull) {
				t.Errorf("%s at level %d with a target too large: %v", name, level, err)
			}
		}
	}
}

// A stream cut off anywhere is refused as that, whatever lies in the bytes behind the slice.
func TestCutOff(t *testing.T) {
	var d Decoder
	for name, content := range contents() {
		content = content[:min(len(content), 2000)]
		for _, level := range []int{flate.HuffmanOnly, flate.NoCompression, flate.BestSpeed, flate.BestCompression} {
			stream := packed(t, content, level)
			for n := range stream {
				if _, err := d.Inflate(make([]byte, len(content)), stream[:n]); !errors.Is(err, ErrShort) {
					t.Fatalf("%s at level %d, %d of %d bytes: %v", name, level, n, len(stream), err)
				}
			}
		}
	}
}

// The target is written nowhere but within its length.
func TestWritesWithinTarget(t *testing.T) {
	var d Decoder
	for name, content := range contents() {
		stream := packed(t, content, flate.DefaultCompression)
		for _, size := range []int{len(content), len(content) / 2, len(content) * 2 / 3} {
			space := bytes.Repeat([]byte{0xa5}, size+64)
			d.Inflate(space[:size], stream) // most are too small
			if !bytes.Equal(space[size:], bytes.Repeat([]byte{0xa5}, 64)) {
				t.Errorf("%s: something is written behind a target of %d bytes", name, size)
			}
		}
	}
}

// Matches of every length and of short distances, at the end of the target and before it.
func TestMatches(t *testing.T) {
	var d Decoder
	start := []byte("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGH")
	for symbol, meaning := range lengthMeaning[:29] {
		for extra := range 1 << (meaning & 7) {
			length := int(meaning>>valueShift) + extra
			for distance := 1; distance <= 40; distance++ {
				for _, behind := range []int{0, 1, 20} {
					w := new(bitWriter).number(3, 3)
					want := slices.Clone(start)
					for _, c := range start {
						w.code(0x30+int(c), 8)
					}
					w.lengthCode(symbol).number(extra, int(meaning&7)).distance(distance)
					for range length {
						want = append(want, want[len(want)-distance])
					}
					for range behind {
						w.code(0x30+'.', 8)
						want = append(want, '.')
					}
					w.code(0, 7)
					got := make([]byte, len(want))
					if _, err := d.Inflate(got, w.data); err != nil || !bytes.Equal(got, want) {
						t.Fatalf("length %d, distance %d, %d bytes behind: %v, %q", length, distance, behind, err, got)
					}
				}
			}
		}
	}
}

func TestNoAllocation(t *testing.T) {
	d := new(Decoder)
	content := contents()["words"]
	stream, target := packed(t, content, flate.DefaultCompression), make([]byte, len(content))
	if n := testing.AllocsPerRun(10, func() { d.Inflate(target, stream) }); n != 0 {
		t.Errorf("%v allocations a stream", n)
	}
}

func BenchmarkInflate(b *testing.B) {
	var d Decoder
	words := contents()["words"]
	for _, size := range []int{60, 500, 4000, len(words)} {
		stream, target := packed(b, words[:size], flate.DefaultCompression), make([]byte, size)
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			b.SetBytes(int64(size))
			for b.Loop() {
				if _, err := d.Inflate(target, stream); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
