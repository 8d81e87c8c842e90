package history

import (
	"context"
	"slices"
	"strings"
)

// Path numbers a distinct path of the history. The root folder is [Root].
type Path uint32

// Root is the path of the root folder, the empty string.
const Root Path = 0

// Paths is the set of all distinct paths of a history, of files and folders.
type Paths struct {
	graph   *Graph
	parents []Path
	names   []uint32
	classes []Class
	depths  []uint16
	ids     map[pathKey]Path
	roots   []uint32 // the trees at the root: see [Graph.roots]
	// Truncated says that there are more paths than were kept, see maxPaths.
	Truncated bool
}

type pathKey struct {
	parent Path
	name   uint32
}

// A few nested trees can spell out more paths than atoms, and a store whose names
// lie can even nest a tree in itself. Beyond these bounds, far above those of any
// history that people work with, paths are given up.
const (
	maxPaths = 2 << 20
	maxDepth = 2048
)

// Paths finds every path at which a commit, a tag or a dangling tree holds something.
// The error is the context's.
func (g *Graph) Paths(ctx context.Context) (*Paths, error) {
	return g.pathsWithin(ctx, maxPaths)
}

// pathsWithin finds at most limit paths.
func (g *Graph) pathsWithin(ctx context.Context, limit int) (*Paths, error) {
	p := &Paths{
		graph:   g,
		parents: []Path{Root},
		names:   []uint32{none},
		classes: []Class{Dir},
		depths:  []uint16{0},
		ids:     map[pathKey]Path{},
		roots:   g.roots(),
	}
	f := &pathFinder{
		Paths: p,
		limit: limit,
		trees: [][]uint32{slices.Clone(p.roots)},
		here:  make([]Path, len(g.trees)),
		named: make([]namedPath, len(g.names.list)),
	}
	for path := Root; int(path) < len(f.trees); path++ {
		if err := f.expand(ctx, path); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// roots returns the trees that are nobody's subfolder: those of commits, and those
// that no tree holds.
func (g *Graph) roots() []uint32 {
	named := newSet(len(g.trees))
	for _, c := range g.commits {
		if number, ok := g.treeOf(c.tree); ok {
			named.add(number)
		}
	}
	for _, target := range g.targets {
		if number, ok := g.treeOf(target); ok {
			named.add(number)
		}
	}
	var roots []uint32
	for number := range uint32(len(g.trees)) {
		if named.has(number) || !g.nested.has(number) {
			roots = append(roots, number)
		}
	}
	return roots
}

// pathFinder goes through paths folder by folder. As the trees at a path are held by those
// at its parent, they are all known when its turn comes, so that nearly every tree finds its base
// among them.
type pathFinder struct {
	*Paths
	limit int
	trees [][]uint32  // by path: the trees there, some of them more than once
	here  []Path      // by tree: 1 + the last path at which it was met
	named []namedPath // by name: what it led to last
}

type namedPath struct{ folder, path Path } // folder is one too many, as in here

// expand adds what the trees at a path hold. Where the base of one is at the same path as
// well, those entries that they share are added with the base, and so are the paths of those that it replaces.
func (f *pathFinder) expand(ctx context.Context, path Path) error {
	trees := f.trees[path]
	f.trees[path] = nil
	distinct := trees[:0]
	for _, number := range trees {
		if f.here[number] != path+1 {
			f.here[number] = path + 1
			distinct = append(distinct, number)
		}
	}
	for i, number := range distinct {
		if i%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		t := &f.graph.trees[number]
		if t.base != none && f.here[t.base] != path+1 {
			f.graph.entries(number, func(e entry) { f.add(path, e) })
			continue
		}
		for _, e := range t.news() {
			f.add(path, e)
		}
	}
	return nil
}

func (f *pathFinder) add(parent Path, e entry) {
	at := &f.named[e.name()]
	if at.folder != parent+1 {
		path, ok := f.create(parent, e)
		if !ok {
			return
		}
		*at = namedPath{parent + 1, path}
	}
	f.classes[at.path] = min(f.classes[at.path], e.class())
	if child, ok := e.subtree(); ok {
		if list := f.trees[at.path]; len(list) == 0 || list[len(list)-1] != child {
			f.trees[at.path] = append(list, child)
		}
	}
}

func (f *pathFinder) create(parent Path, e entry) (Path, bool) {
	if len(f.parents) >= f.limit || f.depths[parent] >= maxDepth {
		f.Truncated = true
		return 0, false
	}
	path := Path(len(f.parents))
	f.ids[pathKey{parent, e.name()}] = path
	f.parents = append(f.parents, parent)
	f.names = append(f.names, e.name())
	f.classes = append(f.classes, e.class())
	f.depths = append(f.depths, f.depths[parent]+1)
	f.trees = append(f.trees, nil)
	return path, true
}

// entries calls yield once for every entry of a tree, by following its bases, in an order
// that depends on them only.
func (g *Graph) entries(number uint32, yield func(entry)) {
	var chain []*tree
	for n := number; n != none; n = g.trees[n].base {
		chain = append(chain, &g.trees[n])
	}
	count := map[entry]int{}
	for _, t := range chain {
		for _, e := range t.dels() {
			count[e]--
		}
		for _, e := range t.adds() {
			count[e]++
		}
	}
	for _, t := range slices.Backward(chain) {
		for _, e := range t.adds() {
			if count[e] > 0 {
				count[e] = 0
				yield(e)
			}
		}
	}
}

// Len returns the number of paths, the root included. Paths are numbered from 0.
func (p *Paths) Len() int { return len(p.parents) }

// Class returns what was at a path, the least class where it was several.
func (p *Paths) Class(path Path) Class { return p.classes[path] }

// Parent returns the folder of a path.
func (p *Paths) Parent(path Path) Path { return p.parents[path] }

// String returns a path as the repository's bytes, with slashes between its names.
func (p *Paths) String(path Path) string {
	var names []string
	for ; path != Root; path = p.parents[path] {
		names = append(names, p.graph.names.list[p.names[path]])
	}
	var b strings.Builder
	for i := len(names) - 1; i >= 0; i-- {
		b.WriteString(names[i])
		if i > 0 {
			b.WriteByte('/')
		}
	}
	return b.String()
}

// child returns the path of a name in a folder, if the history has it.
func (p *Paths) child(parent Path, name uint32) (Path, bool) {
	path, ok := p.ids[pathKey{parent, name}]
	return path, ok
}
