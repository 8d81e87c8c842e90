package match

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"
	"unicode/utf8"
)

// span is a half-open range of byte offsets.
type span struct{ start, end int }

func (s span) overlaps(o span) bool { return s.start < o.end && o.start < s.end }

// Text returns what [Scanner.Scan] reads of content, in whose lines and columns it places hits: content itself, unless it
// begins with a byte order mark of UTF-16.
func Text(content []byte) []byte {
	text, _ := decode(content, nil)
	return text
}

// decode returns the text of content: itself, or the UTF-8 form of UTF-16 that
// begins with a byte order mark, appended to buf.
func decode(content, buf []byte) (text []byte, decoded bool) {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(content, []byte{0xff, 0xfe}):
		order = binary.LittleEndian
	case bytes.HasPrefix(content, []byte{0xfe, 0xff}):
		order = binary.BigEndian
	default:
		return content, false
	}
	for at := 2; at+1 < len(content); at += 2 {
		r := rune(order.Uint16(content[at:]))
		if utf16.IsSurrogate(r) {
			pair := rune(utf8.RuneError)
			if at+3 < len(content) {
				pair = utf16.DecodeRune(r, rune(order.Uint16(content[at+2:])))
			}
			if r = pair; pair != utf8.RuneError {
				at += 2
			}
		}
		buf = utf8.AppendRune(buf, r)
	}
	return buf, true
}

// lineAround returns the line, or lines, that hold s, without the line end (LF or CR LF),
// followed for at most limit bytes to either side.
func lineAround(text []byte, s span, limit int) span {
	from := max(0, s.start-limit)
	if i := bytes.LastIndexByte(text[from:s.start], '\n'); i >= 0 {
		from += i + 1
	}
	to := min(len(text), s.end+limit)
	if i := bytes.IndexByte(text[s.end:to], '\n'); i >= 0 {
		to = s.end + i
		if to > s.end && text[to-1] == '\r' {
			to--
		}
	}
	return span{from, to}
}

// linesAround is lineAround with extra lines on either side, all of them within the limit.
func linesAround(text []byte, s span, extra, limit int) span {
	from, to := max(0, s.start-limit), min(len(text), s.end+limit)
	lines := lineAround(text, s, limit)
	for range extra {
		if lines.start > from {
			lines.start = from + bytes.LastIndexByte(text[from:lines.start-1], '\n') + 1
		}
		if next := lines.end + bytes.IndexByte(text[lines.end:to], '\n') + 1; next > lines.end {
			lines.end = lineAround(text[:to], span{next, next}, limit).end
		}
	}
	return lines
}

// reachOfLines returns what lines that [lineAround] found depend on: the bytes that end
// them as well.
func reachOfLines(lines span, size int) reach {
	return reachOf(span{lines.start - 1, lines.end + len("\r\n")}, size)
}

// cursor counts lines and columns up to offsets that do not descend. Lines end at
// LF; columns count code points.
type cursor struct {
	text         []byte
	at           int
	line, column int
}

func (c *cursor) advance(to int) (line, column int) {
	if c.line == 0 {
		c.line, c.column = 1, 1
	}
	passed := c.text[c.at:to]
	if n := bytes.Count(passed, []byte{'\n'}); n > 0 {
		c.line += n
		c.column = 1
		passed = passed[bytes.LastIndexByte(passed, '\n')+1:]
	}
	c.column += utf8.RuneCount(passed)
	c.at = to
	return c.line, c.column
}

// back returns the line and column of a place before the cursor, which stays where it is.
func (c *cursor) back(to int) (line, column int) {
	line = c.line - bytes.Count(c.text[to:c.at], []byte{'\n'})
	start := bytes.LastIndexByte(c.text[:to], '\n') + 1
	return line, 1 + utf8.RuneCount(c.text[start:to])
}

// Comments on the line of a secret, or on the line above it, that say it is meant to be there.
var (
	allowHere  = []byte("unleak:allow")
	allowNext  = []byte("unleak:allow-next-line")
	allowTheir = []byte("gitleaks:allow")
)

// allowed reports whether a comment that counts allows a match, and where one was looked for.
func (s *Scanner) allowed(match span) (bool, reach) {
	ok, looked := allowed(s.text, match)
	return ok && !s.matcher.NoComments, looked
}

// allowed reports whether a comment allows the match s, and where one was looked for.
func allowed(text []byte, s span) (bool, reach) {
	lines := lineAround(text, s, maxLine)
	looked := reachOfLines(lines, len(text))
	if lines.start > 0 && text[lines.start-1] == '\n' {
		end := lines.start - 1
		above := span{lineAround(text, span{end, end}, maxLine).start, end}
		first := reachOfLines(above, len(text))
		looked.span.start, looked.start = first.span.start, first.start
		if bytes.Contains(text[above.start:end], allowNext) {
			return true, looked
		}
	}
	here := text[lines.start:lines.end]
	// Each comment about the next line holds the text of one about this line.
	return bytes.Contains(here, allowTheir) || bytes.Count(here, allowHere) > bytes.Count(here, allowNext), looked
}
