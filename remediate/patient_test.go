package remediate

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"testing"

	"github.com/unleak/unleak/internal/gittest"
)

// The removed path and the replaced text of the tests.
const (
	removedPath = "conf/local.env"
	oldText     = "first version of a value"
)

func testRequest() Request {
	return Request{Paths: []string{removedPath}, ReplaceText: []byte(oldText + "\n"), ReplaceTextName: "rules", Messages: true, Force: true}
}

// patient makes a repository that has one of everything that a rewrite must bring along, in the folder "main", and
// a linked work tree beside it in "linked". The parent folder is for copies: see patients.
func patient(t testing.TB) string {
	t.Helper()
	dir := operatingRoom(t)
	main := filepath.Join(dir, "main")
	must(t, os.Mkdir(main, 0o755))
	r := gittest.Open(t, main)
	r.Git("init", "-q", "-b", "main")
	r.CommitFile("README", "hello\n", "one")
	r.Write(removedPath, "A=1\n")
	r.Write("code.txt", "line\n"+oldText+"\nend\n")
	r.Commit("two with " + oldText)
	r.Tag("v1", "HEAD", "version one")
	r.Git("tag", "light", "HEAD")
	r.CheckoutNew("topic")
	r.CommitFile("topic.txt", oldText+"\n", "topic")
	r.Checkout("main")
	r.CommitFile(removedPath, "A=2\n", "three")
	r.CommitFile("more.txt", "more\n", "four")
	r.Git("checkout", "-q", "--orphan", "gone")
	r.Git("rm", "-rqf", ".")
	r.CommitFile(removedPath, "B=1\n", "only what goes")
	r.Checkout("main")
	r.Git("symbolic-ref", "refs/heads/alias", "refs/heads/topic")
	r.Git("update-ref", "refs/remotes/origin/main", "main")
	r.Note("main", "a note")
	r.Git("pack-refs", "--all")
	r.Git("branch", "loose", "main~1")
	r.Git("repack", "-adq")
	r.Git("commit-graph", "write", "--reachable")
	// Stash entries: one that changes the replaced file, one that changes the removed one.
	r.Write("code.txt", "line\n"+oldText+"\nstashed\n")
	r.Stash("first stash")
	r.Write(removedPath, "A=stashed\n")
	r.Stash("second stash")
	r.Git("worktree", "add", "-q", "--detach", filepath.Join(dir, "linked"), "topic")
	r.Git("update-ref", "ORIG_HEAD", "main~1")
	r.Write("untracked.txt", "untracked\n")
	r.Write("staged.txt", "staged "+oldText+"\n")
	r.Git("add", "staged.txt")
	r.Write("README", "hello, edited\n")
	return dir
}

// operatingRoom is a temporary folder, in memory where there is such a file system: an apply waits for the disk dozens of
// times, and most of these tests interrupt one.
func operatingRoom(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "unleak-test-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// copyOf copies a patient, so that it can be operated on more than once.
func copyOf(t testing.TB, dir string) *gittest.Repo {
	t.Helper()
	to := operatingRoom(t)
	must(t, os.CopyFS(to, os.DirFS(dir)))
	r := gittest.Open(t, filepath.Join(to, "main"))
	admin := filepath.Join(r.Dir, ".git", "worktrees", "linked")
	must(t, os.WriteFile(filepath.Join(to, "linked", ".git"), []byte("gitdir: "+admin+"\n"), 0o644))
	must(t, os.WriteFile(filepath.Join(admin, "gitdir"), []byte(filepath.Join(to, "linked", ".git")+"\n"), 0o644))
	return r
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// portrait is all of a repository that a person can tell a difference by: refs, HEADs, reflogs, stash,
// indexes, status, files of both work trees, and which files hold the objects.
func portrait(t testing.TB, r *gittest.Repo) map[string]string {
	t.Helper()
	p := map[string]string{
		"refs":  r.Git("for-each-ref", "--format=%(refname) %(objectname) %(symref)"),
		"stash": r.Git("log", "-g", "--format=%H %T %gs", "refs/stash", "--"),
	}
	linked := gittest.Open(t, filepath.Join(r.Dir, "..", "linked"))
	for name, w := range map[string]*gittest.Repo{"main": r, "linked": linked} {
		p["HEAD of "+name], _ = w.TryGit("rev-parse", "HEAD")
		p["branch of "+name], _ = w.TryGit("symbolic-ref", "HEAD")
		p["index of "+name] = w.Git("ls-files", "-s", "-t", "-v")
		p["status of "+name] = w.Git("status", "--porcelain", "--ignored")
		must(t, filepath.WalkDir(w.Dir, func(path string, entry fs.DirEntry, err error) error {
			if entry.Name() == ".git" {
				if entry.IsDir() {
					return filepath.SkipDir
				}
				return nil
			}
			if err == nil && entry.Type().IsRegular() {
				content, err := os.ReadFile(path)
				must(t, err)
				p["file "+name+path[len(w.Dir):]] = string(content)
			}
			return err
		}))
	}
	git := filepath.Join(r.Dir, ".git")
	for _, root := range []string{"logs", "worktrees", "objects"} {
		must(t, filepath.WalkDir(filepath.Join(git, root), func(path string, entry fs.DirEntry, err error) error {
			name := filepath.ToSlash(path[len(git)+1:])
			switch {
			case err != nil || entry.IsDir():
			case strings.HasPrefix(name, "objects"):
				p["objects"] += packName.ReplaceAllString(name, "pack-NAME") + "\n"
			case strings.Contains(name, "logs/"):
				content, err := os.ReadFile(path)
				must(t, err)
				p[name] = string(content)
			}
			return err
		}))
	}
	entries, err := os.ReadDir(git)
	must(t, err)
	for _, entry := range entries {
		if name := entry.Name(); name != "packed-refs" && name != "index" {
			p["names"] += name + "\n"
		}
	}
	return p
}

// packName is what differs between two packs of the same objects.
var packName = regexp.MustCompile("pack-[0-9a-f]{40}")

// fsck fails the test where git misses something or finds something broken.
func fsck(t testing.TB, r *gittest.Repo) {
	t.Helper()
	cmd := exec.Command("git", "-C", r.Dir, "fsck", "--strict", "--no-dangling", "--no-progress")
	out, err := cmd.CombinedOutput()
	for line := range strings.Lines(string(out)) {
		if err != nil || !strings.HasPrefix(line, "notice: ") { // such as an unborn branch
			t.Errorf("git fsck: %v\n%s", err, out)
			return
		}
	}
	must(t, err)
}

func mustPlan(t testing.TB, dir string) *Plan {
	t.Helper()
	p, err := NewPlan(t.Context(), dir, testRequest())
	must(t, err)
	t.Cleanup(func() { p.Close() })
	return p
}

func sortedNames(dir string) []string {
	entries, _ := os.ReadDir(dir)
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	sort.Strings(names)
	return names
}

func ids(r *gittest.Repo) map[string]bool {
	all := map[string]bool{}
	for _, o := range r.Objects() {
		all[o.ID] = true
	}
	return all
}
