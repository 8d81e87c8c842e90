package history

import (
	"encoding/binary"
	"slices"

	"github.com/unleak/unleak/internal/gitstore/pack"
)

// objectCache turns names of objects into numbers for one recorder. Neighbouring trees name
// the same objects over and over: on git/git four in five are among the recent ones, which
// spares a search in a table too large for the processor's caches.
type objectCache struct {
	graph  *Graph
	recent []child // by the first bits of the name

	unknown []int // of the entries at hand, those that are not recent
	ids     []pack.ID
	numbers []uint32
}

// child is an object as a child of an entry of a class.
type child struct {
	id     pack.ID
	class  Class
	number uint32
}

// recent is how many objects are remembered: 224 KiB.
const recent = 1 << 13

func newObjectCache(g *Graph) objectCache {
	c := objectCache{graph: g, recent: make([]child, recent)}
	for i := range c.recent {
		c.recent[i].number = none
	}
	return c
}

// resolve gives added entries their children.
func (c *objectCache) resolve(entries []entry, adds added) {
	c.unknown, c.ids = c.unknown[:0], c.ids[:0]
	for i, number := range adds.at {
		e, id := &entries[number], &adds.ids[i]
		switch at := c.slot(id); {
		case e.class() == Gitlink:
		case at.number != none && at.id == *id && (at.class == Dir) == (e.class() == Dir):
			e.child = at.number
		default:
			c.unknown, c.ids = append(c.unknown, number), append(c.ids, *id)
		}
	}
	c.numbers = slices.Grow(c.numbers[:0], len(c.ids))[:len(c.ids)]
	c.graph.table.IndexAll(c.ids, c.numbers)
	for i, object := range c.numbers {
		e := &entries[c.unknown[i]]
		class := e.class()
		if object == pack.NotFound {
			kind := pack.Blob
			if class == Dir {
				kind = pack.Tree
			}
			object = c.graph.missing.number(c.ids[i], kind)
		}
		e.child = c.graph.childOf(object, class)
		*c.slot(&c.ids[i]) = child{c.ids[i], class, e.child}
	}
}

func (c *objectCache) slot(id *pack.ID) *child {
	return &c.recent[binary.BigEndian.Uint16(id[:])%recent]
}
