package match

import (
	"regexp"
	"regexp/syntax"
	"strings"
)

// coreOf returns an expression for what stands on the line of a keyword directly round it, in each
// match: `kind:[ \t]*secret` of one that goes on for pages. Where it does not lie over a
// keyword no match does, and that costs a line to see, not 16 KiB. It is nil where every match is
// not known to have one.
func coreOf(source string, keywords []string) *regexp.Regexp {
	re, err := syntax.Parse(source, syntax.Perl)
	if err != nil {
		return nil
	}
	core := core(re, keywords)
	if core == nil {
		return nil
	}
	compiled, err := regexp.Compile(core.String())
	if err != nil {
		return nil
	}
	return compiled
}

func core(re *syntax.Regexp, keywords []string) *syntax.Regexp {
	if texts, finite := textsOf(re); finite && allHold(texts, keywords) {
		return re
	}
	switch re.Op {
	case syntax.OpCapture, syntax.OpPlus:
		return core(re.Sub[0], keywords)
	case syntax.OpRepeat:
		if re.Min == 0 {
			return nil
		}
		return core(re.Sub[0], keywords)
	case syntax.OpAlternate:
		all := &syntax.Regexp{Op: syntax.OpAlternate, Flags: re.Flags}
		for _, sub := range re.Sub {
			c := core(sub, keywords)
			if c == nil {
				return nil
			}
			all.Sub = append(all.Sub, c)
		}
		return all
	case syntax.OpConcat:
		for i, part := range re.Sub {
			texts, finite := textsOf(part)
			switch {
			case finite && allHold(texts, keywords):
				return grown(re, i)
			case !finite:
				if c := core(part, keywords); c != nil {
					return c
				}
			}
		}
	}
	return nil
}

// grown returns the part of a sequence together with what stands on the same line beside it.
func grown(sequence *syntax.Regexp, part int) *syntax.Regexp {
	from, to := part, part+1
	for from > 0 && !holdsNewline(sequence.Sub[from-1]) {
		from--
	}
	for to < len(sequence.Sub) && !holdsNewline(sequence.Sub[to]) {
		to++
	}
	return &syntax.Regexp{Op: syntax.OpConcat, Flags: sequence.Flags, Sub: sequence.Sub[from:to]}
}

// holdsNewline reports whether some match of re has the end of a line in it or depends on it.
func holdsNewline(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpBeginText, syntax.OpEndText, syntax.OpBeginLine, syntax.OpEndLine:
		return true
	}
	return matchesNewline(re)
}

// allBegin reports whether each of the texts begins with a keyword.
func allBegin(texts, keywords []string) bool {
	for _, t := range texts {
		begins := false
		for _, k := range keywords {
			begins = begins || strings.HasPrefix(t, k)
		}
		if !begins {
			return false
		}
	}
	return len(texts) > 0
}

// headOf returns an expression for what every match has before its keyword, and the first byte of that: it
// finds where a match can begin at the earliest. It is nil where keywords are not known to begin a part.
func headOf(source string, keywords []string) *regexp.Regexp {
	re, err := syntax.Parse(source, syntax.Perl)
	if err != nil || re.Op != syntax.OpConcat {
		return nil
	}
	for i, part := range re.Sub {
		if _, holds := leftOf(part, keywords, []string{""}); !holds {
			continue
		}
		if texts, finite := textsOf(part); i == 0 || !finite || !allBegin(texts, keywords) {
			return nil
		}
		head := &syntax.Regexp{Op: syntax.OpConcat, Flags: re.Flags, Sub: re.Sub[:i]}
		compiled, err := regexp.Compile(`(?:` + head.String() + `)(?s:.)\z`)
		if err != nil {
			return nil
		}
		return compiled
	}
	return nil
}
