package rewrite

import (
	"slices"

	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/history"
)

// prune decides whether a commit is left, and which parents it has then.
//
// A commit goes that had a change and has none any more. One that was empty on purpose goes only where a
// parent of it went. A merge goes where one side became an ancestor of the other, by pruning,
// and it has no change of its own; with a change, it becomes an ordinary commit.
func (r *Rewrite) prune(c *newCommit) {
	_, tree, before := r.graph.CommitAt(c.number)
	parents, merged := r.newParents(c, before)
	c.parents = parents
	c.depth = 0
	for _, parent := range parents {
		c.depth = max(c.depth, r.newDepth(parent)+1)
	}
	if r.commits.isStash[c.number] || len(parents) >= 2 || !r.empty(c, parents) {
		return
	}
	if !merged && r.startedEmpty(tree, before) && !r.lostParent(parents, before) {
		return
	}
	c.pruned = true
	if len(parents) == 1 {
		c.survivor = parents[0]
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

// newParents returns the parents that a commit has now. Those that went without an ancestor are left
// out, and so are those that pruning has made a repetition or an ancestor of another one. merged
// says that this left one parent of a merge.
func (r *Rewrite) newParents(c *newCommit, before []uint32) (parents []uint32, merged bool) {
	type parent struct{ old, now uint32 }
	var list []parent
	for _, old := range before {
		if now := r.left(old); now != history.NoObject {
			list = append(list, parent{old, now})
		}
	}
	if len(list) >= 2 && !r.commits.isStash[c.number] {
		n := len(list)
		seen := map[uint32]bool{}
		list = slices.DeleteFunc(list, func(p parent) bool {
			repeated := seen[p.now]
			seen[p.now] = true
			return repeated && p.now != p.old
		})
		if len(list) >= 2 {
			all := slices.Clone(list)
			list = slices.DeleteFunc(list, func(p parent) bool {
				return p.now != p.old && slices.ContainsFunc(all, func(other parent) bool {
					return other != p && r.isAncestor(p.now, other.now, r.now) && !r.isAncestor(p.old, other.old, r.before)
				})
			})
		}
		merged = len(list) < 2 && n >= 2
	}
	for _, p := range list {
		parents = append(parents, p.now)
	}
	return parents, merged
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
