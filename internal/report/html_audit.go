package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/unleak/unleak/internal/audit/checklist"
	"github.com/unleak/unleak/scanner/finding"
)

// auditPage is a checklist as a page shows it. All of it stands in the page as HTML; the script adds buttons
// that copy, and nothing is lost without it.
type auditPage struct {
	htmlHead
	About    htmlAbout
	Verdict  htmlVerdict
	States   []auditCount
	Sections []auditSection
	Alerts   []auditAlert
	NotShown []string
	Coverage htmlCoverage
}

// auditCount is how many items came out in one way.
type auditCount struct {
	ID, Word string
	Count    int
}

type auditSection struct {
	Name  string
	Items []auditItem
}

type auditItem struct {
	ID, State, Word, Title, Summary string
	Open                            bool
	Evidence                        []auditEvidence
	More                            int
	Mend                            []auditStep
}

type auditEvidence struct {
	Text, Place, PlaceURL, Commit, CommitURL, Date, Rule, Fingerprint string
}

type auditStep struct{ Text, Command string }

type auditAlert struct {
	Number                   int
	Type, URL, Secret, State string
	Verdict, Class, Summary  string
	Evidence                 []auditEvidence
	More                     int
}

// auditWord is how a page says a state, beside its sign and color.
func auditWord(s checklist.State) string {
	switch s {
	case checklist.Pass:
		return "passes"
	case checklist.Warn:
		return "look at it"
	}
	return "fails"
}

// verdictWord says what an alert came to, and as which state it is colored.
func verdictWord(v checklist.Verdict) (word string, class checklist.State) {
	switch v {
	case checklist.Placeholder:
		return "placeholder", checklist.Pass
	case checklist.GoneFromRepo:
		return "gone from history", checklist.Pass
	}
	return "action required", checklist.Fail
}

// writeAuditHTML writes a checklist as one HTML file that needs nothing else. What is said of [htmlReport] holds
// for it.
func writeAuditHTML(w io.Writer, c *checklist.Checklist) error {
	asset, err := readAssets(auditStyles(), auditScripts())
	if err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	page := auditPage{
		htmlHead: htmlHead{asset, "Audit of " + sourceTitle(c.Source)}, About: aboutSource(c.Tool, c.Source),
		Verdict: auditVerdict(c), States: auditCounts(c.Items), Sections: auditSections(c), Coverage: htmlCoverageOf(c.Coverage),
	}
	page.NotShown, _, _ = notShown(c.Suppressed)
	for i := range c.Alerts {
		page.Alerts = append(page.Alerts, auditAlertOf(c.Source, &c.Alerts[i]))
	}
	out := bufio.NewWriterSize(w, 1<<16)
	if err := executeHTML(out, "audit", page); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

func auditCounts(items []checklist.Item) []auditCount {
	var counts []auditCount
	for _, state := range []checklist.State{checklist.Fail, checklist.Warn, checklist.Pass} {
		n := 0
		for i := range items {
			if items[i].State == state {
				n++
			}
		}
		counts = append(counts, auditCount{string(state), map[checklist.State]string{
			checklist.Fail: "fail", checklist.Warn: "to look at", checklist.Pass: "pass"}[state], n})
	}
	return counts
}

func auditVerdict(c *checklist.Checklist) htmlVerdict {
	failing, looking := auditCounts(c.Items)[0].Count, auditCounts(c.Items)[1].Count
	switch c.State {
	case checklist.Pass:
		return htmlVerdict{"pass", "Nothing is in the way of publishing", "All " + count(len(c.Items), "check") + " passed."}
	case checklist.Warn:
		return htmlVerdict{"warn", "Nothing fails, and " + count(looking, "check is", "checks are") + " to be looked at",
			"Read what they say, and decide. The program could not."}
	}
	return htmlVerdict{"fail", "Not to be published yet: " + count(failing, "check fails", "checks fail"),
		"Each one below says what was met and which command mends it. Rotate what leaked first."}
}

// auditSections puts items under their headings, in the order in which these first come.
func auditSections(c *checklist.Checklist) []auditSection {
	var sections []auditSection
	indexes := newNumbering()
	for i := range c.Items {
		item := &c.Items[i]
		at := indexes.index(item.Section)
		if at == len(sections) {
			sections = append(sections, auditSection{Name: shown(item.Section)})
		}
		shownItem := auditItem{
			ID: Printable(item.ID), State: string(item.State), Word: auditWord(item.State), Title: shown(item.Title), Summary: shown(item.Summary),
			Open: item.State != checklist.Pass, Evidence: auditEvidenceOf(c.Source, item.Evidence), More: item.More,
		}
		for _, step := range item.Mend {
			shownItem.Mend = append(shownItem.Mend, auditStep{shown(step.Text), shellText(step.Command)})
		}
		sections[at].Items = append(sections[at].Items, shownItem)
	}
	return sections
}

// shellText is a command as a page shows it: whole, on its lines.
func shellText(command string) string {
	lines := strings.Split(command, "\n")
	for i, line := range lines {
		lines[i] = Printable(line)
	}
	return strings.Join(lines, "\n")
}

func auditEvidenceOf(source finding.Source, evidence []checklist.Evidence) []auditEvidence {
	var list []auditEvidence
	for _, e := range evidence {
		where := htmlPlace{Path: shown(e.Path), Line: e.Line}
		list = append(list, auditEvidence{
			Text: shown(e.Text), Place: plainPlace(where), PlaceURL: fileURL(source.Remote, e.Commit, e.Path, e.Line),
			Commit: shortID(Printable(e.Commit)), CommitURL: commitURL(source.Remote, e.Commit), Date: day(e.Date),
			Rule: Printable(e.RuleID), Fingerprint: Printable(e.Fingerprint),
		})
	}
	return list
}

func auditAlertOf(source finding.Source, a *checklist.Alert) auditAlert {
	word, class := verdictWord(a.Verdict)
	state := Printable(a.State)
	if a.Resolution != "" {
		state += ", " + strings.ReplaceAll(Printable(a.Resolution), "_", " ")
	}
	return auditAlert{
		Number: a.Number, Type: shown(a.Type), URL: httpsOnly(a.URL), Secret: shown(a.Secret.String()), State: state,
		Verdict: word, Class: string(class), Summary: shown(a.Summary), Evidence: auditEvidenceOf(source, a.Evidence), More: a.More,
	}
}
