package scanner

import (
	"context"
	"fmt"
	"time"

	"github.com/sourcegraph/conc"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/history"
	"github.com/unleak/unleak/scanner/finding"
)

// Repository is everything that the repository of path holds: every object, whatever
// reaches it, and the names of refs and paths. Path may be a work tree, a bare
// repository, a linked work tree or a .git file, or lie inside a work tree.
func Repository(path string) Source { return repositorySource{path, "repository", path} }

type repositorySource struct {
	path string
	kind string // what the report calls the source
	name string
}

func (r repositorySource) scan(ctx context.Context, s *session) (*Result, error) {
	s.phase("open")
	scan, err := openRepositoryScan(ctx, s, r.path)
	if ctx.Err() != nil && scan == nil {
		account := newAccount()
		account.note("The scan was interrupted before the repository was open.")
		source := finding.Source{Kind: r.kind, Name: r.name}
		return &Result{Header: finding.Header{Source: source, Coverage: account.close()}}, ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	repository := scan.repository
	defer repository.Close()
	defer s.fingerprints.halt()
	interrupted := scan.run(ctx)
	var findings []*finding.Finding
	if interrupted == nil {
		findings, interrupted = scan.findings(ctx)
	}
	if interrupted != nil {
		scan.account.note("The scan was interrupted before its end: not all was read, and findings do not say where they lie.")
		findings = scan.assemble(scan.hits, scan.bare, nil)
	}
	return &Result{
		Header: finding.Header{
			Source:   sourceOf(repository, r.kind, r.name),
			Coverage: scan.account.close(),
		},
		Findings: findings,
	}, interrupted
}

// openRepositoryScan opens a repository and numbers its objects. That cannot be interrupted
// and may take long where an index has to be made, so when the context ends it
// is left to itself.
func openRepositoryScan(ctx context.Context, s *session, path string) (*repositoryScan, error) {
	type opened struct {
		scan *repositoryScan
		err  error
	}
	done := make(chan opened, 1)
	go func() {
		repository, err := gitstore.Open(path)
		if err != nil {
			done <- opened{nil, fmt.Errorf("opening the repository: %w", err)}
			return
		}
		done <- opened{newRepositoryScan(s, repository), nil}
	}()
	select {
	case o := <-done:
		return o.scan, o.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// sourceOf describes a repository as a source.
func sourceOf(repository *gitstore.Repository, kind, name string) finding.Source {
	source := finding.Source{Kind: kind, Name: name, Remote: repository.Remote()}
	if head, ok := repository.Head(); ok {
		source.Branch = head.Symbolic
		if !head.Target.IsZero() {
			source.Head = head.Target.String()
			source.HeadDate = commitDate(repository, head.Target)
		}
	}
	return source
}

// commitDate is the author date of a commit; zero where it cannot be read, which the account of the scan says.
func commitDate(repository *gitstore.Repository, id pack.ID) time.Time {
	const limit = 1 << 20 // bytes of a commit that anybody wrote
	_, content, err := repository.Read(id, nil, limit)
	if err != nil {
		return time.Time{}
	}
	commit, _ := gitstore.ParseCommit(content)
	return commit.Author.When
}

// repositoryScan is the scan of a whole repository under way.
type repositoryScan struct {
	*session
	repository *gitstore.Repository
	table      *gitstore.Table
	graph      *history.Graph
	account    *account
	budget     *pack.Budget
	refs       []gitstore.Ref
	reflogs    []gitstore.ReflogEntry
	index      []gitstore.IndexEntry
	hits       []hit

	paths *history.Paths
	marks history.Marks
}

func newRepositoryScan(s *session, repository *gitstore.Repository) *repositoryScan {
	r := &repositoryScan{
		session:    s,
		repository: repository,
		table:      repository.Table(),
		account:    newAccount(),
		budget:     s.budget,
	}
	r.graph = history.New(r.table)
	return r
}

// run reads everything. It stops early only with the context's error.
func (r *repositoryScan) run(ctx context.Context) error {
	r.progress.Total.Store(int64(r.table.Len()))
	// A file for each loose ref is many small waits; nothing asks for them before names do.
	var state conc.WaitGroup
	state.Go(r.readState)
	defer state.Wait()
	for _, pass := range []struct {
		name  string
		kinds []pack.Kind
	}{
		{"commits", []pack.Kind{pack.Commit, pack.Tag}},
		{"blobs", []pack.Kind{pack.Blob}},
		{"trees", []pack.Kind{pack.Tree}},
	} {
		r.phase(pass.name)
		if err := r.walk(ctx, pass.kinds); err != nil {
			return err
		}
		if pass.name == "blobs" {
			// What follows has little for a last worker to do.
			r.fingerprints.begin(ctx, r.sure(r.hits), r.options.Jobs-1)
		}
	}
	r.stats.PeakBuffer = r.budget.Peak()
	r.phase("paths")
	paths, err := r.graph.Paths(ctx)
	if err != nil {
		return err
	}
	if r.paths = paths; paths.Truncated {
		r.account.note("The history has more distinct paths than are kept in memory: some path names were not looked at.")
	}
	state.Wait()
	r.scanNames()
	if err := r.scanPaths(ctx); err != nil {
		return err
	}
	r.countMissing()
	return nil
}

// walk reads all objects of some kinds, with a collector and a recorder for each worker.
func (r *repositoryScan) walk(ctx context.Context, kinds []pack.Kind) error {
	var visitors []*objectVisitor
	err := r.table.Walk(ctx, gitstore.WalkOptions{
		Kinds: kinds, Jobs: r.options.Jobs, Limit: r.options.MaxObjectSize, Budget: r.budget,
	}, func() gitstore.Visitor {
		v := &objectVisitor{scan: r, collector: r.newCollector(), recorder: r.graph.Recorder()}
		visitors = append(visitors, v)
		return v
	})
	for _, v := range visitors {
		r.hits = append(r.hits, v.collector.hits...)
		v.collector.fileGaps(r.account, func(object uint32) finding.Gap {
			return finding.Gap{Kind: pack.Blob.String(), Object: r.table.ID(object).String()}
		})
		r.stats.Matched += v.collector.scanner.Searched
		r.graph.Merge(v.recorder)
		for kind, n := range v.scanned {
			if n > 0 {
				r.account.count(pack.Kind(kind).String(), n, n, v.bytes[kind])
				r.stats.Phases[len(r.stats.Phases)-1].Bytes += v.bytes[kind]
			}
		}
	}
	return err
}

// readState reads what is no object: refs, reflogs, indexes, and what the clone lacks.
func (r *repositoryScan) readState() {
	refs, problems := r.repository.Refs()
	r.refs = refs
	more, err := r.repository.Reflogs(func(e gitstore.ReflogEntry) error {
		r.reflogs = append(r.reflogs, e)
		return nil
	})
	if err != nil {
		r.account.note("The reflogs could not be read: %v.", err)
	}
	problems = append(append(problems, more...), r.repository.ObjectProblems()...)
	worktrees, more := r.repository.Worktrees()
	problems = append(problems, more...)
	for _, worktree := range worktrees {
		entries, more := r.repository.Index(worktree)
		r.index = append(r.index, entries...)
		problems = append(problems, more...)
	}
	boundary, more := r.repository.Shallow()
	problems = append(problems, more...)
	r.account.coverage.Shallow = len(boundary) > 0
	r.account.coverage.Partial = r.repository.Partial()
	for _, p := range problems {
		r.account.corrupt(finding.Gap{Path: p.Where, Reason: p.What})
	}
}

// countMissing accounts for objects that something refers to and nobody holds. Beyond
// the boundary of a shallow clone that is as it should be, and said once.
func (r *repositoryScan) countMissing() {
	beyond := r.beyondShallow()
	for _, m := range r.graph.Missing() {
		if beyond[m.ID] {
			continue
		}
		kind := ""
		if m.Kind != 0 {
			kind = m.Kind.String()
		}
		reason := "referred to, but not in the repository"
		if r.account.coverage.Partial {
			reason = "not fetched: this is a partial clone"
		}
		r.account.missing(finding.Gap{Kind: kind, Object: m.ID.String(), Reason: reason})
	}
	for _, ref := range r.refs {
		if _, ok := r.graph.Lookup(ref.Target); !ok && !ref.Target.IsZero() && !ref.Pseudo {
			r.account.missing(finding.Gap{Kind: "ref", Object: ref.Target.String(), Path: ref.Name, Reason: "a ref points at it, but it is not in the repository"})
		}
	}
}

// beyondShallow returns the parents of the commits at a shallow boundary.
func (r *repositoryScan) beyondShallow() map[pack.ID]bool {
	beyond := map[pack.ID]bool{}
	boundary, _ := r.repository.Shallow()
	for _, id := range boundary {
		_, content, err := r.repository.Read(id, nil, r.options.MaxObjectSize)
		if err != nil {
			continue // in the account already
		}
		c, _ := gitstore.ParseCommit(content)
		for _, parent := range c.Parents {
			beyond[parent] = true
		}
	}
	return beyond
}
