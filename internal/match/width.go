package match

import (
	"math"
	"regexp/syntax"
	"strings"
	"unicode/utf8"
)

// unbounded is the width of an expression that can match any number of bytes.
const unbounded = math.MaxInt32

// shape is what a rule's expression says of its matches.
type shape struct {
	width    int  // most bytes of a match, or unbounded
	left     int  // most bytes of a match before the end of its first keyword, or unbounded
	anchored bool // every match holds one of the keywords
	lines    bool // an unbounded part can run across line ends
}

// shapeOf analyses an expression, which must parse, against lower-case keywords.
func shapeOf(source string, keywords []string) shape {
	re, err := syntax.Parse(source, syntax.Perl)
	if err != nil {
		return shape{width: unbounded, left: unbounded, lines: true}
	}
	s := shape{width: width(re), lines: crossesLines(re)}
	s.left, s.anchored = leftOf(re, keywords, []string{""})
	return s
}

// width returns the most bytes that re can match.
func width(re *syntax.Regexp) int {
	switch re.Op {
	case syntax.OpLiteral:
		n := 0
		for _, r := range re.Rune {
			n += runeWidth(r, re.Flags&syntax.FoldCase != 0)
		}
		return n
	case syntax.OpCharClass:
		widest := 1
		for i := 1; i < len(re.Rune); i += 2 {
			widest = max(widest, utf8.RuneLen(min(re.Rune[i], utf8.MaxRune)))
		}
		return widest
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return utf8.UTFMax
	case syntax.OpCapture:
		return width(re.Sub[0])
	case syntax.OpQuest:
		return width(re.Sub[0])
	case syntax.OpStar, syntax.OpPlus:
		if width(re.Sub[0]) == 0 {
			return 0
		}
		return unbounded
	case syntax.OpRepeat:
		w := width(re.Sub[0])
		if re.Max < 0 && w > 0 {
			return unbounded
		}
		return times(w, max(re.Max, 0))
	case syntax.OpConcat:
		total := 0
		for _, sub := range re.Sub {
			total = plus(total, width(sub))
		}
		return total
	case syntax.OpAlternate:
		widest := 0
		for _, sub := range re.Sub {
			widest = max(widest, width(sub))
		}
		return widest
	}
	return 0 // the empty match and assertions
}

// runeWidth is the bytes of r; under case folding some ASCII letters stand for
// wider ones (the Kelvin sign for k, the long s for s).
func runeWidth(r rune, fold bool) int {
	if fold && (r == 'k' || r == 'K' || r == 's' || r == 'S') {
		return 3
	}
	return utf8.RuneLen(r)
}

func plus(a, b int) int {
	if a >= unbounded-b {
		return unbounded
	}
	return a + b
}

func times(a, n int) int {
	if n > 0 && a >= unbounded/n {
		return unbounded
	}
	return a * n
}

// crossesLines reports whether some unbounded repetition can match a line end.
func crossesLines(re *syntax.Regexp) bool {
	loop := re.Op == syntax.OpStar || re.Op == syntax.OpPlus || re.Op == syntax.OpRepeat && re.Max < 0
	for _, sub := range re.Sub {
		if crossesLines(sub) || loop && matchesNewline(sub) {
			return true
		}
	}
	return false
}

// newlinesOf returns the most line ends in a match of an expression, or unbounded.
func newlinesOf(source string) int {
	re, err := syntax.Parse(source, syntax.Perl)
	if err != nil {
		return unbounded
	}
	return newlines(re)
}

// newlines returns the most line ends that re can match.
func newlines(re *syntax.Regexp) int {
	most := 0
	switch re.Op {
	case syntax.OpLiteral:
		most = strings.Count(string(re.Rune), "\n")
	case syntax.OpCharClass, syntax.OpAnyChar:
		if matchesNewline(re) {
			most = 1
		}
	case syntax.OpStar, syntax.OpPlus:
		if newlines(re.Sub[0]) > 0 {
			most = unbounded
		}
	case syntax.OpRepeat:
		n := newlines(re.Sub[0])
		if re.Max < 0 && n > 0 {
			return unbounded
		}
		most = times(n, max(re.Max, 0))
	case syntax.OpAlternate:
		for _, sub := range re.Sub {
			most = max(most, newlines(sub))
		}
	default:
		for _, sub := range re.Sub {
			most = plus(most, newlines(sub))
		}
	}
	return most
}

func matchesNewline(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpAnyChar:
		return true
	case syntax.OpLiteral:
		return strings.ContainsRune(string(re.Rune), '\n')
	case syntax.OpCharClass:
		for i := 0; i+1 < len(re.Rune); i += 2 {
			if re.Rune[i] <= '\n' && '\n' <= re.Rune[i+1] {
				return true
			}
		}
	}
	for _, sub := range re.Sub {
		if matchesNewline(sub) {
			return true
		}
	}
	return false
}

// leftOf returns the most bytes from the start of a match to the end of a keyword
// in it, and whether every match holds a keyword at all. before are the texts of which
// one stands in front of the match: a keyword may begin there. (The parser takes
// common beginnings out of alternatives, so that few hold a keyword by themselves.)
func leftOf(re *syntax.Regexp, keywords, before []string) (left int, ok bool) {
	if texts, finite := textsOf(re); finite {
		return width(re), allHold(follow(before, texts), keywords)
	}
	switch re.Op {
	case syntax.OpCapture, syntax.OpPlus:
		return leftOf(re.Sub[0], keywords, before)
	case syntax.OpRepeat:
		if re.Min == 0 {
			return 0, false
		}
		return leftOf(re.Sub[0], keywords, before)
	case syntax.OpAlternate:
		for _, sub := range re.Sub {
			l, holds := leftOf(sub, keywords, before)
			if !holds {
				return 0, false
			}
			left = max(left, l)
		}
		return left, true
	case syntax.OpConcat:
		// The first part that holds a keyword, together with the texts before it.
		passed := 0
		for _, part := range re.Sub {
			if l, holds := leftOf(part, keywords, before); holds {
				return plus(passed, l), true
			}
			passed = plus(passed, width(part))
			texts, finite := textsOf(part)
			if !finite {
				before = []string{""}
				continue
			}
			before = follow(before, texts)
		}
	}
	return 0, false
}

// follow returns the texts that are one of before and one of texts, or those of texts
// alone when that would be too many.
func follow(before, texts []string) []string {
	if len(before)*len(texts) > maxTexts {
		return texts
	}
	return product(before, texts)
}

// maxTexts bounds how many texts an expression is spelled out into.
const maxTexts = 256

// textsOf returns every text that re matches, in lower case, when they are few.
// Under case folding these stand for all their spellings, but such with other than ASCII
// letters (the Kelvin sign for k), which no keyword is found in: a match that
// is spelled so counts only where it holds a keyword besides.
func textsOf(re *syntax.Regexp) ([]string, bool) {
	switch re.Op {
	case syntax.OpEmptyMatch, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText,
		syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return []string{""}, true
	case syntax.OpLiteral:
		return []string{lower(string(re.Rune))}, true
	case syntax.OpCharClass:
		var texts []string
		for i := 0; i+1 < len(re.Rune); i += 2 {
			if int(re.Rune[i+1]-re.Rune[i])+len(texts) >= 16 {
				return nil, false
			}
			for r := re.Rune[i]; r <= re.Rune[i+1]; r++ {
				texts = append(texts, lower(string(r)))
			}
		}
		return texts, len(texts) > 0
	case syntax.OpCapture:
		return textsOf(re.Sub[0])
	case syntax.OpQuest:
		texts, ok := textsOf(re.Sub[0])
		return append([]string{""}, texts...), ok
	case syntax.OpAlternate:
		var all []string
		for _, sub := range re.Sub {
			texts, ok := textsOf(sub)
			if all = append(all, texts...); !ok || len(all) > maxTexts {
				return nil, false
			}
		}
		return all, true
	case syntax.OpConcat:
		all := []string{""}
		for _, sub := range re.Sub {
			texts, ok := textsOf(sub)
			if !ok || len(all)*len(texts) > maxTexts {
				return nil, false
			}
			all = product(all, texts)
		}
		return all, true
	}
	return nil, false
}

func product(heads, tails []string) []string {
	out := make([]string, 0, len(heads)*len(tails))
	for _, head := range heads {
		for _, tail := range tails {
			out = append(out, head+tail)
		}
	}
	return out
}

// lower folds ASCII letters alone, as the automaton does.
func lower(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

func allHold(texts, keywords []string) bool {
	for _, t := range texts {
		holds := false
		for _, k := range keywords {
			holds = holds || strings.Contains(t, k)
		}
		if !holds {
			return false
		}
	}
	return len(texts) > 0
}
