package match

import (
	"cmp"
	"slices"
	"strings"
)

// settleOpened makes hits of what was found encoded, unless a comment allows it or it can be seen as it
// stands.
func (s *Scanner) settleOpened() {
	known := len(s.hits)
	var plain []sighting
	s.memo.eachEncoded(func(coding int, u *unit, h Hit) {
		if plain == nil {
			plain = s.sightings()
		}
		if ok, _ := s.allowed(u.at); !ok && !s.visible(plain, &h, s.codings[coding].opaque()) {
			s.hits = append(s.hits, h)
		}
	})
	found := s.hits[known:]
	if len(found) == 0 {
		return
	}
	slices.SortFunc(found, compareOpened)
	at := cursor{text: s.text}
	for i := range found {
		h := &found[i]
		h.StartLine, h.StartColumn = at.advance(h.Start)
		h.MatchLine = h.StartLine
		end := at
		h.EndLine, h.EndColumn = end.advance(h.End)
	}
	slices.SortStableFunc(s.hits, func(a, b Hit) int { return cmp.Compare(a.Start, b.Start) })
}

func compareOpened(a, b Hit) int {
	return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End), strings.Compare(a.Rule.ID, b.Rule.ID), strings.Compare(a.Value, b.Value),
		slices.CompareFunc(a.Layers, b.Layers, func(a, b Layer) int {
			return cmp.Or(strings.Compare(a.Encoding, b.Encoding), strings.Compare(a.Member, b.Member), cmp.Compare(a.Line, b.Line))
		}))
}

// sighting is a place that counts as a secret in one sight.
type sighting struct {
	at      span
	generic bool
}

func (a sighting) compare(b sighting) int {
	return cmp.Or(cmp.Compare(a.at.start, b.at.start), cmp.Compare(a.at.end, b.at.end))
}

// sightings returns what rules know in the text as it stands, whether it counts or not.
func (s *Scanner) sightings() []sighting {
	list := make([]sighting, len(s.memo.verdicts))
	for i := range s.memo.verdicts {
		v := &s.memo.verdicts[i]
		list[i] = sighting{v.secret, s.matcher.rule(v.rule).generic}
	}
	slices.SortFunc(list, sighting.compare)
	return list
}

// overlapping calls yield for the sightings that overlap at until one is accepted. Of many
// that overlap one another, not all are looked at: see maxTangle.
func overlapping(sorted []sighting, at span, yield func(sighting) bool) bool {
	i, _ := slices.BinarySearchFunc(sorted, at.end, func(f sighting, end int) int { return cmp.Compare(f.at.start, end) })
	for j := i - 1; j >= 0 && i-j <= maxTangle; j-- {
		if sorted[j].at.overlaps(at) && yield(sorted[j]) {
			return true
		}
	}
	return false
}

// visible reports whether a rule knows the encoded text as a secret by itself: a token that is written in
// base64, as a JWT is, or a password with an escaped character. A generic rule is not
// believed where what it saw is opaque, or less generic inside.
func (s *Scanner) visible(plain []sighting, h *Hit, opaque bool) bool {
	at := span{h.Start, h.End}
	return overlapping(plain, at, func(p sighting) bool {
		if p.generic {
			return !opaque && slices.Contains(h.Rule.Tags, "generic")
		}
		common := min(p.at.end, at.end) - max(p.at.start, at.start)
		return 2*common >= min(at.end-at.start, p.at.end-p.at.start)
	})
}

// hidden returns the places where what was found encoded tells more than a generic rule can.
func (s *Scanner) hidden() []sighting {
	var list []sighting
	s.memo.eachEncoded(func(coding int, _ *unit, h Hit) {
		if s.codings[coding].opaque() || !slices.Contains(h.Rule.Tags, "generic") {
			list = append(list, sighting{at: span{h.Start, h.End}})
		}
	})
	slices.SortFunc(list, sighting.compare)
	return list
}

// eachEncoded calls yield for what was found encoded, placed in the text.
func (m *Memo) eachEncoded(yield func(coding int, u *unit, h Hit)) {
	for coding := range m.opened {
		for i := range m.opened[coding] {
			o := &m.opened[coding][i]
			for _, h := range o.hits {
				h.Start, h.End = h.Start+o.at.start, h.End+o.at.start
				yield(coding, &o.unit, h)
			}
		}
	}
}
