package history_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/gittest"
	"github.com/unleak/unleak/internal/history"
)

// removals asks the graph of the repository at dir what the history of head has lost: of every blob, and of every path.
func removals(t *testing.T, dir, head string, jobs int) []string {
	t.Helper()
	table, graph := load(t, dir, jobs)
	paths, err := graph.Paths(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	marks := history.Marks{Blobs: map[uint32]bool{}, Paths: map[history.Path]bool{}}
	for i := range uint32(table.Len()) {
		marks.Blobs[i] = table.Kind(i) == pack.Blob
	}
	for p := history.Root + 1; int(p) < paths.Len(); p++ {
		marks.Paths[p] = paths.Class(p) != history.Dir
	}
	trace, err := graph.Trace(context.Background(), paths, marks)
	if err != nil {
		t.Fatal(err)
	}
	id, err := pack.ParseID(head)
	if err != nil {
		t.Fatal(err)
	}
	object, _ := graph.Lookup(id)
	found := map[string]bool{}
	trace.Removals(object, jobs, func(r history.Removal) {
		what := "whatever"
		if r.Object != history.NoObject {
			what = graph.ID(r.Object).String()
		}
		found[fmt.Sprintf("%s %q %s", graph.ID(r.Commit), paths.String(r.Path), what)] = true
	})
	return sorted(found)
}

// slowRemovals says the same, from lists of whole trees and a search back from the head for one thing at a time.
type slowRemovals struct {
	repo    *gittest.Repo
	parents map[string][]string
	lists   map[string]files
	had     map[string]bool // by commit and thing
}

func (s *slowRemovals) all(head string) []string {
	s.parents, s.lists, s.had = map[string][]string{}, map[string]files{}, map[string]bool{}
	things := map[[2]string]bool{}
	commits := strings.Split(strings.TrimSpace(s.repo.Git("rev-list", "--topo-order", "--parents", head)), "\n")
	for _, line := range slices.Backward(commits) {
		ids := strings.Fields(line)
		s.parents[ids[0]] = ids[1:]
		s.lists[ids[0]] = files{}
		for path, what := range listing(s.repo, ids[0]) {
			if strings.HasPrefix(what, "04") {
				s.lists[ids[0]][path] = "a folder"
				continue
			}
			s.lists[ids[0]][path] = what[3:] // a file or a link, the object counts
			if !strings.HasPrefix(what, "16") {
				things[[2]string{path, what[3:]}] = true
			}
			things[[2]string{path, "whatever"}] = true
		}
	}
	found := map[string]bool{}
	for thing := range things {
		path, what := thing[0], thing[1]
		if s.has(head, path, what) || !s.hadIt(head, path, what) {
			continue
		}
		var all []string
		s.search(head, path, what, map[string]bool{}, &all)
		for _, commit := range all {
			later := slices.ContainsFunc(all, func(other string) bool { return other != commit && s.reaches(other, commit) })
			if !later {
				found[fmt.Sprintf("%s %q %s", commit, path, what)] = true
			}
		}
	}
	return sorted(found)
}

func (s *slowRemovals) has(commit, path, what string) bool {
	there, ok := s.lists[commit][path]
	return ok && (what == "whatever" || what == there)
}

// hadIt reports whether a commit or any before it has a thing.
func (s *slowRemovals) hadIt(commit, path, what string) bool {
	key := commit + path + what
	had, ok := s.had[key]
	if !ok {
		had = s.has(commit, path, what) || slices.ContainsFunc(s.parents[commit], func(p string) bool { return s.hadIt(p, path, what) })
		s.had[key] = had
	}
	return had
}

// search goes back from a commit that had a thing and has not to those that removed it.
func (s *slowRemovals) search(commit, path, what string, seen map[string]bool, found *[]string) {
	if seen[commit] {
		return
	}
	seen[commit] = true
	before := false
	for _, parent := range s.parents[commit] {
		if s.hadIt(parent, path, what) && !s.has(parent, path, what) {
			before = true
			s.search(parent, path, what, seen, found)
		}
	}
	if !before {
		*found = append(*found, commit)
	}
}

func (s *slowRemovals) reaches(from, to string) bool {
	return from == to || slices.ContainsFunc(s.parents[from], func(p string) bool { return s.reaches(p, to) })
}

// TestRemovals compares with a slow search, for one history in every way to store it, from every one of its branches.
func TestRemovals(t *testing.T) {
	repo := gittest.RandomHistory(t, gittest.HistoryOptions{Seed: 13, Commits: 40}).Repo
	heads := strings.Fields(repo.Git("for-each-ref", "--format=%(objectname)", "refs/heads"))
	want := map[string][]string{}
	for _, head := range heads {
		want[head] = (&slowRemovals{repo: repo}).all(head)
	}
	for name, dir := range gittest.Variants(t, repo) {
		t.Run(name, func(t *testing.T) {
			for _, head := range heads {
				if diff := cmp.Diff(want[head], removals(t, dir, head, 2)); diff != "" {
					t.Errorf("removals from %s (-slow +graph):\n%s", head, diff)
				}
			}
		})
	}
}

// TestRemovalsOfRandomGraphs compares with a slow search where few things come and go on many branches, and merges take
// whatever they like from their parents.
func TestRemovalsOfRandomGraphs(t *testing.T) {
	total, merged := 0, 0
	for seed := range uint64(5) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 5))
			repo := gittest.New(t)
			var blobs [5]string
			for i := range blobs {
				blobs[i] = repo.Blob(fmt.Sprint("text ", i))
			}
			var commits []string
			for i := range 32 {
				var entries, below []gittest.TreeEntry
				for name := range 4 {
					if which := random.IntN(3 * len(blobs)); which < len(blobs) {
						mode := []string{"100644", "100755", "120000"}[random.IntN(3)]
						entries = append(entries, gittest.TreeEntry{Mode: mode, Name: fmt.Sprint("file", name), ID: blobs[which]})
						below = append(below, gittest.TreeEntry{Mode: "100644", Name: fmt.Sprint("inner", name), ID: blobs[which]})
					}
				}
				if len(below) > 0 && random.IntN(2) == 0 {
					entries = append([]gittest.TreeEntry{{Mode: "40000", Name: "a", ID: repo.MakeTree(below...)}}, entries...)
				}
				var parents []string
				for n := random.IntN(4); len(parents) < n && len(parents) < len(commits); {
					p := commits[max(0, len(commits)-1-random.IntN(6))]
					if !slices.Contains(parents, p) {
						parents = append(parents, p)
					} else {
						n--
					}
				}
				if len(parents) == 0 && i > 0 {
					parents = commits[i-1 : i]
				}
				commits = append(commits, repo.MakeCommit(repo.MakeTree(entries...), fmt.Sprint("commit ", i), parents...))
			}
			head := commits[len(commits)-1]
			repo.UpdateRef("refs/heads/main", head)
			slow := &slowRemovals{repo: repo}
			want := slow.all(head)
			for _, line := range want {
				total++
				if len(slow.parents[strings.Fields(line)[0]]) > 1 {
					merged++
				}
			}
			for _, jobs := range []int{1, 3} {
				if diff := cmp.Diff(want, removals(t, repo.GitDir(), head, jobs)); diff != "" {
					t.Fatalf("removals (-slow +graph):\n%s", diff)
				}
			}
		})
	}
	if total < 100 || merged < 10 {
		t.Errorf("only %d removals were compared, %d of them by merges", total, merged)
	}
}

// TestRemovalsWithMissingTrees: a commit whose tree is not there removes nothing. What went in it goes in the next one.
func TestRemovalsWithMissingTrees(t *testing.T) {
	repo := gittest.New(t)
	blob := repo.Blob("text")
	with := func(i int) string {
		return repo.MakeTree(gittest.TreeEntry{Mode: "100644", Name: "a", ID: blob}, gittest.TreeEntry{Mode: "100644", Name: "b", ID: repo.Blob(fmt.Sprint(i))})
	}
	without := func(i int) string {
		return repo.MakeTree(gittest.TreeEntry{Mode: "100644", Name: "b", ID: repo.Blob(fmt.Sprint(i))})
	}
	trees := []string{with(0), with(1), with(2), without(3), without(4), without(5)}
	var commits []string
	for i, tree := range trees {
		commits = append(commits, repo.MakeCommit(tree, fmt.Sprint("commit ", i), commits[max(0, i-1):i]...))
	}
	repo.UpdateRef("refs/heads/main", commits[5])
	for name, test := range map[string]struct {
		missing []int
		want    int
	}{"none": {nil, 3}, "between": {[]int{1}, 3}, "the one that removed it": {[]int{3}, 4}, "two": {[]int{2, 3}, 4}, "the first": {[]int{0, 1}, 3}} {
		t.Run(name, func(t *testing.T) {
			damaged := repo.Copy()
			for _, i := range test.missing {
				damaged.RemoveObjects(trees[i])
			}
			var got []string
			for _, line := range removals(t, damaged.GitDir(), commits[5], 1) {
				if strings.Contains(line, `"a" `+blob) {
					got = append(got, strings.Fields(line)[0])
				}
			}
			if diff := cmp.Diff(commits[test.want:test.want+1], got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
