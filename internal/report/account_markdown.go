package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/unleak/unleak/remediate/account"
)

// markdown writes an account as an incident file: it can be attached to a ticket as it is.
// Repository content stands in code spans only, where no markup or link works.
type markdown struct{ out *bufio.Writer }

func accountMarkdown(w io.Writer, a *account.Account) error {
	m := &markdown{bufio.NewWriter(w)}
	m.summary(a)
	m.secrets(a.Plan.Secrets)
	m.changes(a)
	m.evidence(a.Evidence)
	m.remaining(a.Remaining)
	m.record(a)
	if err := m.out.Flush(); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

func (m *markdown) linef(format string, args ...any) { fmt.Fprintf(m.out, format+"\n", args...) }

// code is content as a code span: between more backquotes than it holds.
func code(content string) string {
	content = shown(content)
	fence := "`"
	for strings.Contains(content, fence) {
		fence += "`"
	}
	if strings.HasPrefix(content, "`") || strings.HasSuffix(content, "`") {
		content = " " + content + " "
	}
	if content == "" {
		return "(none)"
	}
	return fence + content + fence
}

// cell is code for a table, where a bar would end the cell.
func cell(content string) string { return strings.ReplaceAll(code(content), "|", `\|`) }

// block is text in a fence longer than any in it, each line printable.
func (m *markdown) block(text string) {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	m.linef("\n%stext", fence)
	for line := range strings.Lines(text) {
		m.linef("%s", Printable(strings.TrimRight(line, "\n")))
	}
	m.linef("%s", fence)
}

func (m *markdown) summary(a *account.Account) {
	p := a.Plan
	m.linef("# Removal of sensitive data from the history of %s\n", code(p.Repository.Name))
	m.linef("| | |\n|---|---|")
	m.linef("| Repository | %s |", cell(p.Repository.Path))
	for _, remote := range p.Repository.Remotes {
		m.linef("| Remote %s | %s |", cell(remote.Name), cell(remote.URL))
	}
	m.linef("| Started | %s |", moment(a.Started))
	m.linef("| Finished | %s |", moment(a.Finished))
	m.linef("| Tool | %s |", cell(a.Tool.Name+" "+a.Tool.Version))
	m.linef("| Plan | %s |", cell(p.ID))
	for _, path := range p.Selectors.Paths {
		m.linef("| Asked to remove | %s |", cell(path))
	}
	if p.Selectors.Secrets {
		m.linef("| Asked to redact | every secret that the scan found |")
	}
	for _, fingerprint := range p.Selectors.Findings {
		m.linef("| Asked to redact | %s |", cell(fingerprint))
	}
	if p.Selectors.ReplaceText != "" {
		m.linef("| Asked to replace | the texts of %s |", cell(p.Selectors.ReplaceText))
	}
	m.linef("| Verified | %s |", provedText(a.Evidence))
	if a.Backup != nil {
		m.linef("| Backup | %s, %s, mode 0600; **it holds everything that was removed** |", cell(a.Backup.Path), bytesText(a.Backup.Bytes))
	} else {
		m.linef("| Backup | none, as asked for |")
	}
}

func provedText(e *account.Evidence) string {
	switch {
	case e == nil:
		return "**no**"
	case e.Proved:
		return "yes: nothing of it is left in this repository"
	case len(e.Holding) > 0:
		return "**NO: " + count(len(e.Holding), "place") + " still " + "hold it**"
	}
	return "**no: not everything could be searched**"
}

func moment(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return validDate(t).UTC().Format("2006-01-02 15:04:05 UTC")
}

func (m *markdown) secrets(secrets []account.Secret) {
	m.linef("\n## Secrets\n")
	if len(secrets) == 0 {
		m.linef("No rule found a secret in what was removed.")
		return
	}
	m.linef("Named by rule and fingerprint; no value stands in this file. **Rotate every one of them.**\n")
	m.linef("| Severity | Rule | Fingerprint | Since | Places | Done | Revoke at |\n|---|---|---|---|---|---|---|")
	for _, s := range secrets {
		since := "-"
		if date := validDate(s.Since); !date.IsZero() {
			since = date.Format(time.DateOnly)
		}
		revoke := "-"
		if s.Revoke != "" {
			revoke = cell(s.Revoke)
		}
		m.linef("| %s | %s | %s | %s | %s | %s | %s |", shown(s.Severity), cell(s.RuleID), cell(s.Fingerprint), since,
			thousands(int64(s.PlaceCount)), fateWord(s.Fate), revoke)
	}
	for _, s := range secrets {
		m.linef("\n%s in:\n", code(s.Fingerprint))
		for i := range s.Places {
			place := &s.Places[i]
			line := "- " + code(placeText(place))
			if place.Commit != "" {
				line += ", commit `" + place.Commit + "`"
			}
			m.linef("%s", line)
		}
		if more := s.PlaceCount - len(s.Places); more > 0 {
			m.linef("- and %s", count(more, "more place"))
		}
	}
}

func fateWord(fate account.Fate) string {
	if fate == account.Stays {
		return "**stays in some places**"
	}
	return shown(string(fate))
}
