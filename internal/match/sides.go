package match

import (
	"bytes"
	"regexp/syntax"
	"slices"
	"strings"
)

// sides are what every match has to either side of the place where its first keyword begins: in
// `\w{0,40}_token = x`, `token = x` and `_\w{0,40}`, read towards the front. Where a
// keyword stands, one of them mostly ends it within a few bytes, before anything else is
// tried. They are nil where nothing is known.
type sides struct {
	ahead, behind *automaton
	respelled     [][]byte // letters that a keyword may be spelled with and is not found by
}

func sidesOf(source string, keywords []string) sides {
	re, err := syntax.Parse(source, syntax.Perl)
	if err != nil {
		return sides{}
	}
	ahead, behind, ok := split(re, keywords, []string{""})
	if !ok {
		return sides{}
	}
	s := sides{ahead: newAutomaton(ahead, syntax.EmptyEndText), behind: newAutomaton(behind, syntax.EmptyBeginText)}
	for letter, other := range map[string]string{"k": "\u212a", "s": "\u017f"} {
		if strings.Contains(strings.Join(keywords, ""), letter) {
			s.respelled = append(s.respelled, []byte(other))
		}
	}
	return s
}

// refuses reports whether the rule matches nothing of which hit is the first keyword, by what stands
// beside that. It says so only if all it looked at is in the rule's window, and no match can be that has hit
// further on, and its first keyword in a spelling that no search finds.
func (c *compiled) refuses(text []byte, hit span) bool {
	if c.sides == nil {
		return false
	}
	s := c.sides()
	if s.ahead == nil && s.behind == nil {
		return false
	}
	w := span{max(0, hit.end-c.left), min(len(text), hit.start+c.right)}
	if c.byLine {
		w = span{max(0, hit.start-maxLine), min(len(text), hit.end+maxLine)}
	}
	refused := false
	if s.ahead != nil {
		could, read := s.ahead.begins(text[hit.start:w.end])
		refused = !could && (!c.byLine || c.onLines(text[hit.start:hit.start+read], hit.start+read < w.end))
	}
	if s.behind != nil && !refused {
		could, read := s.behind.ends(text[w.start:hit.start])
		refused = !could && (!c.byLine || c.onLines(text[hit.start-read:hit.start], hit.start-read > w.start))
	}
	if refused {
		near := text[max(w.start, hit.end-c.lead):min(w.end, plus(hit.start, c.lead))]
		refused = !slices.ContainsFunc(s.respelled, func(letter []byte) bool { return bytes.Contains(near, letter) })
	}
	return refused
}

// onLines reports whether what was read beside a keyword is surely in a window of lines. Whole
// says that something was left to read.
func (c *compiled) onLines(read []byte, whole bool) bool {
	ends := bytes.Count(read, []byte{'\n'})
	if bytes.HasSuffix(read, []byte{'\r'}) { // perhaps of the end of a line
		ends++
	}
	return whole && ends <= c.extra
}

// split returns what every match of re has from the first byte of its first keyword on, and what it has
// before, turned round. One of the texts in before stands in front of re, see [leftOf], and belongs to
// what is returned.
func split(re *syntax.Regexp, keywords, before []string) (ahead, behind *syntax.Regexp, ok bool) {
	if texts, finite := textsOf(re); finite {
		if len(before)*len(texts) > maxTexts {
			return nil, nil, false
		}
		return splitTexts(product(before, texts), keywords)
	}
	switch re.Op {
	case syntax.OpCapture:
		return split(re.Sub[0], keywords, before)
	case syntax.OpAlternate:
		var aheads, behinds []*syntax.Regexp
		for _, sub := range re.Sub {
			a, b, ok := split(sub, keywords, before)
			if !ok {
				return nil, nil, false
			}
			aheads, behinds = append(aheads, a), append(behinds, b)
		}
		return oneOf(aheads), oneOf(behinds), true
	case syntax.OpConcat:
		return splitSequence(re.Sub, keywords, before)
	}
	return nil, nil, false
}

func splitSequence(parts []*syntax.Regexp, keywords, before []string) (ahead, behind *syntax.Regexp, ok bool) {
	front := []*syntax.Regexp{} // what stands before the texts in before, turned round
	outer := before
	for i, part := range parts {
		if _, holds := leftOf(part, keywords, before); holds {
			ahead, behind, ok = split(part, keywords, before)
			if !ok {
				return nil, nil, false
			}
			return sequence(append([]*syntax.Regexp{ahead}, parts[i+1:]...)), sequence(append([]*syntax.Regexp{behind}, front...)), true
		}
		texts, finite := textsOf(part)
		if finite && len(before)*len(texts) <= maxTexts {
			before = product(before, texts)
			continue
		}
		// From here on, before is of this part alone, or empty.
		front = []*syntax.Regexp{}
		for _, passed := range slices.Backward(parts[:i]) {
			front = append(front, turned(passed))
		}
		front = append(front, turnedTexts(outer))
		if before = texts; !finite {
			front = append([]*syntax.Regexp{turned(part)}, front...)
			before = []string{""}
		}
	}
	return nil, nil, false
}

// splitTexts splits texts wherever a keyword begins in them.
func splitTexts(texts, keywords []string) (ahead, behind *syntax.Regexp, ok bool) {
	var heads, tails []string
	for _, text := range texts {
		found := len(tails)
		for at := range len(text) {
			for _, k := range keywords {
				if strings.HasPrefix(text[at:], k) {
					heads, tails = append(heads, text[:at]), append(tails, text[at:])
					break
				}
			}
		}
		if len(tails) == found {
			return nil, nil, false
		}
	}
	slices.Sort(tails)
	tails = slices.Compact(tails)
	aheads := make([]*syntax.Regexp, 0, len(tails))
	for _, text := range tails {
		aheads = append(aheads, literal([]rune(text)))
	}
	return oneOf(aheads), turnedTexts(heads), len(tails) > 0
}

// turned returns an expression for what re matches, read towards the front.
func turned(re *syntax.Regexp) *syntax.Regexp {
	other := *re
	other.Sub = make([]*syntax.Regexp, len(re.Sub))
	for i, sub := range re.Sub {
		if re.Op == syntax.OpConcat {
			i = len(re.Sub) - 1 - i
		}
		other.Sub[i] = turned(sub)
	}
	if re.Op == syntax.OpLiteral {
		other.Rune = slices.Clone(re.Rune)
		slices.Reverse(other.Rune)
	}
	return &other
}

func turnedTexts(texts []string) *syntax.Regexp {
	texts = slices.Clone(texts)
	slices.Sort(texts)
	var all []*syntax.Regexp
	for _, text := range slices.Compact(texts) {
		all = append(all, turned(literal([]rune(text))))
	}
	return oneOf(all)
}

func literal(text []rune) *syntax.Regexp {
	if len(text) == 0 {
		return &syntax.Regexp{Op: syntax.OpEmptyMatch}
	}
	return &syntax.Regexp{Op: syntax.OpLiteral, Flags: syntax.FoldCase, Rune: text}
}

func sequence(parts []*syntax.Regexp) *syntax.Regexp {
	return &syntax.Regexp{Op: syntax.OpConcat, Sub: parts}
}

func oneOf(all []*syntax.Regexp) *syntax.Regexp {
	return &syntax.Regexp{Op: syntax.OpAlternate, Sub: all}
}
