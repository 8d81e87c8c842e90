package history

import (
	"fmt"
	"slices"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
)

// Recorder records what one worker of a walk meets. Recorders of one graph may run
// side by side, as every object is recorded once.
type Recorder struct {
	graph   *Graph
	names   nameCache
	below   children
	diff    treeDiff
	waiting waiting
	entries arena[entry]
	parents arena[uint32]
	tags    []uint32
	targets []uint32
}

// Recorder returns a recorder for one worker.
func (g *Graph) Recorder() *Recorder {
	return &Recorder{graph: g, names: newNameCache(g.names), below: children{graph: g}}
}

// Commit records a commit. One whose kind the table did not know is left out.
func (r *Recorder) Commit(object uint32, c gitstore.Commit) {
	number, ok := r.graph.commitOf(object)
	if !ok {
		return
	}
	r.waiting.commits = append(r.waiting.commits, number)
	r.waiting.ids = append(append(r.waiting.ids, c.Tree), c.Parents...)
	r.waiting.ends = append(r.waiting.ends, len(r.waiting.ids))
	if len(r.waiting.ids) >= manyIDs {
		r.resolveCommits()
	}
}

// waiting are commits whose trees and parents are still to be numbered, many at once.
type waiting struct {
	commits []uint32
	ids     []pack.ID // of each its tree and its parents
	ends    []int     // of each the end of its ids
	numbers []uint32
}

func (r *Recorder) resolveCommits() {
	g, w := r.graph, &r.waiting
	w.numbers = slices.Grow(w.numbers[:0], len(w.ids))[:len(w.ids)]
	r.below.lookup.all(g.table, w.ids)
	for i, number := range r.below.lookup.found {
		w.numbers[r.below.lookup.order[i]] = number
	}
	from := 0
	for i, number := range w.commits {
		at := &g.commits[number]
		at.tree = r.found(w.ids[from], w.numbers[from], pack.Tree)
		line := w.numbers[from+1 : w.ends[i]]
		at.parents = r.parents.room(len(line))
		for j, parent := range line {
			parent = r.found(w.ids[from+1+j], parent, pack.Commit)
			if parent, ok := g.commitOf(parent); ok {
				at.parents = append(at.parents, parent)
			}
		}
		from = w.ends[i]
	}
	w.commits, w.ids, w.ends = w.commits[:0], w.ids[:0], w.ends[:0]
}

// found returns the number of an object that was looked up; one that no store holds gets one.
func (r *Recorder) found(id pack.ID, number uint32, kind pack.Kind) uint32 {
	if number == pack.NotFound {
		return r.graph.missing.number(id, kind)
	}
	return number
}

// Tag records an annotated tag.
func (r *Recorder) Tag(object uint32, t gitstore.Tag) {
	r.tags = append(r.tags, object)
	number, ok := r.graph.table.Index(t.Target)
	if !ok {
		number = r.graph.missing.number(t.Target, t.Kind)
	}
	r.targets = append(r.targets, number)
}

// Tree records a tree as its difference from the base that the walk decoded it from. Of a
// tree that cannot be read to its end, the entries before are recorded and
// the error says where it broke.
func (r *Recorder) Tree(o *gitstore.Object) error {
	g := r.graph
	number, ok := g.treeOf(o.Index)
	if !ok {
		return nil
	}
	at := &g.trees[number]
	var to *shape // of a tree that no other is made from, nobody will ask
	if o.HasChildren {
		to = r.shape(number)
		o.Memo = to
	}
	var base *shape
	if o.HasBase {
		if base, ok = o.BaseMemo.(*shape); ok && base.recorder == r {
			at.base = base.number
		} else { // memory was short, or another worker's: read it again
			at.base = g.number[o.Base]
			base = r.shape(at.base)
			defer base.Release()
			_ = r.diffTree(o.BaseContent, base, nil, nil, nil) // what is wrong with it has been said
		}
	}
	err := r.diffTree(o.Content, to, o.BaseContent, base, o.Copies)
	d := &r.diff
	added := len(d.folders) + len(d.fresh) + len(d.replaced)
	at.fresh, at.added = uint32(len(d.folders)+len(d.fresh)), uint32(added)
	at.entries = r.entries.room(added + len(d.dels))
	at.entries = append(append(append(append(at.entries, d.folders...), d.fresh...), d.replaced...), d.dels...)
	r.below.add(at.entries)
	return err
}

// diffTree leaves in r.diff what a tree has that base has not and the other way round, base being
// nil for none, and in to its shape, unless that is nil.
func (r *Recorder) diffTree(tree []byte, to *shape, baseTree []byte, base *shape, copies []pack.Copy) error {
	d := &r.diff
	d.begin(r, tree, to)
	if base != nil {
		d.follow(baseTree, base, copies)
	}
	if err := d.finish(); err != nil {
		return fmt.Errorf("at byte %d: %w", d.end, err)
	}
	return nil
}

// arena allocates many short lists at once.
type arena[T any] struct{ free []T }

// arenaSize is how many elements are allocated at once.
const arenaSize = 1 << 13

// room returns an empty list with room for just n elements.
func (a *arena[T]) room(n int) []T {
	if n > len(a.free) {
		a.free = make([]T, max(arenaSize, n))
	}
	list := a.free[:0:n]
	a.free = a.free[n:]
	return list
}
