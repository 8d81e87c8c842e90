package remediate

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/gitstore/pack"
)

// A later map leads on from the earlier one; what others did in between is not made up.
func TestRefMapsFollowOneAnother(t *testing.T) {
	id := func(n byte) pack.ID { return pack.ID{n} }
	path := filepath.Join(t.TempDir(), "ref-map")
	m, err := readRefMap(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, move := range []refMove{
		{id(1), id(2), "refs/heads/main"}, {id(3), id(4), "refs/heads/a b\xff"}, {id(5), pack.ID{}, "refs/heads/gone"}, {id(6), id(7), "refs/heads/moved"},
	} {
		m.then(move)
	}
	if err := m.write(path); err != nil {
		t.Fatal(err)
	}
	if m, err = readRefMap(path); err != nil {
		t.Fatal(err)
	}
	for _, move := range []refMove{
		{id(2), id(8), "refs/heads/main"}, {id(4), pack.ID{}, "refs/heads/a b\xff"}, {id(9), id(10), "refs/heads/moved"}, {id(11), id(12), "refs/tags/new"},
	} {
		m.then(move)
	}
	want := []refMove{
		{id(1), id(8), "refs/heads/main"}, {id(3), pack.ID{}, "refs/heads/a b\xff"}, {id(5), pack.ID{}, "refs/heads/gone"},
		{id(9), id(10), "refs/heads/moved"}, {id(11), id(12), "refs/tags/new"},
	}
	if diff := cmp.Diff(want, m.moves, cmp.AllowUnexported(refMove{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if err := os.WriteFile(path, []byte("old new ref\nno ids at all\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readRefMap(path); err == nil {
		t.Error("a map of nonsense is read")
	}
}
