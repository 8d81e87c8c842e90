package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/unleak/unleak/scanner/finding"
)

// page is a text for people while it is written, line by line.
type page struct {
	out  *bufio.Writer
	opts Options
}

func newPage(w io.Writer, opts Options) page {
	opts.Width = cmp.Or(opts.Width, 80)
	return page{bufio.NewWriterSize(w, 1<<16), opts}
}

// flush hands everything on, and returns the first error of all writing.
func (p *page) flush() error {
	if err := p.out.Flush(); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// labelWidth is the column at which what follows a label begins.
const labelWidth = 15

// The styles are SGR sequences; only [page.style] writes them.
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
func (p *page) labelled(label, text string) {
	p.line("  " + p.style(dim, pad(label)) + text)
}

// wrappedLabel writes a line of a block, broken where it is too wide.
func (p *page) wrappedLabel(label, text string) {
	p.wrapped("  "+p.style(dim, pad(label)), strings.Repeat(" ", labelWidth), text)
}

func pad(label string) string { return label + strings.Repeat(" ", labelWidth-2-len(label)) }

// wrapped writes text broken at spaces to the width of the report, but not inside
// backquotes: commands are to be copied.
func (p *page) wrapped(first, next, text string) {
	line, used := first, 0
	for _, word := range words(text) {
		if used > 0 && width(line)+1+width(word) > p.opts.Width {
			p.line(line)
			line, used = next, 0
		}
		if used > 0 {
			line += " "
		}
		line += word
		used++
	}
	p.line(line)
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

// line writes a line; the writer keeps its first error and returns it from then on. A line that begins with two
// colons, as one can that was broken before a word, is a command where it is the log of a GitHub Action
// (https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands): the first is escaped.
func (p *page) line(text string) error {
	if bare := strings.TrimLeft(text, " "); strings.HasPrefix(bare, "::") {
		text = text[:len(text)-len(bare)] + `\x3a` + bare[1:]
	}
	if _, err := p.out.WriteString(strings.TrimRight(text, " ") + "\n"); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

func (p *page) style(code, text string) string {
	if !p.opts.Color || text == "" {
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
