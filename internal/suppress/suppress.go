// Package suppress hides findings that somebody has judged before: those that ignore files
// name, and those that are in an earlier report, the baseline.
//
// It works on a finished scan and takes nothing from it but what it hides. What is hidden is counted,
// and entries that hide nothing are named: an ignore file is to be read by people, and should say
// nothing that is not so.
//
// Four forms are read:
//
//   - .unleakignore, ours: a fingerprint a line, see [List.AddIgnore];
//   - .gitleaksignore: a place a line, see [List.AddGitleaksIgnore];
//   - our reports, as JSON and as JSON lines, see [List.AddBaseline];
//   - gitleaks' JSON reports, see there.
package suppress

import (
	"fmt"
	"slices"
	"time"

	"github.com/unleak/unleak/scanner/finding"
)

// List is what is to be hidden. Its zero value hides nothing. It is for one goroutine and
// one scan.
type List struct {
	ignored  map[string]*entry // by fingerprint
	places   placeIndex        // of .gitleaksignore
	entries  []*entry          // of all ignore files, in their order
	known    map[string]bool   // fingerprints of the baseline
	baseline placeIndex        // of gitleaks' baseline
}

// entry is one line of an ignore file.
type entry struct {
	at      string // file:line
	text    string
	until   time.Time // its last day, zero for ever
	rule    string    // of a line of .gitleaksignore
	matched bool
}

func (e *entry) String() string { return e.at + ": " + e.text }

// expired reports whether the entry's last day, anywhere on Earth, is over.
func (e *entry) expired(now time.Time) bool {
	return !e.until.IsZero() && now.After(e.until.AddDate(0, 0, 1).Add(12*time.Hour))
}

// Result is what a list makes of the findings of a scan.
type Result struct {
	Shown  []*finding.Finding // in their order, with the occurrences that are not hidden
	Hidden []*finding.Finding // wholly
	// What goes into the header of a report.
	Baseline, Ignored int
	Stale, Expired    []string
}

// Apply hides what the list has. now decides what has expired. whole says that the scan was a complete one of a
// whole repository: only then is an entry that matches nothing stale. others returns the
// fingerprints of what was found and is not among findings; it is asked only when it
// matters, and may be nil.
//
// Findings are not changed; one that is hidden in places is copied.
func (l *List) Apply(findings []*finding.Finding, rules []finding.Rule, now time.Time, whole bool, others func() []string) Result {
	var r Result
	inUse := map[string]bool{}
	for _, rule := range rules {
		inUse[rule.ID] = true
	}
	for _, f := range findings {
		if e := l.ignored[f.Fingerprint]; e != nil {
			e.matched = true
			if !e.expired(now) {
				r.Ignored++
				r.Hidden = append(r.Hidden, f)
				continue
			}
		}
		shown := l.places.without(f, inUse)
		if shown == nil {
			r.Ignored++
			r.Hidden = append(r.Hidden, f)
			continue
		}
		if l.known[f.Fingerprint] {
			shown = nil
		} else {
			shown = l.baseline.without(shown, inUse)
		}
		if shown == nil {
			r.Baseline++
			r.Hidden = append(r.Hidden, f)
			continue
		}
		r.Shown = append(r.Shown, shown)
	}
	l.review(&r, inUse, now, whole, others)
	return r
}

// review lists the entries that hide nothing.
func (l *List) review(r *Result, inUse map[string]bool, now time.Time, whole bool, others func() []string) {
	idle := func(e *entry) bool { return !e.matched }
	if whole && others != nil && slices.ContainsFunc(l.entries, idle) {
		for _, fingerprint := range others() {
			if e := l.ignored[fingerprint]; e != nil {
				e.matched = true
			}
		}
	}
	for _, e := range l.entries {
		switch {
		case e.expired(now):
			r.Expired = append(r.Expired, e.String())
		case e.matched || !whole:
		case e.rule != "" && !inUse[e.rule]: // it may well hide something from gitleaks
		default:
			r.Stale = append(r.Stale, e.String())
		}
	}
}

// Empty reports whether nothing was added to the list.
func (l *List) Empty() bool {
	return len(l.entries) == 0 && len(l.known) == 0 && len(l.baseline) == 0
}

// Error is a mistake in a file.
type Error struct {
	File    string
	Line    int // counts from 1; 0 where it is of the file as a whole
	Problem string
}

// Error returns "file:line: problem".
func (e *Error) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %s", e.File, e.Problem)
	}
	return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Problem)
}
