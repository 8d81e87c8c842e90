package scanner

import (
	"bytes"
	"slices"
	"strings"

	"github.com/unleak/unleak/internal/match"
	"github.com/unleak/unleak/rules/inspect"
)

// part is a part of a text, and the secrets that the rules find there, sure or not.
type part struct {
	scanner *match.Scanner
	text    []byte // all of it
	span    inspect.Span
	hits    []valueAt
	secrets fragments
}

// valueAt is a secret and where it is in the text.
type valueAt struct {
	inspect.Span
	value string
}

// newPart scans the part of a text that begins at from.
func (s *session) newPart(text []byte, from int) *part {
	p := &part{scanner: s.matcher.NewScanner(), text: text}
	p.scanner.Stop = &s.stopped
	return p.from(from)
}

func (p *part) from(from int) *part {
	p.span = inspect.Span{Start: from, End: len(p.text)}
	if len(p.text) > wholeText {
		p.span.End = min(from+wholeText, len(p.text))
	}
	p.hits, p.secrets = nil, fragments{}
	for _, h := range p.scanner.Scan(p.text[p.span.Start:p.span.End]) {
		p.hits = append(p.hits, valueAt{inspect.Span{Start: p.span.Start + h.Start, End: p.span.Start + h.End}, h.Value})
		p.secrets.add(h.Value)
	}
	return p
}

// reaching returns the part itself, or the one in which a place has enough round it.
func (p *part) reaching(place inspect.Span) *part {
	const margin = wholeText / 8
	if p.span.End < len(p.text) && place.End+margin > p.span.End {
		return p.from(max(0, place.Start-margin))
	}
	return p
}

// veil is what of a text must not be seen: spans in order that do not overlap.
type veil struct {
	text    []byte
	spans   []inspect.Span
	secrets *fragments
}

// veil covers, round a place, all that the rules find, whatever resembles a part of that, and what looks like a
// secret that no rule knows.
func (p *part) veil(o shown, place inspect.Span, lines map[int]inspect.Span, context int) *veil {
	p.secrets.add(o.value)
	v := &veil{text: p.text, secrets: &p.secrets}
	near := place
	for _, n := range shownLines(o.Occurrence, context) {
		if line, ok := lines[n]; ok {
			near.Start, near.End = min(near.Start, line.Start), max(near.End, line.End)
		}
	}
	near.Start = max(0, near.Start-besideShown, place.Start-2*besidePlace)
	near.End = min(len(p.text), near.End+besideShown, place.End+2*besidePlace)
	v.cover(place)
	v.coverWord(near, o.value)
	for _, hit := range p.hits {
		if hit.Start < near.End && near.Start < hit.End {
			v.cover(hit.Span)
			v.coverWord(near, hit.value)
		}
	}
	v.coverLooks(near)
	v.coverFragments(near)
	v.settle()
	return v
}

// cover takes a span out, and what stands next to it without a gap.
func (v *veil) cover(s inspect.Span) {
	if s.Start >= s.End {
		return
	}
	for s.Start > 0 && isRun(v.text[s.Start-1]) && v.text[s.Start-1] != '/' {
		s.Start--
	}
	for s.End < len(v.text) && (isRun(v.text[s.End]) || v.text[s.End] == '=') {
		s.End++
	}
	v.spans = append(v.spans, s)
}

const shortestWord = 4 // bytes from which a value is looked for in the lines round it

// coverWord covers a value wherever it stands by itself: a password may be a word, of which no part gives it away.
func (v *veil) coverWord(near inspect.Span, value string) {
	if len(value) < shortestWord {
		return
	}
	for at := near.Start; at < near.End; {
		i := bytes.Index(v.text[at:near.End], []byte(value))
		if i < 0 {
			return
		}
		s := inspect.Span{Start: at + i, End: at + i + len(value)}
		if (s.Start == 0 || !isAlphanumeric(v.text[s.Start-1])) && (s.End == len(v.text) || !isAlphanumeric(v.text[s.End])) {
			v.spans = append(v.spans, s)
		}
		at = s.End
	}
}

func isAlphanumeric(c byte) bool {
	lower := c | 0x20
	return lower >= 'a' && lower <= 'z' || c >= '0' && c <= '9'
}

// settle puts the spans in order and joins those that touch.
func (v *veil) settle() {
	slices.SortFunc(v.spans, func(a, b inspect.Span) int { return a.Start - b.Start })
	joined := v.spans[:0]
	for _, s := range v.spans {
		if last := len(joined) - 1; last >= 0 && s.Start <= joined[last].End {
			joined[last].End = max(joined[last].End, s.End)
		} else {
			joined = append(joined, s)
		}
	}
	v.spans = joined
}

// coverFragments covers the fragments of secrets.
func (v *veil) coverFragments(near inspect.Span) {
	for i := near.Start; i+len(fragment{}) <= near.End; i++ {
		if v.secrets.has(fragment(v.text[i : i+len(fragment{})])) {
			v.cover(inspect.Span{Start: i, End: i + len(fragment{})})
			i = v.spans[len(v.spans)-1].End - len(fragment{}) // the next may reach over the end
		}
	}
}

// isRun reports whether a byte may stand in a token, or in words and paths.
func isRun(c byte) bool {
	return isAlphanumeric(c) || strings.IndexByte("+/_-.~%", c) >= 0
}
