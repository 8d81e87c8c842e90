package match

import (
	"slices"
	"sync"
	"unsafe" // for sizes alone

	"github.com/unleak/unleak/rules/inspect"
)

// Copy is a range of bytes that a text has from another: Len bytes at At are those at
// Base of the other.
type Copy struct{ At, Base, Len int }

// Memo is what a scan of one text remembers for texts that are made from it: where
// keywords stand, and what the rules said of those that were more than a word. It
// is immutable, and may be used by other scanners of the same matcher than the one that made it.
type Memo struct {
	size     int // of the text, in bytes
	hits     []keywordHit
	verdicts []verdict
	opened   [codings][]opened
}

// memos are for use again: every object with children needs one for as long as they are decoded.
var memos = sync.Pool{New: func() any { return new(Memo) }}

func newMemo(size int) *Memo {
	m := memos.Get().(*Memo)
	m.size, m.hits, m.verdicts = size, m.hits[:0], m.verdicts[:0]
	for i := range m.opened {
		m.opened[i] = m.opened[i][:0]
	}
	return m
}

// Size is how many bytes of memory the memo takes.
func (m *Memo) Size() int {
	n := cap(m.hits)*int(unsafe.Sizeof(keywordHit{})) + cap(m.verdicts)*int(unsafe.Sizeof(verdict{}))
	for _, units := range m.opened {
		n += cap(units) * int(unsafe.Sizeof(opened{}))
		for i := range units {
			n += cap(units[i].hits) * int(unsafe.Sizeof(Hit{}))
		}
	}
	return n
}

// maxPooled is the size of the largest memo, in bytes, that is used again, perhaps for a small text.
const maxPooled = 64 << 10

// Release gives the memo back. Nobody may use it afterwards.
func (m *Memo) Release() {
	if m == nil || m.Size() > maxPooled {
		return
	}
	clear(m.verdicts) // lets go of the values
	for i := range m.opened {
		clear(m.opened[i])
	}
	memos.Put(m)
}

// small reports whether the memo is worth its memory: texts of nothing but keywords are
// searched again rather than remembered.
func (m *Memo) small() bool {
	return len(m.hits) <= 64+m.size/64 && len(m.verdicts) <= 16+m.size/512 &&
		len(m.opened[0])+len(m.opened[1])+len(m.opened[2]) <= 16+m.size/512
}

// verdict is what a rule said of a keyword: a match, and whether it counts. Only the
// matches are kept. Where there is no verdict on a keyword, the rule
// matched nothing there.
type verdict struct {
	rule    int32
	keyword span // the keyword that called the rule; empty for rules that see the whole text
	match   span
	secret  span
	inspect inspect.Verdict
	value   string // of the secret, made when first asked for
	aside   bool   // found for another rule's sake, and no finding
	terms   *Terms // made anew in each text

	// What a comment or an allowlist says of the match depends on its lines.
	lines   reach
	allowed bool
	pending uint64
}

func (v *verdict) move(by int) {
	for _, s := range []*span{&v.keyword, &v.match, &v.secret, &v.lines.span} {
		s.start += by
		s.end += by
	}
}

// reach is a range of a text that something depends on, and whether it also depends on
// the text beginning or ending there.
type reach struct {
	span
	start, end bool
}

// reachOf returns the reach of the bytes of s that a text of size bytes has.
func reachOf(s span, size int) reach {
	r := reach{s, s.start < 0, s.end > size}
	r.span = span{max(0, s.start), min(size, s.end)}
	return r
}

// unchanged reports whether a reach of a text of size bytes lies in what c copies, and was
// the same in the text of baseSize bytes that it is copied from.
func (r reach) unchanged(c Copy, size, baseSize int) bool {
	switch {
	case r.span.start < c.At || r.span.end > c.At+c.Len:
		return false
	case r.start && (c.At != 0 || c.Base != 0):
		return false
	case r.end && (c.At+c.Len != size || c.Base+c.Len != baseSize):
		return false
	}
	return true
}

// minCopy is the length of the shortest copy that is worth a search before and after it.
const minCopy = 64

// carry scans a text that shares copies, which do not overlap and ascend by At, with the one
// that base remembers: takes over what lies inside a copy, and searches what lies between.
func (s *Scanner) carry(base *Memo, copies []Copy) {
	searched, next := 0, 0
	for _, c := range copies {
		if c.Len < s.shortest {
			continue
		}
		s.search(span{searched, c.At})
		s.sift(span{searched, c.At})
		searched = c.At + c.Len
		next = base.next(next, c.Base)
		if next < len(base.hits) && base.hits[next].start < c.Base+c.Len {
			s.takeOver(base, base.hits[next:], c)
		}
	}
	s.search(span{searched, len(s.text)})
	s.sift(span{searched, len(s.text)})
}

// next returns the number of the first hit that begins at an offset or behind it. Copies mostly
// ascend by their bases, so that it is looked for from near on.
func (m *Memo) next(near, offset int) int {
	hits, at := m.hits, near
	if at > 0 && hits[at-1].start >= offset {
		at = 0
	}
	step := 1
	for ; at+step <= len(hits) && hits[at+step-1].start < offset; step *= 2 {
		at += step
	}
	for ; step > 0; step /= 2 {
		if at+step <= len(hits) && hits[at+step-1].start < offset {
			at += step
		}
	}
	return at
}

// forget drops the verdicts that were for this text alone.
func (m *Memo) forget() {
	m.verdicts = slices.DeleteFunc(m.verdicts, func(v verdict) bool { return v.aside })
	for i := range m.verdicts {
		m.verdicts[i].terms = nil
	}
}

// sort makes the verdicts ascend by their keywords, which they nearly do.
func (m *Memo) sort() {
	byKeyword := func(a, b verdict) int { return a.keyword.start - b.keyword.start }
	if !slices.IsSortedFunc(m.verdicts, byKeyword) {
		slices.SortStableFunc(m.verdicts, byKeyword)
	}
}

// takeOver takes the keywords that lie in a copy, and the verdicts on them. Rules whose
// window reaches beyond the copy are asked again. The first of hits begins in the copy.
func (s *Scanner) takeOver(base *Memo, hits []keywordHit, c Copy) {
	by := c.At - c.Base
	for _, h := range hits {
		if h.start >= c.Base+c.Len {
			break
		}
		k := s.matcher.calls(h.keyword)
		at := span{h.start + by, h.start + by + k.len}
		if at.end > c.At+c.Len {
			continue
		}
		s.memo.hits = append(s.memo.hits, keywordHit{at.start, h.keyword})
		if k.inner(at, c) {
			continue
		}
		for _, rule := range k.rules {
			// What stands beside the keyword is told sooner than how far its window reaches.
			if !s.matcher.rule(rule).refuses(s.text, at) && !s.carried(rule, at, base, c) {
				s.evaluate(rule, at)
			}
		}
	}
	first, _ := slices.BinarySearchFunc(base.verdicts, c.Base, func(v verdict, at int) int { return v.keyword.start - at })
	for i := first; i < len(base.verdicts) && base.verdicts[i].keyword.start < c.Base+c.Len; i++ {
		if v := base.verdicts[i]; v.keyword.end <= c.Base+c.Len {
			if v.move(by); !s.carried(v.rule, v.keyword, base, c) {
				continue // it was asked again above
			}
			if !v.lines.unchanged(c, len(s.text), base.size) {
				s.allow(&v)
			}
			s.memo.verdicts = append(s.memo.verdicts, v)
		}
	}
}

// carried reports whether the verdict of a rule on the keyword at hit is the one that
// it had where c copies it from.
func (s *Scanner) carried(rule int32, hit span, base *Memo, c Copy) bool {
	r := s.matcher.rule(rule)
	return !r.whole && r.reach(s.text, hit).unchanged(c, len(s.text), base.size)
}
