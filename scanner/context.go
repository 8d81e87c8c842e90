package scanner

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/match"
	"github.com/unleak/unleak/rules/inspect"
	"github.com/unleak/unleak/scanner/finding"
)

const (
	// longestLine is the length in characters from which a line of context is shortened.
	longestLine = 160
	// besidePlace is how many bytes to either side of a secret are looked at to show some of them: enough that what
	// begins or ends beyond them is no matter for those that are shown.
	besidePlace = 4096
	// besideShown is how many bytes before and after the lines that are shown are looked at: a value may be given its
	// name some lines above.
	besideShown = 2048
	// wholeText is the size of a text up to which all its secrets are looked for; of a larger one, those in a part of
	// this size.
	wholeText = 1 << 20
)

// addContext sets the lines round occurrences in a text.
func (s *session) addContext(content []byte, at []shown) {
	at = slices.DeleteFunc(slices.Clone(at), func(o shown) bool { return !hasContext(o.Occurrence) })
	if len(at) == 0 {
		return
	}
	// Matching may fail on hostile content, and then nothing is sure to be taken out.
	err := pack.Guard(func() error {
		text := match.Text(content)
		slices.SortStableFunc(at, func(a, b shown) int { return a.StartLine - b.StartLine })
		lines := linesOf(text, at, s.options.Context)
		part := s.newPart(text, 0)
		for _, o := range at {
			place := placeOf(text, lines, o.Occurrence)
			if part = part.reaching(place); s.stopped.Load() {
				return nil // not all secrets of the part are known
			}
			o.Context = part.context(o, place, lines, s.options.Context)
		}
		return nil
	})
	if err != nil {
		for _, o := range at {
			o.Context = nil
		}
	}
}

// hasContext reports whether lines round an occurrence say anything: it is in a text, and not packed in one.
func hasContext(o *finding.Occurrence) bool {
	switch o.Kind {
	case finding.KindBlob, finding.KindMessage, finding.KindTag:
	default:
		return false
	}
	if len(o.Layers) == 0 {
		return true
	}
	switch o.Layers[0].Encoding {
	case match.Base64, match.Hex, match.Percent, match.Escapes:
		return true
	}
	return false
}

// shownLines returns the numbers of the lines to show: some before and after that on which a secret begins. Of one with
// several lines only the first and last are shown. Some may not exist.
func shownLines(o *finding.Occurrence, context int) []int {
	var lines []int
	for n := max(1, o.StartLine-context); n <= o.StartLine; n++ {
		lines = append(lines, n)
	}
	next := o.StartLine + 1
	if o.EndLine > o.StartLine {
		next = o.EndLine
	}
	for n := range context {
		lines = append(lines, next+n)
	}
	return lines
}

// linesOf finds all lines that are to be shown, in one pass: by number, without their ends.
func linesOf(text []byte, at []shown, context int) map[int]inspect.Span {
	var wanted []int
	for _, o := range at {
		wanted = append(append(wanted, shownLines(o.Occurrence, context)...), o.EndLine)
	}
	slices.Sort(wanted)
	lines := map[int]inspect.Span{}
	number, start := 1, 0
	for _, n := range slices.Compact(wanted) {
		for ; number < n; number++ {
			i := bytes.IndexByte(text[start:], '\n')
			if i < 0 {
				return lines
			}
			start += i + 1
		}
		if start == len(text) {
			return lines // behind the last line end is no line
		}
		end := len(text)
		if i := bytes.IndexByte(text[start:], '\n'); i >= 0 {
			end = start + i
		}
		if end > start && text[end-1] == '\r' {
			end--
		}
		lines[n] = inspect.Span{Start: start, End: end}
	}
	return lines
}

// placeOf returns where an occurrence is in the text.
func placeOf(text []byte, lines map[int]inspect.Span, o *finding.Occurrence) inspect.Span {
	offset := func(line, column int) int {
		l, ok := lines[line]
		if !ok {
			return len(text)
		}
		at := l.Start
		for range column - 1 {
			_, size := utf8.DecodeRune(text[at:])
			at += size
		}
		return at
	}
	start := offset(o.StartLine, o.StartColumn)
	return inspect.Span{Start: start, End: max(start, offset(o.EndLine, o.EndColumn))}
}

// context returns the lines round an occurrence at a place. Whatever could be a secret is replaced by dots.
func (p *part) context(o shown, place inspect.Span, lines map[int]inspect.Span, context int) []finding.Line {
	veil := p.veil(o, place, lines, context)
	var list []finding.Line
	for _, n := range shownLines(o.Occurrence, context) {
		line, ok := lines[n]
		if !ok {
			continue
		}
		text, ok := veil.line(line, place)
		if !ok {
			return nil
		}
		list = append(list, finding.Line{Number: n, Text: text})
	}
	return list
}

// line returns a line as it is shown. ok is false in what is no text.
func (v *veil) line(line, place inspect.Span) (shown string, ok bool) {
	seen := inspect.Span{Start: max(line.Start, place.Start-besidePlace), End: min(line.End, place.End+besidePlace)}
	if seen.End < seen.Start || seen.End == seen.Start && line.Len() > 0 {
		return dots, true
	}
	if bytes.IndexByte(v.text[seen.Start:seen.End], 0) >= 0 {
		return "", false
	}
	for seen.Start > line.Start && seen.Start < seen.End && !utf8.RuneStart(v.text[seen.Start]) {
		seen.Start++
	}
	for seen.End < line.End && seen.Start < seen.End && !utf8.RuneStart(v.text[seen.End]) {
		seen.End--
	}
	var b strings.Builder
	anchor, at := 0, seen.Start
	for _, s := range v.spans {
		if s.End <= at || s.Start >= seen.End {
			continue
		}
		b.Write(v.text[at:max(at, s.Start)])
		if s.Start <= place.Start && place.Start < s.End {
			anchor = b.Len()
		}
		b.WriteString(dots)
		at = min(s.End, seen.End)
	}
	b.Write(v.text[at:seen.End])
	text := b.String()
	if v.secrets.anyIn(text) {
		return dots, true
	}
	return shorten(text, anchor, seen.Start > line.Start, seen.End < line.End), true
}

// dots stand for what is taken out.
const dots = "..."

// shorten cuts a line round an offset, if it is long, and says where it was cut, here or before.
func shorten(text string, anchor int, cutBefore, cutAfter bool) string {
	const room, before = longestLine - 2, longestLine / 3
	if utf8.RuneCountInString(text) > room {
		var starts []int // of characters
		for i := range text {
			starts = append(starts, i)
		}
		n, _ := slices.BinarySearch(starts, anchor)
		to := min(len(starts), max(0, n-before)+room)
		from := to - room
		cutBefore, cutAfter = cutBefore || from > 0, cutAfter || to < len(starts)
		starts = append(starts, len(text))
		text = text[starts[from]:starts[to]]
	}
	if cutBefore {
		text = "…" + text
	}
	if cutAfter {
		text += "…"
	}
	return text
}
