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
	// Truncated says that there are more paths than were kept, see maxPaths.
	Truncated bool

	limit  int
	placed map[placement]struct{}
	queue  []placement
}

type pathKey struct {
	parent Path
	name   uint32
}

// placement is a tree at a path: one tree may be at several.
type placement struct {
	path Path
	tree uint32
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
		limit:   limit,
		parents: []Path{Root},
		names:   []uint32{none},
		classes: []Class{Dir},
		depths:  []uint16{0},
		ids:     map[pathKey]Path{},
		placed:  make(map[placement]struct{}, len(g.trees)),
	}
	for _, root := range g.roots() {
		p.place(placement{Root, root})
	}
	// Breadth first, all placements of a level are made before the first of them is
	// expanded, so that nearly every tree finds its base placed.
	for len(p.queue) > 0 {
		level := p.queue
		p.queue = nil
		for i, at := range level {
			if i%1024 == 0 && ctx.Err() != nil {
				return nil, ctx.Err()
			}
			p.expand(at)
		}
	}
	p.placed = nil
	return p, nil
}

// roots returns the trees that are nobody's subfolder: those of commits, and those
// that no tree holds.
func (g *Graph) roots() []uint32 {
	held := make([]bool, len(g.trees))
	for _, t := range g.trees {
		for _, e := range t.adds() {
			if child, ok := g.treeOf(e.child); ok && e.class() == Dir {
				held[child] = true
			}
		}
	}
	for _, c := range g.commits {
		if number, ok := g.treeOf(c.tree); ok {
			held[number] = false
		}
	}
	for _, target := range g.targets {
		if number, ok := g.treeOf(target); ok {
			held[number] = false
		}
	}
	var roots []uint32
	for number, isHeld := range held {
		if !isHeld {
			roots = append(roots, uint32(number))
		}
	}
	return roots
}

func (p *Paths) place(at placement) {
	if _, ok := p.placed[at]; !ok {
		p.placed[at] = struct{}{}
		p.queue = append(p.queue, at)
	}
}

// expand adds the entries of a tree at a path. Where its base is at the same path as
// well, those that they share are added with the base.
func (p *Paths) expand(at placement) {
	t := &p.graph.trees[at.tree]
	if t.base != none {
		if _, ok := p.placed[placement{at.path, t.base}]; !ok {
			p.graph.entries(at.tree, func(e entry) { p.add(at.path, e) })
			return
		}
	}
	for _, e := range t.adds() {
		p.add(at.path, e)
	}
}

func (p *Paths) add(parent Path, e entry) {
	key := pathKey{parent, e.name()}
	path, ok := p.ids[key]
	if !ok {
		if len(p.parents) >= p.limit || p.depths[parent] >= maxDepth {
			p.Truncated = true
			return
		}
		path = Path(len(p.parents))
		p.depths = append(p.depths, p.depths[parent]+1)
		p.ids[key] = path
		p.parents = append(p.parents, parent)
		p.names = append(p.names, e.name())
		p.classes = append(p.classes, e.class())
	}
	p.classes[path] = min(p.classes[path], e.class())
	if e.class() != Dir {
		return
	}
	if child, ok := p.graph.treeOf(e.child); ok {
		p.place(placement{path, child})
	}
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
