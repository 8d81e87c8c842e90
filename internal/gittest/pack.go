package gittest

import (
	"bytes"
	"compress/zlib"
	"crypto/sha1"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// EntryType is the type of a pack entry (gitformat-pack, "Object types").
type EntryType byte

// The entry types. 0 and 5 are invalid and can be written all the same.
const (
	Commit      EntryType = 1
	Tree        EntryType = 2
	Blob        EntryType = 3
	Tag         EntryType = 4
	OffsetDelta EntryType = 6
	RefDelta    EntryType = 7
)

var entryKinds = map[EntryType]string{Commit: "commit", Tree: "tree", Blob: "blob", Tag: "tag"}

// PackEntry is one entry of a pack as it is to be written: nothing in it need be
// true. What is zero is written truthfully.
type PackEntry struct {
	Type EntryType
	Data []byte // the entry inflated: an object, or a delta
	Size uint64 // size in the entry's header, when not that of Data
	Raw  []byte // bytes in place of Data deflated
	CRC  uint32 // in the index, when not that of the entry

	ID       string // hex name in the index; a delta needs one, the rest have their own
	BaseID   string // RefDelta: hex name of the base
	Base     int    // OffsetDelta: position of the base in the list of entries
	Distance uint64 // OffsetDelta: bytes back to the base, when not those to Base

	Offset int64 // where the entry starts; set by WritePack and ReadPack
}

// ObjectID returns the hex id of an object.
func ObjectID(kind string, content []byte) string {
	sum := sha1.New()
	fmt.Fprintf(sum, "%s %d\x00", kind, len(content))
	sum.Write(content)
	return hex.EncodeToString(sum.Sum(nil))
}

// WritePack writes entries as a pack and its index into the repository, without
// asking whether they make sense, and returns the path of the pack. It sets the
// offsets, ids and CRCs of the entries.
func (r *Repo) WritePack(entries []PackEntry) string {
	r.t.Helper()
	pack := EncodePack(entries)
	return r.WritePackFiles(pack, NewIndex(entries, pack).Encode())
}

// WritePackFiles writes the bytes of a pack and of an index into the repository
// and returns the path of the pack. Without index bytes there is no index.
func (r *Repo) WritePackFiles(pack, index []byte) string {
	r.t.Helper()
	base := filepath.Join(r.ObjectDir(), "pack", fmt.Sprintf("pack-%x", sha1.Sum(pack)))
	must(r.t, os.MkdirAll(filepath.Dir(base), 0o755))
	must(r.t, os.WriteFile(base+".pack", pack, 0o644))
	if index != nil {
		must(r.t, os.WriteFile(base+".idx", index, 0o644))
	}
	return base + ".pack"
}

// EncodePack returns a version 2 pack and sets the offsets, ids and CRCs of its entries.
func EncodePack(entries []PackEntry) []byte {
	pack := []byte("PACK\x00\x00\x00\x02")
	pack = binary.BigEndian.AppendUint32(pack, uint32(len(entries)))
	for i := range entries {
		e := &entries[i]
		e.Offset = int64(len(pack))
		if e.ID == "" {
			e.ID = ObjectID(entryKinds[e.Type], e.Data)
		}
		pack = e.append(pack, entries)
		if e.CRC == 0 {
			e.CRC = crc32.ChecksumIEEE(pack[e.Offset:])
		}
	}
	return append(pack, sum(pack)...)
}

func (e *PackEntry) append(pack []byte, entries []PackEntry) []byte {
	size := e.Size
	if size == 0 {
		size = uint64(len(e.Data))
	}
	pack = appendEntryHeader(pack, e.Type, size)
	switch e.Type {
	case OffsetDelta:
		distance := e.Distance
		if distance == 0 {
			distance = uint64(e.Offset - entries[e.Base].Offset)
		}
		pack = appendDistance(pack, distance)
	case RefDelta:
		id, _ := hex.DecodeString(e.BaseID)
		pack = append(pack, id...)
	}
	if e.Raw != nil {
		return append(pack, e.Raw...)
	}
	return append(pack, Deflate(e.Data)...)
}

// appendEntryHeader writes type and size: four bits of size, then seven a byte.
func appendEntryHeader(to []byte, kind EntryType, size uint64) []byte {
	first := byte(kind)<<4 | byte(size&15)
	size >>= 4
	for size > 0 {
		to = append(to, first|0x80)
		first = byte(size & 0x7f)
		size >>= 7
	}
	return append(to, first)
}

// appendDistance writes the distance to a base: seven bits a byte, the highest
// first, one added at each further byte.
func appendDistance(to []byte, distance uint64) []byte {
	reversed := []byte{byte(distance & 0x7f)}
	for distance >>= 7; distance > 0; distance >>= 7 {
		distance--
		reversed = append(reversed, byte(distance&0x7f)|0x80)
	}
	for i := len(reversed) - 1; i >= 0; i-- {
		to = append(to, reversed[i])
	}
	return to
}

// Deflate returns data as a zlib stream.
func Deflate(data []byte) []byte {
	var buffer bytes.Buffer
	w := zlib.NewWriter(&buffer)
	w.Write(data) // a bytes.Buffer never fails
	w.Close()
	return buffer.Bytes()
}

// ReadPack reads the entries of a sound pack. Ids are left empty.
func ReadPack(t testing.TB, path string) []PackEntry {
	t.Helper()
	pack, err := os.ReadFile(path)
	must(t, err)
	if len(pack) < 32 || !strings.HasPrefix(string(pack), "PACK") {
		t.Fatalf("%s is no pack", path)
	}
	rest := bytes.NewReader(pack[12 : len(pack)-20])
	entries := make([]PackEntry, binary.BigEndian.Uint32(pack[8:]))
	for i := range entries {
		entries[i].Offset = int64(len(pack) - 20 - rest.Len())
		must(t, entries[i].read(rest))
	}
	return entries
}

func (e *PackEntry) read(from *bytes.Reader) error {
	c, err := from.ReadByte()
	e.Type, e.Size = EntryType(c>>4&7), uint64(c&15)
	for shift := 4; c&0x80 != 0 && err == nil; shift += 7 {
		c, err = from.ReadByte()
		e.Size |= uint64(c&0x7f) << shift
	}
	switch e.Type {
	case OffsetDelta:
		c, err = from.ReadByte()
		for e.Distance = uint64(c & 0x7f); c&0x80 != 0 && err == nil; {
			c, err = from.ReadByte()
			e.Distance = (e.Distance+1)<<7 | uint64(c&0x7f)
		}
	case RefDelta:
		id := make([]byte, sha1.Size)
		_, err = io.ReadFull(from, id)
		e.BaseID = hex.EncodeToString(id)
	}
	if err != nil {
		return err
	}
	inflater, err := zlib.NewReader(from) // reads no byte more than the stream: from is an io.ByteReader
	if err != nil {
		return err
	}
	e.Data, err = io.ReadAll(inflater)
	return err
}

func sum(data []byte) []byte {
	sum := sha1.Sum(data)
	return sum[:]
}
