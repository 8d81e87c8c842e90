package redact

import (
	"slices"
	"unsafe" // for sizes alone

	"github.com/unleak/unleak/internal/gitstore/pack"
)

// finder finds texts by their anchors, and takes over what it found in one content to
// those made from it. It is immutable.
type finder struct {
	anchors      []anchor
	reaches      []reach // by text
	wide, narrow *grid
	verify       verifier
}

// verifier says whether a text stands where the anchor of a candidate is, and from where to where.
type verifier func(content []byte, c candidate) (start, end int, ok bool)

// reach is how many bytes before the start of an anchor, and from there on, a verifier may look at.
type reach struct{ before, after int }

// textShape is what a finder has to know of a text.
type textShape struct {
	length  int
	wrapped bool // digits in base64, which line breaks may interrupt
}

// maxBreaks is the most bytes of line breaks in a wrapped text: one break in 16 digits.
func (s textShape) maxBreaks() int { return 2 + s.length/8 }

// anchorsOf returns the places of anchors in a text of a shape, which has at least four bytes. Those
// of eight bytes come in pairs, of which one is at an even place of a content. A text that can be
// wrapped has some at either end, so that a line break leaves those of one end whole.
func anchorsOf(s textShape) (offsets []int, width int) {
	switch {
	case s.length >= 2*wideSpan && s.wrapped:
		return []int{0, 1, s.length - wideSpan, s.length - wideAnchor}, wideAnchor
	case s.length >= 2*narrowAnchor && s.wrapped:
		return []int{0, s.length - narrowAnchor}, narrowAnchor
	case s.length >= wideSpan && !s.wrapped:
		return []int{0, 1}, wideAnchor
	}
	return []int{0}, narrowAnchor
}

// wideSpan is how many bytes a pair of anchors has.
const wideSpan = wideAnchor + 1

func newFinder(key uint64, anchors []anchor, shapes []textShape, verify verifier) *finder {
	f := &finder{anchors: anchors, verify: verify}
	for _, s := range shapes {
		r := reach{1, s.length}
		if s.wrapped {
			most := s.length + s.maxBreaks()
			r = reach{most, most}
		}
		f.reaches = append(f.reaches, r)
	}
	f.wide = newGrid(key, anchors, wideAnchor)
	f.narrow = newGrid(key, anchors, narrowAnchor)
	return f
}

// sighting is an anchor that was met, and whether its text stands there.
type sighting struct {
	candidate
	start, end int // of the text; 0, 0 where it does not stand there
}

func (s sighting) stands() bool { return s.end > s.start }

// Memo remembers what a search found in one content, for those that are made from it. It
// is immutable.
type Memo struct {
	sightings []sighting
	matched   []bool // by expression of the rules; nil: none did
}

// Size is how many bytes of memory the memo takes.
func (m *Memo) Size() int {
	if m == nil {
		return 0
	}
	return cap(m.sightings)*int(unsafe.Sizeof(sighting{})) + cap(m.matched)
}

// Release does nothing: most memos are empty, and shared.
func (m *Memo) Release() {}

// minCopy is the length of the shortest copy that is worth a search before and after it.
const minCopy = 32

// find appends what stands in content to seen. prior is what was found in the content that
// copies, which ascend and do not overlap, are from.
func (f *finder) find(content []byte, prior *Memo, copies []pack.Copy, scratch *scratch) []sighting {
	scratch.seen = scratch.seen[:0]
	if prior == nil {
		copies = nil
	}
	searched := 0
	for _, c := range copies {
		if c.Len < minCopy {
			continue
		}
		f.search(content, searched, c.At, scratch)
		searched = c.At + c.Len
		if len(prior.sightings) > 0 {
			f.takeOver(content, prior.sightings, c, scratch)
		}
	}
	f.search(content, searched, len(content), scratch)
	return scratch.seen
}

// scratch is what a search needs room for.
type scratch struct {
	seen  []sighting
	found []candidate
}

// search looks for anchors that have a byte in content[from:to], or go over an empty gap, and
// for those whose other half of the pair does: of a pair that lies in a copy, one was met where it
// is copied from, be it the other one.
func (f *finder) search(content []byte, from, to int, scratch *scratch) {
	found := scratch.found[:0]
	if f.wide != nil {
		found = f.wide.wide(content, max(0, from-wideSpan+1), min(len(content), to+wideSpan-1), found)
	}
	if f.narrow != nil {
		found = f.narrow.narrow(content, max(0, from-narrowAnchor+1), min(len(content), to+narrowAnchor-1), found)
	}
	for _, c := range found {
		scratch.seen = append(scratch.seen, f.sight(content, c))
	}
	scratch.found = found
}

func (f *finder) sight(content []byte, c candidate) sighting {
	start, end, ok := f.verify(content, c)
	if !ok {
		start, end = 0, 0
	}
	return sighting{c, start, end}
}

// takeOver takes the anchors that lie in a copy. What lies close to its ends is verified
// anew.
func (f *finder) takeOver(content []byte, sightings []sighting, c pack.Copy, scratch *scratch) {
	first, _ := slices.BinarySearchFunc(sightings, c.Base, func(s sighting, at int) int { return s.at - at })
	by := c.At - c.Base
	for _, s := range sightings[first:] {
		a := f.anchors[s.anchor]
		if s.at+a.width > c.Base+c.Len {
			if s.at >= c.Base+c.Len {
				break
			}
			continue
		}
		r := f.reaches[a.text]
		if s.at-r.before < c.Base || s.at+r.after > c.Base+c.Len {
			s = f.sight(content, candidate{s.at + by, s.anchor})
		} else {
			s.at += by
			if s.stands() {
				s.start, s.end = s.start+by, s.end+by
			}
		}
		scratch.seen = append(scratch.seen, s)
	}
}

// memo makes a memo of what was seen; empty is what it returns for nothing.
func memoOf(seen []sighting, matched []bool, size int, empty *Memo) *Memo {
	switch {
	case len(seen) == 0 && matched == nil:
		return empty
	case len(seen) > 64+size/64: // a text of little else is searched again rather than remembered
		return nil
	}
	m := &Memo{sightings: slices.Clone(seen), matched: matched}
	slices.SortFunc(m.sightings, func(a, b sighting) int {
		if a.at != b.at {
			return a.at - b.at
		}
		return int(a.anchor) - int(b.anchor)
	})
	m.sightings = slices.Compact(m.sightings)
	return m
}
