package rewrite_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gittest"
	"github.com/unleak/unleak/internal/rewrite"
)

// Of a tree that cannot be read to its end, nobody knows what it leads to: where the history holds it, nothing is
// rewritten; elsewhere it goes.
func TestBrokenTrees(t *testing.T) {
	for name, test := range map[string]struct {
		entry   string // at which the first commit holds it; empty: not at all
		refused bool
	}{
		"in a folder that stays": {"docs", true},
		"in a folder that goes":  {".env", false},
		"reached by nothing":     {"", false},
	} {
		t.Run(name, func(t *testing.T) {
			r := gittest.New(t)
			blob := r.Blob("text\n")
			_, sound := r.Read(r.MakeTree(gittest.TreeEntry{Mode: "100644", Name: "a", ID: blob}))
			broken := r.HashObject("tree", append(sound, "100644 cut off"...))
			entries := []gittest.TreeEntry{{Mode: "100644", Name: "keep", ID: blob}}
			if test.entry != "" {
				entries = append([]gittest.TreeEntry{{Mode: "40000", Name: test.entry, ID: broken}}, entries...)
			}
			first := r.MakeCommit(r.MakeTree(entries...), "first")
			second := r.MakeTree(gittest.TreeEntry{Mode: "100644", Name: ".env", ID: blob}, gittest.TreeEntry{Mode: "100644", Name: "keep", ID: blob})
			r.UpdateRef("refs/heads/main", r.MakeCommit(second, "second", first))
			repository, err := gitstore.Open(r.Dir)
			if err != nil {
				t.Fatal(err)
			}
			defer repository.Close()
			_, err = rewrite.New(t.Context(), repository, dropping(t, ".env"), rewrite.Options{})
			if test.refused != errors.Is(err, rewrite.ErrIncomplete) || test.refused && !strings.Contains(err.Error(), broken) {
				t.Errorf("error is %v", err)
			}
			if !test.refused && err != nil {
				t.Errorf("error is %v, want none", err)
			}
		})
	}
}
