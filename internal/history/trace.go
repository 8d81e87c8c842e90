package history

import (
	"cmp"
	"context"
	"slices"
)

// Marks says what to trace: blobs wherever they are, and paths whatever is there.
type Marks struct {
	Blobs map[uint32]bool // by object
	Paths map[Path]bool
}

// Trace is the part of the trees that leads to what is marked: of each tree, the
// entries that are marked or hold something marked.
type Trace struct {
	graph *Graph
	paths *Paths
	marks Marks
	names map[uint32]bool // last names of marked paths
	hits  [][]entry       // by tree, sorted by name

	heirs   [][]uint32 // by tree: the trees that have it as base
	holders holders
	queue   []uint32
	queued  []bool
}

// holders lists, for each tree, which trees add it as a subfolder and under which
// entry: a table by child with one offset a tree.
type holders struct {
	start []uint32
	tree  []uint32
	entry []entry
}

// Trace follows the marks up through every tree that holds them. It costs time
// and memory in proportion to the entries that lead to marks. The error is
// the context's.
func (g *Graph) Trace(ctx context.Context, paths *Paths, marks Marks) (*Trace, error) {
	t := &Trace{graph: g, paths: paths, marks: marks, names: map[uint32]bool{}, hits: make([][]entry, len(g.trees)), queued: make([]bool, len(g.trees))}
	for path := range marks.Paths {
		t.names[paths.names[path]] = true
	}
	if len(marks.Blobs)+len(marks.Paths) == 0 {
		return t, nil
	}
	t.link()
	for number := range g.trees {
		if number%1024 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		for _, e := range g.trees[number].adds() {
			if t.names[e.name()] || e.class() != Dir && t.marks.Blobs[e.child] {
				t.spread(uint32(number), e)
			}
		}
	}
	for len(t.queue) > 0 {
		if len(t.queue)%1024 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		child := t.queue[len(t.queue)-1]
		t.queue = t.queue[:len(t.queue)-1]
		for i := t.holders.start[child]; i < t.holders.start[child+1]; i++ {
			if e := t.holders.entry[i]; !t.names[e.name()] { // those were seeds
				t.spread(t.holders.tree[i], e)
			}
		}
	}
	t.heirs, t.holders, t.queue, t.queued = nil, holders{}, nil, nil
	for number := range t.hits {
		slices.SortFunc(t.hits[number], compareEntries)
		t.hits[number] = slices.Compact(t.hits[number])
	}
	return t, nil
}

func compareEntries(a, b entry) int {
	return cmp.Or(cmp.Compare(a.label, b.label), cmp.Compare(a.child, b.child))
}

// link inverts the bases and the subfolder entries.
func (t *Trace) link() {
	g := t.graph
	t.heirs = make([][]uint32, len(g.trees))
	h := holders{start: make([]uint32, len(g.trees)+1)}
	t.eachSubfolder(func(child, _ uint32, _ entry) { h.start[child+1]++ })
	for i := range g.trees {
		h.start[i+1] += h.start[i]
		if base := g.trees[i].base; base != none {
			t.heirs[base] = append(t.heirs[base], uint32(i))
		}
	}
	h.tree = make([]uint32, h.start[len(g.trees)])
	h.entry = make([]entry, len(h.tree))
	next := slices.Clone(h.start)
	t.eachSubfolder(func(child, holder uint32, e entry) {
		at := next[child]
		next[child]++
		h.tree[at], h.entry[at] = holder, e
	})
	t.holders = h
}

func (t *Trace) eachSubfolder(yield func(child, holder uint32, e entry)) {
	for number := range t.graph.trees {
		for _, e := range t.graph.trees[number].adds() {
			if child, ok := t.graph.treeOf(e.child); ok && e.class() == Dir {
				yield(child, uint32(number), e)
			}
		}
	}
}

// spread notes an entry for the tree that adds it and for all that inherit it from
// there through their bases.
func (t *Trace) spread(from uint32, e entry) {
	stack := []uint32{from}
	for len(stack) > 0 {
		number := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		t.hits[number] = append(t.hits[number], e)
		if !t.queued[number] {
			t.queued[number] = true
			t.queue = append(t.queue, number)
		}
		for _, heir := range t.heirs[number] {
			if !slices.Contains(t.graph.trees[heir].dels(), e) {
				stack = append(stack, heir)
			}
		}
	}
}
