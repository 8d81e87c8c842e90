package scanner

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
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
	hits    []inspect.Span // in the text
	secrets fragments
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
		p.hits = append(p.hits, inspect.Span{Start: p.span.Start + h.Start, End: p.span.Start + h.End})
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
	for _, hit := range p.hits {
		if hit.Start < near.End && near.Start < hit.End {
			v.cover(hit)
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

// isRun reports whether a byte may stand in a token, or in words and paths.
func isRun(c byte) bool {
	lower := c | 0x20
	return lower >= 'a' && lower <= 'z' || c >= '0' && c <= '9' || strings.IndexByte("+/_-.~%", c) >= 0
}

// coverLooks covers what looks like a secret.
func (v *veil) coverLooks(near inspect.Span) {
	v.coverRuns(near)
	v.coverQuoted(near)
	v.coverKeys(near)
	v.coverUsers(near)
	v.coverAssigned(near)
}

const (
	shortestRun = 16 // bytes from which what is no word is taken for a token
	brokenRun   = 40 // bytes from which a token may go on in the next line
)

// coverRuns covers long runs that are no words, and what of one was broken over lines.
func (v *veil) coverRuns(near inspect.Span) {
	last := inspect.Span{Start: -1}
	for at := near.Start; at < near.End; at++ {
		if !isRun(v.text[at]) {
			continue
		}
		run := inspect.Span{Start: at, End: at}
		for run.End < near.End && isRun(v.text[run.End]) {
			run.End++
		}
		at = run.End
		goesOn := last.Start >= 0 && last.Len() >= brokenRun && isBreak(v.text[last.End:run.Start]) && v.endsLine(run) && !isPlain(v.text[run.Start:run.End])
		if !goesOn && (run.Len() < shortestRun || inspect.ReadsAsWords(v.text[run.Start:run.End])) {
			last.Start = -1
			continue
		}
		v.spans = append(v.spans, run)
		if goesOn {
			run.Start = last.Start
		}
		last = run
	}
}

// endsLine reports whether nothing but the ends of a literal stands behind a run on its line.
func (v *veil) endsLine(run inspect.Span) bool {
	rest := bytes.TrimLeft(v.text[run.End:min(len(v.text), run.End+8)], "=\"'`\\);,+ \t\r")
	return len(rest) == 0 || rest[0] == '\n'
}

// isPlain reports whether a run is letters of one case, but for the first.
func isPlain(run []byte) bool {
	rest := run[1:]
	return len(bytes.Trim(rest, "abcdefghijklmnopqrstuvwxyz")) == 0 || len(bytes.Trim(rest, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")) == 0
}

// isBreak reports whether what stands between two runs only breaks a token over lines.
func isBreak(between []byte) bool {
	return len(between) < 64 && bytes.ContainsAny(between, "\n\\") && len(bytes.Trim(between, " \t\r\n\\\"'`+=#*|>,;")) == 0
}

// coverKeys covers what stands between the first and last line of a key in text form (RFC 7468), known as one or not.
func (v *veil) coverKeys(near inspect.Span) {
	const reach = 16 << 10
	begin, end, dashes := []byte("-----BEGIN "), []byte("-----END "), []byte("-----")
	from := max(0, near.Start-reach)
	for from < near.End {
		i := bytes.Index(v.text[from:near.End], begin)
		if i < 0 {
			return
		}
		from += i + len(begin)
		body := v.text[from:min(len(v.text), from+reach)]
		label := bytes.Index(body, dashes)
		if label < 0 {
			continue
		}
		if stop := bytes.Index(body[label:], end); stop > len(dashes) {
			v.spans = append(v.spans, inspect.Span{Start: from + label + len(dashes), End: from + label + stop})
		}
	}
}

// coverUsers covers the user information of URLs.
func (v *veil) coverUsers(near inspect.Span) {
	for at := near.Start; at < near.End; {
		i := bytes.Index(v.text[at:near.End], []byte("://"))
		if i < 0 {
			return
		}
		at += i + len("://")
		stop := bytes.IndexAny(v.text[at:near.End], " \t\r\n\"'`<>")
		if stop < 0 {
			stop = near.End - at
		}
		if user := bytes.LastIndexByte(v.text[at:at+stop], '@'); user > 0 {
			v.spans = append(v.spans, inspect.Span{Start: at, End: at + user})
		}
	}
}

// secretWords are what the name of a secret has in it.
var secretWords = [...]string{
	"pass", "pwd", "secret", "token", "key", "auth", "cred", "private", "bearer", "basic", "cookie", "session", "signature", "salt", "conn", "dsn", "webhook",
}

// coverAssigned covers what is assigned to a name that a secret may have.
func (v *veil) coverAssigned(near inspect.Span) {
	window := v.text[near.Start:near.End]
	var lower []byte
	for at := 0; at < len(window); at++ {
		if !isName(window[at]) {
			continue
		}
		end := at
		for end < len(window) && isName(window[end]) {
			end++
		}
		lower = append(lower[:0], window[at:end]...)
		for i, c := range lower {
			if c >= 'A' && c <= 'Z' {
				lower[i] = c | 0x20
			}
		}
		for _, word := range secretWords {
			i := bytes.Index(lower, []byte(word))
			if i < 0 {
				continue
			}
			inspect.Assigned(window, inspect.Span{Start: at + i, End: at + i + len(word)}, func(a inspect.Assignment) bool {
				v.cover(inspect.Span{Start: near.Start + a.Value.Start, End: near.Start + a.Value.End})
				return true
			})
			if s, ok := quotedAfter(window, end); ok {
				v.spans = append(v.spans, inspect.Span{Start: near.Start + s.Start, End: near.Start + s.End})
			}
			break
		}
		at = end
	}
}

func isName(c byte) bool {
	lower := c | 0x20
	return lower >= 'a' && lower <= 'z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == '.'
}

// quotedAfter returns what is in quotes behind a name and a sign, up to the end of the line at most.
func quotedAfter(window []byte, at int) (inspect.Span, bool) {
	const longestSign = 16
	signed := false
	for stop := min(len(window), at+longestSign); at < stop; at++ {
		switch c := window[at]; {
		case isQuote(c) && signed:
			return inspect.Span{Start: at + 1, End: endOfQuoted(window, at)}, true
		case strings.IndexByte(" \t:=>,(", c) >= 0:
			signed = true
		case !isQuote(c) && strings.IndexByte("])!?&|\\", c) < 0:
			return inspect.Span{}, false
		}
	}
	return inspect.Span{}, false
}

// endOfQuoted returns where a literal ends whose quote is at an offset: at the same quote, or the end of the line.
func endOfQuoted(window []byte, at int) int {
	for i := at + 1; i < len(window); i++ {
		switch window[i] {
		case '\\':
			i++
		case window[at], '\n':
			return i
		}
	}
	return len(window)
}

func isQuote(c byte) bool { return c == '"' || c == '\'' || c == '`' }

// coverQuoted covers literals that are neither words nor hold any.
func (v *veil) coverQuoted(near inspect.Span) {
	window := v.text[near.Start:near.End]
	for at := 0; at < len(window); at++ {
		if !isQuote(window[at]) {
			continue
		}
		end := endOfQuoted(window, at)
		literal := window[at+1 : max(at+1, end)]
		if len(literal) < shortestRun || end == len(window) || window[end] != window[at] {
			continue // what it ends with may begin another
		}
		if !bytes.ContainsAny(literal, " \t\r,;") && !bytes.Contains(literal, []byte("://")) && !inspect.ReadsAsWords(literal) {
			v.spans = append(v.spans, inspect.Span{Start: near.Start + at + 1, End: near.Start + end})
		}
		at = end
	}
}

// fragments are the parts of secrets, as they are and as base64 and hex, by which they are known wherever they stand.
type fragments struct {
	known  map[fragment]struct{}
	begins [256][256]bool      // the first two bytes of each
	seen   map[string]struct{} // values
}

// fragment is as many bytes as must not be seen of a secret.
type fragment [6]byte

// encodedUpTo is the length in bytes of values that are looked for in encoded form. Of longer ones enough gives them away.
const encodedUpTo = 512

func (f *fragments) add(value string) {
	if _, ok := f.seen[value]; ok {
		return
	}
	if f.seen == nil {
		f.seen, f.known = map[string]struct{}{}, map[fragment]struct{}{}
	}
	f.seen[value] = struct{}{}
	f.split(value)
	if len(value) > encodedUpTo {
		return
	}
	for shift := range 3 {
		encoded := base64.RawStdEncoding.EncodeToString(append(make([]byte, shift), value...))
		encoded = encoded[(shift*8+5)/6 : len(encoded)-1] // the digits that say nothing else
		f.split(encoded)
		f.split(strings.NewReplacer("+", "-", "/", "_").Replace(encoded))
	}
	digits := hex.EncodeToString([]byte(value))
	f.split(digits)
	f.split(strings.ToUpper(digits))
}

// split notes the fragments of a text but those that words have.
func (f *fragments) split(text string) {
	for i := 0; i+len(fragment{}) <= len(text); i++ {
		if part := fragment([]byte(text[i : i+len(fragment{})])); part.telling() {
			f.known[part] = struct{}{}
			f.begins[part[0]][part[1]] = true
		}
	}
}

// telling reports whether a fragment mixes letters and digits, or lower case and upper case as words do not.
func (f fragment) telling() bool {
	lower, upper, digits := 0, 0, 0
	for _, c := range f {
		switch {
		case c >= 'a' && c <= 'z':
			lower++
		case c >= 'A' && c <= 'Z':
			upper++
		case c >= '0' && c <= '9':
			digits++
		}
	}
	if upper > 0 && f[0] >= 'A' && f[0] <= 'Z' && digits == 0 {
		upper-- // a word may begin with a capital
	}
	return digits > 0 && lower+upper > 0 || lower > 0 && upper > 0
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

func (f *fragments) has(part fragment) bool {
	if !f.begins[part[0]][part[1]] {
		return false
	}
	_, ok := f.known[part]
	return ok
}

// anyIn reports whether a text has a fragment.
func (f *fragments) anyIn(text string) bool {
	for i := 0; i+len(fragment{}) <= len(text); i++ {
		if f.has(fragment([]byte(text[i : i+len(fragment{})]))) {
			return true
		}
	}
	return false
}
