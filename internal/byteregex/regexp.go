// Package byteregex matches regular expressions and shell patterns against bytes, as
// Python does with bytes: "." is one byte, a class is a set of bytes. Go's package
// regexp reads UTF-8, where "." is a character and bytes that are no UTF-8 are all alike.
//
// A byte is handed to it as the character of that number, so bytes from 0x80 on take two. The
// time is linear in the text, whatever the expression.
package byteregex

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"unicode/utf8"
)

// Regexp is a compiled expression. It is immutable and safe for concurrent use.
type Regexp struct {
	re     *regexp.Regexp
	tree   *syntax.Regexp
	dollar bool // it has a "$" that means the end of the text, not of a line
}

// Compile reads an expression in Python's syntax. What RE2 has not (looking ahead and back,
// references) is an error, and what both have with another meaning (\Z, \s, {,n}, "$") has
// Python's. One thing is not found: what goes on behind a "$" that stands before the last newline.
func Compile(expression []byte) (*Regexp, error) {
	translated, err := translate(expression)
	if err != nil {
		return nil, err
	}
	return compile(translated)
}

// SyntaxError says that an expression cannot be read.
type SyntaxError struct {
	Reason   string // says nothing of the expression's text
	Fragment string // the part that is meant, or all of it
}

// Error implements error.
func (e *SyntaxError) Error() string { return fmt.Sprintf("%s in %q", e.Reason, e.Fragment) }

// compile makes a Regexp of RE2 syntax in ASCII, where \xHH is a byte.
func compile(expression string) (*Regexp, error) {
	re, err := regexp.Compile(expression)
	if err != nil {
		var e *syntax.Error
		if errors.As(err, &e) {
			return nil, &SyntaxError{string(e.Code), e.Expr}
		}
		return nil, err
	}
	tree, err := syntax.Parse(expression, syntax.Perl)
	if err != nil {
		return nil, err
	}
	return &Regexp{re: re, tree: tree.Simplify(), dollar: hasDollar(tree)}, nil
}

// Match reports whether the expression matches anywhere in text.
func (r *Regexp) Match(text []byte) bool {
	wide, _ := widen(text)
	return r.re.Match(wide) || r.dollar && endsLine(text) && r.re.Match(wide[:len(wide)-1])
}

// FindAll returns the offsets of successive matches that do not overlap: for each those of
// the match and of its groups, as [regexp.Regexp.FindSubmatchIndex] has them.
func (r *Regexp) FindAll(text []byte) [][]int {
	wide, same := widen(text)
	all := r.re.FindAllSubmatchIndex(wide, -1)
	if r.dollar && endsLine(text) {
		all = earlier(all, r.re.FindAllSubmatchIndex(wide[:len(wide)-1], -1))
	}
	if !same {
		narrow(all, wide)
	}
	return all
}

// earlier merges the matches in a text with those in the text without its last newline, as
// "$" matches at both ends: the lists are the same up to the last match.
func earlier(whole, trimmed [][]int) [][]int {
	for i, m := range trimmed {
		if i >= len(whole) || m[0] < whole[i][0] {
			behind := slices.DeleteFunc(whole[i:], func(w []int) bool { return w[0] < m[1] })
			return append(trimmed[:i+1:i+1], behind...)
		}
		if !slices.Equal(m, whole[i]) {
			break
		}
	}
	return whole
}

func endsLine(text []byte) bool { return bytes.HasSuffix(text, []byte("\n")) }

// widen writes each byte as the character of its number. same says that it is text itself,
// which is ASCII.
func widen(text []byte) (wide []byte, same bool) {
	high := 0
	for _, c := range text {
		high += int(c >> 7)
	}
	if high == 0 {
		return text, true
	}
	wide = make([]byte, 0, len(text)+high)
	for _, c := range text {
		wide = utf8.AppendRune(wide, rune(c))
	}
	return wide, false
}

// narrow turns offsets into a widened text into those of the text that it was made from.
func narrow(matches [][]int, wide []byte) {
	at, extra := 0, 0 // bytes of wide[:at] that the text has not
	for _, m := range matches {
		extra += leads(wide[at:m[0]])
		at = m[0]
		for i, offset := range m {
			if offset >= 0 {
				m[i] = offset - extra - leads(wide[at:offset])
			}
		}
	}
}

// leads counts the first bytes of characters of two.
func leads(wide []byte) (n int) {
	for _, c := range wide {
		if c >= utf8.RuneSelf && utf8.RuneStart(c) {
			n++
		}
	}
	return n
}

// Groups returns the number of groups.
func (r *Regexp) Groups() int { return r.re.NumSubexp() }

// Group returns the number of the group of a name, or -1.
func (r *Regexp) Group(name string) int { return r.re.SubexpIndex(name) }
