package gitstore

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/gittest"
)

// held returns the paths that an index holds below a folder as HEAD has it, or "-".
func held(t *testing.T, repo *gittest.Repo, folder string) string {
	t.Helper()
	index, found := locate(t, repo.Dir).ReadIndex(Worktree{GitDir: filepath.Join(repo.Dir, ".git")})
	if len(found) > 0 {
		t.Fatal(found)
	}
	first, end, ok := index.Holds(folder, parseID(t, repo.ID("HEAD:"+folder)))
	if !ok {
		return "-"
	}
	var paths []string
	for _, e := range index.Entries[first:end] {
		paths = append(paths, e.Path)
	}
	return strings.Join(paths, " ")
}

func folderRepo(t *testing.T) *gittest.Repo {
	repo := gittest.New(t)
	for _, path := range []string{"a-b", "a.txt", "a/b/one", "a/b/two", "a/c/three", "a0", "d/four"} {
		repo.Write(path, path)
	}
	repo.Commit("first")
	return repo
}

func TestIndexHolds(t *testing.T) {
	for name, test := range map[string]struct {
		change func(repo *gittest.Repo)
		want   [4]string // of the root, a, a/b, d
	}{
		"nothing changed": {func(*gittest.Repo) {}, [4]string{"a-b a.txt a/b/one a/b/two a/c/three a0 d/four", "a/b/one a/b/two a/c/three", "a/b/one a/b/two", "d/four"}},
		"a file is staged": {func(r *gittest.Repo) { r.Write("a/c/three", "x"); r.Git("add", "a/c/three") },
			[4]string{"-", "-", "a/b/one a/b/two", "d/four"}},
		"a tree is written": {func(r *gittest.Repo) { r.Write("a/c/three", "x"); r.Git("add", "-A"); r.Git("write-tree") },
			[4]string{"-", "-", "a/b/one a/b/two", "d/four"}},
		"a file is removed": {func(r *gittest.Repo) { r.Git("rm", "-q", "a/b/one") },
			[4]string{"-", "-", "-", "d/four"}},
		"a file is intended": {func(r *gittest.Repo) { r.Write("a/b/new", "x"); r.Git("add", "-N", "a/b/new") },
			[4]string{"-", "-", "-", "d/four"}},
		"there is no tree in the index": {func(r *gittest.Repo) {
			list := r.GitInput(nil, "ls-files", "--stage", "-z")
			r.Git("rm", "-q", "-r", "--cached", ".")
			r.GitInput(list, "update-index", "-z", "--index-info")
		}, [4]string{"-", "-", "-", "-"}},
	} {
		t.Run(name, func(t *testing.T) {
			repo := folderRepo(t)
			test.change(repo)
			got := [4]string{held(t, repo, ""), held(t, repo, "a"), held(t, repo, "a/b"), held(t, repo, "d")}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// What the entries contradict is not relied on.
func TestIndexHoldsNothingThatEntriesContradict(t *testing.T) {
	tree := pack.ID{1}
	entries := func(paths ...string) (list []IndexEntry) {
		for _, path := range paths {
			list = append(list, IndexEntry{Path: path})
		}
		return list
	}
	for name, test := range map[string]struct {
		index Index
		want  bool
	}{
		"as it is":             {Index{Entries: entries("a", "f/x", "f/y", "g")}, true},
		"one more":             {Index{Entries: entries("a", "f/w", "f/x", "f/y", "g")}, false},
		"one less":             {Index{Entries: entries("a", "f/x", "g")}, false},
		"a conflict in it":     {Index{Entries: entries("a", "f/x", "f/y", "g"), special: []int{2}}, false},
		"a conflict before it": {Index{Entries: entries("a", "f/x", "f/y", "g"), special: []int{0}}, true},
		"a conflict behind it": {Index{Entries: entries("a", "f/x", "f/y", "g"), special: []int{3}}, true},
	} {
		test.index.folders = map[string]indexFolder{"f": {tree: tree, entries: 2}}
		if _, _, ok := test.index.Holds("f", tree); ok != test.want {
			t.Errorf("%s: holds the tree: %v, want %v", name, ok, test.want)
		}
		if _, _, ok := test.index.Holds("f", pack.ID{2}); ok {
			t.Errorf("%s: holds another tree", name)
		}
	}
}

func TestCachedTreesMalformed(t *testing.T) {
	id := strings.Repeat("i", 20)
	if got := cachedTrees([]byte("\x003 1\n" + id + "f\x00-1 0\n")); len(got) != 1 || got[""].entries != 3 {
		t.Errorf("a sound one gives %v", got)
	}
	for name, data := range map[string]string{
		"empty":                  "",
		"no name":                "3 0\n" + id,
		"the root has a name":    "x\x003 0\n" + id,
		"a folder without name":  "\x003 1\n" + id + "\x001 0\n" + id,
		"a slash in a name":      "\x003 1\n" + id + "a/b\x001 0\n" + id,
		"no tree":                "\x003 0\nshort",
		"a folder is missing":    "\x003 2\n" + id + "f\x00-1 0\n",
		"more than it says":      "\x003 0\n" + id + "f\x00-1 0\n",
		"folders below zero":     "\x003 -1\n" + id,
		"no number":              "\x00three 0\n" + id,
		"folders in one another": "\x001 1\n" + id + strings.Repeat("f\x00-1 1\n", maxFolderDepth+1),
	} {
		if got := cachedTrees([]byte(data)); got != nil {
			t.Errorf("%s: gives %v", name, got)
		}
	}
}
