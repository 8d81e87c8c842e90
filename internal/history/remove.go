package history

import (
	"math/bits"
	"slices"
	"sync"
	"sync/atomic"
)

// Removal is something marked that the history of a commit had at a path and has lost.
type Removal struct {
	Commit uint32 // object: the commit that removed it
	Path   Path
	Object uint32 // what was there: a file or link, or [NoObject] for the path itself, whatever was there
}

// Removals calls yield for what is marked in the history of a commit and not in the commit itself, with the commit that
// removed it: one of its parents has it there, and it has not.
//
// A merge that lacks what one of its parents has removed it only if its other parents never had it. Otherwise one of
// those had lost it before, and the merge but took that over, as "git log" sees it too. So there may be several removals
// of one thing, on branches that were merged; none of them comes before another.
//
// Commits whose trees are not in the repository are passed over: what their parents have counts as had by their children's
// parents. Many workers look for differences, yield is called from the caller's goroutine, in an order that
// depends on nothing but the history.
func (t *Trace) Removals(commit uint32, jobs int, yield func(Removal)) {
	head, ok := t.graph.commitOf(commit)
	if !ok {
		return
	}
	r := &remover{Trace: t, head: head, keys: map[held]int32{}}
	if !r.begin(jobs) {
		return
	}
	r.compareAll(jobs)
	r.contract()
	r.follow(yield)
}

// held is something at a path.
type held struct {
	path   Path
	object uint32 // NoObject for the path itself
}

// remover finds removals. Keys are the things that were there once and are not in the head, by number.
type remover struct {
	*Trace
	head  uint32
	keys  map[held]int32
	list  []held
	order []uint32 // the commits of the head's history whose trees are known, parents first
	lines [][]line // by place in order: the parents, with what is lost on the way from them
	gains map[uint32][]int32
	nodes []node
}

// line leads from a commit to a parent, or to the next commit behind it whose tree is known.
type line struct {
	parent uint32
	losses []int32 // keys that the parent has and the commit has not
}

// begin lists the history of the head, and what there is to look for. It returns false when that is nothing.
func (r *remover) begin(jobs int) bool {
	g := r.graph
	root, ok := g.treeOf(g.commits[r.head].tree)
	introduced := r.introductions(jobs)
	if !ok || !slices.ContainsFunc(introduced, func(places []Place) bool { return len(places) > 0 }) {
		return false
	}
	history := newSet(len(g.commits))
	history.add(r.head)
	newest := g.newestFirst()
	for _, number := range newest {
		if history.has(number) {
			for _, parent := range g.commits[number].parents {
				history.add(parent)
			}
		}
	}
	kept := map[held]bool{}
	r.compare(Root, root, nil, func(p Place) { r.held(p, func(h held) { kept[h] = true }) })
	r.gains = map[uint32][]int32{}
	for _, places := range introduced {
		for _, p := range places {
			number, _ := g.commitOf(p.Commit)
			if !history.has(number) {
				continue
			}
			r.held(p, func(h held) {
				if kept[h] {
					return
				}
				key, ok := r.keys[h]
				if !ok {
					key = int32(len(r.list))
					r.keys[h] = key
					r.list = append(r.list, h)
				}
				r.gains[number] = append(r.gains[number], key)
			})
		}
	}
	if len(r.list) == 0 {
		return false
	}
	r.arrange(newest, history)
	return true
}

// arrange lists the commits of a history whose trees are known, with the lines between them.
func (r *remover) arrange(newest []uint32, history set) {
	g := r.graph
	beyond := map[uint32][]uint32{} // of a commit whose tree is not known: the next ones that are
	var parents []uint32
	var slab []line
	for _, number := range slices.Backward(newest) {
		if !history.has(number) {
			continue
		}
		parents = parents[:0]
		for _, parent := range g.commits[number].parents {
			if next, ok := beyond[parent]; ok {
				parents = append(parents, next...)
			} else {
				parents = append(parents, parent)
			}
		}
		if len(parents) > 1 {
			slices.Sort(parents)
			parents = slices.Compact(parents)
		}
		if _, ok := g.treeOf(g.commits[number].tree); !ok {
			beyond[number] = slices.Clone(parents)
			continue
		}
		if cap(slab)-len(slab) < len(parents) {
			slab = make([]line, 0, max(4096, len(parents)))
		}
		from := len(slab)
		for _, parent := range parents {
			slab = append(slab, line{parent: parent})
		}
		r.order, r.lines = append(r.order, number), append(r.lines, slab[from:len(slab):len(slab)])
	}
}

// held calls yield for what a place stands for: the object there, and the path if that is marked and new.
func (r *remover) held(p Place, yield func(held)) {
	if p.Class == File || p.Class == Symlink {
		yield(held{p.Path, p.Object})
	}
	if p.NewPath && r.marks.Paths[p.Path] {
		yield(held{p.Path, NoObject})
	}
}

// compareAll finds what each commit has lost of what its parents have.
func (r *remover) compareAll(jobs int) {
	g := r.graph
	var next atomic.Int64
	var workers sync.WaitGroup
	for range max(jobs, 1) {
		workers.Go(func() {
			for from := int(next.Add(commitChunk)) - commitChunk; from < len(r.order); from = int(next.Add(commitChunk)) - commitChunk {
				for i := from; i < min(from+commitChunk, len(r.order)); i++ {
					tree, _ := g.treeOf(g.commits[r.order[i]].tree)
					for j := range r.lines[i] {
						l := &r.lines[i][j]
						was, _ := g.treeOf(g.commits[l.parent].tree)
						if len(r.hits[was]) == 0 {
							continue
						}
						r.compare(Root, was, []uint32{tree}, func(p Place) {
							r.held(p, func(h held) {
								if key, ok := r.keys[h]; ok {
									l.losses = append(l.losses, key)
								}
							})
						})
					}
				}
			}
		})
	}
	workers.Wait()
}

// node is a commit that gains or loses something, or merges what did. All others have what the node behind them has.
type node struct {
	commit uint32
	lines  []line // parents are nodes
	gains  []int32
}

// contract makes nodes of the history, parents first. The last one is that of the head.
func (r *remover) contract() {
	at := make([]uint32, len(r.graph.commits)) // by commit: 1 + its node, 0 before the first
	for i, number := range r.order {
		n := node{commit: number, gains: r.gains[number]}
		if len(r.lines[i]) == 1 && len(n.gains)+len(r.lines[i][0].losses) == 0 {
			at[number] = at[r.lines[i][0].parent]
			continue
		}
		eventful := len(n.gains) > 0
		for _, l := range r.lines[i] {
			if parent := at[l.parent]; parent > 0 {
				eventful = eventful || len(l.losses) > 0
				n.lines = append(n.lines, line{parent - 1, l.losses})
			}
		}
		if !eventful {
			slices.SortFunc(n.lines, func(a, b line) int { return int(a.parent) - int(b.parent) })
			n.lines = slices.CompactFunc(n.lines, func(a, b line) bool { return a.parent == b.parent })
			if len(n.lines) == 0 {
				continue
			}
			if len(n.lines) == 1 {
				at[number] = n.lines[0].parent + 1
				continue
			}
		}
		r.nodes = append(r.nodes, n)
		at[number] = uint32(len(r.nodes))
	}
	r.nodes = r.nodes[:at[r.head]]
}

// follow goes back from the head to where each key was lost, as many at once as a word has bits.
func (r *remover) follow(yield func(Removal)) {
	states := make([]presence, len(r.nodes))
	for from := 0; from < len(r.list); from += batch {
		clear(states)
		removed := make([][]uint32, min(batch, len(r.list)-from)) // commits, by key
		r.forth(states, int32(from))
		r.back(states, func(bit int, commit uint32) { removed[bit] = append(removed[bit], commit) })
		for bit, commits := range removed {
			for _, commit := range commits {
				h := r.list[from+bit]
				yield(Removal{Commit: r.graph.commits[commit].object, Path: h.path, Object: h.object})
			}
		}
	}
}

// presence is what is known of some keys at a node, one a bit.
type presence struct {
	has, had uint64 // now, and now or before
	removes  uint64
	wanted   uint64 // it is to be found out where it went
	found    uint64 // it went in a node that comes after this one
}

// forth says of each node what it has, had and removes.
func (r *remover) forth(states []presence, first int32) {
	mask := func(keys []int32) (m uint64) {
		for _, key := range keys {
			if bit := key - first; bit >= 0 && bit < batch {
				m |= 1 << bit
			}
		}
		return m
	}
	for i, n := range r.nodes {
		s := &states[i]
		s.has = mask(n.gains)
		var lost, before uint64
		for _, l := range n.lines {
			p, losses := states[l.parent], mask(l.losses)
			s.has |= p.has &^ losses
			s.had |= p.had
			lost |= p.has & losses
			before |= p.had &^ p.has
		}
		s.had |= s.has
		s.removes = lost &^ s.has &^ before
	}
}

// back follows what the last node had and has not to the nodes that removed it.
func (r *remover) back(states []presence, yield func(bit int, commit uint32)) {
	if len(states) == 0 {
		return
	}
	last := &states[len(states)-1]
	last.wanted = last.had &^ last.has
	for i, n := range slices.Backward(r.nodes) {
		s := states[i]
		here := s.wanted & s.removes &^ s.found
		for m := here; m != 0; m &= m - 1 {
			yield(bits.TrailingZeros64(m), n.commit)
		}
		for _, l := range n.lines {
			p := &states[l.parent]
			p.wanted |= s.wanted &^ s.removes & p.had &^ p.has
			p.found |= s.found | here
		}
	}
}
