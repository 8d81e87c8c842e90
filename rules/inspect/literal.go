package inspect

import "bytes"

// toValue steps to the first byte of the value. It may stand on the next line: in quotes, in
// parentheses, or indented below its name as in YAML.
func (p *parser) toValue() bool {
	p.blanks()
	if c := p.peek(); c == '\n' || c == '\r' || c == '(' && p.sign != signCall || p.atBlockScalar() {
		limit := min(len(p.window), p.pos+maxBlank)
		i, lines, indent := p.pos, 0, 0
		if p.atBlockScalar() {
			for i < limit && p.window[i] != '\n' {
				i++
			}
		}
		for i < limit && (p.window[i] <= ' ' || p.window[i] == '(') {
			if indent++; p.window[i] == '\n' {
				lines++
				indent = -1
			}
			i++
		}
		if lines > 1 || i == limit || !isQuote(p.window[i]) && !(p.sign == signColon && lines == 1 && indent >= p.indent()+1) {
			return false
		}
		p.pos = i
	}
	return p.pos < len(p.window)
}

// atBlockScalar reports whether a block scalar of YAML follows: | or > and the line's end.
func (p *parser) atBlockScalar() bool {
	if c := p.peek(); p.sign != signColon || c != '|' && c != '>' {
		return false
	}
	i := p.pos + 1
	for i < len(p.window) && (p.window[i] == '-' || p.window[i] == '+' || p.window[i] == ' ' || p.window[i] == '\r') {
		i++
	}
	return i < len(p.window) && p.window[i] == '\n'
}

// indent returns how many blanks stand before the first byte of the name's line.
func (p *parser) indent() int {
	start := p.key.Start
	for start > 0 && p.key.Start-start < maxValue && p.window[start-1] != '\n' {
		start--
	}
	n := 0
	for start+n < p.key.Start && p.window[start+n] == ' ' {
		n++
	}
	return n
}

// scheme steps over the scheme of an Authorization header: "Bearer ...", also in quotes and in a URL.
func (p *parser) scheme() {
	i := p.pos
	if i < len(p.window) && isQuote(p.window[i]) {
		i++
	}
	for _, scheme := range [...]string{"bearer ", "bearer%20", "basic%20", "token ", "apikey ", "api-key ", "key "} {
		if len(p.window)-i > len(scheme) && equalFold(p.window[i:i+len(scheme)], scheme) {
			if p.pos = i + len(scheme); i > 0 && isQuote(p.window[i-1]) {
				p.schemeQuote = p.window[i-1]
			}
			return
		}
	}
}

// quotedValue reads a literal in quotes, also escaped ones ("\"name\": \"value\"") and
// with a prefix such as b or N. p.quoted tells whether there are quotes at all.
func (p *parser) quotedValue() (Span, bool) {
	i := p.pos
	if p.schemeQuote != 0 {
		p.quoted = true
		return p.toQuote(i, p.schemeQuote, false)
	}
	if isLetter(p.peek()) || p.peek() == '@' {
		i++
	}
	escaped := i < len(p.window) && p.window[i] == '\\'
	if escaped {
		i++
	}
	if i >= len(p.window) || !isQuote(p.window[i]) {
		return Span{}, false
	}
	p.quoted = true
	return p.toQuote(i+1, p.window[i], escaped)
}

// toQuote reads from start to the closing quote.
func (p *parser) toQuote(start int, quote byte, escaped bool) (Span, bool) {
	limit := min(len(p.window), start+maxValue+1)
	for i := start; i < limit; i++ {
		switch c := p.window[i]; {
		case c == '\n' || c == '\r':
			return Span{}, false
		case c == '\\' && escaped:
			return Span{start, i}, i+1 < limit && p.window[i+1] == quote
		case c == '\\':
			if p.sign != signComma && i+1 < limit && (p.window[i+1] == 'n' || p.window[i+1] == 'r') && i+3 < limit && p.window[i+2] == quote {
				p.pos = i + 3 // a line end that is part of the string
				return Span{start, i}, p.literalEnds(quote)
			}
			return Span{}, false // an escape: text for people or a pattern
		case c == quote:
			p.pos = i + 1
			return Span{start, i}, p.literalEnds(quote) && !(p.peek() == '.' && i > start && isJoint(p.window[i-1]))
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
		return p.peek() == '&' && p.at("&&")
	case ':', '=':
		return p.sign != signComma
	case '.':
		return !p.at(".format") && !p.at(". ") && !p.at(".join") && !p.at("..")
	}
	return true
}

// isJoint reports whether c, at the end of a literal, shows that something is joined to it.
func isJoint(c byte) bool { return c == '-' || c == '_' || c == ':' || c == '/' }

// fallback narrows a variable with a default to that: ${NAME:-value}, ${name:value}.
func (p *parser) fallback(v Span) Span {
	text := p.window[v.Start:v.End]
	if len(text) < 6 || text[0] != '$' || text[1] != '{' || text[len(text)-1] != '}' {
		return v
	}
	i := bytes.IndexByte(text, ':')
	if i < 0 || bytes.IndexByte(text[2:], '{') >= 0 {
		return v
	}
	if i++; text[i] == '-' || text[i] == '=' {
		i++
	}
	return Span{v.Start + i, v.End - 1}
}

// element reads the text of an XML element.
func (p *parser) element() (Span, bool) {
	for p.peek() == ' ' || p.peek() == '\n' || p.peek() == '\r' || p.peek() == '\t' {
		p.pos++
	}
	start := p.pos
	limit := min(len(p.window), start+maxValue+2)
	for i := start; i+1 < limit; i++ {
		switch c := p.window[i]; {
		case c == '<':
			return Span{start, i}, p.window[i+1] == '/'
		case c <= ' ':
			end := i
			for i+1 < limit && p.window[i] <= ' ' {
				i++
			}
			return Span{start, end}, p.window[i] == '<' && p.window[i+1] == '/'
		}
	}
	return Span{}, false
}

// cell reads the cell of a table, or of a row of values between commas.
func (p *parser) cell() (Span, bool) {
	p.blanks()
	if isQuote(p.peek()) {
		p.pos++
	}
	start := p.pos
	for p.pos < len(p.window) && p.pos-start < maxValue && !isBareEnd(p.window[p.pos]) {
		p.pos++
	}
	end := p.pos
	if isQuote(p.peek()) {
		p.pos++
	}
	p.blanks()
	c := p.peek()
	return Span{start, end}, end > start && (c == 0 || c == '\n' || c == '\r' || c == '|' || c == ',')
}

// bareValue reads a value without quotes, to the end of the line or a comment. More text
// on the line makes it an expression or a sentence.
func (p *parser) bareValue() (Span, bool) {
	start := p.pos
	limit := min(len(p.window), start+maxValue+1)
	i := start
	if p.at("${") { // a variable with its default
		for i < limit && p.window[i] != '}' && p.window[i] > ' ' {
			i++
		}
		i = min(i+1, len(p.window))
	}
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
	case '&', ';', '|', '<':
		return Span{start, end}, p.sign != signColon || c == '<'
	case ',', '}', ')', ']':
		return Span{start, end}, i == end || p.sign == signColon && c == '}' // the next of several settings
	}
	// More settings or words of a command: "A=x B=y", "--password x host".
	return Span{start, end}, i > end && (bytes.HasPrefix(p.window[p.key.Start:p.key.End], []byte("--")) ||
		p.sign == signEquals && p.settingsFollow(i) || p.sign == signSpace)
}

// settingsFollow reports whether the text at i is another NAME=value, or what a command with
// variables set before it runs.
func (p *parser) settingsFollow(i int) bool {
	if p.pos == 0 || p.window[p.pos-1] != '=' { // "a = b c" is no list of settings
		return false
	}
	for n := 0; i < len(p.window) && n < maxKeyPart; n++ {
		switch c := p.window[i]; {
		case c == '=' && n > 0:
			return true
		case !isWord(c) && c != '-' && c != '.' && c != '/':
			return n > 0 && (c == ' ' || c == '\n') && endsInSetter(p.lineBefore())
		}
		i++
	}
	return false
}

// endsInSetter reports whether a line begins with what takes settings for a command.
func endsInSetter(before []byte) bool {
	return len(before) == 0 || bytes.HasSuffix(before, []byte("-e")) || bytes.HasSuffix(before, []byte("export")) ||
		bytes.HasSuffix(before, []byte("$")) || bytes.HasSuffix(before, []byte("env")) || bytes.HasSuffix(before, []byte("--env"))
}

func isBareEnd(c byte) bool {
	switch c {
	case '"', '\'', '`', ',', ';', '(', ')', '[', ']', '{', '}', '<', '>', '|', '&', '\\':
		return true
	}
	return c <= ' ' || c >= 0x7f
}

// inner finds the value in a literal that is an object itself: {"sig": "...", "name": "..."},
// its quotes escaped or not. It is the one drawn text in it.
func (p *parser) inner() (Span, bool) {
	i := p.pos
	for i < len(p.window) && (isQuote(p.window[i]) || p.window[i] == '\\') {
		i++
	}
	if i >= len(p.window) || p.window[i] != '{' {
		return Span{}, false
	}
	limit := min(len(p.window), i+maxValue)
	for start := i; start < limit && p.window[start] != '\n'; start++ {
		end := start
		for end < limit && (isWord(p.window[end]) || p.window[end] == '-' || p.window[end] == '+' || p.window[end] == '/') {
			end++
		}
		if end-start >= minInner && end < limit && (p.window[end] == '\\' || isQuote(p.window[end])) {
			if s := shapeOf(p.window[start:end]); s.random() {
				return Span{start, end}, true
			}
		}
		start = end
	}
	return Span{}, false
}

// minInner is the length of the shortest value that is looked for inside a literal, in bytes.
const minInner = 24
