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
	s.left, s.anchored = leftOf(re, keywords)
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
// in it, and whether every match holds a keyword at all.
func leftOf(re *syntax.Regexp, keywords []string) (left int, ok bool) {
	if texts, finite := textsOf(re); finite {
		return longest(texts), allHold(texts, keywords)
	}
	switch re.Op {
	case syntax.OpCapture, syntax.OpPlus:
		return leftOf(re.Sub[0], keywords)
	case syntax.OpRepeat:
		if re.Min == 0 {
			return 0, false
		}
		return leftOf(re.Sub[0], keywords)
	case syntax.OpAlternate:
		for _, sub := range re.Sub {
			l, holds := leftOf(sub, keywords)
			if !holds {
				return 0, false
			}
			left = max(left, l)
		}
		return left, true
	case syntax.OpConcat:
		return leftOfConcat(re.Sub, keywords)
	}
	return 0, false
}

// leftOfConcat looks for the first part, or run of parts with few texts, that
// always holds a keyword.
func leftOfConcat(parts []*syntax.Regexp, keywords []string) (int, bool) {
	before := 0
	for i, part := range parts {
		if left, ok := leftOf(part, keywords); ok {
			return plus(before, left), true
		}
		run := []string{""}
		for _, next := range parts[i:] {
			texts, finite := textsOf(next)
			if !finite || len(run)*len(texts) > maxTexts {
				break
			}
			run = product(run, texts)
			if allHold(run, keywords) {
				return plus(before, longest(run)), true
			}
		}
		before = plus(before, width(part))
	}
	return 0, false
}

// maxTexts bounds how many texts an expression is spelled out into.
const maxTexts = 256

// textsOf returns every text that re matches, in lower case, when they are few.
// Under case folding these stand for all their spellings.
func textsOf(re *syntax.Regexp) ([]string, bool) {
	switch re.Op {
	case syntax.OpEmptyMatch, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText,
		syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return []string{""}, true
	case syntax.OpLiteral:
		return []string{strings.ToLower(string(re.Rune))}, true
	case syntax.OpCharClass:
		var texts []string
		for i := 0; i+1 < len(re.Rune); i += 2 {
			if int(re.Rune[i+1]-re.Rune[i])+len(texts) >= 16 {
				return nil, false
			}
			for r := re.Rune[i]; r <= re.Rune[i+1]; r++ {
				texts = append(texts, strings.ToLower(string(r)))
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

func longest(texts []string) int {
	n := 0
	for _, t := range texts {
		n = max(n, len(t))
	}
	return n
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
