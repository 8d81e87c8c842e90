package pack

import (
	"math/rand/v2"
	"testing"
)

// TestFindAll looks up names that are in an index and names that are near them.
func TestFindAll(t *testing.T) {
	m := &maker{}
	for n := range 300 {
		m.whole(text(n))
	}
	x := open(t, m.entries()).Index()
	random := rand.New(rand.NewPCG(1, 1))
	var ids []ID
	for range 1000 {
		id := x.ID(random.IntN(x.Count()))
		if random.IntN(2) == 0 {
			id[random.IntN(len(id))]++
		}
		ids = append(ids, id)
	}
	ids = append(ids, ID{}, ID{0: 0xff, 19: 0xff})
	positions := make([]uint32, len(ids))
	x.FindAll(ids, positions)
	found := 0
	for i, id := range ids {
		want := uint32(NotFound)
		for position := range x.Count() {
			if x.ID(position) == id {
				want = uint32(position)
				found++
			}
		}
		position, ok := x.Find(id)
		if positions[i] != want || ok != (want != NotFound) || ok && uint32(position) != want {
			t.Errorf("%s is at %d, found at %d and among all at %d", id, want, position, positions[i])
		}
	}
	if found == 0 || found == len(ids) {
		t.Errorf("%d of %d names are in the index", found, len(ids))
	}
}
