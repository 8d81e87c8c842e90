package match

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/unleak/unleak/rules"
)

// requirement is a required rule of another.
type requirement struct {
	rules.Required
	rule   *rules.Rule // nil where there is none of that id
	number int32       // in the matcher, or -1 for a rule for paths
	placed bool        // it may not count where the other does
}

// requirements finds the rules that each rule requires; it is empty for the most.
func (m *Matcher) requirements(set *rules.Set) map[int32][]requirement {
	found := map[int32][]requirement{}
	numbers := map[*rules.Rule]int32{}
	for n := range m.rules {
		numbers[m.rules[n].rule] = int32(n)
	}
	for n := range m.rules {
		rule := m.rules[n].rule
		for _, required := range rule.Required {
			r := requirement{Required: required, number: -1}
			if other, ok := set.Lookup(required.RuleID); ok {
				r.rule, r.placed = other, !other.CountsWherever(rule)
				if n, ok := numbers[other]; ok {
					r.number = n
				}
			}
			found[int32(n)] = append(found[int32(n)], r)
		}
	}
	return found
}

// ask has the rules evaluated that those which found something require, where no keyword has called them
// yet. What they find then counts for that alone.
func (s *Scanner) ask() {
	for i, found := 0, len(s.memo.verdicts); i < found; i++ {
		v := &s.memo.verdicts[i]
		if v.allowed {
			continue
		}
		for _, r := range s.matcher.required[v.rule] {
			if r.number < 0 || s.called[r.number] || !s.matcher.rule(r.number).whole {
				continue
			}
			known := len(s.memo.verdicts)
			s.evaluate(r.number, span{})
			for j := known; j < len(s.memo.verdicts); j++ {
				s.memo.verdicts[j].aside = true
			}
		}
	}
}

// require leaves the verdicts out of the order whose rules require what is not there.
func (s *Scanner) require() {
	if len(s.matcher.required) == 0 {
		return
	}
	verdicts := s.memo.verdicts
	at := map[int32]map[int32]place{} // by rule and verdict
	placesOf := func(rule int32) map[int32]place {
		if at[rule] == nil {
			at[rule] = s.places(rule)
		}
		return at[rule]
	}
	kept := make([]int32, 0, len(s.order))
	for _, n := range s.order {
		v := &verdicts[n]
		v.terms = nil
		met := true
		for _, r := range s.matcher.required[v.rule] {
			pending, found := r.near(verdicts, placesOf(v.rule)[n], placesOf(r.number))
			if met = found; !met {
				break
			}
			if r.placed {
				if v.terms == nil {
					v.terms = &Terms{}
				}
				v.terms.needs = append(v.terms.needs, partner{r.rule, pending, nil})
			}
		}
		if met {
			kept = append(kept, n)
		}
	}
	s.order = append(s.order[:0], kept...)
}

// place is where a match begins: its line, and how many bytes after the start of that.
type place struct{ line, column int }

// places finds where the matches of a rule that count begin.
func (s *Scanner) places(rule int32) map[int32]place {
	var numbers []int32
	for _, n := range s.order {
		if s.memo.verdicts[n].rule == rule {
			numbers = append(numbers, n)
		}
	}
	slices.SortFunc(numbers, func(a, b int32) int {
		return cmp.Or(cmp.Compare(s.memo.verdicts[a].match.start, s.memo.verdicts[b].match.start), cmp.Compare(a, b))
	})
	found := make(map[int32]place, len(numbers))
	line, lineStart, passed := 0, 0, 0
	for _, n := range numbers {
		start := s.memo.verdicts[n].match.start
		if i := bytes.LastIndexByte(s.text[passed:start], '\n'); i >= 0 {
			line += bytes.Count(s.text[passed:start], []byte{'\n'})
			lineStart = passed + i + 1
		}
		passed = start
		found[n] = place{line, start - lineStart}
	}
	return found
}

// near returns what the allowlists left pending of the required rule's matches that are near enough,
// each once, and whether there are any.
func (r *requirement) near(verdicts []verdict, from place, at map[int32]place) (pending []uint64, found bool) {
	if r.rule == nil {
		return nil, false
	}
	if r.number < 0 { // whether its path is the one, the place decides
		return []uint64{0}, true
	}
	for n, other := range at {
		if r.WithinLines != nil && max(from.line-other.line, other.line-from.line) > *r.WithinLines ||
			r.WithinColumns != nil && max(from.column-other.column, other.column-from.column) > *r.WithinColumns {
			continue
		}
		found = true
		if !r.placed {
			return nil, true
		}
		if !slices.Contains(pending, verdicts[n].pending) {
			pending = append(pending, verdicts[n].pending)
		}
	}
	slices.Sort(pending)
	return pending, found
}
