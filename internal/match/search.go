package match

import (
	"encoding/binary"
	"math"
)

// keywordHit is one place where a keyword stands in a text.
type keywordHit struct {
	start   int
	keyword uint32
}

// search finds keywords whatever their case. It is immutable.
//
// A text is looked at in groups of three bytes, one group at every other byte: whatever
// keyword stands there, one of its groups is met. Of each byte five bits count, which
// folds case and leaves 15 bits a group; a bit map of 4 KB says which groups may
// belong to a keyword. Four groups are made by shifts of one word of eight bytes, and
// none of the look-ups waits for another, so that a text without
// keywords passes at several bytes a nanosecond.
type search struct {
	filter   [groups / 64]uint64
	starts   []uint32 // by group, and one more: where its probes begin
	probes   []probe
	keywords []keyword
	longest  int
}

// groups is how many different groups of three bytes there are.
const groups = 1 << 15

// probe says that a keyword may stand offset bytes before a group.
type probe struct {
	keyword uint32
	offset  int32
}

// keyword is a lower-case keyword: its first eight bytes as a word, and the rest.
type keyword struct {
	word uint64
	mask uint64 // the bytes that the word has
	fold uint64 // 0x20 in each byte that is a letter
	rest string
	len  int
}

// newSearch prepares the search for lower-case keywords, none of them empty.
func newSearch(keywords []string) *search {
	s := &search{starts: make([]uint32, groups+1)}
	var marked []mark
	for i, text := range keywords {
		s.keywords = append(s.keywords, newKeyword(text))
		s.longest = max(s.longest, len(text))
		// A keyword that begins at an even byte is met by a group at an even offset in it,
		// one that begins at an odd byte by one at an odd offset.
		for parity := range 2 {
			offset := rarest(text, parity)
			for _, g := range groupsAt(text, offset) {
				marked = append(marked, mark{g, probe{uint32(i), int32(offset)}})
				s.starts[g+1]++
			}
		}
	}
	for g := range groups {
		if s.starts[g+1] > 0 {
			s.filter[g/64] |= 1 << (g % 64)
		}
		s.starts[g+1] += s.starts[g]
	}
	s.probes = make([]probe, len(marked))
	next := append([]uint32(nil), s.starts...)
	for _, m := range marked {
		s.probes[next[m.group]] = m.probe
		next[m.group]++
	}
	return s
}

type mark struct {
	group uint32
	probe probe
}

func newKeyword(text string) keyword {
	k := keyword{len: len(text)}
	for i := range min(8, len(text)) {
		k.word |= uint64(text[i]) << (8 * i)
		k.mask |= 0xff << (8 * i)
		if 'a' <= text[i] && text[i] <= 'z' {
			k.fold |= 0x20 << (8 * i)
		}
	}
	k.rest = text[min(8, len(text)):]
	return k
}

// rarest returns the offset of a parity at which a group of the keyword is met least
// often in ordinary text. Offset -1 stands for a group that begins before the keyword.
func rarest(text string, parity int) int {
	best, cost := -parity, math.Inf(1)
	for offset := -parity; offset < len(text); offset += 2 {
		c := 1.0
		for i := offset; i < offset+3; i++ {
			if i >= 0 && i < len(text) {
				c *= frequency(text[i])
			}
		}
		if c < cost {
			best, cost = offset, c
		}
	}
	return best
}

// frequency is about how often the five bits of a byte are met in source code. Only the
// order matters.
func frequency(c byte) float64 {
	const common = " etnrosiaclpdu\nmfhg_b=;zykvwxq<>"
	for i := range len(common) {
		if common[i]&31 == c&31 {
			return 1 / float64(1+i)
		}
	}
	return 1
}

// groupsAt returns the groups that a text at which the keyword stands may have at an
// offset of the keyword. Bytes outside the keyword can be anything.
func groupsAt(text string, offset int) []uint32 {
	list := []uint32{0}
	for i := range 3 {
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
	from, to := max(0, gap.start-s.longest+1), min(len(text), gap.end+s.longest-1)
	known := len(hits)
	// Eight bytes at a time, and the ninth for the last group. Whether they lie behind the
	// part that matters makes no difference to what is found.
	i := from
	for whole := min(to, len(text)-8); i < whole; i += 8 {
		w := text[i : i+9 : i+9]
		g := groupsOf(binary.LittleEndian.Uint64(w), w[8])
		if s.marked(g) {
			hits = s.verify(text, i, g, gap, known, hits)
		}
	}
	for ; i < to; i += 8 {
		var tail [9]byte
		copy(tail[:], text[i:])
		if g := groupsOf(binary.LittleEndian.Uint64(tail[:]), tail[8]); s.marked(g) {
			hits = s.verify(text, i, g, gap, known, hits)
		}
	}
	return hits, to - from
}

// groupsOf makes the four groups that begin at the even bytes of a word. ninth is the byte behind it.
func groupsOf(word uint64, ninth byte) uint64 {
	word &= 0x1f1f1f1f1f1f1f1f
	pairs := word&0x001f001f001f001f | word>>3&0x03e003e003e003e0
	return pairs | pairs>>6&0x7c007c007c007c00 | uint64(ninth&31)<<58
}

// marked reports whether any of four groups may belong to a keyword.
func (s *search) marked(g uint64) bool {
	f := &s.filter
	return (f[g>>6&511]>>(g&63)|f[g>>22&511]>>(g>>16&63)|f[g>>38&511]>>(g>>32&63)|f[g>>54&511]>>(g>>48&63))&1 != 0
}

// verify appends the keywords that stand at one of the four groups that begin at text[at].
func (s *search) verify(text []byte, at int, g uint64, gap span, known int, hits []keywordHit) []keywordHit {
	for lane := range 4 {
		group := g >> (16 * lane) & (groups - 1)
		if s.filter[group/64]>>(group%64)&1 == 0 {
			continue
		}
		for _, p := range s.probes[s.starts[group]:s.starts[group+1]] {
			start := at + 2*lane - int(p.offset)
			k := &s.keywords[p.keyword]
			if start < 0 || start >= gap.end || start+k.len <= gap.start || !k.at(text, start) {
				continue
			}
			hits = insert(hits, known, keywordHit{start, p.keyword})
		}
	}
	return hits
}

// at reports whether the keyword stands in text at start.
func (k *keyword) at(text []byte, start int) bool {
	if start+k.len > len(text) {
		return false
	}
	var word uint64
	if start+8 <= len(text) {
		word = binary.LittleEndian.Uint64(text[start:])
	} else {
		for i, c := range text[start:] {
			word |= uint64(c) << (8 * i)
		}
	}
	if (word|k.fold)&k.mask != k.word {
		return false
	}
	for i, c := range []byte(text[start+k.len-len(k.rest) : start+k.len]) {
		want := k.rest[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != want {
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
