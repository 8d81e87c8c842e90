package byteregex

import "regexp/syntax"

// hasDollar reports whether an expression has a "$" outside (?m).
func hasDollar(re *syntax.Regexp) bool {
	if re.Op == syntax.OpEndText && re.Flags&syntax.WasDollar != 0 {
		return true
	}
	for _, sub := range re.Sub {
		if hasDollar(sub) {
			return true
		}
	}
	return false
}

// Required returns the longest text that every match holds, case and all, or nil where none is
// known.
func (r *Regexp) Required() []byte { return required(r.tree) }

func required(re *syntax.Regexp) (best []byte) {
	switch re.Op {
	case syntax.OpLiteral:
		if re.Flags&syntax.FoldCase != 0 {
			return nil
		}
		for _, c := range re.Rune {
			if c > 0xff {
				return nil
			}
			best = append(best, byte(c))
		}
		return best
	case syntax.OpCapture, syntax.OpPlus, syntax.OpConcat:
	case syntax.OpRepeat:
		if re.Min == 0 {
			return nil
		}
	default:
		return nil
	}
	for _, sub := range re.Sub {
		if text := required(sub); len(text) > len(best) {
			best = text
		}
	}
	return best
}

// Unbounded is the width of matches that have no bound.
const Unbounded = 1 << 30

// Width returns the least and the most bytes of a match, the most being [Unbounded] where
// there is no bound. Looks over either end of a match ("^", "\b") are not part of it.
func (r *Regexp) Width() (least, most int) { return width(r.tree) }

func width(re *syntax.Regexp) (least, most int) {
	switch re.Op {
	case syntax.OpLiteral:
		return len(re.Rune), len(re.Rune)
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL, syntax.OpNoMatch:
		return 1, 1
	case syntax.OpCapture:
		return width(re.Sub[0])
	case syntax.OpStar:
		return 0, Unbounded
	case syntax.OpPlus:
		least, _ = width(re.Sub[0])
		return least, Unbounded
	case syntax.OpQuest:
		_, most = width(re.Sub[0])
		return 0, most
	case syntax.OpRepeat:
		least, most = width(re.Sub[0])
		if re.Max < 0 {
			return least * re.Min, Unbounded
		}
		return least * re.Min, min(Unbounded, most*re.Max)
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			l, m := width(sub)
			least, most = least+l, min(Unbounded, most+m)
		}
		return least, most
	case syntax.OpAlternate:
		least = Unbounded
		for _, sub := range re.Sub {
			l, m := width(sub)
			least, most = min(least, l), max(most, m)
		}
		return least, most
	}
	return 0, 0
}

// Anchored reports whether a match depends on where in the text it stands beyond the byte to
// either side: on the start or the end of the text.
func (r *Regexp) Anchored() bool { return anchored(r.tree) }

func anchored(re *syntax.Regexp) bool {
	if re.Op == syntax.OpBeginText || re.Op == syntax.OpEndText {
		return true
	}
	for _, sub := range re.Sub {
		if anchored(sub) {
			return true
		}
	}
	return false
}
