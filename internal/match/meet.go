package match

import (
	"regexp/syntax"
	"unicode"
	"unicode/utf8"
)

// canHold reports whether some match of an expression can hold a match of another. What
// neither anchors nor word boundaries forbid counts as possible.
func canHold(outer *syntax.Regexp, inner string) bool {
	// The whole of a match, to be compared with the whole of another.
	held, err := syntax.Parse(`(?s:.*)(?:`+inner+`)(?s:.*)`, syntax.Perl)
	if err != nil {
		return true
	}
	a, err := syntax.Compile(outer.Simplify())
	if err != nil {
		return true
	}
	b, err := syntax.Compile(held.Simplify())
	if err != nil || len(a.Inst)*len(b.Inst) > maxPairs {
		return true
	}
	return meet(a, b)
}

// maxPairs bounds the comparison of two expressions. Above it, all is taken for possible.
const maxPairs = 16 << 20

// meet reports whether a text is matched by both programs, each as a whole.
func meet(a, b *syntax.Prog) bool {
	seen := make([]bool, len(a.Inst)*len(b.Inst))
	runesA, runesB := make([][]rune, len(a.Inst)), make([][]rune, len(b.Inst))
	var todo [][2]uint32
	push := func(x, y uint32) {
		if at := int(x)*len(b.Inst) + int(y); !seen[at] {
			seen[at] = true
			todo = append(todo, [2]uint32{x, y})
		}
	}
	push(uint32(a.Start), uint32(b.Start))
	for len(todo) > 0 {
		x, y := todo[len(todo)-1][0], todo[len(todo)-1][1]
		todo = todo[:len(todo)-1]
		one, other := &a.Inst[x], &b.Inst[y]
		switch {
		case one.Op == syntax.InstMatch && other.Op == syntax.InstMatch:
			return true
		case !readsRune(one):
			for _, next := range silent(one) {
				push(next, y)
			}
			if one.Op != syntax.InstMatch || readsRune(other) {
				continue
			}
			fallthrough // one has ended, and other may yet without a character
		case !readsRune(other):
			for _, next := range silent(other) {
				push(x, next)
			}
		default:
			if runesA[x] == nil {
				runesA[x] = runesOf(one)
			}
			if runesB[y] == nil {
				runesB[y] = runesOf(other)
			}
			if overlap(runesA[x], runesB[y]) {
				push(one.Out, other.Out)
			}
		}
	}
	return false
}

// readsRune reports whether an instruction takes a character.
func readsRune(i *syntax.Inst) bool {
	switch i.Op {
	case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
		return true
	}
	return false
}

// silent returns where an instruction goes on without a character.
func silent(i *syntax.Inst) []uint32 {
	switch i.Op {
	case syntax.InstAlt, syntax.InstAltMatch:
		return []uint32{i.Out, i.Arg}
	case syntax.InstCapture, syntax.InstEmptyWidth, syntax.InstNop:
		return []uint32{i.Out}
	}
	return nil
}

// runesOf returns the ranges of characters that an instruction takes.
func runesOf(i *syntax.Inst) []rune {
	switch {
	case i.Op == syntax.InstRuneAny:
		return []rune{0, utf8.MaxRune}
	case i.Op == syntax.InstRuneAnyNotNL:
		return []rune{0, '\n' - 1, '\n' + 1, utf8.MaxRune}
	case len(i.Rune) != 1:
		return i.Rune
	}
	r := i.Rune[0]
	ranges := []rune{r, r}
	if i.Op == syntax.InstRune && syntax.Flags(i.Arg)&syntax.FoldCase != 0 {
		for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
			ranges = append(ranges, other, other)
		}
	}
	return ranges
}

func overlap(a, b []rune) bool {
	for i := 0; i+1 < len(a); i += 2 {
		for j := 0; j+1 < len(b); j += 2 {
			if a[i] <= b[j+1] && b[j] <= a[i+1] {
				return true
			}
		}
	}
	return false
}
