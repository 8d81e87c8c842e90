package redact

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// form is one way in which a text is written, and what is written in its place.
type form struct {
	rule int32 // the rule that it belongs to
	mark mark
	text []byte
	with []byte
	// base64 is set where text are digits inside longer base64; with is not used then.
	base64 *digits
}

// mark is the byte order mark of a content.
type mark uint8

const (
	unmarked mark = iota // of a form: whatever the content begins with
	littleEndian
	bigEndian
)

// markOf returns the byte order mark that content begins with.
func markOf(content []byte) mark {
	switch {
	case bytes.HasPrefix(content, []byte{0xff, 0xfe}):
		return littleEndian
	case bytes.HasPrefix(content, []byte{0xfe, 0xff}):
		return bigEndian
	}
	return unmarked
}

// applies reports whether a form is looked for in contents with a byte order mark. In UTF-16, a
// byte or two are no text of their own.
func (f *form) applies(content mark) bool {
	if f.mark != unmarked {
		return f.mark == content
	}
	return content == unmarked || len(f.text) >= minAnchored
}

// minAnchored is the length of the shortest text that has an anchor.
const minAnchored = narrowAnchor

// encoding writes a text in one way.
type encoding func(text string) []byte

// encodings are the ways in which a value is looked for, besides base64: as it is, with the other line
// ends, in UTF-16, in strings of JSON (and so of most languages) and in URLs. Writers of
// JSON and of URLs differ in what they escape.
func encodings() []encoding {
	list := []encoding{
		func(text string) []byte { return []byte(text) },
		func(text string) []byte { return []byte(strings.ReplaceAll(text, "\r\n", "\n")) },
		func(text string) []byte {
			return []byte(strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\n", "\r\n"))
		},
		encodeUTF16(binary.LittleEndian),
		encodeUTF16(binary.BigEndian),
	}
	for _, digits := range []string{lowerDigits, upperDigits} {
		for _, html := range []string{"", "<>&", "<>&'"} {
			for n := range 4 {
				e := jsonEscaper{digits: digits, html: html, slash: n&1 != 0, ascii: n&2 != 0}
				list = append(list, e.encode)
			}
		}
	}
	for _, digits := range []string{upperDigits, lowerDigits} {
		for _, plain := range []string{"-._~", "-._~/", "-_.!~*'()", "*-._", "-._~$&+:=@", "-._~$&+,;=", "-._~!$&'()*+,;=:@/?", "-_.!~*'();/?:@&=+$,#"} {
			list = append(list, percentEscaper{digits: digits, plain: plain}.encode)
		}
		list = append(list, percentEscaper{digits: digits, plain: "-_.~", plus: true}.encode,
			percentEscaper{digits: digits, plain: "*-._", plus: true}.encode)
	}
	twice := jsonEscaper{digits: lowerDigits} // JSON in a string of JSON
	return append(list, func(text string) []byte { return twice.encode(string(twice.encode(text))) })
}

const (
	lowerDigits = "0123456789abcdef"
	upperDigits = "0123456789ABCDEF"
)

func encodeUTF16(order binary.AppendByteOrder) encoding {
	return func(text string) []byte {
		var out []byte
		for _, unit := range utf16.Encode([]rune(text)) {
			out = order.AppendUint16(out, unit)
		}
		return out
	}
}

// jsonEscaper writes the inside of a JSON string (RFC 8259, section 7).
type jsonEscaper struct {
	digits string // hexadecimal
	slash  bool   // "/" is escaped
	html   string // these are too, so that HTML can hold it
	ascii  bool   // whatever is not ASCII is
}

func (e jsonEscaper) encode(text string) []byte {
	var out []byte
	for len(text) > 0 {
		c, size := utf8.DecodeRuneInString(text)
		part := text[:size]
		text = text[size:]
		if short := strings.IndexRune("\"\\\b\f\n\r\t", c); short >= 0 {
			out = append(out, '\\', `"\bfnrt`[short])
			continue
		}
		switch {
		case c == '/' && e.slash:
			out = append(out, '\\', '/')
		case c < ' ' || strings.ContainsRune(e.html, c):
			out = e.unit(out, uint16(c))
		case c >= utf8.RuneSelf && e.ascii && (c != utf8.RuneError || size > 1):
			for _, unit := range utf16.AppendRune(nil, c) {
				out = e.unit(out, unit)
			}
		default:
			out = append(out, part...)
		}
	}
	return out
}

func (e jsonEscaper) unit(out []byte, unit uint16) []byte {
	return append(out, '\\', 'u', e.digits[unit>>12], e.digits[unit>>8&15], e.digits[unit>>4&15], e.digits[unit&15])
}

// percentEscaper writes a part of a URL (RFC 3986, section 2.1).
type percentEscaper struct {
	digits string // hexadecimal
	plain  string // stand for themselves, as letters and digits do
	plus   bool   // a space is "+", as in forms
}

func (e percentEscaper) encode(text string) []byte {
	var out []byte
	for _, c := range []byte(text) {
		switch {
		case isAlphanumeric(c) || strings.IndexByte(e.plain, c) >= 0:
			out = append(out, c)
		case c == ' ' && e.plus:
			out = append(out, '+')
		default:
			out = append(out, '%', e.digits[c>>4], e.digits[c&15])
		}
	}
	return out
}

func isAlphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

// formsOf returns all forms of a value, each text once.
func formsOf(rule int32, text, replacement string) []form {
	var forms []form
	known := map[string]bool{}
	add := func(f form) {
		if !known[string(f.text)] {
			known[string(f.text)] = true
			forms = append(forms, f)
		}
	}
	valid := utf8.ValidString(text)
	for i, encode := range encodings() {
		if isUTF16 := i == 3 || i == 4; isUTF16 && !valid {
			continue
		}
		add(form{rule: rule, text: encode(text), with: encode(replacement)})
	}
	if len(text) < minBase64 {
		return forms
	}
	for _, alphabet := range []string{standardAlphabet, urlAlphabet} {
		for before := range 3 {
			core, d := newDigits(text, replacement, before, alphabet)
			add(form{rule: rule, text: core, base64: d})
		}
	}
	return forms
}
