// Package finding is the vocabulary of a scan: findings, their occurrences, the
// coverage account, and the handler through which renderers receive them.
//
// It is a leaf: it imports nothing of this module, so that renderers and
// tools that read reports need not link the engine. The JSON form of these
// types is the report schema; [SchemaVersion] says which one.
package finding

import (
	"cmp"
	"slices"
	"time"
)

// SchemaVersion is the version of the JSON report. The first number changes
// when a reader of the old form would break.
const SchemaVersion = "1.2"

// Severity says how much harm a leaked value of this kind does.
type Severity string

// The severities, worst first.
const (
	Critical Severity = "critical"
	High     Severity = "high"
	Medium   Severity = "medium"
	Low      Severity = "low"
)

// Confidence says how sure the scan is that the value is a live-looking secret
// and no placeholder.
type Confidence string

// The confidences, surest first.
const (
	ConfidenceHigh   Confidence = "high"
	ConfidenceMedium Confidence = "medium"
	ConfidenceLow    Confidence = "low"
)

// Kind names what sort of text an occurrence was found in.
type Kind string

// The kinds of text a scan reads.
const (
	KindBlob      Kind = "blob"       // content of a blob, or of a file outside a repository
	KindSymlink   Kind = "symlink"    // target of a symbolic link
	KindPath      Kind = "path"       // a path name in a tree (or on disk)
	KindMessage   Kind = "message"    // a commit message
	KindIdentity  Kind = "identity"   // author or committer line of a commit
	KindHeader    Kind = "header"     // any other header of a commit or tag
	KindTag       Kind = "tag"        // message of an annotated tag
	KindTagger    Kind = "tagger"     // tagger line of an annotated tag
	KindRef       Kind = "ref"        // name of a branch, tag or other ref
	KindReflog    Kind = "reflog"     // message of a reflog entry
	KindTreeEntry Kind = "tree-entry" // a path that is a finding by itself, whatever it holds
)

// Finding is one secret: one rule and one value, with every place it lives.
type Finding struct {
	RuleID      string            `json:"rule_id"`
	Description string            `json:"description"`
	Secret      Secret            `json:"secret"`
	Fingerprint string            `json:"fingerprint"`
	Severity    Severity          `json:"severity"`
	Confidence  Confidence        `json:"confidence"`
	Facts       map[string]string `json:"facts,omitempty"`
	// Occurrences is never empty and is sorted oldest first.
	Occurrences []Occurrence `json:"occurrences"`
}

// Identity is a name and mail address as a commit or tag records them.
type Identity struct {
	Name  string `json:"name"`
	Email string `json:"email"`
}

// Occurrence is one place a secret lives: a text (blob, message, name) at one
// path, brought in by one commit.
//
// Lines and columns count from 1; columns count Unicode code points, and the
// end column is the one after the last character. UTF-16 text is counted after
// decoding; a message from its own first line, a header from that of its object. Strings hold what the repository holds, control characters
// included: renderers escape.
type Occurrence struct {
	Kind        Kind   `json:"kind"`
	Blob        string `json:"blob,omitempty"`   // hex id of the blob, when the text is a blob's
	Object      string `json:"object,omitempty"` // hex id of the commit, tag or tree otherwise
	Path        string `json:"path,omitempty"`
	StartLine   int    `json:"start_line,omitempty"`
	StartColumn int    `json:"start_column,omitempty"`
	EndLine     int    `json:"end_line,omitempty"`
	EndColumn   int    `json:"end_column,omitempty"`
	// MatchLine is the line on which what a rule matched begins, such as the name that the secret is given.
	// Other tools name findings by it. Reports leave it out where it is StartLine.
	MatchLine int `json:"match_line,omitempty"`

	// Layers say how the secret is hidden in the text, outermost first: encoded, or packed. The lines and
	// columns above are then those of the encoded text; of packed content they are the first.
	Layers []Layer `json:"layers,omitempty"`

	// Commit brought the text in at this path: it has it there and none of its
	// parents has. Empty where no commit holds it.
	Commit string    `json:"commit,omitempty"`
	Author Identity  `json:"author,omitzero"`
	Date   time.Time `json:"date,omitzero"` // author date, in the author's zone

	// AtHead says that HEAD has the text at this path, or the commit, whose message or
	// header the text is, in its history.
	AtHead    bool     `json:"at_head"`
	Reachable bool     `json:"reachable"` // from any ref, of any worktree
	Refs      []string `json:"refs,omitempty"`
	RefCount  int      `json:"ref_count,omitempty"` // of all refs that reach it; Refs holds the first few
	// HeldBy says what keeps an unreachable text: "reflog", "stash", "index",
	// "tag", "tree", "commit" (a dangling one) or "nothing". Empty when reachable.
	HeldBy string `json:"held_by,omitempty"`

	// RemovedIn is the commit by which the history of HEAD lost the text at this path: a parent has it
	// there and the commit has not. Of several it is the last. Empty where HEAD has the text, or never had it.
	RemovedIn string    `json:"removed_in,omitempty"`
	RemovedAt time.Time `json:"removed_at,omitzero"` // author date of that commit, in its author's zone

	// LineHash is GitHub's primaryLocationLineHash of StartLine. It is set where the scan
	// was asked to, for the occurrence that [Finding.Primary] is.
	LineHash string `json:"line_hash,omitempty"`
	// Context is the lines around, in which everything that could be a secret is taken out. It is set
	// where the scan was asked to, for the occurrence that [Finding.Primary] is.
	Context []Line `json:"context,omitempty"`
}

// Line is a line of a text, without its end and shortened where it is long.
type Line struct {
	Number int    `json:"number"` // from 1
	Text   string `json:"text"`
}

// Sort orders findings and their occurrences so that equal scans give equal
// reports: findings by severity, rule and fingerprint, occurrences oldest first.
func Sort(findings []*Finding) {
	for _, f := range findings {
		slices.SortFunc(f.Occurrences, compareOccurrences)
	}
	slices.SortFunc(findings, func(a, b *Finding) int {
		return cmp.Or(
			cmp.Compare(a.Severity.rank(), b.Severity.rank()),
			cmp.Compare(a.Confidence.rank(), b.Confidence.rank()),
			cmp.Compare(a.RuleID, b.RuleID),
			cmp.Compare(a.Fingerprint, b.Fingerprint),
		)
	})
}

func compareOccurrences(a, b Occurrence) int {
	return cmp.Or(
		compareDates(a.Date, b.Date),
		cmp.Compare(a.Commit, b.Commit),
		cmp.Compare(a.Path, b.Path),
		cmp.Compare(a.Kind, b.Kind),
		cmp.Compare(a.StartLine, b.StartLine),
		cmp.Compare(a.StartColumn, b.StartColumn),
		cmp.Compare(a.Blob, b.Blob),
		cmp.Compare(a.Object, b.Object),
		cmp.Compare(a.EndLine, b.EndLine),
		cmp.Compare(a.EndColumn, b.EndColumn),
		cmp.Compare(a.HeldBy, b.HeldBy),
		slices.CompareFunc(a.Layers, b.Layers, Layer.Compare),
		slices.Compare(a.Refs, b.Refs),
	)
}

// compareDates puts texts without a date (held by no commit) last.
func compareDates(a, b time.Time) int {
	switch {
	case a.IsZero() && b.IsZero():
		return 0
	case a.IsZero():
		return 1
	case b.IsZero():
		return -1
	}
	return a.Compare(b)
}

func (s Severity) rank() int {
	return slices.Index([]Severity{Critical, High, Medium, Low}, s)
}

func (c Confidence) rank() int {
	return slices.Index([]Confidence{ConfidenceHigh, ConfidenceMedium, ConfidenceLow}, c)
}
