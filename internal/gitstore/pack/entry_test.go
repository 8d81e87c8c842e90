package pack

import (
	"bytes"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// encodeEntry writes a header in the canonical form, from the text of gitformat-pack(5).
func encodeEntry(e entry) []byte {
	var out []byte
	first, rest := byte(e.kind)<<4|byte(e.size&15), e.size>>4
	for ; rest > 0; rest >>= 7 {
		out = append(out, first|0x80)
		first = byte(rest & 0x7f)
	}
	out = append(out, first)
	switch e.kind {
	case offsetDelta:
		var groups []byte // the last first
		for n := e.base; ; n-- {
			groups = append(groups, byte(n&0x7f))
			if n >>= 7; n == 0 {
				break
			}
		}
		for i := len(groups) - 1; i >= 0; i-- {
			more := byte(0x80)
			if i == 0 {
				more = 0
			}
			out = append(out, groups[i]|more)
		}
	case refDelta:
		out = append(out, e.baseID[:]...)
	}
	return out
}

func TestParseEntry(t *testing.T) {
	id := ID(bytes.Repeat([]byte{7}, 20))
	whole := []entry{
		{kind: Commit}, {kind: Tree, size: 15}, {kind: Blob, size: 16}, {kind: Tag, size: 1<<11 - 1},
		{kind: Blob, size: 1 << 11}, {kind: Blob, size: 1<<32 + 5}, {kind: Blob, size: 1<<60 - 1},
		{kind: offsetDelta, size: 9, base: 1}, {kind: offsetDelta, base: 127}, {kind: offsetDelta, base: 128},
		{kind: offsetDelta, base: 128 + 1<<14 - 1}, {kind: offsetDelta, base: 128 + 1<<14},
		{kind: offsetDelta, base: 1 << 40}, {kind: offsetDelta, base: 1 << 62},
		{kind: refDelta, size: 100, baseID: id},
	}
	for _, want := range whole {
		data := encodeEntry(want)
		want.header = len(data)
		got, err := parseEntry(append(data, "zlib"...))
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(entry{})); err != nil || diff != "" {
			t.Errorf("%+v: %v\n%s", want, err, diff)
		}
		for cut := range data {
			if _, err := parseEntry(data[:cut]); !errors.Is(err, errHeaderCut) {
				t.Errorf("%+v cut off after %d bytes: %v", want, cut, err)
			}
		}
	}
	for _, c := range []struct {
		name string
		data []byte
		want error
	}{
		{"type 0", []byte{0x00}, errHeaderKind},
		{"type 5", []byte{0x50}, errHeaderKind},
		{"size beyond 64 bits", append(bytes.Repeat([]byte{0xbf}, 11), 0), errHeaderWidth},
		{"distance beyond 64 bits", append([]byte{0x60}, append(bytes.Repeat([]byte{0xff}, 10), 0)...), errHeaderWidth},
	} {
		if _, err := parseEntry(c.data); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
}

func FuzzParseEntry(f *testing.F) {
	f.Add([]byte{0x95, 0x0a})
	f.Add(encodeEntry(entry{kind: offsetDelta, size: 300, base: 70000}))
	f.Add(encodeEntry(entry{kind: refDelta, size: 1 << 40}))
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := parseEntry(data)
		if err != nil {
			return
		}
		if e.header < 1 || e.header > len(data) {
			t.Fatalf("header of %d bytes in %d", e.header, len(data))
		}
		again, err := parseEntry(encodeEntry(e))
		again.header = e.header // sizes have more than one form
		if err != nil || again != e {
			t.Fatalf("%+v, written and read again, is %+v, %v", e, again, err)
		}
	})
}
