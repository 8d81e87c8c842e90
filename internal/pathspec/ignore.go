package pathspec

import (
	"errors"
	"fmt"
	"strings"

	"github.com/unleak/unleak/internal/byteregex"
)

// parseIgnore reads a pattern as a line of .gitignore.
func parseIgnore(pattern string) (Pattern, error) {
	switch {
	case strings.HasPrefix(pattern, "!"):
		return Pattern{}, errNegated
	case strings.HasPrefix(pattern, "#"):
		return Pattern{}, errComment
	}
	return ParseIgnore(pattern)
}

// ParseIgnore reads a pattern of .gitignore, of which the first sign means nothing any more: the line without the
// "!" that may stand before it. Its errors are those of [Parse].
func ParseIgnore(pattern string) (Pattern, error) {
	p := Pattern{text: pattern}
	pattern = trimSpaces(pattern)
	if err := checkPath(pattern); err != nil {
		return Pattern{}, err
	}
	pattern, isFolder := strings.CutSuffix(pattern, "/")
	if isFolder {
		p.only = folders
	}
	p.whole = strings.Contains(pattern, "/")
	pattern = strings.TrimPrefix(pattern, "/")
	w := wildmatch{rest: pattern, literal: true}
	if err := w.translate(); err != nil {
		return Pattern{}, err
	}
	if w.literal {
		p.literal = w.text.String()
		return p, nil
	}
	if suffix := strings.TrimPrefix(pattern, "*"); !p.whole && !strings.ContainsAny(suffix, `*?[\`) {
		p.suffix = suffix // "*" alone has none
	}
	var err error
	p.regexp, err = byteregex.CompileRE2(`(?s)\A` + w.out.String() + `\z`)
	return p, err
}

// trimSpaces cuts spaces off the end that no backslash keeps.
func trimSpaces(pattern string) string {
	end := len(pattern)
	for end > 0 && pattern[end-1] == ' ' {
		end--
	}
	escapes := 0
	for escapes < end && pattern[end-1-escapes] == '\\' {
		escapes++
	}
	if escapes%2 == 1 && end < len(pattern) {
		end++
	}
	return pattern[:end]
}

// wildmatch translates a pattern as git's wildmatch reads it for paths: "*", "?" and sets
// do not match a slash, "**" between slashes does.
type wildmatch struct {
	rest    string
	out     strings.Builder // RE2
	text    strings.Builder // the path, as long as literal holds
	literal bool            // there was no wildcard
	begun   bool            // something was read
	slash   bool            // the last of it was a slash
	escaped bool            // there was a backslash
}

var (
	errEscape   = errors.New(`a backslash stands before a letter or digit, where it does nothing: folders are separated by "/"`)
	errLast     = errors.New(`it ends in a backslash: write \\ for one`)
	errUnclosed = errors.New(`"[" is closed by no "]": write \[ for a name that holds one`)
)

func (w *wildmatch) translate() error {
	for w.rest != "" {
		c := w.rest[0]
		// git compares what comes before the first special sign by itself, and so takes the rest for a pattern
		// of its own: the stars of "a**/b" stand at a start.
		start := !w.begun || w.slash || w.literal && !w.escaped
		w.begun, w.slash = true, c == '/'
		switch c {
		case '*':
			w.stars(start)
		case '?':
			w.wildcard(1, `[^/]`)
		case '[':
			set, others, size, err := readSet(w.rest)
			if err != nil {
				return err
			}
			set['/'] = others // never matches a slash
			w.wildcard(size, set.Expression(others))
		case '\\':
			if len(w.rest) < 2 {
				return errLast
			}
			c = w.rest[1]
			if isLetter(c) || '0' <= c && c <= '9' {
				return errEscape
			}
			w.rest, w.escaped = w.rest[1:], true
			fallthrough
		default:
			w.text.WriteByte(c)
			w.out.WriteString(byteregex.Literal(c))
			w.rest = w.rest[1:]
		}
	}
	return nil
}

func (w *wildmatch) wildcard(size int, expression string) {
	w.literal = false
	w.out.WriteString(expression)
	w.rest = w.rest[size:]
}

// stars translates one or more "*". start says that a name begins here.
func (w *wildmatch) stars(start bool) {
	n := len(w.rest) - len(strings.TrimLeft(w.rest, "*"))
	after := w.rest[n:]
	switch {
	case n < 2 || !start || after != "" && after[0] != '/':
		w.wildcard(n, `[^/]*`)
	case after == "":
		w.wildcard(n, `.*`)
	default:
		w.wildcard(n+1, `(?:.*/)?`)
		w.slash = true
	}
}

// readSet reads the set that pattern begins with, and returns how many bytes it has.
func readSet(pattern string) (set byteregex.Set, others bool, size int, err error) {
	at := 1
	if at < len(pattern) && (pattern[at] == '!' || pattern[at] == '^') {
		others = true
		at++
	}
	var previous byte
	ranges := false // whether previous can begin a range
	for first := true; ; first = false {
		if at >= len(pattern) {
			return set, false, 0, errUnclosed
		}
		c := pattern[at]
		switch {
		case c == ']' && !first:
			return set, others, at + 1, nil
		case c == '[' && strings.HasPrefix(pattern[at:], "[:"):
			n, err := readClass(pattern[at:], &set)
			if err != nil {
				return set, false, 0, err
			}
			at, ranges = at+n, false
			continue
		case c == '-' && ranges && at+1 < len(pattern) && pattern[at+1] != ']':
			at++
			if c = pattern[at]; c == '\\' && at+1 < len(pattern) {
				at++
				c = pattern[at]
			}
			set.Add(previous, c)
			at, ranges = at+1, false
			continue
		case c == '\\':
			if at++; at >= len(pattern) {
				return set, false, 0, errUnclosed
			}
			c = pattern[at]
		}
		set.Add(c, c)
		previous, ranges = c, true
		at++
	}
}

// readClass adds the named class that pattern begins with, as C has it for ASCII.
func readClass(pattern string, set *byteregex.Set) (size int, err error) {
	end := strings.Index(pattern, ":]")
	if end < 2 {
		return 0, errUnclosed
	}
	name := pattern[2:end]
	holds, ok := classes(name)
	if !ok {
		return 0, fmt.Errorf("it has a class %q, which git does not know", name)
	}
	for c := range 0x80 {
		if holds(byte(c)) {
			set.Add(byte(c), byte(c))
		}
	}
	return end + 2, nil
}

// classes returns what a named class holds.
func classes(name string) (holds func(c byte) bool, ok bool) {
	isDigit := func(c byte) bool { return '0' <= c && c <= '9' }
	isPrint := func(c byte) bool { return ' ' <= c && c < 0x7f }
	isAlnum := func(c byte) bool { return isLetter(c) || isDigit(c) }
	switch name {
	case "alnum":
		return isAlnum, true
	case "alpha":
		return isLetter, true
	case "blank":
		return func(c byte) bool { return c == ' ' || c == '\t' }, true
	case "cntrl":
		return func(c byte) bool { return c < ' ' || c == 0x7f }, true
	case "digit":
		return isDigit, true
	case "graph":
		return func(c byte) bool { return isPrint(c) && c != ' ' }, true
	case "lower":
		return func(c byte) bool { return 'a' <= c && c <= 'z' }, true
	case "print":
		return isPrint, true
	case "punct":
		return func(c byte) bool { return isPrint(c) && c != ' ' && !isAlnum(c) }, true
	case "space":
		return func(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' }, true
	case "upper":
		return func(c byte) bool { return 'A' <= c && c <= 'Z' }, true
	case "xdigit":
		return func(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }, true
	}
	return nil, false
}
