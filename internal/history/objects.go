package history

import (
	"encoding/binary"
	"slices"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
)

// objectCache turns names of objects into numbers for one recorder. Neighbouring trees name
// the same objects over and over: on git/git four in five are among the recent ones, which
// spares a search in a table too large for the processor's caches.
type objectCache struct {
	table   *gitstore.Table
	missing *missing
	recent  []numbered // by the first bits of the name

	unknown []int // of the entries at hand, those that are not recent
	ids     []pack.ID
	numbers []uint32
}

type numbered struct {
	id     pack.ID
	number uint32
}

// recent is how many objects are remembered: 192 KiB.
const recent = 1 << 13

func newObjectCache(g *Graph) objectCache {
	c := objectCache{table: g.table, missing: g.missing, recent: make([]numbered, recent)}
	for i := range c.recent {
		c.recent[i].number = none
	}
	return c
}

// number returns the number of an object; one that no store holds gets one.
func (c *objectCache) number(id pack.ID, kind pack.Kind) uint32 {
	if number, ok := c.table.Index(id); ok {
		return number
	}
	return c.missing.number(id, kind)
}

// resolve gives added entries their objects.
func (c *objectCache) resolve(entries []entry, adds added) {
	c.unknown, c.ids = c.unknown[:0], c.ids[:0]
	for i, number := range adds.at {
		id := &adds.ids[i]
		switch at := c.slot(id); {
		case entries[number].class() == Gitlink:
		case at.number != none && at.id == *id:
			entries[number].child = at.number
		default:
			c.unknown, c.ids = append(c.unknown, number), append(c.ids, *id)
		}
	}
	c.numbers = slices.Grow(c.numbers[:0], len(c.ids))[:len(c.ids)]
	c.table.IndexAll(c.ids, c.numbers)
	for i, number := range c.numbers {
		e := &entries[c.unknown[i]]
		if number == pack.NotFound {
			kind := pack.Blob
			if e.class() == Dir {
				kind = pack.Tree
			}
			number = c.missing.number(c.ids[i], kind)
		}
		e.child = number
		*c.slot(&c.ids[i]) = numbered{c.ids[i], number}
	}
}

func (c *objectCache) slot(id *pack.ID) *numbered {
	return &c.recent[binary.BigEndian.Uint16(id[:])%recent]
}
