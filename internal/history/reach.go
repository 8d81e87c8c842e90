package history

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

// batch is how many tips are followed at once, one a bit.
const batch = 64

// Reach finds, for each commit object of interest, the tips from which it is reached.
func (g *Graph) Reach(tips []Tip, interest map[uint32]bool) *Reach {
	r := &Reach{graph: g, tips: map[uint32][]int32{}}
	if len(interest) == 0 {
		return r
	}
	order := g.newestFirst()
	masks := make([]uint64, len(g.commits))
	for from := 0; from < len(tips); from += batch {
		clear(masks)
		for i, tip := range tips[from:min(from+batch, len(tips))] {
			for _, object := range tip.Commits {
				if number, ok := g.commitOf(object); ok {
					masks[number] |= 1 << i
				}
			}
		}
		for _, number := range order {
			c := &g.commits[number]
			mask := masks[number]
			if mask == 0 {
				continue
			}
			for _, parent := range c.parents {
				masks[parent] |= mask
			}
			if interest[c.object] {
				for i := range batch {
					if mask>>i&1 != 0 {
						r.tips[c.object] = append(r.tips[c.object], int32(from+i))
					}
				}
			}
		}
	}
	return r
}

// Of returns the indexes of the tips that reach a commit of interest, ascending.
func (r *Reach) Of(commitObject uint32) []int32 { return r.tips[commitObject] }

// newestFirst orders commits so that each comes before its parents. A history
// cannot hold a circle, since names are hashes; were there one, its commits would be
// left out.
func (g *Graph) newestFirst() []uint32 {
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
