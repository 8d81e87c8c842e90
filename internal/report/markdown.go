package report

import (
	"bytes"
	"cmp"
	"fmt"
	"io"

	"github.com/unleak/unleak/scanner/finding"
)

// GitHub refuses a job summary of more than 1 MiB
// (https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#adding-a-job-summary), and steps share a page.
// What stands in front of the details is short, so that it can be read, and cut to the 65,536 characters of a comment.
const (
	maxMarkdown      = 800_000 // bytes up to the end of the places
	maxMarkdownTable = 40_000  // bytes up to the end of the table of findings
	markdownPlaces   = 20      // of a finding, in the details
	markdownGaps     = 20      // of a class
)

// markdownReport writes Markdown as GitHub shows it in a job summary or a comment: the verdict, what to do, a table of the
// findings, and all their places in details to unfold. What does not fit into the limits is counted.
//
// Repository content stands in code spans only, where no markup, mention, link or HTML works. The verdict comes first, so
// findings are held until the end, which [finding.Deliver] has in memory anyway.
type markdownReport struct {
	w        io.Writer
	header   finding.Header
	findings []*finding.Finding
	totals   totals
	text     bytes.Buffer
}

func newMarkdownReport(w io.Writer) *markdownReport {
	return &markdownReport{w: w, totals: newTotals()}
}

func (r *markdownReport) Start(header finding.Header) error {
	r.header = header
	return nil
}

func (r *markdownReport) Finding(f *finding.Finding) error {
	r.findings = append(r.findings, f)
	r.totals.add(f)
	return nil
}

func (r *markdownReport) End() error {
	r.verdict()
	if len(r.findings) > 0 {
		r.next()
		r.table()
		r.details()
	}
	r.coverage()
	r.suppressed()
	if _, err := r.w.Write(r.text.Bytes()); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

func (r *markdownReport) linef(format string, args ...any) {
	fmt.Fprintf(&r.text, format+"\n", args...)
}

// verdict is the first line, and what it rests on.
func (r *markdownReport) verdict() {
	complete := r.header.Coverage.Complete
	switch {
	case len(r.findings) > 0:
		r.linef("## %s found\n", count(len(r.findings), "secret"))
		r.linef("**%s**\n", r.totals.sentence())
	case complete:
		r.linef("## No secrets found\n")
	default:
		r.linef("## No secrets found, but the scan is incomplete\n")
	}
	source := code(r.header.Source.Name)
	if r.header.Source.Range != "" {
		source += ", commits " + code(r.header.Source.Range)
	}
	r.linef("%s of %s; %s.\n", scannedText(r.header.Coverage), source,
		map[bool]string{true: "complete", false: "**incomplete**"}[complete])
	for i, class := range gapClasses(r.header.Coverage) {
		if i == markdownGaps {
			r.linef("- and more; the JSON report has all")
			break
		}
		text := whatMarkdown(class)
		if class.remedy != "" {
			text += ": " + class.remedy // ours, with commands in code spans
		}
		r.linef("- **Not scanned**: %s", text)
	}
}

// whatMarkdown is what was not scanned: words of ours, but for notes.
func whatMarkdown(class gapClass) string {
	if class.id == "note" {
		return code(class.what)
	}
	return class.what
}

// next says what to do, in the order that limits the harm.
func (r *markdownReport) next() {
	r.linef("**What to do**\n")
	r.linef("1. Revoke or rotate each secret where it was issued, before anything else: it is known to whoever has a copy.")
	r.linef("2. Take it out of the files, and read it from the environment or a secret store.")
	r.linef("3. Take it out of the history: `unleak remediate --secrets` plans that, and `unleak verify` proves it.")
	r.linef("\nWhat is no secret can be ignored: put its fingerprint and a reason on a line of `.unleakignore`.\n")
}

// table lists the findings, the worst first, as far as there is room.
func (r *markdownReport) table() {
	r.linef("| Severity | Secret | Where | Since | Now |\n|---|---|---|---|---|")
	for i, f := range r.findings {
		o := &f.Occurrences[f.Primary()]
		now := presence(f)
		switch gone := day(f.Exposure().Last); {
		case now == stillAtHead:
			now = "**" + now + "**"
		case now == goneFromHead && gone != "":
			now += " since " + gone
		}
		secret := cell(f.RuleID)
		if value := f.Secret.String(); value != "..." {
			secret += " " + cell(clip(Printable(value), 60))
		}
		row := fmt.Sprintf("| %s | %s | %s | %s | %s |\n", f.Severity, secret,
			cell(clip(place(r.header.Source, o), 160)), cmp.Or(day(f.Occurrences[0].Date), "-"), cmp.Or(now, "-"))
		if r.text.Len()+len(row) > maxMarkdownTable {
			r.linef("\nThis table has no room for %s; the details below have more.", count(len(r.findings)-i, "more finding"))
			return
		}
		r.text.WriteString(row)
	}
}
