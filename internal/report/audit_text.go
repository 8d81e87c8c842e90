package report

import (
	"io"
	"strings"

	"github.com/unleak/unleak/internal/audit/checklist"
)

// auditPage is an audit for people: a line for each item, below it what is in the way and how it is mended, and at the
// end, where a terminal stops, the answer.
type auditPage struct{ page }

// listedEvidence is how many pieces of evidence an item shows when not verbose.
const listedEvidence = 4

// listedAlerts is how many alerts are listed when not verbose.
const listedAlerts = 20

const auditIndent = "        "

func auditText(w io.Writer, c *checklist.Checklist, opts Options) error {
	p := &auditPage{newPage(w, opts)}
	for section, items := range auditSections(c) {
		p.line(p.style(bold, section))
		for i := range items {
			p.item(&items[i], c)
		}
		p.line("")
	}
	p.verdict(c)
	return p.flush()
}

func (p *auditPage) item(item *checklist.Item, c *checklist.Checklist) {
	title := "  " + p.mark(item.State) + "  " + shown(item.Title)
	switch {
	case item.Summary == checklist.Unproved:
		p.line(title + p.style(dim, " (not proved)"))
		return
	case strings.HasPrefix(item.Summary, checklist.NotHere) && !p.opts.Verbose:
		title += p.style(dim, " (does not apply)")
	}
	p.line(title)
	if item.State == checklist.Pass && !isAlerts(item) {
		if p.opts.Verbose {
			p.wrapped(auditIndent, auditIndent, p.style(dim, shownLong(item.Summary)))
		}
		return
	}
	p.wrapped(auditIndent, auditIndent, shownLong(item.Summary))
	if isAlerts(item) {
		p.alerts(c)
	} else {
		p.evidenceOf(item)
	}
	for i := range item.Mend {
		step := &item.Mend[i]
		p.wrapped(auditIndent+p.style(cyan, "> "), auditIndent+"  ", shownLong(step.Text))
		if step.Command != "" {
			p.line(auditIndent + "      " + Printable(step.Command))
		}
	}
}

func (p *auditPage) evidenceOf(item *checklist.Item) {
	for i := range item.Evidence {
		if i == listedEvidence && !p.opts.Verbose {
			p.line(auditIndent + "- " + p.style(dim, "and "+thousands(int64(len(item.Evidence)-i+item.More))+" more (--verbose lists them)"))
			break
		}
		p.evidence(auditIndent, &item.Evidence[i])
	}
	if item.More > 0 && (p.opts.Verbose || len(item.Evidence) <= listedEvidence) {
		p.line(auditIndent + "- " + p.style(dim, "and "+thousands(int64(item.More))+" more"))
	}
}

// alerts lists the alerts by what they came to, those that need action first.
func (p *auditPage) alerts(c *checklist.Checklist) {
	for i, alert := range sortedAlerts(c) {
		if i == listedAlerts && !p.opts.Verbose {
			p.line(auditIndent + "- " + p.style(dim, "and "+thousands(int64(len(c.Alerts)-i))+" more (--verbose lists them)"))
			return
		}
		style := dim
		if alert.Verdict == checklist.ActionRequired && alert.State != resolved {
			style = bold + ";" + red
		}
		p.line(auditIndent + "- " + p.style(style, verdictWords(alert.Verdict)) + "  " + alertName(alert))
		p.wrapped(auditIndent+"  ", auditIndent+"  ", shownLong(alert.Summary))
		for j := range alert.Evidence {
			if j == listed && !p.opts.Verbose {
				p.line(auditIndent + "  - " + p.style(dim, "and "+thousands(int64(len(alert.Evidence)-j+alert.More))+" more"))
				break
			}
			p.evidence(auditIndent+"  ", &alert.Evidence[j])
		}
	}
}

// evidence writes one piece on a line, or on two where it would be too long.
func (p *auditPage) evidence(indent string, e *checklist.Evidence) {
	place, text := evidencePlace(e), shown(e.Text)
	if origin := evidenceOrigin(e); origin != "" {
		text += "  " + p.style(dim, origin)
	}
	if e.Fingerprint != "" && p.opts.Verbose {
		text += "  " + p.style(dim, "fingerprint "+e.Fingerprint)
	}
	begin := indent + "- "
	switch {
	case place == "":
		p.line(begin + text)
	case width(begin)+width(place)+2+width(text) <= p.opts.Width:
		p.line(begin + p.style(bold, place) + "  " + text)
	default:
		p.line(begin + p.style(bold, place))
		p.line(strings.Repeat(" ", len(begin)) + text)
	}
}

func (p *auditPage) mark(s checklist.State) string {
	switch s {
	case checklist.Pass:
		return p.style(green, "PASS")
	case checklist.Warn:
		return p.style(yellow, "WARN")
	}
	return p.style(bold+";"+red, "FAIL")
}

func (p *auditPage) verdict(c *checklist.Checklist) {
	color := green
	switch {
	case c.State == checklist.Fail:
		color = red
	case !c.Coverage.Complete:
		color = yellow
	}
	p.wrapped("", "", scannedText(c.Coverage)+".")
	if hasFingerprints(c) {
		p.wrapped("", "", "What is meant to be public can be ignored: put its fingerprint (--verbose shows it) and a reason on a line of .unleakignore.")
	}
	p.line(p.style(bold+";"+color, auditVerdict(c)))
}

// hasFingerprints reports whether something fails that could be ignored.
func hasFingerprints(c *checklist.Checklist) bool {
	for i := range c.Items {
		for j := range c.Items[i].Evidence {
			if c.Items[i].State == checklist.Fail && c.Items[i].Evidence[j].Fingerprint != "" {
				return true
			}
		}
	}
	return false
}
