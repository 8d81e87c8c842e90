package match

import "github.com/unleak/unleak/rules"

// Terms are what a hit asks of its place besides what its own rule does. They are immutable; nil
// asks nothing.
type Terms struct {
	needs  []partner // each must count there as well
	yields []partner // the hit counts only where none of these does
}

// partner is what another rule found in the same text.
type partner struct {
	rule    *rules.Rule
	pending []uint64 // of its verdicts, of which one must count
	terms   *Terms
}

func (p *partner) countsAt(path, commit string) bool {
	for _, pending := range p.pending {
		if !AllowedAt(p.rule, path, commit, pending, p.terms) {
			return true
		}
	}
	return false
}

// hold reports whether a place meets the terms.
func (t *Terms) hold(path, commit string) bool {
	if t == nil {
		return true
	}
	for i := range t.needs {
		if !t.needs[i].countsAt(path, commit) {
			return false
		}
	}
	for i := range t.yields {
		if t.yields[i].countsAt(path, commit) {
			return false
		}
	}
	return true
}

// yield reports whether a hit with these terms gives way at some places.
func (t *Terms) yield() bool { return t != nil && len(t.yields) > 0 }

// with returns terms that also give way to yields.
func (t *Terms) with(yields []partner) *Terms {
	more := &Terms{yields: yields}
	if t != nil {
		more.needs = t.needs
	}
	return more
}
