package audit_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/audit/checklist"
	"github.com/unleak/unleak/internal/gittest"
)

// The env files of a history are those that git log has commits for: every path, also of deleted ones, and the first
// of the commits that git says added or changed it.
func TestEnvFilesAsGitLogHasThem(t *testing.T) {
	for seed := range uint64(8) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			r := envHistory(t, seed)
			compareWithLog(t, r, run(t, r.Dir))
		})
	}
}

// The same on whatever repositories the environment names, such as large ones.
func TestEnvFilesOfRealRepositories(t *testing.T) {
	list := os.Getenv("UNLEAK_TEST_REPOSITORIES")
	if list == "" {
		t.Skip("UNLEAK_TEST_REPOSITORIES names no repositories, separated by colons")
	}
	for _, dir := range filepath.SplitList(list) {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			compareWithLog(t, gittest.Open(t, dir), run(t, dir))
		})
	}
}

// envHistory makes branches on which env files come, change, move and go, and are merged.
func envHistory(t *testing.T, seed uint64) *gittest.Repo {
	random := rand.New(rand.NewPCG(seed, 5))
	r := gittest.New(t)
	r.CommitFile("README", "none\n", "first")
	names := []string{".env", "a/.env", "a/.env.local", "b/prod.env", ".envrc", "c d/.env", "ä/.env"}
	branches := []string{"main"}
	for n := range 40 {
		name := names[random.IntN(len(names))]
		switch at := filepath.Join(r.Dir, filepath.FromSlash(name)); random.IntN(7) {
		case 0, 1, 2:
			r.CommitFile(name, fmt.Sprintf("A=%d\n", random.IntN(4)), fmt.Sprint("write ", n))
		case 3:
			if _, err := os.Stat(at); err == nil {
				r.Remove(name)
				r.Commit(fmt.Sprint("remove ", n))
			}
		case 4:
			if _, err := os.Stat(at); err == nil {
				r.Rename(name, "README.old")
				r.Commit(fmt.Sprint("rename ", n))
			}
		case 5:
			branch := fmt.Sprint("b", n)
			r.CheckoutNew(branch)
			branches = append(branches, branch)
		case 6:
			other := branches[random.IntN(len(branches))]
			r.TryGit("merge", "-q", "-m", fmt.Sprint("merge ", n), "-X", "ours", other)
			if status, _ := r.TryGit("status", "--porcelain"); status != "" {
				r.Git("add", "-A")
				r.Commit(fmt.Sprint("settle ", n))
			}
			r.Checkout(branches[random.IntN(len(branches))])
		}
	}
	return r
}

// compareWithLog compares the env files of a checklist with what git log says of each path that it lists.
func compareWithLog(t *testing.T, r *gittest.Repo, c *checklist.Checklist) {
	t.Helper()
	first, removed := map[string]string{}, map[string]string{}
	for _, id := range []string{"env-tracked", "env-history"} {
		i := item(t, c, id)
		if i.More > 0 {
			t.Skipf("%s has more files than a checklist lists", id)
		}
		for _, e := range i.Evidence {
			if !strings.Contains(e.Text, "in this archive") {
				first[e.Path] = e.Commit
				if _, id, ok := strings.Cut(e.Text, "removed in "); ok {
					removed[e.Path] = id[:12]
				}
			}
		}
	}
	// Every path that any commit ever had, as git lists them.
	paths := map[string]bool{}
	for path := range strings.SplitSeq(r.Git("log", "--all", "--format=", "--name-only", "-z", "-m", "--root", "--no-renames"), "\x00") {
		base := filepath.Base(path)
		if path = strings.TrimSpace(path); path != "" && (strings.HasPrefix(base, ".env") && !strings.Contains(base, "example") || strings.HasSuffix(base, ".env")) {
			paths[path] = true
		}
	}
	for path := range first {
		paths[path] = true
	}
	for path := range maps.Keys(paths) {
		commits := strings.Fields(r.Git("log", "--all", "--full-history", "--format=%H", "--", ":(literal)"+path))
		deletes := func(id string) bool {
			_, err := r.TryGit("cat-file", "-e", id+":"+path)
			return err != nil
		}
		if id := removed[path]; id != "" && !slices.ContainsFunc(commits, func(c string) bool { return strings.HasPrefix(c, id) && deletes(c) }) {
			// Where one side of a merge never had it, git log says nothing of the merge that loses it.
			if parents := strings.Fields(r.Git("rev-parse", id+"^@")); len(parents) < 2 || !deletes(id) {
				t.Errorf("%q was removed in %s, which is none of git's %v", path, id, commits)
			}
		}
		commits = slices.DeleteFunc(commits, deletes)
		commit, known := first[path]
		if known != (len(commits) > 0) {
			t.Errorf("%q: known to the audit %v, and git log has %d commits", path, known, len(commits))
		}
		if known && len(commits) > 0 && commit != "" && !slices.Contains(commits, commit) {
			t.Errorf("%q came in with %s, which is none of git's %v", path, commit, commits)
		}
	}
}

// An audit says the same of the same history, however it is stored.
func TestStorageDoesNotMatter(t *testing.T) {
	r := envHistory(t, 3)
	text, _ := line("gitlab")
	r.CommitFile("app.py", text+"\n", "app")
	r.CommitFile("app.py", "token = read()\n", "better")
	r.Git("gc", "-q", "--prune=now")
	variants := gittest.Variants(t, r)
	history := func(dir string) string {
		c := run(t, dir)
		var list []checklist.Item
		for _, i := range c.Items {
			if i.Section == "History" {
				list = append(list, i)
			}
		}
		return encode(t, map[string]any{"items": list, "coverage": c.Coverage})
	}
	want := history(variants["packed"])
	for name, dir := range variants {
		if name == "bare" || name == "packed" { // bare: files of the index are in the account
			continue
		}
		if diff := cmp.Diff(want, history(dir)); diff != "" {
			t.Errorf("packed (-) and %s (+) differ:\n%s", name, diff)
		}
	}
}

// A bare repository has no work tree and needs no guard; a shallow one proves nothing.
func TestBareAndShallow(t *testing.T) {
	r := clean(t)
	r.CommitFile("more", "more\n", "second")
	bare := filepath.Join(t.TempDir(), "bare.git")
	r.Git("clone", "-q", "--mirror", "--no-local", r.Dir, bare)
	c := run(t, bare)
	if diff := cmp.Diff(map[string]checklist.State{}, notPassed(c)); diff != "" {
		t.Errorf("bare: %s", diff)
	}
	if text := item(t, c, "env-ignored").Summary; !strings.Contains(text, "bare") {
		t.Errorf("the work tree of a bare repository: %s", text)
	}

	shallow := filepath.Join(t.TempDir(), "shallow")
	r.Git("clone", "-q", "--depth=1", "file://"+filepath.ToSlash(r.Dir), shallow)
	c = run(t, shallow)
	for _, i := range c.Items {
		if i.Section == "History" && i.State != checklist.Warn {
			t.Errorf("shallow: %s is %s", i.ID, i.State)
		}
	}
	if coverage := item(t, c, "coverage"); c.Coverage.Complete || coverage.State != checklist.Warn || !strings.Contains(encode(t, coverage), "git fetch --unshallow") {
		t.Errorf("shallow: %s", encode(t, coverage))
	}
}
