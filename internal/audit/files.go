package audit

import (
	"fmt"
	"slices"

	"github.com/unleak/unleak/internal/audit/checklist"
	"github.com/unleak/unleak/scanner/finding"
)

// isCurrent reports whether HEAD or the index has the file.
func (f *file) isCurrent() bool {
	return slices.ContainsFunc(f.occurrences, func(o finding.Occurrence) bool { return o.AtHead || areaOf(&o) == staged })
}

// filesOf selects files by kind, and by whether HEAD or the index has them.
func (a *audit) filesOf(current bool, kinds ...fileKind) []*file {
	var list []*file
	for i := range a.files {
		if f := &a.files[i]; slices.Contains(kinds, f.kind) && f.isCurrent() == current {
			list = append(list, f)
		}
	}
	return list
}

// harmless reports whether files are among tests and examples, and no secret was found in any.
func harmless(files []*file) bool {
	return !slices.ContainsFunc(files, func(f *file) bool { return !isSample(f.path) || len(f.held) > 0 })
}

// stateOf is the state of an item that is about files by name.
func stateOf(files []*file) checklist.State {
	switch {
	case len(files) == 0:
		return checklist.Pass
	case harmless(files):
		return checklist.Warn
	}
	return checklist.Fail
}

func (a *audit) envAtHead() {
	files := a.filesOf(true, envFile)
	item := checklist.Item{
		ID: idEnvAtHead, Section: sectionCurrent, Title: "No env file is tracked", State: stateOf(files),
		Summary: "Neither HEAD nor the index has one.", Evidence: a.fileEvidence(files),
	}
	if n := len(files); n > 0 {
		item.Summary = count(n, "env file") + " " + verb(n, "is", "are") + " tracked."
		if item.State == checklist.Warn {
			item.Summary = count(n, "env file") + " " + verb(n, "is", "are") + " tracked, among tests or examples and without a known secret."
		}
		item.Mend = a.untrackSteps(files)
	}
	a.add(item)
}

// untrackSteps remove tracked files from the history, or from the index where no commit has them.
func (a *audit) untrackSteps(files []*file) []checklist.Step {
	words := []string{"rm", "--cached", "--"}
	for _, f := range files {
		if slices.ContainsFunc(f.occurrences, func(o finding.Occurrence) bool { return areaOf(&o) != staged }) {
			return a.removeSteps(files)
		}
		if len(words) < 3+maxNamed {
			words = append(words, f.path)
		}
	}
	return []checklist.Step{{Text: "Unstage " + verb(len(files), "it", "them") + ", and have .gitignore name " + verb(len(files), "it", "them") + ".", Command: a.git(words...)}}
}

func (a *audit) envInHistory() {
	files := a.filesOf(false, envFile)
	item := checklist.Item{
		ID: idEnvHistory, Section: sectionHistory, Title: "No env file was ever committed", State: stateOf(files),
		Summary: "None, deleted ones included.", Evidence: a.fileEvidence(files),
	}
	switch n, current := len(files), len(a.filesOf(true, envFile)); {
	case n > 0:
		item.Summary = count(n, "env file") + " that HEAD has no more " + verb(n, "is", "are") + " in the history."
		item.Mend = a.historySteps(files)
	case current > 0:
		item.Summary = "None but " + verb(current, "the one", "those") + " that HEAD still has."
	}
	a.unproved(&item)
	a.add(item)
}

// namedFiles asks for keys and credentials that their names give away.
func (a *audit) namedFiles(id, section, title string, current bool) {
	files := a.filesOf(current, keyFile, credentialFile)
	item := checklist.Item{ID: id, Section: section, Title: title, State: stateOf(files), Summary: "None.", Evidence: a.fileEvidence(files)}
	if n := len(files); n > 0 {
		where := "tracked"
		if !current {
			where = "in the history, and no more at HEAD"
		}
		item.Summary = count(n, "file") + " " + verb(n, "is", "are") + " " + where + "."
		if item.State == checklist.Warn {
			item.Summary = count(n, "file") + " " + verb(n, "is", "are") + " " + where + ", among tests or examples and without a known secret."
		}
		item.Mend = a.historySteps(files)
		if current {
			item.Mend = a.untrackSteps(files)
		}
	}
	a.unproved(&item)
	a.add(item)
}

// historySteps take files out of the past: by a rewrite where a ref reaches them, and otherwise by dropping what holds them.
func (a *audit) historySteps(files []*file) []checklist.Step {
	var reached, loose []*file
	stashed := false
	for _, f := range files {
		areas := map[area]bool{}
		for i := range f.occurrences {
			areas[areaOf(&f.occurrences[i])] = true
		}
		switch {
		case areas[inHistory] || areas[inNotes]:
			reached = append(reached, f)
		case areas[inStash]:
			stashed = true
		default:
			loose = append(loose, f)
		}
	}
	var steps []checklist.Step
	if len(reached) > 0 {
		steps = append(steps, a.removeSteps(reached)...)
	}
	switch {
	case stashed:
		steps = append(steps, a.stashSteps(nil)...)
	case len(loose) > 0:
		steps = append(steps, a.pruneSteps()[1])
	}
	return steps
}

// fileEvidence says of each file where it came in, and what it holds, the worst first.
func (a *audit) fileEvidence(files []*file) []checklist.Evidence {
	files = slices.Clone(files)
	slices.SortStableFunc(files, func(x, y *file) int { return len(y.held) - len(x.held) })
	list := make([]checklist.Evidence, 0, len(files))
	for _, f := range files {
		first := &f.occurrences[0]
		e := checklist.Evidence{Path: f.path, Commit: first.Commit, Date: first.Date, RuleID: f.rule, Fingerprint: f.fingerprint}
		e.Text = map[fileKind]string{envFile: "env file", keyFile: "private key or key store", credentialFile: "credential file"}[f.kind]
		if f.member != "" {
			e.Text += " " + f.member + " in this archive"
		}
		if n := len(f.held); n > 0 {
			e.Text += fmt.Sprintf(" with %s (%s)", count(n, "secret"), worst(f.held))
		}
		versions := 0
		var removed string
		for i := range f.occurrences {
			if f.occurrences[i].Commit != "" {
				versions++
			}
			if f.occurrences[i].RemovedIn != "" {
				removed = f.occurrences[i].RemovedIn
			}
		}
		if versions > 1 {
			e.Text += fmt.Sprintf(", %d versions", versions)
		}
		switch {
		case f.isCurrent() && versions == 0:
			e.Text += ", staged"
		case !f.isCurrent() && removed != "":
			e.Text += ", removed in " + removed[:min(12, len(removed))]
		}
		if holder := held(first); holder != "" && first.HeldBy != "index" {
			e.Text += ", " + holder
		}
		list = append(list, e)
	}
	return list
}
