package match

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"unicode/utf16"
)

// shortText is the length in bytes of a text so short that what stands before it says what it is.
const shortText = 256

// plausibleBlock reports whether all groups in a block may stand for text, wherever the first begins.
func plausibleBlock(block []byte) bool {
	for phase := range 4 {
		if textGroups(block[phase:], (block16-phase)/4) {
			return true
		}
	}
	return textPairs(block, block16/2) || textPairs(block[1:], block16/2-1)
}

// textGroups reports whether chars begins with n groups of base64 that stand for bytes of text.
func textGroups(chars []byte, n int) bool {
	for i := 0; i < 4*n; i += 4 {
		// A byte below 0x80 begins in A-Z and a-f, so that most other words end here.
		if c := chars[i]; c < 'A' || c > 'f' || 'Z' < c && c < 'a' {
			return false
		}
		a, b, c, d := sixBits(chars[i]), sixBits(chars[i+1]), sixBits(chars[i+2]), sixBits(chars[i+3])
		if a|b|c|d > 63 {
			return false
		}
		group := a<<18 | b<<12 | c<<6 | d
		if !textBytes(byte(group>>16), byte(group>>8), byte(group)) {
			return false
		}
	}
	return true
}

// textBytes reports whether bytes may be of a text in ASCII, or in UTF-16 of such characters.
func textBytes(a, b, c byte) bool {
	return isText(a) && isText(b) && isText(c) || a == 0 && c == 0 && isText(b) || b == 0 && isText(a) && isText(c)
}

func isText(c byte) bool { return c >= ' ' && c < 0x7f || c == '\n' || c == '\r' || c == '\t' }

func sixBits(c byte) uint32 {
	switch {
	case c >= 'a' && c <= 'z':
		return uint32(c-'a') + 26
	case c >= 'A' && c <= 'Z':
		return uint32(c - 'A')
	case c >= '0' && c <= '9':
		return uint32(c-'0') + 52
	case c == '+' || c == '-':
		return 62
	case c == '/' || c == '_':
		return 63
	}
	return 64
}

// textPairs reports whether digits begins with n pairs in hex that stand for bytes of text.
func textPairs(digits []byte, n int) bool {
	for i := 0; i < 2*n; i += 2 {
		if c := digits[i]; c < '0' || c > '7' || !isHex(digits[i+1]) || !isText((c-'0')<<4|hexDigit(digits[i+1])) {
			return false
		}
	}
	return true
}

func isHex(c byte) bool { return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f' }

func hexDigit(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}

// windowOf returns where in a line of a run the first window begins that stands for text.
func windowOf(chars []byte) (at int, encoding string) {
	for at := 0; at+runWindow <= len(chars); at++ {
		switch {
		case textGroups(chars[at:], runWindow/4):
			return at, Base64
		case textPairs(chars[at:], runWindow/2):
			return at, Hex
		}
	}
	return 0, ""
}

// plausible implements [coding]: any line can be what makes a run so.
func (runs) plausible(text []byte, u unit) bool {
	for line, ok := lineOfRun(text, u.at.start), true; ok; line, ok = nextOfRun(text, line) {
		if _, encoding := windowOf(text[line.start:line.end]); encoding != "" {
			return true
		}
	}
	return false
}

func (r runs) decode(text []byte, u unit, yield func(decoded)) {
	lines := make([]span, 0, 1)
	even := true
	for line, ok := lineOfRun(text, u.at.start), true; ok; line, ok = nextOfRun(text, line) {
		if len(lines) > 0 {
			last := lines[len(lines)-1]
			even = even && (last.end-last.start)%4 == 0
		}
		lines = append(lines, line)
	}
	if len(lines) == 1 && isTokenPart(text, lines[0]) {
		return
	}
	r.decodeLines(text, u, lines, yield)
	if even || len(lines) == 1 {
		return
	}
	for i := range lines { // each may be a text by itself
		r.decodeLines(text, u, lines[i:i+1], yield)
	}
}

// isTokenPart reports whether a run is a part of a JSON Web Token, or of one that a document has as a sample:
// these are no secrets by themselves.
func isTokenPart(text []byte, s span) bool {
	if !bytes.HasPrefix(text[s.start:s.end], []byte("eyJ")) {
		return false
	}
	return s.start >= 2 && text[s.start-1] == '.' && inRun(text[s.start-2]) ||
		s.end+1 < len(text) && text[s.end] == '.' && inRun(text[s.end+1])
}

// decodeLines decodes the run that some lines make.
func (runs) decodeLines(text []byte, u unit, lines []span, yield func(decoded)) {
	chars := text[lines[0].start:lines[0].end]
	if len(lines) > 1 {
		chars = joined(text, lines)
	}
	at, encoding := windowOf(chars)
	var raw []byte
	start := at % 4 // in chars, of what is decoded
	switch encoding {
	case Base64:
		raw = fromBase64(chars[start:])
	case Hex:
		for start = at; start >= 2 && isHex(chars[start-1]) && isHex(chars[start-2]); start -= 2 {
		}
		raw = fromHex(chars[start:])
	default:
		return
	}
	d := decoded{encoding: encoding, text: narrow(raw)}
	d.counted = span{0, len(d.text)}
	if len(lines) == 1 {
		d.within(text, span{lines[0].start + start, u.at.end})
	}
	yield(d)
}

// joined returns a copy of some lines, one behind the other.
func joined(text []byte, lines []span) []byte {
	size := 0
	for _, line := range lines {
		size += line.end - line.start
	}
	all := make([]byte, 0, size)
	for _, line := range lines {
		all = append(all, text[line.start:line.end]...)
	}
	return all
}

// fromBase64 decodes characters of either alphabet, which may be mixed.
func fromBase64(chars []byte) []byte {
	if len(chars)%4 == 1 {
		chars = chars[:len(chars)-1]
	}
	raw := bytes.Map(func(r rune) rune {
		switch r {
		case '+':
			return '-'
		case '/':
			return '_'
		}
		return r
	}, chars)
	n, _ := base64.RawURLEncoding.Decode(raw, raw) // all are of its alphabet
	return raw[:n]
}

// fromHex decodes the digits that chars begins with.
func fromHex(chars []byte) []byte {
	n := 0
	for n < len(chars) && isHex(chars[n]) {
		n++
	}
	raw := make([]byte, n/2)
	n, _ = hex.Decode(raw, chars[:n/2*2]) // all are digits
	return raw[:n]
}

// within puts a short text where it stands in its line.
func (d *decoded) within(text []byte, at span) {
	if len(d.text) > shortText || bytes.ContainsAny(d.text, "\r\n") {
		return
	}
	before := text[max(0, at.start-beforeRun):at.start]
	before = before[bytes.LastIndexByte(before, '\n')+1:]
	after := text[at.end:min(len(text), at.end+afterRun)]
	if i := bytes.IndexAny(after, "\r\n"); i >= 0 {
		after = after[:i]
	}
	d.counted = span{len(before), len(before) + len(d.text)}
	d.text = append(append(append(make([]byte, 0, len(before)+len(d.text)+len(after)), before...), d.text...), after...)
}

// narrow returns raw as UTF-8 if it is UTF-16 of ASCII characters without a mark, which [decode] asks for.
func narrow(raw []byte) []byte {
	const told = 16 // bytes that tell
	if len(raw) < told || raw[0] != 0 && raw[1] != 0 {
		return raw
	}
	var order binary.ByteOrder = binary.LittleEndian
	if raw[0] == 0 {
		order = binary.BigEndian
	}
	units := make([]uint16, 0, len(raw)/2)
	for i := 0; i+1 < len(raw); i += 2 {
		c := order.Uint16(raw[i:])
		if i < told && (c > 0xff || !isText(byte(c))) {
			return raw
		}
		units = append(units, c)
	}
	return []byte(string(utf16.Decode(units)))
}
