package match

import (
	"encoding/binary"
	"math"
	"slices"
)

// keywordHit is one place where a keyword stands in a text.
type keywordHit struct {
	start   int
	keyword uint32
}

// search finds keywords whatever their case. It is immutable.
//
// A text is looked at in groups of four bytes, one at every other byte: whatever keyword
// stands there, one of its groups is met. Of each byte five bits count, which
// folds case and leaves 20 bits a group; a bit map of 128 KiB says which groups may
// belong to a keyword. Two groups are made by shifts of one word of eight bytes, and
// no look-up waits for another, so that a text without
// keywords passes at several bytes a nanosecond.
//
// Groups that do not overlap would be half as many. But then a keyword of four bytes can lie so
// that each group has half of it at most, and the map has to let pass a thousand groups for it:
// with some hundreds of such keywords it lets pass nearly everything.
type search struct {
	filter   [1 << groupBits / 64]uint64
	starts   [1<<bucketBits + 1]uint32 // by bucket of groups, and one more: where its marks begin
	marks    []mark
	probes   []probe
	keywords []string
	longest  int // bytes of a keyword
	// How far before and behind the groups of a gap a keyword that has a byte in it is met.
	before, after int
}

const (
	groupLen   = 4
	groupStep  = 2
	groupBits  = 5 * groupLen
	bucketBits = 12
)

// probe says that a keyword may stand some bytes before a group. It has what decides in
// most cases: the first eight bytes of the keyword.
type probe struct {
	word    uint64
	mask    uint64 // the bytes that the word has
	fold    uint64 // 0x20 in each byte that is a letter
	offset  int32  // of the group in the keyword; negative for one that begins before it
	keyword uint32
}

// mark says that a group is one of a probe, given by its number.
type mark struct{ group, probe uint32 }

// newSearch prepares the search for lower-case keywords, none of them empty.
func newSearch(keywords []string) *search {
	s := &search{keywords: keywords}
	for _, text := range keywords {
		s.longest = max(s.longest, len(text))
	}
	often := newFrequencies()
	// Those with the least choice come first, so that others can go by the same groups.
	order := make([]uint32, len(keywords))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortStableFunc(order, func(a, b uint32) int { return len(keywords[a]) - len(keywords[b]) })
	for _, i := range order {
		text := keywords[i]
		p := newProbe(i, text)
		// Whether a keyword begins where a group does decides which of its groups are met.
		for phase := range groupStep {
			p.offset = s.offset(text, phase, often)
			s.before, s.after = max(s.before, len(text)-1-int(p.offset)), max(s.after, int(p.offset))
			s.probes = append(s.probes, p)
			for _, g := range groupsAt(text, int(p.offset)) {
				s.filter[g/64] |= 1 << (g % 64)
			}
		}
	}
	s.fill()
	return s
}

func newProbe(keyword uint32, text string) probe {
	p := probe{keyword: keyword}
	for i := range min(8, len(text)) {
		p.word |= uint64(text[i]) << (8 * i)
		p.mask |= 0xff << (8 * i)
		if 'a' <= text[i] && text[i] <= 'z' {
			p.fold |= 0x20 << (8 * i)
		}
	}
	return p
}

// fill makes the buckets of the groups of all probes.
func (s *search) fill() {
	var marks []mark
	for i, p := range s.probes {
		for _, g := range groupsAt(s.keywords[p.keyword], int(p.offset)) {
			marks = append(marks, mark{g, uint32(i)})
			s.starts[bucket(g)+1]++
		}
	}
	for b := range s.starts[1:] {
		s.starts[b+1] += s.starts[b]
	}
	s.marks = make([]mark, len(marks))
	next := s.starts
	for _, m := range marks {
		b := bucket(m.group)
		s.marks[next[b]] = m
		next[b]++
	}
}

// bucket spreads groups over the buckets.
func bucket(group uint32) uint32 { return group * 0x9e3779b1 >> (32 - bucketBits) }

// offset returns the offset of a phase at which a group of the keyword is met least
// often in ordinary text. It is not far from the middle, so that little has to be
// searched to either side of a gap.
func (s *search) offset(text string, phase int, often *frequencies) int32 {
	most := max(groupLen-1, (s.longest+groupLen-1)/2) // leaves each phase an offset
	best, least := 0, math.Inf(1)
	for offset := phase - groupStep + 1; offset < len(text) && offset <= most; offset += groupStep {
		if len(text)-1-offset > most {
			continue
		}
		met := often.group(text[max(0, offset):min(len(text), offset+groupLen)])
		if offset >= 0 && offset+groupLen <= len(text) {
			if g := firstGroup(text[offset:]); s.filter[g/64]>>(g%64)&1 != 0 {
				met *= shared
			}
		}
		if met < least {
			best, least = offset, met
		}
	}
	return int32(best)
}

// shared is what a group costs that another keyword is met by anyway, of what it would by itself.
const shared = 0.2

// firstGroup returns the group of the first bytes of text.
func firstGroup(text string) (group uint32) {
	for i := range groupLen {
		group |= uint32(text[i]&31) << (5 * i)
	}
	return group
}

// groupsAt returns the groups that a text at which the keyword stands may have at an
// offset of the keyword. Bytes outside the keyword can be anything.
func groupsAt(text string, offset int) []uint32 {
	list := []uint32{0}
	for i := range groupLen {
		shift := 5 * i
		if at := offset + i; at >= 0 && at < len(text) {
			for j := range list {
				list[j] |= uint32(text[at]&31) << shift
			}
			continue
		}
		var all []uint32
		for _, g := range list {
			for c := range uint32(32) {
				all = append(all, g|c<<shift)
			}
		}
		list = all
	}
	return list
}

// find appends the hits that have a byte in gap, or that begin before it and end behind it
// where it is empty, in the order of their starts, and returns how many bytes it
// went over. Most gaps are a line or two, so that what is done once counts as well.
func (s *search) find(text []byte, gap span, hits []keywordHit) ([]keywordHit, int) {
	if s.longest == 0 || gap.start == gap.end && (gap.start == 0 || gap.end == len(text)) {
		return hits, 0
	}
	from, to := max(0, gap.start-s.before), min(len(text), gap.end+s.after)
	known := len(hits)
	// Eight bytes at a time. Whether they lie behind the part that matters makes no
	// difference to what is found.
	i := from
	for whole := min(to, len(text)-8-groupStep+1); i < whole; i += 8 {
		part := text[i : i+8+groupStep : i+8+groupStep]
		even, odd := groupsOf(binary.LittleEndian.Uint64(part)), groupsOf(binary.LittleEndian.Uint64(part[groupStep:]))
		if s.marked(even) || s.marked(odd) {
			hits = s.verify(text, i, even, gap, known, hits)
			hits = s.verify(text, i+groupStep, odd, gap, known, hits)
		}
	}
	for ; i < to; i += 8 {
		even, odd := groupsOf(first8(text, i)), groupsOf(first8(text, min(len(text), i+groupStep)))
		if s.marked(even) || s.marked(odd) {
			hits = s.verify(text, i, even, gap, known, hits)
			hits = s.verify(text, i+groupStep, odd, gap, known, hits)
		}
	}
	return hits, to - from
}

// groupsOf makes the two groups of a word, each in the low bits of its half.
func groupsOf(word uint64) uint64 {
	pairs := word&0x001f001f001f001f | word>>3&0x03e003e003e003e0
	return pairs&0x000003ff000003ff | pairs>>6&0x000ffc00000ffc00
}

// marked reports whether any of two groups may belong to a keyword.
func (s *search) marked(g uint64) bool {
	f := &s.filter
	return (f[g>>6&(1<<groupBits/64-1)]>>(g&63)|f[g>>38]>>(g>>32&63))&1 != 0
}

// verify appends the keywords that stand at one of the two groups that begin at text[at].
func (s *search) verify(text []byte, at int, g uint64, gap span, known int, hits []keywordHit) []keywordHit {
	for half := 0; half < 2; half, at, g = half+1, at+groupLen, g>>32 {
		group := uint32(g)
		if s.filter[group/64]>>(group%64)&1 == 0 {
			continue
		}
		b := bucket(group)
		for _, m := range s.marks[s.starts[b]:s.starts[b+1]] {
			if m.group != group {
				continue
			}
			p := &s.probes[m.probe]
			start := at - int(p.offset)
			if start < 0 || start >= len(text) || (first8(text, start)|p.fold)&p.mask != p.word {
				continue
			}
			k := s.keywords[p.keyword]
			if end := start + len(k); start < gap.end && end > gap.start && end <= len(text) && rest(text[start:end], k) {
				hits = insert(hits, known, keywordHit{start, p.keyword})
			}
		}
	}
	return hits
}

// first8 returns the first eight bytes of text at start as a word, with zeros for what is not there.
func first8(text []byte, start int) (word uint64) {
	if start+8 <= len(text) {
		return binary.LittleEndian.Uint64(text[start:])
	}
	for i, c := range text[start:] {
		word |= uint64(c) << (8 * i)
	}
	return word
}

// rest reports whether what a keyword has beyond its first eight bytes is in text.
func rest(text []byte, keyword string) bool {
	for i := 8; i < len(keyword); i++ {
		c := text[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != keyword[i] {
			return false
		}
	}
	return true
}

// insert adds a hit where it belongs by its start, among those from known on. They come
// nearly in order.
func insert(hits []keywordHit, known int, h keywordHit) []keywordHit {
	hits = append(hits, h)
	for i := len(hits) - 1; i > known && hits[i-1].start > h.start; i-- {
		hits[i], hits[i-1] = hits[i-1], hits[i]
	}
	return hits
}
