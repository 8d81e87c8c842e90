package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/unleak/unleak/internal/audit/checklist"
	"github.com/unleak/unleak/scanner/finding"
)

// AuditFormats returns the formats of an audit.
func AuditFormats() []string { return []string{Text, JSON, Markdown, HTML} }

// WriteChecklist writes what an audit says, in one of [AuditFormats].
func WriteChecklist(w io.Writer, format string, c *checklist.Checklist, opts Options) error {
	switch format {
	case Text:
		return auditText(w, c, opts)
	case JSON:
		return writeJSON(w, jsonChecklist(c))
	case Markdown:
		return auditMarkdown(w, c)
	case HTML:
		return writeAuditHTML(w, c)
	}
	return unknownFormat(format, AuditFormats()...)
}

// AuditFormatFor splits the value of --output, as [FormatFor] does: FORMAT:FILE, or a FILE whose
// extension (.txt, .json, .md, .html) names the format.
func AuditFormatFor(output string) (format, file string, err error) {
	if prefix, rest, ok := strings.Cut(output, ":"); ok && isFormatWord(prefix) {
		switch {
		case !slices.Contains(AuditFormats(), prefix):
			return "", "", fmt.Errorf("output %q: %w", output, unknownFormat(prefix, AuditFormats()...))
		case rest == "":
			return "", "", fmt.Errorf("output %q names no file: write %s:FILE", output, prefix)
		}
		return prefix, rest, nil
	}
	for extension, format := range map[string]string{".txt": Text, ".json": JSON, ".md": Markdown, ".markdown": Markdown, ".html": HTML, ".htm": HTML} {
		if strings.HasSuffix(strings.ToLower(output), extension) && slices.Contains(AuditFormats(), format) {
			return format, output, nil
		}
	}
	return "", "", fmt.Errorf("output %q: its extension names no format: end it in .txt, .json, .md or .html, or write FORMAT:FILE such as json:%s",
		output, output)
}

// jsonChecklist returns a checklist as JSON can express it.
func jsonChecklist(c *checklist.Checklist) *checklist.Checklist {
	c = c.MapText(finding.ValidText)
	c.SchemaVersion = checklist.SchemaVersion
	header := jsonHeader(finding.Header{Source: c.Source, Coverage: c.Coverage})
	c.Source, c.Coverage = header.Source, header.Coverage
	c.Items = append([]checklist.Item{}, c.Items...)
	for i := range c.Items {
		dateEvidence(c.Items[i].Evidence)
	}
	for i := range c.Alerts {
		dateEvidence(c.Alerts[i].Evidence)
	}
	return c
}

func dateEvidence(list []checklist.Evidence) {
	for i := range list {
		list[i].Date = validDate(list[i].Date)
	}
}

// auditTotals counts the items of a checklist by state.
func auditTotals(c *checklist.Checklist) map[checklist.State]int {
	totals := map[checklist.State]int{}
	for i := range c.Items {
		totals[c.Items[i].State]++
	}
	return totals
}

// auditVerdict answers in one sentence whether the repository may go public.
func auditVerdict(c *checklist.Checklist) string {
	totals := auditTotals(c)
	look := ""
	if n := totals[checklist.Warn]; n > 0 {
		look = ", " + thousands(int64(n)) + verbFor(n, " is", " are") + " to be looked at"
	}
	switch n := totals[checklist.Fail]; {
	case n > 0:
		return "Not ready to go public: " + thousands(int64(n)) + " of " + count(len(c.Items), "item") + verbFor(n, " fails", " fail") + look + "."
	case !c.Coverage.Complete:
		return "Not proved: nothing fails, but not everything could be read."
	}
	return "Ready to go public: nothing fails in " + count(len(c.Items), "item") + look + "."
}

func verbFor(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// evidencePlace is where a piece of evidence is, as one printable line; empty where it says so itself.
func evidencePlace(e *checklist.Evidence) string {
	if e.Path == "" {
		return ""
	}
	text := shown(e.Path)
	if e.Line > 0 {
		text += fmt.Sprintf(":%d", e.Line)
	}
	return text
}

// evidenceOrigin is when and by which commit it came in.
func evidenceOrigin(e *checklist.Evidence) string {
	var parts []string
	if date := validDate(e.Date); !date.IsZero() {
		parts = append(parts, date.Format(time.DateOnly))
	}
	if e.Commit != "" {
		parts = append(parts, "commit "+shortID(e.Commit))
	}
	return strings.Join(parts, ", ")
}

// auditSections yields the items under their headings, in their order.
func auditSections(c *checklist.Checklist) func(yield func(string, []checklist.Item) bool) {
	return func(yield func(string, []checklist.Item) bool) {
		for from := 0; from < len(c.Items); {
			to := from
			for to < len(c.Items) && c.Items[to].Section == c.Items[from].Section {
				to++
			}
			if !yield(c.Items[from].Section, c.Items[from:to]) {
				return
			}
			from = to
		}
	}
}

// verdictWords says what an alert came to.
func verdictWords(v checklist.Verdict) string {
	switch v {
	case checklist.Placeholder:
		return "placeholder"
	case checklist.GoneFromRepo:
		return "gone from history"
	case checklist.ActionRequired:
		return "action required"
	}
	return ""
}

// resolved is the state of an alert that somebody has closed on GitHub.
const resolved = "resolved"

// isAlerts reports whether an item is about the alerts, which are listed in its place.
func isAlerts(item *checklist.Item) bool { return item.ID == checklist.AlertsID }

// sortedAlerts returns the alerts, open ones before closed, those that need action first.
func sortedAlerts(c *checklist.Checklist) []*checklist.Alert {
	list := make([]*checklist.Alert, 0, len(c.Alerts))
	for i := range c.Alerts {
		list = append(list, &c.Alerts[i])
	}
	rank := func(a *checklist.Alert) int {
		n := slices.Index([]checklist.Verdict{checklist.ActionRequired, checklist.Placeholder, checklist.GoneFromRepo}, a.Verdict)
		if a.State == resolved {
			n += 3
		}
		return n
	}
	slices.SortStableFunc(list, func(a, b *checklist.Alert) int { return rank(a) - rank(b) })
	return list
}

// alertName is the number and sort of an alert, with what may be shown of its value.
func alertName(a *checklist.Alert) string {
	text := fmt.Sprintf("#%d %s", a.Number, shown(a.Type))
	if secret := a.Secret.String(); secret != "" && secret != "..." {
		text += " " + shown(secret)
	}
	if a.State == resolved {
		text += ", closed"
		if a.Resolution != "" {
			text += " as " + shown(strings.ReplaceAll(a.Resolution, "_", " "))
		}
	}
	return text
}
