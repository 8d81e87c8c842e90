package rules

import (
	"strconv"
	"strings"
)

// readPlain reads the part of TOML that rule files are mostly written in: tables and arrays of
// tables with plain names, and values that are strings on one line without escapes, literal
// strings, whole numbers, decimals, booleans, and arrays of strings. It gives what toml.Decode does,
// in a tenth of the time, which for the rules that the program carries is most of its
// start. ok is false for a file with anything else in it, or with a mistake.
func readPlain(text string) (root map[string]any, ok bool) {
	p := plain{text: text, root: map[string]any{}}
	p.table = p.root
	for p.blank(); p.pos < len(p.text); p.blank() {
		if p.text[p.pos] == '[' {
			ok = p.header()
		} else {
			ok = p.pair()
		}
		if !ok || !p.lineEnd() {
			return nil, false
		}
	}
	return p.root, true
}

// plain is the state of reading.
type plain struct {
	text  string
	pos   int
	root  map[string]any
	table map[string]any // that keys belong to
	list  []any          // room for an array that is being read
}

// blank steps over white space, line ends and comments.
func (p *plain) blank() {
	for p.pos < len(p.text) {
		switch p.text[p.pos] {
		case ' ', '\t', '\n':
			p.pos++
		case '#':
			if !p.comment() {
				return
			}
		default:
			return
		}
	}
}

// comment steps over a comment, and reports whether all of it may stand in one.
func (p *plain) comment() bool {
	end := strings.IndexByte(p.text[p.pos:], '\n')
	if end < 0 {
		end = len(p.text) - p.pos
	}
	if !isPlainText(p.text[p.pos : p.pos+end]) {
		return false
	}
	p.pos += end
	return true
}

// lineEnd steps to the end of a line on which nothing but a comment is left.
func (p *plain) lineEnd() bool {
	for p.pos < len(p.text) && (p.text[p.pos] == ' ' || p.text[p.pos] == '\t') {
		p.pos++
	}
	if p.pos < len(p.text) && p.text[p.pos] == '#' && !p.comment() {
		return false
	}
	return p.pos == len(p.text) || p.text[p.pos] == '\n'
}

// name reads a bare key.
func (p *plain) name() string {
	start := p.pos
	for p.pos < len(p.text) {
		c := p.text[p.pos]
		if c|0x20 < 'a' || c|0x20 > 'z' {
			if (c < '0' || c > '9') && c != '_' && c != '-' {
				break
			}
		}
		p.pos++
	}
	return p.text[start:p.pos]
}

// header reads [name], [[name]] or [[name.of]], where name.of belongs to the last of name.
func (p *plain) header() bool {
	p.pos++
	list := p.skip('[')
	parent, name := p.root, p.name()
	if name != "" && p.skip('.') {
		lists, ok := p.root[name].([]map[string]any)
		if !ok {
			return false
		}
		parent, name = lists[len(lists)-1], p.name()
	}
	if name == "" || !p.skip(']') || list && !p.skip(']') {
		return false
	}
	old, known := parent[name]
	p.table = map[string]any{}
	if !list {
		parent[name] = p.table
		return !known
	}
	lists, ok := old.([]map[string]any)
	parent[name] = append(lists, p.table)
	return ok || !known
}

func (p *plain) skip(c byte) bool {
	if p.pos < len(p.text) && p.text[p.pos] == c {
		p.pos++
		return true
	}
	return false
}

// pair reads key = value.
func (p *plain) pair() bool {
	name := p.name()
	for p.skip(' ') {
	}
	if _, known := p.table[name]; known || name == "" || !p.skip('=') {
		return false
	}
	for p.skip(' ') {
	}
	value, ok := p.value()
	p.table[name] = value
	return ok
}

// value reads a value of any sort but an inline table.
func (p *plain) value() (any, bool) {
	if p.pos == len(p.text) {
		return nil, false
	}
	switch p.text[p.pos] {
	case '"', '\'':
		return p.str()
	case '[':
		p.pos++
		return p.array()
	}
	start := p.pos
	for p.pos < len(p.text) && strings.IndexByte(" \t\n#,]", p.text[p.pos]) < 0 {
		p.pos++
	}
	return scalar(p.text[start:p.pos])
}

// scalar reads a number or boolean in its plainest form.
func scalar(word string) (any, bool) {
	switch {
	case word == "true", word == "false":
		return word == "true", true
	case word == "" || strings.Trim(word, "0123456789.") != "" || len(word) > 15 || word[0] == '0' && len(word) > 1 && word[1] != '.':
		return nil, false
	}
	whole, fraction, decimal := strings.Cut(word, ".")
	if !decimal {
		n, err := strconv.ParseInt(word, 10, 64)
		return n, err == nil
	}
	f, err := strconv.ParseFloat(word, 64)
	return f, err == nil && whole != "" && fraction != ""
}

// array reads the strings of an array, whose bracket is open.
func (p *plain) array() (any, bool) {
	list := p.list[:0]
	for {
		if p.blank(); p.skip(']') {
			p.list = list
			return append(make([]any, 0, len(list)), list...), true
		}
		if p.pos == len(p.text) || p.text[p.pos] != '"' && p.text[p.pos] != '\'' {
			return nil, false
		}
		s, ok := p.str()
		if !ok {
			return nil, false
		}
		list = append(list, s)
		if p.blank(); !p.skip(',') && (p.pos == len(p.text) || p.text[p.pos] != ']') {
			return nil, false
		}
	}
}

// str reads a string of one line: basic without escapes, literal, or literal in three quotes.
func (p *plain) str() (any, bool) {
	quote := p.text[p.pos : p.pos+1]
	switch {
	case strings.HasPrefix(p.text[p.pos:], `"""`):
		return nil, false
	case strings.HasPrefix(p.text[p.pos:], `'''`):
		quote = `'''`
	}
	p.pos += len(quote)
	n := strings.Index(p.text[p.pos:], quote)
	if n < 0 {
		return nil, false
	}
	s := p.text[p.pos : p.pos+n]
	p.pos += n + len(quote)
	if !isPlainText(s) || quote == `"` && strings.IndexByte(s, '\\') >= 0 || len(quote) == 3 && p.pos < len(p.text) && p.text[p.pos] == '\'' {
		return nil, false
	}
	return s, true
}

// isPlainText reports whether s has no control characters, and of those beyond ASCII none but in
// proper UTF-8.
func isPlainText(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\t' || c == 0x7f {
			return false
		} else if c >= 0x80 {
			return strings.ToValidUTF8(s, "") == s && strings.IndexFunc(s, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) < 0
		}
	}
	return true
}
