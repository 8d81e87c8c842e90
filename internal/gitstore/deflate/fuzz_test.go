package deflate

import (
	"bytes"
	"compress/flate"
	"testing"
)

// FuzzInflate compares with the standard library: verdict, content and what was read.
func FuzzInflate(f *testing.F) {
	for _, content := range contents() {
		content = content[:min(len(content), 400)]
		for _, level := range []int{flate.HuffmanOnly, flate.NoCompression, flate.BestSpeed, flate.BestCompression} {
			f.Add(packed(f, content, level), len(content))
		}
	}
	var d Decoder // one for all: nothing of a stream may be left in it for the next
	f.Fuzz(func(t *testing.T, stream []byte, size int) {
		if size < 0 || size > 1<<16 {
			return
		}
		want, read, wantErr := oracle(stream, size+1)
		space := bytes.Repeat([]byte{0xa5}, size+32)
		got, err := d.Inflate(space[:size], stream)
		if sound := wantErr == nil && len(want) == size; sound != (err == nil) {
			t.Fatalf("%v, the standard library: %d bytes of %d, %v", err, len(want), size, wantErr)
		}
		if err == nil && (got != read || !bytes.Equal(space[:size], want)) {
			t.Fatalf("%d bytes read, the standard library reads %d; content is equal: %v", got, read, bytes.Equal(space[:size], want))
		}
		if !bytes.Equal(space[size:], bytes.Repeat([]byte{0xa5}, 32)) {
			t.Fatal("something is written behind the target")
		}
		if err == nil {
			return
		}
		// With the size it does have, a sound stream is taken.
		if want, read, wantErr = oracle(stream, 1<<20); wantErr == nil && len(want) < 1<<20 {
			target := make([]byte, len(want))
			if got, err := d.Inflate(target, stream); err != nil || got != read || !bytes.Equal(target, want) {
				t.Fatalf("at its own size of %d: %v, %d bytes read, the standard library reads %d", len(want), err, got, read)
			}
		}
	})
}
