package audit

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/unleak/unleak/internal/audit/checklist"
	"github.com/unleak/unleak/internal/guard"
	"github.com/unleak/unleak/scanner/finding"
)

const (
	sectionGuards   = "Guards"
	sectionCoverage = "Coverage"
)

// guards asks whether the next commit or push is looked at before it is made.
func (a *audit) guards(ctx context.Context) error {
	item := checklist.Item{ID: idGuard, Section: sectionGuards, Title: "A guard looks at commits or pushes"}
	installed, err := guard.Installed(ctx, a.layout)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		item.State, item.Summary = checklist.Warn, "The hooks could not be looked at."
		item.Evidence = []checklist.Evidence{{Text: err.Error()}}
		a.add(item)
		return nil
	}
	standing := ""
	for _, g := range installed {
		if g.Problem != "" {
			item.Evidence = append(item.Evidence, checklist.Evidence{Text: g.Hook + " hook: " + g.Problem, Path: a.shortPath(g.File)})
		} else if standing == "" {
			standing = g.Hook
		}
	}
	switch {
	case standing != "":
		item.Summary = "A " + standing + " hook does."
		item.Evidence = nil
	case a.layout.WorkTree == "":
		item.Summary = checklist.NotHere + "nobody commits in a bare repository; a pre-receive hook would look at what is pushed to it."
	default:
		item.State = checklist.Warn
		item.Summary = "None is installed, so the next secret is found when it is in the history."
		if len(item.Evidence) > 0 {
			item.Summary = "One is there, but git does not run it."
		}
		item.Mend = []checklist.Step{{Text: "Have every commit looked at before it is made.", Command: a.unleak("hook", "install", "pre-commit")}}
	}
	a.add(item)
	return nil
}

// shortPath names a file from the root of the work tree or the Git folder.
func (a *audit) shortPath(file string) string {
	for _, root := range []string{a.layout.WorkTree, a.layout.CommonDir} {
		if relative, err := filepath.Rel(root, file); root != "" && err == nil && filepath.IsLocal(relative) {
			return filepath.ToSlash(relative)
		}
	}
	return file
}

// coverage asks whether the other answers are about everything.
func (a *audit) coverage(context.Context) error {
	a.wholeClone()
	a.judgedBefore()
	return nil
}

func (a *audit) wholeClone() {
	c := &a.header.Coverage
	item := checklist.Item{ID: idCoverage, Section: sectionCoverage, Title: "Everything could be read", Summary: "The clone is whole, and every object was scanned."}
	if c.Complete {
		a.add(item)
		return
	}
	item.State = checklist.Warn
	item.Summary = "Not everything could be read, so what passes above is not proved."
	step := func(text, command string) {
		item.Mend = append(item.Mend, checklist.Step{Text: text, Command: command})
	}
	if c.Shallow {
		item.Evidence = append(item.Evidence, checklist.Evidence{Text: "shallow clone: the history before some commits is not here"})
		step("Fetch the rest of the history.", a.git("fetch", "--unshallow"))
	}
	if c.Partial {
		item.Evidence = append(item.Evidence, checklist.Evidence{Text: "partial clone: objects are fetched when git needs them"})
		step("Fetch what was left out.", a.git("fetch", "--refetch", "--no-filter"))
	}
	for _, note := range c.Notes {
		item.Evidence = append(item.Evidence, checklist.Evidence{Text: note})
	}
	for _, gaps := range []struct {
		what string
		list []finding.Gap
	}{{"damaged", c.Corrupt}, {"missing", c.Missing}, {"not scanned", c.Skipped}} {
		for _, gap := range gaps.list {
			text := gaps.what
			for _, part := range []string{gap.Kind, gap.Object[:min(12, len(gap.Object))]} {
				if part != "" {
					text += " " + part
				}
			}
			item.Evidence = append(item.Evidence, checklist.Evidence{Text: text + ": " + gap.Reason, Path: gap.Path})
		}
	}
	item.More = c.Omitted
	if len(c.Corrupt)+len(c.Missing) > 0 && !c.Partial {
		step("Find out what is broken, and clone anew from where it is whole.", a.git("fsck", "--full"))
	}
	if len(c.Skipped) > 0 {
		step("Look at what was not scanned yourself.", "")
	}
	a.add(item)
}

// judgedBefore says what counts for nothing above because somebody has judged it, so that nobody takes a pass for more than it is.
func (a *audit) judgedBefore() {
	item := checklist.Item{ID: idSuppressed, Section: sectionCoverage, Title: "Nothing was left out of account", Summary: "No finding is ignored."}
	if n := len(a.suppressed); n > 0 {
		item.State = checklist.Warn
		item.Summary = count(n, "finding") + " " + verb(n, "counts", "count") + " for nothing above, since ignore files or a baseline name " + verb(n, "it.", "them.")
		item.Mend = []checklist.Step{{Text: "Read the ignore files as whoever gets the repository will: each line says that a value is no secret."}}
		list := slices.Clone(a.suppressed)
		finding.Sort(list)
		for _, f := range list {
			if len(f.Occurrences) > 0 {
				e := entry{f, &f.Occurrences[f.Primary()], len(f.Occurrences)}
				item.Evidence = append(item.Evidence, e.evidence())
			}
		}
	}
	if a.options.RulesFrom != "" {
		item.State = checklist.Warn
		text := "The rules come from " + a.options.RulesFrom + ", which the repository brings along."
		if len(a.suppressed) == 0 {
			item.Summary = text
		} else {
			item.Summary += " " + text
		}
	}
	if s := a.header.Suppressed; s != nil && s.LowConfidence > 0 {
		item.Summary += fmt.Sprintf(" %s of low confidence %s not counted; `%s` shows %s.",
			count(s.LowConfidence, "finding"), verb(s.LowConfidence, "is", "are"), a.unleak("scan", "--min-confidence", "low"), verb(s.LowConfidence, "it", "them"))
	}
	a.add(item)
}
