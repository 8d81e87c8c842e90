package history

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
)

// Place is something marked at a path, brought in by a commit.
type Place struct {
	Commit uint32 // object
	Path   Path
	Object uint32 // what is there: a blob, a tree, or none for a gitlink
	Class  Class
	// NewPath says that no parent of the commit has anything at the path.
	NewPath bool
}

// Introductions calls yield for every place where a commit has something marked
// and none of its parents has the same object there. Parents that are not
// in the repository count as empty. As many workers as jobs look for them; yield is
// called from the caller's goroutine, commits in the order of their numbers.
func (t *Trace) Introductions(jobs int, yield func(Place)) {
	for _, places := range t.introductions(jobs) {
		for _, p := range places {
			yield(p)
		}
	}
}

// introductions returns them, in the order of commits, and keeps them for [Trace.Removals].
func (t *Trace) introductions(jobs int) [][]Place {
	if t.introduced != nil {
		return t.introduced
	}
	commits := t.graph.commits
	t.introduced = make([][]Place, (len(commits)+commitChunk-1)/commitChunk)
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(max(jobs, 1), len(t.introduced)) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(t.introduced); i = int(next.Add(1)) - 1 {
				t.introduced[i] = t.introducedBy(commits[i*commitChunk : min((i+1)*commitChunk, len(commits))])
			}
		})
	}
	workers.Wait()
	return t.introduced
}

// commitChunk is how many commits a worker takes at a time.
const commitChunk = 1024

// introducedBy returns what some commits bring in.
func (t *Trace) introducedBy(commits []commit) []Place {
	var places []Place
	var parents []uint32
	for i := range commits {
		c := &commits[i]
		root, ok := t.graph.treeOf(c.tree)
		if !ok || len(t.hits[root]) == 0 {
			continue
		}
		parents = parents[:0]
		for _, parent := range c.parents {
			if tree, ok := t.graph.treeOf(t.graph.commits[parent].tree); ok {
				parents = append(parents, tree)
			}
		}
		t.compare(Root, root, parents, func(p Place) {
			p.Commit = c.object
			places = append(places, p)
		})
	}
	return places
}

// compare yields what is marked in the tree at a path and in none of the
// others there.
func (t *Trace) compare(at Path, number uint32, others []uint32, yield func(Place)) {
	if slices.Contains(others, number) {
		return
	}
	for _, e := range t.hits[number] {
		path, ok := t.paths.child(at, e.name())
		if !ok {
			continue
		}
		same, newPath := false, true
		var below []uint32
		for _, other := range others {
			for _, o := range t.named(other, e.name()) {
				newPath = false
				same = same || o == e
				if child, ok := o.subtree(); ok {
					below = append(below, child)
				}
			}
		}
		if same {
			continue
		}
		if t.marks.Paths[path] || e.class() != Dir && t.blobs.has(e.child) {
			yield(Place{Path: path, Object: t.graph.object(e), Class: e.class(), NewPath: newPath})
		}
		if child, ok := e.subtree(); ok {
			t.compare(path, child, below, yield)
		}
	}
}

// named returns the traced entries of a tree that have a name.
func (t *Trace) named(number, name uint32) []entry {
	hits := t.hits[number]
	from, _ := slices.BinarySearchFunc(hits, name, func(e entry, name uint32) int { return cmp.Compare(e.name(), name) })
	to := from
	for to < len(hits) && hits[to].name() == name {
		to++
	}
	return hits[from:to]
}

// Below calls yield for everything marked under a tree, whoever holds it.
func (t *Trace) Below(treeObject uint32, yield func(Place)) {
	if number, ok := t.graph.treeOf(treeObject); ok {
		t.compare(Root, number, nil, yield)
	}
}

// Tree returns the tree of a commit object.
func (g *Graph) Tree(commitObject uint32) (tree uint32, ok bool) {
	number, ok := g.commitOf(commitObject)
	if !ok {
		return none, false
	}
	tree = g.commits[number].tree
	_, ok = g.treeOf(tree)
	return tree, ok
}

// DanglingTrees returns the trees that no tree and no commit holds, tagged ones
// included.
func (p *Paths) DanglingTrees() []uint32 {
	g := p.graph
	ofCommit := newSet(len(g.trees))
	for _, c := range g.commits {
		if number, ok := g.treeOf(c.tree); ok {
			ofCommit.add(number)
		}
	}
	var dangling []uint32
	for _, number := range p.roots {
		if !ofCommit.has(number) {
			dangling = append(dangling, g.trees[number].object)
		}
	}
	return dangling
}
