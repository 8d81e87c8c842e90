package scanner

import (
	"bytes"
	"strings"

	"github.com/unleak/unleak/rules/inspect"
)

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
	return isAlphanumeric(c) || c == '_' || c == '-' || c == '.'
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
