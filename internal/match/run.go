package match

import (
	"regexp/syntax"
	"unicode"
	"unicode/utf8"
)

// run is what every match of an expression holds: so many bytes of a class in a row, as a token
// is. To look for them costs a fraction of what trying the expression does.
type run struct {
	class [256]bool
	least int // 0 where nothing is known
	// literal says that it is one of a few texts, which are searched for anyway.
	literal bool
}

// minRun is the shortest run worth looking for.
const minRun = 6

// runOf returns the longest run that the matches of an expression are known to hold.
func runOf(source string) run {
	re, err := syntax.Parse(source, syntax.Perl)
	if err != nil {
		return run{}
	}
	if r := longestRun(re); r.least >= minRun && !r.literal {
		return r
	}
	return run{}
}

// longestRun returns the longest run of the parts that every match of re has. Of alternatives,
// each has the shortest of theirs in a class of all.
func longestRun(re *syntax.Regexp) run {
	switch re.Op {
	case syntax.OpCharClass:
		return runOfClass(re, 1)
	case syntax.OpLiteral:
		return runOfLiteral(re)
	case syntax.OpCapture, syntax.OpPlus:
		return longestRun(re.Sub[0])
	case syntax.OpRepeat:
		switch {
		case re.Min == 0:
			return run{}
		case re.Sub[0].Op == syntax.OpCharClass:
			return runOfClass(re.Sub[0], re.Min)
		}
		return longestRun(re.Sub[0])
	case syntax.OpConcat:
		var longest run
		for _, sub := range re.Sub {
			// A keyword is a literal, and known to be there: any other run says more.
			if r := longestRun(sub); r.least > 0 && (longest.least == 0 || longest.literal && !r.literal ||
				longest.literal == r.literal && r.least > longest.least) {
				longest = r
			}
		}
		return longest
	case syntax.OpAlternate:
		union := longestRun(re.Sub[0])
		for _, sub := range re.Sub[1:] {
			r := longestRun(sub)
			union.least, union.literal = min(union.least, r.least), union.literal && r.literal
			for c, in := range r.class {
				union.class[c] = union.class[c] || in
			}
		}
		return union
	}
	return run{}
}

func runOfClass(re *syntax.Regexp, least int) run {
	r := run{least: least}
	for i := 0; i+1 < len(re.Rune); i += 2 {
		for c := re.Rune[i]; c <= re.Rune[i+1] && c < utf8.RuneSelf; c++ {
			r.class[c] = true
		}
		if re.Rune[i+1] >= utf8.RuneSelf {
			r.addWide()
		}
	}
	return r
}

func runOfLiteral(re *syntax.Regexp) run {
	r := run{least: len(re.Rune), literal: true}
	for _, c := range re.Rune {
		if c >= utf8.RuneSelf {
			r.addWide()
			continue
		}
		r.class[c] = true
		if re.Flags&syntax.FoldCase != 0 {
			for f := unicode.SimpleFold(c); f != c; f = unicode.SimpleFold(f) {
				if f >= utf8.RuneSelf {
					r.addWide()
				} else {
					r.class[f] = true
				}
			}
		}
	}
	return r
}

// addWide adds the characters of several bytes: any of their bytes.
func (r *run) addWide() {
	for c := utf8.RuneSelf; c < len(r.class); c++ {
		r.class[c] = true
	}
}

// next returns the first whole run of text that ends behind from; ok is false where there is none.
func (r *run) next(text []byte, from int) (found span, ok bool) {
	for from+r.least <= len(text) {
		i := from + r.least - 1
		for i >= from && r.class[text[i]] {
			i--
		}
		if i >= from {
			from = i + 1
			continue
		}
		found = span{from, from + r.least}
		for found.end < len(text) && r.class[text[found.end]] {
			found.end++
		}
		return found, true
	}
	return span{}, false
}

// in reports whether text holds the run. Most of a text without one is passed over: whatever
// is not of the class ends every run that holds it.
func (r *run) in(text []byte) bool {
	if r.least == 0 {
		return true
	}
	_, ok := r.next(text, 0)
	return ok
}

// islands calls yield for the parts of a text that can hold a match of at most width bytes: those
// round its runs, with what stands beside them.
func (r *run) islands(text []byte, width int, yield func(span)) {
	island := span{0, -1}
	for from := 0; ; {
		found, ok := r.next(text, from)
		if !ok {
			break
		}
		from = found.end
		near := span{max(0, found.start-width-context), min(len(text), found.end+width+context)}
		switch {
		case island.end < 0:
			island = near
		case near.start <= island.end:
			island.end = near.end
		default:
			yield(island)
			island = near
		}
	}
	if island.end >= 0 {
		yield(island)
	}
}
