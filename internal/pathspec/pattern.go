// Package pathspec says which paths of a repository a person means.
//
// A path is bytes, with slashes, from the root of a tree; nothing is known of any encoding
// or of how a system compares names: case counts.
package pathspec

import (
	"errors"
	"fmt"
	"strings"

	"github.com/unleak/unleak/internal/byteregex"
)

// Pattern is a parsed path pattern. It is immutable and safe for concurrent use.
type Pattern struct {
	text    string
	only    kind
	whole   bool   // the path is looked at, not its last name alone
	literal string // without wildcards: what it must be
	suffix  string // with "*" before it: what it must end in
	regexp  *byteregex.Regexp
	slash   bool // a folder is seen with a slash at its end
}

// kind says what a pattern can mean.
type kind uint8

const (
	anything kind = iota
	folders
	files
)

// Parse reads a pattern. What has none of the prefixes is read as a line of .gitignore
// (gitignore(5)):
//
//	.env                that name at any depth, a file or a folder with all that is in it
//	/.env               at the root only
//	conf/*.pem          from the root; "*" and "?" stay within a name
//	secrets/            a folder only
//	logs/**/debug.log   any number of folders, also none
//	literal:conf/a[1]   this very path, a file or a folder; "literal:conf/" a folder only
//	glob:conf*.pem      the whole path, "*" crosses slashes: --path-glob of git-filter-repo
//	regex:\.p(em|12)$   files where it matches anywhere in the path: --path-regex, but with RE2
//
// An empty pattern, one that can match no path (with "..", "//" or a drive), and one that
// would take another away ("!") are errors.
func Parse(pattern string) (Pattern, error) {
	p, err := parse(pattern)
	if err != nil {
		return Pattern{}, fmt.Errorf("path pattern %q: %w", pattern, err)
	}
	p.text = pattern
	return p, nil
}

func parse(pattern string) (Pattern, error) {
	form, rest, ok := strings.Cut(pattern, ":")
	if !ok {
		return parseIgnore(pattern)
	}
	switch form {
	case "literal":
		return parseLiteral(rest)
	case "glob":
		return parseGlob(rest)
	case "regex":
		if rest == "" {
			return Pattern{}, errEmpty
		}
		re, err := byteregex.Compile([]byte(rest))
		return Pattern{only: files, whole: true, regexp: re}, err
	}
	return parseIgnore(pattern)
}

var (
	errEmpty    = errors.New("it is empty: name a file or folder")
	errNul      = errors.New("it holds a NUL byte, which no path has")
	errAbsolute = errors.New("it is a path of this machine: write the path from the root of the repository, with slashes")
	errDots     = errors.New(`a part of it is "." or "..", which no path in a repository has: write the path from its root`)
	errSlashes  = errors.New("it has two slashes in a row, which no path has")
	errNegated  = errors.New(`it begins with "!", but a pattern cannot keep what another removes: write \! for a name that begins so`)
	errComment  = errors.New(`it begins with "#", which is a comment in .gitignore: write \# for a name that begins so`)
)

// checkPath refuses what no path of a repository can be.
func checkPath(path string) error {
	switch {
	case path == "" || path == "/":
		return errEmpty
	case strings.Contains(path, "\x00"):
		return errNul
	case isMachinePath(path):
		return errAbsolute
	case strings.Contains(path, "//"):
		return errSlashes
	}
	for part := range strings.SplitSeq(path, "/") {
		if part == "." || part == ".." {
			return errDots
		}
	}
	return nil
}

// isMachinePath recognises drives, shares and home folders. "/home/me/x" is not
// recognised: it is a pattern for the root of the repository.
func isMachinePath(path string) bool {
	drive := len(path) >= 3 && path[1] == ':' && (path[2] == '/' || path[2] == '\\') && isLetter(path[0])
	return drive || strings.HasPrefix(path, `\\`) || strings.HasPrefix(path, "//") || strings.HasPrefix(path, "~/")
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func parseLiteral(path string) (Pattern, error) {
	if strings.HasPrefix(path, "/") && path != "/" {
		return Pattern{}, errAbsolute
	}
	if err := checkPath(path); err != nil {
		return Pattern{}, err
	}
	p := Pattern{whole: true}
	name, isFolder := strings.CutSuffix(path, "/")
	if p.literal = name; isFolder {
		p.only = folders
	}
	return p, nil
}

func parseGlob(glob string) (Pattern, error) {
	if strings.HasPrefix(glob, "/") && glob != "/" {
		return Pattern{}, errAbsolute
	}
	if err := checkPath(glob); err != nil {
		return Pattern{}, err
	}
	re, err := byteregex.Glob([]byte(glob), true)
	// filter-repo tries the pattern with "/*" behind it too, and so removes folders.
	return Pattern{whole: true, regexp: re, slash: strings.HasSuffix(glob, "/")}, err
}

// String returns the pattern as it was written.
func (p Pattern) String() string { return p.text }

// Match reports whether the entry at path, from the root of a tree and without a slash at
// either end, is meant itself. dir says that it is a folder: a tree, not a submodule. What
// lies below a folder that matches is not asked about: callers stop there.
func (p Pattern) Match(path string, dir bool) bool {
	if p.only == folders && !dir || p.only == files && dir {
		return false
	}
	if !p.whole {
		path = path[strings.LastIndexByte(path, '/')+1:]
	}
	switch {
	case p.literal != "":
		return path == p.literal
	case p.suffix != "":
		return strings.HasSuffix(path, p.suffix)
	case p.regexp == nil:
		return false
	case p.slash && dir:
		path += "/"
	}
	return p.regexp.Match([]byte(path))
}
