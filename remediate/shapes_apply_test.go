package remediate

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gittest"
)

// leaky is a small repository with a path to remove.
func leaky(t testing.TB, options ...gittest.Option) *gittest.Repo {
	t.Helper()
	r := gittest.New(t, options...)
	r.CommitFile("README", "hello\n", "one")
	r.CommitFile(removedPath, "A=1\n", "two")
	r.Write("kept/f.txt", "f\n")
	r.Write("other/g.txt", oldText+"\n")
	r.Commit("three")
	return r
}

// operateOn applies the plan of the tests to whatever a path belongs to, and looks whether everything is in order.
func operateOn(t testing.TB, dir string) {
	t.Helper()
	r := gittest.Open(t, dir)
	if layout, err := gitstore.Locate(dir); err == nil && layout.WorkTree != "" {
		r = gittest.Open(t, layout.WorkTree)
	}
	a, err := mustPlan(t, dir).Apply(t.Context(), ApplyOptions{})
	must(t, err)
	fsck(t, r)
	if !a.Evidence.Proved {
		t.Errorf("%+v", a.Evidence)
	}
	if out, err := r.TryGit("log", "--all", "--format=%H", "--", removedPath); err != nil || out != "" {
		t.Errorf("git log -- %s: %q, %v", removedPath, out, err)
	}
	if out, err := r.TryGit("log", "--all", "--format=%H", "-S"+oldText); err != nil || out != "" {
		t.Errorf("git log -S: %q, %v", out, err)
	}
}

func TestApplyOnEveryShape(t *testing.T) {
	t.Run("bare", func(t *testing.T) {
		r := leaky(t)
		to := filepath.Join(t.TempDir(), "bare.git")
		r.Git("clone", "-q", "--bare", r.Dir, to)
		operateOn(t, to)
	})
	t.Run("from a folder of the work tree", func(t *testing.T) {
		r := leaky(t)
		operateOn(t, filepath.Join(r.Dir, "kept"))
		if status := r.Git("status", "--porcelain"); status != "?? .gitignore" {
			t.Errorf("status: %q", status)
		}
	})
	t.Run("from a linked work tree", func(t *testing.T) {
		r := leaky(t)
		linked := filepath.Join(t.TempDir(), "linked tree") // git makes another name of this for refs
		r.Git("worktree", "add", "-q", "-b", "side", linked)
		operateOn(t, linked)
		for _, w := range []*gittest.Repo{r, gittest.Open(t, linked)} {
			if status := w.Git("status", "--porcelain"); status != "?? .gitignore" {
				t.Errorf("status: %q", status)
			}
		}
	})
	t.Run("alternates", func(t *testing.T) {
		r := leaky(t)
		to := filepath.Join(t.TempDir(), "shared")
		r.Git("clone", "-q", "--shared", r.Dir, to)
		operateOn(t, to)
		fsck(t, r)
		must(t, os.RemoveAll(filepath.Join(r.Dir, ".git", "objects"))) // it borrows no more
		fsck(t, gittest.Open(t, to))
	})
	t.Run("sparse checkout", func(t *testing.T) {
		r := leaky(t)
		r.Git("sparse-checkout", "set", "--cone", "kept")
		operateOn(t, r.Dir)
		if status := r.Git("status", "--porcelain"); status != "" {
			t.Errorf("status: %q", status)
		}
		r.Git("sparse-checkout", "disable")
		if content, err := os.ReadFile(filepath.Join(r.Dir, "other", "g.txt")); err != nil || strings.Contains(string(content), oldText) {
			t.Errorf("%q, %v", content, err)
		}
	})
	t.Run("detached HEAD", func(t *testing.T) {
		r := leaky(t)
		r.Git("checkout", "-q", "--detach", "HEAD~1")
		operateOn(t, r.Dir)
		if r.ID("HEAD") != r.ID("main~1") && r.ID("HEAD") != r.Git("rev-list", "--max-parents=0", "main") {
			t.Errorf("HEAD is %s", r.ID("HEAD"))
		}
	})
	t.Run("everything goes", func(t *testing.T) {
		r := gittest.New(t)
		r.CommitFile(removedPath, "A=1\n", "one")
		operateOn(t, r.Dir)
		if refs := r.Git("for-each-ref"); refs != "" {
			t.Errorf("refs: %q", refs)
		}
		if status := r.Git("status", "--porcelain"); status != "?? .gitignore" {
			t.Errorf("status: %q", status)
		}
	})
	t.Run("Git folder elsewhere", func(t *testing.T) {
		r := leaky(t)
		r.Git("init", "-q", "--separate-git-dir", filepath.Join(t.TempDir(), "elsewhere"))
		operateOn(t, r.Dir)
		if status := r.Git("status", "--porcelain"); status != "?? .gitignore" {
			t.Errorf("status: %q", status)
		}
	})
	t.Run("HEAD detached where nothing is left", func(t *testing.T) {
		r := gittest.New(t)
		r.CommitFile(removedPath, "A=1\n", "one")
		r.Git("checkout", "-q", "--detach")
		_, err := mustPlan(t, r.Dir).Apply(t.Context(), ApplyOptions{})
		if err == nil || !strings.Contains(err.Error(), "HEAD is detached") || !strings.Contains(err.Error(), "nothing was changed") {
			t.Errorf("Apply: %v", err)
		}
		fsck(t, r)
	})
	t.Run("a replaced commit", func(t *testing.T) {
		r := leaky(t)
		r.Git("replace", "--graft", "main")
		operateOn(t, r.Dir)
		if refs := r.Git("for-each-ref", "--format=%(refname)", "refs/replace"); refs != "refs/replace/"+r.ID("main") {
			t.Errorf("refs: %q, main is %s", refs, r.ID("main"))
		}
	})
	t.Run("served as files", func(t *testing.T) {
		r := leaky(t)
		r.Git("update-server-info")
		operateOn(t, r.Dir)
		info, err := os.ReadFile(filepath.Join(r.Dir, ".git", "info", "refs"))
		must(t, err)
		packs, err := os.ReadFile(filepath.Join(r.Dir, ".git", "objects", "info", "packs"))
		must(t, err)
		if !strings.Contains(string(info), r.ID("main")) || !strings.Contains(string(packs), filepath.Base(r.Packs()[0])) {
			t.Errorf("%s%s", info, packs)
		}
	})
	t.Run("all that is made from objects", func(t *testing.T) {
		r := leaky(t)
		r.Git("repack", "-adbq")
		r.CommitFile("more", "more\n", "four")
		r.Git("repack", "-dq")
		r.Git("multi-pack-index", "write", "--bitmap")
		r.Git("commit-graph", "write", "--reachable", "--split")
		r.CommitFile("again", "again\n", "five")
		r.Git("commit-graph", "write", "--reachable", "--split=no-merge")
		r.Git("fsck", "--lost-found")
		must(t, os.WriteFile(filepath.Join(r.ObjectDir(), "pack", "tmp_pack_abc"), []byte(oldText), 0o444))
		must(t, os.WriteFile(filepath.Join(r.ObjectDir(), "tmp_obj_abc"), []byte(oldText), 0o444))
		must(t, os.MkdirAll(filepath.Join(r.ObjectDir(), "tmp_objdir-incoming-abc", "pack"), 0o755))
		must(t, os.WriteFile(filepath.Join(r.ObjectDir(), "tmp_objdir-incoming-abc", "pack", "tmp_pack_def"), []byte(oldText), 0o444))
		operateOn(t, r.Dir)
		var names []string
		must(t, filepath.WalkDir(r.ObjectDir(), func(path string, entry os.DirEntry, err error) error {
			names = append(names, strings.TrimPrefix(path, r.ObjectDir()))
			return err
		}))
		if len(names) != 6 { // the folder itself, info, pack, and a file in the one and two in the other
			t.Errorf("left are %q", names)
		}
	})
	t.Run("twice", func(t *testing.T) {
		r := leaky(t)
		first := r.ID("main")
		operateOn(t, r.Dir)
		second := r.ID("main")
		r.CommitFile(removedPath, "A=again\n", "again")
		r.Git("add", "-f", removedPath)
		third := r.CommitIndex("again")
		operateOn(t, r.Dir)
		m, err := readCommitMap(filepath.Join(r.Dir, ".git", "unleak", commitMapName))
		must(t, err)
		for old, fresh := range m.fresh {
			if old.String() == second {
				t.Errorf("%s, which the first run made, is in the map", old)
			}
			if old.String() == first && fresh.String() != second {
				t.Errorf("%s became %s", first, fresh)
			}
			if old.String() == third && !fresh.IsZero() {
				t.Errorf("%s, which only added the path, became %s", third, fresh)
			}
		}
	})
}
