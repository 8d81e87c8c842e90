package match

import (
	"bytes"
	"slices"
)

// escapes are texts in which characters of ASCII are written by their numbers, after a percent sign
// or a backslash. Other characters are in no secret, and left as they are.
type escapes struct{ mark byte }

const (
	// Escapes in one line belong together if no more bytes lie between two.
	maxLink = 1024
	// aroundEscape is how much of the line before the first escape and behind the last is read with them.
	aroundEscape = 512
	// nearEscape is how far from an escape a secret stands that counts: what is further off is seen without.
	nearEscape = 96
	maxEscape  = 12 // bytes of an escape
	maxDigits  = 8  // behind \x41
)

func (escapes) opaque() bool { return false }

func (escapes) plausible([]byte, unit) bool { return true }

func (e escapes) next(text []byte, area span) (unit, bool) {
	at, ok := e.find(text, area)
	if !ok {
		return unit{}, false
	}
	first, last := e.firstLinked(text, at), e.lastLinked(text, at)
	line := lineAround(text, span{first.start, last.end}, maxLink+maxEscape)
	return unit{
		at:     span{max(first.start-aroundEscape, line.start), min(last.end+aroundEscape, line.end)},
		looked: span{max(first.start-maxLink-maxEscape, line.start-1), min(last.end+maxLink+maxEscape, line.end+len("\r\n"))},
	}, true
}

// find returns the first escape that begins in an area.
func (e escapes) find(text []byte, area span) (span, bool) {
	for i := area.start; i < area.end; i++ {
		n := bytes.IndexByte(text[i:area.end], e.mark)
		if n < 0 {
			break
		}
		if i += n; i+2 >= len(text) || !e.begins(text[i+1]) {
			continue
		}
		if n := e.length(text[i:]); n > 0 {
			return span{i, i + n}, true
		}
	}
	return span{}, false
}

// begins reports whether an escape may go on so behind its mark: what most marks in other texts stand for does not.
func (e escapes) begins(c byte) bool {
	if e.mark == '%' {
		return c >= '0' && c <= '7'
	}
	return c == 'x' || c|0x20 == 'u'
}

// length returns the length of the escape that text begins with, 0 if there is none.
func (e escapes) length(text []byte) int {
	_, n := e.at(text)
	return n
}

// at returns the character that text begins with, escaped, and the length of the escape.
func (e escapes) at(text []byte) (c byte, length int) {
	var digits span
	switch {
	case e.mark == '%':
		digits, length = span{1, 3}, 3
	case len(text) < 4:
		return 0, 0
	case text[1] == 'x':
		// More digits are those of a text in hex, which PostgreSQL writes so.
		if longHex(text[4:]) {
			return 0, 0
		}
		digits, length = span{2, 4}, 4
	case text[1] == 'u' && text[2] == '{':
		end := bytes.IndexByte(text[:min(len(text), maxEscape)], '}')
		digits, length = span{3, end}, end+1
	case text[1] == 'u':
		digits, length = span{2, 6}, 6
	case text[1] == 'U':
		digits, length = span{2, 10}, 10
	}
	if length == 0 || length > len(text) || digits.end <= digits.start {
		return 0, 0
	}
	if c = charOf(text[digits.start:digits.end]); c == 0 {
		return 0, 0
	}
	return c, length
}

// longHex reports whether text goes on with more digits than characters that are not escaped would.
func longHex(text []byte) bool {
	return len(text) >= maxDigits && !slices.ContainsFunc(text[:maxDigits], func(c byte) bool { return !isHex(c) })
}

// charOf returns the character of a number in hex, if it is one that may be in a secret, or
// between two; 0 otherwise.
func charOf(digits []byte) byte {
	n := 0
	for _, d := range digits {
		switch {
		case d >= '0' && d <= '9':
			n = n<<4 | int(d-'0')
		case isHex(d):
			n = n<<4 | int(d|0x20-'a'+10)
		default:
			return 0
		}
		if n >= 0x7f {
			return 0
		}
	}
	if n < ' ' && n != '\n' && n != '\r' && n != '\t' {
		return 0
	}
	return byte(n)
}

// lastLinked follows escapes from one to the last that belongs to it.
func (e escapes) lastLinked(text []byte, at span) span {
	for {
		to := min(len(text), at.end+maxLink+1)
		if i := bytes.IndexByte(text[at.end:to], '\n'); i >= 0 {
			to = at.end + i
		}
		next, ok := e.find(text, span{at.end, to})
		if !ok {
			return at
		}
		at = next
	}
}

// firstLinked follows escapes from one to the first that belongs to it.
func (e escapes) firstLinked(text []byte, at span) span {
	for {
		from := max(0, at.start-maxLink-maxEscape)
		if i := bytes.LastIndexByte(text[from:at.start], '\n'); i >= 0 {
			from += i + 1
		}
		before := at
		for i := at.start; i > from; {
			if i = from + bytes.LastIndexByte(text[from:i], e.mark); i < from {
				break
			}
			if n := e.length(text[i:]); n > 0 && i+n <= at.start {
				before = span{i, i + n}
				break
			}
		}
		if before == at || at.start-before.end > maxLink {
			return at
		}
		at = before
	}
}

// simple are the escapes that programs write beside numbers.
const simple = "n\nr\rt\t\"\"''//"

func (e escapes) decode(text []byte, u unit, yield func(decoded)) {
	raw := text[u.at.start:u.at.end]
	plain := make([]byte, 0, len(raw))
	var marks []escaped
	for i := 0; i < len(raw); {
		n := bytes.IndexByte(raw[i:], e.mark)
		if n < 0 {
			plain = append(plain, raw[i:]...)
			break
		}
		plain = append(plain, raw[i:i+n]...)
		i += n
		c, length, byNumber := e.read(raw[i:])
		if length > 1 {
			marks = append(marks, escaped{span{i, i + length}, len(plain), byNumber})
		}
		plain = append(plain, c)
		i += length
	}
	encoding := Escapes
	if e.mark == '%' {
		encoding = Percent
	}
	yield(decoded{encoding: encoding, text: plain, counted: span{0, len(plain)}, outer: func(inner span) (span, bool) {
		return outerOf(marks, inner, u.at.start)
	}})
}

// read returns the character that text begins with, and how many bytes stand for it. Backslashes that are escaped
// themselves, as in JSON inside JSON, are read like one.
func (e escapes) read(text []byte) (c byte, length int, byNumber bool) {
	if c, length = e.at(text); length > 0 {
		return c, length, true
	}
	if e.mark != '\\' {
		return text[0], 1, false
	}
	n := 1
	for n < len(text) && text[n] == '\\' {
		n++
	}
	if c, length = e.at(text[n-1:]); length > 0 {
		return c, n - 1 + length, true
	}
	if n < len(text) {
		for i := 0; i < len(simple); i += 2 {
			if simple[i] == text[n] {
				return simple[i+1], n + 1, false
			}
		}
	}
	return '\\', n, false
}

// escaped is a character of a decoded text that was escaped.
type escaped struct {
	outer    span
	inner    int
	byNumber bool
}

// outerOf returns the part of the text that stands for a decoded part, and whether an escaped character is
// near it.
func outerOf(marks []escaped, inner span, base int) (span, bool) {
	at := func(offset int) int {
		i, same := slices.BinarySearchFunc(marks, offset, func(m escaped, offset int) int { return m.inner - offset })
		switch {
		case same:
			return marks[i].outer.start
		case i == 0:
			return offset
		}
		return marks[i-1].outer.end + offset - marks[i-1].inner - 1
	}
	i, _ := slices.BinarySearchFunc(marks, inner.start-nearEscape, func(m escaped, offset int) int { return m.inner - offset })
	near := false
	for ; i < len(marks) && marks[i].inner < inner.end+nearEscape && !near; i++ {
		near = marks[i].byNumber
	}
	return span{base + at(inner.start), base + at(inner.end)}, near
}
