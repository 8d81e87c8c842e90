package match

import (
	"encoding/binary"
	"math/bits"
)

// The codings of a scanner, by their numbers.
const (
	inRuns = iota
	inPercents
	inBackslashes
	codings // how many there are
)

// A change can have made a unit plausible, or unmade it, by what begins so many bytes before it: a block of a window of a run,
// or an escape with the digits behind it.
const beforeGap = max(stride, maxEscape) - 1

// sift looks for what may be encoded near a gap between two copies, or in all of a text, and keeps for each coding the
// area from the first such place on. Everything that is scanned passes here, and next to nothing is found. So all
// codings have one pass, of sixteen bytes at a time and without a branch for each.
func (s *Scanner) sift(gap span) {
	if s.depth == maxDepth {
		return
	}
	text := s.text
	area := span{max(0, gap.start-beforeGap), min(len(text), gap.end+runWindow)}
	from := [codings]int{area.end, area.end, area.end}
	i, end := area.start, min(len(text), gap.end+stride-1)
	whole := min(end, len(text)-block16+1)
	for i = passOver(text, i, whole); i < whole; i = passOver(text, i+stride, whole) {
		part := text[i : i+block16]
		first, second := binary.LittleEndian.Uint64(part), binary.LittleEndian.Uint64(part[8:])
		if haveMarks(first, second) {
			weighMarks(text, i, first, second, &from)
		}
		if inRunAlone(first, second) && i < from[inRuns] && mayBlock(first, second) && plausibleBlock(part) {
			from[inRuns] = i
		}
	}
	if i < end { // at the end of the text
		weighMarks(text, i, first8(text, i), first8(text, min(len(text), i+8)), &from)
	}
	if min(from[inRuns], from[inPercents], from[inBackslashes]) == area.end {
		return
	}
	for coding, start := range from {
		if start < area.end {
			s.areas[coding] = append(s.areas[coding], span{start, area.end})
		}
	}
}

// passOver returns the first place from i on, in steps, where a block may tell of something encoded, or one from to on.
// It calls nothing, so that all it needs stays in registers.
func passOver(text []byte, i, to int) int {
	for ; i < to; i += stride {
		part := text[i : i+block16 : i+block16]
		first, second := binary.LittleEndian.Uint64(part), binary.LittleEndian.Uint64(part[8:])
		if haveMarks(first, second) || inRunAlone(first, second) {
			return i
		}
	}
	return i
}

// each is a word that has c in all its bytes.
func each(c byte) uint64 { return uint64(c) * ones }

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080 // the highest bit of each byte
)

// haveMarks reports whether one of two words has a byte that begins escapes. In a byte that is none, nothing but one
// that is not ASCII sets the highest bit.
func haveMarks(first, second uint64) bool {
	const percents, backslashes = '%' * ones, '\\' * ones
	in1 := (((first ^ percents) - ones) | ((first ^ backslashes) - ones)) &^ first
	in2 := (((second ^ percents) - ones) | ((second ^ backslashes) - ones)) &^ second
	return (in1|in2)&highs != 0
}

// inRunAlone reports whether two words have no other characters than those of a run, and few others: a space, most
// often. All of a run are above 0x2a and below 0x80.
func inRunAlone(first, second uint64) bool {
	const low = 0x2b * ones
	return ((first-low)|first|(second-low)|second)&highs == 0
}

// weighMarks moves the places from which on there may be escapes to the first of them in the sixteen bytes at i. A byte
// behind a mark may be taken for one: then the area begins too early, which does no harm.
func weighMarks(text []byte, i int, first, second uint64, from *[codings]int) {
	for _, word := range [2]uint64{first, second} {
		percents, backslashes := word^'%'*ones, word^'\\'*ones
		for met := ((percents-ones)&^percents | (backslashes-ones)&^backslashes) & highs; met != 0; met &= met - 1 {
			at, coding := i+bits.TrailingZeros64(met)/8, inBackslashes
			if text[at] == '%' {
				coding = inPercents
			}
			if e := (escapes{text[at]}); at < from[coding] && at+2 < len(text) && e.begins(text[at+1]) && e.length(text[at:]) > 0 {
				from[coding] = at
			}
		}
		i += 8
	}
}
