package report

import (
	"strings"

	"github.com/unleak/unleak/remediate/account"
)

// changes says what the rewrite changed.
func (m *markdown) changes(a *account.Account) {
	p := a.Plan
	m.linef("\n## What was changed\n")
	m.linef("| | |\n|---|---|")
	m.linef("| Commits | %s of %s got new ids, %s pruned |", thousands(int64(p.Commits.Changed)), thousands(int64(p.Commits.Total)),
		thousands(int64(p.Commits.Pruned)))
	m.linef("| Refs | %s of %s |", thousands(int64(len(p.Refs))), thousands(int64(p.RefCount)))
	m.linef("| Blobs | %s removed, %s redacted |", thousands(int64(p.Objects.BlobsRemoved)), thousands(int64(p.Objects.BlobsRedacted)))
	m.linef("| Messages | %s redacted, %s with new commit ids |", thousands(int64(p.Messages.Redacted)), thousands(int64(p.Messages.Updated)))
	m.linef("| Signatures lost | %s, %s |", count(p.Signatures.Commits, "commit"), count(p.Signatures.Tags, "tag"))
	m.linef("| Size | %s before, %s after |", bytesText(a.Size.Before), bytesText(a.Size.After))
	if len(p.Commits.FirstChanged) > 0 {
		m.linef("\nFirst changed commits (old ids):\n")
		for _, id := range p.Commits.FirstChanged {
			m.linef("- `%s`", id)
		}
	}
	if len(p.Paths) > 0 {
		m.linef("\nPaths removed from every commit:\n\n| Path | Versions | Commits | On disk |\n|---|---|---|---|")
		for _, path := range p.Paths {
			onDisk := ""
			if path.OnDisk {
				onDisk = "kept, untracked"
			}
			m.linef("| %s | %s | %s | %s |", cell(path.Path), thousands(int64(path.Blobs)), thousands(int64(path.Commits)), onDisk)
		}
	}
	if len(p.OtherPaths) > 0 {
		m.linef("\n**Not removed**, though they hold the same content:\n")
		for _, other := range p.OtherPaths {
			m.linef("- %s, as %s", code(other.Path), code(other.SameAs))
		}
	}
	if len(p.Replacements) > 0 {
		m.linef("\nTexts replaced:\n\n| Text | Matches | Blobs | Messages |\n|---|---|---|---|")
		for _, r := range p.Replacements {
			m.linef("| %s | %s | %s | %s |", cell(r.Label), thousands(int64(r.Matches)), thousands(int64(r.Blobs)), thousands(int64(r.Messages)))
		}
	}
	m.binaries(p.Binaries)
	if len(p.LFS) > 0 {
		m.linef("\nGit LFS objects that nothing points to any more, and that the server still has:\n")
		for _, object := range p.LFS {
			m.linef("- %s (%s, %s)", code(object.OID), code(object.Path), bytesText(object.Bytes))
		}
	}
	m.refs(p.Refs)
}

func (m *markdown) binaries(binaries []account.Binary) {
	if len(binaries) == 0 {
		return
	}
	m.linef("\nBinary files that held a text to replace:\n")
	for _, binary := range binaries {
		m.linef("- %s, blob `%s`: %s", code(binary.Path), binary.Blob, binaryWords[binary.Action])
	}
}

func (m *markdown) refs(refs []account.Ref) {
	if len(refs) == 0 {
		return
	}
	m.linef("\nRefs:\n\n| Ref | Old | New |\n|---|---|---|")
	for _, ref := range refs {
		to := "**gone**"
		if ref.New != "" {
			to = "`" + ref.New + "`"
		}
		m.linef("| %s | `%s` | %s |", cell(ref.Name), ref.Old, to)
	}
}

// evidence says what was searched, and what was found.
func (m *markdown) evidence(e *account.Evidence) {
	m.linef("\n## Evidence\n")
	if e == nil {
		m.linef("The repository was not verified. Run `unleak verify`.")
		return
	}
	m.linef("%s.\n", strings.ToUpper(provedText(e)[:1])+provedText(e)[1:])
	m.linef("- Searched for %s.", searchedFor(e))
	for _, s := range e.Searched {
		line := "- Searched " + thousands(s.Count) + " " + shown(s.Place)
		if s.Bytes > 0 {
			line += " (" + bytesText(s.Bytes) + ")"
		}
		m.linef("%s.", line)
	}
	m.linef("- Positive control: %s.", controlText(&e.Control))
	for _, sentence := range e.Unread {
		m.linef("- **Not searched**: %s", code(sentence))
	}
	if len(e.Holding) > 0 {
		m.linef("\n| Still held | Object | Where | Path | Reached by |\n|---|---|---|---|---|")
		for _, h := range e.Holding {
			what := "removed object"
			if h.Fingerprint != "" {
				what = cell(h.Fingerprint)
			}
			m.linef("| %s | %s | %s | %s | %s |", what, cell(h.Object), cell(h.Where), cell(h.Path), cell(h.Reached))
		}
	}
	for _, note := range e.Notes {
		m.linef("- Note: %s", code(note))
	}
}

// remaining are tasks to tick off.
func (m *markdown) remaining(tasks []account.Task) {
	if len(tasks) == 0 {
		return
	}
	m.linef("\n## What remains to do by hand")
	for i, task := range tasks {
		m.linef("\n### %d. %s\n", i+1, inline(task.Title))
		if task.Detail != "" {
			m.linef("%s", inline(task.Detail))
		}
		if len(task.Items) > 0 {
			m.linef("")
		}
		for _, item := range task.Items {
			m.linef("- [ ] %s", code(item))
		}
		if len(task.Commands) > 0 {
			m.block(strings.Join(task.Commands, "\n") + "\n")
		}
		if task.Text != "" {
			m.block(task.Text)
		}
	}
}

// record is what was done when, and where what was written is.
func (m *markdown) record(a *account.Account) {
	m.linef("\n## Record\n\n| Step | Started | Seconds | |\n|---|---|---|---|")
	for _, step := range a.Steps {
		detail := ""
		if step.Detail != "" {
			detail = cell(step.Detail)
		}
		if step.Resumed {
			detail = strings.TrimSpace("finished by a later run " + detail)
		}
		m.linef("| %s | %s | %.1f | %s |", shown(step.Name), moment(step.Started), step.Seconds, detail)
	}
	if len(a.Plan.Checks) > 0 {
		m.linef("\n| Safety check | Verdict | |\n|---|---|---|")
		for _, check := range a.Plan.Checks {
			m.linef("| %s | %s | %s |", cell(check.Name), shown(string(check.Verdict)), cell(check.Detail))
		}
	}
	m.linef("")
	for _, file := range []struct{ what, path string }{
		{"Old and new ids of commits", a.Files.CommitMap},
		{"Old and new ids of refs", a.Files.RefMap},
		{"This account as JSON", a.Files.JSON},
	} {
		if file.path != "" {
			m.linef("- %s: %s", file.what, code(file.path))
		}
	}
	if a.Backup != nil && a.Backup.SHA256 != "" {
		m.linef("- SHA-256 of the backup: %s", code(a.Backup.SHA256))
	}
	for _, note := range a.Notes {
		m.linef("- Note: %s", code(note))
	}
}

// inline is a sentence of ours, which may name what a repository holds: nothing of it is markup.
func inline(text string) string {
	return markup.Replace(shownLong(text))
}

var markup = strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", `\<`, ">", `\>`, "|", `\|`, "#", `\#`, "!", `\!`, "&", `\&`, "~", `\~`)
