package gitignore

import (
	"strings"

	"github.com/unleak/unleak/internal/pathspec"
)

// rule is one line of a file of patterns.
type rule struct {
	pattern pathspec.Pattern
	negated bool
	file    string
	line    int
	text    string
}

// parse reads the lines of a file of patterns. What pathspec refuses can match no path.
func parse(content, file string) []rule {
	var rules []rule
	number := 0
	for line := range strings.SplitSeq(content, "\n") {
		number++
		line = strings.TrimSuffix(line, "\r")
		line, _, _ = strings.Cut(line, "\x00") // where a string of C ends
		if line == "" || line[0] == '#' {
			continue
		}
		r := rule{file: file, line: number, text: line}
		text, negated := strings.CutPrefix(line, "!")
		r.negated = negated
		var err error
		if r.pattern, err = pathspec.ParseIgnore(unescaped(text)); err == nil {
			rules = append(rules, r)
		}
	}
	return rules
}

// unescaped takes out backslashes before letters and digits, which stand for those: pathspec takes them for
// the separators of another system, as they are where a person types them. What git makes of such an escape before "**" is
// not followed.
func unescaped(pattern string) string {
	if !strings.Contains(pattern, `\`) {
		return pattern
	}
	var b strings.Builder
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case c == '[': // where a backslash is read as git does
			end := setEnd(pattern, i)
			b.WriteString(pattern[i:end])
			i = end - 1
		case c == '\\' && i+1 < len(pattern):
			i++
			if c = pattern[i]; !isAlphanumeric(c) {
				b.WriteByte('\\')
			}
			b.WriteByte(c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// setEnd returns where the set ends that begins at from, or else the bracket that begins none.
func setEnd(pattern string, from int) int {
	for i := from + 1; i < len(pattern); i++ {
		switch pattern[i] {
		case '\\':
			i++
		case ']':
			first := i == from+1 || i == from+2 && (pattern[from+1] == '!' || pattern[from+1] == '^')
			if !first {
				return i + 1
			}
		}
	}
	return from + 1
}

func isAlphanumeric(c byte) bool {
	return 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9'
}
