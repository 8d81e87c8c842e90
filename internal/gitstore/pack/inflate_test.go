package pack

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/unleak/unleak/internal/gittest"
)

func TestInflate(t *testing.T) {
	content := []byte(strings.Repeat("some content to deflate, ", 400))
	stream := gittest.Deflate(content)
	behind := append(slices.Clone(stream), "the next entry"...)
	badSum := slices.Clone(stream)
	badSum[len(badSum)-1] ^= 1
	dictionary := slices.Clone(stream)
	dictionary[1] = dictionary[1]&^31 | 0x20
	dictionary[1] += byte(31 - binary.BigEndian.Uint16(dictionary)%31)
	stored := func() []byte { // FLEVEL 0
		var b bytes.Buffer
		w, _ := zlib.NewWriterLevel(&b, zlib.NoCompression)
		w.Write(content)
		w.Close()
		return b.Bytes()
	}()
	anyError := errors.New("any")
	var z inflater
	for _, c := range []struct {
		name   string
		packed []byte
		size   int
		want   error // with verification
		lax    error // without
	}{
		{"sound", stream, len(content), nil, nil},
		{"stored", stored, len(content), nil, nil},
		{"empty object", gittest.Deflate(nil), 0, nil, nil},
		{"followed by the next entry", behind, len(content), nil, nil},
		{"size too small", stream, len(content) - 1, errZlibLong, errZlibLong},
		{"size zero", stream, 0, errZlibLong, errZlibLong},
		{"size too large", stream, len(content) + 1, errZlibShort, errZlibShort},
		{"bad checksum", badSum, len(content), errZlibSum, nil},
		{"checksum cut off", stream[:len(stream)-1], len(content), errZlibSum, nil},
		{"data cut off", stream[:20], len(content), errZlibShort, errZlibShort},
		{"end of data cut off", stream[:len(stream)-6], len(content), anyError, anyError},
		{"nothing", nil, 3, errZlibHeader, errZlibHeader},
		{"header only", stream[:1], 3, errZlibHeader, errZlibHeader},
		{"method 9", append([]byte{0x79, 0x9c}, stream[2:]...), len(content), errZlibHeader, errZlibHeader},
		{"preset dictionary", dictionary, len(content), errZlibHeader, errZlibHeader},
		{"reserved block type", []byte{0x78, 0x9c, 0x07, 0, 0, 0}, 3, anyError, anyError},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, verify := range []bool{true, false} {
				want := c.lax
				if verify {
					want = c.want
				}
				target := make([]byte, c.size)
				err := z.inflate(target, c.packed, verify)
				if !errors.Is(err, want) && !(want == anyError && err != nil) {
					t.Errorf("inflate (verify %v): %v, want %v", verify, err, want)
				}
				if err == nil && (!bytes.Equal(target, content[:c.size])) {
					t.Errorf("inflate (verify %v) gives other content", verify)
				}
			}
			var out bytes.Buffer
			err := z.stream(&out, uint64(c.size), c.packed)
			if !errors.Is(err, c.want) && !(c.want == anyError && err != nil) {
				t.Errorf("stream: %v, want %v", err, c.want)
			}
			if err == nil && !bytes.Equal(out.Bytes(), content[:c.size]) {
				t.Error("stream gives other content")
			}
		})
	}
	if err := z.inflate(make([]byte, len(content)), behind, true); err != nil || z.packedLen(behind) != len(stream) {
		t.Errorf("stream of %d bytes is said to take %d (%v)", len(stream), z.packedLen(behind), err)
	}
}

func TestStreamInParts(t *testing.T) {
	var z inflater
	for _, size := range []int{streamPart - 1, streamPart, streamPart + 1, 3*streamPart + 7} {
		content := bytes.Repeat([]byte("0123456789"), size/10+1)[:size]
		packed := append(gittest.Deflate(content), 'x')
		var out bytes.Buffer
		if err := z.stream(&out, uint64(size), packed); err != nil || !bytes.Equal(out.Bytes(), content) {
			t.Errorf("%d bytes: %v", size, err)
		}
		if z.packedLen(packed) != len(packed)-1 {
			t.Errorf("%d bytes: stream of %d is said to take %d", size, len(packed)-1, z.packedLen(packed))
		}
	}
	// A lie about the size costs a part, not the size.
	if err := z.stream(io.Discard, 1<<60, gittest.Deflate([]byte("short"))); !errors.Is(err, errZlibShort) {
		t.Error(err)
	}
}

func TestPlausible(t *testing.T) {
	zeros := make([]byte, 4<<20)
	if packed := gittest.Deflate(zeros); !plausible(uint64(len(zeros)), len(packed)) {
		t.Errorf("%d zeros in %d bytes are called a lie", len(zeros), len(packed))
	}
	if plausible(1<<30, 1000) || plausible(1<<63, 1<<30) {
		t.Error("a lie is believed")
	}
}

// FuzzInflate compares with the standard library.
func FuzzInflate(f *testing.F) {
	f.Add(gittest.Deflate([]byte("hello hello hello")), 17)
	f.Add(gittest.Deflate(nil), 0)
	f.Add([]byte{0x78, 0x9c, 3, 0, 0, 0, 0, 1}, 1)
	f.Fuzz(func(t *testing.T, packed []byte, size int) {
		if size < 0 || size > 1<<20 {
			return
		}
		var want []byte
		var wantErr error
		source := bytes.NewReader(packed)
		r, err := zlib.NewReader(source)
		if wantErr = err; err == nil {
			want, wantErr = io.ReadAll(io.LimitReader(r, int64(size)+1))
			if wantErr == nil && len(want) != size {
				wantErr = errZlibShort
			}
		}
		var z inflater
		target := make([]byte, size)
		err = z.inflate(target, packed, true)
		if (err == nil) != (wantErr == nil) || err == nil && !bytes.Equal(target, want) {
			t.Fatalf("inflate: %v, the standard library: %v", err, wantErr)
		}
		if err == nil && z.packedLen(packed) != len(packed)-source.Len() {
			t.Fatalf("stream takes %d bytes, the standard library takes %d", z.packedLen(packed), len(packed)-source.Len())
		}
		var out bytes.Buffer
		if streamErr := z.stream(&out, uint64(size), packed); (streamErr == nil) != (err == nil) {
			t.Fatalf("stream: %v, inflate: %v", streamErr, err)
		}
	})
}
