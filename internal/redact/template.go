package redact

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/unleak/unleak/internal/byteregex"
)

// template is a replacement that may take over groups of what it replaces.
type template []part

// part is some bytes, or a group where text is nil.
type part struct {
	text  []byte
	group int
}

// parseTemplate reads a replacement for matches of re as Python's re.sub does: \1 and \g<1> are
// groups, \g<0> is the whole match, \n and its like and octal numbers are bytes. A backslash before
// anything but a letter or digit stands for itself.
func parseTemplate(source []byte, re *byteregex.Regexp) (template, error) {
	var t template
	var text []byte
	for len(source) > 0 {
		if c := source[0]; c != '\\' {
			text, source = append(text, c), source[1:]
			continue
		}
		p, size, err := parseEscape(source, re)
		if err != nil {
			return nil, err
		}
		source = source[size:]
		if p.text != nil {
			text = append(text, p.text...)
			continue
		}
		if len(text) > 0 {
			t, text = append(t, part{text: text}), nil
		}
		t = append(t, p)
	}
	if len(text) > 0 {
		t = append(t, part{text: text})
	}
	return t, nil
}

// parseEscape reads the escape that source begins with, and returns how many bytes it has.
func parseEscape(source []byte, re *byteregex.Regexp) (p part, size int, err error) {
	if len(source) < 2 {
		return part{}, 0, errors.New(`the replacement ends in a backslash: write \\ for one`)
	}
	c := source[1]
	switch {
	case c == 'g':
		return parseNamed(source, re)
	case '0' <= c && c <= '9':
		return parseNumber(source, re)
	}
	if at := strings.IndexByte(`abfnrtv\`, c); at >= 0 {
		return part{text: []byte{"\a\b\f\n\r\t\v\\"[at]}}, 2, nil
	}
	if 'a' <= c|0x20 && c|0x20 <= 'z' {
		return part{}, 0, fmt.Errorf(`\%c in the replacement means nothing: write \\ for a backslash`, c)
	}
	return part{text: source[:2:2]}, 2, nil
}

// parseNumber reads a group of one or two digits, or a byte of three octal ones or after a zero.
func parseNumber(source []byte, re *byteregex.Regexp) (p part, size int, err error) {
	digits := 1
	for digits < 3 && digits+1 < len(source) && isOctal(source[digits+1]) && isOctal(source[1]) {
		digits++
	}
	if digits == 3 || source[1] == '0' {
		value, _ := strconv.ParseUint(string(source[1:1+digits]), 8, 16)
		if value > 0xff {
			return part{}, 0, fmt.Errorf(`\%s in the replacement is more than a byte`, source[1:1+digits])
		}
		return part{text: []byte{byte(value)}}, 1 + digits, nil
	}
	digits = 1
	if len(source) > 2 && '0' <= source[2] && source[2] <= '9' {
		digits = 2
	}
	group, _ := strconv.Atoi(string(source[1 : 1+digits]))
	return part{group: group}, 1 + digits, checkGroup(group, re)
}

func isOctal(c byte) bool { return '0' <= c && c <= '7' }

// parseNamed reads \g<NAME> or \g<NUMBER>.
func parseNamed(source []byte, re *byteregex.Regexp) (p part, size int, err error) {
	end := bytes.IndexByte(source, '>')
	if end < 4 || source[2] != '<' {
		return part{}, 0, errors.New(`\g in the replacement takes a group: write \g<1> or \g<name>`)
	}
	name := string(source[3:end])
	group, err := strconv.Atoi(name)
	if err != nil {
		group = re.Group(name)
	}
	return part{group: group}, end + 1, checkGroup(group, re)
}

func checkGroup(group int, re *byteregex.Regexp) error {
	if group < 0 || group > re.Groups() {
		return fmt.Errorf("the replacement takes a group that the expression has not: it has %d", re.Groups())
	}
	return nil
}

// append writes the replacement of a match, given by its offsets in content. A group that
// took no part is empty.
func (t template) append(dst, content []byte, match []int) []byte {
	for _, p := range t {
		switch {
		case p.text != nil:
			dst = append(dst, p.text...)
		case match[2*p.group] >= 0:
			dst = append(dst, content[match[2*p.group]:match[2*p.group+1]]...)
		}
	}
	return dst
}
