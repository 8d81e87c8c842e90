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

// nameCache is a recorder's own view of the names, which needs no lock. As trees are sorted, and
// mostly versions of one another, a name is nearly always followed by the one that
// followed it the last time: that one is tried first.
type nameCache struct {
	shared *names
	own    []ownName
	number map[string]uint32 // of own
	last   uint32            // of own
}

// ownName is a name that a recorder has met.
type ownName struct {
	text   string
	number uint32
	next   uint32 // of own: what came after it last
}

func newNameCache(shared *names) nameCache {
	return nameCache{shared: shared, own: make([]ownName, 1), number: map[string]uint32{}} // the first is nobody's
}

// of returns the number of a name.
func (c *nameCache) of(name []byte) uint32 {
	before := &c.own[c.last]
	i := before.next
	if i == 0 || c.own[i].text != string(name) {
		var ok bool
		if i, ok = c.number[string(name)]; !ok {
			text, number := c.shared.add(name)
			i = uint32(len(c.own))
			c.own = append(c.own, ownName{text: text, number: number})
			c.number[text] = i
		}
		c.own[c.last].next = i
	}
	c.last = i
	return c.own[i].number
}

// add returns the number of a name and a copy of it to keep.
func (s *names) add(name []byte) (text string, number uint32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, ok := s.number[string(name)]
	if !ok {
		if len(s.list) == maxNames {
			panic("history: more distinct names than can be numbered") // the walk makes it the tree's failure
		}
		n = uint32(len(s.list))
		s.list = append(s.list, string(name))
		s.number[s.list[n]] = n
	}
	return s.list[n], n
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
