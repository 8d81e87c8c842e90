package cli

import (
	"fmt"
	"strings"
)

// roff is text in the macros of man(7), as mandoc and groff read them.
type roff struct{ strings.Builder }

// title begins a page. The date is YYYY-MM-DD or empty.
func (r *roff) title(name, section, date, source, manual string) {
	fmt.Fprintf(r, ".TH \"%s\" %s \"%s\" \"%s\" \"%s\"\n", escaped(name), section, date, source, manual)
}

// macro writes a macro line with arguments.
func (r *roff) macro(name string, arguments ...string) {
	r.WriteString("." + name)
	for _, argument := range arguments {
		r.WriteString(` "` + strings.ReplaceAll(escaped(argument), `"`, `\(dq`) + `"`)
	}
	r.WriteByte('\n')
}

// line writes a line of text.
func (r *roff) line(text string) {
	if strings.HasPrefix(text, ".") || strings.HasPrefix(text, "'") {
		r.WriteString(`\&`) // no macro
	}
	r.WriteString(escaped(text) + "\n")
}

// item writes a term and what is said of it.
func (r *roff) item(term, text string) {
	r.WriteString(".TP\n")
	r.macro("B", term)
	r.line(text)
}

// verbatim writes lines as they are.
func (r *roff) verbatim(text string) {
	r.macro("EX")
	for line := range strings.SplitSeq(strings.Trim(text, "\n"), "\n") {
		r.line(line)
	}
	r.macro("EE")
}

// text writes paragraphs, which empty lines part. Indented ones are verbatim.
func (r *roff) text(text string) {
	var verbatim []string // indented paragraphs that follow one another
	first := true         // a heading begins a paragraph by itself
	begin := func() {
		if !first {
			r.macro("PP")
		}
		first = false
	}
	flush := func() {
		if len(verbatim) > 0 {
			begin()
			r.verbatim(strings.Join(verbatim, "\n\n"))
			verbatim = nil
		}
	}
	for paragraph := range strings.SplitSeq(strings.Trim(text, "\n"), "\n\n") {
		if strings.HasPrefix(paragraph, "  ") {
			verbatim = append(verbatim, paragraph)
			continue
		}
		flush()
		begin()
		for line := range strings.SplitSeq(paragraph, "\n") {
			r.line(line)
		}
	}
	flush()
}

// escaped is text without anything that roff takes for more. A minus that can be copied is \- there.
func escaped(text string) string {
	return strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(text)
}
