package match

import (
	"encoding/binary"
)

// runs are texts in base64 and hex: long runs of their characters, which may be wrapped over lines. They have no
// keyword. But where a text is encoded, any few groups of characters stand for bytes of text, and
// hardly anything else does: at every sixteenth place of a text it is asked whether the next sixteen
// characters do. That costs next to nothing, as most have a space.
type runs struct{}

const (
	minEncoded = 32 // characters of a run; also of one that goes on in the next line
	block16    = 16 // characters that are looked at together
	stride     = 16
	// A window is so long that a block lies in it, wherever one begins to look.
	runWindow = block16 + stride - 1
	maxGap    = 64 // bytes between two lines of a run
	padding   = 2
	// What stands before a short value in its line says what it is.
	beforeRun = 96
	afterRun  = 4
	// A run depends on so many bytes to either side: what is before it in its line, and whether the line
	// before goes on in it.
	aroundRun = maxGap + minEncoded + padding + 10
)

func (runs) opaque() bool { return true }

// inRun reports whether c is a character of either alphabet of base64.
func inRun(c byte) bool {
	const low = 0x03ff_a800_0000_0000  // + - / 0-9
	const high = 0x07ff_fffe_87ff_fffe // A-Z _ a-z
	if c < 64 {
		return uint64(low)>>c&1 != 0
	}
	return c < 128 && uint64(high)>>(c-64)&1 != 0
}

func (runs) next(text []byte, area span) (unit, bool) {
	for i := area.start; i+block16 <= area.end; i += stride {
		first, second := binary.LittleEndian.Uint64(text[i:i+8:i+8]), binary.LittleEndian.Uint64(text[i+8:i+16:i+16])
		if !inRunAlone(first, second) || !mayBlock(first, second) || !plausibleBlock(text[i:i+block16]) {
			continue
		}
		line := lineOfRun(text, i+4) // all groups have this one
		if line.end-line.start < minEncoded {
			continue
		}
		at := span{firstOfRun(text, line).start, lastOfRun(text, line).end}
		return unit{at, span{at.start - aroundRun, at.end + aroundRun}}, true
	}
	return unit{}, false
}

// mayBlock decides for two words of eight bytes each what [plausibleBlock] mostly finds, without a branch for each byte:
// that some groups of base64 all begin with A-Z or a-f, or some pairs of hex with 0-7. All bytes are below 0x80.
func mayBlock(first, second uint64) bool {
	begin1 := (first+each(0x80-'A'))&^(first+each(0x80-'Z'-1)) | (first+each(0x80-'a'))&^(first+each(0x80-'f'-1))
	begin2 := (second+each(0x80-'A'))&^(second+each(0x80-'Z'-1)) | (second+each(0x80-'a'))&^(second+each(0x80-'f'-1))
	if begin1&(begin1>>32)&begin2&(highs>>32) != 0 {
		return true
	}
	const pairs = 0x0080008000800080
	digits1, digits2 := (first+each(0x80-'0'))&^(first+each(0x80-'8')), (second+each(0x80-'0'))&^(second+each(0x80-'8'))
	return digits1&digits2&pairs == pairs || digits1>>8&pairs == pairs && digits2>>8&(pairs>>16) == pairs>>16
}

// lineOfRun returns the characters of a run in one line, round the one at i.
func lineOfRun(text []byte, i int) span {
	s := span{i, i}
	for s.start > 0 && inRun(text[s.start-1]) {
		s.start--
	}
	for s.end < len(text) && inRun(text[s.end]) {
		s.end++
	}
	if s.start < s.end && (endsLine(text, s.start) || inGap(text, s.start)) {
		s.start++ // what looks like one, but ends or joins lines
	}
	return s
}

// firstOfRun returns the first line of the run that goes on in line.
func firstOfRun(text []byte, line span) span {
	for {
		end, broken := gapBefore(text, line.start)
		if !broken || end == 0 || !inRun(text[end-1]) {
			return line
		}
		before := lineOfRun(text, end-1)
		if before.end != end || before.end-before.start < minEncoded {
			return line
		}
		line = before
	}
}

// lastOfRun returns the last line of a run, of which line is one.
func lastOfRun(text []byte, line span) span {
	for {
		next, ok := nextOfRun(text, line)
		if !ok {
			for range padding {
				if line.end < len(text) && text[line.end] == '=' {
					line.end++
				}
			}
			return line
		}
		line = next
	}
}

// nextOfRun returns the line in which a run goes on behind line.
func nextOfRun(text []byte, line span) (span, bool) {
	if line.end-line.start < minEncoded {
		return span{}, false
	}
	start, broken := gapAfter(text, line.end)
	if !broken || start == len(text) || !inRun(text[start]) {
		return span{}, false
	}
	next := lineOfRun(text, start)
	return next, next.start == start && next.end > start
}

// gapAfter returns where what may stand between two lines of a run ends, and whether a line does.
func gapAfter(text []byte, from int) (to int, broken bool) {
	for to = from; to < len(text) && to-from <= maxGap && inGap(text, to); to++ {
		broken = broken || endsLine(text, to)
	}
	return to, broken && to-from <= maxGap
}

// gapBefore is gapAfter the other way.
func gapBefore(text []byte, to int) (from int, broken bool) {
	for from = to; from > 0 && to-from <= maxGap && inGap(text, from-1); from-- {
		broken = broken || endsLine(text, from-1)
	}
	return from, broken && to-from <= maxGap
}

// inGap reports whether the byte at i may stand between two lines of a run: what indents, quotes,
// comments or joins them. It looks at the bytes beside it, and at no more.
func inGap(text []byte, i int) bool {
	switch text[i] {
	case ' ', '\t', '"', '\'', '\\', ',', '#', '*', '>':
		return true
	case '+', '.', '&':
		return i > 0 && i+1 < len(text) && isMargin(text[i-1]) && isMargin(text[i+1])
	}
	return endsLine(text, i)
}

func isMargin(c byte) bool {
	return c == ' ' || c == '\t' || c == '"' || c == '\'' || c == '\n' || c == '\r'
}

// endsLine reports whether the byte at i ends a line, or is the last of an escape that does.
func endsLine(text []byte, i int) bool {
	switch text[i] {
	case '\n', '\r':
		return true
	case 'n', 'r':
		return i > 0 && text[i-1] == '\\'
	}
	return false
}
