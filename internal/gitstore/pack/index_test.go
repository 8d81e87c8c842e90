package pack

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"github.com/unleak/unleak/internal/gittest"
)

// sampleIndex is an index of many objects, some with the same first byte.
func sampleIndex() *gittest.Index {
	x := &gittest.Index{Version: 2, PackSum: bytes.Repeat([]byte{9}, 20)}
	for i := range 600 {
		x.Entries = append(x.Entries, gittest.IndexEntry{ID: gittest.ObjectID("blob", []byte(text(i))), CRC: uint32(7 * i), Offset: uint32(12 + i)})
	}
	slices.SortFunc(x.Entries, func(a, b gittest.IndexEntry) int { return strings.Compare(a.ID, b.ID) })
	recount(x)
	return x
}

func recount(x *gittest.Index) {
	x.Fanout = [256]uint32{}
	for _, e := range x.Entries {
		id, _ := ParseID(e.ID)
		for i := int(id[0]); i < 256; i++ {
			x.Fanout[i]++
		}
	}
}

func TestParseIndex(t *testing.T) {
	for name, edit := range map[string]func(*gittest.Index){
		"version 2":      func(*gittest.Index) {},
		"version 1":      func(x *gittest.Index) { x.Version = 1 },
		"64-bit offsets": (*gittest.Index).UseLargeOffsets,
		"no objects":     func(x *gittest.Index) { x.Fanout, x.Entries = [256]uint32{}, nil },
		"one name twice": func(x *gittest.Index) { x.Entries[1].ID = x.Entries[0].ID },
	} {
		t.Run(name, func(t *testing.T) {
			want := sampleIndex()
			edit(want)
			x, err := ParseIndex(want.Encode())
			if err != nil {
				t.Fatal(err)
			}
			if err := x.Verify(); err != nil {
				t.Error(err)
			}
			if x.Count() != len(want.Entries) || !bytes.Equal(want.PackSum, append([]byte(nil), idOf(x.PackChecksum())...)) {
				t.Errorf("%d objects of pack %s", x.Count(), x.PackChecksum())
			}
			for i, e := range want.Entries {
				checkIndexEntry(t, x, want, i)
				first := slices.IndexFunc(want.Entries, func(o gittest.IndexEntry) bool { return o.ID == e.ID })
				if at, ok := x.Find(x.ID(i)); !ok || at != first {
					t.Errorf("%s is found at %d, %v; want %d", e.ID, at, ok, first)
				}
				absent := x.ID(i)
				absent[19] ^= 1
				if at, ok := x.Find(absent); ok {
					t.Errorf("%s, which is not there, is found at %d", absent, at)
				}
			}
			for _, id := range []ID{{}, ID(bytes.Repeat([]byte{0xff}, 20))} {
				if _, ok := x.Find(id); ok {
					t.Errorf("%s is found", id)
				}
			}
		})
	}
}

func idOf(id ID) []byte { return id[:] }

func checkIndexEntry(t *testing.T, x *Index, want *gittest.Index, i int) {
	t.Helper()
	e := want.Entries[i]
	offset := uint64(e.Offset)
	if e.Offset>>31 != 0 {
		offset = want.Large[e.Offset&(1<<31-1)]
	}
	if got, ok := x.Offset(i); !ok || got != offset || x.ID(i).String() != e.ID {
		t.Errorf("object %d is %s at %d (%v), want %s at %d", i, x.ID(i), got, ok, e.ID, offset)
	}
	if crc, ok := x.CRC(i); ok != (want.Version == 2) || ok && crc != e.CRC {
		t.Errorf("object %d has CRC %x, %v; want %x", i, crc, ok, e.CRC)
	}
}

func TestParseIndexDamage(t *testing.T) {
	sound := sampleIndex().Encode()
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"empty", nil, "too short"},
		{"magic only", []byte(idxMagic), "ends in its header"},
		{"cut in the fan-out", sound[:1000], "too short"},
		{"cut in the tables", sound[:len(sound)-100], "bytes of tables"},
		{"odd end", append(slices.Clone(sound), 1, 2, 3), "bytes of tables"},
		{"version 1 cut off", func() []byte { x := sampleIndex(); x.Version = 1; d := x.Encode(); return d[:len(d)-1] }(), "bytes of records"},
	} {
		if _, err := ParseIndex(c.data); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
	for _, damage := range gittest.IndexDamages() {
		x := sampleIndex()
		damage.Edit(x)
		parsed, err := ParseIndex(x.Encode())
		if err != nil {
			continue
		}
		for i := range parsed.Count() {
			parsed.Offset(i)
			parsed.CRC(i)
			parsed.Find(parsed.ID(i))
		}
	}
	for name, edit := range map[string]func(*gittest.Index){
		"names out of order": func(x *gittest.Index) { slices.Reverse(x.Entries) },
		"two names of one first byte swapped": func(x *gittest.Index) {
			i := 1
			for x.Entries[i].ID[:2] != x.Entries[i-1].ID[:2] {
				i++
			}
			x.Entries[i], x.Entries[i-1] = x.Entries[i-1], x.Entries[i]
		},
		"fan-out not monotone":       func(x *gittest.Index) { x.Fanout[100] = 0 },
		"fan-out that lies":          func(x *gittest.Index) { x.Fanout[100]++ },
		"count of another table":     func(x *gittest.Index) { x.Fanout[255]-- },
		"fewer entries than counted": func(x *gittest.Index) { x.Entries = x.Entries[1:] },
	} {
		x := sampleIndex()
		edit(x)
		if _, err := ParseIndex(x.Encode()); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestOffsetOutsideItsTable(t *testing.T) {
	want := sampleIndex()
	want.Entries[3].Offset = 1<<31 | 1
	want.Large = []uint64{1 << 40}
	want.Entries[4].Offset = 1 << 31
	x, err := ParseIndex(want.Encode())
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := x.Offset(3); ok {
		t.Error("an offset outside the table is given out")
	}
	if got, ok := x.Offset(4); !ok || got != 1<<40 {
		t.Errorf("64-bit offset is %d, %v", got, ok)
	}
}

func TestVerifyNoticesEveryByte(t *testing.T) {
	data := sampleIndex().Encode()
	for _, at := range []int{8, 900, 1032 + 20*600 + 1, len(data) - 41, len(data) - 1} {
		damaged := slices.Clone(data)
		damaged[at] ^= 1
		x := &Index{data: damaged}
		if x.Verify() == nil {
			t.Errorf("a flipped bit at %d goes unnoticed", at)
		}
	}
}

func FuzzParseIndex(f *testing.F) {
	for _, version := range []int{1, 2} {
		x := sampleIndex()
		x.Version, x.Entries = version, x.Entries[:2]
		recount(x)
		f.Add(x.Encode())
		x.UseLargeOffsets()
		f.Add(x.Encode())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		x, err := ParseIndex(data)
		if err != nil {
			return
		}
		for i := range x.Count() {
			x.Offset(i)
			x.CRC(i)
			at, ok := x.Find(x.ID(i))
			if !ok || x.ID(at) != x.ID(i) || at > i {
				t.Fatalf("object %d is found at %d, %v", i, at, ok)
			}
		}
		x.PackChecksum()
		x.Verify()
	})
}

func TestEncodeIndexWide(t *testing.T) {
	var records []record
	for i := range 5 {
		r := record{crc: uint32(i), offset: uint64(i) << 30}
		binary.BigEndian.PutUint64(r.id[:], uint64(i)<<58)
		records = append(records, r)
	}
	x, err := ParseIndex(encodeIndex(records, ID{1, 2}))
	if err != nil {
		t.Fatal(err)
	}
	if err := x.Verify(); err != nil || x.PackChecksum() != (ID{1, 2}) {
		t.Errorf("of pack %s: %v", x.PackChecksum(), err)
	}
	for i, r := range records {
		offset, ok := x.Offset(i)
		crc, _ := x.CRC(i)
		if !ok || offset != r.offset || crc != r.crc || x.ID(i) != r.id {
			t.Errorf("record %d reads as %s %d %d %v", i, x.ID(i), offset, crc, ok)
		}
	}
}
