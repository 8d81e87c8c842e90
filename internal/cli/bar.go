package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// state is a moment of a scan, for [barLine].
type state struct {
	phase       string // what is going on, from the program's own words
	done, total int64  // objects; total is 0 while it is not known
	elapsed     time.Duration
}

// minimumBar is the narrowest bar worth drawing, without its brackets.
const (
	minimumBar = 10
	maximumBar = 40
)

// barLine renders a moment of a scan as one line of at most width columns: what
// is going on, a bar, percent, objects and the time left. Where that does not
// fit, the bar goes first, then the objects, then the rest.
func barLine(s state, width int) string {
	if s.total <= 0 {
		return clip(fmt.Sprintf("%s  %s", s.phase, grouped(s.done)), width)
	}
	done := min(s.done, s.total)
	percent := fmt.Sprintf("%3d%%", done*100/s.total)
	total := grouped(s.total)
	objects := fmt.Sprintf("%*s/%s objects", len(total), grouped(done), total)
	left := timeLeft(done, s.total, s.elapsed)

	// The bar has two spaces on each side, and its brackets. It keeps its size from
	// line to line, so the time left always has its place.
	tail := percent + "  " + objects
	if room := width - len(s.phase) - len(tail) - len("  99h59m left") - 6; room >= minimumBar {
		return joined(s.phase, bar(done, s.total, min(room, maximumBar)), tail, left)
	}
	for _, line := range []string{
		joined(s.phase, percent, objects, left),
		joined(s.phase, percent, left),
		joined(s.phase, percent),
	} {
		if len(line) <= width {
			return line
		}
	}
	return clip(percent, width)
}

// joined is the parts that are not empty, two spaces apart.
func joined(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(part string) bool { return part == "" }), "  ")
}

// bar draws size cells between brackets.
func bar(done, total int64, size int) string {
	filled := int(float64(done) / float64(total) * float64(size))
	line := strings.Repeat("=", filled)
	if filled < size {
		line += ">"
	}
	return fmt.Sprintf("[%-*s]", size, line)
}

// timeLeft assumes that the objects to come take as long as those done. It stays
// silent at first, when that says nothing yet, and at the end.
func timeLeft(done, total int64, elapsed time.Duration) string {
	if done <= 0 || done >= total || elapsed < time.Second {
		return ""
	}
	seconds := elapsed.Seconds() / float64(done) * float64(total-done)
	if seconds >= (100 * time.Hour).Seconds() {
		return ""
	}
	left := time.Duration(seconds * float64(time.Second))
	switch {
	case left >= time.Hour:
		return fmt.Sprintf("%dh%02dm left", int(left.Hours()), int(left.Minutes())%60)
	case left >= time.Minute:
		return fmt.Sprintf("%dm%02ds left", int(left.Minutes()), int(left.Seconds())%60)
	}
	return fmt.Sprintf("%ds left", int(left.Seconds())+1)
}

// grouped writes n with commas between thousands.
func grouped(n int64) string {
	digits := fmt.Sprint(n)
	var out strings.Builder
	for i, digit := range digits {
		if i > 0 && digit != '-' && (len(digits)-i)%3 == 0 && digits[i-1] != '-' {
			out.WriteByte(',')
		}
		out.WriteRune(digit)
	}
	return out.String()
}

// clip cuts text to width columns.
func clip(text string, width int) string {
	if utf8.RuneCountInString(text) <= width {
		return text
	}
	return string([]rune(text)[:max(width, 0)])
}
