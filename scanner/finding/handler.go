package finding

import "time"

// Handler receives the result of a scan: Start once, Finding for each finding
// in report order, End once. Calls come from one goroutine. An error stops
// the delivery and is returned by whoever delivers.
type Handler interface {
	Start(Header) error
	Finding(*Finding) error
	End() error
}

// Header is what a report says before its findings.
type Header struct {
	Tool     Tool
	Source   Source
	Coverage Coverage
	Rules    []Rule // every rule that was used, sorted by id
	// Suppressed counts what was found and is not shown; nil where nothing was held back.
	Suppressed *Suppressed
}

// Suppressed is an account of findings that a report does not show, and of the entries that
// were to hide some and did not.
type Suppressed struct {
	LowConfidence int      `json:"low_confidence,omitempty"` // findings below the confidence asked for
	Baseline      int      `json:"baseline,omitempty"`       // findings that the baseline knows
	Ignored       int      `json:"ignored,omitempty"`        // findings that ignore files name
	Stale         []string `json:"stale,omitempty"`          // entries of ignore files that match nothing, as "file:line: entry"
	Expired       []string `json:"expired,omitempty"`        // entries of ignore files whose date has passed
}

// Tool names the program that made a report.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Source says what was scanned. It holds nothing that differs between two runs on
// the same input, and no user information from a URL.
type Source struct {
	Kind  string `json:"kind"` // "repository", "url", "range", "staged", "worktree", "folder", "file", "stdin"
	Name  string `json:"name"` // as the user gave it
	Range string `json:"range,omitempty"`
	Head  string `json:"head,omitempty"` // hex id of the commit at HEAD
	// HeadDate is the author date of that commit, in its author's zone; zero where it could not be read.
	HeadDate time.Time `json:"head_date,omitzero"`
	Branch   string    `json:"branch,omitempty"` // full ref name HEAD points at
	Remote   string    `json:"remote,omitempty"` // URL of remote "origin", user information removed
}

// Rule is what a report says of a rule.
type Rule struct {
	ID          string     `json:"id"`
	Description string     `json:"description"`
	Help        string     `json:"help,omitempty"` // what to do now, plain sentences
	URL         string     `json:"url,omitempty"`  // the vendor's page on revoking
	Severity    Severity   `json:"severity"`
	Confidence  Confidence `json:"confidence"`
	Tags        []string   `json:"tags,omitempty"`
}

// Deliver sends a header and findings to h.
func Deliver(h Handler, header Header, findings []*Finding) error {
	if err := h.Start(header); err != nil {
		return err
	}
	for _, f := range findings {
		if err := h.Finding(f); err != nil {
			return err
		}
	}
	return h.End()
}
