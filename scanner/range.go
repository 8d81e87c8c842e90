package scanner

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/scanner/finding"
)

// Range is what the commits of A..B bring in: those that B reaches and A does not, with
// what each has at a path and none of its parents has there, their messages and their
// authors. An empty side stands for HEAD, and an A of zeros, as pre-push hooks are given for a new branch, for
// nothing. A...B means the same, as it does for pull requests.
func Range(path, expression string) Source { return rangeSource{path, expression} }

type rangeSource struct{ path, expression string }

func (rs rangeSource) scan(ctx context.Context, s *session) (*Result, error) {
	s.phase("commits")
	repository, err := gitstore.Open(rs.path)
	if err != nil {
		return nil, fmt.Errorf("opening the repository: %w", err)
	}
	defer repository.Close()
	from, to, err := resolveRange(repository, rs.expression, s.options.MaxObjectSize)
	if err != nil {
		return nil, err
	}
	r := newRangeScan(s, repository)
	r.commits = r.log.between([]pack.ID{from}, []pack.ID{to})
	source := sourceOf(repository, "range", rs.path)
	source.Range = rs.expression
	return r.result(ctx, source)
}

func newRangeScan(s *session, repository *gitstore.Repository) *rangeScan {
	r := &rangeScan{changeScan: newChangeScan(s, repository)}
	for _, p := range repository.ObjectProblems() {
		r.account.corrupt(finding.Gap{Path: p.Where, Reason: p.What})
	}
	r.log = newCommitLog(repository, s.options.MaxObjectSize)
	return r
}

// result scans the commits, and what was added beside them.
func (r *rangeScan) result(ctx context.Context, source finding.Source) (*Result, error) {
	r.reportGaps()
	interrupted := r.readCommits(ctx)
	if interrupted == nil {
		r.phase("blobs")
		interrupted = r.run(ctx)
	}
	return &Result{
		Header:   finding.Header{Source: source, Coverage: r.account.close()},
		Findings: r.assemble(r.hits, r.where, r.content),
	}, interrupted
}

// resolveRange turns A..B into commits.
func resolveRange(repository *gitstore.Repository, expression string, limit int64) (from, to pack.ID, err error) {
	a, b, ok := strings.Cut(expression, "..")
	if !ok {
		return from, to, fmt.Errorf("%q is no range: write it as A..B, for instance origin/main..HEAD", expression)
	}
	b = strings.TrimPrefix(b, ".")
	opened, err := git.Open(gitstore.NewStorer(repository.Layout, repository, limit), nil)
	if err != nil {
		return from, to, fmt.Errorf("opening the repository: %w", err)
	}
	if from, err = resolve(opened, a); err == nil {
		to, err = resolve(opened, b)
	}
	return from, to, err
}

func resolve(repository *git.Repository, revision string) (pack.ID, error) {
	if revision == "" {
		revision = "HEAD"
	}
	if len(revision) == 40 && strings.Trim(revision, "0") == "" {
		return pack.ID{}, nil
	}
	hash, err := repository.ResolveRevision(plumbing.Revision(revision))
	if err != nil {
		return pack.ID{}, fmt.Errorf("revision %q of the range cannot be found: %w; in a shallow clone, fetch more history", revision, err)
	}
	return pack.ID(*hash), nil
}

// rangeScan is the scan of a range under way. Hits in a commit's own text number
// it by its place in the list.
type rangeScan struct {
	*changeScan
	log     *commitLog
	commits []pack.ID
	head    map[string]pack.ID // files and folders at HEAD
	tags    []pushedTag
	names   []string // of refs
	reach   map[pack.ID]reach
	ofHead  map[pack.ID]reach // what HEAD reaches
}

// reportGaps accounts for commits that the walk needed and did not find.
func (r *rangeScan) reportGaps() {
	boundary, problems := r.repository.Shallow()
	for _, p := range problems {
		r.account.corrupt(finding.Gap{Path: p.Where, Reason: p.What})
	}
	r.account.coverage.Shallow = r.log.cutOff(boundary, r.commits)
	for id, err := range r.log.unread {
		r.unread(pack.Commit, id, "", err)
	}
}

// readCommits scans the texts of the commits and lists what each brings in.
func (r *rangeScan) readCommits(ctx context.Context) error {
	found := r.newCollector()
	comparer := r.comparer()
	defer func() { r.hits = append(r.hits, found.hits...) }()
	for i, id := range r.commits {
		if err := ctx.Err(); err != nil {
			r.account.note("The scan was interrupted before all commits were read.")
			return err
		}
		node := r.log.nodes[id]
		_, content, err := r.repository.Read(id, nil, r.options.MaxObjectSize)
		if err != nil {
			r.unread(pack.Commit, id, "", err)
			continue
		}
		r.account.count("commit", 1, 1, int64(len(content)))
		found.scanRaw(uint32(i), content, node.commit.Message, commitKinds(node.commit))
		var parents []pack.ID
		for _, parent := range node.commit.Parents {
			if other, ok := r.log.node(parent); ok {
				parents = append(parents, other.commit.Tree)
			}
		}
		comparer.compare("", node.commit.Tree, parents, 0, func(ch change) {
			ch.commit = id
			r.add(ch)
		})
	}
	return nil
}

// where implements [whereabouts].
func (r *rangeScan) where(h *hit) []finding.Occurrence {
	if list, ok := r.besideCommits(h); ok {
		return list
	}
	switch h.kind {
	case finding.KindMessage, finding.KindIdentity, finding.KindHeader:
		id := r.commits[h.object]
		o := finding.Occurrence{Object: id.String(), AtHead: r.inHead(id)}
		r.byCommit(&o, id)
		return []finding.Occurrence{o}
	}
	var list []finding.Occurrence
	for _, ch := range r.changesOf(h) {
		o := ch.occurrence(h.kind)
		if !ch.commit.IsZero() {
			o.AtHead = r.atHead(ch, h.kind)
			r.byCommit(&o, ch.commit)
		}
		list = append(list, o)
	}
	return distinct(list)
}

func (r *rangeScan) byCommit(o *finding.Occurrence, id pack.ID) {
	author := r.log.nodes[id].commit.Author
	o.Commit, o.Date = id.String(), author.When
	o.Author = finding.Identity{Name: author.Name, Email: author.Email}
	if r.reach == nil {
		refs, _ := r.repository.Refs() // problems with refs make no range incomplete
		r.reach = r.log.reachOf(r.flagged(), rankedRefs(refs))
	}
	r.reach[id].fill(o)
}

// flagged returns the commits that hits are in: of a range that is a whole history, few.
func (r *rangeScan) flagged() []pack.ID {
	found := map[pack.ID]bool{}
	for i := range r.hits {
		switch h := &r.hits[i]; h.kind {
		case finding.KindRef, finding.KindTag, finding.KindTagger:
		case finding.KindMessage, finding.KindIdentity, finding.KindHeader:
			if int(h.object) < len(r.commits) {
				found[r.commits[h.object]] = true
			}
		default:
			for _, ch := range r.changesOf(h) {
				found[ch.commit] = true
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(r.commits), func(id pack.ID) bool { return !found[id] })
}

// inHead reports whether a commit of the range is part of HEAD's history.
func (r *rangeScan) inHead(id pack.ID) bool {
	if r.ofHead == nil {
		r.ofHead = r.log.reachOf(r.flagged(), []gitstore.Ref{{Name: headTip, Target: r.headCommit()}})
	}
	return r.ofHead[id].count > 0
}

func (r *rangeScan) headCommit() pack.ID {
	head, _ := r.repository.Head()
	return head.Target
}

// atHead reports whether HEAD still has a change as it was brought in; of a path,
// whether it has anything there.
func (r *rangeScan) atHead(ch change, kind finding.Kind) bool {
	if r.head == nil {
		r.head = map[string]pack.ID{}
		if node, ok := r.log.node(r.headCommit()); ok {
			r.comparer().compare("", node.commit.Tree, nil, 0, func(at change) { r.head[at.path] = at.id })
		}
	}
	id, ok := r.head[ch.path]
	return ok && (kind == finding.KindPath || id == ch.id)
}
