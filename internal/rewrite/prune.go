package rewrite

import (
	"slices"

	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/history"
)

// prune decides whether a commit is left, and which parents it has then.
//
// A commit goes that had a change and has none any more. One that was empty on purpose goes only where a
// parent of it went. A merge goes where one side became another or its ancestor, by pruning, and it has no change
// of its own; with a change it keeps its sides, and is an ordinary commit where they are the same.
func (r *Rewrite) prune(c *newCommit) {
	_, tree, before := r.graph.CommitAt(c.number)
	sides, parents := r.newParents(c, before)
	merged := len(sides) >= 2 && len(parents) < 2
	switch {
	case r.commits.isStash[c.number] || len(parents) >= 2 || !r.empty(c, parents):
	case len(parents) == 0 && r.commits.stashed[c.number]: // without it, the entry would be none for git
	case !merged && r.startedEmpty(tree, before) && !r.lostParent(parents, before):
	default:
		c.pruned = true
		if len(parents) == 1 {
			c.survivor = parents[0]
		}
	}
	if merged && !c.pruned {
		parents = once(sides)
	}
	c.parents = parents
	c.depth = 0
	for _, parent := range parents {
		c.depth = max(c.depth, r.newDepth(parent)+1)
	}
}

// empty reports whether a commit changes nothing against its only parent.
func (r *Rewrite) empty(c *newCommit, parents []uint32) bool {
	if len(parents) == 0 {
		return c.tree == emptyTree()
	}
	if parent := r.newOf(parents[0]); parent != nil {
		return c.tree == parent.tree
	}
	return c.tree == r.newTreeOf(parents[0])
}

// emptyTree is the name of the tree without entries.
func emptyTree() pack.ID { return hashOf(pack.Tree, nil) }

// startedEmpty reports whether a commit had no change against its first parent.
func (r *Rewrite) startedEmpty(tree uint32, before []uint32) bool {
	if len(before) == 0 {
		return r.graph.ID(tree) == emptyTree()
	}
	_, of, _ := r.graph.CommitAt(before[0])
	return of == tree
}

// lostParent reports whether a commit has fewer parents than before, or another for its only one.
func (r *Rewrite) lostParent(parents, before []uint32) bool {
	return len(parents) < len(before) || len(before) == 1 && r.left(before[0]) != before[0]
}

// newParents returns the parents that a commit has now. Sides are without those that went and left no ancestor;
// parents also without those that pruning has made a repetition or an ancestor of another one.
func (r *Rewrite) newParents(c *newCommit, before []uint32) (sides, parents []uint32) {
	type parent struct{ old, now uint32 }
	var list []parent
	for _, old := range before {
		if now := r.left(old); now != history.NoObject {
			list = append(list, parent{old, now})
			sides = append(sides, now)
		}
	}
	if len(list) < 2 || r.commits.isStash[c.number] {
		return sides, sides
	}
	seen := map[uint32]bool{}
	list = slices.DeleteFunc(list, func(p parent) bool {
		repeated := seen[p.now]
		seen[p.now] = true
		return repeated && p.now != p.old
	})
	all := slices.Clone(list)
	list = slices.DeleteFunc(list, func(p parent) bool {
		return p.now != p.old && slices.ContainsFunc(all, func(other parent) bool {
			return other != p && r.isAncestor(p.now, other.now, r.now) && !r.isAncestor(p.old, other.old, r.before)
		})
	})
	for _, p := range list {
		parents = append(parents, p.now)
	}
	return sides, parents
}

// once returns parents without repetitions.
func once(parents []uint32) []uint32 {
	var distinct []uint32
	for _, parent := range parents {
		if !slices.Contains(distinct, parent) {
			distinct = append(distinct, parent)
		}
	}
	return distinct
}

// newDepth returns the longest way from a commit that is left to a root.
func (r *Rewrite) newDepth(number uint32) uint32 {
	if c := r.newOf(number); c != nil {
		return c.depth
	}
	return r.commits.depth[number]
}

// before and now return the parents and the depth of a commit in the old and the new history.
func (r *Rewrite) before(number uint32) ([]uint32, uint32) {
	_, _, parents := r.graph.CommitAt(number)
	return parents, r.commits.depth[number]
}

func (r *Rewrite) now(number uint32) ([]uint32, uint32) {
	if c := r.newOf(number); c != nil {
		return c.parents, c.depth
	}
	return r.before(number)
}

// isAncestor reports whether one commit is another, or is before it.
func (r *Rewrite) isAncestor(one, other uint32, look func(uint32) ([]uint32, uint32)) bool {
	_, depth := look(one)
	seen := map[uint32]bool{other: true}
	for waiting := []uint32{other}; len(waiting) > 0; {
		number := waiting[len(waiting)-1]
		waiting = waiting[:len(waiting)-1]
		if number == one {
			return true
		}
		parents, at := look(number)
		if at <= depth {
			continue
		}
		for _, parent := range parents {
			if !seen[parent] {
				seen[parent] = true
				waiting = append(waiting, parent)
			}
		}
	}
	return false
}
