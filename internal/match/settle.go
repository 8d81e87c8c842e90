package match

import (
	"bytes"
	"cmp"
	"math"
	"slices"
)

// settle orders the verdicts that count, drops those without what their rules require, what was found
// twice and what a more specific rule found as well, and makes hits of the rest.
func (s *Scanner) settle() {
	verdicts := s.memo.verdicts
	s.order = s.order[:0]
	for i := range verdicts {
		if !verdicts[i].allowed {
			s.order = append(s.order, int32(i))
		}
	}
	slices.SortFunc(s.order, func(i, j int32) int {
		a, b := &verdicts[i], &verdicts[j]
		return cmp.Or(
			cmp.Compare(a.secret.start, b.secret.start),
			cmp.Compare(a.secret.end, b.secret.end),
			cmp.Compare(a.rule, b.rule),
			cmp.Compare(a.match.start, b.match.start),
			cmp.Compare(a.match.end, b.match.end),
			cmp.Compare(a.keyword.start, b.keyword.start),
			cmp.Compare(a.keyword.end, b.keyword.end),
		)
	})
	s.require()
	s.candidates = s.candidates[:0]
	hidden := s.hidden()
	for i, n := range s.order {
		v := &verdicts[n]
		if v.aside || s.matcher.rules[v.rule].rule.SkipReport || i > 0 && s.isAgain(n) ||
			len(hidden) > 0 && s.matcher.rule(v.rule).generic && overlapping(hidden, v.secret, func(sighting) bool { return true }) {
			continue
		}
		s.candidates = append(s.candidates, s.candidate(n))
	}
	s.choose()
	at := cursor{text: s.text}
	for i := range s.candidates {
		if c := &s.candidates[i]; !c.dropped {
			s.hits = append(s.hits, s.hit(c, &at))
		}
	}
}

// isAgain reports whether the candidate before a verdict is the same secret of the same rule.
func (s *Scanner) isAgain(n int32) bool {
	if len(s.candidates) == 0 {
		return false
	}
	v, last := &s.memo.verdicts[n], &s.memo.verdicts[s.candidates[len(s.candidates)-1].verdict]
	return v.rule == last.rule && v.secret == last.secret
}

// hit makes a hit of a candidate. The cursor is at none that starts behind it.
func (s *Scanner) hit(c *candidate, at *cursor) Hit {
	v := &s.memo.verdicts[c.verdict]
	rule := s.matcher.rule(v.rule)
	if v.value == "" {
		v.value = string(s.text[v.secret.start:v.secret.end])
	}
	h := Hit{
		Rule:       rule.Rule,
		Value:      v.value,
		Severity:   cmp.Or(v.inspect.Severity, rule.Severity),
		Confidence: cmp.Or(v.inspect.Confidence, rule.Confidence),
		Facts:      v.inspect.Facts,
		Form:       v.inspect.Form,
		Pending:    v.pending,
		Terms:      c.terms,
		Start:      v.secret.start,
		End:        v.secret.end,
	}
	h.StartLine, h.StartColumn = at.advance(v.secret.start)
	end := *at // secrets may overlap: the cursor itself only moves to starts
	h.EndLine, h.EndColumn = end.advance(v.secret.end)
	if v.inspect.Whole {
		h.EndLine, h.EndColumn = end.advance(v.match.end)
		h.StartLine, h.StartColumn = at.back(v.match.start)
		h.MatchLine = h.StartLine
		return h
	}
	h.MatchLine = h.StartLine - bytes.Count(s.text[min(v.match.start, v.secret.start):v.secret.start], []byte{'\n'})
	return h
}

// entropy returns the Shannon entropy of s in bits a byte.
func entropy(s []byte) float64 {
	var counts [256]int
	for _, c := range s {
		counts[c]++
	}
	sum := 0.0
	for _, n := range counts {
		if n > 0 {
			sum += float64(n) * math.Log2(float64(n))
		}
	}
	total := float64(len(s))
	return math.Log2(total) - sum/total
}
