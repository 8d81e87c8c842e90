package gitstore

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
)

const (
	// maxAlternateDepth is how deep git follows alternates of alternates.
	maxAlternateDepth = 5
	// maxAlternates bounds their number; git has no such limit.
	maxAlternates = 1000
)

// ObjectDirs returns the repository's object folder and then those it borrows from,
// in the order git searches them, each once. What info/alternates or the environment names but
// cannot be used is a problem: objects may be missing because of it.
func (l *Layout) ObjectDirs() ([]string, []Problem) {
	own, more := l.objectDirs()
	walk := alternateWalk{layout: l, dirs: []string{own}, seen: map[string]bool{own: true}}
	walk.borrow("GIT_ALTERNATE_OBJECT_DIRECTORIES", more)
	walk.follow(own, 0)
	return walk.dirs, walk.problems
}

type alternateWalk struct {
	layout   *Layout
	dirs     []string
	seen     map[string]bool
	problems []Problem
}

// borrow adds folders that the environment names.
func (w *alternateWalk) borrow(variable string, dirs []string) {
	found := problems{where: variable}
	defer func() { w.problems = append(w.problems, found.all()...) }()
	for _, dir := range dirs {
		switch {
		case w.seen[dir]:
		case len(w.dirs) > maxAlternates:
			found.add("more than %d alternates", maxAlternates)
			return
		case !isDir(dir):
			found.add("alternate %s is missing or no folder", printable(dir))
		default:
			w.seen[dir] = true
			w.dirs = append(w.dirs, dir)
			w.follow(dir, 1)
		}
	}
}

func (w *alternateWalk) follow(dir string, depth int) {
	file := filepath.Join(dir, "info", "alternates")
	found := problems{where: w.layout.where(file)}
	defer func() { w.problems = append(w.problems, found.all()...) }()
	content, err := readRegular(file, maxListFile)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil {
		found.add("alternates cannot be read: %s", reason(err))
		return
	}
	var next []string
	for path := range alternates(content) {
		path = absolute(dir, path)
		real := resolved(path)
		switch {
		case w.seen[real]:
		case depth > maxAlternateDepth:
			found.add("alternate %s is nested too deep", printable(path))
		case len(w.dirs) > maxAlternates:
			found.add("more than %d alternates", maxAlternates)
		case !isDir(real):
			found.add("alternate %s is missing or no folder", printable(path))
		default:
			w.seen[real] = true
			w.dirs = append(w.dirs, real)
			next = append(next, real)
		}
	}
	for _, real := range next {
		w.follow(real, depth+1)
	}
}

// alternates yields the paths in an info/alternates file: one a line, lines that
// start with # are comments, a path in double quotes is C-quoted.
func alternates(content []byte) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for line := range strings.SplitSeq(string(content), "\n") {
			if line == "" || line[0] == '#' {
				continue
			}
			if path, err := unquoteC(line); err == nil {
				line = path
			} // like git, take a line with broken quotes as it is
			if strings.ContainsRune(line, 0) {
				continue // no path can hold it
			}
			if !yield(line) {
				return
			}
		}
	}
}

var errNotQuoted = errors.New("not a C-quoted string")

// unquoteC undoes git's quoting of unusual path names (core.quotePath in
// git-config(1)): a C string in double quotes with three-digit octal escapes.
func unquoteC(s string) (string, error) {
	body, ok := strings.CutPrefix(s, `"`)
	if !ok {
		return "", errNotQuoted
	}
	var out strings.Builder
	for {
		plain, escape, _ := cutAny(body, `"\`)
		out.WriteString(plain)
		switch {
		case escape == "":
			return "", fmt.Errorf("%w: no closing quote", errNotQuoted)
		case escape == `"`:
			return out.String(), nil
		case escape[0] == '"':
			return "", fmt.Errorf("%w: text after the closing quote", errNotQuoted)
		case len(escape) < 2:
			return "", fmt.Errorf("%w: ends in an escape", errNotQuoted)
		}
		letter := escape[1]
		if at := strings.IndexByte(`abfnrtv"\`, letter); at >= 0 {
			out.WriteByte("\a\b\f\n\r\t\v\"\\"[at])
			body = escape[2:]
			continue
		}
		if len(escape) < 4 {
			return "", fmt.Errorf("%w: unknown escape", errNotQuoted)
		}
		octal, err := strconv.ParseUint(escape[1:4], 8, 8)
		if err != nil {
			return "", fmt.Errorf("%w: unknown escape", errNotQuoted)
		}
		out.WriteByte(byte(octal))
		body = escape[4:]
	}
}

// cutAny splits s before the first of the given characters.
func cutAny(s, chars string) (before, rest string, found bool) {
	if at := strings.IndexAny(s, chars); at >= 0 {
		return s[:at], s[at:], true
	}
	return s, "", false
}
