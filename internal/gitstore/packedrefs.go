package gitstore

import (
	"bytes"
	"errors"
	"io/fs"
	"strings"

	"github.com/unleak/unleak/internal/gitstore/pack"
)

// hexSize is the length of an object name in hexadecimal.
const hexSize = 2 * len(pack.ID{})

// parsePackedRefs reads a packed-refs file (git-pack-refs(1)): comment lines,
// lines "ID SP NAME", and after an annotated tag "^ID" with what it leads to.
// Later lines win, as they do for git in an unsorted file.
func parsePackedRefs(content []byte, found *problems) []Ref {
	var refs []Ref
	for number := 1; len(content) > 0; number++ {
		line, rest, terminated := bytes.Cut(content, []byte("\n"))
		content = rest
		if !terminated {
			found.add("line %d has no end: the file is cut off", number)
		}
		switch {
		case len(line) > 0 && line[0] == '#':
		case len(line) == 1+hexSize && line[0] == '^' && len(refs) > 0:
			id, err := pack.ParseID(string(line[1:]))
			if err != nil {
				found.add("line %d is malformed", number)
				continue
			}
			refs[len(refs)-1].Peeled = id
		default:
			ref, ok := packedRef(line)
			if !ok {
				found.add("line %d is malformed", number)
				continue
			}
			refs = append(refs, ref)
		}
	}
	return refs
}

func packedRef(line []byte) (Ref, bool) {
	if len(line) <= hexSize+1 || line[hexSize] != ' ' {
		return Ref{}, false
	}
	id, err := pack.ParseID(string(line[:hexSize]))
	if err != nil || id.IsZero() {
		return Ref{}, false
	}
	return Ref{Name: string(line[hexSize+1:]), Target: id}, true
}

// parseLooseRef reads the content of a loose ref: an object name or "ref: NAME".
// What follows an object name after white space is ignored, as git does.
func parseLooseRef(content []byte) (target pack.ID, symbolic string, ok bool) {
	if name, isSymbolic := bytes.CutPrefix(content, []byte("ref:")); isSymbolic {
		symbolic = strings.Trim(string(name), " \t\r\n")
		return pack.ID{}, symbolic, symbolic != "" && !strings.ContainsAny(symbolic, "\x00\n")
	}
	if len(content) < hexSize || len(content) > hexSize && !isSpace(content[hexSize]) {
		return pack.ID{}, "", false
	}
	target, err := pack.ParseID(string(content[:hexSize]))
	return target, "", err == nil && !target.IsZero()
}

// parsePseudoRef reads a file that lists objects, one a line, each with or
// without a note behind it (FETCH_HEAD, MERGE_HEAD).
func parsePseudoRef(content []byte, found *problems) []pack.ID {
	var ids []pack.ID
	for number := 1; len(content) > 0; number++ {
		line, rest, _ := bytes.Cut(content, []byte("\n"))
		content = rest
		if len(line) == 0 {
			continue
		}
		id, symbolic, ok := parseLooseRef(line)
		switch {
		case !ok:
			found.add("line %d names no object", number)
		case symbolic == "":
			ids = append(ids, id)
		}
	}
	return ids
}

func isSpace(c byte) bool {
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v'
}

// unlessMissing turns an error of reading a file that need not be there into a problem.
func (l *Layout) unlessMissing(path string, err error) []Problem {
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return []Problem{{l.where(path), "cannot be read: " + reason(err)}}
}
