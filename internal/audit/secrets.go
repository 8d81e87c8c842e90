package audit

import (
	"context"

	"github.com/unleak/unleak/internal/audit/checklist"
	"github.com/unleak/unleak/scanner/finding"
)

const (
	sectionCurrent = "Current files"
	sectionHistory = "History"
)

// question is an item that findings alone decide.
type question struct {
	id, section, title string
	none               string // what its summary says where there is nothing
	where              string // in which there are so many secrets
	mend               func(a *audit, entries []entry) []checklist.Step
}

// currentFiles asks about what HEAD has, and what is about to be committed.
func (a *audit) currentFiles(ctx context.Context) error {
	a.envAtHead()
	if err := a.envExamples(ctx); err != nil {
		return err
	}
	a.namedFiles(idFiles, sectionCurrent, "No private keys, key stores or credential files by name", true)
	for _, q := range []question{
		{idCode, sectionCurrent, "No secrets in code and settings", "None at HEAD.", "code and settings at HEAD", (*audit).redactSteps},
		{idDocs, sectionCurrent, "Documentation and examples hold placeholders only", "No secret is in them at HEAD.", "documentation and examples at HEAD", (*audit).redactSteps},
		{idCI, sectionCurrent, "CI files hold no secrets", "None at HEAD.", "files that a CI service or a container is built from", (*audit).ciSteps},
		{idStaged, sectionCurrent, "Nothing staged holds a secret", "None is about to be committed.", "what is staged for the next commit", (*audit).stagedSteps},
	} {
		a.ask(q)
	}
	return nil
}

// history asks about what only the past has, and about texts that are no files.
func (a *audit) history(context.Context) error {
	a.envInHistory()
	a.pastExamples()
	a.namedFiles(idFilesHistory, sectionHistory, "No private keys, key stores or credential files by name in earlier commits", false)
	for _, q := range []question{
		{idHistory, sectionHistory, "No secrets in earlier versions of files", "None.", "earlier versions of files", (*audit).redactSteps},
		{idMessages, sectionHistory, "No secrets in commit messages", "None, nor in the names of authors.", "the messages, headers or authors of commits", (*audit).redactSteps},
		{idTags, sectionHistory, "No secrets in tags", "None in their messages.", "tags", (*audit).redactSteps},
		{idNames, sectionHistory, "No secrets in names of files, branches and tags", "None.", "names of files, branches or tags", (*audit).nameSteps},
		{idNotes, sectionHistory, "No secrets in notes", "None.", "notes", (*audit).redactSteps},
		{idStash, sectionHistory, "No secrets in the stash", "None.", "the stash", (*audit).stashSteps},
		{idUnreachable, sectionHistory, "No secrets in what no branch or tag holds", "None in reflogs or loose ends.", "reflogs or loose ends", func(a *audit, _ []entry) []checklist.Step { return a.pruneSteps() }},
	} {
		a.ask(q)
	}
	a.spent()
	return nil
}

// ask adds an item that fails where findings belong to it.
func (a *audit) ask(q question) {
	item := checklist.Item{ID: q.id, Section: q.section, Title: q.title, Summary: q.none}
	if entries := a.sorted[q.id]; len(entries) > 0 {
		item.State = checklist.Fail
		item.Summary = count(len(entries), "secret") + " in " + q.where + "."
		item.Evidence = evidenceOf(entries)
		item.Mend = q.mend(a, entries)
	} else if q.id == idHistory {
		if n := a.stillAtHead(); n > 0 {
			item.Summary = "None but " + verb(n, "the secret that HEAD", "those that HEAD") + " still has, of which earlier commits have " + verb(n, "it", "them") + " too."
		}
	}
	a.unproved(&item)
	a.add(item)
}

// unproved keeps an item about the history from passing where not all of that could be read.
func (a *audit) unproved(item *checklist.Item) {
	if item.Section == sectionHistory && item.State != checklist.Fail && !a.header.Coverage.Complete {
		item.State = checklist.Warn
		if len(item.Evidence) == 0 {
			item.Summary = checklist.Unproved
		}
	}
}

// stillAtHead counts the secrets in files at HEAD.
func (a *audit) stillAtHead() int {
	n := 0
	for _, f := range a.findings {
		for i := range f.Occurrences {
			if isContent(&f.Occurrences[i]) && f.Occurrences[i].AtHead && !isSpent(f) {
				n++
				break
			}
		}
	}
	return n
}

// spent lists what is expired or encrypted, apart from what opens a door today.
func (a *audit) spent() {
	item := checklist.Item{
		ID: idSpent, Section: sectionHistory, Title: "No expired tokens, no encrypted keys", Summary: "None.",
	}
	if entries := a.sorted[idSpent]; len(entries) > 0 {
		expired, encrypted := 0, 0
		for i := range entries {
			if entries[i].Facts["expired"] == "true" {
				expired++
			} else {
				encrypted++
			}
		}
		item.State = checklist.Warn
		switch {
		case encrypted == 0:
			item.Summary = count(expired, "expired token") + ": of no use any more, if the service keeps to the date."
		case expired == 0:
			item.Summary = count(encrypted, "encrypted key") + ": as safe as " + verb(encrypted, "its passphrase, which", "their passphrases, which") + " can be guessed at leisure."
		default:
			item.Summary = count(expired, "expired token") + " and " + count(encrypted, "encrypted key") + ": of no use after their date, or without their passphrase, which can be guessed at leisure."
		}
		item.Evidence = evidenceOf(entries)
		item.Mend = a.redactSteps(entries)
		item.Mend[0].Text = "Replace what is still in use."
	}
	a.unproved(&item)
	a.add(item)
}

func (a *audit) ciSteps(entries []entry) []checklist.Step {
	steps := a.redactSteps(entries)
	return append(steps[:1], checklist.Step{Text: "Put the new one into the secret store of the CI service, and have the file refer to it."}, steps[1])
}

func (a *audit) stagedSteps(entries []entry) []checklist.Step {
	words := []string{"restore", "--staged", "--"}
	seen := map[string]bool{}
	for i := range entries {
		for j := range entries[i].Occurrences {
			o := &entries[i].Occurrences[j]
			if areaOf(o) == staged && !seen[o.Path] && len(seen) < maxNamed {
				seen[o.Path] = true
				words = append(words, o.Path)
			}
		}
	}
	return []checklist.Step{
		{Text: "Unstage it and take it out of the file.", Command: a.git(words...)},
		{Text: "Then remove the copy that git keeps of what was staged.", Command: a.git("gc", "--prune=now")},
	}
}

func (a *audit) stashSteps([]entry) []checklist.Step {
	return []checklist.Step{
		{Text: "Look which entry has it.", Command: a.git("stash", "list", "-p")},
		{Text: "Drop that entry, which is lost then; write its number.", Command: a.git("stash", "drop", "stash@{0}")},
		{Text: "Then remove what no branch, tag or stash holds any more.", Command: a.pruneSteps()[1].Command},
	}
}

func (a *audit) nameSteps(entries []entry) []checklist.Step {
	steps := []checklist.Step{revoke}
	for i := range entries {
		if entries[i].at.Kind == finding.KindRef {
			steps = append(steps, checklist.Step{Text: "Rename or delete the branch or tag, here and wherever it was pushed.", Command: a.git("for-each-ref")})
			break
		}
	}
	for i := range entries {
		if entries[i].at.Kind == finding.KindPath {
			return append(steps, checklist.Step{Text: "Remove the file from every commit, and commit it again under another name: `unleak remediate --path` with a pattern that means it."})
		}
	}
	return steps
}
