package redact

import "slices"

// hidden stands where a text was hidden.
const hidden = "..."

// maxHideRounds is how often a text is searched again: what stands around a hidden text may be one with the dots.
const maxHideRounds = 4

// Hide returns a name or sentence with three dots in the place of every text that stands in it, and
// whether any did. Texts for which spare holds stay; spare may be nil.
func (p *Probe) Hide(text string, spare func(found string) bool) (shown string, any bool) {
	for range maxHideRounds {
		next, changed := p.hide(text, spare)
		if !changed {
			return text, any
		}
		text, any = next, true
	}
	return hidden, true
}

// hide does one round.
func (p *Probe) hide(text string, spare func(found string) bool) (string, bool) {
	seen := slices.Clone(p.finder.find([]byte(text), nil, nil, &p.scratch))
	seen = slices.DeleteFunc(seen, func(s sighting) bool {
		return !s.stands() || spare != nil && spare(text[s.start:s.end])
	})
	if len(seen) == 0 {
		return text, false
	}
	slices.SortFunc(seen, func(a, b sighting) int { return a.start - b.start })
	var out []byte
	at := 0
	for i := 0; i < len(seen); {
		start, end := seen[i].start, seen[i].end
		for i++; i < len(seen) && seen[i].start < end; i++ { // those that overlap are hidden as one
			end = max(end, seen[i].end)
		}
		out = append(append(out, text[at:start]...), hidden...)
		at = end
	}
	return string(append(out, text[at:]...)), true
}
