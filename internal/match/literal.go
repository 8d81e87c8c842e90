package match

import "regexp/syntax"

// formed reports whether every match of an expression holds a text that says something.
func formed(source string) bool {
	re, err := syntax.Parse(source, syntax.Perl)
	return err == nil && holdsLiteral(re)
}

// holdsLiteral reports whether every match of re holds one of a few texts that say something.
func holdsLiteral(re *syntax.Regexp) bool {
	if texts, finite := textsOf(re); finite {
		for _, text := range texts {
			if len(text) < rareLiteral {
				return false
			}
		}
		return len(texts) > 0
	}
	switch re.Op {
	case syntax.OpCapture, syntax.OpPlus:
		return holdsLiteral(re.Sub[0])
	case syntax.OpRepeat:
		return re.Min > 0 && holdsLiteral(re.Sub[0])
	case syntax.OpAlternate:
		for _, sub := range re.Sub {
			if !holdsLiteral(sub) {
				return false
			}
		}
		return true
	case syntax.OpConcat:
		before := []string{""}
		for _, sub := range re.Sub {
			if holdsLiteral(sub) {
				return true
			}
			// Texts that the parser took apart: "sk" and "[_-]live".
			texts, finite := textsOf(sub)
			if !finite {
				before = []string{""}
				continue
			}
			before = follow(before, texts)
			if shortest(before) >= rareLiteral {
				return true
			}
		}
	}
	return false
}

func shortest(texts []string) int {
	least := unbounded
	for _, text := range texts {
		least = min(least, len(text))
	}
	return least
}

// least returns the fewest bytes that re can match.
func least(re *syntax.Regexp) int {
	switch re.Op {
	case syntax.OpLiteral:
		return len(re.Rune)
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return 1
	case syntax.OpCapture, syntax.OpPlus:
		return least(re.Sub[0])
	case syntax.OpRepeat:
		return times(least(re.Sub[0]), re.Min)
	case syntax.OpConcat:
		total := 0
		for _, sub := range re.Sub {
			total = plus(total, least(sub))
		}
		return total
	case syntax.OpAlternate:
		fewest := unbounded
		for _, sub := range re.Sub {
			fewest = min(fewest, least(sub))
		}
		return fewest
	}
	return 0 // what may be left out, and assertions
}

// lead returns the most bytes of anything, or nearly, that a match can begin with.
func lead(re *syntax.Regexp) int {
	switch re.Op {
	case syntax.OpCapture:
		return lead(re.Sub[0])
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			if n := lead(sub); n > 0 || width(sub) > 0 {
				return n
			}
		}
	case syntax.OpAlternate:
		most := 0
		for _, sub := range re.Sub {
			most = max(most, lead(sub))
		}
		return most
	case syntax.OpStar, syntax.OpPlus, syntax.OpRepeat:
		if isAnything(re.Sub[0]) {
			return width(re)
		}
	}
	return 0
}

// isAnything reports whether re is a class of most characters.
func isAnything(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return true
	case syntax.OpCapture:
		return isAnything(re.Sub[0])
	case syntax.OpCharClass:
		n := 0
		for i := 0; i+1 < len(re.Rune); i += 2 {
			n += int(min(re.Rune[i+1], 127)-re.Rune[i]) + 1
			if re.Rune[i+1] >= 127 {
				break
			}
		}
		return n > 90
	}
	return false
}
