package gitstore

import (
	"cmp"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/gittest"
)

func TestMerger(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for range 300 {
		var stores []store
		var want []head
		for s := range random.IntN(9) {
			ids := make([]pack.ID, random.IntN(12))
			for i := range ids {
				binary.BigEndian.PutUint32(ids[i][:], uint32(random.IntN(30)))
			}
			slices.SortFunc(ids, pack.ID.Compare)
			for i, id := range ids {
				want = append(want, head{id, uint32(s), uint32(i)})
			}
			stores = append(stores, store{len(ids), func(i int) pack.ID { return ids[i] }})
		}
		slices.SortFunc(want, func(a, b head) int {
			return cmp.Or(a.id.Compare(b.id), cmp.Compare(a.store, b.store), cmp.Compare(a.position, b.position))
		})
		var got []head
		for m := newMerger(stores); len(m.heads) > 0; m.advance() {
			got = append(got, m.heads[0])
		}
		if diff := gocmp.Diff(want, got, gocmp.AllowUnexported(head{})); diff != "" {
			t.Fatal(diff)
		}
	}
}

// TestTablePrefersPacks: of several copies the table knows the one in the first pack, and numbers
// follow names.
func TestTablePrefersPacks(t *testing.T) {
	r := gittest.New(t, gittest.Bare())
	r.Blob("only loose")
	r.Blob("everywhere")
	r.WritePack([]gittest.PackEntry{whole("everywhere"), whole("in the first")})
	r.WritePack([]gittest.PackEntry{whole("everywhere"), whole("in the second"), whole("in the third")})
	table := open(t, r.Dir).Table()
	if table.Len() != 5 {
		t.Fatalf("%d objects", table.Len())
	}
	for i := range uint32(table.Len()) {
		if i > 0 && table.ID(i-1).Compare(table.ID(i)) >= 0 {
			t.Errorf("number %d is out of order", i)
		}
	}
	id, _ := pack.ParseID(blobID("everywhere"))
	if i, ok := table.Index(id); !ok || table.copies[i].store != 0 {
		t.Errorf("number %d, %v, is in store %d", i, ok, table.copies[i].store)
	}
	id, _ = pack.ParseID(blobID("only loose"))
	if i, ok := table.Index(id); !ok || table.copies[i].store != 2 {
		t.Errorf("number %d, %v, is in store %d", i, ok, table.copies[i].store)
	}
}

// TestTableOfOnePackWithDuplicates: an object twice in the one pack gives up the shortcut for numbers.
func TestTableOfOnePackWithDuplicates(t *testing.T) {
	r := gittest.New(t, gittest.Bare())
	r.WritePack([]gittest.PackEntry{whole("a"), whole("b"), whole("a"), byOffset(0, "a", "1"), byOffset(2, "a", "2"), whole("c"), whole("c")})
	repository := open(t, r.Dir)
	if n := repository.Table().Len(); n != 5 {
		t.Fatalf("%d objects", n)
	}
	w := walk(t, repository, WalkOptions{})
	for _, content := range []string{"a", "b", "c", "a1", "a2"} {
		id, _ := pack.ParseID(blobID(content))
		i, ok := repository.Table().Index(id)
		if w.content[blobID(content)] != content || !ok || repository.Table().ID(i) != id {
			t.Errorf("%q is number %d, %v, and visited as %q", content, i, ok, w.content[blobID(content)])
		}
	}
}

func TestEmptyRepository(t *testing.T) {
	r := open(t, gittest.New(t, gittest.Bare()).Dir)
	if w := walk(t, r, WalkOptions{}); r.Table().Len() != 0 || len(w.kinds)+len(w.failed) > 0 || len(r.ObjectProblems()) > 0 {
		t.Errorf("%d objects, problems %v", r.Table().Len(), r.ObjectProblems())
	}
}
