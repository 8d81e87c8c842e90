// Package history holds what a repository's commits, tags and trees say of each
// other, in a form small enough for memory: who holds whom, at which path,
// and since which commit. It knows nothing of secrets.
//
// Trees are kept as their deltas keep them: what each has that its delta base has
// not, and the other way round. So memory follows the packed size of a history and
// not its expanded size. Nothing derived from them depends on which base
// a tree happens to have.
package history

import (
	"sync"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
)

// none stands for the absence of a number.
const none = ^uint32(0)

// Graph is filled by the recorders of one or more walks, one a worker, and read
// afterwards. Objects have their numbers in the table; objects that something
// refers to but no store holds are numbered after those.
type Graph struct {
	table   *gitstore.Table
	held    int      // objects of the table
	number  []uint32 // by object: its number among trees, or among commits from firstCommit on, or none
	commits []commit
	trees   []tree
	tags    []uint32 // the tag objects
	targets []uint32 // by tag: what it points at
	names   *names
	missing *missing
	nested  set       // trees that are somebody's subfolder
	shapes  sync.Pool // of *shape, while recorders run
	ordered sync.Once
	newest  []uint32 // commits: see [Graph.newestFirst]
}

// firstCommit tells the numbers of commits from those of trees.
const firstCommit = 1 << 31

// commit is what the graph keeps of a commit. 40 bytes.
type commit struct {
	object  uint32
	tree    uint32 // object, or none when the commit could not be read
	parents []uint32
}

// tree is a tree as the difference from its base. 40 bytes, and 8 for each entry.
type tree struct {
	object  uint32
	base    uint32 // number of a tree, or none
	fresh   uint32 // how many of the added entries do not just replace a file of the same name and class
	added   uint32 // how many of the entries the tree has and its base has not
	entries []entry
}

// news returns those added entries that do not just replace one of the same name and class of the base.
// All folders are among them, and come first.
func (t *tree) news() []entry { return t.entries[:t.fresh] }

// adds returns the entries that the tree has and its base has not.
func (t *tree) adds() []entry { return t.entries[:t.added] }

// folders returns the added entries that are folders.
func (t *tree) folders() []entry {
	n := 0
	for n < int(t.fresh) && t.entries[n].class() == Dir {
		n++
	}
	return t.entries[:n]
}

// dels returns the entries that the base has and the tree has not.
func (t *tree) dels() []entry { return t.entries[t.added:] }

// entry is an entry of a tree. Two entries are the same when they are equal.
type entry struct {
	label uint32 // number of its name, and class
	child uint32 // what is there: see childOf
}

const (
	classBits = 2
	maxNames  = 1 << (32 - classBits)
)

func label(name uint32, class Class) uint32 { return name<<classBits | uint32(class) }

func withClass(label uint32, class Class) uint32 { return label&^(1<<classBits-1) | uint32(class) }

func (e entry) name() uint32 { return e.label >> classBits }

func (e entry) class() Class { return Class(e.label & (1<<classBits - 1)) }

// childOf returns the child of an entry that is an object: for a folder the number of its tree, or
// firstCommit + object where that is no tree of the table, which spares a look-up each
// time that somebody goes down. A gitlink's is none.
func (g *Graph) childOf(object uint32, class Class) uint32 {
	if class != Dir {
		return object
	}
	if number, ok := g.treeOf(object); ok {
		return number
	}
	return firstCommit | object
}

// subtree returns the number of the tree that an entry is.
func (e entry) subtree() (uint32, bool) {
	return e.child, e.class() == Dir && e.child < firstCommit
}

// object returns the object of an entry, none for a gitlink.
func (g *Graph) object(e entry) uint32 {
	if number, ok := e.subtree(); ok {
		return g.trees[number].object
	}
	if e.class() == Dir {
		return e.child &^ firstCommit
	}
	return e.child
}

// Class is what sort of thing a tree entry is.
type Class uint8

// The classes of tree entries.
const (
	File Class = iota
	Symlink
	Dir
	Gitlink // a commit of another repository: not an object of this one
)

// New returns an empty graph over the objects of table.
func New(table *gitstore.Table) *Graph {
	g := &Graph{table: table, held: table.Len(), number: make([]uint32, table.Len()), names: newNames(), missing: newMissing(table.Len())}
	var count [pack.Tag + 1]int
	for i := range uint32(table.Len()) {
		count[table.Kind(i)]++
	}
	g.commits, g.trees = make([]commit, 0, count[pack.Commit]), make([]tree, 0, count[pack.Tree])
	for i := range uint32(table.Len()) {
		g.number[i] = none
		switch table.Kind(i) {
		case pack.Commit:
			g.number[i] = firstCommit + uint32(len(g.commits))
			g.commits = append(g.commits, commit{object: i, tree: none})
		case pack.Tree:
			g.number[i] = uint32(len(g.trees))
			g.trees = append(g.trees, tree{object: i, base: none})
		}
	}
	return g
}

// Merge takes over what a recorder keeps for itself, once its walk is over.
func (g *Graph) Merge(r *Recorder) {
	r.resolveCommits()
	r.below.resolve()
	if g.nested == nil {
		g.nested = newSet(len(g.trees))
	}
	for i, word := range r.below.held {
		g.nested[i] |= word
	}
	r.below = children{graph: g}
	g.tags = append(g.tags, r.tags...)
	g.targets = append(g.targets, r.targets...)
	r.tags, r.targets = nil, nil
}

// ID returns the name of an object, also of a missing one.
func (g *Graph) ID(object uint32) pack.ID {
	if g.Holds(object) {
		return g.table.ID(object)
	}
	return g.missing.id(object)
}

// Lookup returns the number of the object named id, if any store holds it.
func (g *Graph) Lookup(id pack.ID) (uint32, bool) { return g.table.Index(id) }

// Holds reports whether a store holds the object.
func (g *Graph) Holds(object uint32) bool { return int(object) < g.held }

// commitOf returns the number among commits of an object, if it is a commit.
func (g *Graph) commitOf(object uint32) (uint32, bool) {
	if !g.Holds(object) {
		return none, false
	}
	n := g.number[object]
	return n - firstCommit, n >= firstCommit && n != none
}

// treeOf returns the number among trees of an object, if it is a tree.
func (g *Graph) treeOf(object uint32) (uint32, bool) {
	if !g.Holds(object) {
		return none, false
	}
	n := g.number[object]
	return n, n < firstCommit
}

// IsCommit reports whether an object is a commit.
func (g *Graph) IsCommit(object uint32) bool {
	_, ok := g.commitOf(object)
	return ok
}

// Tags calls yield for each tag object and what it points at.
func (g *Graph) Tags(yield func(tag, target uint32)) {
	for i, tag := range g.tags {
		yield(tag, g.targets[i])
	}
}

// Missing returns the objects that are referred to and that no store holds,
// in the order of their names, and of which kind they must be.
func (g *Graph) Missing() []Missing { return g.missing.sorted() }

// Commits returns the number of commits that the graph has; they are numbered from 0 in the order of their
// names.
func (g *Graph) Commits() int { return len(g.commits) }

// CommitAt returns the object of a commit, its tree object, and the numbers of its parents, which
// must not be written. Parents that are not in the repository are left out, and a tree
// that is not known is [NoObject].
func (g *Graph) CommitAt(number uint32) (object, tree uint32, parents []uint32) {
	c := &g.commits[number]
	return c.object, c.tree, c.parents
}

// CommitNumber returns the number of a commit object.
func (g *Graph) CommitNumber(object uint32) (uint32, bool) { return g.commitOf(object) }

// NoObject stands for an object that is not known.
const NoObject = none
