package inspect

import "bytes"

// members reads the members of an object in JSON, in a literal of a programming
// language, or in YAML. Only those whose value is text are kept.
type members struct {
	window []byte
	pos    int
	found  map[string]Span
}

func (p *members) text(s Span) []byte { return p.window[s.Start:s.End] }

// object reads the object that holds the member at hit and returns its range: from its
// brace to the closing one, or the lines of a mapping in YAML.
func (p *members) object(hit Span) (Span, bool) {
	p.found = make(map[string]Span, 12)
	start, ok := openingBrace(p.window, hit.Start)
	if !ok {
		return p.mapping(hit)
	}
	p.pos = start + 1
	for p.blank(); p.pos < len(p.window) && p.window[p.pos] != '}'; p.blank() {
		before := p.pos
		if name, ok := p.name(); ok {
			if value, ok := p.value(); ok {
				if _, twice := p.found[name]; twice {
					return Span{}, false // no object, and it is not read once more for each
				}
				p.found[name] = value
			}
		}
		p.pos = max(p.pos, before+1)
	}
	return Span{start, min(p.pos+1, len(p.window))}, true
}

// mapping reads the lines round hit that are indented like its own.
func (p *members) mapping(hit Span) (Span, bool) {
	start := lineStart(p.window, hit.Start)
	indent := hit.Start - start
	if len(bytes.Trim(p.window[start:hit.Start], " -\"'")) > 0 {
		return Span{}, false
	}
	for start > 0 && hit.Start-start < maxJWK {
		above := lineStart(p.window, start-1)
		if !isMember(p.window[above:start-1], indent) {
			break
		}
		start = above
		if bytes.HasPrefix(bytes.TrimLeft(p.window[above:], " "), []byte("- ")) {
			break // the first of a list's item
		}
	}
	end := start
	for first := true; end < len(p.window); first = false {
		next := len(p.window)
		if i := bytes.IndexByte(p.window[end:], '\n'); i >= 0 {
			next = end + i
		}
		line := p.window[end:next]
		if !isMember(line, indent) || !first && bytes.HasPrefix(bytes.TrimLeft(line, " "), []byte("- ")) {
			break
		}
		p.pos = end + len(line) - len(bytes.TrimLeft(line, " -"))
		if name, ok := p.name(); ok {
			if value, ok := p.value(); ok {
				p.found[name] = value
			}
		}
		end = min(next+1, len(p.window))
	}
	return Span{start, end}, end > hit.End
}

// isMember reports whether a line begins at an indent, which a "- " may be part of.
func isMember(line []byte, indent int) bool {
	content := bytes.TrimLeft(line, " -\"'")
	return len(line)-len(content) == indent && bytes.IndexByte(content, ':') > 0
}

func lineStart(window []byte, pos int) int { return bytes.LastIndexByte(window[:pos], '\n') + 1 }

// openingBrace returns the place of the brace that is open at pos. It gives up at what no
// key has, a second "kty" and objects within objects, so that a text of nothing but those
// is not gone over again for each.
func openingBrace(window []byte, pos int) (int, bool) {
	const deepest = 3
	depth := 0
	for i := pos - 1; i >= max(0, pos-maxJWK) && depth <= deepest; i-- {
		switch window[i] {
		case '}', ']', ')':
			depth++
		case '{', '[', '(':
			if depth == 0 {
				return i, window[i] == '{'
			}
			depth--
		case 'k':
			if depth == 0 && i+3 < pos && window[i+1] == 't' && window[i+2] == 'y' && !isWord(window[i+3]) && (i == 0 || !isWord(window[i-1])) {
				return 0, false
			}
		}
	}
	return 0, false
}

// blank skips white space, commas, comments and the escapes of a JSON text in a string.
func (p *members) blank() {
	for p.pos < len(p.window) {
		rest := p.window[p.pos:]
		switch c := rest[0]; {
		case c <= ' ' || c == ',' || c == ';':
			p.pos++
		case c == '\\' && len(rest) > 1 && (rest[1] == 'n' || rest[1] == 't' || rest[1] == 'r' || rest[1] == '\n'):
			p.pos += 2
		case c == '#' || bytes.HasPrefix(rest, []byte("//")):
			if i := bytes.IndexByte(rest, '\n'); i >= 0 {
				p.pos += i
			} else {
				p.pos = len(p.window)
			}
		case bytes.HasPrefix(rest, []byte("/*")):
			if i := bytes.Index(rest, []byte("*/")); i >= 0 {
				p.pos += i + 2
			} else {
				p.pos = len(p.window)
			}
		default:
			return
		}
	}
}

// quoteEntities are quotes in XML and HTML.
var quoteEntities = [...]string{"&quot;", "&#34;", "&apos;", "&#39;"}

// quote skips a quote, with backslashes before it, and returns its first byte, 0 for
// none.
func (p *members) quote() byte {
	for _, entity := range quoteEntities {
		if bytes.HasPrefix(p.window[p.pos:], []byte(entity)) {
			p.pos += len(entity)
			return '&'
		}
	}
	i := p.pos
	for i < len(p.window) && i < p.pos+4 && p.window[i] == '\\' {
		i++
	}
	if i < len(p.window) && (p.window[i] == '"' || p.window[i] == '\'' || p.window[i] == '`') {
		p.pos = i + 1
		if rest := p.window[p.pos:]; len(rest) > 1 && rest[0] == '"' && (isWord(rest[1]) || rest[1] == ':') {
			p.pos++ // doubled, as in a field of CSV
		}
		return p.window[i]
	}
	return 0
}

// name reads the name of a member, quoted or not.
func (p *members) name() (string, bool) {
	if p.pos < len(p.window) && p.window[p.pos] == ':' { // a symbol of Ruby
		p.pos++
	}
	p.quote()
	start := p.pos
	for p.pos < len(p.window) && p.pos-start < 64 && (isWord(p.window[p.pos]) || p.window[p.pos] == '#') {
		p.pos++
	}
	return string(p.window[start:p.pos]), p.pos > start
}

// value reads the sign behind a name and the value behind that. ok is false for values
// that are no text.
func (p *members) value() (value Span, ok bool) {
	p.quote() // the one that closes the name
	for p.pos < len(p.window) && (p.window[p.pos] == ' ' || p.window[p.pos] == '\t' || p.window[p.pos] == ']') {
		p.pos++
	}
	switch rest := p.window[p.pos:]; {
	case bytes.HasPrefix(rest, []byte("=>")), bytes.HasPrefix(rest, []byte(":=")):
		p.pos += 2
	case len(rest) > 0 && (rest[0] == ':' || rest[0] == '='):
		p.pos++
	default:
		return Span{}, false
	}
	for p.pos < len(p.window) && p.window[p.pos] <= ' ' {
		p.pos++
	}
	if quote := p.quote(); quote != 0 {
		end := p.pos
		for end < len(p.window) && p.window[end] != quote && p.window[end] >= ' ' {
			end++
		}
		value = Span{p.pos, end}
		if p.pos = end; p.quote() == 0 {
			p.pos = min(end+1, len(p.window))
		}
		if quote == '"' && p.pos < len(p.window) && p.window[p.pos] == quote { // doubled
			p.pos++
		}
		for value.End > value.Start && p.window[value.End-1] == '\\' {
			value.End--
		}
		return value, true
	}
	start, depth := p.pos, 0
	for ; p.pos < len(p.window); p.pos++ {
		switch p.window[p.pos] {
		case '{', '[', '(':
			depth++
			continue
		case '}', ']', ')':
			if depth--; depth >= 0 {
				continue
			}
		case ',', '\n', '\r':
			if depth > 0 {
				continue
			}
		default:
			continue
		}
		break
	}
	value = Span{start, p.pos}
	for value.End > start && p.window[value.End-1] <= ' ' {
		value.End--
	}
	return value, value.Len() > 0 && !bytes.ContainsAny(p.text(value), "{[( ")
}
