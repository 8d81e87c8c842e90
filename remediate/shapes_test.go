package remediate_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unleak/unleak/internal/gittest"
)

// shape is a history by its outline, a line each commit:
//
//	name < parent parent: path=content path@mode=content
//
// with the whole tree of the commit, and a line each ref that is not a commit's own:
//
//	refs/heads/topic = name
//
// A commit that is no other's parent and has no such line gets a branch of its name.
// Modes are of git; without one a file is plain. The content of a submodule (160000) is a number.
type shape string

// build writes the history into a new bare repository, whose HEAD is the first ref.
func (s shape) build(t testing.TB) *gittest.Repo {
	t.Helper()
	w := newShapeWriter()
	w.add(t, "", s)
	return w.repository(t)
}

// shapeWriter gathers shapes for one repository, so that hundreds cost one rewrite.
type shapeWriter struct {
	stream  gittest.Stream
	blobs   map[string]gittest.Mark
	refs    map[string]gittest.Mark
	order   []string // refs as they came
	commits int
}

func newShapeWriter() *shapeWriter {
	return &shapeWriter{
		blobs: map[string]gittest.Mark{},
		refs:  map[string]gittest.Mark{},
	}
}

// add adds a shape; its branches are below refs/heads/prefix.
func (w *shapeWriter) add(t testing.TB, prefix string, s shape) {
	t.Helper()
	marks := map[string]gittest.Mark{}
	var names []string
	refs := map[string]string{}
	led := map[string]bool{} // has a child or a ref
	for line := range strings.Lines(string(s)) {
		line = strings.TrimSpace(line)
		if ref, name, ok := strings.Cut(line, " = "); ok {
			refs[ref] = name
			led[name] = true
			continue
		}
		head, files, ok := strings.Cut(line, ":")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if !ok {
			t.Fatalf("a shape has the line %q", line)
		}
		name, parents, _ := strings.Cut(head, "<")
		name = strings.TrimSpace(name)
		marks[name] = w.commit(t, prefix+name, marks, strings.Fields(parents), strings.Fields(files))
		for _, parent := range strings.Fields(parents) {
			led[parent] = true
		}
		names = append(names, name)
	}
	for _, name := range names {
		if !led[name] {
			w.ref("refs/heads/"+prefix+name, marks[name])
		}
	}
	for ref, name := range sorted(refs) {
		kind, rest, _ := strings.Cut(strings.TrimPrefix(ref, "refs/"), "/")
		w.ref("refs/"+kind+"/"+prefix+rest, marks[name])
	}
}

func (w *shapeWriter) ref(name string, mark gittest.Mark) {
	w.refs[name] = mark
	w.order = append(w.order, name)
}

func (w *shapeWriter) commit(t testing.TB, message string, marks map[string]gittest.Mark, parents, files []string) gittest.Mark {
	t.Helper()
	w.commits++
	c := gittest.StreamCommit{
		Ref: "refs/shape/" + fmt.Sprint(w.commits), Message: message + "\n",
		Date:  gittest.Epoch.Add(time.Duration(w.commits) * time.Minute),
		Files: map[string]gittest.StreamFile{},
	}
	for _, parent := range parents {
		mark, ok := marks[parent]
		if !ok {
			t.Fatalf("a shape has the parent %q before it is a commit", parent)
		}
		c.Parents = append(c.Parents, mark)
	}
	for _, file := range files {
		place, content, ok := strings.Cut(file, "=")
		if !ok {
			t.Fatalf("a shape has the file %q without content", file)
		}
		path, mode, ok := strings.Cut(place, "@")
		if !ok {
			mode = "100644"
		}
		if mode == "160000" {
			c.Files[path] = gittest.StreamFile{Mode: mode, ID: fmt.Sprintf("%040s", content)}
			continue
		}
		if mode != "120000" {
			content += "\n"
		}
		if _, ok := w.blobs[content]; !ok {
			w.blobs[content] = w.stream.Blob([]byte(content))
		}
		c.Files[path] = gittest.StreamFile{Mode: mode, Blob: w.blobs[content]}
	}
	return w.stream.Commit(c)
}

// repository imports everything that was added.
func (w *shapeWriter) repository(t testing.TB) *gittest.Repo {
	t.Helper()
	repo := gittest.New(t, gittest.Bare())
	ids := repo.Import(&w.stream)
	var updates strings.Builder
	for n := range w.commits {
		fmt.Fprintf(&updates, "delete refs/shape/%d\n", n+1)
	}
	for _, ref := range w.order {
		fmt.Fprintf(&updates, "create %s %s\n", ref, ids[w.refs[ref]])
	}
	repo.GitInput([]byte(updates.String()), "update-ref", "--stdin")
	repo.Git("pack-refs", "--all")
	repo.Git("symbolic-ref", "HEAD", w.order[0])
	return repo
}

// randomShape makes up a small graph of commits that change a file to keep, one to
// remove, both or nothing: what becomes empty or degenerate, in every constellation.
func randomShape(random *rand.Rand) shape {
	var s strings.Builder
	size := 3 + random.IntN(8)
	trees := make([][2]int, size) // versions of the kept and of the removed file; 0: not there
	for n := range size {
		parents := randomParents(random, n)
		tree := [2]int{random.IntN(2), random.IntN(3)}
		if len(parents) > 0 {
			tree = trees[parents[random.IntN(len(parents))]]
			switch random.IntN(6) {
			case 0, 1:
				tree[1] = random.IntN(3)
			case 2:
				tree[0] = random.IntN(4)
			case 3:
				tree = [2]int{random.IntN(3), random.IntN(3)}
			}
		}
		trees[n] = tree
		fmt.Fprintf(&s, "c%d", n)
		if len(parents) > 0 {
			s.WriteString(" <")
		}
		for _, parent := range parents {
			fmt.Fprintf(&s, " c%d", parent)
		}
		s.WriteString(":")
		for i, name := range []string{"keep", ".env"} {
			if tree[i] > 0 {
				fmt.Fprintf(&s, " %s=%d", name, tree[i])
			}
		}
		s.WriteString("\n")
	}
	for n := range size {
		if random.IntN(size) == 0 {
			fmt.Fprintf(&s, "refs/heads/at-c%d = c%d\n", n, n)
		}
	}
	return shape(s.String())
}

// randomParents picks distinct commits before n: mostly one, often two, at times three or none.
func randomParents(random *rand.Rand, n int) []int {
	count := []int{0, 1, 1, 1, 1, 2, 2, 2, 3}[random.IntN(9)]
	if n > 0 {
		count = max(count, random.IntN(8)/2%2)
	}
	var parents []int
	for range min(count, n) {
		parent := n - 1 - random.IntN(min(n, 4))
		if !slices.Contains(parents, parent) {
			parents = append(parents, parent)
		}
	}
	return parents
}
