package audit

import (
	"strings"

	"github.com/unleak/unleak/scanner/finding"
)

// The items that findings belong to. The ids are part of the JSON form.
const (
	idEnvIgnored      = "env-ignored"
	idEnvAtHead       = "env-tracked"
	idEnvExamples     = "env-examples"
	idCode            = "code-secrets"
	idDocs            = "docs-secrets"
	idCI              = "ci-secrets"
	idFiles           = "key-files"
	idStaged          = "staged-secrets"
	idEnvHistory      = "env-history"
	idExamplesHistory = "env-examples-history"
	idFilesHistory    = "key-files-history"
	idHistory         = "history-secrets"
	idMessages        = "message-secrets"
	idTags            = "tag-secrets"
	idNames           = "name-secrets"
	idNotes           = "notes-secrets"
	idStash           = "stash-secrets"
	idUnreachable     = "unreachable-secrets"
	idSpent           = "spent-secrets"
	idRemotes         = "remote-credentials"
	idSubmodules      = "submodule-credentials"
	idConfig          = "config-credentials"
	idHooks           = "hook-secrets"
	idGuard           = "guard"
	idCoverage        = "coverage"
	idSuppressed      = "suppressed"
)

// entry is a finding where an item asks about it.
type entry struct {
	*finding.Finding
	at     *finding.Occurrence // one of those that belong there
	places int                 // how many do
}

// area says what keeps an occurrence in the repository.
type area int

const (
	atHead area = iota
	staged
	inHistory // reached by a ref, but not at HEAD
	inNotes
	inStash
	unreached
)

const stashRef = "refs/stash"

func areaOf(o *finding.Occurrence) area {
	only := func(matches func(string) bool) bool {
		for _, ref := range o.Refs {
			if !matches(ref) {
				return false
			}
		}
		return len(o.Refs) > 0
	}
	switch {
	case o.AtHead:
		return atHead
	case o.HeldBy == "index":
		return staged
	case o.HeldBy == "stash", only(func(ref string) bool { return ref == stashRef }):
		return inStash
	case o.Reachable && only(func(ref string) bool { return strings.HasPrefix(ref, "refs/notes/") }):
		return inNotes
	case o.Reachable:
		return inHistory
	}
	return unreached
}

// sort puts findings to the items that they belong to, each once in an item.
func (a *audit) sort() {
	a.sorted = map[string][]entry{}
	named := map[string]int{}
	for i := range a.files {
		if a.files[i].member == "" {
			named[a.files[i].path] = i
		}
	}
	for _, f := range a.findings {
		if isSpent(f) {
			a.sorted[idSpent] = append(a.sorted[idSpent], entry{f, &f.Occurrences[f.Primary()], len(f.Occurrences)})
			continue
		}
		var ids []string
		belongs := map[string]*entry{}
		for i := range f.Occurrences {
			o := &f.Occurrences[i]
			if n, ok := named[o.Path]; ok && isContent(o) && a.files[n].kind != envSample {
				if held := &a.files[n].held; len(*held) == 0 || (*held)[len(*held)-1] != f {
					*held = append(*held, f)
				}
				continue
			}
			id := itemOf(o)
			if e := belongs[id]; e != nil {
				e.places++
				continue
			}
			belongs[id] = &entry{f, o, 1}
			ids = append(ids, id)
		}
		for _, id := range ids {
			if !implied(id, f) {
				a.sorted[id] = append(a.sorted[id], *belongs[id])
			}
		}
	}
}

// implied reports whether another item has said what this one would: what is at HEAD is in the history as well, and what
// a ref reaches needs no hint that a loose end has it too, which goes with the rewrite.
func implied(id string, f *finding.Finding) bool {
	for i := range f.Occurrences {
		switch at := areaOf(&f.Occurrences[i]); id {
		case idHistory:
			if at == atHead && isContent(&f.Occurrences[i]) {
				return true
			}
		case idUnreachable:
			if at == atHead || at == inHistory || at == inNotes {
				return true
			}
		}
	}
	return false
}

// isSpent reports whether a secret can do no harm any more, or only together with a passphrase.
func isSpent(f *finding.Finding) bool {
	return f.Facts["expired"] == "true" || f.Facts["encrypted"] == "true"
}

// isContent reports whether an occurrence is in a file.
func isContent(o *finding.Occurrence) bool {
	return o.Kind == finding.KindBlob || o.Kind == finding.KindSymlink
}

// itemOf returns the item that an occurrence belongs to.
func itemOf(o *finding.Occurrence) string {
	at := areaOf(o)
	switch at {
	case staged:
		return idStaged
	case inStash:
		return idStash
	case inNotes:
		return idNotes
	case unreached:
		return idUnreachable
	}
	switch o.Kind {
	case finding.KindMessage, finding.KindIdentity, finding.KindHeader:
		return idMessages
	case finding.KindTag, finding.KindTagger:
		return idTags
	case finding.KindRef, finding.KindPath:
		return idNames
	case finding.KindReflog:
		return idUnreachable
	}
	sample := kindOf(o.Path) == envSample
	switch {
	case at == inHistory && sample:
		return idExamplesHistory
	case at == inHistory:
		return idHistory
	case sample:
		return idEnvExamples
	case isCI(o.Path):
		return idCI
	case o.Path == gitmodules:
		return idSubmodules
	case isDocs(o.Path):
		return idDocs
	}
	return idCode
}

// gitmodules is where a repository names its submodules (gitmodules(5)).
const gitmodules = ".gitmodules"
