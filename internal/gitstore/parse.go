package gitstore

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strconv"
	"time"

	"github.com/unleak/unleak/internal/gitstore/pack"
)

// Range is a half-open range of byte offsets.
type Range struct{ Start, End int }

// Contains reports whether offset lies in the range.
func (r Range) Contains(offset int) bool { return r.Start <= offset && offset < r.End }

// Signature is the author, committer or tagger of an object. Line is where it
// stands; it is empty when the object has none.
type Signature struct {
	Name, Email string
	When        time.Time // zero when it cannot be read or is beyond year 9999
	Line        Range
}

// Commit is what a raw commit object says. Fields that are missing stay zero.
type Commit struct {
	Tree      pack.ID
	Parents   []pack.ID
	Author    Signature
	Committer Signature
	Message   int // offset of the message
}

// Tag is what a raw annotated tag object says.
type Tag struct {
	Target  pack.ID
	Kind    pack.Kind // of the target
	Name    Range
	Tagger  Signature
	Message int // offset of the message
}

var (
	errCommitTree = errors.New("commit names no tree")
	errTagTarget  = errors.New("tag names no object")
)

// ParseCommit reads a raw commit (gitformat: "tree", "parent", "author" and
// "committer" lines, other headers, an empty line, the message). It is lenient, as
// git is with what is in history: it fails only without a tree, and then
// still returns what it could read.
func ParseCommit(content []byte) (Commit, error) {
	var c Commit
	err := c.parse(content, parseSignature)
	return c, err
}

// ParseOutline is ParseCommit without names and dates: of signatures it reads only where
// they stand. It overwrites c, whose memory for parents it uses again.
func (c *Commit) ParseOutline(content []byte) error {
	*c = Commit{Parents: c.Parents[:0]}
	return c.parse(content, func(_ []byte, line Range) Signature { return Signature{Line: line} })
}

func (c *Commit) parse(content []byte, signature func(value []byte, line Range) Signature) error {
	err := errCommitTree
	c.Message = headers(content, func(key, value []byte, line Range) {
		switch string(key) {
		case "tree":
			if id, ok := readID(value); ok && err != nil {
				c.Tree, err = id, nil
			}
		case "parent":
			if id, ok := readID(value); ok {
				c.Parents = append(c.Parents, id)
			}
		case "author":
			c.Author = signature(value, line)
		case "committer":
			c.Committer = signature(value, line)
		}
	})
	return err
}

// readID reads the hexadecimal name of an object, without an error that costs memory.
func readID(value []byte) (id pack.ID, ok bool) {
	if len(value) != hex.EncodedLen(len(id)) {
		return id, false
	}
	_, err := hex.Decode(id[:], value)
	return id, err == nil
}

// ParseTag reads a raw annotated tag. It fails only when the tag names no object.
func ParseTag(content []byte) (Tag, error) {
	var t Tag
	err := errTagTarget
	t.Message = headers(content, func(key, value []byte, line Range) {
		switch string(key) {
		case "object":
			if id, ok := readID(value); ok && err != nil {
				t.Target, err = id, nil
			}
		case "type":
			t.Kind, _ = pack.ParseKind(value)
		case "tag":
			t.Name = line
		case "tagger":
			t.Tagger = parseSignature(value, line)
		}
	})
	return t, err
}

// headers calls yield for every header up to the empty line, and returns the
// offset after that. Continuation lines, which begin with a space, belong to
// the header above and are passed over.
func headers(content []byte, yield func(key, value []byte, line Range)) (message int) {
	for at := 0; at < len(content); {
		end := len(content)
		next := end
		if i := bytes.IndexByte(content[at:], '\n'); i >= 0 {
			end, next = at+i, at+i+1
		}
		if end == at {
			return next
		}
		if content[at] != ' ' {
			key, value, _ := bytes.Cut(content[at:end], []byte{' '})
			yield(key, value, Range{at, end})
		}
		at = next
	}
	return len(content)
}

// parseSignature reads "Name <email> seconds zone". Name and email end where git
// lets them end, at the outermost angle brackets.
func parseSignature(value []byte, line Range) Signature {
	s := Signature{Line: line}
	open, last := bytes.IndexByte(value, '<'), bytes.LastIndexByte(value, '>')
	if open < 0 || last < open {
		s.Name = string(bytes.TrimSpace(value))
		return s
	}
	s.Name = string(bytes.TrimSpace(value[:open]))
	s.Email = string(value[open+1 : last])
	seconds, zone, _ := bytes.Cut(bytes.TrimSpace(value[last+1:]), []byte{' '})
	s.When = parseWhen(string(seconds), string(zone))
	return s
}

const (
	firstSecond = -62135596800 // 0001-01-01
	lastSecond  = 253402300799 // 9999-12-31
)

// parseWhen reads a time as commits hold it. A zone that is not within a day
// of UTC counts as UTC, and a time that RFC 3339 cannot express as none.
func parseWhen(seconds, zone string) time.Time {
	unix, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil || unix < firstSecond+86400 || unix > lastSecond-86400 {
		return time.Time{}
	}
	offset := 0
	if n, err := strconv.Atoi(zone); err == nil && len(zone) == 5 && -2400 < n && n < 2400 && n%100 < 60 && n%100 > -60 {
		offset = (n/100*60 + n%100) * 60
	}
	return time.Unix(unix, 0).In(time.FixedZone("", offset))
}

// Modes of tree entries, by what they hold.
const (
	ModeDir     = 0o040000
	ModeSymlink = 0o120000
	ModeGitlink = 0o160000
	modeMask    = 0o170000
)

// TreeEntry is one entry of a raw tree. Name points into the tree.
type TreeEntry struct {
	Mode uint32 // with permission bits
	Name []byte
	ID   pack.ID
}

// Type returns the mode without permission bits.
func (e TreeEntry) Type() uint32 { return e.Mode & modeMask }

// AppendTreeEntry appends a raw tree entry to dst.
func AppendTreeEntry(dst []byte, mode uint32, name string, id pack.ID) []byte {
	dst = strconv.AppendUint(dst, uint64(mode), 8)
	dst = append(append(dst, ' '), name...)
	return append(append(dst, 0), id[:]...)
}

// ErrTreeEntry says that the bytes where a tree entry must begin are none.
var ErrTreeEntry = errors.New("tree holds an entry that cannot be read")

// MinTreeEntry is the length in bytes of the shortest tree entry: "0 n", NUL, id.
const MinTreeEntry = 4 + len(pack.ID{})

// TreeEntryLen returns the length in bytes of the entry at the start of a raw tree ("mode
// name NUL id"). It fails just when [NextTreeEntry] does.
func TreeEntryLen(tree []byte) (int, error) {
	mode := 0
	for ; mode < len(tree) && tree[mode] != ' '; mode++ {
		if tree[mode]&^7 != '0' || mode > 7 {
			return 0, ErrTreeEntry
		}
	}
	if mode == 0 || mode == len(tree) {
		return 0, ErrTreeEntry
	}
	name := bytes.IndexByte(tree[mode+1:], 0)
	length := mode + 1 + name + 1 + len(pack.ID{})
	if name <= 0 || length > len(tree) {
		return 0, ErrTreeEntry
	}
	return length, nil
}

// NextTreeEntry reads the entry at the start of a raw tree and returns its length in
// bytes. It makes no copy.
func NextTreeEntry(tree []byte) (entry TreeEntry, length int, err error) {
	length, err = TreeEntryLen(tree)
	if err != nil {
		return TreeEntry{}, 0, err
	}
	i := 0
	for ; tree[i] != ' '; i++ {
		entry.Mode = entry.Mode<<3 | uint32(tree[i]-'0')
	}
	id := length - len(entry.ID)
	entry.Name = tree[i+1 : id-1]
	entry.ID = pack.ID(tree[id:length])
	return entry, length, nil
}
