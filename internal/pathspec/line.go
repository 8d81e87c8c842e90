package pathspec

import "strings"

// IgnoreLine returns the line of a .gitignore at the root that ignores what the pattern matches. ok is false
// where there is none: for forms that .gitignore does not have, and for names with a line feed.
func (p Pattern) IgnoreLine() (line string, ok bool) {
	if strings.ContainsAny(p.text, "\n\r") {
		return "", false
	}
	path, isLiteral := strings.CutPrefix(p.text, "literal:")
	if !isLiteral {
		return p.text, !strings.HasPrefix(p.text, "glob:") && !strings.HasPrefix(p.text, "regex:")
	}
	var b strings.Builder
	b.WriteByte('/')
	for i := range len(path) {
		if strings.IndexByte(`\*?[`, path[i]) >= 0 || path[i] == ' ' && i == len(path)-1 {
			b.WriteByte('\\')
		}
		b.WriteByte(path[i])
	}
	return b.String(), true
}
