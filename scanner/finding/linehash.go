package finding

import (
	"strconv"
	"unicode/utf8"
)

// LineHash returns GitHub's primaryLocationLineHash of one line (from 1) of a
// file: the value by which code scanning recognises an alert after the file
// changed elsewhere. It is "" when the file has fewer lines. See [LineHashes].
func LineHash(content []byte, line int) string {
	return LineHashes(content, line)[0]
}

// LineHashes returns the hash of each of lines, in the order given.
//
// GitHub's upload action computes the hash for files in the checkout only, and
// tracks an alert by nothing else, so files gone from HEAD need it from us
// (github.com/github/codeql-action, src/fingerprints.ts). content is the raw
// file, read as UTF-8 also when it is not. Over the UTF-16 code units of the file
// that are neither space nor tab, with CRLF and CR taken as LF and followed by
// 65535, the hash of a line is the polynomial in 37 modulo 2^64 of the 100
// units from its start (missing ones are 0), in hex; then a colon and how many
// lines up to this one have that hash.
//
// The cost is two passes over content, however many lines are asked for, and memory
// in proportion to those only.
func LineHashes(content []byte, lines ...int) []string {
	last := 0
	wanted := make(map[int]uint64, len(lines)) // line to hash
	for _, line := range lines {
		wanted[line] = 0
		last = max(last, line)
	}
	counts := make(map[uint64]int, len(lines)) // of the wanted hashes
	eachLineHash(content, last, func(line int, hash uint64) {
		if _, ok := wanted[line]; ok {
			wanted[line] = hash
			counts[hash] = 0
		}
	})
	labels := make(map[int]string, len(lines))
	eachLineHash(content, last, func(line int, hash uint64) {
		n, ok := counts[hash]
		if !ok {
			return
		}
		counts[hash] = n + 1
		if _, ok := wanted[line]; ok {
			labels[line] = strconv.FormatUint(hash, 16) + ":" + strconv.Itoa(n+1)
		}
	})
	hashes := make([]string, len(lines))
	for i, line := range lines {
		hashes[i] = labels[line]
	}
	return hashes
}

const (
	lineHashWindow = 100
	lineHashFactor = 37
	lineHashEnd    = 65535
)

// lineHasher is the state of one pass: the last 100 units, their hash, and
// which of them began a line.
type lineHasher struct {
	units   [lineHashWindow]uint16
	begins  [lineHashWindow]int // the line that the unit began, or 0
	oldest  int                 // index of the oldest unit, the next to leave
	hash    uint64
	dropped uint64 // factor^100: what a unit counts when it leaves
	line    int
	fresh   bool // the next unit begins a line
	emit    func(line int, hash uint64)
}

// eachLineHash calls emit for lines 1 to last of content, in order.
func eachLineHash(content []byte, last int, emit func(line int, hash uint64)) {
	h := lineHasher{dropped: 1, fresh: true, emit: emit}
	for range lineHashWindow {
		h.dropped *= lineHashFactor
	}
	afterCR := false
	for i := 0; i < len(content); {
		c := content[i]
		if c >= utf8.RuneSelf {
			r, size := decodeWeb(content[i:])
			i += size
			afterCR = false
			if r > 0xffff {
				h.add(uint16(0xd800 + (r-0x10000)>>10))
				h.add(uint16(0xdc00 + (r-0x10000)&0x3ff))
			} else {
				h.add(uint16(r))
			}
			continue
		}
		i++
		switch {
		case c == ' ' || c == '\t' || afterCR && c == '\n':
			afterCR = false
			continue
		case c == '\r':
			afterCR = true
			c = '\n'
		default:
			afterCR = false
		}
		h.add(uint16(c))
		if h.line > last+lineHashWindow { // each line has a unit: the last one wanted is out
			return
		}
	}
	h.add(lineHashEnd)
	for range lineHashWindow {
		h.shift(0, 0)
	}
}

// add takes the next unit of the file.
func (h *lineHasher) add(unit uint16) {
	begun := 0
	if h.fresh {
		h.line++
		begun = h.line
	}
	h.fresh = unit == '\n'
	h.shift(unit, begun)
}

// shift moves the window by one unit. The window is full of what follows a line's
// begin exactly when that begin is about to leave it.
func (h *lineHasher) shift(unit uint16, begun int) {
	if line := h.begins[h.oldest]; line != 0 {
		h.emit(line, h.hash)
	}
	h.hash = h.hash*lineHashFactor + uint64(unit) - h.dropped*uint64(h.units[h.oldest])
	h.units[h.oldest], h.begins[h.oldest] = unit, begun
	if h.oldest++; h.oldest == lineHashWindow {
		h.oldest = 0
	}
}

// decodeWeb decodes the first character of b the way the WHATWG Encoding
// standard does, which differs from Go's in one point: the longest start of a
// valid character that is broken off counts as one replacement character, not
// as one for each byte.
func decodeWeb(b []byte) (r rune, size int) {
	r, size = utf8.DecodeRune(b)
	if r != utf8.RuneError || size != 1 {
		return r, size
	}
	low, high, more := byte(0x80), byte(0xbf), 0
	switch c := b[0]; {
	case c >= 0xc2 && c <= 0xdf:
		more = 1
	case c >= 0xe0 && c <= 0xef:
		more = 2
		if c == 0xe0 {
			low = 0xa0
		} else if c == 0xed {
			high = 0x9f
		}
	case c >= 0xf0 && c <= 0xf4:
		more = 3
		if c == 0xf0 {
			low = 0x90
		} else if c == 0xf4 {
			high = 0x8f
		}
	}
	for size <= more && size < len(b) && b[size] >= low && b[size] <= high {
		size++
		low, high = 0x80, 0xbf
	}
	return r, size
}
