package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/unleak/unleak/internal/audit/checklist"
)

// auditMarkdown writes an audit for a job summary or an issue: the answer first, then a list to tick off.
// What may hold content of the repository stands in code spans, where no markup, mention or link works.
func auditMarkdown(w io.Writer, c *checklist.Checklist) error {
	m := &markdown{bufio.NewWriter(w)}
	m.linef("# %s\n", auditVerdict(c))
	name := code(c.Source.Name)
	if c.Source.Remote != "" {
		name += ", " + code(c.Source.Remote)
	}
	m.linef("Audit of %s. %s.", name, scannedText(c.Coverage))
	for section, items := range auditSections(c) {
		m.linef("\n## %s\n", prose(section))
		for i := range items {
			m.item(&items[i], c)
		}
	}
	if err := m.out.Flush(); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// auditMark stands for a state in Markdown.
func auditMark(s checklist.State) string {
	switch s {
	case checklist.Pass:
		return "✅"
	case checklist.Warn:
		return "⚠️"
	case checklist.Fail:
		return "❌"
	}
	return ""
}

func (m *markdown) item(item *checklist.Item, c *checklist.Checklist) {
	m.linef("- %s **%s**: %s", auditMark(item.State), prose(item.Title), sentences(item.Summary))
	if isAlerts(item) {
		for _, alert := range sortedAlerts(c) {
			m.linef("  - **%s** %s: %s", verdictWords(alert.Verdict), code(alertName(alert)), sentences(alert.Summary))
			m.evidenceList("    ", alert.Evidence, alert.More)
		}
	} else if item.State != checklist.Pass {
		m.evidenceList("  ", item.Evidence, item.More)
	}
	for i := range item.Mend {
		step := &item.Mend[i]
		m.linef("\n  %s", sentences(step.Text))
		if step.Command != "" {
			fence := "```"
			for strings.Contains(step.Command, fence) {
				fence += "`"
			}
			m.linef("\n  %ssh\n  %s\n  %s", fence, Printable(step.Command), fence)
		}
	}
	if len(item.Mend) > 0 {
		m.linef("")
	}
}

func (m *markdown) evidenceList(indent string, list []checklist.Evidence, more int) {
	for i := range list {
		e := &list[i]
		text := code(e.Text)
		if place := evidencePlace(e); place != "" {
			text = code(place) + " " + text
		}
		if origin := evidenceOrigin(e); origin != "" {
			text += " (" + origin + ")"
		}
		m.linef("%s- %s", indent, text)
	}
	if more > 0 {
		m.linef("%s- and %s more", indent, thousands(int64(more)))
	}
}

// sentences are ours, with commands between backquotes.
func sentences(text string) string {
	var b strings.Builder
	for i, part := range strings.Split(text, "`") {
		switch {
		case part == "":
		case i%2 == 1:
			b.WriteString(code(part))
		default:
			b.WriteString(prose(part))
		}
	}
	return b.String()
}

// prose is text as it is, if it holds nothing that Markdown gives a meaning, and a code span otherwise.
func prose(text string) string {
	if strings.Trim(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ,.;:()'-/%") == "" &&
		!strings.Contains(text, "://") && !strings.Contains(strings.ToLower(text), "www.") {
		return text
	}
	return code(text)
}
