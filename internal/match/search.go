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
	keywords []string
	longest  int // bytes of a keyword
	// How far before and behind the groups of a gap a keyword that has a byte in it is met.
	before, after int
}

// groups is how many different groups of three bytes there are.
const groups = 1 << 15

// probe says that a keyword may stand some bytes before a group. It has what decides in
// most cases: the first eight bytes of the keyword.
type probe struct {
	word    uint64
	mask    uint64 // the bytes that the word has
	fold    uint64 // 0x20 in each byte that is a letter
	offset  int32
	keyword uint32
}

// newSearch prepares the search for lower-case keywords, none of them empty.
func newSearch(keywords []string) *search {
	s := &search{starts: make([]uint32, groups+1), keywords: keywords}
	for _, text := range keywords {
		s.longest = max(s.longest, len(text))
	}
	type mark struct {
		group uint32
		probe probe
	}
	var marked []mark
	often := newFrequencies()
	for i, text := range keywords {
		p := newProbe(uint32(i), text)
		// A keyword that begins at an even byte is met by a group at an even offset in it,
		// one that begins at an odd byte by one at an odd offset.
		for parity := range 2 {
			p.offset = s.offset(text, parity, often)
			s.before, s.after = max(s.before, len(text)-1-int(p.offset)), max(s.after, int(p.offset))
			for _, g := range groupsAt(text, int(p.offset)) {
				marked = append(marked, mark{g, p})
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
	next := slices.Clone(s.starts)
	for _, m := range marked {
		s.probes[next[m.group]] = m.probe
		next[m.group]++
	}
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

// offset returns the offset of a parity at which a group of the keyword is met least
// often in ordinary text. Offset -1 stands for a group that begins before the keyword. It
// is not far from the middle, so that little has to be searched to either side of a gap.
func (s *search) offset(text string, parity int, often *frequencies) int32 {
	most := (s.longest + 1) / 2
	best, least := -parity, math.Inf(1)
	for offset := -parity; offset < len(text) && offset <= most; offset += 2 {
		if len(text)-1-offset > most {
			continue
		}
		met := 0.0
		for _, g := range groupsAt(text, offset) {
			met += often.of(g)
		}
		if met < least {
			best, least = offset, met
		}
	}
	return int32(best)
}

// frequencies say how often the five bits of bytes are met in source code.
type frequencies struct {
	pair   [32][32]float64
	single [32]float64
}

func newFrequencies() *frequencies {
	f := new(frequencies)
	for i := range pairs {
		often := math.Ldexp(1, -int(pairs[i]-'a'))
		f.pair[i/32][i%32] = often
		f.single[i/32] += often
	}
	return f
}

// of is how often a group is met, more or less: as if a byte told nothing of the one after
// the next.
func (f *frequencies) of(group uint32) float64 {
	a, b, c := group&31, group>>5&31, group>>10
	return f.pair[a][b] * f.pair[b][c] / f.single[b]
}

// pairs has for each pair of bytes a letter, by minus the logarithm of how often it is met. It
// was counted in the files of git, go-git, trufflehog, restic, rails, huginn, CTFd
// and prometheus, as much of each. What it says decides how fast a search is, not what
// it finds.
const pairs = "" +
	"cggghgghhghjhghggiggfhihkjhgiglk" +
	"ijhhhmkhkilkggglhlggfijkkjkmnjol" +
	"ihijjhjjjhhlgiiiikiiihkkliglljkk" +
	"hhljlhkngjlhijkfklikgilmllmlompl" +
	"ghjljglljhimjkiikmjikjlmlkjlnkmi" +
	"fhhggihjhiilghfjiiffgjiihjikmilh" +
	"hiklliiljglnikkhlmijjhmmmkmnomql" +
	"hkklmglkjhknjkiilniikkmnonlkmknk" +
	"ihijkfjkjgjmkjjhjjjjhillmmkkmlmj" +
	"hiihhhgikeglghfgimhgflikjnjhlhol" +
	"fkljlijllegmlklhkmljjlmmnnolmjpn" +
	"jlkmmhlkkjllllklmmmklknmnnmmolol" +
	"fhhligkligglgkjgklkhihkmnikknknk" +
	"igijjgkklhkmjgjhhiiiijkkkkkmnlkk" +
	"ggigggigihhjiihhhjigfhiikjklklki" +
	"gjhihjiikiijhgfhhlfhhhiilmlmmllk" +
	"igjlkglljiklhkihhjhihikkjjkkmknj" +
	"jmkmmmmnmjlnjljmijjjjhjkkjlmnkon" +
	"ggiiiejiigjjiiggikghhhjkkhjkmknj" +
	"fiiikfklhgjkijghijjhfhkjkjijmkni" +
	"fghikfjjffjmhihghkghhhjjjhjjmklh" +
	"iiiijhjkmilnhigmikghhkklkkmnnmro" +
	"jhklmhmmmilnkkjkkjkkjkklkkmnnmnn" +
	"jillmjmniilnllijkljjkkkklklnnnql" +
	"ikkkmklnljlnkkjmikkkilklkklmnlql" +
	"hljlmlmmkkknjkjjhjkjikjkjikmmlok" +
	"gkhlmjkmkljnmkjjkllkklmmmmkjniso" +
	"jlilmlllmkgnmllmklkklmlnoollmioo" +
	"jmlnmmmmmmlonmjjmnmllmponqqnjmop" +
	"gmimmllmljhnhmjmlmmklnmooonjlhko" +
	"jnmnoonnnmkqnnmmmmmmnnppqqonkmlo" +
	"kjjjjjjkjjlljjjjjliiiklknononnrk"

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
	from, to := max(0, gap.start-s.before), min(len(text), gap.end+s.after)
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
	for lane := 0; lane < 4; lane, at, g = lane+1, at+2, g>>16 {
		group := g & (groups - 1)
		if s.filter[group/64]>>(group%64)&1 == 0 {
			continue
		}
		probes := s.probes[s.starts[group]:s.starts[group+1]]
		for i := range probes {
			p := &probes[i]
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
