package rewrite_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/gittest"
	"github.com/unleak/unleak/internal/pathspec"
	"github.com/unleak/unleak/internal/redact"
	"github.com/unleak/unleak/internal/rewrite"
)

// word is what rules take out in tests.
const word = "cantaloupe"

// result is what became of a repository, and the new history alone in another one.
type result struct {
	*rewrite.Rewrite
	t             testing.TB
	before, after *gittest.Repo
	edit          rewrite.Edit
}

// plan makes a rewrite, which is not written yet.
func plan(t testing.TB, path string, e rewrite.Edit) *rewrite.Rewrite {
	t.Helper()
	r, err := tryPlan(t, path, e)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func tryPlan(t testing.TB, path string, e rewrite.Edit) (*rewrite.Rewrite, error) {
	t.Helper()
	repository, err := gitstore.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { repository.Close() })
	return rewrite.New(t.Context(), repository, e, rewrite.Options{Jobs: 2})
}

// rewritten rewrites a repository. The new one has the new pack and refs, and must hold all that refs, stash entries,
// indexes and detached HEADs reach, and nothing else; git must like it no less than before.
func rewritten(t testing.TB, before *gittest.Repo, e rewrite.Edit) *result {
	t.Helper()
	r := &result{plan(t, before.Dir, e), t, before, gittest.New(t, gittest.Bare()), e}
	if _, err := r.WritePack(t.Context(), filepath.Join(r.after.GitDir(), "objects", "pack")); err != nil {
		t.Fatal(err)
	}
	r.setRefs()
	r.check()
	return r
}

// setRefs gives the new repository the refs that all work trees share.
func (r *result) setRefs() {
	r.t.Helper()
	refs := map[string]string{}
	for line := range strings.Lines(r.before.Git("for-each-ref", "--format=%(refname) %(objectname) %(symref)")) {
		if fields := strings.Fields(line); len(fields) == 2 {
			refs[fields[0]] = fields[1]
		}
	}
	seen := map[string]bool{}
	for _, c := range r.Refs() {
		if c.Ref.Worktree != "" {
			continue
		}
		if seen[c.Ref.Name] {
			r.t.Errorf("%s changes twice", c.Ref.Name)
		}
		seen[c.Ref.Name] = true
		if !c.Ref.Target.IsZero() && c.Ref.Name != "HEAD" && refs[c.Ref.Name] != c.Ref.Target.String() {
			r.t.Errorf("%s is said to have been %s, git says %s", c.Ref.Name, c.Ref.Target, refs[c.Ref.Name])
		}
		delete(refs, c.Ref.Name)
		if !c.New.IsZero() && c.Ref.Name != "HEAD" {
			refs[c.Ref.Name] = c.New.String()
		}
	}
	for _, name := range slices.Sorted(maps.Keys(refs)) {
		r.after.UpdateRef(name, refs[name])
	}
}

// check compares what the new repository holds with what is to be reached, and asks git whether it is sound.
func (r *result) check() {
	r.t.Helper()
	tips := map[string]bool{}
	add := func(old string) {
		if now := r.now(old); now != "" {
			tips[now] = true
		}
	}
	if log, err := r.before.TryGit("reflog", "show", "--format=%H", "refs/stash"); err == nil {
		for _, id := range strings.Fields(log) {
			add(id)
		}
	}
	for line := range strings.Lines(r.before.Git("for-each-ref", "--format=%(objectname)")) {
		add(strings.TrimSpace(line))
	}
	if head, err := r.before.TryGit("rev-parse", "--verify", "-q", "HEAD"); err == nil {
		add(head)
	}
	held := map[string]bool{}
	for _, o := range r.before.Objects() {
		held[o.ID] = true
	}
	if r.before.Git("rev-parse", "--is-bare-repository") == "false" {
		for line := range strings.SplitSeq(r.before.Git("ls-files", "--stage", "-z"), "\x00") {
			head, path, ok := strings.Cut(line, "\t")
			if !ok {
				continue
			}
			var mode uint32
			var id string
			fmt.Sscanf(head, "%o %s", &mode, &id)
			if !held[id] || id == emptyBlob {
				continue // of a submodule, or of git add -N
			}
			if now, keep := r.Entry(path, mode, parseID(r.t, id)); keep && mode != 0o160000 {
				tips[now.String()] = true
			}
		}
	}
	input := strings.Join(slices.Sorted(maps.Keys(tips)), "\n") + "\n"
	want := map[string]bool{}
	out := r.after.GitInput([]byte(input), "--no-replace-objects", "rev-list", "--objects", "--no-object-names", "--stdin")
	for _, id := range strings.Fields(string(out)) {
		want[id] = true
	}
	for tip := range tips {
		want[tip] = true
	}
	for _, o := range r.after.Objects() {
		if !want[o.ID] && o.ID != emptyTree {
			r.t.Errorf("%s %s is in the pack, and nothing reaches it", o.Kind, o.ID)
		}
	}
	old := complaints(r.before)
	for complaint := range complaints(r.after) {
		if !old[complaint] {
			r.t.Errorf("git fsck has something new to say: %s", complaint)
		}
	}
}

var objectName = regexp.MustCompile(`[0-9a-f]{40}|line \d+`)

// complaints is what git fsck says of a repository, without names of objects.
func complaints(r *gittest.Repo) map[string]bool {
	said := map[string]bool{}
	if _, err := r.TryGit("--no-replace-objects", "fsck", "--full", "--strict", "--no-progress", "--no-dangling"); err != nil {
		_, text, _ := strings.Cut(err.Error(), "\n")
		for line := range strings.Lines(text) {
			said[objectName.ReplaceAllString(line, "?")] = true
		}
	}
	return said
}

// now returns what an object became, "" for nothing.
func (r *result) now(old string) string {
	r.t.Helper()
	id, ok := r.Map(parseID(r.t, old))
	if !ok {
		return ""
	}
	return id.String()
}

// removed returns what is to be gone.
func (r *result) removed() map[string]bool {
	ids := map[string]bool{}
	for id := range r.Removed {
		ids[id.String()] = true
	}
	return ids
}

// raw returns the content of an object.
func raw(r *gittest.Repo, id string) string {
	kind := r.Git("cat-file", "-t", id)
	return string(r.GitInput(nil, "--no-replace-objects", "cat-file", kind, id))
}

func (r *result) wantRaw(what, id, want string) {
	r.t.Helper()
	if diff := cmp.Diff(want, raw(r.after, id)); diff != "" {
		r.t.Errorf("%s (-want, +got):\n%s", what, diff)
	}
}

func (r *result) wantNow(what, old, want string) {
	r.t.Helper()
	if got := r.now(old); got != want {
		r.t.Errorf("%s: %s became %q, want %q", what, old, got, want)
	}
}

func parseID(t testing.TB, s string) pack.ID {
	t.Helper()
	id, err := pack.ParseID(s)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func hexes(ids []pack.ID) []string {
	var list []string
	for _, id := range ids {
		list = append(list, id.String())
	}
	return list
}

// dropping drops what patterns match.
func dropping(t testing.TB, patterns ...string) rewrite.Edit {
	t.Helper()
	var parsed []pathspec.Pattern
	for _, p := range patterns {
		pattern, err := pathspec.Parse(p)
		if err != nil {
			t.Fatal(err)
		}
		parsed = append(parsed, pattern)
	}
	return rewrite.Edit{Drop: func(path string, folder bool) bool {
		return slices.ContainsFunc(parsed, func(p pathspec.Pattern) bool { return p.Match(path, folder) })
	}}
}

// rules reads rules in the format of git filter-repo.
func rules(t testing.TB, text string) *redact.Rules {
	t.Helper()
	r, err := redact.ParseRules("rules", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// replacing replaces texts in blobs.
func replacing(t testing.TB, text string) rewrite.Edit { return rewrite.Edit{Blobs: rules(t, text)} }

// everywhere replaces texts in blobs, messages and headers.
func everywhere(t testing.TB, text string) rewrite.Edit {
	r := rules(t, text)
	return rewrite.Edit{Blobs: r, Messages: r, Headers: true}
}

// signature is the form of one, of no key.
func signature(kind string) string {
	return "-----BEGIN " + kind + "-----\n\nbm90IGEgc2lnbmF0dXJl\n-----END " + kind + "-----\n"
}

const pgp = "PGP " + "SIGNATURE"

// indented is a text as a header continues.
func indented(text string) string {
	return strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n ") + "\n"
}

const who = "Ada Tester <ada@tests.invalid> 1600000000 +0000"

// looseRef writes a ref to what git would not have there.
func looseRef(t testing.TB, r *gittest.Repo, name, id string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(r.GitDir(), filepath.FromSlash(name)), []byte(id+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}

func entry(mode, name, id string) gittest.TreeEntry {
	return gittest.TreeEntry{Mode: mode, Name: name, ID: id}
}
