package account

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Shell writes words as a command line that a POSIX shell reads back as just these. What
// cannot be seen, or is no text, stands in it as $'\xNN', which bash, zsh and ksh know, so
// that the line is safe to print and to paste.
func Shell(words ...string) string {
	quoted := make([]string, len(words))
	for i, word := range words {
		quoted[i] = quote(word)
	}
	return strings.Join(quoted, " ")
}

func quote(word string) string {
	switch {
	case word != "" && word[0] != '=' && !strings.ContainsFunc(word, isSpecial): // zsh expands =name
		return word
	case utf8.ValidString(word) && !strings.ContainsFunc(word, isInvisible):
		return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
	}
	var b strings.Builder
	b.WriteString("$'")
	for i := 0; i < len(word); {
		r, size := utf8.DecodeRuneInString(word[i:])
		switch {
		case r == utf8.RuneError && size == 1, isInvisible(r):
			for _, c := range []byte(word[i : i+size]) {
				fmt.Fprintf(&b, `\x%02x`, c)
			}
		case r == '\'' || r == '\\':
			b.WriteString(`\` + string(r))
		default:
			b.WriteRune(r)
		}
		i += size
	}
	return b.String() + "'"
}

// isSpecial reports whether r must be quoted: all but what no shell gives a meaning.
func isSpecial(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("-_./:=@%+,", r)
}

func isInvisible(r rune) bool {
	return !unicode.IsPrint(r) || unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}
