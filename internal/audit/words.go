package audit

import (
	"fmt"
	"strings"
	"time"

	"github.com/unleak/unleak/internal/audit/checklist"
	"github.com/unleak/unleak/scanner/finding"
)

// count says a number with its noun.
func count(n int, noun string, plural ...string) string {
	switch {
	case n == 1:
		return "1 " + noun
	case len(plural) > 0:
		return fmt.Sprintf("%d %s", n, plural[0])
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// verb is the form that goes with a number.
func verb(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// what names the sort of a secret, with as much of it as may be shown.
func what(f *finding.Finding) string {
	text, _, _ := strings.Cut(f.Description, ": ")
	if secret := f.Secret.Redacted(); secret != "..." && secret != "" {
		text += " " + secret
	}
	return text + " (" + string(f.Severity) + ")"
}

// held says what keeps a text that no ref reaches.
func held(o *finding.Occurrence) string {
	switch o.HeldBy {
	case "reflog":
		return "held by the reflog"
	case "stash":
		return "in the stash"
	case "index":
		return "staged"
	case "nothing":
		return "held by nothing, until git gc prunes it"
	case "":
		return ""
	}
	return "held by a dangling " + o.HeldBy
}

// evidence says where an entry is.
func (e *entry) evidence() checklist.Evidence {
	o := e.at
	text := what(e.Finding)
	switch o.Kind {
	case finding.KindMessage:
		text += ", in the message of a commit"
	case finding.KindIdentity:
		text += ", in the author or committer of a commit"
	case finding.KindHeader:
		text += ", in a header of a commit"
	case finding.KindTag:
		text += ", in the message of a tag"
	case finding.KindTagger:
		text += ", in the tagger of a tag"
	case finding.KindPath:
		text += ", in the name of a file or folder"
	case finding.KindReflog:
		text += ", in a message of the reflog"
	case finding.KindRef:
		text += ", in the name of a ref"
	}
	if len(o.Refs) > 0 && (o.Kind == finding.KindRef || o.Kind == finding.KindTag || o.Kind == finding.KindTagger || o.Kind == finding.KindReflog) {
		text += " (" + o.Refs[0] + ")"
	}
	if e.places > 1 {
		text += fmt.Sprintf(", in %d places", e.places)
	}
	if holder := held(o); holder != "" && o.Kind != finding.KindReflog && o.HeldBy != "index" {
		text += ", " + holder
	}
	if o.RemovedIn != "" {
		text += ", gone from HEAD"
		if !o.RemovedAt.IsZero() {
			text += " since " + o.RemovedAt.Format(time.DateOnly)
		}
	}
	if e.Facts["expired"] == "true" {
		day, _, _ := strings.Cut(e.Facts["expires"], "T")
		text += ", expired " + day
	}
	if e.Facts["encrypted"] == "true" {
		text += ", encrypted"
	}
	commit := o.Commit
	if commit == "" && !isContent(o) {
		commit = o.Object
	}
	return checklist.Evidence{
		Text: text, Path: o.Path, Line: o.StartLine, Commit: commit, Date: o.Date,
		RuleID: e.RuleID, Fingerprint: e.Fingerprint,
	}
}

func evidenceOf(entries []entry) []checklist.Evidence {
	list := make([]checklist.Evidence, 0, len(entries))
	for i := range entries {
		list = append(list, entries[i].evidence())
	}
	return list
}
