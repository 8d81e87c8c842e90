package audit

import "strings"

// setting is one option of a git configuration, and where it stands.
type setting struct {
	section    string // in lower case
	subsection string
	key        string // in lower case
	value      string
	line       int // from 1
}

// name is what git config calls the setting.
func (s setting) name() string {
	if s.subsection == "" {
		return s.section + "." + s.key
	}
	return s.section + "." + s.subsection + "." + s.key
}

// parseSettings reads a file as git-config(1) describes it, and what git would refuse as well as can be: a line that
// it cannot read keeps no other from being looked at. Includes are settings like all others, and are not followed.
func parseSettings(content string) []setting {
	var list []setting
	section, subsection := "", ""
	p := settingsParser{text: strings.TrimPrefix(content, "\ufeff"), line: 1}
	for p.skipSpace(); p.pos < len(p.text); p.skipSpace() {
		switch p.text[p.pos] {
		case '#', ';':
			p.skipLine()
		case '[':
			section, subsection = p.header()
		default:
			at := p.line
			if key, value := p.option(); key != "" {
				list = append(list, setting{section, subsection, strings.ToLower(key), value, at})
			}
		}
	}
	return list
}

type settingsParser struct {
	text string
	pos  int
	line int
}

func (p *settingsParser) skipSpace() {
	for ; p.pos < len(p.text); p.pos++ {
		switch p.text[p.pos] {
		case '\n':
			p.line++
		case ' ', '\t', '\r':
		default:
			return
		}
	}
}

func (p *settingsParser) skipLine() {
	if end := strings.IndexByte(p.text[p.pos:], '\n'); end >= 0 {
		p.pos += end
		return
	}
	p.pos = len(p.text)
}

// header reads [section], [section "subsection"] or the old [section.subsection].
func (p *settingsParser) header() (section, subsection string) {
	p.pos++
	start := p.pos
	for p.pos < len(p.text) && !strings.ContainsRune("]\"\n", rune(p.text[p.pos])) {
		p.pos++
	}
	section = strings.ToLower(strings.TrimSpace(p.text[start:p.pos]))
	if p.pos < len(p.text) && p.text[p.pos] == '"' {
		var b strings.Builder
		for p.pos++; p.pos < len(p.text) && p.text[p.pos] != '"' && p.text[p.pos] != '\n'; p.pos++ {
			if p.text[p.pos] == '\\' && p.pos+1 < len(p.text) && p.text[p.pos+1] != '\n' {
				p.pos++
			}
			b.WriteByte(p.text[p.pos])
		}
		subsection = b.String()
		for p.pos < len(p.text) && p.text[p.pos] != ']' && p.text[p.pos] != '\n' {
			p.pos++
		}
	} else if before, after, ok := strings.Cut(section, "."); ok {
		section, subsection = before, after
	}
	if p.pos < len(p.text) && p.text[p.pos] == ']' {
		p.pos++
	}
	return section, subsection
}

// option reads "key = value" to the end of its line, or of those that a backslash joins to it.
func (p *settingsParser) option() (key, value string) {
	start := p.pos
	for p.pos < len(p.text) && p.text[p.pos] != '=' && p.text[p.pos] != '\n' {
		p.pos++
	}
	key = strings.TrimSpace(p.text[start:p.pos])
	if p.pos == len(p.text) || p.text[p.pos] == '\n' {
		return key, ""
	}
	var b strings.Builder
	quoted := false
	kept := 0 // bytes that are not space at the end
	for p.pos++; p.pos < len(p.text) && p.text[p.pos] != '\n'; p.pos++ {
		c := p.text[p.pos]
		switch {
		case c == '"':
			quoted = !quoted
			continue
		case (c == '#' || c == ';') && !quoted:
			p.skipLine()
			return key, b.String()[:kept]
		case c == '\\' && p.pos+1 < len(p.text):
			p.pos++
			switch c = p.text[p.pos]; c {
			case '\r':
				if p.pos+1 < len(p.text) && p.text[p.pos+1] == '\n' {
					p.pos++
					p.line++
				}
				continue
			case '\n':
				p.line++
				continue
			case 'n':
				c = '\n'
			case 't':
				c = '\t'
			case 'b':
				c = '\b'
			}
		case !quoted && (c == ' ' || c == '\t' || c == '\r'):
			if b.Len() > 0 {
				b.WriteByte(c)
			}
			continue
		}
		b.WriteByte(c)
		kept = b.Len()
	}
	return key, b.String()[:kept]
}
