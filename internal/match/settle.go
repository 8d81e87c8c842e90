package match

import (
	"cmp"
	"math"
	"slices"
)

// settle orders the verdicts that count, drops what was found twice and what a more specific
// rule found as well, and makes hits of the rest.
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
	at := cursor{text: s.text}
	for i, n := range s.order {
		v := &verdicts[n]
		if i > 0 && v.rule == verdicts[s.order[i-1]].rule && v.secret == verdicts[s.order[i-1]].secret {
			continue
		}
		c := s.matcher.rule(v.rule)
		if c.SkipReport || c.generic && s.shadowed(i) {
			continue
		}
		if v.value == "" {
			v.value = string(s.text[v.secret.start:v.secret.end])
		}
		h := Hit{
			Rule:       c.Rule,
			Value:      v.value,
			Severity:   cmp.Or(v.inspect.Severity, c.Severity),
			Confidence: cmp.Or(v.inspect.Confidence, c.Confidence),
			Facts:      v.inspect.Facts,
			Form:       v.inspect.Form,
			Pending:    v.pending,
			Start:      v.secret.start,
			End:        v.secret.end,
		}
		h.StartLine, h.StartColumn = at.advance(v.secret.start)
		end := at // secrets may overlap: the cursor itself only moves to starts
		h.EndLine, h.EndColumn = end.advance(v.secret.end)
		if v.inspect.Whole {
			h.EndLine, h.EndColumn = end.advance(v.match.end)
			h.StartLine, h.StartColumn = at.back(v.match.start)
		}
		s.hits = append(s.hits, h)
	}
}

// shadowed reports whether a rule that is not generic found something that overlaps
// the verdict at i of the order.
func (s *Scanner) shadowed(i int) bool {
	found := &s.memo.verdicts[s.order[i]]
	for j := i + 1; j < len(s.order); j++ {
		other := &s.memo.verdicts[s.order[j]]
		if other.secret.start >= found.secret.end {
			break
		}
		if !s.matcher.rule(other.rule).generic {
			return true
		}
	}
	for j := i - 1; j >= 0 && i-j <= maxShadow; j-- {
		other := &s.memo.verdicts[s.order[j]]
		if other.secret.overlaps(found.secret) && !s.matcher.rule(other.rule).generic {
			return true
		}
	}
	return false
}

// maxShadow bounds how many earlier candidates are looked at for one that reaches as far
// as a later one: a text of nothing but overlapping candidates must not cost
// the square of its length.
const maxShadow = 64

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
