// Package remediate takes secrets out of a repository's whole history, and proves that they are gone.
//
// It goes in two steps that a person can look between. [NewPlan] reads a repository and says what
// would change; it writes nothing. [Plan.Apply] does it: backup, new pack, one transaction
// over all refs, purge of everything old, verification. An apply that was interrupted is
// finished by [Resume] or, until its purge began, taken back by [Rollback].
package remediate

import (
	"context"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/rewrite"
	"github.com/unleak/unleak/remediate/account"
	"github.com/unleak/unleak/scanner/finding"
)

// Request says what is to be taken out.
type Request struct {
	// Paths are patterns of what is removed from every commit: see package pathspec for
	// their forms, of which .gitignore's is the default.
	Paths []string
	// Findings are secrets to redact wherever their values stand: in blobs, messages and tags.
	// A finding that is a path (of kind [finding.KindTreeEntry]) has that path removed.
	Findings []*finding.Finding
	// AllFindings says that Findings are all that a scan found.
	AllFindings bool
	// Rules say more of the rules of Findings.
	Rules []finding.Rule
	// ReplaceText is a file in git-filter-repo's format, and ReplaceTextName its name. It changes
	// blobs; with Messages also messages of commits and tags.
	ReplaceText     []byte
	ReplaceTextName string
	Messages        bool

	KeepIDs bool   // leave old commit ids in messages as they are
	Binary  string // what to do with binary files that hold a text to replace: "refuse" (default), "replace" or "keep"
	Force   bool   // go on where a check refuses that may be overridden

	Tool     finding.Tool
	Jobs     int               // workers; 0 stands for one a processor
	Progress func(step string) // may be nil
	// Judge scans the content of a removed blob, so that a plan by path can say which secrets are to
	// be rotated; nil says nothing of them.
	Judge func(ctx context.Context, name string, content []byte) ([]*finding.Finding, error)
}

// Plan is what a remediation would do. It holds the repository open until closed.
type Plan struct {
	request    Request
	repository *gitstore.Repository
	rewrite    *rewrite.Rewrite
	account    *account.Plan
}

// Account returns the plan as data. It must not be changed.
func (p *Plan) Account() *account.Plan { return p.account }

// Close releases the repository.
func (p *Plan) Close() error { return p.repository.Close() }
