package scanner_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/gittest"
	"github.com/unleak/unleak/scanner"
)

// A folder of which the index knows the tree is not read, and to know that changes nothing: on random
// repositories a scan says what git's lists of HEAD and of the index say, with cached trees and
// without.
func TestStagedWithAndWithoutCachedTrees(t *testing.T) {
	for seed := range uint64(40) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			r := randomIndex(t, seed)
			want := stagedByGit(r)
			cached := stagedPaths(t, r)
			hideCachedTrees(t, r)
			if diff := cmp.Diff(want, stagedPaths(t, r)); diff != "" {
				t.Errorf("without cached trees (-git +scan):\n%s", diff)
			}
			if diff := cmp.Diff(want, cached); diff != "" {
				t.Errorf("with cached trees (-git +scan):\n%s", diff)
			}
		})
	}
}

// randomIndex makes a commit and an index that differs from it. Every blob holds a secret of
// its own; paths are such that files become folders and the other way round.
func randomIndex(t *testing.T, seed uint64) *gittest.Repo {
	r, random, v := gittest.New(t), rand.New(rand.NewPCG(seed, 4)), newValues(seed)
	var names, paths []string
	for i := range 40 {
		r.Write(fmt.Sprintf("blobs/%d", i), v.token())
		names = append(names, fmt.Sprintf("blobs/%d", i))
	}
	blobs := strings.Fields(string(r.GitInput([]byte(strings.Join(names, "\n")), "hash-object", "-w", "--stdin-paths")))
	for _, folder := range []string{"", "a/", "a/b/", "a/b/c/", "a.b/", "d/e/", "d/"} {
		for _, name := range []string{"a", "b", "c", "e", "a.b", "z"} {
			paths = append(paths, folder+name)
		}
	}
	edit := func(count int, conflicts bool) {
		var lines bytes.Buffer
		for range count {
			path, blob := paths[random.IntN(len(paths))], blobs[random.IntN(len(blobs))]
			mode, stage := "100644", 0
			switch kind := random.IntN(12); {
			case kind < 3:
				mode, blob = "0", gittest.NullID
			case kind == 3:
				mode = "120000"
			case kind == 4:
				mode = "100755"
			case kind == 5 && conflicts:
				stage = 1 + random.IntN(3)
			}
			fmt.Fprintf(&lines, "%s %s %d\t%s\x00", mode, blob, stage, path)
		}
		r.GitInput(lines.Bytes(), "update-index", "--replace", "-z", "--index-info")
	}
	edit(60, false)
	r.UpdateRef("HEAD", r.Git("commit-tree", "-m", "first", r.Git("write-tree")))
	edit(random.IntN(6), random.IntN(3) == 0)
	if random.IntN(3) == 0 {
		r.TryGit("write-tree") // knows the new trees; with conflicts it cannot
		edit(random.IntN(3), false)
	}
	if random.IntN(3) == 0 {
		r.Write("d/intended", v.token())
		r.Git("add", "--intent-to-add", "d/intended")
	}
	r.Git("update-index", "--index-version", fmt.Sprint(2+2*random.IntN(2)))
	if random.IntN(4) == 0 { // a sparse index holds some folders whole, where git can make one
		r.TryGit("sparse-checkout", "set", "--cone", "--sparse-index", "a/b")
	}
	return r
}

// stagedByGit returns the paths of the index whose blob or type HEAD has not, as often as
// the index has them.
func stagedByGit(r *gittest.Repo) []string {
	head := map[string]string{}
	for line := range strings.SplitSeq(r.Git("ls-tree", "-r", "-z", "HEAD"), "\x00") {
		if meta, path, ok := strings.Cut(line, "\t"); ok {
			fields := strings.Fields(meta)
			head[path] = fields[0][:3] + " " + fields[2]
		}
	}
	paths := []string{}
	for line := range strings.SplitSeq(r.Git("ls-files", "--stage", "-z"), "\x00") {
		meta, path, ok := strings.Cut(line, "\t")
		fields := strings.Fields(meta)
		if !ok || path == "d/intended" || head[path] == fields[0][:3]+" "+fields[1] {
			continue
		}
		paths = append(paths, path+" "+fields[1])
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// stagedPaths returns where a scan of the index finds secrets.
func stagedPaths(t *testing.T, r *gittest.Repo) []string {
	t.Helper()
	result := scan(t, scanner.Staged(r.Dir))
	if !result.Header.Coverage.Complete {
		t.Errorf("the scan is incomplete: %s", encode(t, result.Header.Coverage))
	}
	paths := []string{}
	for _, f := range result.Findings {
		for _, o := range f.Occurrences {
			paths = append(paths, o.Path+" "+o.Blob)
		}
	}
	slices.Sort(paths)
	return paths
}

// hideCachedTrees gives the extension TREE a name that git ignores, and takes the checksum out.
func hideCachedTrees(t *testing.T, r *gittest.Repo) {
	t.Helper()
	editIndex(t, r, func(content []byte) {
		if at := bytes.LastIndex(content, []byte("TREE")); at >= 0 {
			content[at] = 'X'
		}
	})
}

func editIndex(t *testing.T, r *gittest.Repo, edit func(content []byte)) {
	t.Helper()
	file := filepath.Join(r.GitDir(), "index")
	content, err := os.ReadFile(file)
	must(t, err)
	edit(content)
	clear(content[len(content)-20:])
	must(t, os.WriteFile(file, content, 0o644))
}

// The next commit takes a folder's cached tree as it is, also where an entry says otherwise.
// What a scan of the index finds is what that commit brings in.
func TestStagedFollowsCachedTreesAsCommitDoes(t *testing.T) {
	r := cleanRepo(t)
	s := newValues(78).token()
	clean := r.ID(r.CommitFile("folder/file.txt", "clean\n", "clean") + ":folder/file.txt")
	secret := r.Blob(s)
	editIndex(t, r, func(content []byte) {
		at := bytes.Index(content, idBytes(clean))
		copy(content[at:], idBytes(secret))
	})
	if tree := r.Git("write-tree"); tree != r.ID("HEAD^{tree}") {
		t.Fatal("git does not take the cached tree")
	}
	if paths := stagedPaths(t, r); len(paths) > 0 {
		t.Errorf("found %q, which the next commit has not", paths)
	}
	hideCachedTrees(t, r)
	if tree := r.Git("write-tree"); tree == r.ID("HEAD^{tree}") {
		t.Fatal("git takes a tree that is not there")
	}
	if diff := cmp.Diff([]string{"folder/file.txt " + secret}, stagedPaths(t, r)); diff != "" {
		t.Error(diff)
	}
}

func idBytes(id string) []byte {
	var raw []byte
	fmt.Sscanf(id, "%x", &raw)
	return raw
}

// Trees of folders without a change are not read: here they are not even there.
func TestStagedReadsOnlyWhatDiffers(t *testing.T) {
	r := cleanRepo(t)
	s := newValues(79).token()
	r.CommitFile("same/deep/file.txt", "clean\n", "clean")
	r.CommitFile("changed/file.txt", "other\n", "clean")
	r.Write("changed/file.txt", s)
	r.Git("add", "changed/file.txt")
	r.RemoveObjects(r.ID("HEAD:same"), r.ID("HEAD:same/deep"))
	wantPaths(t, scanner.Staged(r.Dir), s, "changed/file.txt:1")
	if coverage := scan(t, scanner.Staged(r.Dir)).Header.Coverage; !coverage.Complete {
		t.Errorf("the scan looks for trees that it does not need: %s", encode(t, coverage))
	}
}
