package inspect

import "bytes"

// closeKey steps over the quote, brackets and marks that end a name.
func (p *parser) closeKey() {
	start := p.pos
	if p.peek() == '\\' {
		p.pos++
	}
	if c := p.peek(); isQuote(c) {
		p.keyQuote = c
		p.pos++
	} else {
		p.pos = start
	}
	for p.peek() == '*' { // **name**
		p.pos++
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
	if p.peek() == '>' {
		return p.markup()
	}
	blank := p.peek() == ' ' || p.peek() == '\t'
	p.blanks()
	switch c := p.peek(); {
	case c == '(' && !blank:
		p.pos++
		return signCall
	case c == ',':
		return p.comma()
	case c == '|':
		return p.pipe()
	case c == '=':
		return p.equals()
	case c == ':':
		return p.colon()
	case c == '?' && p.at("?="):
		p.pos += 2
		return signEquals
	case p.keyQuote != 0 && c == '{':
		return p.block()
	case c == '{':
		return p.property()
	case c == '<' && p.at("</"):
		return p.nextElement()
	case p.keyQuote != 0 || c == '\n' || c == '\r':
		return p.valueAttribute()
	case blank:
		return p.afterBlank()
	}
	return signNone
}

// markup is the sign of an element: <name>...</name>, also with attributes, or one of which an
// attribute is the name, as in <entry key="name">...</entry>.
func (p *parser) markup() sign {
	before := byte(0)
	if p.key.Start > 0 {
		before = p.window[p.key.Start-1]
	}
	if before == '<' || before == ':' || p.keyQuote != 0 && p.keyQuote == before {
		p.pos++
		return signElement
	}
	return signNone
}

// comma is the sign of put("name", "value") and, where nothing stands before the name on its
// line, of a row "name,value". Of a list of names and other things it is none.
func (p *parser) comma() sign {
	p.pos++
	switch {
	case p.keyQuote != 0:
		before := p.lineBefore()
		if i := bytes.LastIndexAny(before, "([{"); i < 0 || before[i] != '(' {
			return signNone
		}
		return signComma
	case p.isOption():
		return signComma
	case p.peek() > ' ' && len(p.lineBefore()) == 0:
		return signCell
	}
	return signNone
}

// isOption reports whether a name is a constant that a call is given with the value next:
// setopt(handle, OPTION_PASSWORD, "value").
func (p *parser) isOption() bool {
	for _, c := range p.window[p.key.Start:p.key.End] {
		if c >= 'a' && c <= 'z' {
			return false
		}
	}
	before := p.lineBefore()
	if len(before) == 0 || before[len(before)-1] != ',' && before[len(before)-1] != '(' {
		return false
	}
	i := p.pos
	for i < len(p.window) && p.window[i] == ' ' {
		i++
	}
	return i < len(p.window) && isQuote(p.window[i]) && bytes.IndexByte(before, '(') > 0 && !bytes.ContainsAny(before, "[{")
}

// pipe is the sign in a table "| name | value |".
func (p *parser) pipe() sign {
	p.pos++
	if before := p.lineBefore(); p.peek() == ' ' && len(before) > 0 && before[len(before)-1] == '|' {
		return signCell
	}
	return signNone
}

// equals steps over =, => and ==.
func (p *parser) equals() sign {
	p.pos++
	switch p.peek() {
	case '~':
		return signNone
	case '=':
		for p.peek() == '=' {
			p.pos++
		}
		return signCompare
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
	for p.peek() == '*' { // **name:** value
		p.pos++
	}
	return signColon
}

// typeName steps over a type and an equals sign that stand before a quoted value:
// ": String = ". It reports false, and moves nothing, where there is none.
func (p *parser) typeName() bool {
	i := p.pos
	limit := min(len(p.window), i+maxTypeName)
	letters, words := 0, 0
	for ; i < limit; i++ {
		c := p.window[i]
		if isWord(c) && (i == p.pos || !isWord(p.window[i-1])) {
			words++
		}
		switch {
		case isWord(c):
			letters++
		case c == ' ', c == '&', c == '?', c == '.', c == '*', c == '[', c == ']', c == '\'' && letters == 0:
		case c == '=' && words > 1 && isWord(p.window[i-1]):
			return false // the parameter of a header: Authorization: Digest username="..."
		case c == '=' && letters > 0 && i+1 < len(p.window) && p.window[i+1] != '=' && p.window[i+1] != '>':
			for i++; i < limit && p.window[i] == ' '; i++ {
			}
			if i < limit && isQuote(p.window[i]) {
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

// block steps to the default value of a declaration: variable "name" { default = "..." }.
func (p *parser) block() sign {
	rest := p.window[p.pos:min(len(p.window), p.pos+maxValue)]
	if i := bytes.IndexByte(rest, '}'); i >= 0 {
		rest = rest[:i]
	}
	i := bytes.Index(rest, []byte("default"))
	if i < 0 {
		return signNone
	}
	p.pos += i + len("default")
	p.blanks()
	if p.peek() != '=' {
		return signNone
	}
	p.pos++
	return signEquals
}

// property steps over the accessors of a property of C#: Name { get; set; } = "...".
func (p *parser) property() sign {
	rest := p.window[p.pos:min(len(p.window), p.pos+maxBlank)]
	end := bytes.IndexByte(rest, '}')
	if end < 0 || !bytes.HasPrefix(bytes.TrimLeft(rest[1:end], " "), []byte("get")) {
		return signNone
	}
	p.pos += end + 1
	p.blanks()
	if p.peek() != '=' {
		return signNone
	}
	return p.equals()
}

// nextElement steps into the element that follows the one with the name, as property lists
// have it: <key>name</key><string>...</string>.
func (p *parser) nextElement() sign {
	const opening = "<string>"
	rest := p.window[p.pos:min(len(p.window), p.pos+maxBlank+len(opening))]
	i := bytes.Index(rest, []byte(opening))
	if i < 0 || bytes.Count(rest[:i], []byte{'<'}) != 1 {
		return signNone
	}
	p.pos += i + len(opening)
	return signElement
}

// afterBlank finds the signs that are only white space, and the types of Go and C.
func (p *parser) afterBlank() sign {
	key, before := p.window[p.key.Start:p.key.End], p.lineBefore()
	quote := p.peek() == '"' || p.peek() == '\''
	switch {
	case bytes.HasPrefix(key, []byte("--")):
		return signSpace
	case isLetter(p.peek()) && p.typeName():
		return signEquals
	case endsInCommand(before):
		return signSpace
	case quote && endsInArticle(before):
		return signNone // prose: the password "x" opens it
	case quote && (len(before) == 0 || before[0] == '$' || isPasswordWord(key)):
		return signSpace
	case bytes.Contains(before, []byte("login ")) && bytes.HasPrefix(before, []byte("machine ")): // .netrc
		return signSpace
	}
	return signNone
}

// endsInArticle reports whether text ends in a word that stands before a noun in a sentence.
func endsInArticle(before []byte) bool {
	for _, article := range [...]string{" the", " your", " this"} {
		if bytes.HasSuffix(before, []byte(article)) {
			return true
		}
	}
	return false
}

// endsInCommand reports whether a line begins with what sets the name after it.
func endsInCommand(before []byte) bool {
	for _, command := range [...]string{"#define", "ENV", "ARG", `\set`, "setx", "setenv", "set"} {
		if string(before) == command {
			return true
		}
	}
	return false
}

// isPasswordWord reports whether a name is the word alone, as in SQL and in sentences.
func isPasswordWord(key []byte) bool {
	return equalFold(key, "password") || equalFold(key, "passwd") || equalFold(key, "passphrase") ||
		len(key) > len("identified") && equalFold(key[:len("identified")], "identified")
}
