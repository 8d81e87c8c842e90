package gitstore

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/gittest"
)

// graphRepo has merges of two and of four parents.
func graphRepo(t testing.TB) *gittest.Repo {
	repo := gittest.New(t)
	var stream gittest.Stream
	var marks []gittest.Mark
	for i := range 30 {
		var parents []gittest.Mark
		for back := 1; back <= []int{1, 2, 4, 1, 1}[i%5] && back <= i; back++ {
			parents = append(parents, marks[i-back])
		}
		marks = append(marks, stream.Commit(gittest.StreamCommit{
			Ref: "refs/heads/main", Date: gittest.Epoch.Add(time.Duration(i) * time.Hour), Message: fmt.Sprint(i), Parents: parents,
		}))
	}
	repo.Import(&stream)
	return repo
}

func openGraph(t *testing.T, dir string) *CommitGraph {
	t.Helper()
	repository, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	graph := repository.CommitGraph()
	t.Cleanup(func() { graph.Close(); repository.Close() })
	return graph
}

// asGitSays counts the commits that a graph knows, all of which must be as git lists them.
func asGitSays(t *testing.T, repo *gittest.Repo, graph *CommitGraph) (known int) {
	t.Helper()
	for line := range strings.Lines(repo.Git("rev-list", "--all", "--parents", "--timestamp")) {
		fields := strings.Fields(line)
		parents, when, ok := graph.Commit(parseID(t, fields[1]))
		if !ok {
			continue
		}
		known++
		said := []string{strconv.FormatInt(when.Unix(), 10), fields[1]}
		for _, id := range parents {
			said = append(said, id.String())
		}
		if got := strings.Join(said, " "); got != strings.Join(fields, " ") {
			t.Errorf("graph: %s\ngit:   %s", got, line)
		}
	}
	return known
}

func TestCommitGraphIsWhatGitSays(t *testing.T) {
	repo := graphRepo(t)
	if graph := openGraph(t, repo.Dir); graph != nil {
		t.Error("there is a graph without a file")
	}
	repo.Git("commit-graph", "write", "--reachable")
	if known := asGitSays(t, repo, openGraph(t, repo.Dir)); known != 30 {
		t.Errorf("knows %d commits", known)
	}
	borrower := filepath.Join(t.TempDir(), "borrower")
	repo.Git("clone", "-q", "--bare", "--shared", repo.Dir, borrower)
	if known := asGitSays(t, repo, openGraph(t, borrower)); known != 30 {
		t.Errorf("knows %d commits of the repository it borrows from", known)
	}
	if _, _, ok := openGraph(t, repo.Dir).Commit(pack.ID{1}); ok {
		t.Error("knows a commit that does not exist")
	}
	write(t, filepath.Join(repo.Dir, ".git", "shallow"), repo.ID("main~5")+"\n")
	if graph := openGraph(t, repo.Dir); graph != nil {
		t.Error("a shallow repository has a graph")
	}
}

func TestCommitGraphChain(t *testing.T) {
	repo := graphRepo(t)
	for _, tip := range []string{"main~20", "main~10", "main"} {
		repo.GitInput([]byte(repo.ID(tip)+"\n"), "commit-graph", "write", "--split=no-merge", "--stdin-commits")
	}
	graph := openGraph(t, repo.Dir)
	if known := asGitSays(t, repo, graph); known != 30 || len(graph.layers) != 3 {
		t.Errorf("knows %d commits in %d files", known, len(graph.layers))
	}
	folder := filepath.Join(repo.Dir, ".git", "objects", "info", "commit-graphs")
	chain := filepath.Join(folder, "commit-graph-chain")
	names := strings.Fields(read(t, chain))
	os.Remove(chain)
	for name, content := range map[string]string{
		"empty": "", "one is missing": strings.Join(names, "\n") + "\n" + gittest.NullID,
		"another order": names[1] + "\n" + names[0] + "\n" + names[2], "no names": "../../x\n", "one left out": names[0] + "\n" + names[2],
		"again": strings.Repeat(names[0]+"\n", 5000),
	} {
		write(t, chain, content)
		if graph := openGraph(t, repo.Dir); graph != nil {
			t.Errorf("%s: gives a graph", name)
		}
	}
}

// A damaged file gives no graph, or one that says nothing of some commits; or something else of them,
// which is why nobody relies on it.
func TestCommitGraphDamaged(t *testing.T) {
	repo := graphRepo(t)
	repo.Git("commit-graph", "write", "--reachable")
	file := filepath.Join(repo.Dir, ".git", "objects", "info", "commit-graph")
	good := []byte(read(t, file))
	for at := 0; at < len(good); at++ {
		bad := bytes.Clone(good)
		bad[at] ^= 0x81
		lookUpAll(bad, good)
		lookUpAll(good[:at], good)
	}
	for name, edit := range map[string]func(b []byte){
		"magic": func(b []byte) { b[0] = 'X' }, "version": func(b []byte) { b[4] = 2 }, "hash": func(b []byte) { b[5] = 2 },
		"chunks": func(b []byte) { b[6] = 200 }, "files below": func(b []byte) { b[7] = 1 },
		"offset": func(b []byte) { b[12] = 0x80 }, "fan-out": func(b []byte) { copy(b[bytes.Index(b, []byte("\x00\x00\x00\x1e")):], "\xff") },
	} {
		bad := bytes.Clone(good)
		edit(bad)
		if _, err := parseGraphLayer(bad, nil, 0); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// lookUpAll looks every commit of a sound file up in another.
func lookUpAll(data, sound []byte) {
	whole, err := parseGraphLayer(sound, nil, 0)
	if err != nil {
		return
	}
	layer, err := parseGraphLayer(data, nil, 0)
	if err != nil {
		return
	}
	graph := &CommitGraph{layers: []*graphLayer{layer}}
	for i := range whole.count {
		graph.Commit(whole.id(i))
	}
}

func FuzzCommitGraph(f *testing.F) {
	var commits []gittest.GraphCommit
	for i := range 6 {
		c := gittest.GraphCommit{ID: fmt.Sprintf("%040x", i), Date: int64(i)}
		for _, parent := range commits {
			c.Parents = append(c.Parents, parent.ID)
		}
		commits = append(commits, c)
	}
	f.Add(gittest.EncodeCommitGraph(commits))
	f.Fuzz(func(t *testing.T, data []byte) {
		layer, err := parseGraphLayer(data, nil, 0)
		if err != nil {
			return
		}
		graph := &CommitGraph{layers: []*graphLayer{layer}}
		for i := range min(layer.count, 100) {
			if positions, _, ok := layer.commit(i); ok {
				graph.ids(positions, layer)
			}
			layer.find(layer.id(i))
		}
	})
}
