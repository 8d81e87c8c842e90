package history

import (
	"encoding/binary"
	"slices"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
)

// children gives numbers to what the entries of trees hold, for one recorder. Each name that
// is not among the recent ones takes the next ticket, which stands for its number until so many names
// wait that looking them up in their order pays: the table is too large for the processor's
// caches. Shapes keep the tickets for good.
type children struct {
	graph  *Graph
	recent []child // by the first bits of the name

	ids     []pack.ID // of the last tickets, which still wait
	classes []Class
	numbers []uint32  // by ticket: see [Graph.childOf]; but for those that wait
	entries [][]entry // with tickets in place of numbers
	held    set       // trees that are somebody's subfolder
	lookup  lookup
}

// child is an object as a child of an entry of a class.
type child struct {
	id     pack.ID
	class  Class
	ticket uint32
}

// recent is how many objects are remembered: 224 KiB. Neighbouring trees name the same objects over
// and over: on git/git, four in five are among them.
const recent = 1 << 13

// ticket stands for the number of what an entry holds. A gitlink needs none.
func (c *children) ticket(id []byte, class Class) uint32 {
	if class == Gitlink {
		return none
	}
	if c.recent == nil {
		c.start()
	}
	at := &c.recent[binary.BigEndian.Uint16(id)%recent]
	if at.id == pack.ID(id) && at.ticket != none && (at.class == Dir) == (class == Dir) {
		return at.ticket
	}
	ticket := len(c.numbers) + len(c.ids)
	if ticket >= maxTickets {
		panic("history: more tree entries than can be numbered") // the walk makes it the tree's failure
	}
	*at = child{pack.ID(id), class, uint32(ticket)}
	c.ids, c.classes = append(c.ids, at.id), append(c.classes, class)
	return at.ticket
}

const maxTickets = 1<<32 - 1

func (c *children) start() {
	c.recent = make([]child, recent)
	for i := range c.recent {
		c.recent[i].ticket = none
	}
	c.held = newSet(len(c.graph.trees))
}

// add takes the entries of a tree, whose tickets become numbers sooner or later.
func (c *children) add(entries []entry) {
	c.entries = append(c.entries, entries)
	if len(c.ids) >= manyIDs {
		c.resolve()
	}
}

// manyIDs is how many names are looked up together.
const manyIDs = 1 << 15

// resolve looks up the names that wait, and gives the entries their numbers.
func (c *children) resolve() {
	first := len(c.numbers)
	c.numbers = slices.Grow(c.numbers, len(c.ids))[:first+len(c.ids)]
	c.lookup.all(c.graph.table, c.ids)
	for i, object := range c.lookup.found {
		ticket := c.lookup.order[i]
		class := c.classes[ticket]
		if object == pack.NotFound {
			kind := pack.Blob
			if class == Dir {
				kind = pack.Tree
			}
			object = c.graph.missing.number(c.ids[ticket], kind)
		}
		number := c.graph.childOf(object, class)
		if class == Dir && number < firstCommit {
			c.held.add(number)
		}
		c.numbers[first+int(ticket)] = number
	}
	for _, entries := range c.entries {
		for i := range entries {
			if e := &entries[i]; e.class() != Gitlink {
				e.child = c.numbers[e.child]
			}
		}
	}
	c.ids, c.classes, c.entries = c.ids[:0], c.classes[:0], c.entries[:0]
}

// lookup finds many objects in the order of their first bits, which goes through the table from front to back.
// It is used again and again.
type lookup struct {
	sorted []pack.ID
	order  []uint32 // where each of those was among the names
	found  []uint32 // the number of each, or [pack.NotFound]
}

// all looks up some names.
func (l *lookup) all(table *gitstore.Table, ids []pack.ID) {
	const shift = 6
	var starts [1 << (16 - shift)]uint32
	for i := range ids {
		starts[binary.BigEndian.Uint16(ids[i][:])>>shift]++
	}
	at := uint32(0)
	for i, n := range starts {
		starts[i] = at
		at += n
	}
	n := len(ids)
	l.sorted = slices.Grow(l.sorted[:0], n)[:n]
	l.order = slices.Grow(l.order[:0], n)[:n]
	l.found = slices.Grow(l.found[:0], n)[:n]
	for i := range ids {
		start := &starts[binary.BigEndian.Uint16(ids[i][:])>>shift]
		l.sorted[*start], l.order[*start] = ids[i], uint32(i)
		*start++
	}
	table.IndexAll(l.sorted, l.found)
}
