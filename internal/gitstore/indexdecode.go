package gitstore

import (
	"bytes"
	"crypto/sha1"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"github.com/unleak/unleak/internal/gitstore/pack"
)

var (
	errIndexShort = errors.New("malformed index: it ends too early")
	errIndexNames = errors.New("malformed index: its path names are longer together than any real ones")
	errIndexName  = errors.New("malformed index: the length of a path name does not match")
	errIndexFlags = errors.New("malformed index: an entry has flags that no version knows")
)

// Layout of the file. All numbers are big-endian.
const (
	indexMagic      = "DIRC"
	indexHeaderSize = 12 // magic, version, number of entries
	indexEntrySize  = 62 // stat data, id, flags
	indexMode       = 24 // offset of the mode in the stat data
	indexID         = 40
	indexFlags      = 60

	indexExtended     = 0x4000 // flag: two more bytes of flags, of which these are known:
	indexSkipWorktree = 0x4000
	indexIntentToAdd  = 0x2000
	indexNameMask     = 0x0fff // flag: length of the name, or "look for the NUL"

	maxIndexNames = 1 << 30 // bytes of all path names together
)

// decodeIndex reads the content of an index file of version 2, 3 or 4.
func decodeIndex(content []byte) (*Index, error) {
	d, err := newIndexDecoder(content)
	if err != nil {
		return nil, err
	}
	for i := range d.count {
		if err := d.entry(int(i)); err != nil {
			return nil, err
		}
	}
	if err := d.extensions(); err != nil {
		return nil, err
	}
	return d.index, nil
}

// indexDecoder is the decoding of one file.
type indexDecoder struct {
	version uint32
	count   uint32
	rest    []byte // not decoded yet, without the checksum
	text    string // all of the file, for names to point into
	name    []byte // version 4: the name of the last entry
	names   int    // version 4: bytes of all names so far
	ordered bool
	index   *Index
}

func newIndexDecoder(content []byte) (*indexDecoder, error) {
	body := len(content) - sha1.Size
	switch {
	case body < indexHeaderSize:
		return nil, errIndexShort
	case string(content[:4]) != indexMagic:
		return nil, errors.New("malformed index: it does not begin as one")
	}
	// Zeros stand for no checksum (index.skipHash).
	if sum := sha1.Sum(content[:body]); !bytes.Equal(content[body:], make([]byte, sha1.Size)) && !bytes.Equal(content[body:], sum[:]) {
		return nil, errors.New("malformed index: its checksum does not match")
	}
	d := &indexDecoder{
		version: binary.BigEndian.Uint32(content[4:]),
		count:   binary.BigEndian.Uint32(content[8:]),
		rest:    content[indexHeaderSize:body],
		ordered: true,
		index:   &Index{},
	}
	if d.version < 2 || d.version > 4 {
		return nil, fmt.Errorf("malformed index: it has version %d, and only 2, 3 and 4 are known", d.version)
	}
	if d.version < 4 {
		d.text = string(content[:body])
	}
	// A count that lies costs no more memory than the file has.
	d.index.Entries = make([]IndexEntry, 0, min(int64(d.count), int64(len(d.rest)/indexEntrySize)))
	return d, nil
}

// entry decodes the next entry, which is number i.
func (d *indexDecoder) entry(i int) error {
	if len(d.rest) < indexEntrySize {
		return errIndexShort
	}
	flags := binary.BigEndian.Uint16(d.rest[indexFlags:])
	e := IndexEntry{
		ID:    pack.ID(d.rest[indexID : indexID+20]),
		Mode:  binary.BigEndian.Uint32(d.rest[indexMode:]),
		Stage: int(flags >> 12 & 3),
	}
	e.Tree = e.Mode == treeMode
	size := indexEntrySize
	if flags&indexExtended != 0 {
		if len(d.rest) < size+2 {
			return errIndexShort
		}
		more := binary.BigEndian.Uint16(d.rest[size:])
		if size += 2; more&^(indexSkipWorktree|indexIntentToAdd) != 0 {
			return errIndexFlags
		}
		e.SkipWorktree = more&indexSkipWorktree != 0
		e.IntentToAdd = more&indexIntentToAdd != 0
	}
	var err error
	if d.version == 4 {
		e.Path, err = d.compressedName(size)
	} else {
		e.Path, err = d.plainName(size, int(flags&indexNameMask))
	}
	if err != nil {
		return err
	}
	if i > 0 {
		last := &d.index.Entries[i-1]
		order := strings.Compare(last.Path, e.Path)
		d.ordered = d.ordered && (order < 0 || order == 0 && last.Stage < e.Stage)
	}
	if e.Stage != 0 || e.IntentToAdd {
		d.index.special = append(d.index.special, i)
	}
	d.index.Entries = append(d.index.Entries, e)
	return nil
}

// plainName reads the name behind size bytes of an entry, and the one to eight NULs that make the
// length of the entry a multiple of eight.
func (d *indexDecoder) plainName(size, declared int) (string, error) {
	length := declared
	if declared == indexNameMask { // that long, or longer
		length = bytes.IndexByte(d.rest[size:], 0)
	}
	taken := (size + length + 8) &^ 7
	if length < 0 || taken > len(d.rest) {
		return "", errIndexShort
	}
	start := len(d.text) - len(d.rest) + size
	name := d.text[start : start+length]
	if strings.IndexByte(name, 0) >= 0 || d.rest[size+length] != 0 || declared == indexNameMask && length < indexNameMask {
		return "", errIndexName
	}
	d.rest = d.rest[taken:]
	return name, nil
}

// compressedName reads a name as version 4 has it: how many bytes to take off the end of the name
// before, and what comes instead up to a NUL. A few megabytes can so say
// terabytes, which is refused.
func (d *indexDecoder) compressedName(size int) (string, error) {
	strip, length := offsetVarint(d.rest[size:])
	if length == 0 || strip > uint64(len(d.name)) {
		return "", errIndexShort
	}
	size += length
	end := bytes.IndexByte(d.rest[size:], 0)
	if end < 0 {
		return "", errIndexShort
	}
	d.name = append(d.name[:len(d.name)-int(strip)], d.rest[size:size+end]...)
	if d.names += len(d.name); d.names > maxIndexNames {
		return "", errIndexNames
	}
	d.rest = d.rest[size+end+1:]
	return string(d.name), nil
}

// extensions reads what follows the entries: the cached trees, and the marks of an index that
// means something else than its entries say. All that git may ignore is ignored.
func (d *indexDecoder) extensions() error {
	for len(d.rest) >= 8 {
		name, size := string(d.rest[:4]), uint64(binary.BigEndian.Uint32(d.rest[4:]))
		if d.rest = d.rest[8:]; size > uint64(len(d.rest)) {
			return errIndexShort
		}
		switch {
		case name == "TREE" && d.ordered:
			d.index.folders = cachedTrees(d.rest[:size])
		case name == "link":
			return &UnsupportedError{
				What:   "a split index is not supported",
				Remedy: "join it with `git update-index --no-split-index`",
			}
		case name == "sdir": // a sparse index: it says so in its entries too
		case name[0] < 'A' || name[0] > 'Z': // without it, entries cannot be understood
			return &UnsupportedError{
				What:   fmt.Sprintf("an index with the extension %q is not supported", name),
				Remedy: "write it anew, for instance with `git read-tree HEAD`",
			}
		}
		d.rest = d.rest[size:]
	}
	return nil // git passes over what is too short for an extension
}

// offsetVarint reads a number as gitformat-pack(5) writes offsets, and returns how
// many bytes it takes: none where it does not end or is too large.
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
