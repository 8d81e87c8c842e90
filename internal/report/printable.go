package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Printable returns s as one line that is safe on a terminal: every character that
// moves the cursor, switches modes or direction, or cannot be seen is written as an
// escape (\n, \x1b, \u202e), and so is every byte that is not UTF-8 (\xff).
// Repository content holds such characters on purpose at times, to hide in a
// report or to take over the terminal that shows it.
func Printable(s string) string {
	if isPlain(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case isVisible(r):
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < 0x80:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
		i += size
	}
	return b.String()
}

// isPlain reports whether s is printable ASCII.
func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// isVisible reports whether r shows as itself: letters, marks, numbers, punctuation,
// symbols and the ASCII space, without those that Unicode has rendered as nothing.
func isVisible(r rune) bool {
	return unicode.IsPrint(r) &&
		!unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// clip shortens s to at most limit characters, the last of which are then dots: a
// name of a megabyte would bury the rest of the report.
func clip(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	n := 0
	for i := range s {
		if n++; n > limit-3 {
			if utf8.RuneCountInString(s[i:]) <= 3 {
				return s
			}
			return s[:i] + "..."
		}
	}
	return s
}

// quoteLimit is how many characters of a name or path the text report shows.
const quoteLimit = 300

// shown is repository content as the text report and messages show it.
func shown(s string) string { return clip(Printable(s), quoteLimit) }
