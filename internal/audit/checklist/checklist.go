// Package checklist is the vocabulary of an audit: the items that were checked
// before a repository goes public, what was met at each, and how it is mended.
//
// It is a leaf beside scanner/finding, so that renderers need not link the
// engine. The JSON form of these types is described in docs/audit.schema.json.
package checklist

import (
	"slices"
	"time"

	"github.com/unleak/unleak/scanner/finding"
)

// SchemaVersion is the version of the JSON form. The first number changes when a
// reader of the old form would break.
const SchemaVersion = "1.0"

// State is how an item came out.
type State string

// The states, from good to bad.
const (
	Pass State = "pass" // checked, and nothing is in the way
	Warn State = "warn" // to be looked at by a person, or could not be checked here
	Fail State = "fail" // in the way of publishing
)

// Worse returns the worse of two states.
func (s State) Worse(other State) State {
	order := []State{Pass, Warn, Fail}
	return order[max(slices.Index(order, s), slices.Index(order, other), 0)]
}

// Checklist is the result of an audit.
type Checklist struct {
	SchemaVersion string         `json:"schema_version"`
	Tool          finding.Tool   `json:"tool"`
	Source        finding.Source `json:"source"`
	State         State          `json:"state"` // the worst of all items
	Items         []Item         `json:"items"`
	// Alerts are those of GitHub's secret scanning that were handed in, in their order.
	Alerts     []Alert             `json:"alerts,omitempty"`
	Coverage   finding.Coverage    `json:"coverage"`
	Suppressed *finding.Suppressed `json:"suppressed,omitempty"`
}

// Item is one question of the list.
type Item struct {
	ID      string `json:"id"`      // stable, such as "env-ignored"
	Section string `json:"section"` // heading that items stand under, such as "History"
	Title   string `json:"title"`   // what is true when it passes: "No env file is in the history"
	State   State  `json:"state"`
	Summary string `json:"summary"` // one sentence: what was met
	// Evidence is what the state rests on, worst first; More counts what is not listed.
	Evidence []Evidence `json:"evidence,omitempty"`
	More     int        `json:"more,omitempty"`
	Mend     []Step     `json:"mend,omitempty"` // in the order to do it in
}

// Evidence is one thing that was met. All but Text may be empty.
type Evidence struct {
	Text        string    `json:"text"` // a phrase, such as "AWS access key, still at HEAD"
	Path        string    `json:"path,omitempty"`
	Line        int       `json:"line,omitempty"` // from 1
	Commit      string    `json:"commit,omitempty"`
	Date        time.Time `json:"date,omitzero"`
	RuleID      string    `json:"rule_id,omitempty"`
	Fingerprint string    `json:"fingerprint,omitempty"`
}

// Step is one thing to do, and the command that does it, ready for a POSIX shell.
type Step struct {
	Text    string `json:"text"`
	Command string `json:"command,omitempty"`
}

// Verdict is what an alert came to.
type Verdict string

// The verdicts on alerts.
const (
	Placeholder    Verdict = "placeholder"       // the value is no secret
	GoneFromRepo   Verdict = "gone-from-history" // nothing that the repository holds has it
	ActionRequired Verdict = "action-required"   // it is there
)

// Unproved is the summary of an item that warns for nothing but what could not be read.
const Unproved = "None in what could be read, which is not everything."

// NotHere begins the summary of an item that passes because there is nothing to ask, as in a bare repository.
const NotHere = "Does not apply: "

// AlertsID is the item that the alerts belong to.
const AlertsID = "alerts"

// Alert is an alert of GitHub's secret scanning, and what the repository says to it.
type Alert struct {
	Number     int            `json:"number"`
	Type       string         `json:"type"` // GitHub's name of the kind of secret
	URL        string         `json:"url,omitempty"`
	Secret     finding.Secret `json:"secret"`
	State      string         `json:"state"` // on GitHub: "open" or "resolved"
	Resolution string         `json:"resolution,omitempty"`
	Verdict    Verdict        `json:"verdict"`
	Summary    string         `json:"summary"`            // one sentence: why
	Findings   []string       `json:"findings,omitempty"` // fingerprints
	Evidence   []Evidence     `json:"evidence,omitempty"`
	More       int            `json:"more,omitempty"`
}
