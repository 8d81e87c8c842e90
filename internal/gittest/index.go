package gittest

import (
	"cmp"
	"encoding/binary"
	"encoding/hex"
	"os"
	"slices"
	"strings"
	"testing"
)

// Index is a pack index as it is written: a test changes its fields to make it
// lie. Its own checksum is always right, so that what a reader notices is
// the lie.
type Index struct {
	Version int // 1 or 2; another number is written in the header of version 2
	Fanout  [256]uint32
	Entries []IndexEntry // in the order of the file
	Large   []uint64     // version 2: the table of 64-bit offsets
	PackSum []byte
}

// IndexEntry is one object in an index.
type IndexEntry struct {
	ID     string // hex
	CRC    uint32
	Offset uint32 // with the highest bit set, a place in Large
}

const largeOffset = 1 << 31

// NewIndex returns the true index of entries that were written as pack. Entries of one id are listed
// as often as they are there.
func NewIndex(entries []PackEntry, pack []byte) *Index {
	index := &Index{Version: 2, PackSum: pack[len(pack)-20:]}
	for _, e := range entries {
		index.Entries = append(index.Entries, IndexEntry{e.ID, e.CRC, uint32(e.Offset)})
	}
	slices.SortFunc(index.Entries, func(a, b IndexEntry) int { return strings.Compare(a.ID, b.ID) })
	index.countFanout()
	return index
}

func (x *Index) countFanout() {
	x.Fanout = [256]uint32{}
	for _, e := range x.Entries {
		first, _ := hex.DecodeString(e.ID[:2])
		for i := int(first[0]); i < len(x.Fanout); i++ {
			x.Fanout[i]++
		}
	}
}

// Encode returns the file.
func (x *Index) Encode() []byte {
	var file []byte
	order := binary.BigEndian
	if x.Version != 1 {
		file = order.AppendUint32([]byte("\xfftOc"), uint32(x.Version))
	}
	for _, count := range x.Fanout {
		file = order.AppendUint32(file, count)
	}
	for _, e := range x.Entries {
		if x.Version == 1 {
			file = order.AppendUint32(file, e.Offset)
		}
		id, _ := hex.DecodeString(e.ID)
		file = append(file, id...)
	}
	if x.Version != 1 {
		for _, e := range x.Entries {
			file = order.AppendUint32(file, e.CRC)
		}
		for _, e := range x.Entries {
			file = order.AppendUint32(file, e.Offset)
		}
		for _, offset := range x.Large {
			file = order.AppendUint64(file, offset)
		}
	}
	file = append(file, x.PackSum...)
	return append(file, sum(file)...)
}

// EditIndex reads the sound version 2 index of a pack, lets edit change it, and
// writes it back.
func EditIndex(t testing.TB, pack string, edit func(*Index)) {
	t.Helper()
	path := strings.TrimSuffix(pack, ".pack") + ".idx"
	file, err := os.ReadFile(path)
	must(t, err)
	if len(file) < 8+1024+40 || string(file[:8]) != "\xfftOc\x00\x00\x00\x02" {
		t.Fatalf("%s is no index of version 2", path)
	}
	index := &Index{Version: 2, PackSum: file[len(file)-40 : len(file)-20]}
	order := binary.BigEndian
	for i := range index.Fanout {
		index.Fanout[i] = order.Uint32(file[8+4*i:])
	}
	count := int(index.Fanout[255])
	ids := file[8+1024:]
	crcs, offsets := ids[20*count:], ids[24*count:]
	for i := range count {
		index.Entries = append(index.Entries, IndexEntry{
			hex.EncodeToString(ids[20*i : 20*i+20]), order.Uint32(crcs[4*i:]), order.Uint32(offsets[4*i:]),
		})
	}
	for large := offsets[4*count : len(offsets)-40]; len(large) > 0; large = large[8:] {
		index.Large = append(index.Large, order.Uint64(large))
	}
	edit(index)
	must(t, replaceFile(path, index.Encode()))
}

// UseLargeOffsets moves every offset but the lowest to the 64-bit table, where
// packs over 2 GiB have some of theirs.
func (x *Index) UseLargeOffsets() {
	lowest := slices.MinFunc(x.Entries, func(a, b IndexEntry) int { return cmp.Compare(a.Offset, b.Offset) })
	for i := range x.Entries {
		if e := &x.Entries[i]; e.Offset != lowest.Offset {
			x.Large = append(x.Large, uint64(e.Offset))
			e.Offset = largeOffset | uint32(len(x.Large)-1)
		}
	}
}
