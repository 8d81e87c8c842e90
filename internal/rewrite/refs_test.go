package rewrite_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/gittest"
)

// Refs of every sort follow their commits, symbolic ones stay (cases 13, 14, 26 and 27).
func TestRefs(t *testing.T) {
	r := gittest.New(t)
	first := r.CommitFile("keep", "1", "first")
	r.Write(".env", "a=1\n")
	second := r.CommitFile("keep", "2", "second")
	pruned := r.CommitFile(".env", "a=2\n", "only the file that goes")
	for _, name := range []string{"refs/remotes/origin/main", "refs/pull/1/head", "refs/custom/deep/er", "refs/heads/loose"} {
		r.UpdateRef(name, second)
	}
	r.UpdateRef("refs/heads/early", first)
	r.Git("pack-refs", "--all")
	r.UpdateRef("refs/heads/loose", pruned) // over a packed one
	r.Git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
	r.Git("checkout", "-q", "--orphan", "lost")
	r.Git("rm", "-rfq", ".")
	lost := r.CommitFile(".env", "a=3\n", "nothing else")
	r.Git("checkout", "-q", "--detach", second)
	other := filepath.Join(t.TempDir(), "other")
	r.Git("worktree", "add", "-q", "--detach", other, pruned)
	gittest.Open(t, other).Git("bisect", "start")
	gittest.Open(t, other).Git("update-ref", "refs/bisect/bad", second)

	after := rewritten(t, r, dropping(t, ".env"))
	now := after.now(second)
	if now == second || now == "" {
		t.Fatalf("%s became %q", second, now)
	}
	after.wantNow("pruned", pruned, now)
	got := map[string]string{}
	for _, c := range after.Refs() {
		got[c.Ref.Worktree+":"+c.Ref.Name] = strings.ReplaceAll(c.New.String(), gittest.NullID, "")
	}
	want := map[string]string{
		":HEAD": now, ":refs/heads/main": now, ":refs/heads/loose": now, ":refs/heads/lost": "", ":refs/remotes/origin/main": now,
		":refs/pull/1/head": now, ":refs/custom/deep/er": now, "other:HEAD": now, "other:refs/bisect/bad": now,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("refs that change (-want, +got):\n%s", diff)
	}
	commits := map[string]string{}
	for old, id := range after.CommitMap {
		commits[old.String()] = id.String()
	}
	if diff := cmp.Diff(map[string]string{second: now, pruned: gittest.NullID, lost: gittest.NullID}, commits); diff != "" {
		t.Errorf("commits (-want, +got):\n%s", diff)
	}
}

// Every entry of the stash stays one that git can apply, with the files that were not tracked (case 26).
func TestStash(t *testing.T) {
	for _, test := range []struct {
		name string
		base func(*gittest.Repo)
	}{
		{"on a commit that changes", func(r *gittest.Repo) { r.Write(".env", "a=1\n"); r.CommitFile("keep", "1\n", "first") }},
		{"on one that is pruned", func(r *gittest.Repo) {
			r.CommitFile("keep", "1\n", "first")
			r.CommitFile(".env", "a=1\n", "second")
		}},
		{"on a root that is pruned", func(r *gittest.Repo) { r.CommitFile(".env", "a=1\n", "first") }},
		{"on one that stays", func(r *gittest.Repo) { r.CommitFile("keep", "1\n", "first") }},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := gittest.New(t)
			test.base(r)
			var entries []string
			for i := range 3 {
				r.Write("staged", fmt.Sprintf("staged %d\n", i))
				r.Git("add", "staged")
				r.Write(".env", fmt.Sprintf("b=%d\n", i))
				if i == 1 {
					r.Write("untracked", "new\n")
				}
				r.Write("folder/.env", "c=1\n")
				entries = append(entries, r.Stash(fmt.Sprint("entry ", i)))
			}
			r.CommitFile("later", "1\n", "later")
			after := rewritten(t, r, dropping(t, ".env"))
			if test.name == "on one that stays" && after.now(r.ID("HEAD")) != r.ID("HEAD") {
				t.Error("a branch without the file changed")
			}
			for i, entry := range entries {
				now := after.now(entry)
				tree := t.TempDir()
				after.after.Git("worktree", "add", "-q", "--detach", tree, now)
				w := gittest.Open(t, tree)
				w.Git("checkout", "-q", "--detach", now+"^1")
				if got, want := len(strings.Fields(w.Git("rev-parse", now+"^@"))), len(strings.Fields(r.Git("rev-parse", entry+"^@"))); got != want {
					t.Errorf("entry %d has %d parents, want %d", i, got, want)
				}
				if out, err := w.TryGit("stash", "apply", "--index", now); err != nil {
					t.Fatalf("entry %d cannot be applied: %v\n%s", i, err, out)
				}
				want := []string{"A  staged"}
				if i == 1 {
					want = append(want, "?? untracked")
				}
				if got := strings.Split(w.Git("status", "--short"), "\n"); !slices.Equal(got, want) {
					t.Errorf("entry %d gives %q, want %q", i, got, want)
				}
				if got := w.Git("show", ":staged"); got != fmt.Sprint("staged ", i) {
					t.Errorf("entry %d has %q staged", i, got)
				}
			}
		})
	}
}

// A replacement goes on standing for the same commit, or goes with it.
func TestReplacements(t *testing.T) {
	r := gittest.New(t)
	first := r.CommitFile("keep", "1", "first")
	r.Write(".env", "a=1\n")
	second := r.CommitFile("keep", "2", "second")
	pruned := r.CommitFile(".env", "a=2\n", "pruned")
	last := r.CommitFile("keep", "3", "last")
	instead := func(of, message string) string {
		id := r.MakeCommit(r.ID(of+"^{tree}"), message, r.ID(of+"^1"))
		r.UpdateRef("refs/replace/"+of, id)
		return id
	}
	second2, pruned2 := instead(second, "another second"), r.MakeCommit(r.ID(last+"^{tree}"), "another change", second)
	r.UpdateRef("refs/replace/"+pruned, pruned2)
	blob := r.Blob("only a replacement\n")
	r.UpdateRef("refs/replace/"+r.ID(first+":keep"), blob)
	unknown := "refs/replace/" + strings.Repeat("3c", 20)
	r.UpdateRef(unknown, first)

	after := rewritten(t, r, dropping(t, ".env"))
	got := after.after.Git("for-each-ref", "--format=%(refname) %(objectname)", "refs/replace/")
	want := []string{
		"refs/replace/" + after.now(second) + " " + after.now(second2),
		"refs/replace/" + r.ID(first+":keep") + " " + blob,
		unknown + " " + first,
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, strings.Split(got, "\n")); diff != "" {
		t.Errorf("replacements (-want, +got):\n%s", diff)
	}
	if got := after.after.Git("log", "--format=%s", after.now(last)); got != "last\nanother second\nfirst" {
		t.Errorf("git sees\n%s", got)
	}
}

// Notes that change in themselves follow too, and share what others hold of theirs (cases 30 and 33).
func TestNotesThatChange(t *testing.T) {
	r := gittest.New(t)
	r.Write(".env", "a=1\n")
	commit := r.CommitFile("keep", "1", "first")
	r.Note(commit, "holds "+word)
	r.UpdateRef("refs/tags/notes-tree", r.ID("refs/notes/commits^{tree}"))
	r.UpdateRef("refs/tags/notes-commit", r.ID("refs/notes/commits"))
	tag := r.Tag("of-notes", "refs/notes/commits", "of notes\n")
	r.Note(commit, "another "+word)
	deep := r.MakeTree(entry("40000", commit[:2], r.MakeTree(entry("100644", commit[2:], r.Blob("deep "+word+"\n")))))
	r.UpdateRef("refs/notes/deep", r.MakeCommit(deep, "deep\n"))

	after := rewritten(t, r, everywhere(t, "a=1==>a=0\n"+word))
	now := after.now(commit)
	for ref, want := range map[string]string{"refs/notes/commits": "another ***REMOVED***", "refs/notes/deep": "deep ***REMOVED***",
		"refs/tags/notes-commit": "holds ***REMOVED***"} {
		path := now
		if strings.HasSuffix(ref, "deep") {
			path = now[:2] + "/" + now[2:]
		}
		if got := after.after.Git("show", ref+":"+path); got != want {
			t.Errorf("%s is %q, want %q", ref, got, want)
		}
	}
	if got := after.after.Git("ls-tree", "--name-only", "refs/tags/notes-tree"); got != commit {
		t.Errorf("a tree by itself names %s, want %s", got, commit)
	}
	if got := after.after.ID(after.now(tag) + "^{commit}"); got != after.after.ID("refs/tags/notes-commit") {
		t.Errorf("the tag of notes leads to %s", got)
	}
	if s := after.Summary(); s.Changed != 4 || s.Tags != 1 || s.Edited != 4 {
		t.Errorf("summary is %+v, want 4 commits, 1 tag, 4 blobs", s)
	}
}
