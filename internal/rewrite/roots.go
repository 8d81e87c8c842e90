package rewrite

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/history"
)

// roots is what a history is reached from.
type roots struct {
	refs    []gitstore.Ref // those that have a target of their own, and are no passing ones
	stashes []pack.ID      // every entry of the stash
	index   []gitstore.IndexEntry
	folders []gitstore.IndexEntry // those of index that are whole folders, in a sparse index

	commits   []uint32 // numbers of the commits reached, and of nothing else
	reached   []bool   // by number of a commit
	tags      []uint32 // tag objects reached
	trees     []uint32 // tree objects at the root of a commit, or pointed at by a ref or tag
	seenTrees map[uint32]bool
	pointed   []uint32 // those of them that a ref or tag points at
	blobs     []uint32 // blob objects pointed at by a ref, a tag or an index
}

// findRoots reads refs, the stash and the indexes. What of them cannot be read ends it: it could
// hold on to what nobody sees.
func (r *Rewrite) findRoots(context.Context) error {
	refs, problems := r.repository.Refs()
	problems = append(problems, r.repository.ObjectProblems()...)
	for _, ref := range refs {
		if !ref.Pseudo && ref.Symbolic == "" && !ref.Target.IsZero() {
			r.roots.refs = append(r.roots.refs, ref)
		}
	}
	more, err := r.repository.Reflogs(func(e gitstore.ReflogEntry) error {
		if e.Ref == stashRef {
			r.roots.stashes = append(r.roots.stashes, e.New)
		}
		return nil
	})
	if err != nil {
		return err
	}
	problems = append(problems, more...)
	worktrees, more := r.repository.Worktrees()
	problems = append(problems, more...)
	for _, worktree := range worktrees {
		entries, more := r.repository.Index(worktree)
		r.roots.index = append(r.roots.index, entries...)
		problems = append(problems, more...)
	}
	if len(problems) > 0 {
		return fmt.Errorf("%s: repair the repository first (git fsck tells more)", problems[0])
	}
	return nil
}

const stashRef = "refs/stash"

// reach finds what the roots reach, once the graph has the commits and tags.
func (r *Rewrite) reach() error {
	targets := map[uint32]uint32{} // by tag object
	r.graph.Tags(func(tag, target uint32) { targets[tag] = target })
	w := &r.roots
	w.reached, w.seenTrees = make([]bool, r.graph.Commits()), map[uint32]bool{}
	seen := map[uint32]bool{}
	var follow func(object uint32)
	follow = func(object uint32) {
		if number, ok := r.graph.CommitNumber(object); ok {
			r.reachCommits(number)
			return
		}
		if seen[object] {
			return
		}
		seen[object] = true
		switch r.table.Kind(object) {
		case pack.Tag:
			w.tags = append(w.tags, object)
			if target, ok := targets[object]; ok && r.graph.Holds(target) {
				follow(target)
			}
		case pack.Tree:
			w.pointed = append(w.pointed, object)
			r.reachTree(object)
		case pack.Blob:
			w.blobs = append(w.blobs, object)
		}
	}
	for _, ref := range w.refs {
		object, ok := r.table.Index(ref.Target)
		if !ok {
			return fmt.Errorf("ref %q points at %s, which is not in the repository: delete the ref or fetch the object", ref.Name, ref.Target)
		}
		follow(object)
	}
	for _, id := range w.stashes {
		if object, ok := r.table.Index(id); ok {
			follow(object)
		}
	}
	for _, entry := range w.index {
		object, ok := r.table.Index(entry.ID)
		switch {
		case entry.Mode&0o170000 == gitstore.ModeGitlink || entry.IntentToAdd:
		case entry.Tree && ok:
			w.folders = append(w.folders, entry)
		case !ok:
			return fmt.Errorf("the index names %s, which is not in the repository: repair it first (git fsck tells more)", entry.ID)
		default:
			follow(object)
		}
	}
	return nil
}

// reachCommits adds a commit and all before it.
func (r *Rewrite) reachCommits(number uint32) {
	w := &r.roots
	if w.reached[number] {
		return
	}
	w.reached[number] = true
	waiting := []uint32{number}
	for len(waiting) > 0 {
		number = waiting[len(waiting)-1]
		waiting = waiting[:len(waiting)-1]
		_, tree, parents := r.graph.CommitAt(number)
		w.commits = append(w.commits, number)
		r.reachTree(tree)
		for _, parent := range parents {
			if !w.reached[parent] {
				w.reached[parent] = true
				waiting = append(waiting, parent)
			}
		}
	}
}

// placeFolders follows what a sparse index holds as one tree, at the path where that stands.
func (r *Rewrite) placeFolders() error {
	r.folders = map[placedTree]int{}
	if len(r.roots.folders) == 0 {
		return nil
	}
	paths := map[string]history.Path{}
	for path := range history.Path(r.paths.Len()) {
		paths[r.paths.String(path)] = path
	}
	for _, entry := range r.roots.folders {
		name := strings.TrimSuffix(entry.Path, "/")
		path, ok := paths[name]
		if !ok {
			return fmt.Errorf("the sparse index holds the folder %q, which no commit has: run git sparse-checkout reapply --no-sparse-index first", name)
		}
		object, _ := r.table.Index(entry.ID)
		if r.dropped(name) {
			continue
		}
		if state, changes := r.edits.Follow(object, path); changes {
			r.folders[placedTree{name, entry.ID}] = state
		}
	}
	return nil
}

// dropped reports whether a folder goes, or one that it is in.
func (r *Rewrite) dropped(folder string) bool {
	for i := 0; r.edit.Drop != nil && i <= len(folder); i++ {
		if i > 0 && (i == len(folder) || folder[i] == '/') && r.edit.Drop(folder[:i], true) {
			return true
		}
	}
	return false
}

// reachTree adds a tree that stands at the root.
func (r *Rewrite) reachTree(tree uint32) {
	if !r.graph.Holds(tree) && tree != history.NoObject && r.graph.ID(tree) == emptyTree() {
		return // git knows it without having it
	}
	if w := &r.roots; tree != history.NoObject && !w.seenTrees[tree] {
		w.seenTrees[tree] = true
		w.trees = append(w.trees, tree)
	}
}

// ErrIncomplete says that an object is missing that the history needs.
var ErrIncomplete = errors.New("the history is not complete here")

// complete fails where the history lacks an object, of those a list is given.
func (r *Rewrite) complete(missing []uint32) error {
	if len(missing) == 0 {
		return nil
	}
	return fmt.Errorf("%w: %s, and %d in all, are referred to and in no store; fetch them first (git fetch --unshallow, or a full clone)",
		ErrIncomplete, r.graph.ID(missing[0]), len(missing))
}
