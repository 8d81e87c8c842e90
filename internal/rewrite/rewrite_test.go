package rewrite_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gittest"
	"github.com/unleak/unleak/internal/redact"
	"github.com/unleak/unleak/internal/rewrite"
)

// edits are of each kind, on the paths and words of [gittest.RandomHistory].
var edits = []struct {
	name string
	drop func(path string, folder bool) bool
	text string
}{
	{name: "a base name", drop: func(path string, _ bool) bool { return filepath.Base(path) == "config.yml" }},
	{name: "a file", drop: func(path string, _ bool) bool { return path == "data/large.txt" }},
	{name: "a folder", drop: func(path string, folder bool) bool { return folder && path == "src/lib" }},
	{name: "everything but a folder", drop: func(path string, folder bool) bool {
		return !strings.HasPrefix(path, "src/") && path != "src"
	}},
	{name: "a text", text: "secret_santa\n"},
	{name: "a text that is nearly everywhere", text: "e==>3\n"},
	{name: "a path and a text", drop: func(path string, _ bool) bool { return strings.HasSuffix(path, ".go") }, text: "token==>t\n"},
}

// However a history is stored, each commit's files are afterwards those of before, edited; the
// new pack holds just what is reached; and git finds nothing wrong with it.
func TestRewrite(t *testing.T) {
	history := gittest.RandomHistory(t, gittest.HistoryOptions{Seed: 7, Commits: 40, Plain: true})
	before := listAll(t, history.Repo)
	variants := gittest.Variants(t, history.Repo)
	for i, edit := range edits {
		for j, variant := range slices.Sorted(func(yield func(string) bool) {
			for name := range variants {
				if !yield(name) {
					return
				}
			}
		}) {
			if (i+j)%2 == 1 && variant != "packed" { // every edit meets half of the variants
				continue
			}
			t.Run(edit.name+"/"+variant, func(t *testing.T) {
				e := rewrite.Edit{Drop: edit.drop}
				if edit.text != "" {
					rules, err := redact.ParseRules("rules", []byte(edit.text))
					if err != nil {
						t.Fatal(err)
					}
					e.Blobs = rules
				}
				after, ids := apply(t, variants[variant], e)
				checkFiles(t, before, after, ids, e)
				checkPack(t, after)
			})
		}
	}
}

// apply rewrites a repository into a new one that holds nothing but the new pack and the refs.
func apply(t *testing.T, path string, e rewrite.Edit) (after *gittest.Repo, ids map[string]string) {
	t.Helper()
	repository, err := gitstore.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer repository.Close()
	r, err := rewrite.New(t.Context(), repository, e, rewrite.Options{Jobs: 2})
	if err != nil {
		t.Fatal(err)
	}
	after = gittest.New(t, gittest.Bare())
	if _, err := r.WritePack(context.Background(), filepath.Join(after.GitDir(), "objects", "pack")); err != nil {
		t.Fatal(err)
	}
	changed := map[string]string{}
	for _, c := range r.Refs() {
		changed[c.Ref.Name] = c.New.String()
	}
	refs, _ := repository.Refs()
	for _, ref := range refs {
		id, ok := changed[ref.Name]
		if !ok {
			id = ref.Target.String()
		}
		if !ref.Pseudo && ref.Symbolic == "" && id != gittest.NullID && strings.HasPrefix(ref.Name, "refs/") {
			after.UpdateRef(ref.Name, id)
		}
	}
	ids = map[string]string{}
	for old, now := range r.CommitMap {
		ids[old.String()] = now.String()
	}
	return after, ids
}

// listing is what the commits of a repository hold.
type listing struct {
	commits map[string][]string // id to lines of ls-tree
	blobs   map[string][]byte
}

func listAll(t *testing.T, r *gittest.Repo) listing {
	t.Helper()
	l := listing{map[string][]string{}, map[string][]byte{}}
	for id := range strings.Lines(r.Git("rev-list", "--all")) {
		id = strings.TrimSpace(id)
		l.commits[id] = strings.FieldsFunc(r.Git("ls-tree", "-r", "-z", id), func(c rune) bool { return c == 0 })
	}
	for _, o := range r.Objects() {
		if o.Kind == "blob" {
			l.blobs[o.ID] = r.GitInput(nil, "cat-file", "blob", o.ID)
		}
	}
	return l
}

// checkFiles compares the files of every commit with those before, edited one by one.
func checkFiles(t *testing.T, before listing, after *gittest.Repo, ids map[string]string, e rewrite.Edit) {
	t.Helper()
	now := listAll(t, after)
	edited := map[string]string{}
	for id, lines := range before.commits {
		to, changed := ids[id]
		if !changed {
			to = id
		}
		if to == gittest.NullID {
			continue
		}
		var want []string
		for _, line := range lines {
			head, path, _ := strings.Cut(line, "\t")
			fields := strings.Fields(head)
			if drops(e, path, fields[0] == "160000") {
				continue
			}
			want = append(want, fields[0]+" "+fields[1]+" "+editedBlob(before, edited, e, fields[2])+"\t"+path)
		}
		got, ok := now.commits[to]
		if !ok {
			t.Errorf("commit %s became %s, which nothing reaches", id, to)
		} else if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("files of commit %s (-want, +got):\n%s", id, diff)
		}
	}
}

func drops(e rewrite.Edit, path string, _ bool) bool {
	if e.Drop == nil {
		return false
	}
	for i, c := range path {
		if c == '/' && e.Drop(path[:i], true) {
			return true
		}
	}
	return e.Drop(path, false)
}

// editedBlob is the id of a blob after the rules went over it by themselves.
func editedBlob(before listing, known map[string]string, e rewrite.Edit, id string) string {
	content, ok := before.blobs[id]
	if !ok || e.Blobs == nil {
		return id
	}
	if _, done := known[id]; !done {
		edit := e.Blobs.Edit(content)
		known[id] = id
		if !edit.Binary {
			var now []byte
			at := 0
			for _, s := range edit.Splices {
				now = append(append(now, content[at:s.Offset]...), s.With...)
				at = s.Offset + s.Length
			}
			known[id] = gittest.ObjectID("blob", append(now, content[at:]...))
		}
	}
	return known[id]
}

// checkPack asks git whether the pack is sound and holds what refs reach, and nothing else.
func checkPack(t *testing.T, r *gittest.Repo) {
	t.Helper()
	r.Git("fsck", "--full", "--strict", "--no-progress")
	reached := map[string]bool{emptyTree: true}
	for line := range strings.Lines(r.Git("rev-list", "--objects", "--all", "--no-object-names")) {
		reached[strings.TrimSpace(line)] = true
	}
	for _, o := range r.Objects() {
		if !reached[o.ID] {
			t.Errorf("%s %s is in the pack, and nothing reaches it", o.Kind, o.ID)
		}
	}
}

const emptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"

// Notes stand under the new names of their commits, at any depth of folders, through their whole history
// (case 30).
func TestNotesFollow(t *testing.T) {
	r := gittest.New(t)
	r.CommitFile("keep", "1", "first")
	r.CommitFile(".env", "x", "second")
	second := r.Git("rev-parse", "HEAD")
	r.CommitFile("keep", "2", "third")
	third := r.Git("rev-parse", "HEAD")
	r.Git("notes", "add", "-m", "of the first", "HEAD~2")
	r.Git("notes", "add", "-m", "of the third", third)
	r.Git("notes", "--ref", "deep", "add", "-m", "deep", third)
	// As git spreads many notes over folders.
	blob := r.Git("notes", "--ref", "deep", "list", third)
	tree := string(bytes.TrimSpace(r.GitInput([]byte(fmt.Sprintf("100644 blob %s\t%s\n", blob, third[2:])), "mktree")))
	tree = string(bytes.TrimSpace(r.GitInput([]byte(fmt.Sprintf("040000 tree %s\t%s\n", tree, third[:2])), "mktree")))
	r.UpdateRef("refs/notes/deep", r.Git("commit-tree", "-m", "fan out", "-p", "refs/notes/deep", tree))
	first := r.Git("rev-parse", "HEAD~2")

	after, ids := apply(t, r.Dir, rewrite.Edit{Drop: func(path string, _ bool) bool { return path == ".env" }})
	if ids[second] != gittest.NullID || ids[third] == "" {
		t.Fatalf("commits became %v", ids)
	}
	for _, want := range []struct{ ref, commit, text string }{
		{"commits", first, "of the first"}, {"commits", ids[third], "of the third"}, {"deep", ids[third], "deep"},
	} {
		if got := after.Git("notes", "--ref", want.ref, "show", want.commit); got != want.text {
			t.Errorf("note of %s in %s: %q, want %q", want.commit, want.ref, got, want.text)
		}
	}
	if got := after.Git("ls-tree", "-r", "--name-only", "refs/notes/deep"); got != ids[third][:2]+"/"+ids[third][2:] {
		t.Errorf("the note lies at %s", got)
	}
	if got := after.Git("ls-tree", "-r", "--name-only", "refs/notes/deep~1"); got != ids[third] {
		t.Errorf("before, the note lay at %s", got)
	}
	checkPack(t, after)
}

// A history that lacks something is not rewritten.
func TestIncompleteHistory(t *testing.T) {
	r := gittest.New(t)
	blob := r.Git("rev-parse", r.CommitFile("keep", "1", "first")+":keep")
	r.CommitFile(".env", "x", "second")
	if err := os.Remove(filepath.Join(r.GitDir(), "objects", blob[:2], blob[2:])); err != nil {
		t.Fatal(err)
	}
	repository, err := gitstore.Open(r.Dir)
	if err != nil {
		t.Fatal(err)
	}
	defer repository.Close()
	_, err = rewrite.New(t.Context(), repository, rewrite.Edit{Drop: func(path string, _ bool) bool { return path == ".env" }}, rewrite.Options{})
	if err == nil || !strings.Contains(err.Error(), blob) {
		t.Errorf("error is %v, want one that names %s", err, blob)
	}
}
