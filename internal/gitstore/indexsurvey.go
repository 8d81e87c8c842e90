package gitstore

import (
	"bytes"
	"crypto/sha1"
	"encoding/binary"
	"errors"
)

// indexSurvey is what must be known of an index before it is decoded.
type indexSurvey struct {
	extensions map[string]bool // by signature
}

var (
	errIndexShort = errors.New("malformed index: it ends too early")
	errIndexNames = errors.New("malformed index: its path names are longer together than any real ones")
)

const (
	indexHeaderSize = 12      // signature, version, number of entries
	indexEntrySize  = 62      // ten numbers of stat data, id, flags
	indexExtended   = 0x4000  // flag: two more bytes of flags
	indexNameMask   = 0x0fff  // flag: length of the name, or "look for the NUL"
	maxIndexNames   = 1 << 30 // bytes of all path names together
)

// surveyIndex walks over the entries of an index without keeping any. It finds the
// extensions, and refuses an index of version 4 whose prefix-compressed names
// would expand to more than memory holds: a few megabytes can say terabytes.
func surveyIndex(content []byte) (indexSurvey, error) {
	survey := indexSurvey{extensions: map[string]bool{}}
	if len(content) < indexHeaderSize+sha1.Size {
		return survey, errIndexShort
	}
	version := binary.BigEndian.Uint32(content[4:])
	count := binary.BigEndian.Uint32(content[8:])
	rest := content[indexHeaderSize : len(content)-sha1.Size]
	total, before := 0, 0
	for range count {
		taken, name, err := surveyEntry(rest, version, before)
		if err != nil {
			return survey, err
		}
		if total += name; total > maxIndexNames {
			return survey, errIndexNames
		}
		before = name
		rest = rest[taken:]
	}
	for len(rest) >= 8 {
		size := uint64(binary.BigEndian.Uint32(rest[4:]))
		survey.extensions[string(rest[:4])] = true
		if rest = rest[8:]; size > uint64(len(rest)) {
			return survey, errIndexShort
		}
		rest = rest[size:]
	}
	return survey, nil
}

// surveyEntry returns how many bytes the entry at the start of rest takes and the
// length of its name; before is that of the entry in front of it.
func surveyEntry(rest []byte, version uint32, before int) (taken, name int, err error) {
	if len(rest) < indexEntrySize {
		return 0, 0, errIndexShort
	}
	flags := binary.BigEndian.Uint16(rest[indexEntrySize-2:])
	taken = indexEntrySize
	if flags&indexExtended != 0 {
		taken += 2
	}
	if version == 4 {
		strip, length := offsetVarint(rest[min(taken, len(rest)):])
		if length == 0 || strip > uint64(before) {
			return 0, 0, errIndexShort
		}
		taken += length
		name = before - int(strip)
	}
	end := bytes.IndexByte(rest[min(taken, len(rest)):], 0)
	if end < 0 {
		return 0, 0, errIndexShort
	}
	if version == 4 {
		return taken + end + 1, name + end, nil
	}
	if declared := int(flags & indexNameMask); declared < indexNameMask && declared != end {
		return 0, 0, errors.New("malformed index: the length of a path name does not match")
	}
	taken = (taken + end + 8) &^ 7 // padded with one to eight NULs
	if taken > len(rest) {
		return 0, 0, errIndexShort
	}
	return taken, end, nil
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
