package gitstore

import "github.com/unleak/unleak/internal/gitstore/pack"

// store is a sorted sequence of object names.
type store struct {
	count int
	id    func(int) pack.ID
}

// head is the next name of a store.
type head struct {
	id       pack.ID
	store    uint32
	position uint32
}

// merger is a heap of the stores' heads: heads[0] is the least name, and among
// equal names the one of the first store.
type merger struct {
	stores []store
	heads  []head
}

func newMerger(stores []store) *merger {
	m := &merger{stores: stores}
	for i, s := range stores {
		if s.count > 0 {
			m.heads = append(m.heads, head{s.id(0), uint32(i), 0})
		}
	}
	for i := len(m.heads)/2 - 1; i >= 0; i-- {
		m.sink(i)
	}
	return m
}

// advance replaces the least head by the next name of its store.
func (m *merger) advance() {
	top := &m.heads[0]
	if next := top.position + 1; int(next) < m.stores[top.store].count {
		*top = head{m.stores[top.store].id(int(next)), top.store, next}
	} else {
		*top = m.heads[len(m.heads)-1]
		m.heads = m.heads[:len(m.heads)-1]
	}
	m.sink(0)
}

func (m *merger) sink(i int) {
	for {
		least := i
		for child := 2*i + 1; child <= 2*i+2 && child < len(m.heads); child++ {
			if m.heads[child].before(m.heads[least]) {
				least = child
			}
		}
		if least == i {
			return
		}
		m.heads[i], m.heads[least] = m.heads[least], m.heads[i]
		i = least
	}
}

func (h head) before(other head) bool {
	if c := h.id.Compare(other.id); c != 0 {
		return c < 0
	}
	return h.store < other.store
}
