// Package remediate takes secrets out of a repository's whole history, and proves that they are gone.
//
// It goes in two steps that a person can look between. [NewPlan] reads a repository and says what
// would change; it writes nothing. [Plan.Apply] does it: backup, new pack, one transaction
// over all refs, purge of everything old, verification. An apply that was interrupted is
// finished by [Resume] or, until its purge began, taken back by [Rollback].
package remediate

import (
	"context"
	"errors"
	"fmt"
	"runtime"

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
	// blobs; with Messages also messages, names and other headers of commits and tags.
	ReplaceText     []byte
	ReplaceTextName string
	Messages        bool

	KeepIDs bool   // leave old commit ids in messages as they are
	Binary  string // what to do with binary files that hold a text to replace: "refuse" (default), "replace" or "keep"
	Force   bool   // go on where a check refuses that may be overridden

	Backup   string // where the backup bundle goes; "" stands for a place beside the repository
	NoBackup bool

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
	selection  *selection
	repository *gitstore.Repository
	before     *snapshot
	rewrite    *rewrite.Rewrite
	account    *account.Plan
	found      []*finding.Finding // whose values stand nowhere in the account
	copies     []rewrite.Copy     // paths that hold removed blobs too
	unjudged   int                // removed blobs that were not scanned
	closed     bool
}

// NewPlan works out what a request would change in the repository that a path belongs to. It writes nothing. Mistakes in
// the request, a history that cannot be read whole, and an interrupted remediation ([ErrPending]) are errors; what else
// stands in the way is a check of the plan.
func NewPlan(ctx context.Context, path string, r Request) (*Plan, error) {
	selection, err := r.selection()
	if err != nil {
		return nil, err
	}
	if r.Jobs == 0 {
		r.Jobs = runtime.GOMAXPROCS(0)
	}
	if _, pending := Pending(path); pending {
		return nil, ErrPending
	}
	repository, err := gitstore.Open(path)
	if err != nil {
		return nil, fmt.Errorf("opening the repository: %w", err)
	}
	p := &Plan{request: r, selection: selection, repository: repository}
	if err := p.make(ctx); err != nil {
		repository.Close()
		return nil, err
	}
	return p, nil
}

// make computes the rewrite and describes it.
func (p *Plan) make(ctx context.Context) error {
	var err error
	if p.before, err = takeSnapshot(p.repository.Layout); err != nil {
		return err
	}
	p.rewrite, err = rewrite.New(ctx, p.repository, p.selection.edit, rewrite.Options{Jobs: p.request.Jobs, Progress: p.request.Progress})
	if err != nil {
		return p.explain(ctx, err)
	}
	return p.describe(ctx)
}

// explain says why no rewrite could be worked out: where a check knows the reason, in its words.
func (p *Plan) explain(ctx context.Context, err error) error {
	if !errors.Is(err, rewrite.ErrIncomplete) {
		return err
	}
	checks, checkErr := safety(ctx, p.repository, false)
	for _, check := range checks {
		if checkErr == nil && check.Verdict == account.Refuse && (check.Name == "shallow clone" || check.Name == "partial clone") {
			return fmt.Errorf("%w: %s; %s", ErrRefused, check.Detail, check.Remedy)
		}
	}
	return err
}

// Account returns the plan as data. It must not be changed.
func (p *Plan) Account() *account.Plan { return p.account }

// Apply carries the plan out, unless one of its checks refuses. The plan is closed by it. Errors are as for
// [Resume], and wrap [ErrNothingToDo], [ErrRefused], [ErrMoved], [ErrPending] or [ErrBusy] where nothing was changed
// because of that.
func (p *Plan) Apply(ctx context.Context, o ApplyOptions) (*account.Account, error) {
	if refused := p.account.Refused(); len(refused) > 0 {
		return nil, fmt.Errorf("%w: %s: %s", ErrRefused, refused[0].Name, refused[0].Detail)
	}
	if p.account.Empty() {
		return nil, ErrNothingToDo
	}
	keep, err := p.selection.digests(filesOf(p.repository.Layout))
	if err != nil {
		return nil, err
	}
	o.hide = finding.Redactor(p.found)
	return apply(ctx, &job{
		repository: p.repository, rewriting: p.rewrite, before: p.before, plan: p.account,
		backup: p.request.Backup, noBackup: p.request.NoBackup,
		ignore: p.selection.ignoreLines(), keep: keep, release: p.Close,
	}, o)
}

// ErrNothingToDo says that applying a plan would change nothing.
var ErrNothingToDo = errors.New("there is nothing to do: nothing in this repository holds what is to be taken out")

// ErrRefused says that a check forbids to apply a plan.
var ErrRefused = errors.New("the plan is not applied")

// Close releases the repository. It may be called more than once.
func (p *Plan) Close() error {
	if p.closed {
		return nil
	}
	p.closed = true
	return p.repository.Close()
}
