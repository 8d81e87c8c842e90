package report

import (
	"fmt"
	"strings"

	"github.com/unleak/unleak/scanner/finding"
)

// labelWidth is the column at which what follows a label begins.
const labelWidth = 15

// The styles are SGR sequences; only [textReport.style] writes them.
const (
	bold   = "1"
	dim    = "2"
	red    = "31"
	green  = "32"
	yellow = "33"
	cyan   = "36"
)

// labelled writes a line of a block. What follows the label may be long: paths are
// not broken, so that they can be copied.
func (r *textReport) labelled(label, text string) {
	r.line("  " + r.style(dim, pad(label)) + text)
}

// wrappedLabel writes a line of a block, broken where it is too wide.
func (r *textReport) wrappedLabel(label, text string) {
	r.wrapped("  "+r.style(dim, pad(label)), strings.Repeat(" ", labelWidth), text)
}

func pad(label string) string { return label + strings.Repeat(" ", labelWidth-2-len(label)) }

// wrapped writes text broken at spaces to the width of the report, but not inside
// backquotes: commands are to be copied.
func (r *textReport) wrapped(first, next, text string) {
	line, used := first, 0
	for _, word := range words(text) {
		if used > 0 && width(line)+1+width(word) > r.opts.Width {
			r.line(line)
			line, used = next, 0
		}
		if used > 0 {
			line += " "
		}
		line += word
		used++
	}
	r.line(line)
}

// words splits text at the spaces where a line may break.
func words(text string) []string {
	var whole []string
	quoted := false
	for _, word := range strings.Split(text, " ") {
		if quoted {
			whole[len(whole)-1] += " " + word
		} else {
			whole = append(whole, word)
		}
		if strings.Count(word, "`")%2 == 1 {
			quoted = !quoted
		}
	}
	return whole
}

// width counts the characters of text that take a column: all but our own styles.
func width(text string) int {
	n, styled := 0, false
	for _, c := range text {
		switch {
		case c == '\x1b':
			styled = true
		case styled:
			styled = c != 'm'
		default:
			n++
		}
	}
	return n
}

// line writes a line; the writer keeps its first error and returns it from then on.
func (r *textReport) line(text string) error {
	if _, err := r.out.WriteString(strings.TrimRight(text, " ") + "\n"); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

func (r *textReport) style(code, text string) string {
	if !r.opts.Color || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func severityStyle(s finding.Severity) string {
	switch s {
	case finding.Critical, finding.High:
		return bold + ";" + red
	case finding.Medium:
		return bold + ";" + yellow
	}
	return bold
}
