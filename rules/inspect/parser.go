package inspect

import "bytes"

// parser reads what follows a name: the sign, then the value. It allocates nothing and looks
// no further than its bounds.
type parser struct {
	window []byte
	pos    int
	key    Span // the name
	quoted bool // the value stands in quotes

	keyQuote    byte // the quote round the name, 0 for none
	schemeQuote byte // the quote before a scheme that was stepped over, 0 for none
	sign        sign
}

// sign is how a name is given its value.
type sign int

const (
	signNone    sign = iota
	signEquals       // = := => ?=
	signColon        // :
	signCall         // name("...")
	signComma        // put("name", "...")
	signElement      // <name>...</name>
	signSpace        // --name ...  #define NAME "..."  ENV NAME ...
	signCompare      // name == "..."
	signCell         // | name | ... |  and  name,...
)

// value returns the span of the value, without quotes. ok is false where nothing is
// assigned, or no literal.
func (p *parser) value() (Span, bool) {
	p.closeKey()
	switch p.sign = p.readSign(); p.sign {
	case signNone:
		return Span{}, false
	case signElement:
		return p.element()
	case signCell:
		return p.cell()
	}
	if !p.toValue() {
		return Span{}, false
	}
	v, ok := p.literal()
	if !ok {
		return Span{}, false
	}
	return p.fallback(v), true
}

// literal reads the value as it stands.
func (p *parser) literal() (Span, bool) {
	p.scheme()
	if v, ok := p.quotedValue(); p.quoted {
		return v, ok
	}
	if v, ok := p.wrapped(); ok {
		return v, true
	}
	switch p.sign {
	case signCall, signComma, signCompare:
		return Span{}, false
	}
	return p.bareValue()
}

// setsVariable reports whether the name is that of a variable of the environment, which is set
// as a shell, an env file or a container's configuration does it: NAME=value, NAME: value.
func (p *parser) setsVariable() bool {
	if p.quoted && p.sign != signColon || p.sign != signEquals && p.sign != signColon {
		return false
	}
	key := p.window[p.key.Start:p.key.End]
	for _, c := range key {
		if c >= 'a' && c <= 'z' || c == '.' {
			return false
		}
	}
	return bytes.IndexByte(key, '_') > 0 && (p.sign == signColon || p.key.End+1 < len(p.window) && p.window[p.key.End] == '=' && p.window[p.key.End+1] > ' ')
}

// setsOption reports whether the name is an option of a command, and the value its next word.
func (p *parser) setsOption() bool {
	return p.sign == signSpace && hasAt(p.window, p.key.Start, "--")
}

func (p *parser) peek() byte {
	if p.pos < len(p.window) {
		return p.window[p.pos]
	}
	return 0
}

func (p *parser) at(text string) bool { return hasAt(p.window, p.pos, text) }

// hasAt reports whether text stands at i of the window.
func hasAt(window []byte, i int, text string) bool {
	return i >= 0 && len(window)-i >= len(text) && string(window[i:i+len(text)]) == text
}

func (p *parser) blanks() {
	limit := min(len(p.window), p.pos+maxBlank)
	for p.pos < limit && (p.window[p.pos] == ' ' || p.window[p.pos] == '\t') {
		p.pos++
	}
}

// lineBefore returns what stands before the name on its line, without white space at its ends.
func (p *parser) lineBefore() []byte {
	end := p.key.Start
	if p.keyQuote != 0 && end > 0 {
		end--
	}
	start := end
	for start > 0 && end-start < maxValue && p.window[start-1] != '\n' {
		start--
	}
	for start < end && p.window[start] <= ' ' {
		start++
	}
	for end > start && p.window[end-1] <= ' ' {
		end--
	}
	return p.window[start:end]
}

func isQuote(c byte) bool { return c == '"' || c == '\'' || c == '`' }
