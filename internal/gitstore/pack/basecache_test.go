package pack

import (
	"errors"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
)

// What a cache keeps changes nothing: objects are read in any order, by several readers at once,
// with room for all of them, for few and for none.
func TestReadWithBaseCache(t *testing.T) {
	for _, limit := range []int{0, 8 << 10, 64 << 10, 1 << 20} {
		random := rand.New(rand.NewPCG(11, uint64(limit)))
		m, order := randomMaker(random, 40)
		p := open(t, m.entries(order...))
		want := m.contents()
		cache := NewBaseCache(limit)
		var group sync.WaitGroup
		for range 4 {
			positions := random.Perm(p.Index().Count())
			group.Go(func() {
				r := NewReader(1 << 20)
				r.Bases = cache
				for _, position := range append(positions, positions...) {
					id := p.Index().ID(position)
					kind, content, err := r.Read(p, position, nil)
					if err != nil || kind != Blob || string(content) != want[id.String()] {
						t.Errorf("limit %d, %s: a %s %q, %v", limit, id, kind, content, err)
					}
					clear(content) // the caller's to write
				}
				if used := r.walker.buffers.budget.used.Load(); used < 0 {
					t.Errorf("budget in use: %d", used)
				}
			})
		}
		group.Wait()
		held := 0
		for at := cache.recent.Front(); at != nil; at = at.Next() {
			held += cap(at.Value.(*cachedBase).content)
		}
		if held > limit || held != cache.size || len(cache.byPack) != cache.recent.Len() {
			t.Errorf("%d bytes of %d held, %d counted", held, limit, cache.size)
		}
	}
}

// The second object needs only its own delta: the chain above it may be gone.
func TestReadTakesBasesFromTheCache(t *testing.T) {
	m := &maker{}
	root := m.whole("the root\n")
	middle := m.delta(root, "middle\n", false)
	tip := m.delta(middle, "tip\n", false)
	p := open(t, m.entries())
	r := NewReader(1 << 20)
	r.Bases = NewBaseCache(1 << 20)
	if _, _, err := r.Read(p, positionOf(t, p, m.id(middle)), nil); err != nil {
		t.Fatal(err)
	}
	p.data = append([]byte(nil), p.data...) // the mapped file is read-only
	offset, _ := p.Index().Offset(positionOf(t, p, m.id(root)))
	clear(p.data[offset : offset+8])
	if _, content, err := r.Read(p, positionOf(t, p, m.id(tip)), nil); err != nil || string(content) != m.blobs[tip].content {
		t.Errorf("read %q, %v", content, err)
	}
}

func TestReadLimitHoldsForCachedObjects(t *testing.T) {
	m := &maker{}
	large := m.whole(strings.Repeat("x", 3000))
	p := open(t, m.entries())
	r := NewReader(3000)
	r.Bases = NewBaseCache(1 << 20)
	if _, _, err := r.Read(p, positionOf(t, p, m.id(large)), nil); err != nil {
		t.Fatal(err)
	}
	r.SetLimit(2999)
	if _, _, err := r.Read(p, positionOf(t, p, m.id(large)), nil); !errors.Is(err, ErrTooLarge) {
		t.Errorf("over the limit: %v", err)
	}
}
