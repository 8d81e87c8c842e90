package inspect

import "bytes"

// wrapped reads a literal that stands in a call which leaves it as it is, such as
// []byte("..."), or behind a look-up as what holds without it: getenv("X") || "...".
func (p *parser) wrapped() (Span, bool) {
	i := p.pos
	limit := min(len(p.window), i+maxWrapper)
	for i < limit && !isQuote(p.window[i]) && p.window[i] != '\n' && p.window[i] != ';' && p.window[i] != '#' {
		i++
	}
	if i >= limit || !isQuote(p.window[i]) || i == p.pos {
		return Span{}, false
	}
	lead := bytes.TrimRight(p.window[p.pos:i], " \t")
	switch {
	case endsInOr(lead):
	case bytes.HasSuffix(lead, []byte("(")) && keepsLiteral(lead[:len(lead)-1]):
		p.pos = i
		v, ok := p.quotedValue()
		return v, ok && p.quoted && p.endsCall()
	case bytes.HasSuffix(lead, []byte("[")) || bytes.HasSuffix(lead, []byte("(")) && looksUp(lead[:len(lead)-1]):
		if i = p.afterLookup(i); i == 0 {
			return Span{}, false
		}
	default:
		return Span{}, false
	}
	p.pos = i
	v, ok := p.quotedValue()
	return v, ok && p.quoted
}

// endsCall reports whether a call ends here, or goes on with the name of an encoding: of encode("UTF-8", text)
// the literal is not what is given.
func (p *parser) endsCall() bool {
	if p.peek() != ',' {
		return true
	}
	p.pos++
	p.blanks()
	c := p.peek()
	return isQuote(c) || c == '\n' || c >= 'A' && c <= 'Z'
}

// afterLookup returns where the literal begins that stands in for what is looked up by the
// one at i: get("X", "..."), env["X"] || "...". It is 0 without one.
func (p *parser) afterLookup(i int) int {
	quote := p.window[i]
	end := bytes.IndexByte(p.window[i+1:min(len(p.window), i+maxWrapper)], quote)
	if end < 0 {
		return 0
	}
	at := i + end + 2
	limit := min(len(p.window), at+16)
	start := at
	for at < limit && !isQuote(p.window[at]) && p.window[at] != '\n' {
		at++
	}
	if at >= limit || !isQuote(p.window[at]) {
		return 0
	}
	between := bytes.TrimRight(p.window[start:at], " \t")
	if string(between) == "," || endsInOr(between) {
		return at
	}
	return 0
}

// endsInOr reports whether text ends in an operator that gives the default of what is before it.
func endsInOr(text []byte) bool {
	for _, operator := range [...]string{"||", "??", "?:", " or"} {
		if bytes.HasSuffix(text, []byte(operator)) {
			return true
		}
	}
	return false
}

// keepsLiteral reports whether a function gives back the text it is called with.
func keepsLiteral(function []byte) bool {
	start := len(function)
	for start > 0 && isWord(function[start-1]) {
		start--
	}
	switch string(function[start:]) {
	case "byte", "bytes", "string", "str", "String", "QString", "NSString", "from", "of", "SecretStr", "SecretString", "SecureString",
		"Some", "Secret", "text", "literal", "Buffer", "utf8", "encode", "b", "StringValue", "Ptr", "toCharArray":
		return true
	}
	return false
}

// looksUp reports whether a function reads a setting by its name.
func looksUp(function []byte) bool {
	start := len(function)
	for start > 0 && isWord(function[start-1]) {
		start--
	}
	name := function[start:]
	if equalFold(name, "get") || equalFold(name, "fetch") || equalFold(name, "env") || equalFold(name, "config") {
		return true
	}
	for i := 0; i+3 <= len(name); i++ {
		if equalFold(name[i:i+3], "env") {
			return true
		}
	}
	return equalFold(name, "getproperty") || equalFold(name, "getordefault")
}
