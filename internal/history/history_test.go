package history_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/gittest"
	"github.com/unleak/unleak/internal/history"
)

// recorder is the visitor of a walk that only builds the graph.
type recorder struct {
	t *testing.T
	*history.Recorder
}

func (r recorder) Visit(o *gitstore.Object) {
	switch o.Kind {
	case pack.Commit:
		c, err := gitstore.ParseCommit(o.Content)
		if err != nil {
			r.t.Error(err)
		}
		r.Commit(o.Index, c)
	case pack.Tag:
		tag, err := gitstore.ParseTag(o.Content)
		if err != nil {
			r.t.Error(err)
		}
		r.Tag(o.Index, tag)
	case pack.Tree:
		if err := r.Tree(o); err != nil {
			r.t.Error(err)
		}
	}
}

func (r recorder) Failed(index uint32, _ int64, err error) { r.t.Errorf("object %d: %v", index, err) }

// load builds the graph of the repository at dir.
func load(t *testing.T, dir string, jobs int) (*gitstore.Table, *history.Graph) {
	t.Helper()
	repository, err := gitstore.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { repository.Close() })
	table := repository.Table()
	graph := history.New(table)
	var recorders []*history.Recorder
	options := gitstore.WalkOptions{
		Kinds: []pack.Kind{pack.Commit, pack.Tag, pack.Tree}, Jobs: jobs, Limit: 1 << 30, Budget: pack.NewBudget(1 << 30),
	}
	err = table.Walk(context.Background(), options, func() gitstore.Visitor {
		recorders = append(recorders, graph.Recorder())
		return recorder{t, recorders[len(recorders)-1]}
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range recorders {
		graph.Merge(r)
	}
	return table, graph
}

// files are the paths of a commit, with what git ls-tree says of each.
type files map[string]string

// listing returns what git lists for a commit: every file and folder.
func listing(r *gittest.Repo, commit string) files {
	found := files{}
	for line := range strings.SplitSeq(r.Git("ls-tree", "-r", "-t", "-z", commit), "\x00") {
		if meta, path, ok := strings.Cut(line, "\t"); ok {
			fields := strings.Fields(meta)
			found[path] = fields[0][:2] + " " + fields[2] // type bits and id
		}
	}
	return found
}

// TestIntroductions compares paths and introductions with git, for one history in every way to
// store it: they may not depend on which base a tree happens to have.
func TestIntroductions(t *testing.T) {
	made := gittest.RandomHistory(t, gittest.HistoryOptions{Seed: 7, Commits: 60})
	repo := made.Repo
	wantPaths, wantPlaces := map[string]bool{}, map[string]bool{}
	lists := map[string]files{}
	list := func(commit string) files {
		if _, ok := lists[commit]; !ok {
			lists[commit] = listing(repo, commit)
		}
		return lists[commit]
	}
	for line := range strings.SplitSeq(strings.TrimSpace(repo.Git("rev-list", "--all", "--parents")), "\n") {
		ids := strings.Fields(line)
		for path, what := range list(ids[0]) {
			wantPaths[path] = true
			is := func(commit string) bool { return list(commit)[path] == what }
			if !slices.ContainsFunc(ids[1:], is) && !strings.HasPrefix(what, "04") && !strings.HasPrefix(what, "16") {
				fresh := !slices.ContainsFunc(ids[1:], func(commit string) bool { _, ok := list(commit)[path]; return ok })
				wantPlaces[fmt.Sprintf("%s %q %s new=%v", ids[0], path, what[3:], fresh)] = true
			}
		}
	}
	for name, dir := range gittest.Variants(t, repo) {
		t.Run(name, func(t *testing.T) {
			table, graph := load(t, dir, 2)
			paths, err := graph.Paths(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			gotPaths := map[string]bool{}
			for p := history.Root + 1; int(p) < paths.Len(); p++ {
				gotPaths[paths.String(p)] = true
			}
			for path := range wantPaths {
				if !gotPaths[path] {
					t.Errorf("path %q is missing", path)
				}
			}
			marks := history.Marks{Blobs: map[uint32]bool{}, Paths: map[history.Path]bool{}}
			for i := range uint32(table.Len()) {
				if table.Kind(i) == pack.Blob {
					marks.Blobs[i] = true
				}
			}
			trace, err := graph.Trace(context.Background(), paths, marks)
			if err != nil {
				t.Fatal(err)
			}
			reachable := map[string]bool{}
			for id := range strings.SplitSeq(strings.TrimSpace(repo.Git("rev-list", "--all")), "\n") {
				reachable[id] = true
			}
			gotPlaces := map[string]bool{}
			trace.Introductions(2, func(p history.Place) {
				if commit := graph.ID(p.Commit).String(); reachable[commit] {
					gotPlaces[fmt.Sprintf("%s %q %s new=%v", commit, paths.String(p.Path), graph.ID(p.Object), p.NewPath)] = true
				}
			})
			if diff := cmp.Diff(sorted(wantPlaces), sorted(gotPlaces)); diff != "" {
				t.Errorf("introductions (-git +graph):\n%s", diff)
			}
		})
	}
}

func sorted(set map[string]bool) []string { return slices.Sorted(maps.Keys(set)) }

// TestReach compares with git for-each-ref --contains.
func TestReach(t *testing.T) {
	made := gittest.RandomHistory(t, gittest.HistoryOptions{Seed: 11, Commits: 80})
	repo := made.Repo
	_, graph := load(t, repo.GitDir(), 1)
	var tips []history.Tip
	for line := range strings.SplitSeq(strings.TrimSpace(repo.Git("for-each-ref", "--format=%(refname) %(objectname) %(*objectname)")), "\n") {
		fields := strings.Fields(line)
		id, err := pack.ParseID(fields[len(fields)-1])
		if err != nil {
			t.Fatal(err)
		}
		if object, ok := graph.Lookup(id); ok && graph.IsCommit(object) {
			tips = append(tips, history.Tip{Name: fields[0], Commits: []uint32{object}})
		}
	}
	interest := map[uint32]bool{}
	commits := strings.Fields(repo.Git("rev-list", "--all"))
	for _, hex := range commits {
		id, _ := pack.ParseID(hex)
		object, _ := graph.Lookup(id)
		interest[object] = true
	}
	contains := map[string]map[string]bool{}
	for _, hex := range commits {
		contains[hex] = map[string]bool{}
		for _, name := range strings.Fields(repo.Git("for-each-ref", "--contains", hex, "--format=%(refname)")) {
			contains[hex][name] = true
		}
	}
	// More tips and more commits than a batch holds, so that the seam between batches is crossed.
	for name, count := range map[string]int{"down from the tips": batch + 6, "up from the commits": len(commits) + 1} {
		t.Run(name, func(t *testing.T) {
			if len(commits) < batch+6 {
				t.Fatalf("only %d commits", len(commits))
			}
			var some []history.Tip
			for i := range count {
				some = append(some, tips[i%len(tips)])
			}
			reach := graph.Reach(some, interest)
			for _, hex := range commits {
				id, _ := pack.ParseID(hex)
				object, _ := graph.Lookup(id)
				for i, tip := range some {
					reached := slices.Contains(reach.Of(object), int32(i))
					if want := contains[hex][tip.Name]; reached != want {
						t.Errorf("%s: reached from tip %d, %s, is %v, git says %v", hex, i, tip.Name, reached, want)
					}
				}
			}
		})
	}
}

// batch is how many tips or commits are followed at once.
const batch = 64
