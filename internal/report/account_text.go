package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/unleak/unleak/remediate/account"
)

// accountText tells at the end of an apply what happened, in one screen; the incident file has the rest.
func accountText(w io.Writer, a *account.Account, opts Options) error {
	p := newPage(w, opts)
	p.done(a)
	p.line("")
	if a.Evidence != nil {
		p.line(verdictOf(&p, a.Evidence))
		p.evidence(a.Evidence)
	} else {
		p.line(p.style(bold+";"+yellow, "Not verified: run `unleak verify`."))
	}
	for _, note := range a.Notes {
		p.wrapped("", "  ", p.style(yellow, "Note:")+" "+shown(note))
	}
	p.tasks(a)
	if a.Files.Account != "" {
		p.line("")
		p.line("All of this is in the incident file " + shown(a.Files.Account))
	}
	return p.flush()
}

// done says what was changed, and where the old state is.
func (p *page) done(a *account.Account) {
	plan := a.Plan
	p.line(p.style(bold, "The history of "+shown(plan.Repository.Name)+" is rewritten") + seconds(a) + ".")
	p.labelled("commits", fmt.Sprintf("%s new, %s pruned, of %s", thousands(int64(plan.Commits.Changed)),
		thousands(int64(plan.Commits.Pruned)), thousands(int64(plan.Commits.Total))))
	p.labelled("refs", count(len(plan.Refs), "ref")+" changed")
	p.labelled("size", bytesText(a.Size.Before)+" before, "+bytesText(a.Size.After)+" now")
	purged := count(a.Purged.Packs, "pack") + ", " + count(a.Purged.Loose, "loose object") + ", " +
		count(a.Purged.ReflogEntries, "reflog entry", "reflog entries")
	if a.Purged.OtherFiles > 0 {
		purged += ", " + count(a.Purged.OtherFiles, "other file")
	}
	p.labelled("purged", purged)
	if a.Backup != nil {
		p.labelled("backup", shown(a.Backup.Path)+" ("+bytesText(a.Backup.Bytes)+")")
		p.labelled("", p.style(yellow, "it holds everything that was removed"))
	} else {
		p.labelled("backup", "none, as asked for")
	}
	for i, kept := range a.Kept {
		label := ""
		if i == 0 {
			label = "on disk"
		}
		if i == long && !p.opts.Verbose {
			p.labelled("", p.style(dim, "and "+thousands(int64(len(a.Kept)-i))+" more"))
			break
		}
		p.labelled(label, shown(kept)+p.style(dim, "  kept, untracked"))
	}
	if a.Files.CommitMap != "" {
		p.labelled("commit map", shown(a.Files.CommitMap))
	}
	if a.Files.RefMap != "" {
		p.labelled("ref map", shown(a.Files.RefMap))
	}
}

// seconds is how long an apply took, with a space before.
func seconds(a *account.Account) string {
	took := a.Finished.Sub(a.Started)
	if a.Started.IsZero() || took <= 0 {
		return ""
	}
	return fmt.Sprintf(" in %.1f s", took.Seconds())
}

// tasks lists what remains, numbered. Texts to send are long, and left to the incident file where there
// is one.
func (p *page) tasks(a *account.Account) {
	if len(a.Remaining) == 0 {
		return
	}
	withTexts := p.opts.Verbose || a.Files.Account == ""
	p.line("")
	p.line(p.style(bold, "What remains to do, in this order"))
	for i, task := range a.Remaining {
		p.line("")
		number := fmt.Sprintf("%2d. ", i+1)
		p.line(number + p.style(bold, shown(task.Title)))
		if task.Detail != "" {
			p.wrapped("    ", "    ", shownLong(task.Detail))
		}
		for j, item := range task.Items {
			if j == long && !p.opts.Verbose {
				p.line("    - " + p.style(dim, "and "+thousands(int64(len(task.Items)-j))+" more"))
				break
			}
			p.wrapped("    - ", "      ", shown(item))
		}
		if len(task.Commands) > 0 {
			p.line("")
		}
		for _, command := range task.Commands {
			p.line("      " + Printable(command))
		}
		if task.Text != "" && !withTexts {
			p.wrapped("    ", "    ", "The text to send is in the incident file.")
		} else if task.Text != "" {
			p.line("")
			for line := range strings.Lines(task.Text) {
				p.line("    | " + Printable(strings.TrimRight(line, "\n")))
			}
		}
	}
}

// shownLong is shown for sentences of ours, which may be longer than a name.
func shownLong(s string) string { return clip(Printable(s), 10*quoteLimit) }
