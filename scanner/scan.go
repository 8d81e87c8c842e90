// Package scanner finds secrets in everything a Git repository holds, and in files, and
// says of each where it lives.
//
// A scan reads every object once, matches its text (package match), and then works out
// for the objects with findings alone where they are: at which paths, since
// which commits, reached from which refs. It accounts for every object it
// met; what it could not read is in the coverage account and makes the scan
// incomplete, never quietly clean.
package scanner

import (
	"context"

	"github.com/unleak/unleak/scanner/finding"
)

// Source is something to scan: see [Repository], [Staged], [Worktree], [Range], [Path],
// [Reader] and [URL].
type Source interface {
	scan(ctx context.Context, s *session) (*Result, error)
}

// Scan scans a source. Findings and secrets come only in the result, in an order and form
// that depend on nothing but the source and the rules.
//
// When the context ends, Scan returns its error together with a result that
// holds what was found until then; it is nil while a URL is being cloned. Other errors
// come without a result.
func Scan(ctx context.Context, source Source, options Options) (*Result, error) {
	s := newSession(options)
	release := context.AfterFunc(ctx, func() { s.stopped.Store(true) })
	defer release()
	result, err := source.scan(ctx, s)
	if result == nil {
		return nil, err
	}
	s.phase("")
	result.Stats = s.stats
	result.Header.Tool = options.Tool
	result.Header.Rules = s.ruleInfo()
	result.Header.Suppressed, result.Hidden = s.suppressed(), s.hidden
	finding.Sort(result.Findings)
	return result, err
}
