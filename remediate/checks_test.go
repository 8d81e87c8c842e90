package remediate

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gittest"
	"github.com/unleak/unleak/remediate/account"
)

// examine runs the checks, and fails the test if that changes a byte.
func examine(t *testing.T, dir string, force bool) map[string]account.Check {
	t.Helper()
	repository, err := gitstore.Open(dir)
	must(t, err)
	defer repository.Close()
	before := everyFile(t, dir)
	checks, err := safety(t.Context(), repository, force)
	must(t, err)
	if diff := cmp.Diff(before, everyFile(t, dir)); diff != "" {
		t.Errorf("the checks changed something (-before +after):\n%s", diff)
	}
	byName := map[string]account.Check{}
	for _, check := range checks {
		if _, twice := byName[check.Name]; twice || check.Detail == "" || check.Verdict == account.Refuse && check.Remedy == "" {
			t.Errorf("%+v", check)
		}
		byName[check.Name] = check
	}
	return byName
}

// everyFile is the size, the date and, of small ones, the content of every file below a folder.
func everyFile(t testing.TB, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	must(t, filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		must(t, err)
		info, err := entry.Info()
		must(t, err)
		content := []byte{}
		if info.Mode().IsRegular() {
			content, err = os.ReadFile(path)
			must(t, err)
		}
		all[path] = info.ModTime().String() + " " + info.Mode().String() + " " + string(content)
		return nil
	}))
	return all
}

// freshClone is a clone of a small repository, as git makes it.
func freshClone(t *testing.T, args ...string) *gittest.Repo {
	t.Helper()
	r := gittest.New(t)
	r.CommitFile("a.txt", "a\n", "one")
	r.CommitFile("b.txt", "b\n", "two")
	to := filepath.Join(t.TempDir(), "clone")
	from := "file://" + r.Dir
	if slices.Contains(args, "--shared") {
		from = r.Dir
	}
	r.Git(append(append([]string{"clone", "-q"}, args...), from, to)...)
	return gittest.Open(t, to)
}

func TestFreshClonePassesAllChecks(t *testing.T) {
	for _, args := range [][]string{nil, {"--bare"}, {"--mirror"}} {
		for name, check := range examine(t, freshClone(t, args...).Dir, false) {
			if check.Verdict != account.Pass {
				t.Errorf("%q: %s: %+v", args, name, check)
			}
		}
	}
}

func TestChecks(t *testing.T) {
	write := func(name, content string) func(*gittest.Repo) {
		return func(r *gittest.Repo) {
			path := filepath.Join(r.Dir, ".git", filepath.FromSlash(name))
			must(t, os.MkdirAll(filepath.Dir(path), 0o755))
			must(t, os.WriteFile(path, []byte(content), 0o644))
		}
	}
	zeros := strings.Repeat("0", 40) + "\n"
	for _, test := range []struct {
		name    string
		args    []string
		change  func(*gittest.Repo)
		check   string
		verdict account.Verdict
		forced  account.Verdict
		says    string
	}{
		{"rebase", nil, write("rebase-merge/onto", zeros), "operation under way", account.Refuse, account.Refuse, "git rebase"},
		{"merge", nil, write("MERGE_HEAD", zeros), "operation under way", account.Refuse, account.Refuse, "git merge --abort"},
		{"cherry-pick", nil, write("CHERRY_PICK_HEAD", zeros), "operation under way", account.Refuse, account.Refuse, "cherry-pick"},
		{"bisection", nil, func(r *gittest.Repo) { r.Git("bisect", "start", "HEAD", "HEAD~1") }, "operation under way", account.Refuse, account.Refuse, "git bisect reset"},
		{"an empty folder of a rebase", nil, func(r *gittest.Repo) { must(t, os.Mkdir(filepath.Join(r.GitDir(), "rebase-merge"), 0o755)) }, "operation under way", account.Pass, account.Pass, ""},
		{"lock of the index", nil, write("index.lock", ""), "other processes", account.Refuse, account.Refuse, "index.lock"},
		{"lock of a ref", nil, write("refs/heads/main.lock", ""), "other processes", account.Refuse, account.Refuse, "main.lock"},
		{"garbage collection", nil, write("gc.pid", "1 host"), "other processes", account.Refuse, account.Refuse, "gc.pid"},
		{"shallow", []string{"--depth=1"}, nil, "shallow clone", account.Refuse, account.Refuse, "--unshallow"},
		{"partial", []string{"--filter=blob:none"}, nil, "partial clone", account.Refuse, account.Refuse, "--filter"},
		{"grafts", nil, write("info/grafts", zeros), "grafts", account.Refuse, account.Refuse, "graft"},
		{"shared refs", nil, func(r *gittest.Repo) {
			must(t, os.Rename(filepath.Join(r.GitDir(), "logs"), filepath.Join(r.GitDir(), "elsewhere")))
			must(t, os.Symlink("elsewhere", filepath.Join(r.GitDir(), "logs")))
		}, "shared folders", account.Refuse, account.Refuse, "logs is a symbolic link"},
		{"precious", nil, func(r *gittest.Repo) {
			r.Git("config", "core.repositoryFormatVersion", "1")
			r.Git("config", "extensions.preciousObjects", "true")
		}, "precious objects", account.Refuse, account.Refuse, "borrow"},
		{"split index", nil, func(r *gittest.Repo) { r.Git("update-index", "--split-index") }, "index", account.Refuse, account.Refuse, "--no-split-index"},
		{"sparse index", nil, func(r *gittest.Repo) {
			r.CommitFile("folder/f", "f", "three")
			r.Git("sparse-checkout", "set", "--cone", "--sparse-index")
		}, "index", account.Refuse, account.Refuse, "--no-sparse-index"},
		{"sparse checkout", nil, func(r *gittest.Repo) {
			r.CommitFile("folder/f", "f", "three")
			r.Git("sparse-checkout", "set", "--cone")
		}, "index", account.Pass, account.Pass, ""},
		{"broken index", nil, write("index", "DIRC"), "index", account.Refuse, account.Refuse, "read-tree"},
		{"linked", nil, func(r *gittest.Repo) { r.Git("worktree", "add", "-q", filepath.Join(t.TempDir(), "linked"), "HEAD~1") }, "work trees", account.Pass, account.Pass, "1 linked"},
		{"linked and lost", nil, func(r *gittest.Repo) {
			dir := filepath.Join(t.TempDir(), "linked")
			r.Git("worktree", "add", "-q", dir, "HEAD~1")
			must(t, os.RemoveAll(dir))
		}, "work trees", account.Warn, account.Warn, "not where they were"},
		{"linked is not fresh", nil, func(r *gittest.Repo) { r.Git("worktree", "add", "-q", filepath.Join(t.TempDir(), "linked"), "HEAD~1") }, "fresh clone", account.Refuse, account.Warn, "linked"},
		{"staged", nil, func(r *gittest.Repo) { r.Write("new", "x"); r.Git("add", "new") }, "uncommitted changes", account.Warn, account.Warn, "1 entries are staged and 0 files"},
		{"changed", nil, func(r *gittest.Repo) { r.Write("a.txt", "other") }, "uncommitted changes", account.Warn, account.Warn, "0 entries are staged and 1 files"},
		{"alternates", []string{"--shared"}, nil, "borrowed objects", account.Warn, account.Warn, "borrowed from"},
		{"kept", nil, func(r *gittest.Repo) {
			r.Git("repack", "-adq")
			write(strings.TrimPrefix(strings.TrimSuffix(r.Packs()[0], ".pack")+".keep", filepath.Join(r.Dir, ".git")+"/"), "")(r)
		}, "kept packs", account.Refuse, account.Warn, "1 packs"},
		{"submodule", nil, func(r *gittest.Repo) {
			r.Git("update-index", "--add", "--cacheinfo", "160000,"+strings.Repeat("1", 40)+",sub")
		}, "submodules", account.Warn, account.Warn, "repositories of their own"},
		{"rerere", nil, write("rr-cache/"+strings.Repeat("1", 40)+"/preimage", "x"), "recorded resolutions", account.Warn, account.Warn, "1 conflict"},
		{"stash", nil, func(r *gittest.Repo) { r.Write("a.txt", "other"); r.Stash("s") }, "fresh clone", account.Refuse, account.Warn, "1 stash"},
		{"reflog", nil, func(r *gittest.Repo) { r.CommitFile("c", "c", "three") }, "fresh clone", account.Refuse, account.Warn, "reflogs"},
		{"unpushed", nil, func(r *gittest.Repo) { r.CommitFile("c", "c", "three") }, "fresh clone", account.Refuse, account.Warn, "1 branches"},
		{"no origin", nil, func(r *gittest.Repo) { r.Git("remote", "remove", "origin") }, "fresh clone", account.Refuse, account.Warn, "no remote"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := freshClone(t, test.args...)
			if test.change != nil {
				test.change(r)
			}
			for force, verdict := range map[bool]account.Verdict{false: test.verdict, true: test.forced} {
				check := examine(t, r.Dir, force)[test.check]
				if check.Verdict != verdict || !strings.Contains(check.Detail+" "+check.Remedy, test.says) {
					t.Errorf("force %v: %+v, want %s and %q", force, check, verdict, test.says)
				}
			}
		})
	}
}

func TestNoGitIsRefused(t *testing.T) {
	r := freshClone(t)
	t.Setenv("PATH", t.TempDir())
	if check := examine(t, r.Dir, true)["git"]; check.Verdict != account.Refuse || !strings.Contains(check.Detail, "2.30") {
		t.Errorf("%+v", check)
	}
}

// Nothing that a repository configures is run by a plan.
func TestChecksRunNothing(t *testing.T) {
	r := freshClone(t)
	ran := filepath.Join(t.TempDir(), "ran")
	program := "touch '" + ran + "'; cat"
	r.Write(".gitattributes", "* filter=x diff=x\n")
	for _, option := range []string{"filter.x.clean", "filter.x.smudge", "filter.x.process", "diff.x.textconv", "diff.x.command", "diff.external", "core.fsmonitor"} {
		r.Git("config", option, program)
	}
	must(t, os.Chtimes(filepath.Join(r.Dir, "a.txt"), gittest.Epoch, gittest.Epoch))
	examine(t, r.Dir, false)
	if exists(ran) {
		t.Error("it ran")
	}
}
