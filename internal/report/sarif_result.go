package report

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"github.com/owenrumney/go-sarif/v2/sarif"

	"github.com/unleak/unleak/scanner/finding"
)

// result returns the SARIF result of a finding. Its one location is
// [finding.Finding.Primary], the others are related locations, up to limit in all.
func result(source finding.Source, f *finding.Finding, ruleIndex uint, limit int) *sarif.Result {
	primary := f.Primary()
	properties := sarif.Properties{
		"severity":      f.Severity,
		"confidence":    f.Confidence,
		"occurrences":   len(f.Occurrences),
		"facts":         printableFacts(f.Facts),
		"presentAtHead": f.Occurrences[primary].AtHead,
	}
	if first := validDate(f.Occurrences[0].Date); !first.IsZero() {
		properties["firstSeen"] = first.Format(time.RFC3339)
	}
	if n := len(f.Occurrences) - limit; n > 0 {
		properties["locationsLeftOut"] = n
	}
	if len(f.Facts) == 0 {
		delete(properties, "facts")
	}
	r := sarif.NewRuleResult(f.RuleID).WithLevel(level(f.Severity)).
		WithMessage(sarif.NewTextMessage(escapeMessage(message(f)))).
		WithLocations([]*sarif.Location{location(source, &f.Occurrences[primary])})
	r.RuleIndex = &ruleIndex
	r.PartialFingerprints = map[string]any{
		"primaryLocationLineHash": lineHash(f, primary),
		"unleakFingerprint/v1":    f.Fingerprint,
	}
	for i := range f.Occurrences {
		if i == primary {
			continue
		}
		if len(r.RelatedLocations) == limit-1 {
			break
		}
		o := &f.Occurrences[i]
		r.AddRelatedLocation(location(source, o).WithId(len(r.RelatedLocations) + 1).
			WithMessage(sarif.NewTextMessage(escapeMessage(relatedMessage(o)))))
	}
	r.Properties = properties
	return r
}

// lineHash returns what GitHub tracks the alert by. A text without a line
// hash, such as a ref name, has one made of the fingerprint, which is as stable.
func lineHash(f *finding.Finding, primary int) string {
	if hash := f.Occurrences[primary].LineHash; hash != "" {
		return hash
	}
	sum := sha256.Sum256([]byte("primaryLocationLineHash " + f.RuleID + " " + f.Fingerprint))
	return hex.EncodeToString(sum[:8]) + ":1"
}

// message is the sentence an alert shows: what, since when, and whether it is still there.
func message(f *finding.Finding) string {
	var b strings.Builder
	b.WriteString(strings.TrimSuffix(oneLine(f.Description), "."))
	if b.Len() == 0 {
		b.WriteString(Printable(f.RuleID))
	}
	b.WriteString(": " + shown(f.Secret.String()))
	if how := hidden(&f.Occurrences[f.Primary()]); how != "" {
		b.WriteString(", hidden in " + how)
	}
	if first := validDate(f.Occurrences[0].Date); !first.IsZero() {
		b.WriteString(", in the history since " + first.Format(time.DateOnly))
	}
	if state := presence(f); state != "" {
		b.WriteString(", " + state)
	}
	if n := len(f.Occurrences) - 1; n > 0 {
		b.WriteString("; " + count(n, "more place"))
	}
	return b.String() + "."
}

// Where a secret lives on.
const (
	stillAtHead  = "still at HEAD"
	goneFromHead = "gone from HEAD"
	notAtHead    = "not at HEAD" // and not known to have been there: on another branch, in a stash
	notReachable = "not reachable from any ref"
)

// presence says in few words where the secret lives on, or nothing for what is
// no repository.
func presence(f *finding.Finding) string {
	reachable, held := false, ""
	for i := range f.Occurrences {
		o := &f.Occurrences[i]
		if o.AtHead {
			return stillAtHead
		}
		reachable = reachable || o.Reachable
		if held == "" {
			held = o.HeldBy
		}
	}
	switch {
	case reachable && f.Exposure().In != "":
		return goneFromHead
	case reachable:
		return notAtHead
	case held != "":
		return notReachable
	}
	return ""
}

func relatedMessage(o *finding.Occurrence) string {
	text := string(o.Kind)
	if date := validDate(o.Date); !date.IsZero() {
		text += " of " + date.Format(time.DateOnly)
	}
	if how := hidden(o); how != "" {
		text += ", hidden in " + how
	}
	if o.AtHead {
		text += ", at HEAD"
	}
	return text
}

// location returns where an occurrence is. What identifies commits is in
// the properties only: it changes with every rewrite.
func location(source finding.Source, o *finding.Occurrence) *sarif.Location {
	uri, relative := occurrenceURI(source, o)
	artifact := sarif.NewSimpleArtifactLocation(uri)
	if relative {
		artifact.WithUriBaseId(sourceRoot)
	}
	l := sarif.NewLocationWithPhysicalLocation(sarif.NewPhysicalLocation().
		WithArtifactLocation(artifact).WithRegion(region(o)))
	l.Properties = sarif.Properties{
		"kind":      o.Kind,
		"atHead":    o.AtHead,
		"reachable": o.Reachable,
	}
	set := func(key, value string) {
		if value != "" {
			l.Properties[key] = value
		}
	}
	set("blob", o.Blob)
	set("object", o.Object)
	set("commit", o.Commit)
	set("heldBy", o.HeldBy)
	if date := validDate(o.Date); !date.IsZero() {
		set("authorDate", date.Format(time.RFC3339))
	}
	set("removedIn", o.RemovedIn)
	if date := validDate(o.RemovedAt); !date.IsZero() {
		set("removedAt", date.Format(time.RFC3339))
	}
	if len(o.Refs) > 0 {
		set("ref", shown(o.Refs[0]))
	}
	return l
}

// region returns the lines and columns of o. A finding about a name
// has none, and takes the first character: GitHub wants all four.
func region(o *finding.Occurrence) *sarif.Region {
	startLine, startColumn := max(1, o.StartLine), max(1, o.StartColumn)
	endLine, endColumn := max(startLine, o.EndLine), max(1, o.EndColumn)
	if endLine == startLine {
		endColumn = max(endColumn, startColumn+1)
	}
	return sarif.NewRegion().WithStartLine(startLine).WithStartColumn(startColumn).
		WithEndLine(endLine).WithEndColumn(endColumn)
}

func printableFacts(facts map[string]string) map[string]string {
	printable := make(map[string]string, len(facts))
	for key, value := range facts {
		printable[Printable(key)] = shown(value)
	}
	return printable
}
