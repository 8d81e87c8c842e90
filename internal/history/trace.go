package history

import (
	"cmp"
	"context"
	"slices"
	"sync"
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
	blobs set       // by object
	names set       // last names of marked paths
	hits  [][]entry // by tree, sorted by name

	introduced [][]Place // by chunk of commits, once somebody asked

	heirs   heirs
	holders holders
	queue   []uint32
	queued  set
	deleted map[placed]int // how often an entry that a tree deletes came to it from its base
}

// placed is an entry of a tree.
type placed struct {
	tree  uint32
	entry entry
}

// set is a set of numbers.
type set []uint64

func newSet(n int) set { return make(set, (n+63)/64) }

func (b set) add(i uint32) { b[i/64] |= 1 << (i % 64) }

func (b set) has(i uint32) bool { return int(i/64) < len(b) && b[i/64]>>(i%64)&1 != 0 }

// heirs lists, for each tree, the trees that have it as base.
type heirs struct {
	first []uint32 // by tree: its first heir, or none
	next  []uint32 // by tree: the next heir of the same base, or none
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
	t := &Trace{graph: g, paths: paths, marks: marks, hits: make([][]entry, len(g.trees))}
	if len(marks.Blobs)+len(marks.Paths) == 0 {
		return t, nil
	}
	t.deleted = map[placed]int{}
	t.names, t.blobs, t.queued = newSet(len(g.names.list)), newSet(g.held), newSet(len(g.trees))
	for path := range marks.Paths {
		t.names.add(paths.names[path])
	}
	for blob := range marks.Blobs {
		t.blobs.add(blob)
	}
	var linked sync.WaitGroup
	linked.Go(t.link)
	seeds, err := t.seeds(ctx)
	linked.Wait()
	if err != nil {
		return nil, err
	}
	for _, s := range seeds {
		t.spread(s.tree, s.entry)
	}
	for len(t.queue) > 0 {
		if len(t.queue)%1024 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		child := t.queue[len(t.queue)-1]
		t.queue = t.queue[:len(t.queue)-1]
		for i := t.holders.start[child]; i < t.holders.start[child+1]; i++ {
			if e := t.holders.entry[i]; !t.names.has(e.name()) { // those were seeds
				t.spread(t.holders.tree[i], e)
			}
		}
	}
	t.heirs, t.holders, t.queue, t.queued, t.deleted = heirs{}, holders{}, nil, nil, nil
	for number, hits := range t.hits {
		if len(hits) > 1 {
			slices.SortFunc(hits, compareEntries)
			t.hits[number] = slices.Compact(hits)
		}
	}
	return t, nil
}

// seeds returns the marked entries, each with the trees that add it.
func (t *Trace) seeds(ctx context.Context) ([]placed, error) {
	var seeds []placed
	for number := range t.graph.trees {
		if number%1024 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		for _, e := range t.graph.trees[number].adds() {
			if t.names.has(e.name()) || e.class() != Dir && t.blobs.has(e.child) {
				seeds = append(seeds, placed{uint32(number), e})
			}
		}
	}
	return seeds, nil
}

func compareEntries(a, b entry) int {
	return cmp.Or(cmp.Compare(a.label, b.label), cmp.Compare(a.child, b.child))
}

// link inverts the bases and the subfolder entries.
func (t *Trace) link() {
	g := t.graph
	t.heirs = heirs{first: make([]uint32, len(g.trees)), next: make([]uint32, len(g.trees))}
	h := holders{start: make([]uint32, len(g.trees)+1)}
	for i := range g.trees {
		t.heirs.first[i] = none
		for _, e := range g.trees[i].folders() {
			if child, ok := e.subtree(); ok {
				h.start[child+1]++
			}
		}
	}
	for i := range g.trees {
		h.start[i+1] += h.start[i]
		if base := g.trees[i].base; base != none {
			t.heirs.next[i], t.heirs.first[base] = t.heirs.first[base], uint32(i)
		}
	}
	h.tree = make([]uint32, h.start[len(g.trees)])
	h.entry = make([]entry, len(h.tree))
	next := slices.Clone(h.start)
	for i := range g.trees {
		for _, e := range g.trees[i].folders() {
			if child, ok := e.subtree(); ok {
				at := next[child]
				next[child]++
				h.tree[at], h.entry[at] = uint32(i), e
			}
		}
	}
	t.holders = h
}

// spread notes an entry for the tree that adds it and for all that inherit it from
// there through their bases.
func (t *Trace) spread(from uint32, e entry) {
	stack := []uint32{from}
	for len(stack) > 0 {
		number := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		t.hits[number] = append(t.hits[number], e)
		if !t.queued.has(number) {
			t.queued.add(number)
			t.queue = append(t.queue, number)
		}
		for heir := t.heirs.first[number]; heir != none; heir = t.heirs.next[heir] {
			if !t.deletes(heir, e) {
				stack = append(stack, heir)
			}
		}
	}
}

// deletes reports whether a tree has not an entry that comes to it from its base. A hostile base
// may have it several times, and the tree only fewer: each deletion is for one of them.
func (t *Trace) deletes(number uint32, e entry) bool {
	dels := t.graph.trees[number].dels()
	first := slices.Index(dels, e)
	if first < 0 {
		return false
	}
	n := 0
	for _, del := range dels[first:] {
		if del == e {
			n++
		}
	}
	key := placed{number, e}
	t.deleted[key]++
	return t.deleted[key] <= n
}
