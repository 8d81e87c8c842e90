package history

import (
	"fmt"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
)

// Recorder records what one worker of a walk meets. Recorders of one graph may run
// side by side, as every object is recorded once.
type Recorder struct {
	graph   *Graph
	names   nameCache
	objects objectCache
	diff    treeDiff
	line    []uint32 // parents of the commit at hand
	entries arena[entry]
	parents arena[uint32]
	tags    []uint32
	targets []uint32
}

// Recorder returns a recorder for one worker.
func (g *Graph) Recorder() *Recorder {
	return &Recorder{
		graph:   g,
		names:   nameCache{shared: g.names, own: map[string]uint32{}},
		objects: newObjectCache(g),
	}
}

// Commit records a commit. One whose kind the table did not know is left out.
func (r *Recorder) Commit(object uint32, c gitstore.Commit) {
	g := r.graph
	number, ok := g.commitOf(object)
	if !ok {
		return
	}
	at := &g.commits[number]
	at.tree = r.objects.number(c.Tree, pack.Tree)
	r.line = r.line[:0]
	for _, id := range c.Parents {
		parent := r.objects.number(id, pack.Commit)
		if number, ok := g.commitOf(parent); ok {
			r.line = append(r.line, number)
		}
	}
	at.parents = append(r.parents.room(len(r.line)), r.line...)
}

// Tag records an annotated tag.
func (r *Recorder) Tag(object uint32, t gitstore.Tag) {
	r.tags = append(r.tags, object)
	r.targets = append(r.targets, r.objects.number(t.Target, t.Kind))
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
	at, to := &g.trees[number], newShape(&g.shapes)
	if o.HasChildren {
		o.Memo = to
	} else {
		defer to.Release()
	}
	var base *shape
	if o.HasBase {
		at.base = g.number[o.Base]
		if base, ok = o.BaseMemo.(*shape); !ok { // memory was short: read it again
			base = newShape(&g.shapes)
			defer base.Release()
			_ = r.diffTree(o.BaseContent, base, nil, nil, nil) // what is wrong with it has been said
		}
	}
	err := r.diffTree(o.Content, to, o.BaseContent, base, o.Copies)
	d := &r.diff
	at.added = uint32(len(d.adds.at))
	at.entries = r.entries.room(len(d.adds.at) + len(d.dels))
	for _, i := range d.adds.at {
		at.entries = append(at.entries, to.entries[i])
	}
	at.entries = append(at.entries, d.dels...)
	return err
}

// diffTree leaves in r.diff what a tree has that base has not and the other way round, base being
// nil for none, and in to its shape.
func (r *Recorder) diffTree(tree []byte, to *shape, baseTree []byte, base *shape, copies []pack.Copy) error {
	d := &r.diff
	d.begin(&r.names, tree, to)
	if base != nil {
		d.follow(baseTree, base, copies)
	}
	err := d.finish()
	r.objects.resolve(to.entries, d.adds)
	if err != nil {
		return fmt.Errorf("at byte %d: %w", to.end(), err)
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
