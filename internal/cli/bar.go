package cli

import (
	"fmt"
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
	objects := fmt.Sprintf("%s/%s objects", grouped(done), grouped(s.total))
	full := []string{percent, objects}
	short := []string{percent}
	if left, ok := timeLeft(done, s.total, s.elapsed); ok {
		full, short = append(full, left), append(short, left)
	}

	tail := strings.Join(full, "  ")
	// Two spaces on each side of the bar, and its brackets.
	if room := width - len(s.phase) - len(tail) - 6; room >= minimumBar {
		return s.phase + "  " + bar(done, s.total, min(room, maximumBar)) + "  " + tail
	}
	for _, parts := range [][]string{full, short, {percent}} {
		if line := s.phase + "  " + strings.Join(parts, "  "); len(line) <= width {
			return line
		}
	}
	return clip(percent, width)
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
func timeLeft(done, total int64, elapsed time.Duration) (string, bool) {
	if done <= 0 || done >= total || elapsed < time.Second {
		return "", false
	}
	left := time.Duration(float64(elapsed) / float64(done) * float64(total-done))
	switch {
	case left >= 100*time.Hour:
		return "", false
	case left >= time.Hour:
		return fmt.Sprintf("%dh%02dm left", int(left.Hours()), int(left.Minutes())%60), true
	case left >= time.Minute:
		return fmt.Sprintf("%dm%02ds left", int(left.Minutes()), int(left.Seconds())%60), true
	}
	return fmt.Sprintf("%ds left", int(left.Seconds())+1), true
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
