package inspect

import "bytes"

// parser reads what follows a key: the sign, then the value.
type parser struct {
	window []byte
	pos    int
	key    Span
	quoted bool // the value stands in quotes

	keyQuote byte // the quote round the key, 0 for none
	sign     sign
}

// sign is how a key is given its value.
type sign int

const (
	signNone    sign = iota
	signEquals       // = := => ?=
	signColon        // :
	signCall         // name("...")
	signComma        // put("name", "...")
	signElement      // <name>...</name>
	signSpace        // --name ...  #define NAME "..."
)

// value returns the span of the value, without quotes. ok is false where nothing is
// assigned, or no literal.
func (p *parser) value() (Span, bool) {
	p.closeKey()
	if p.sign = p.readSign(); p.sign == signNone {
		return Span{}, false
	}
	if p.sign == signElement {
		return p.element()
	}
	if !p.toValue() {
		return Span{}, false
	}
	if v, ok := p.quotedValue(); p.quoted {
		return v, ok
	}
	switch p.sign {
	case signCall, signComma:
		return Span{}, false
	}
	return p.bareValue()
}

func (p *parser) peek() byte {
	if p.pos < len(p.window) {
		return p.window[p.pos]
	}
	return 0
}

func (p *parser) at(text string) bool {
	return len(p.window)-p.pos >= len(text) && string(p.window[p.pos:p.pos+len(text)]) == text
}

func (p *parser) blanks() {
	limit := min(len(p.window), p.pos+maxBlank)
	for p.pos < limit && (p.window[p.pos] == ' ' || p.window[p.pos] == '\t') {
		p.pos++
	}
}

// closeKey steps over the quote and bracket that end a key.
func (p *parser) closeKey() {
	start := p.pos
	if p.peek() == '\\' {
		p.pos++
	}
	switch c := p.peek(); c {
	case '"', '\'', '`':
		p.keyQuote = c
		p.pos++
	default:
		p.pos = start
	}
	if c := p.peek(); c == ']' || c == '[' {
		for n := 0; n < 6 && p.pos < len(p.window); n++ {
			p.pos++
			if p.window[p.pos-1] == ']' {
				break
			}
		}
	}
}

// readSign steps over the sign.
func (p *parser) readSign() sign {
	if p.peek() == '>' && p.key.Start > 0 && (p.window[p.key.Start-1] == '<' || p.window[p.key.Start-1] == ':') {
		p.pos++
		return signElement
	}
	blank := p.peek() == ' ' || p.peek() == '\t'
	p.blanks()
	switch c := p.peek(); {
	case c == '(' && !blank:
		p.pos++
		return signCall
	case c == ',' && p.keyQuote != 0:
		p.pos++
		return signComma
	case c == '=':
		return p.equals()
	case c == ':':
		return p.colon()
	case c == '?' && p.at("?="):
		p.pos += 2
		return signEquals
	case p.keyQuote != 0 || c == '\n' || c == '\r':
		return p.valueAttribute()
	case blank:
		return p.afterBlank()
	}
	return signNone
}

// equals steps over = and =>, but is no sign for comparisons.
func (p *parser) equals() sign {
	p.pos++
	switch p.peek() {
	case '=', '~':
		return signNone
	case '>':
		p.pos++
	}
	return signEquals
}

// colon steps over : and :=, and over a type between name and value.
func (p *parser) colon() sign {
	p.pos++
	switch p.peek() {
	case ':', '/':
		return signNone
	case '=':
		p.pos++
		return signEquals
	}
	if p.keyQuote == 0 && p.typeName() {
		return signEquals
	}
	return signColon
}

// typeName steps over a type and an equals sign that stand before a quoted value:
// ": String = ". It reports false, and moves nothing, where there is none.
func (p *parser) typeName() bool {
	i := p.pos
	limit := min(len(p.window), i+maxTypeName)
	letters := 0
	for ; i < limit; i++ {
		switch c := p.window[i]; {
		case isWord(c):
			letters++
		case c == ' ', c == '&', c == '?', c == '.', c == '*', c == '[', c == ']', c == '\'' && letters == 0:
		case c == '=' && letters > 0 && i+1 < len(p.window) && p.window[i+1] != '=' && p.window[i+1] != '>':
			for i++; i < limit && p.window[i] == ' '; i++ {
			}
			if i < limit && (p.window[i] == '"' || p.window[i] == '\'' || p.window[i] == '`') {
				p.pos = i
				return true
			}
			return false
		default:
			return false
		}
	}
	return false
}

// valueAttribute steps to the value of a pair such as key="name" value="..." in XML or
// "name: X" over "value: ..." in YAML and JSON.
func (p *parser) valueAttribute() sign {
	limit := min(len(p.window), p.pos+maxBlank)
	i, lines := p.pos, 0
	for ; i < limit; i++ {
		switch c := p.window[i]; c {
		case '\n':
			if lines++; lines > 1 {
				return signNone
			}
		case ' ', '\t', '\r', ',', '"', '\'':
		default:
			limit = i
		}
	}
	i = limit
	if i+5 >= len(p.window) || !equalFold(p.window[i:i+5], "value") {
		return signNone
	}
	i += 5
	if p.window[i] == '"' || p.window[i] == '\'' {
		i++
	}
	if i < len(p.window) && (p.window[i] == '=' || p.window[i] == ':') {
		p.pos = i + 1
		return signEquals
	}
	return signNone
}

// afterBlank finds the signs that are only white space, and Go's and C's types.
func (p *parser) afterBlank() sign {
	key := p.window[p.key.Start:p.key.End]
	quote := p.peek() == '"' || p.peek() == '\''
	switch {
	case bytes.HasPrefix(key, []byte("--")):
		return signSpace
	case quote && (endsInWord(p.window[:p.key.Start], "#define") || p.peek() == '\'' && string(key) == "PASS"+"WORD"):
		return signSpace
	case isLetter(p.peek()) && p.typeName():
		return signEquals
	}
	return signNone
}

// endsInWord reports whether text ends in a word and blanks.
func endsInWord(text []byte, word string) bool {
	text = bytes.TrimRight(text, " \t")
	return bytes.HasSuffix(text, []byte(word))
}

// toValue steps to the first byte of the value. A quoted value may start on the next
// line.
func (p *parser) toValue() bool {
	p.blanks()
	if c := p.peek(); c == '\n' || c == '\r' || c == '(' && p.sign != signCall {
		limit := min(len(p.window), p.pos+maxBlank)
		i, lines := p.pos, 0
		for i < limit && (p.window[i] <= ' ' || p.window[i] == '(') {
			if p.window[i] == '\n' {
				lines++
			}
			i++
		}
		if lines > 1 || i == limit || p.window[i] != '"' && p.window[i] != '\'' {
			return false
		}
		p.pos = i
	}
	return p.pos < len(p.window)
}

// quotedValue reads a literal in quotes, also escaped ones ("\"name\": \"value\"") and
// with a prefix such as b or N. p.quoted tells whether there are quotes at all.
func (p *parser) quotedValue() (Span, bool) {
	i := p.pos
	if isLetter(p.peek()) || p.peek() == '@' {
		i++
	}
	escaped := i < len(p.window) && p.window[i] == '\\'
	if escaped {
		i++
	}
	if i >= len(p.window) {
		return Span{}, false
	}
	quote := p.window[i]
	if quote != '"' && quote != '\'' && quote != '`' {
		return Span{}, false
	}
	p.quoted = true
	start := i + 1
	limit := min(len(p.window), start+maxValue+1)
	for i = start; i < limit; i++ {
		switch c := p.window[i]; {
		case c == '\n' || c == '\r':
			return Span{}, false
		case c == '\\' && escaped:
			return Span{start, i}, i+1 < limit && p.window[i+1] == quote
		case c == '\\':
			return Span{}, false // an escape: text for people or a pattern
		case c == quote:
			p.pos = i + 1
			return Span{start, i}, p.literalEnds(quote)
		}
	}
	return Span{}, false
}

// literalEnds reports whether a quoted literal is the whole value: nothing is joined to
// it, formatted into it or keyed by it.
func (p *parser) literalEnds(quote byte) bool {
	if p.peek() == quote { // triple quotes
		return false
	}
	p.blanks()
	switch p.peek() {
	case '+', '%', '&':
		return false
	case ':', '=':
		return p.sign != signComma
	case '.':
		return !p.at(".format") && !p.at(". ") && !p.at(".join") && !p.at("..")
	}
	return true
}

// element reads the text of an XML element.
func (p *parser) element() (Span, bool) {
	start := p.pos
	limit := min(len(p.window), start+maxValue+2)
	for i := start; i+1 < limit; i++ {
		switch c := p.window[i]; {
		case c == '<':
			return Span{start, i}, p.window[i+1] == '/'
		case c <= ' ':
			return Span{}, false
		}
	}
	return Span{}, false
}

// bareValue reads a value without quotes, to the end of the line or a comment. More text
// on the line makes it an expression or a sentence.
func (p *parser) bareValue() (Span, bool) {
	start := p.pos
	limit := min(len(p.window), start+maxValue+1)
	i := start
	for i < limit && !isBareEnd(p.window[i]) {
		i++
	}
	end := i
	if i == limit && i < len(p.window) {
		return Span{}, false
	}
	for i < len(p.window) && i-end < maxBlank && (p.window[i] == ' ' || p.window[i] == '\t' || p.window[i] == '\r') {
		i++
	}
	if i == len(p.window) {
		return Span{start, end}, true
	}
	switch c := p.window[i]; c {
	case '\n':
		return Span{start, end}, true
	case '#', '\\', '-', '"', '\'', '`':
		// A comment, the next line or option of a command, or the end of a
		// string that holds the command.
		return Span{start, end}, c == '"' || c == '\'' || c == '`' || i > end
	case '&', ';', '|':
		return Span{start, end}, p.sign != signColon
	}
	return Span{start, end}, i > end && bytes.HasPrefix(p.window[p.key.Start:p.key.End], []byte("--"))
}

func isBareEnd(c byte) bool {
	switch c {
	case '"', '\'', '`', ',', ';', '(', ')', '[', ']', '{', '}', '<', '>', '|', '&', '\\':
		return true
	}
	return c <= ' ' || c >= 0x7f
}
