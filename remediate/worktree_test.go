package remediate

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/gittest"
)

// A file is rewritten only if it holds what was staged, and never outside the work tree.
func TestWorkFile(t *testing.T) {
	r := gittest.New(t)
	from, err := pack.ParseID(r.Blob("one\ntwo\n"))
	must(t, err)
	to, err := pack.ParseID(r.Blob("one\n***\n"))
	must(t, err)
	outside := filepath.Join(t.TempDir(), "outside")
	must(t, os.Mkdir(outside, 0o755))
	must(t, os.WriteFile(filepath.Join(outside, "f"), []byte("one\ntwo\n"), 0o644))
	must(t, os.Symlink(outside, filepath.Join(r.Dir, "out")))
	must(t, os.Symlink("one\ntwo\n", filepath.Join(r.Dir, "link")))
	must(t, os.Mkdir(filepath.Join(r.Dir, "folder"), 0o755))
	for name, content := range map[string]string{
		"same": "one\ntwo\n", "crlf": "one\r\ntwo\r\n", "edited": "one\ntwo\nthree\n", "done": "one\n***\n", "empty": "",
		".git/x": "one\ntwo\n",
	} {
		must(t, os.WriteFile(filepath.Join(r.Dir, name), []byte(content), 0o640))
	}
	must(t, os.Chmod(filepath.Join(r.Dir, "same"), 0o755))
	repository, err := gitstore.Open(r.Dir)
	must(t, err)
	defer repository.Close()
	root, err := os.OpenRoot(r.Dir)
	must(t, err)
	defer root.Close()
	for _, test := range []struct {
		name, want string
		mode       uint32
		done       bool
	}{
		{"same", "one\n***\n", 0o100755, true},
		{"crlf", "one\r\n***\r\n", 0o100644, true},
		{"edited", "one\ntwo\nthree\n", 0o100644, false},
		{"done", "one\n***\n", 0o100644, true},
		{"empty", "", 0o100644, false},
		{"missing", "", 0o100644, true},
		{"out/f", "one\ntwo\n", 0o100644, false},
		{"../outside/f", "", 0o100644, false},
		{".git/x", "one\ntwo\n", 0o100644, false},
		{".GIT/x", "", 0o100644, false},
		{"folder", "", 0o100644, false},
		{"link", "", 0o100644, false},
		{"link", "", 0o120000, true},
		{"same", "one\n***\n", 0o120000, false},
		{"submodule", "", 0o160000, true},
	} {
		f := workFile{root: root, name: test.name, mode: test.mode, repository: repository}
		done, err := f.change(from, to, func(string) {})
		if err != nil || done != test.done {
			t.Errorf("%s: %v, %v", test.name, done, err)
		}
		if content, err := os.ReadFile(filepath.Join(r.Dir, test.name)); err == nil && string(content) != test.want {
			t.Errorf("%s is %q, want %q", test.name, content, test.want)
		}
	}
	if target, err := os.Readlink(filepath.Join(r.Dir, "link")); err != nil || target != "one\n***\n" {
		t.Errorf("the link leads to %q, %v", target, err)
	}
	if info, err := os.Stat(filepath.Join(r.Dir, "same")); err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	names := sortedNames(r.Dir)
	if diff := cmp.Diff([]string{".git", "crlf", "done", "edited", "empty", "folder", "link", "out", "same"}, names); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

func TestTouchesGit(t *testing.T) {
	for name, want := range map[string]bool{
		".git": true, "a/.git/config": true, ".GIT/x": true, "GIT~1/x": true, ".git./x": true, ".git /x": true, ".g\u200cit/x": true,
		".gitignore": false, "git/x": false, "a.git/x": false, "dir/.github/x": false,
	} {
		if got := touchesGit(name); got != want {
			t.Errorf("touchesGit(%q) = %v", name, got)
		}
	}
}

func TestMissingLines(t *testing.T) {
	for _, test := range []struct{ content, want string }{
		{"", ".env\n*.pem\n"},
		{"a\n", ".env\n*.pem\n"},
		{"a", "\n.env\n*.pem\n"},
		{"*.pem\n", ".env\n"},
		{"a\r\n*.pem\r\n", ".env\r\n"},
		{"a\r\nb", "\r\n.env\r\n*.pem\r\n"},
		{".env\n*.pem", ""},
		{"# .env\n", ".env\n*.pem\n"},
	} {
		if got := string(missingLines([]byte(test.content), []string{".env", "*.pem", ".env"})); got != test.want {
			t.Errorf("missingLines(%q) = %q, want %q", test.content, got, test.want)
		}
	}
}

// Of a copied repository, the names of linked work trees lead to those of the original, which stay as they are.
func TestWorkTreesOfOthersAreNotTouched(t *testing.T) {
	dir := patient(t)
	copied := t.TempDir()
	must(t, os.CopyFS(copied, os.DirFS(dir)))
	before := portrait(t, gittest.Open(t, filepath.Join(dir, "main")))
	p := mustPlan(t, filepath.Join(copied, "main"))
	_, err := p.Apply(t.Context(), ApplyOptions{})
	must(t, err)
	if diff := cmp.Diff(before, portrait(t, gittest.Open(t, filepath.Join(dir, "main")))); diff != "" {
		t.Errorf("the original (-before +after):\n%s", diff)
	}
	r := gittest.Open(t, filepath.Join(copied, "main"))
	if head := r.Git("rev-parse", "worktrees/linked/HEAD"); head != r.ID("topic") {
		t.Errorf("HEAD of the linked work tree is %s", head)
	}
	fsck(t, r)
}

// .gitignore as a link leads somewhere else: nothing is written through it.
func TestIgnoreFileThatIsALink(t *testing.T) {
	r := copyOf(t, patient(t))
	target := filepath.Join(t.TempDir(), "target")
	must(t, os.WriteFile(target, []byte("untouched\n"), 0o644))
	must(t, os.Symlink(target, filepath.Join(r.Dir, ".gitignore")))
	a, err := mustPlan(t, r.Dir).Apply(t.Context(), ApplyOptions{})
	must(t, err)
	if content, err := os.ReadFile(target); err != nil || string(content) != "untouched\n" {
		t.Errorf("%q, %v", content, err)
	}
	if !strings.Contains(strings.Join(a.Notes, "\n"), "no ordinary file") {
		t.Errorf("notes: %q", a.Notes)
	}
}
