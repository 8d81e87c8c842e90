package history

import (
	"slices"
	"sync"

	"github.com/unleak/unleak/internal/gitstore/pack"
)

// names numbers the distinct names of tree entries.
type names struct {
	mu     sync.Mutex
	number map[string]uint32 // guarded by mu
	list   []string          // guarded by mu while recorders run
}

func newNames() *names { return &names{number: map[string]uint32{}} }

// nameCache is a recorder's own view of the names, which needs no lock.
type nameCache struct {
	shared *names
	own    map[string]uint32
}

func (c *nameCache) number(name []byte) uint32 {
	if n, ok := c.own[string(name)]; ok {
		return n
	}
	c.shared.mu.Lock()
	defer c.shared.mu.Unlock()
	n, ok := c.shared.number[string(name)]
	if !ok {
		if len(c.shared.list) == maxNames {
			panic("history: more distinct names than can be numbered") // the walk makes it the tree's failure
		}
		n = uint32(len(c.shared.list))
		c.shared.list = append(c.shared.list, string(name))
		c.shared.number[c.shared.list[n]] = n
	}
	c.own[c.shared.list[n]] = n
	return n
}

// Missing is an object that something refers to and no store holds.
type Missing struct {
	ID   pack.ID
	Kind pack.Kind // 0 when the reference does not say
}

// missing numbers the missing objects, from the number of objects on.
type missing struct {
	mu     sync.Mutex
	first  int
	byID   map[pack.ID]uint32 // guarded by mu
	listed []Missing          // guarded by mu while recorders run
}

func newMissing(first int) *missing {
	return &missing{first: first, byID: map[pack.ID]uint32{}}
}

func (m *missing) number(id pack.ID, kind pack.Kind) uint32 {
	m.mu.Lock()
	defer m.mu.Unlock()
	n, ok := m.byID[id]
	if !ok {
		n = uint32(m.first + len(m.listed))
		m.byID[id] = n
		m.listed = append(m.listed, Missing{id, kind})
	}
	return n
}

func (m *missing) id(object uint32) pack.ID { return m.listed[int(object)-m.first].ID }

func (m *missing) sorted() []Missing {
	list := slices.Clone(m.listed)
	slices.SortFunc(list, func(a, b Missing) int { return a.ID.Compare(b.ID) })
	return list
}
