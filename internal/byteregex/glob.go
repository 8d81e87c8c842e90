package byteregex

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
)

// Set is a set of bytes.
type Set [256]bool

// Add adds the bytes from first to last.
func (s *Set) Add(first, last byte) {
	for c := int(first); c <= int(last); c++ {
		s[c] = true
	}
}

// Expression returns the class of the bytes of the set, or of the others, in RE2 syntax.
func (s *Set) Expression(others bool) string {
	var b strings.Builder
	b.WriteByte('[')
	for c := 0; c < 256; c++ {
		first := c
		for c < 256 && s[c] != others {
			c++
		}
		if c > first {
			fmt.Fprintf(&b, `\x%02x-\x%02x`, first, c-1)
		}
	}
	if b.Len() == 1 {
		return `[^\x00-\x{10FFFF}]` // nothing
	}
	return b.String() + "]"
}

// Literal returns the expression of one byte.
func Literal(c byte) string {
	if c >= 0x80 {
		return fmt.Sprintf(`\x%02x`, c)
	}
	return regexp.QuoteMeta(string(rune(c)))
}

// CompileRE2 compiles an expression in RE2 syntax and ASCII, made of what [Set.Expression] and
// [Literal] return and what RE2 has of its own.
func CompileRE2(expression string) (*Regexp, error) { return compile(expression) }

// Glob compiles a shell pattern as Python's fnmatch reads it: "*" is any bytes, slashes too, "?"
// one, "[...]" and "[!...]" one of a set; nothing escapes. With whole it must match the
// whole text. Otherwise it is searched for, and as git-filter-repo has it "*" and "?" then
// stay on a line, and "*" takes as little as it can unless it is the last one.
func Glob(pattern []byte, whole bool) (*Regexp, error) {
	var parts []string // "*" for a star
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; c {
		case '*':
			if len(parts) == 0 || parts[len(parts)-1] != "*" {
				parts = append(parts, "*")
			}
		case '?':
			parts = append(parts, ".")
		case '[':
			class, size := globClass(pattern[i:])
			parts = append(parts, class)
			i += size - 1
		default:
			parts = append(parts, Literal(c))
		}
	}
	last := len(parts) - 1
	for last >= 0 && parts[last] != "*" {
		last--
	}
	for i, part := range parts {
		switch {
		case part != "*":
		case i == last:
			parts[i] = ".*"
		default:
			parts[i] = ".*?"
		}
	}
	expression := strings.Join(parts, "")
	if whole {
		expression = `(?s)\A(?:` + expression + `)\z`
	}
	return compile(expression)
}

// globClass reads the class that pattern begins with, and returns how many bytes it has. A
// bracket that nothing closes stands for itself.
func globClass(pattern []byte) (expression string, size int) {
	from := 1
	others := bytes.HasPrefix(pattern, []byte("[!"))
	if others {
		from++
	}
	if from >= len(pattern) {
		return Literal('['), 1
	}
	end := bytes.IndexByte(pattern[from+1:], ']') // one at the start is a member
	if end < 0 {
		return Literal('['), 1
	}
	end += from + 1
	var set Set
	for members := pattern[from:end]; len(members) > 0; {
		if len(members) >= 3 && members[1] == '-' {
			set.Add(members[0], members[2])
			members = members[3:]
			continue
		}
		set.Add(members[0], members[0])
		members = members[1:]
	}
	return set.Expression(others), end + 1
}
