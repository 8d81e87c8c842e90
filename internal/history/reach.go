package history

import (
	"math/bits"
	"slices"
)

// Tip is where a walk back through history begins: a ref, or another holder of commits.
type Tip struct {
	Name    string
	Commits []uint32 // objects; what is no commit is passed over
}

// Reach says which of some tips reach which of some commits.
type Reach struct {
	graph *Graph
	tips  map[uint32][]int32 // by commit object of interest: tips that reach it, ascending
}

// batch is how many tips or commits are followed at once, one a bit.
const batch = 64

// Reach finds, for each commit object of interest, the tips from which it is reached: down
// from the tips or up from the commits, whichever are fewer.
func (g *Graph) Reach(tips []Tip, interest map[uint32]bool) *Reach {
	r := &Reach{graph: g, tips: map[uint32][]int32{}}
	var wanted []uint32 // numbers of commits
	for object, is := range interest {
		if number, ok := g.commitOf(object); ok && is {
			wanted = append(wanted, number)
		}
	}
	slices.Sort(wanted)
	if len(wanted) == 0 {
		return r
	}
	order, masks := g.newestFirst(), make([]uint64, len(g.commits))
	if len(wanted) < len(tips) {
		for part := range slices.Chunk(wanted, batch) {
			clear(masks)
			r.up(tips, part, order, masks)
		}
		return r
	}
	for from := 0; from < len(tips); from += batch {
		clear(masks)
		r.down(tips[from:min(from+batch, len(tips))], int32(from), wanted, order, masks)
	}
	return r
}

// down follows some tips, from number first on, to the commits that they reach.
func (r *Reach) down(tips []Tip, first int32, wanted, order []uint32, masks []uint64) {
	g := r.graph
	for i, tip := range tips {
		for _, object := range tip.Commits {
			if number, ok := g.commitOf(object); ok {
				masks[number] |= 1 << i
			}
		}
	}
	for _, number := range order {
		if mask := masks[number]; mask != 0 {
			for _, parent := range g.commits[number].parents {
				masks[parent] |= mask
			}
		}
	}
	for _, number := range wanted {
		object := g.commits[number].object
		for mask := masks[number]; mask != 0; mask &= mask - 1 {
			r.tips[object] = append(r.tips[object], first+int32(bits.TrailingZeros64(mask)))
		}
	}
}

// up follows some commits to the tips that reach them.
func (r *Reach) up(tips []Tip, wanted, order []uint32, masks []uint64) {
	g := r.graph
	for i, number := range wanted {
		masks[number] |= 1 << i
	}
	for _, number := range slices.Backward(order) {
		for _, parent := range g.commits[number].parents {
			masks[number] |= masks[parent]
		}
	}
	for i, tip := range tips {
		mask := uint64(0)
		for _, object := range tip.Commits {
			if number, ok := g.commitOf(object); ok {
				mask |= masks[number]
			}
		}
		for ; mask != 0; mask &= mask - 1 {
			object := g.commits[wanted[bits.TrailingZeros64(mask)]].object
			r.tips[object] = append(r.tips[object], int32(i))
		}
	}
}

// Of returns the indexes of the tips that reach a commit of interest, ascending.
func (r *Reach) Of(commitObject uint32) []int32 { return r.tips[commitObject] }

// newestFirst orders commits so that each comes before its parents. A history
// cannot hold a circle, since names are hashes; were there one, its commits would be
// left out.
func (g *Graph) newestFirst() []uint32 {
	g.ordered.Do(func() { g.newest = g.sorted() })
	return g.newest
}

func (g *Graph) sorted() []uint32 {
	children := make([]uint32, len(g.commits))
	for i := range g.commits {
		for _, parent := range g.commits[i].parents {
			children[parent]++
		}
	}
	order := make([]uint32, 0, len(g.commits))
	for i, n := range children {
		if n == 0 {
			order = append(order, uint32(i))
		}
	}
	for at := 0; at < len(order); at++ {
		for _, parent := range g.commits[order[at]].parents {
			if children[parent]--; children[parent] == 0 {
				order = append(order, parent)
			}
		}
	}
	return order
}
