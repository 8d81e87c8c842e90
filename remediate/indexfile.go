package remediate

import (
	"bytes"
	"crypto/sha1"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/unleak/unleak/internal/gitstore/pack"
)

// indexFile is an index as it is on disk (gitformat-index(5)), so that it can be written back with nothing
// else changed: stat data, flags, conflict stages and folders of a sparse index stay as they are. Extensions
// that git makes anew are left out, as they hold old object names or positions of entries.
type indexFile struct {
	version  uint32
	records  []indexRecord
	sparse   bool // it may have folders as entries (extension "sdir")
	unsummed bool // zeros in place of the checksum (index.skipHash)
}

// indexRecord is an entry.
type indexRecord struct {
	Head []byte `json:"head"` // stat data, id, flags, and more flags where these say so
	Path []byte `json:"path"`
}

// Layout of a record's head.
const (
	recordMode  = 24 // four bytes, as in a tree
	recordID    = 40
	recordFlags = 60
	recordSize  = 62
	recordStat  = 40 // bytes before the id: all but the mode is stat data

	flagExtended = 0x4000
	flagNameMask = 0x0fff
)

var errIndex = errors.New("the index cannot be read: repair it with `git read-tree HEAD`, which drops what is staged")

func (r *indexRecord) id() pack.ID  { return pack.ID(r.Head[recordID : recordID+20]) }
func (r *indexRecord) mode() uint32 { return binary.BigEndian.Uint32(r.Head[recordMode:]) }
func (r *indexRecord) stage() int   { return int(r.Head[recordFlags] >> 4 & 3) }

// skipped reports whether a sparse checkout leaves the path out.
func (r *indexRecord) skipped() bool {
	return len(r.Head) > recordSize && r.Head[recordSize]&0x40 != 0
}

// withID returns the record with another object, and with no stat data: git looks at the file anew.
func (r *indexRecord) withID(id pack.ID) indexRecord {
	head := slices.Clone(r.Head)
	mode := r.mode()
	clear(head[:recordStat])
	binary.BigEndian.PutUint32(head[recordMode:], mode)
	copy(head[recordID:], id[:])
	return indexRecord{Head: head, Path: r.Path}
}

func compareRecords(a, b indexRecord) int {
	if order := bytes.Compare(a.Path, b.Path); order != 0 {
		return order
	}
	return a.stage() - b.stage()
}

// parseIndex reads an index file. Nothing of the result points into content.
func parseIndex(content []byte) (*indexFile, error) {
	body := len(content) - sha1.Size
	if body < 12 || string(content[:4]) != "DIRC" {
		return nil, errIndex
	}
	x := &indexFile{version: binary.BigEndian.Uint32(content[4:])}
	x.unsummed = bytes.Equal(content[body:], make([]byte, sha1.Size))
	if sum := sha1.Sum(content[:body]); x.version < 2 || x.version > 4 || !x.unsummed && !bytes.Equal(content[body:], sum[:]) {
		return nil, errIndex
	}
	rest := slices.Clone(content[12:body])
	var last []byte
	for range binary.BigEndian.Uint32(content[8:]) {
		r, taken, err := parseRecord(rest, x.version, last)
		if err != nil {
			return nil, err
		}
		x.records = append(x.records, r)
		last, rest = r.Path, rest[taken:]
	}
	for len(rest) >= 8 {
		name, size := string(rest[:4]), uint64(binary.BigEndian.Uint32(rest[4:]))
		switch {
		case size > uint64(len(rest)-8):
			return nil, errIndex
		case name == "sdir":
			x.sparse = true
		case name == "link":
			return nil, errors.New("a split index cannot be rewritten: join it with `git update-index --no-split-index`")
		case name[0] < 'A' || name[0] > 'Z':
			return nil, fmt.Errorf("an index with the extension %q cannot be rewritten: write it anew with `git read-tree HEAD`", name)
		}
		rest = rest[8+size:]
	}
	return x, nil
}

// parseRecord reads an entry and says how many bytes it takes. last is the path before it.
func parseRecord(rest []byte, version uint32, last []byte) (r indexRecord, taken int, err error) {
	if len(rest) < recordSize {
		return r, 0, errIndex
	}
	size := recordSize
	flags := binary.BigEndian.Uint16(rest[recordFlags:])
	if flags&flagExtended != 0 {
		size += 2
	}
	if len(rest) < size {
		return r, 0, errIndex
	}
	r.Head = rest[:size:size]
	start := size
	var prefix []byte
	if version == 4 {
		strip, length := offsetVarint(rest[start:])
		if length == 0 || strip > uint64(len(last)) {
			return r, 0, errIndex
		}
		start, prefix = start+length, last[:len(last)-int(strip)]
	}
	length := bytes.IndexByte(rest[start:], 0)
	if length < 0 {
		return r, 0, errIndex
	}
	r.Path = slices.Concat(prefix, rest[start:start+length])
	if min(len(r.Path), flagNameMask) != int(flags&flagNameMask) {
		return r, 0, errIndex
	}
	taken = start + length + 1
	if version < 4 {
		taken = (size + length + 8) &^ 7
	}
	if taken > len(rest) {
		return r, 0, errIndex
	}
	return r, taken, nil
}

// encode writes the index as a file.
func (x *indexFile) encode() []byte {
	out := []byte("DIRC")
	out = binary.BigEndian.AppendUint32(out, x.version)
	out = binary.BigEndian.AppendUint32(out, uint32(len(x.records)))
	var last []byte
	for _, r := range x.records {
		begin := len(out)
		out = append(out, r.Head...)
		if x.version == 4 {
			common := 0
			for common < min(len(last), len(r.Path)) && last[common] == r.Path[common] {
				common++
			}
			out = appendOffsetVarint(out, uint64(len(last)-common))
			out = append(append(out, r.Path[common:]...), 0)
			last = r.Path
			continue
		}
		out = append(out, r.Path...)
		size := len(out) - begin
		out = append(out, make([]byte, (size+8)&^7-size)...)
	}
	if x.sparse {
		out = append(out, "sdir\x00\x00\x00\x00"...)
	}
	if x.unsummed {
		return append(out, make([]byte, sha1.Size)...)
	}
	sum := sha1.Sum(out)
	return append(out, sum[:]...)
}

// offsetVarint reads a number as gitformat-pack(5) writes offsets, and how many bytes it takes: none where it
// is malformed.
func offsetVarint(data []byte) (value uint64, length int) {
	for i, c := range data[:min(len(data), 9)] {
		if i > 0 {
			value++
		}
		value = value<<7 | uint64(c&0x7f)
		if c&0x80 == 0 {
			return value, i + 1
		}
	}
	return 0, 0
}

func appendOffsetVarint(out []byte, value uint64) []byte {
	var digits [10]byte
	at := len(digits) - 1
	digits[at] = byte(value & 0x7f)
	for value >>= 7; value > 0; value >>= 7 {
		value--
		at--
		digits[at] = 0x80 | byte(value&0x7f)
	}
	return append(out, digits[at:]...)
}
