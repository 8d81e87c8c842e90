package gitstore

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/gittest"
)

// realRefs are the refs that git shows, and HEAD.
func realRefs(r *Repository) []Ref {
	var refs []Ref
	all, _ := r.Refs()
	for _, ref := range all {
		if !ref.Pseudo {
			refs = append(refs, ref)
		}
	}
	return refs
}

// TestWriteBundle: however objects are stored, git verifies the bundle, clones it, fetches all refs from it, and finds
// every object in it, also those that no ref reaches.
func TestWriteBundle(t *testing.T) {
	history := gittest.RandomHistory(t, gittest.HistoryOptions{Seed: 12, Commits: 25}).Repo
	want, refs := history.Objects(), history.Git("show-ref")
	for name, dir := range gittest.Variants(t, history) {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			path := filepath.Join(folder, "backup.bundle")
			r := open(t, dir)
			size, err := r.WriteBundle(t.Context(), path, realRefs(r))
			if err != nil {
				t.Fatal(err)
			}
			info, err := os.Stat(path)
			if err != nil || info.Size() != size || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
				t.Errorf("%v, %v; %d bytes are said to be written", info, err, size)
			}
			if files, _ := os.ReadDir(folder); len(files) != 1 {
				t.Errorf("beside the bundle there are files: %v", files)
			}
			history.Git("bundle", "verify", path)
			fetched := gittest.New(t, gittest.Bare())
			fetched.Git("fetch", "-q", path, "+refs/*:refs/*")
			if diff := cmp.Diff(refs, fetched.Git("show-ref")); diff != "" {
				t.Errorf("refs after a fetch:\n%s", diff)
			}
			clone := filepath.Join(t.TempDir(), "clone")
			fetched.Git("clone", "-q", "--mirror", path, clone)
			if diff := cmp.Diff(want, gittest.Open(t, clone).Objects()); diff != "" {
				t.Errorf("objects of a clone:\n%s", diff)
			}
			if head := gittest.Open(t, clone).Git("rev-parse", "HEAD"); head != history.Git("rev-parse", "HEAD") {
				t.Errorf("HEAD of a clone is %s", head)
			}
		})
	}
}

// TestWriteBundleOfWorktrees: the HEADs of linked work trees are in the bundle under names of their own.
func TestWriteBundleOfWorktrees(t *testing.T) {
	repo := gittest.New(t)
	first := repo.CommitFile("file", "text\n", "first")
	repo.Git("worktree", "add", "-q", "--detach", filepath.Join(t.TempDir(), "linked"))
	second := repo.CommitFile("file", "more\n", "second")
	path := filepath.Join(t.TempDir(), "b")
	r := open(t, repo.Dir)
	if _, err := r.WriteBundle(t.Context(), path, append(realRefs(r), Ref{Name: "refs/heads/unborn", Symbolic: "refs/heads/none"})); err != nil {
		t.Fatal(err)
	}
	want := []string{second + " HEAD", second + " refs/heads/main", first + " worktrees/linked/HEAD"}
	got := strings.Split(repo.Git("bundle", "list-heads", path), "\n")
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	clone := filepath.Join(t.TempDir(), "clone")
	repo.Git("clone", "-q", path, clone)
	if status := gittest.Open(t, clone).Git("log", "--format=%s"); status != "second\nfirst" {
		t.Errorf("the clone has %q", status)
	}
}

// TestWriteBundleRefuses: what cannot be backed up whole is not, and nothing is left.
func TestWriteBundleRefuses(t *testing.T) {
	sound := "sound"
	for name, c := range map[string]struct {
		change func(*gittest.Repo)
		ref    Ref
		want   string
	}{
		"a damaged loose object": {func(r *gittest.Repo) { r.WriteLoose(blobID("x"), []byte("blob 2\x00x")) }, Ref{}, "object " + blobID("x")},
		"one of another name":    {func(r *gittest.Repo) { r.WriteLoose(blobID("x"), []byte("blob 1\x00y")) }, Ref{}, "its content is that of " + blobID("y")},
		"a damaged packed one":   {func(r *gittest.Repo) { r.WritePack([]gittest.PackEntry{{Type: 5, Data: []byte("x"), ID: blobID("x")}}) }, Ref{}, "object " + blobID("x")},
		"a delta without a base": {func(r *gittest.Repo) { r.WritePack([]gittest.PackEntry{byID("nowhere", "5")}) }, Ref{}, "base is missing"},
		"a ref to nothing":       {nil, Ref{Name: "refs/x", Target: pack.ID{1}}, "refs/x names object 01000"},
		"a ref of two lines":     {nil, Ref{Name: "refs/x\n-y", Target: mustID(t, blobID(sound))}, `ref "refs/x\n-y" has a name that Git refuses`},
	} {
		t.Run(name, func(t *testing.T) {
			repo := gittest.New(t, gittest.Bare())
			repo.Blob(sound)
			if c.change != nil {
				c.change(repo)
			}
			folder := t.TempDir()
			_, err := open(t, repo.Dir).WriteBundle(t.Context(), filepath.Join(folder, "b"), []Ref{c.ref})
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%v, which does not say %q", err, c.want)
			}
			if files, _ := os.ReadDir(folder); len(files) > 0 {
				t.Errorf("left behind: %v", files)
			}
		})
	}
	t.Run("a name that is taken", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "b")
		if err := os.WriteFile(path, []byte("an earlier backup"), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := open(t, gittest.New(t, gittest.Bare()).Dir).WriteBundle(t.Context(), path, nil)
		if content, _ := os.ReadFile(path); !errors.Is(err, fs.ErrExist) || string(content) != "an earlier backup" {
			t.Errorf("%q, %v", content, err)
		}
	})
	t.Run("a context that ended", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		repo, folder := gittest.New(t, gittest.Bare()), t.TempDir()
		repo.Blob(sound)
		_, err := open(t, repo.Dir).WriteBundle(ctx, filepath.Join(folder, "b"), nil)
		if files, _ := os.ReadDir(folder); !errors.Is(err, context.Canceled) || len(files) > 0 {
			t.Errorf("%v, left behind: %v", err, files)
		}
	})
}
