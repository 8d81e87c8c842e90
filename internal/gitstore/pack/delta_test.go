package pack

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/unleak/unleak/internal/gittest"
)

// applySlowly is the text of gitformat-pack(5), one byte at a time, without a thought for speed.
func applySlowly(delta, base []byte) (result []byte, ok bool) {
	next := func() byte {
		if len(delta) == 0 {
			ok = false
			return 0
		}
		c := delta[0]
		delta = delta[1:]
		return c
	}
	size := func() (n uint64) {
		for shift := 0; shift < 63; shift += 7 {
			c := next()
			n |= uint64(c&127) << shift
			if c < 128 {
				return n
			}
		}
		ok = false
		return 0
	}
	ok = true
	baseSize, resultSize := size(), size()
	if !ok || baseSize != uint64(len(base)) {
		return nil, false
	}
	for ok && len(delta) > 0 {
		code := next()
		if code == 0 {
			return nil, false
		}
		if code < 128 {
			for range code {
				result = append(result, next())
			}
			continue
		}
		var offset, length uint64
		for bit := range 4 {
			if code&(1<<bit) != 0 {
				offset += uint64(next()) << (8 * bit)
			}
		}
		for bit := range 3 {
			if code&(16<<bit) != 0 {
				length += uint64(next()) << (8 * bit)
			}
		}
		if length == 0 {
			length = 65536
		}
		if offset+length > uint64(len(base)) {
			return nil, false
		}
		result = append(result, base[offset:offset+length]...)
	}
	return result, ok && uint64(len(result)) == resultSize
}

// compareDelta holds Check and Apply against the slow reference.
func compareDelta(t *testing.T, data, base []byte) {
	t.Helper()
	want, ok := applySlowly(data, base)
	d, err := ParseDelta(data)
	if err != nil {
		if ok {
			t.Fatalf("ParseDelta refuses a sound delta: %v", err)
		}
		return
	}
	if err := d.Check(len(base)); (err == nil) != ok {
		t.Fatalf("Check says %v of a delta whose soundness is %v", err, ok)
	}
	if d.ResultSize > 1<<24 {
		return
	}
	target := make([]byte, d.ResultSize)
	copies, err := d.Apply(target, base, nil)
	if (err == nil) != ok || ok && !bytes.Equal(target, want) {
		t.Fatalf("Apply gives %q, %v; want %q, %v", target, err, want, ok)
	}
	if ok {
		compareCopies(t, d, copies)
	}
}

// compareCopies holds what Apply says is copied against the instructions.
func compareCopies(t *testing.T, d Delta, copies []Copy) {
	t.Helper()
	var want []Copy
	at := 0
	for rest := d.Instructions; len(rest) > 0; {
		op, after, err := d.Next(rest)
		if err != nil {
			t.Fatal(err)
		}
		rest = after
		if op.Insert != nil {
			at += len(op.Insert)
			continue
		}
		if n := len(want) - 1; n >= 0 && want[n].At+want[n].Len == at && want[n].Base+want[n].Len == op.Offset {
			want[n].Len += op.Size
		} else {
			want = append(want, Copy{at, op.Offset, op.Size})
		}
		at += op.Size
	}
	if !slices.Equal(want, copies) {
		t.Fatalf("Apply says that %v is copied, want %v", copies, want)
	}
}

// randomDelta returns a delta for base, sound unless a lie is asked for.
func randomDelta(random *rand.Rand, base []byte, lie bool) []byte {
	var parts [][]byte
	total := 0
	for range random.IntN(8) {
		if random.IntN(2) == 0 && len(base) > 0 {
			offset := random.IntN(len(base))
			size := 1 + random.IntN(len(base)-offset)
			parts = append(parts, gittest.Copy(uint32(offset), uint32(size)))
			total += size
			continue
		}
		data := strings.Repeat(string(rune('a'+random.IntN(26))), 1+random.IntN(200))
		parts = append(parts, gittest.Insert(data))
		total += len(data)
	}
	delta := gittest.Delta(uint64(len(base)), uint64(total), parts...)
	if lie && len(delta) > 0 {
		switch random.IntN(3) {
		case 0:
			delta = delta[:random.IntN(len(delta))]
		case 1:
			delta[random.IntN(len(delta))] ^= byte(1 << random.IntN(8))
		default:
			delta = append(delta, byte(random.IntN(256)))
		}
	}
	return delta
}

func TestDeltaAgainstReference(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for n := range 4000 {
		base := make([]byte, random.IntN(1+n%300))
		for i := range base {
			base[i] = byte(random.Uint32())
		}
		compareDelta(t, randomDelta(random, base, n%2 == 0), base)
	}
	large := bytes.Repeat([]byte("0123456789abcdef"), 1<<14)
	compareDelta(t, gittest.Delta(1<<18, 1<<16, gittest.Copy(70000, 0)), large)
	compareDelta(t, gittest.Delta(1<<18, 1<<18-1, gittest.Copy(1, 1<<18-1)), large)
	compareDelta(t, gittest.Delta(1<<18, 1<<18, gittest.Copy(1, 1<<18)), large)
}

// TestDeltaOfManyCopies: what is listed of them is bounded, what they give is not.
func TestDeltaOfManyCopies(t *testing.T) {
	base := []byte("ab")
	var parts [][]byte
	for n := range maxCopies + 10 {
		parts = append(parts, gittest.Copy(uint32(n%2), 1), gittest.Insert("-"))
	}
	data := gittest.Delta(2, uint64(len(parts)), parts...)
	want, _ := applySlowly(data, base)
	d, err := ParseDelta(data)
	if err != nil {
		t.Fatal(err)
	}
	target := make([]byte, d.ResultSize)
	if copies, err := d.Apply(target, base, nil); err != nil || len(copies) != maxCopies || !bytes.Equal(want, target) {
		t.Errorf("%d copies listed, %v", len(copies), err)
	}
}

func TestDeltaErrors(t *testing.T) {
	base := []byte("the base of it all")
	size := uint64(len(base))
	for _, c := range []struct {
		name  string
		delta []byte
		want  error
	}{
		{"empty", nil, errDeltaCut},
		{"one size", []byte{18}, errDeltaCut},
		{"size without end", bytes.Repeat([]byte{0x80}, 30), errDeltaCut},
		{"other base", gittest.Delta(size+1, 1, gittest.Insert("x")), errDeltaBase},
		{"reserved", gittest.Delta(size, 1, []byte{0}), errDeltaOp},
		{"insert cut off", gittest.Delta(size, 9, []byte{9, 'x'}), errDeltaCut},
		{"copy cut off", gittest.Delta(size, 9, []byte{0x91, 1}), errDeltaCut},
		{"copy past the end", gittest.Delta(size, 9, gittest.Copy(10, 9)), errDeltaCopy},
		{"copy from far outside", gittest.Delta(size, 1, gittest.Copy(1<<32-1, 1)), errDeltaCopy},
		{"result too long", gittest.Delta(size, 2, gittest.Insert("xyz")), errDeltaResult},
		{"result too short", gittest.Delta(size, 4, gittest.Insert("xyz")), errDeltaResult},
	} {
		d, err := ParseDelta(c.delta)
		if err == nil {
			err = d.Check(len(base))
			if _, applied := d.Apply(make([]byte, d.ResultSize), base, nil); !errors.Is(applied, c.want) {
				t.Errorf("%s: Apply says %v, want %v", c.name, applied, c.want)
			}
		}
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
}

func FuzzDelta(f *testing.F) {
	base := []byte("a base with some bytes in it, for copies to point into")
	f.Add(gittest.Delta(uint64(len(base)), 12, gittest.Copy(3, 6), gittest.Insert("insert")), base)
	f.Add(gittest.Delta(0, 1, gittest.Insert("x")), []byte{})
	f.Add(bytes.Repeat([]byte{0xff}, 40), base)
	f.Fuzz(func(t *testing.T, delta, base []byte) { compareDelta(t, delta, base) })
}
