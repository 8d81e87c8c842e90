package rewrite

import (
	"context"
	"slices"
	"strings"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/history"
)

// findKept finds which objects stay as they are and which are to be made: together all that the new history,
// the stash and the indexes reach, and nothing else.
func (r *Rewrite) findKept(ctx context.Context) error {
	roots := r.rootTrees()
	kept, missing := r.edits.Kept(roots)
	if err := r.complete(missing); err != nil {
		return err
	}
	r.keep = kept
	if err := r.checkTrees(kept.Has); err != nil {
		return err
	}
	for _, number := range r.roots.commits {
		if _, changed := r.notes.commits[number]; !changed && r.newOf(number) == nil {
			object, _, _ := r.graph.CommitAt(number)
			kept.Add(object)
		}
	}
	for _, object := range r.roots.tags {
		if _, changed := r.tags[object]; !changed {
			kept.Add(object)
		}
	}
	for _, object := range r.indexBlobs() {
		if _, changed := r.read.blobs[object]; !changed {
			kept.Add(object)
		}
	}
	for _, object := range r.notes.blobs {
		if _, changed := r.read.blobs[object]; !changed {
			kept.Add(object)
		}
	}
	r.findFresh(roots)
	return r.findReached(ctx)
}

// rootTrees returns the trees at the root that stay or are spliced: those of notes that follow their commits are
// made anew, unless something else has one of them too.
func (r *Rewrite) rootTrees() []uint32 {
	if len(r.notes.renamed) == 0 {
		return r.roots.trees
	}
	used := map[uint32]bool{}
	for _, tree := range r.roots.pointed {
		used[tree] = true
	}
	for _, number := range r.roots.commits {
		if _, tree, _ := r.graph.CommitAt(number); !r.notes.renamed[number] {
			used[tree] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(r.roots.trees), func(tree uint32) bool { return !used[tree] })
}

// findReached finds all that is reached before the rewrite: what stays, and what does not.
func (r *Rewrite) findReached(ctx context.Context) error {
	unmarked, err := r.graph.Trace(ctx, r.paths, history.Marks{})
	if err != nil {
		return err
	}
	var notes []uint32
	for number := range r.notes.renamed {
		_, tree, _ := r.graph.CommitAt(number)
		notes = append(notes, tree)
	}
	r.reached, _ = unmarked.Edits(notes, r.goes).Kept(notes)
	for object := range uint32(r.table.Len()) {
		if blob, edited := r.read.blobs[object]; edited && blob.reached || r.keep.Has(object) || len(r.edits.Of(object)) > 0 {
			r.reached.Add(object)
		}
	}
	r.edits.Gone(r.reached.Add)
	for _, number := range r.roots.commits {
		object, _, _ := r.graph.CommitAt(number)
		r.reached.Add(object)
	}
	for _, object := range slices.Concat(r.roots.tags, r.roots.blobs) {
		r.reached.Add(object)
	}
	return nil
}

// indexBlobs returns the blobs that refs, tags and indexes hold directly, but for entries that go.
func (r *Rewrite) indexBlobs() []uint32 {
	if r.edit.Drop == nil {
		return r.roots.blobs
	}
	gone := map[uint32]bool{}
	stays := map[uint32]bool{}
	for _, entry := range r.roots.index {
		if object, ok := r.table.Index(entry.ID); ok {
			if _, keep := r.Entry(entry.Path, entry.Mode, entry.ID); keep {
				stays[object] = true
			} else {
				gone[object] = true
			}
		}
	}
	for _, ref := range r.roots.refs {
		if object, ok := r.table.Index(ref.Target); ok {
			stays[object] = true
		}
	}
	reached := map[uint32]bool{}
	for _, tag := range r.roots.tags {
		reached[tag] = true
	}
	r.graph.Tags(func(tag, target uint32) { stays[target] = stays[target] || reached[tag] })
	return slices.DeleteFunc(slices.Clone(r.roots.blobs), func(object uint32) bool { return gone[object] && !stays[object] })
}

// findFresh lists the objects to be made, with what becomes of some trees at the root.
func (r *Rewrite) findFresh(roots []uint32) {
	fresh := func(id pack.ID) {
		if object, ok := r.table.Index(id); !ok || !r.keep.Has(object) {
			r.fresh = append(r.fresh, id)
		}
	}
	edited := func(object uint32) {
		if blob, ok := r.read.blobs[object]; ok {
			blob.reached = true
			fresh(blob.id)
		}
	}
	for _, state := range r.edits.Below(roots) {
		if tree := r.trees[state]; !tree.empty || r.edits.Path(state) == history.Root {
			fresh(tree.id)
		}
		r.edits.Changes(state, func(c history.Change) {
			if !c.Goes && c.State < 0 {
				edited(c.Object)
			}
		})
	}
	for _, object := range slices.Concat(r.indexBlobs(), r.notes.blobs) {
		edited(object)
	}
	for i := range r.commits.affected {
		c := &r.commits.affected[i]
		if _, changed := r.notes.commits[c.number]; !c.pruned && !changed {
			fresh(c.id)
		}
	}
	for _, tag := range r.tags {
		if !tag.goes {
			fresh(tag.id)
		}
	}
	for _, o := range r.notes.objects {
		fresh(o.id)
	}
	slices.SortFunc(r.fresh, pack.ID.Compare)
	r.fresh = slices.Compact(r.fresh)
}

// Map returns what an object is afterwards that a ref, a tag, an index or the stash points at. A pruned commit
// gives the nearest one before it that is left; ok is false where nothing is.
func (r *Rewrite) Map(old pack.ID) (id pack.ID, ok bool) {
	object, held := r.table.Index(old)
	if !held {
		return pack.ID{}, false
	}
	return r.newObject(object)
}

// Entry returns what an index entry holds afterwards, also one for a whole folder of a sparse index; keep is false where it
// goes.
func (r *Rewrite) Entry(path string, mode uint32, id pack.ID) (now pack.ID, keep bool) {
	folder := mode&0o170000 == gitstore.ModeDir
	path = strings.TrimSuffix(path, "/")
	if r.edit.Drop != nil {
		for i := range path {
			if path[i] == '/' && i > 0 && r.edit.Drop(path[:i], true) {
				return pack.ID{}, false
			}
		}
		if r.edit.Drop(path, folder) {
			return pack.ID{}, false
		}
	}
	if folder {
		if state, changes := r.folders[placedTree{path, id}]; changes {
			return r.trees[state].id, !r.trees[state].empty
		}
		return id, true
	}
	if object, ok := r.table.Index(id); ok && mode&0o170000 != gitstore.ModeGitlink {
		if blob, ok := r.read.blobs[object]; ok {
			return blob.id, true
		}
	}
	return id, true
}

// CommitMap calls yield for each commit that changed, with its new name, or none if it was pruned.
func (r *Rewrite) CommitMap(yield func(old, now pack.ID) bool) {
	for i := range r.commits.affected {
		c := &r.commits.affected[i]
		object, _, _ := r.graph.CommitAt(c.number)
		id := c.id
		if changed, ok := r.notes.commits[c.number]; ok {
			id = changed
		} else if c.pruned {
			id = pack.ID{}
		}
		if !yield(r.table.ID(object), id) {
			return
		}
	}
	for _, m := range r.notes.list {
		if !yield(m.old, m.now) {
			return
		}
	}
}

// Removed calls yield for each object that must not be found afterwards, in the order of their names: blobs that went
// from every path, and blobs, commits and tags whose text changed.
func (r *Rewrite) Removed(yield func(pack.ID) bool) {
	ids := append(r.GoneBlobs(), r.Stale()...)
	for object := range r.read.blobs {
		ids = append(ids, r.table.ID(object))
	}
	for object := range r.read.matched {
		ids = append(ids, r.table.ID(object))
	}
	slices.SortFunc(ids, pack.ID.Compare)
	for _, id := range slices.Compact(ids) {
		object, _ := r.table.Index(id)
		if id == emptyBlob() {
			continue // the next empty file would bring it back
		}
		if !r.isFresh(id) && !r.keep.Has(object) && !yield(id) {
			return
		}
	}
}

// GoneBlobs returns the names of the blobs that stood at a path that goes, in a commit or an index, and are left
// nowhere.
func (r *Rewrite) GoneBlobs() []pack.ID {
	ids := r.goneBy(r.edits)
	for _, entry := range r.roots.index {
		if _, keep := r.Entry(entry.Path, entry.Mode, entry.ID); keep {
			continue
		}
		if object, ok := r.table.Index(entry.ID); ok && r.table.Kind(object) == pack.Blob && !r.stays(object) {
			ids = append(ids, entry.ID)
		}
	}
	slices.SortFunc(ids, pack.ID.Compare)
	return slices.Compact(ids)
}

// goneBy returns the blobs that edits take away and that nothing holds afterwards.
func (r *Rewrite) goneBy(edits *history.Edits) []pack.ID {
	var ids []pack.ID
	edits.Gone(func(blob uint32) {
		if r.table.Kind(blob) == pack.Blob && !r.stays(blob) {
			ids = append(ids, r.table.ID(blob))
		}
	})
	return ids
}

// stays reports whether something holds a blob afterwards, as it is or edited.
func (r *Rewrite) stays(object uint32) bool {
	blob, edited := r.read.blobs[object]
	return r.keep.Has(object) || edited && blob.reached
}

// Stale returns the names of objects that nothing reaches and that hold what the edit takes out: left over
// from amended commits, deleted branches and the like. The purge of all old objects is what removes them.
func (r *Rewrite) Stale() []pack.ID {
	ids := r.goneBy(r.stale)
	for object := range r.read.blobs {
		ids = append(ids, r.table.ID(object))
	}
	for object := range r.read.matched {
		ids = append(ids, r.table.ID(object))
	}
	slices.SortFunc(ids, pack.ID.Compare)
	return slices.DeleteFunc(slices.Compact(ids), func(id pack.ID) bool {
		object, _ := r.table.Index(id)
		return r.reached.Has(object)
	})
}

// staleTrees returns the root trees that only unreached commits have, and those that nothing holds.
func (r *Rewrite) staleTrees() []uint32 {
	var trees []uint32
	for number, reached := range r.roots.reached {
		if _, tree, _ := r.graph.CommitAt(uint32(number)); !reached && tree != history.NoObject {
			trees = append(trees, tree)
		}
	}
	trees = append(trees, r.paths.DanglingTrees()...)
	slices.Sort(trees)
	return slices.DeleteFunc(slices.Compact(trees), func(tree uint32) bool { return r.roots.seenTrees[tree] })
}
