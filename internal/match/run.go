package match

import (
	"regexp/syntax"
	"unicode/utf8"
)

// run is what every match of an expression holds: so many bytes of a class in a row, as a token
// is. To look for them costs a fraction of what trying the expression does.
type run struct {
	class [256]bool
	least int // 0 where nothing is known
}

// minRun is the shortest run worth looking for.
const minRun = 6

// runOf returns the longest run that the matches of an expression are known to hold.
func runOf(source string) run {
	re, err := syntax.Parse(source, syntax.Perl)
	if err != nil {
		return run{}
	}
	var longest *syntax.Regexp
	eachPart(re, func(part *syntax.Regexp) {
		if part.Op == syntax.OpRepeat && part.Sub[0].Op == syntax.OpCharClass && part.Min >= minRun && (longest == nil || part.Min > longest.Min) {
			longest = part
		}
	})
	if longest == nil {
		return run{}
	}
	r := run{least: longest.Min}
	ranges := longest.Sub[0].Rune
	for i := 0; i+1 < len(ranges); i += 2 {
		for c := ranges[i]; c <= ranges[i+1] && c < utf8.RuneSelf; c++ {
			r.class[c] = true
		}
		if ranges[i+1] >= utf8.RuneSelf { // a character of several bytes: any of them
			for c := utf8.RuneSelf; c < len(r.class); c++ {
				r.class[c] = true
			}
		}
	}
	return r
}

// eachPart calls yield for the parts of an expression that every match has.
func eachPart(re *syntax.Regexp, yield func(*syntax.Regexp)) {
	yield(re)
	switch re.Op {
	case syntax.OpConcat, syntax.OpCapture, syntax.OpPlus:
		for _, sub := range re.Sub {
			eachPart(sub, yield)
		}
	case syntax.OpRepeat:
		if re.Min > 0 {
			eachPart(re.Sub[0], yield)
		}
	}
}

// in reports whether text holds the run. Most of a text without one is passed over: whatever
// is not of the class ends every run that holds it.
func (r *run) in(text []byte) bool {
	for from := 0; from+r.least <= len(text); {
		i := from + r.least - 1
		for i >= from && r.class[text[i]] {
			i--
		}
		if i < from {
			return true
		}
		from = i + 1
	}
	return false
}
