package redact

import (
	"bytes"

	"github.com/unleak/unleak/internal/gitstore/pack"
)

// Searcher finds contents that rules may change. It is for one goroutine; memos may be used by
// any searcher of the same rules.
type Searcher struct {
	rules   *Rules
	scratch scratch
	present []bool // by text of the finder
}

// Searcher returns a new searcher.
func (r *Rules) Searcher() *Searcher {
	return &Searcher{rules: r, present: make([]bool, len(r.finder.reaches))}
}

// Search reports whether any rule may change content: always where one does. prior is what the search
// left of the content that copies, which ascend and do not overlap, are from; only what
// is between them is searched then. memo is for contents made from this one, and nil where remembering
// would cost more than searching.
func (s *Searcher) Search(content []byte, prior *Memo, copies []pack.Copy) (found bool, memo *Memo) {
	r := s.rules
	seen := r.finder.find(content, prior, copies, &s.scratch)
	clear(s.present)
	for _, sighting := range seen {
		if sighting.stands() {
			s.present[r.finder.anchors[sighting.anchor].text] = true
		}
	}
	mark := markOf(content)
	for i := range r.forms {
		f := &r.forms[i]
		if len(f.text) < minAnchored && f.applies(mark) {
			found = found || bytes.Contains(content, f.text)
			continue
		}
		found = found || s.present[i] && f.applies(mark)
	}
	matched := s.match(content, prior, copies)
	for _, is := range matched {
		found = found || is && mark == unmarked
	}
	return found, memoOf(seen, matched, len(content), r.empty)
}

// match tells which expressions match content, nil for none.
func (s *Searcher) match(content []byte, prior *Memo, copies []pack.Copy) (matched []bool) {
	for i := range s.rules.expressions {
		e := &s.rules.expressions[i]
		if e.text >= 0 && !s.present[e.text] {
			continue
		}
		var is bool
		if prior != nil && e.reach > 0 && (prior.matched == nil || !prior.matched[i]) {
			is = e.matchesNew(content, copies)
		} else {
			is = e.regexp.Match(content)
		}
		if is && matched == nil {
			matched = make([]bool, len(s.rules.expressions))
		}
		if is {
			matched[i] = true
		}
	}
	return matched
}

// matchesNew reports whether a match has a byte outside of copies of a content without one, or goes over
// an end of one. It may also say so where a match depends on the byte before or behind it.
func (e *expression) matchesNew(content []byte, copies []pack.Copy) bool {
	from := 0 // of what has to be looked at
	for _, c := range copies {
		if c.Len <= 2*e.reach {
			continue // both its ends are looked at
		}
		if e.regexp.Match(content[from:min(len(content), c.At+e.reach)]) {
			return true
		}
		from = c.At + c.Len - e.reach
	}
	return e.regexp.Match(content[from:])
}
