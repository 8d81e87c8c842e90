package pack

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/unleak/unleak/internal/gittest"
)

// TestAgainstGit compares walks, reads and built indexes of git's own packs with what
// git says is in them.
func TestAgainstGit(t *testing.T) {
	history := gittest.RandomHistory(t, gittest.HistoryOptions{Seed: 42, Commits: 30})
	variants := gittest.Variants(t, history.Repo)
	type object struct {
		Kind string
		Size int64
	}
	want := map[string]object{}
	for _, o := range history.Repo.Objects() {
		want[o.ID] = object{o.Kind, o.Size}
	}
	for _, name := range []string{"packed", "plain", "ref-delta", "no-idx", "idx-v1"} {
		t.Run(name, func(t *testing.T) {
			p, err := Open(gittest.Open(t, variants[name]).Packs()[0])
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			r := newRecorder(t, p).walk(newTestWalker(t))
			reader := NewReader(1 << 30)
			got := map[string]object{}
			for slot, content := range r.contents {
				position := p.Forest().Position(slot)
				id, kind := p.Index().ID(position).String(), r.kinds[slot].String()
				got[id] = object{kind, int64(len(content))}
				if gittest.ObjectID(kind, []byte(content)) != id {
					t.Errorf("the content of %s has another name", id)
				}
				if _, size, err := reader.Stat(p, position); err != nil || size != int64(len(content)) {
					t.Errorf("%s: Stat gives %d bytes, %v", id, size, err)
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("objects:\n%s", diff)
			}
			tiny := NewWalker(NewBudget(0))
			tiny.Limit = 1 << 30
			if diff := cmp.Diff(r.contents, newRecorder(t, p).walk(tiny).contents); diff != "" {
				t.Errorf("without a budget the contents differ:\n%s", diff)
			}
		})
	}
	for _, name := range []string{"packed", "ref-delta", "plain"} {
		t.Run("index of "+name, func(t *testing.T) { compareBuiltIndex(t, gittest.Open(t, variants[name]).Packs()[0]) })
	}
}

// compareBuiltIndex builds the index of a pack anew for several reasons and compares it with git's.
func compareBuiltIndex(t *testing.T, path string) {
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	index, err := os.ReadFile(strings.TrimSuffix(path, ".pack") + ".idx")
	if err != nil {
		t.Fatal(err)
	}
	want, err := ParseIndex(index)
	if err != nil {
		t.Fatal(err)
	}
	for kind, idx := range map[string][]byte{"missing": nil, "cut off": index[:len(index)/2], "flipped": flip(index, 2000), "empty": {}} {
		p := openFiles(t, data, idx)
		if diff := cmp.Diff(lines(want), lines(p.Index())); diff != "" || (p.IndexProblem == nil) != (idx == nil) {
			t.Errorf("index %s: %v\n%s", kind, p.IndexProblem, diff)
		}
	}
}

func TestMapping(t *testing.T) {
	path := t.TempDir() + "/file"
	content := []byte("some bytes to map")
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	mapped, err := openMapping(path)
	if err != nil || string(mapped.data) != string(content) {
		t.Fatalf("%q, %v", mapped.data, err)
	}
	if err := mapped.Close(); err != nil || mapped.data != nil {
		t.Error(err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if read, err := readFile(file, int64(len(content))); err != nil || string(read.data) != string(content) || read.Close() != nil {
		t.Errorf("read instead: %v", err)
	}
	if _, err := readFile(file, int64(len(content))+1); err == nil {
		t.Error("a file that has shrunk gives no error")
	}
	if _, err := openMapping(t.TempDir()); !errors.Is(err, errNotRegular) {
		t.Errorf("a folder: %v", err)
	}
	if err := os.Truncate(path, 0); err != nil {
		t.Fatal(err)
	}
	if empty, err := openMapping(path); err != nil || len(empty.data) != 0 || empty.Close() != nil {
		t.Errorf("an empty file: %v", err)
	}
}

// TestGuardFault: a file that shrinks while it is mapped makes reads fault, which is damage and no crash.
func TestGuardFault(t *testing.T) {
	m := &maker{}
	for n := range 200 {
		m.whole(text(n))
	}
	path := writeFiles(t, gittest.EncodePack(m.entries()), nil)
	p, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	f := p.Forest()
	if os.Truncate(path, 0) != nil {
		t.Skip("this system does not let a mapped file shrink")
	}
	r := newRecorder(t, p)
	for _, root := range f.Roots() {
		if err := newTestWalker(t).Tree(t.Context(), p, root, r); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := NewReader(100).Read(p, 0, nil); (err == nil) != (len(r.contents) > 0) {
		t.Errorf("%d visited, yet Read says %v", len(r.contents), err)
	}
	if len(r.contents)+len(r.failed) != 200 {
		t.Errorf("%d visited, %d failed", len(r.contents), len(r.failed))
	}
}
