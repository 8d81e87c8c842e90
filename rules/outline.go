package rules

import (
	"fmt"
	"strings"
)

// outline tells on which line each key and table of a TOML document stands, by
// full path with indices: "rules[2].allowlists[0].regexes". The TOML library
// keeps positions to itself; messages about a rule need them.
//
// It is made from documents the library has accepted, so it need not judge
// syntax. Keys inside inline tables are not listed; [outline.line] falls back
// to the table that holds them.
type outline map[string]int

// line returns the line of path (of its first table, for an array of tables), or of
// the nearest path above that is listed.
func (o outline) line(path string) int {
	if line, ok := o[path+"[0]"]; ok {
		return line
	}
	for path != "" {
		if line, ok := o[path]; ok {
			return line
		}
		path = path[:max(strings.LastIndexByte(path, '.'), strings.LastIndexByte(path, '['), 0)]
	}
	return 1
}

// outlineOf lists the keys and tables of a document.
func outlineOf(doc string) outline {
	s := scanner{doc: doc, line: 1}
	o := outline{}
	count := map[string]int{} // tables so far of each array of tables, by indexed path
	table := ""
	for s.skipBlank(); s.more(); s.skipBlank() {
		at := s.pos
		line := s.line
		if s.peek() == '[' {
			array := strings.HasPrefix(s.doc[s.pos:], "[[")
			s.pos += 1
			if array {
				s.pos++
			}
			table = indexed(s.key(), count, array)
			o[table] = line
			s.skipLine()
			continue
		}
		path := strings.Join(s.key(), ".")
		if table != "" {
			path = table + "." + path
		}
		if _, ok := o[path]; !ok {
			o[path] = line
		}
		s.skipValue()
		if s.pos == at { // no progress: not TOML after all
			return o
		}
	}
	return o
}

// indexed turns the key of a table header into a path, with the index of the
// newest table wherever a part names an array of tables.
func indexed(key []string, count map[string]int, array bool) string {
	path := ""
	for i, part := range key {
		if path != "" {
			path += "."
		}
		path += part
		if i == len(key)-1 && array {
			count[path]++
		}
		if n := count[path]; n > 0 {
			path = fmt.Sprintf("%s[%d]", path, n-1)
		}
	}
	return path
}

// scanner walks over a TOML document, counting lines.
type scanner struct {
	doc  string
	pos  int
	line int
}

func (s *scanner) more() bool { return s.pos < len(s.doc) }

func (s *scanner) peek() byte { return s.doc[s.pos] }

// next steps over one byte.
func (s *scanner) next() {
	if s.doc[s.pos] == '\n' {
		s.line++
	}
	s.pos++
}

// skipLine steps to the end of the line.
func (s *scanner) skipLine() {
	for s.more() && s.peek() != '\n' {
		s.pos++
	}
}

// skipBlank steps over white space, line ends and comments.
func (s *scanner) skipBlank() {
	for s.more() {
		switch s.peek() {
		case ' ', '\t', '\r', '\n':
			s.next()
		case '#':
			s.skipLine()
		default:
			return
		}
	}
}

// key reads a dotted key up to the '=' or ']' that ends it.
func (s *scanner) key() []string {
	var parts []string
	start := s.pos
	flush := func(end int) { parts = append(parts, strings.Trim(s.doc[start:end], " \t\"'")) }
	for s.more() {
		switch s.peek() {
		case '=', ']', '\n':
			flush(s.pos)
			return parts
		case '.':
			flush(s.pos)
			start = s.pos + 1
			s.pos++
		case '"', '\'':
			s.skipString()
		default:
			s.pos++
		}
	}
	flush(s.pos)
	return parts
}

// skipValue steps over "= value" to the end of the statement.
func (s *scanner) skipValue() {
	depth := 0
	for s.more() {
		switch c := s.peek(); c {
		case '"', '\'':
			s.skipString()
			continue
		case '[', '{':
			depth++
		case ']', '}':
			depth--
		case '#':
			s.skipLine()
			continue
		case '\n':
			if depth <= 0 {
				return
			}
		}
		s.next()
	}
}

// skipString steps over a string of any of the four kinds.
func (s *scanner) skipString() {
	quote := s.doc[s.pos : s.pos+1]
	if triple := strings.Repeat(quote, 3); strings.HasPrefix(s.doc[s.pos:], triple) {
		quote = triple
	}
	s.pos += len(quote)
	for s.more() {
		switch {
		case quote[0] == '"' && s.peek() == '\\' && s.pos+1 < len(s.doc):
			s.next()
			s.next()
		case strings.HasPrefix(s.doc[s.pos:], quote):
			s.pos += len(quote)
			// Up to two quotes may stand before the three that close.
			for len(quote) == 3 && s.more() && s.peek() == quote[0] {
				s.pos++
			}
			return
		case len(quote) == 1 && s.peek() == '\n': // unclosed
			return
		default:
			s.next()
		}
	}
}
