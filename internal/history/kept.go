package history

import "slices"

// Kept returns the trees and blobs that some root trees, those of [Trace.Edits], and those given to Follow still hold,
// unchanged, when the edits are made. missing are objects that should be among them and are in no store.
func (e *Edits) Kept(roots []uint32) (kept Objects, missing []uint32) {
	k := &keeper{edits: e, graph: e.trace.graph, kept: newSet(e.trace.graph.held), whole: newSet(len(e.trace.graph.trees))}
	k.here = make([]Path, len(k.graph.trees))
	waiting := []folder{{path: Root}}
	for _, root := range roots {
		number, ok := k.graph.treeOf(root)
		if !ok {
			k.missing = append(k.missing, root)
		} else if state, ok := e.at[treeAt{number, Root}]; ok && state >= 0 {
			waiting[0].trees = append(waiting[0].trees, number)
		} else {
			k.take(number)
		}
	}
	for _, at := range e.placed {
		if state, ok := e.at[at]; ok && state >= 0 {
			waiting = append(waiting, folder{at.path, []uint32{at.tree}})
		} else {
			k.take(at.tree)
		}
	}
	for len(waiting) > 0 {
		next := waiting[len(waiting)-1]
		waiting = append(waiting[:len(waiting)-1], k.folder(next)...)
	}
	k.finish()
	return Objects{k.kept}, k.missing
}

// Objects is a set of objects of a table, by number.
type Objects struct{ set set }

// Has reports whether an object is in the set.
func (o Objects) Has(object uint32) bool { return o.set.has(object) }

// Add puts an object that a store holds into the set.
func (o Objects) Add(object uint32) { o.set.add(object) }

// keeper finds what stays. It uses that trees are differences: where a tree and its base both are looked
// at, under the same conditions, only what the tree adds has to be.
type keeper struct {
	edits   *Edits
	graph   *Graph
	kept    set
	whole   set      // trees of which everything stays
	next    []uint32 // of those, the ones to look into
	missing []uint32
	here    []Path // by tree: 1 + the last path at which it was met
}

// folder is some trees that change at a path.
type folder struct {
	path  Path
	trees []uint32
}

// take keeps a tree with everything below it.
func (k *keeper) take(number uint32) {
	if !k.whole.has(number) {
		k.whole.add(number)
		k.kept.add(k.graph.trees[number].object)
		k.next = append(k.next, number)
	}
}

// folder keeps what stays of the trees at a path, and returns the folders below in which
// something changes.
func (k *keeper) folder(f folder) []folder {
	distinct := f.trees[:0]
	for _, number := range f.trees {
		if k.here[number] != f.path+1 {
			k.here[number] = f.path + 1
			distinct = append(distinct, number)
		}
	}
	below := map[Path][]uint32{}
	for _, number := range distinct {
		k.entries(number, k.here[base(k.graph, number)] == f.path+1, func(of entry) {
			switch state := k.state(f.path, of); {
			case state == goes || state == blobChanges:
			case state >= 0:
				path := k.edits.states[state].path
				below[path] = append(below[path], of.child)
			default:
				k.keep(of)
			}
		})
	}
	folders := make([]folder, 0, len(below))
	for path, trees := range below {
		folders = append(folders, folder{path, trees})
	}
	slices.SortFunc(folders, func(a, b folder) int { return int(a.path) - int(b.path) })
	return folders
}

// base returns the number of a tree's base, or its own.
func base(g *Graph, number uint32) uint32 {
	if base := g.trees[number].base; base != none {
		return base
	}
	return number
}

// entries calls yield for what a tree adds to its base, if that is looked at too, or else for all it has.
func (k *keeper) entries(number uint32, withBase bool, yield func(entry)) {
	t := &k.graph.trees[number]
	if t.base == none || !withBase {
		k.graph.entries(number, yield)
		return
	}
	for _, of := range t.adds() {
		yield(of)
	}
}

// state is becomes for entries of trees that have been followed: it looks up only what may not stay.
func (k *keeper) state(folder Path, of entry) int32 {
	t := k.edits.trace
	child, isTree := of.subtree()
	switch {
	case t.names.has(of.name()):
	case isTree && k.edits.anywhere.has(child):
	case of.class() < Dir && t.blobs.has(of.child):
	default:
		return unchanged
	}
	return k.edits.becomes(folder, of)
}

// keep keeps what an entry holds.
func (k *keeper) keep(of entry) {
	if child, ok := of.subtree(); ok {
		k.take(child)
		return
	}
	switch object := k.graph.object(of); {
	case of.class() == Gitlink:
	case of.class() == Dir || !k.graph.Holds(object):
		k.missing = append(k.missing, object)
	default:
		k.kept.add(object)
	}
}

// finish looks into the trees that stay whole, level by level.
func (k *keeper) finish() {
	for len(k.next) > 0 {
		level := k.next
		k.next = nil
		for _, number := range level {
			k.entries(number, k.whole.has(base(k.graph, number)), k.keep)
		}
	}
}
