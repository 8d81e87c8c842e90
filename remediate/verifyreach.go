package remediate

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/history"
)

// way is how an object is reached.
type way struct {
	path string // one that a commit has it at
	from string // refs and other holders; "": none
}

// ways finds how the objects that hold something are reached. It reads the whole history once, and only where there
// is something to explain.
func (v *verification) ways(ctx context.Context) (map[uint32]way, error) {
	e := &explainer{verification: v, ways: map[uint32]way{}, marked: map[uint32]bool{}, holder: map[pack.ID]uint32{}, commits: map[uint32][]uint32{}}
	for _, h := range v.held {
		e.marked[h.object] = true
	}
	if err := e.record(ctx); err != nil {
		return nil, err
	}
	if err := e.trace(ctx); err != nil {
		return nil, err
	}
	e.explain()
	return e.ways, nil
}

// explainer works that out.
type explainer struct {
	*verification
	graph   *history.Graph
	marked  map[uint32]bool
	holder  map[pack.ID]uint32  // of a marked tree: a tree that it is a folder of
	commits map[uint32][]uint32 // by marked object: commits that have it, or it itself
	ways    map[uint32]way
}

// record fills the graph.
func (e *explainer) record(ctx context.Context) error {
	table := e.repository.Table()
	e.graph = history.New(table)
	for object := range e.marked {
		if table.Kind(object) == pack.Tree {
			e.holder[table.ID(object)] = object
		}
	}
	for _, kinds := range [][]pack.Kind{{pack.Commit, pack.Tag}, {pack.Tree}} {
		var recorders []*wayRecorder
		err := table.Walk(ctx, gitstore.WalkOptions{Kinds: kinds, Jobs: e.options.Jobs, Limit: maxVerified}, func() gitstore.Visitor {
			r := &wayRecorder{explainer: e, recorder: e.graph.Recorder(), holders: map[pack.ID]uint32{}}
			recorders = append(recorders, r)
			return r
		})
		if err != nil {
			return err
		}
		for _, r := range recorders {
			e.graph.Merge(r.recorder)
			for id, holder := range r.holders {
				e.holder[id] = holder
			}
		}
	}
	return nil
}

// wayRecorder is one worker's view of commits, tags and trees. What cannot be read was said when it was searched.
type wayRecorder struct {
	explainer *explainer
	recorder  *history.Recorder
	holders   map[pack.ID]uint32
}

// Visit implements [gitstore.Visitor].
func (r *wayRecorder) Visit(o *gitstore.Object) {
	switch o.Kind {
	case pack.Commit:
		if c, err := gitstore.ParseCommit(o.Content); err == nil {
			r.recorder.Commit(o.Index, c)
		}
	case pack.Tag:
		if t, err := gitstore.ParseTag(o.Content); err == nil {
			r.recorder.Tag(o.Index, t)
		}
	case pack.Tree:
		_ = r.recorder.Tree(o)
		if len(r.explainer.holder) > 0 {
			r.folders(o)
		}
	}
}

// folders notes which marked trees a tree holds.
func (r *wayRecorder) folders(o *gitstore.Object) {
	for rest := o.Content; ; {
		name := slices.Index(rest, 0)
		if name < 0 || len(rest) < name+1+len(pack.ID{}) {
			return
		}
		id := pack.ID(rest[name+1:])
		if _, ok := r.explainer.holder[id]; ok {
			r.holders[id] = o.Index
		}
		rest = rest[name+1+len(id):]
	}
}

// Failed implements [gitstore.Visitor].
func (r *wayRecorder) Failed(uint32, int64, error) {}

// trace finds commits that have the marked objects.
func (e *explainer) trace(ctx context.Context) error {
	table := e.repository.Table()
	blobs := map[uint32]bool{}
	for object := range e.marked {
		switch table.Kind(object) {
		case pack.Blob:
			blobs[object] = true
		case pack.Commit:
			e.commits[object] = []uint32{object}
		}
	}
	e.traceTrees()
	if len(blobs) == 0 {
		return nil
	}
	paths, err := e.graph.Paths(ctx)
	if err != nil {
		return err
	}
	trace, err := e.graph.Trace(ctx, paths, history.Marks{Blobs: blobs})
	if err != nil {
		return err
	}
	trace.Introductions(e.options.Jobs, func(p history.Place) {
		e.commits[p.Object] = append(e.commits[p.Object], p.Commit)
		e.ways[p.Object] = way{path: paths.String(p.Path)}
	})
	return nil
}

// traceTrees goes from marked trees up to the commits of which they are folders. What holds a removed tree has
// changed and is marked too, so that the holders are known.
func (e *explainer) traceTrees() {
	table := e.repository.Table()
	tops := map[uint32][]uint32{} // by tree at the top: marked trees below
	for object := range e.marked {
		if table.Kind(object) != pack.Tree {
			continue
		}
		top := object
		for range e.marked { // as far up as there are marked trees
			holder, ok := e.holder[table.ID(top)]
			if !ok || holder == top {
				break
			}
			top = holder
		}
		tops[top] = append(tops[top], object)
	}
	if len(tops) == 0 {
		return
	}
	for number := range uint32(e.graph.Commits()) {
		commit, tree, _ := e.graph.CommitAt(number)
		for _, object := range tops[tree] {
			e.commits[object] = append(e.commits[object], commit)
		}
	}
}

// explain says which tips reach the commits.
func (e *explainer) explain() {
	tips, direct := e.tips()
	interest := map[uint32]bool{}
	for _, commits := range e.commits {
		for _, commit := range commits {
			interest[commit] = true
		}
	}
	reach := e.graph.Reach(tips, interest)
	for object := range e.marked {
		var names []string
		for _, commit := range e.commits[object] {
			for _, tip := range reach.Of(commit) {
				names = append(names, e.hide.name(tips[tip].Name))
			}
		}
		for _, name := range direct[object] {
			names = append(names, e.hide.name(name))
		}
		at := e.ways[object]
		at.from = summary(names)
		e.ways[object] = at
	}
}

// tips returns what commits are reached from, refs first, and by object what holds it itself.
func (e *explainer) tips() (tips []history.Tip, direct map[uint32][]string) {
	direct = map[uint32][]string{}
	targets := map[uint32]uint32{} // of tags
	e.graph.Tags(func(tag, target uint32) { targets[tag] = target })
	byName := map[string]int{}
	add := func(name string, id pack.ID) {
		object, ok := e.graph.Lookup(id)
		if !ok {
			return
		}
		for range len(targets) + 1 {
			direct[object] = append(direct[object], name)
			target, isTag := targets[object]
			if !isTag {
				break
			}
			object = target
		}
		i, known := byName[name]
		if !known {
			i = len(tips)
			byName[name] = i
			tips = append(tips, history.Tip{Name: name})
		}
		tips[i].Commits = append(tips[i].Commits, object)
	}
	refs, problems := e.repository.Refs()
	slices.SortStableFunc(refs, func(a, b gitstore.Ref) int { return cmp.Compare(rankOf(a), rankOf(b)) })
	for _, ref := range refs {
		if ref.Symbolic == "" && !ref.Target.IsZero() {
			add(ref.Name, ref.Target)
		}
	}
	more, err := e.repository.Reflogs(func(entry gitstore.ReflogEntry) error {
		add("the reflog of "+entry.Ref, entry.Old)
		add("the reflog of "+entry.Ref, entry.New)
		return nil
	})
	problems = append(problems, more...)
	if err != nil {
		problems = append(problems, gitstore.Problem{Where: "logs", What: err.Error()})
	}
	worktrees, more := e.repository.Worktrees()
	problems = append(problems, more...)
	for _, worktree := range worktrees {
		entries, more := e.repository.Index(worktree)
		problems = append(problems, more...)
		for _, entry := range entries {
			if object, ok := e.graph.Lookup(entry.ID); ok && e.marked[object] {
				direct[object] = append(direct[object], "the index")
				if at := e.ways[object]; at.path == "" {
					e.ways[object] = way{path: entry.Path}
				}
			}
		}
	}
	for _, problem := range problems {
		e.unread("%s", problem)
	}
	return tips, direct
}

func rankOf(ref gitstore.Ref) int {
	if ref.Pseudo {
		return 1
	}
	return 0
}

// maxNamed is how many holders of one object are named.
const maxNamed = 3

// summary names the first of some holders, which may repeat.
func summary(names []string) string {
	var distinct []string
	seen := map[string]bool{}
	for _, name := range names {
		if !seen[name] {
			seen[name] = true
			distinct = append(distinct, name)
		}
	}
	if more := len(distinct) - maxNamed; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(distinct[:maxNamed], ", "), more)
	}
	return strings.Join(distinct, ", ")
}
