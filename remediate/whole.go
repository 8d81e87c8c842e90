package remediate

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/history"
)

// doCheck proves, before anything old is deleted, that the repository is whole without it: the new pack, with
// what came in since the plan, holds everything that its own objects, the refs and the indexes name, and
// nothing that was to be removed.
func (s *surgeon) doCheck(ctx context.Context, n *note) error {
	for i := range s.state.Worktrees {
		if what, remedy := underway(string(s.state.Worktrees[i].GitDir)); what != "" {
			return fmt.Errorf("%w: %s is under way, and holds on to commits that would go: %s", ErrMoved, what, remedy)
		}
	}
	if err := s.makeView(n); err != nil {
		return err
	}
	view, err := gitstore.Open(s.files.path(viewName))
	if err != nil {
		return err
	}
	err = s.checkView(ctx, view, n)
	if err = errors.Join(err, view.Close()); err != nil {
		return err
	}
	return os.RemoveAll(s.files.path(viewName))
}

// checkView looks at the repository of the new objects alone.
func (s *surgeon) checkView(ctx context.Context, view *gitstore.Repository, n *note) error {
	if problems := view.ObjectProblems(); len(problems) > 0 {
		return fmt.Errorf("the new objects cannot be read: %s", problems[0])
	}
	tips, err := s.tips()
	if err != nil {
		return err
	}
	for _, m := range s.state.Stash {
		if id := pack.ID(m.New); !id.IsZero() {
			tips[id] = "an entry of the stash"
		}
	}
	for id, what := range tips {
		if !view.Holds(id) {
			return fmt.Errorf("%w: %s leads to object %s, which is not in the new history; set it back or delete it (`git update-ref -d`, `git reset`), or take the remediation back", ErrMoved, what, id)
		}
	}
	if err := s.checkRemoved(view); err != nil {
		return err
	}
	count, err := checkClosed(ctx, view)
	n.Detail = fmt.Sprintf("%d objects need nothing but one another", count)
	return err
}

// makeView makes a repository of the new objects alone. Packs that came in since the plan and hold what is to be
// removed are left out, as are such loose objects: git gc has made them of old objects, if it ran in between.
func (s *surgeon) makeView(n *note) error {
	view := s.files.path(viewName)
	if err := os.RemoveAll(view); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(view, "refs"), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(view, "HEAD"), []byte("ref: refs/heads/none\n"), 0o600); err != nil {
		return err
	}
	names, err := s.newcomers()
	if err != nil {
		return err
	}
	removed, err := readIDs(s.files.path(removedName) + newSuffix)
	if err != nil {
		return err
	}
	gone := map[pack.ID]bool{}
	for _, id := range removed {
		gone[id] = true
	}
	for _, name := range names {
		if base, ok := strings.CutSuffix(name, ".pack"); ok && !s.isNew(name) && s.holdsAny(name, removed) {
			n.Drop = append(n.Drop, base)
		}
	}
	for _, name := range names {
		id, loose := looseName(name)
		if loose && gone[id] || slices.Contains(n.Drop, strings.TrimSuffix(name, filepath.Ext(name))) {
			continue
		}
		to := filepath.Join(view, "objects", filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return err
		}
		from := s.objectFile(name)
		err := os.Link(from, to)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			err = os.Symlink(from, to) // another file system, or one without links
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // what is gone again nobody needs
			return err
		}
	}
	return os.MkdirAll(filepath.Join(view, "objects"), 0o700)
}

// newcomers lists packs, their indexes and loose objects that are not the old ones.
func (s *surgeon) newcomers() ([]string, error) {
	names, _, err := listStore(s.files.objects)
	if err != nil {
		return nil, err
	}
	old := map[string]bool{}
	for _, name := range s.state.Objects {
		old[name] = true
	}
	ours := "pack/pack-" + s.state.Pack.Name + "."
	return slices.DeleteFunc(names, func(name string) bool {
		_, loose := looseName(name)
		packed := strings.HasPrefix(name, "pack/pack-") && (strings.HasSuffix(name, ".pack") || strings.HasSuffix(name, ".idx"))
		return !loose && !packed || old[name] && !strings.HasPrefix(name, ours)
	}), nil
}

// holdsAny reports whether a pack holds one of some objects.
func (s *surgeon) holdsAny(name string, ids []pack.ID) bool {
	p, err := pack.Open(s.objectFile(name))
	if err != nil {
		return false // said when the view is opened
	}
	defer p.Close()
	return slices.ContainsFunc(ids, func(id pack.ID) bool {
		_, ok := p.Index().Find(id)
		return ok
	})
}

// checkRemoved looks for objects that are to be gone.
func (s *surgeon) checkRemoved(view *gitstore.Repository) error {
	removed, err := readIDs(s.files.path(removedName) + newSuffix)
	if err != nil {
		return err
	}
	for _, id := range removed {
		if view.Holds(id) {
			return fmt.Errorf("%w: object %s, which is to be removed, is part of the new history; take the remediation back, and plan anew", ErrMoved, id)
		}
	}
	return nil
}

// checkClosed reads all commits, trees and tags, and looks whether everything that they name is there.
func checkClosed(ctx context.Context, repository *gitstore.Repository) (objects int, err error) {
	table := repository.Table()
	graph := history.New(table)
	var readers []*closedReader
	options := gitstore.WalkOptions{Kinds: []pack.Kind{pack.Commit, pack.Tag, pack.Tree}, Jobs: runtime.GOMAXPROCS(0), Limit: 1 << 30}
	err = table.Walk(ctx, options, func() gitstore.Visitor {
		r := &closedReader{table: table, recorder: graph.Recorder()}
		readers = append(readers, r)
		return r
	})
	for _, r := range readers {
		graph.Merge(r.recorder)
		err = errors.Join(err, r.err)
	}
	if err != nil {
		return 0, err
	}
	known := builtIn()
	for _, missing := range graph.Missing() {
		if !slices.Contains(known[:], missing.ID) {
			return 0, fmt.Errorf("the new history lacks the %s %s; nothing old was deleted, take the remediation back", missing.Kind, missing.ID)
		}
	}
	return table.Len(), nil
}

// closedReader records what one worker of the walk reads.
type closedReader struct {
	table    *gitstore.Table
	recorder *history.Recorder
	err      error
}

// Visit records an object. One that is malformed was so before, and git reads no more of it than is
// recorded here.
func (r *closedReader) Visit(o *gitstore.Object) {
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
	}
}

// Failed notes the first object that cannot be read.
func (r *closedReader) Failed(index uint32, _ int64, err error) {
	if r.err == nil {
		r.err = fmt.Errorf("object %s of the new history cannot be read: %w", r.table.ID(index), err)
	}
}
