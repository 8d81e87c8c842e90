package rewrite_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/gittest"
	"github.com/unleak/unleak/internal/history"
	"github.com/unleak/unleak/internal/rewrite"
)

// What the summary counts is what git counts before and after.
func TestSummary(t *testing.T) {
	h := gittest.RandomHistory(t, gittest.HistoryOptions{Seed: 11, Commits: 40, Plain: true})
	r := h.Repo
	tables := tablesOf(r)
	reached := idsOf(r.Git("rev-list", "--objects", "--no-object-names", "--all"))
	kinds := map[string]string{}
	for _, o := range r.Objects() {
		kinds[o.ID] = o.Kind
	}
	for i, edit := range edits {
		t.Run(edit.name, func(t *testing.T) {
			e := rewrite.Edit{Drop: edit.drop}
			if edit.text != "" {
				e.Blobs = rules(t, edit.text)
			}
			after := rewritten(t, r, e)
			got := after.Summary()
			want := rewrite.Summary{Objects: len(kinds), Unreachable: len(kinds) - len(reached), FirstChanged: got.FirstChanged}
			want.Refs = len(strings.Fields(r.Git("for-each-ref", "--format=%(objectname)")))
			now := idsOf(r.Git("rev-list", "--all"))
			want.Commits = len(now)
			var first []string
			changes := map[string]string{}
			for old, id := range after.CommitMap {
				changes[old.String()] = id.String()
				if id.IsZero() {
					want.Pruned++
				} else {
					want.Changed++
				}
			}
			for old := range changes {
				if !slices.ContainsFunc(tables.parents[old], func(p string) bool { _, is := changes[p]; return is }) {
					first = append(first, old)
				}
			}
			slices.Sort(first)
			if diff := cmp.Diff(first, hexes(got.FirstChanged)); diff != "" {
				t.Errorf("first changed commits (-want, +got):\n%s", diff)
			}
			made := 0
			for _, o := range after.after.Objects() {
				if o.Kind == "tree" && kinds[o.ID] == "" {
					made++
				}
			}
			want.Trees = made
			newTags := 0
			for id := range reached {
				if kinds[id] == "tag" && after.now(id) != id && after.now(id) != "" {
					newTags++
				}
			}
			want.Tags = newTags
			edited, gone := blobsOf(after, tables, reached, kinds)
			want.Edited, want.Gone = len(edited), len(gone)
			want.Stale, want.Unedited = got.Stale, got.Unedited // see TestStale
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("edit %d: summary (-want, +got):\n%s", i, diff)
			}
			if diff := cmp.Diff(gone, hexes(after.GoneBlobs())); diff != "" {
				t.Errorf("blobs that go (-want, +got):\n%s", diff)
			}
			removed := after.removed()
			for _, o := range after.after.Objects() {
				if removed[o.ID] {
					t.Errorf("%s must be gone and is there", o.ID)
				}
			}
			for _, id := range slices.Concat(edited, gone) {
				if !removed[id] && id != emptyBlob {
					t.Errorf("%s went and is not among what must be gone", id)
				}
			}
			checkRemovedPaths(t, after, tables)
		})
	}
}

const emptyBlob = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"

func idsOf(list string) map[string]bool {
	ids := map[string]bool{}
	for _, id := range strings.Fields(list) {
		ids[id] = true
	}
	return ids
}

// blobsOf returns which blobs of the old history have become others in the new one, and which have gone with their
// paths, going through all trees.
func blobsOf(r *result, all tables, reached map[string]bool, kinds map[string]string) (edited, gone []string) {
	paths := map[string]map[string]bool{} // by blob
	add := func(id, path string) {
		if paths[id] == nil {
			paths[id] = map[string]bool{}
		}
		paths[id][path] = true
	}
	for id := range reached {
		switch kinds[id] {
		case "commit":
			for _, line := range all.entries[id] {
				head, path, _ := strings.Cut(line, "\t")
				add(strings.Fields(head)[2], path)
			}
		case "tag":
			if kind := r.before.Git("cat-file", "-t", id+"^{}"); kind == "blob" {
				add(r.before.ID(id+"^{}"), "\x00")
			}
		}
	}
	for line := range strings.Lines(r.before.Git("for-each-ref", "--format=%(objecttype) %(objectname)")) {
		switch kind, id, _ := strings.Cut(strings.TrimSpace(line), " "); kind {
		case "blob":
			add(id, "\x00")
		case "tree":
			for _, line := range files(r.before, id) {
				head, path, _ := strings.Cut(line, "\t")
				add(strings.Fields(head)[2], path)
			}
		}
	}
	for id, at := range paths {
		stays := slices.ContainsFunc(slices.Collect(maps.Keys(at)), func(path string) bool { return path == "\x00" || !drops(r.edit, path, false) })
		switch {
		case kinds[id] != "blob":
		case !stays:
			gone = append(gone, id)
		case r.now(id) != id:
			edited = append(edited, id)
		}
	}
	slices.Sort(gone)
	return edited, gone
}

// tables are what git says of all commits.
type tables struct {
	parents map[string][]string
	entries map[string][]string // lines of ls-tree, with those of folders
}

func tablesOf(r *gittest.Repo) tables {
	all := tables{map[string][]string{}, map[string][]string{}}
	for line := range strings.Lines(r.Git("rev-list", "--parents", "--all")) {
		ids := strings.Fields(line)
		all.parents[ids[0]] = ids[1:]
		all.entries[ids[0]] = strings.FieldsFunc(r.Git("ls-tree", "-r", "-t", "-z", ids[0]), func(c rune) bool { return c == 0 })
	}
	return all
}

func checkRemovedPaths(t *testing.T, r *result, all tables) {
	t.Helper()
	e := r.edit
	type removed struct {
		objects map[string]bool
		commits int
		atHead  bool
	}
	want := map[string]*removed{}
	entries := func(id string) map[string]string {
		found := map[string]string{}
		for _, line := range all.entries[id] {
			head, path, _ := strings.Cut(line, "\t")
			fields := strings.Fields(head)
			if e.Drop == nil || !e.Drop(path, fields[1] == "tree") {
				continue
			}
			inside := false
			for i, c := range path {
				inside = inside || c == '/' && e.Drop(path[:i], true)
			}
			if !inside {
				found[path] = fields[0] + " " + fields[2]
			}
		}
		return found
	}
	for id := range all.parents {
		parents := map[string]bool{}
		for _, parent := range all.parents[id] {
			for path, what := range entries(parent) {
				parents[path+"\x00"+what] = true
			}
		}
		for path, what := range entries(id) {
			mode, object, _ := strings.Cut(what, " ")
			other := map[string]string{"100644": "100755", "100755": "100644"}[mode] // the mode alone is no other content
			if parents[path+"\x00"+what] || parents[path+"\x00"+other+" "+object] {
				continue
			}
			if want[path] == nil {
				want[path] = &removed{objects: map[string]bool{}}
			}
			want[path].commits++
			if mode != "160000" {
				want[path].objects[object] = true
			}
		}
	}
	for path := range entries(r.before.ID("HEAD")) {
		want[path].atHead = true
	}
	var lines, got []string
	for path, at := range want {
		lines = append(lines, fmt.Sprint(path, slices.Sorted(maps.Keys(at.objects)), at.commits, at.atHead))
	}
	slices.Sort(lines)
	for _, p := range r.RemovedPaths() {
		objects := hexes(p.Objects)
		if objects == nil {
			objects = []string{}
		}
		got = append(got, fmt.Sprint(p.Path, objects, p.Commits, p.AtHead))
	}
	slices.Sort(got)
	if diff := cmp.Diff(lines, got); diff != "" {
		t.Errorf("paths that go (-want, +got):\n%s", diff)
	}
}

// What nothing reaches any more and holds what is taken out is told of, apart from what the history holds.
func TestStale(t *testing.T) {
	r := gittest.New(t)
	r.Write(".env", "shared\n")
	r.CommitFile("keep", "1\n", "first")
	r.Write(".env", "amended\n")
	r.CommitFile("keep", "2 "+word+"\n", "amended "+word)
	amended := r.ID("HEAD")
	r.Git("reset", "-q", "--hard", "HEAD~1")
	r.CheckoutNew("deleted")
	r.Write("new/.env", "deleted\n")
	r.CommitFile("clean", "stays clean\n", "deleted branch")
	deleted := r.ID("HEAD:new/.env")
	r.Checkout("main")
	r.Git("branch", "-qD", "deleted")
	dangling := r.Blob("dangling " + word + "\n")
	harmless := r.Blob("dangling\n")
	tree := r.MakeTree(entry("100644", ".env", r.Blob("in a tree\n")))
	tag := r.HashObject("tag", []byte("object "+r.ID("HEAD")+"\ntype commit\ntag x\ntagger "+who+"\n\n"+word+"\n"))
	e := everywhere(t, word)
	e.Drop = dropping(t, ".env").Drop
	after := rewritten(t, r, e)
	want := []string{r.ID(amended + ":.env"), r.ID(amended + ":keep"), amended, deleted, dangling, r.ID(tree + ":.env"), tag}
	slices.Sort(want)
	if diff := cmp.Diff(want, hexes(after.Stale())); diff != "" {
		t.Errorf("stale (-want, +got):\n%s", diff)
	}
	for _, id := range append(want, r.ID("HEAD:.env")) {
		if !after.removed()[id] {
			t.Errorf("%s is not among what must be gone", id)
		}
	}
	if after.removed()[harmless] || after.Summary().Stale != len(want) || after.Summary().Gone != 1 {
		t.Errorf("summary is %+v", after.Summary())
	}
}

// Paths that hold the same blobs are found, and pointers of Git LFS among what goes (cases 8 and 47).
func TestCopiesAndPointers(t *testing.T) {
	r := gittest.New(t)
	oid := strings.Repeat("5e", 32)
	pointer := "version https://git-lfs.github.com/spec/v1\noid sha256:" + oid + "\nsize 12345\n"
	r.Write(".env", "a=1\n")
	r.Write("empty/.env", "")
	r.Write("__init__.py", "")
	r.Write("backup/env.old", "a=1\n")
	r.Write("big.bin", pointer)
	r.Write("kept.bin", strings.Replace(pointer, "5e", "6f", 1))
	r.CommitFile("only/.env", "a=2\n", "first")
	renamed := r.ID("HEAD:.env")
	r.Rename(".env", "moved")
	r.Commit("renamed")
	r.Remove("backup")
	r.Commit("one copy less")
	after := rewritten(t, r, dropping(t, ".env", "big.bin"))
	got, err := after.Copies(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	id := parseID(t, renamed)
	want := []rewrite.Copy{{Path: "backup/env.old", Blobs: nil}, {Path: "moved", AtHead: true}}
	for i := range want {
		want[i].Blobs = append(want[i].Blobs, id)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("copies (-want, +got):\n%s", diff)
	}
	blob := parseID(t, r.ID("HEAD:big.bin"))
	if diff := cmp.Diff([]rewrite.Pointer{{OID: oid, Bytes: 12345, Blob: blob}}, after.Pointers()); diff != "" {
		t.Errorf("pointers (-want, +got):\n%s", diff)
	}
	var classes []history.Class
	for _, p := range after.RemovedPaths() {
		classes = append(classes, p.Class)
	}
	if len(classes) != 4 {
		t.Errorf("%d paths go, want 4", len(classes))
	}
	for id := range rewritten(t, r, dropping(t, ".env", "__init__.py")).removed() {
		if id == emptyBlob {
			t.Error("the empty file must be gone, and would come back with the next one")
		}
	}
}
