package scanner_test

import (
	"bytes"
	"encoding/hex"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/gittest"
)

// Objects that are gone are named when another names them; all that is left is found.
func TestMissingObjects(t *testing.T) {
	h := randomHistory(t, 36, 80)
	for _, storage := range []string{"packed", "loose"} {
		stored := gittest.Open(t, gittest.Variant(t, h.Repo, storage))
		clean := found(scanRepo(t, stored))
		for _, kind := range []string{"blob", "tree", "commit"} {
			t.Run(storage+"/"+kind, func(t *testing.T) {
				t.Parallel()
				r := gittest.Open(t, stored.Dir).Copy()
				r.RemoveObjects(some(t, h, kind, 5)...)
				result := scanDamaged(t, r.Dir, clean)
				if result == nil {
					t.Fatal("missing objects stop the scan")
				}
				if result.Header.Coverage.Complete {
					t.Error("the scan calls itself complete")
				}
				if diff := cmp.Diff(missingByGit(r), gapped(result.Header.Coverage.Missing)); diff != "" {
					t.Errorf("missing objects: git (-) and scan (+) differ:\n%s", diff)
				}
				if diff := cmp.Diff(reference(r, loadRules(t, "")), inBlobs(result)); diff != "" {
					t.Errorf("what is left: reference (-) and scan (+) differ:\n%s", diff)
				}
			})
		}
	}
}

// some returns ids of n objects of a kind that branches reach, the tips left out.
func some(t *testing.T, h *gittest.History, kind string, n int) []string {
	t.Helper()
	of := make(map[string]string)
	for _, o := range h.Repo.Objects() {
		of[o.ID] = o.Kind
	}
	tips := h.Repo.Git("for-each-ref", "--format=%(objectname) %(*objectname)")
	var ids []string
	for line := range strings.SplitSeq(h.Repo.Git("rev-list", "--objects", "--branches"), "\n") {
		if id, _, _ := strings.Cut(line, " "); of[id] == kind && !strings.Contains(tips, id) {
			ids = append(ids, id)
		}
	}
	if len(ids) < 2*n {
		t.Fatalf("only %d objects of kind %s to choose from", len(ids), kind)
	}
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
	return ids[:n]
}

// missingByGit returns the ids that objects name and git does not have. It reads each
// object by itself: git fsck says nothing of what only unreachable objects name.
func missingByGit(r *gittest.Repo) []string {
	held, named := make(map[string]bool), make(map[string]bool)
	eachObject(r, func(id, kind string, content []byte) {
		held[id] = true
		switch kind {
		case "tree":
			for len(content) > 0 {
				mode, rest, _ := bytes.Cut(content, []byte(" "))
				_, rest, _ = bytes.Cut(rest, []byte("\x00"))
				if string(mode) != "160000" {
					named[hex.EncodeToString(rest[:20])] = true
				}
				content = rest[20:]
			}
		case "commit", "tag":
			for line := range strings.Lines(string(content)) {
				fields := strings.Fields(line)
				if len(fields) != 2 || !slices.Contains([]string{"tree", "parent", "object", "type", "tag"}, fields[0]) {
					break
				}
				named[fields[1]] = len(fields[1]) == 40
			}
		}
	})
	maps.DeleteFunc(named, func(id string, isID bool) bool { return held[id] || !isID })
	return slices.Sorted(maps.Keys(named))
}
