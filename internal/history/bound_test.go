package history

import (
	"context"
	"testing"
)

// TestNestedTreesAreBounded spells out 10^12 paths with a dozen trees, and any number with a
// tree that a lying store nests in itself: they are given up, not followed.
func TestNestedTreesAreBounded(t *testing.T) {
	nest := func(depth int, child func(level int) uint32) *Graph {
		g := &Graph{held: depth, names: &names{}, missing: newMissing(depth)}
		g.names.list = []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"}
		for level := range depth {
			g.number = append(g.number, uint32(level))
		}
		for level := range depth {
			tree := tree{object: uint32(level), base: none}
			for name := range g.names.list {
				tree.entries = append(tree.entries, entry{label(uint32(name), Dir), g.childOf(child(level), Dir)})
				tree.fresh, tree.added = tree.fresh+1, tree.added+1
			}
			g.trees = append(g.trees, tree)
		}
		g.nested = newSet(depth)
		for level := range uint32(depth) {
			g.nested.add(level)
		}
		g.commits = []commit{{object: none, tree: 0}}
		return g
	}
	for name, g := range map[string]*Graph{
		"nested":    nest(12, func(level int) uint32 { return uint32(level + 1) }),
		"in itself": nest(1, func(int) uint32 { return 0 }),
	} {
		t.Run(name, func(t *testing.T) {
			paths, err := g.pathsWithin(context.Background(), 10_000)
			if err != nil {
				t.Fatal(err)
			}
			if !paths.Truncated || paths.Len() > 10_000 {
				t.Errorf("%d paths, cut off: %v", paths.Len(), paths.Truncated)
			}
		})
	}
}
