package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/unleak/unleak/internal/audit/checklist"
	"github.com/unleak/unleak/scanner/finding"
)

// checklistPage is a checklist as a page shows it. All of it stands in the page as HTML; the script adds buttons
// that copy, and nothing is lost without it.
type checklistPage struct {
	htmlHead
	About    htmlAbout
	Verdict  htmlVerdict
	States   []htmlCount
	Sections []htmlSection
	InTheWay []htmlItem // what fails, then what is to be looked at
	Alerts   []htmlAlert
	NotShown []string
	Coverage htmlCoverage
}

// htmlCount is how many items came out in one way.
type htmlCount struct {
	ID, Word string
	Count    int
}

type htmlSection struct {
	Name  string
	Items []htmlItem
}

type htmlItem struct {
	ID, State, Word, Title, Summary string
	Open                            bool
	Evidence                        []htmlEvidence
	More                            int
	Mend                            []htmlStep
}

type htmlEvidence struct {
	Text, Place, PlaceURL, Commit, CommitURL, Date, Rule, Fingerprint string
}

type htmlStep struct{ Text, Command string }

type htmlAlert struct {
	Number                   int
	Type, URL, Secret, State string
	Verdict, Class, Summary  string
	Evidence                 []htmlEvidence
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
	page := checklistPage{
		htmlHead: htmlHead{asset, "Audit of " + sourceTitle(c.Source)}, About: aboutSource(c.Tool, c.Source),
		Verdict: checklistVerdict(c), States: htmlCounts(c), Sections: htmlSections(c), Coverage: htmlCoverageOf(c.Coverage),
	}
	for _, state := range []checklist.State{checklist.Fail, checklist.Warn} {
		for _, section := range page.Sections {
			for _, item := range section.Items {
				if item.State == string(state) {
					page.InTheWay = append(page.InTheWay, item)
				}
			}
		}
	}
	page.NotShown, _, _ = notShown(c.Suppressed)
	for i := range c.Alerts {
		page.Alerts = append(page.Alerts, htmlAlertOf(c.Source, &c.Alerts[i]))
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

func htmlCounts(c *checklist.Checklist) []htmlCount {
	totals := auditTotals(c)
	return []htmlCount{
		{string(checklist.Fail), verbFor(totals[checklist.Fail], "fails", "fail"), totals[checklist.Fail]},
		{string(checklist.Warn), "to look at", totals[checklist.Warn]},
		{string(checklist.Pass), verbFor(totals[checklist.Pass], "passes", "pass"), totals[checklist.Pass]},
	}
}

// checklistVerdict is the answer, and what to do with it.
func checklistVerdict(c *checklist.Checklist) htmlVerdict {
	title := strings.TrimSuffix(auditVerdict(c), ".")
	totals := auditTotals(c)
	switch {
	case totals[checklist.Fail] > 0:
		return htmlVerdict{"fail", title, "Each item below says what was met, and which command mends it. Rotate what leaked first."}
	case !c.Coverage.Complete:
		return htmlVerdict{"warn", title, "See Coverage below for what is missing and how to get it."}
	case totals[checklist.Warn] > 0:
		return htmlVerdict{"pass", title, "Read what these items say, and decide. No program can."}
	}
	return htmlVerdict{"pass", title, "The next commit may bring a secret in, so keep the guard."}
}

func htmlSections(c *checklist.Checklist) []htmlSection {
	var sections []htmlSection
	for name, items := range auditSections(c) {
		section := htmlSection{Name: shown(name)}
		for i := range items {
			item := &items[i]
			h := htmlItem{
				ID: Printable(item.ID), State: string(item.State), Word: auditWord(item.State), Title: shown(item.Title), Summary: shown(item.Summary),
				Open: item.State != checklist.Pass, Evidence: htmlEvidenceOf(c.Source, item.Evidence), More: item.More,
			}
			for _, step := range item.Mend {
				h.Mend = append(h.Mend, htmlStep{shown(step.Text), shellText(step.Command)})
			}
			section.Items = append(section.Items, h)
		}
		sections = append(sections, section)
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

func htmlEvidenceOf(source finding.Source, evidence []checklist.Evidence) []htmlEvidence {
	var list []htmlEvidence
	for i := range evidence {
		e := &evidence[i]
		list = append(list, htmlEvidence{
			Text: shown(e.Text), Place: evidencePlace(e), PlaceURL: fileURL(source.Remote, e.Commit, e.Path, e.Line),
			Commit: shortID(Printable(e.Commit)), CommitURL: commitURL(source.Remote, e.Commit), Date: day(e.Date),
			Rule: Printable(e.RuleID), Fingerprint: Printable(e.Fingerprint),
		})
	}
	return list
}

func htmlAlertOf(source finding.Source, a *checklist.Alert) htmlAlert {
	word, class := verdictWord(a.Verdict)
	state := Printable(a.State)
	if a.Resolution != "" {
		state += ", " + strings.ReplaceAll(Printable(a.Resolution), "_", " ")
	}
	return htmlAlert{
		Number: a.Number, Type: shown(a.Type), URL: httpsOnly(a.URL), Secret: shown(a.Secret.String()), State: state,
		Verdict: word, Class: string(class), Summary: shown(a.Summary), Evidence: htmlEvidenceOf(source, a.Evidence), More: a.More,
	}
}
