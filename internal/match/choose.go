package match

import (
	"cmp"
	"slices"
)

// candidate is a verdict that counts by itself, while it is decided which of those that overlap
// is reported.
type candidate struct {
	verdict int32 // its number in the memo
	span          // of the secret, or of what it is the whole of
	rank    rank
	terms   *Terms
	dropped bool
}

// rank says how much a candidate knows of what it found.
type rank struct {
	rule     int  // how specific the rule is
	checksum int  // 1 valid, 0 none, -1 invalid
	keyword  span // of a rule that goes by the name: the part that it knows
	id       string
}

// How specific rules are: those that know a token by the name it is given and a text in it, those that
// know it by its own form, those that know it by its name, and those that know it by its surroundings alone.
const (
	bySurroundings = iota
	byName
	byForm
	byNameAndForm
)

func (s *Scanner) candidate(n int32) candidate {
	v := &s.memo.verdicts[n]
	c := s.matcher.rule(v.rule)
	found := candidate{verdict: n, span: v.secret, rank: rank{rule: byForm, id: c.ID}, terms: v.terms}
	if v.inspect.Whole {
		found.span = v.match
	}
	switch {
	case c.generic:
		found.rank.rule = bySurroundings
	case c.Key != "" && c.formed:
		found.rank.rule, found.rank.keyword = byNameAndForm, v.keyword
	case c.Key != "":
		found.rank.rule, found.rank.keyword = byName, v.keyword
	}
	switch v.inspect.Facts["checksum"] {
	case "valid":
		found.rank.checksum = 1
	case "invalid":
		found.rank.checksum = -1
	}
	return found
}

// better orders candidates by which of two that overlap is to be reported: first the one that does.
func better(a, b *candidate) int {
	return cmp.Or(
		-cmp.Compare(a.rank.rule, b.rank.rule),
		-cmp.Compare(a.rank.checksum, b.rank.checksum),
		-cmp.Compare(a.end-a.start, b.end-b.start),
		// Names begin with the vendor's.
		cmp.Compare(a.rank.keyword.start, b.rank.keyword.start),
		-cmp.Compare(a.rank.keyword.end, b.rank.keyword.end),
		cmp.Compare(a.rank.id, b.rank.id),
		cmp.Compare(a.start, b.start),
	)
}

// maxTangle bounds how many candidates are weighed against one another: a text of nothing
// but overlapping ones must not cost the square of its length.
const maxTangle = 64

// choose has the best of the candidates that overlap stay. They are in the order of their starts.
func (s *Scanner) choose() {
	all := s.candidates
	for from := 0; from < len(all); {
		to, end := from+1, all[from].end
		for to < len(all) && all[to].start < end && to-from < maxTangle {
			end = max(end, all[to].end)
			to++
		}
		if to-from > 1 {
			s.untangle(all[from:to])
		}
		from = to
	}
}

// untangle goes from the best candidate to the worst, and drops what overlaps a better one. A
// better one that may not count at all places does not drop it, as it could be the only
// one there: which it is, is left to the place.
func (s *Scanner) untangle(tangle []candidate) {
	var order [maxTangle]int
	best := order[:len(tangle)]
	for i := range best {
		best[i] = i
	}
	slices.SortFunc(best, func(i, j int) int { return better(&tangle[i], &tangle[j]) })
	for n, i := range best {
		c := &tangle[i]
		var yields []partner
		for _, j := range best[:n] {
			other := &tangle[j]
			if other.dropped || !other.overlaps(c.span) || other.terms.yield() {
				continue
			}
			v := &s.memo.verdicts[other.verdict]
			rule := s.matcher.rules[v.rule].rule
			if other.terms == nil && rule.CountsWherever(s.matcher.rules[s.memo.verdicts[c.verdict].rule].rule) {
				c.dropped = true
				break
			}
			yields = append(yields, partner{rule, []uint64{v.pending}, other.terms})
		}
		if !c.dropped && len(yields) > 0 {
			c.terms = c.terms.with(yields)
		}
	}
}
