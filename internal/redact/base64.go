package redact

import (
	"bytes"
	"encoding/base64"
	"strings"

	"github.com/unleak/unleak/internal/gitstore/pack"
)

const (
	standardAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	urlAlphabet      = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
)

// minBase64 is the length in bytes of the shortest value that is looked for inside base64. A
// shorter one has so few digits of its own that chance would find it.
const minBase64 = 6

// digits is a value as base64 has it (RFC 4648) where it begins at a given place of a group of
// three bytes: the digits that are the value's alone, which are the text of the form, and up to
// one before and one behind that it shares with its neighbours.
type digits struct {
	values *[256]int8 // of digits; -1 for what is none
	// of the digit before: how many low bits are the value's, and which
	headBits, tailBits uint
	head, tail         byte // tail: the high bits of the digit behind, in place
	alphabet           string
	with               []byte // six bits each, with the bits of the neighbours zero
}

// newDigits returns the text and the rest of a form. before is the number of bytes, 0 to 2, that
// precede the value in its first group. The replacement is filled up to a length that leaves all
// that follows as it is.
func newDigits(value, replacement string, before int, alphabet string) (text []byte, d *digits) {
	d = &digits{alphabet: alphabet, values: new([256]int8)}
	for i := range d.values {
		d.values[i] = int8(strings.IndexByte(alphabet, byte(i)))
	}
	for (len(replacement)-len(value))%3 != 0 {
		replacement += "*"
	}
	encoding := base64.NewEncoding(alphabet).WithPadding(base64.NoPadding)
	lead := strings.Repeat("\x00", before)
	encoded := []byte(encoding.EncodeToString([]byte(lead + value)))
	with := []byte(encoding.EncodeToString([]byte(lead + replacement)))
	for i, c := range with {
		with[i] = byte(d.values[c])
	}
	if d.headBits = uint(6*((8*before+5)/6) - 8*before); d.headBits > 0 {
		at := 8 * before / 6
		d.head = byte(d.values[encoded[at]])
		encoded, with = encoded[at+1:], with[at:]
	}
	if d.tailBits = uint(8*(before+len(value))) % 6; d.tailBits > 0 {
		last := len(encoded) - 1
		d.tail = byte(d.values[encoded[last]])
		encoded = encoded[:last]
	}
	d.with = with
	return encoded, d
}

// match reports whether core, the text of the form, stands in content with its digit number offset
// at at, and from where to where. Line breaks may interrupt it.
func (d *digits) match(content, core []byte, at, offset int) (start, end int, ok bool) {
	breaks := textShape{len(core), true}.maxBreaks()
	start = at
	for i := offset - 1; i >= 0; i-- {
		if start = back(content, start, &breaks); start < 0 || content[start] != core[i] {
			return 0, 0, false
		}
	}
	end = at - 1
	for _, c := range core[offset:] {
		if end = forward(content, end, &breaks); end < 0 || content[end] != c {
			return 0, 0, false
		}
	}
	return start, end + 1, true
}

// back returns the place of the digit before at, or -1 where breaks are used up.
func back(content []byte, at int, breaks *int) int {
	for at--; at >= 0 && isBreak(content[at]); at-- {
		if *breaks--; *breaks < 0 {
			return -1
		}
	}
	return at
}

// forward returns the place of the digit behind at, or -1.
func forward(content []byte, at int, breaks *int) int {
	for at++; at < len(content) && isBreak(content[at]); at++ {
		if *breaks--; *breaks < 0 {
			return -1
		}
	}
	if at >= len(content) {
		return -1
	}
	return at
}

func isBreak(c byte) bool { return c == '\n' || c == '\r' }

// splice returns what replaces the match content[start:end], and with it the digits that it
// shares with its neighbours, where these have the value's bits. Line breaks stay where they are, or
// come to the end of what is shorter.
func (d *digits) splice(content []byte, start, end int) pack.Splice {
	with := bytes.Clone(d.with)
	breaks := 4
	if d.headBits > 0 {
		mask := byte(1)<<d.headBits - 1
		if at := back(content, start, &breaks); at >= 0 && d.values[content[at]] >= 0 && byte(d.values[content[at]])&mask == d.head {
			with[0] |= byte(d.values[content[at]]) &^ mask
			start = at
		} else {
			with = with[1:]
		}
	}
	if last := len(with) - 1; d.tailBits > 0 {
		mask := byte(1)<<(6-d.tailBits) - 1
		if at := forward(content, end-1, &breaks); at >= 0 && d.values[content[at]] >= 0 && byte(d.values[content[at]])&^mask == d.tail {
			with[last] |= byte(d.values[content[at]]) & mask
			end = at + 1
		} else {
			with = with[:last]
		}
	}
	return pack.Splice{Offset: start, Length: end - start, With: d.write(with, content[start:end])}
}

// write returns digits with the line breaks of the text that they replace.
func (d *digits) write(digits, replaced []byte) (out []byte) {
	for _, c := range replaced {
		switch {
		case isBreak(c):
			out = append(out, c)
		case len(digits) > 0:
			out = append(out, d.alphabet[digits[0]])
			digits = digits[1:]
		}
	}
	for _, v := range digits {
		out = append(out, d.alphabet[v])
	}
	return out
}
