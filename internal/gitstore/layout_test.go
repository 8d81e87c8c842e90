package gitstore

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/gittest"
)

// write puts a file anywhere, with the folders above it.
func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func locate(t *testing.T, path string) *Layout {
	t.Helper()
	layout, err := Locate(path)
	if err != nil {
		t.Fatal(err)
	}
	return layout
}

// paths is what a layout says of folders, with root replaced by ".".
func paths(l *Layout, root string) [3]string {
	short := func(path string) string {
		if path == "" {
			return "none"
		}
		relative, err := filepath.Rel(resolved(root), path)
		if err != nil {
			return path
		}
		return filepath.ToSlash(relative)
	}
	return [3]string{short(l.GitDir), short(l.CommonDir), short(l.WorkTree)}
}

func TestLocateFindsEveryForm(t *testing.T) {
	root := t.TempDir()
	main := gittest.Open(t, root)
	main.Git("init", "-q", "-b", "main", "work")
	work := gittest.Open(t, filepath.Join(root, "work"))
	work.CommitFile("folder/file", "text\n", "first")
	work.Git("worktree", "add", "-q", "--detach", "../linked")
	main.Git("clone", "-q", "--bare", "work", "bare.git")
	main.Git("init", "-q", "-b", "main", "--separate-git-dir=apart", "pointing")
	main.Git("init", "-q", "-b", "main", "outer")
	outer := gittest.Open(t, filepath.Join(root, "outer"))
	outer.Git("submodule", "--quiet", "add", work.Dir, "sub")
	gone := gittest.Open(t, filepath.Join(root, "work"))
	gone.Git("worktree", "add", "-q", "--detach", "../gone")
	if err := os.RemoveAll(filepath.Join(root, "gone")); err != nil {
		t.Fatal(err)
	}

	for name, test := range map[string]struct {
		path string
		want [3]string // Git folder, common folder, work tree
	}{
		"work tree":                 {"work", [3]string{"work/.git", "work/.git", "work"}},
		"folder in a work tree":     {"work/folder", [3]string{"work/.git", "work/.git", "work"}},
		"Git folder":                {"work/.git", [3]string{"work/.git", "work/.git", "work"}},
		"inside the Git folder":     {"work/.git/objects/info", [3]string{"work/.git", "work/.git", "work"}},
		"linked work tree":          {"linked/folder", [3]string{"work/.git/worktrees/linked", "work/.git", "linked"}},
		"file of a linked one":      {"linked/.git", [3]string{"work/.git/worktrees/linked", "work/.git", "linked"}},
		"Git folder of linked":      {"work/.git/worktrees/linked", [3]string{"work/.git/worktrees/linked", "work/.git", "linked"}},
		"linked whose files went":   {"work/.git/worktrees/gone", [3]string{"work/.git/worktrees/gone", "work/.git", "none"}},
		"bare":                      {"bare.git", [3]string{"bare.git", "bare.git", "none"}},
		"inside a bare one":         {"bare.git/refs", [3]string{"bare.git", "bare.git", "none"}},
		"separate Git folder":       {"pointing", [3]string{"apart", "apart", "pointing"}},
		"submodule":                 {"outer/sub/folder", [3]string{"outer/.git/modules/sub", "outer/.git/modules/sub", "outer/sub"}},
		"Git folder of a submodule": {"outer/.git/modules/sub", [3]string{"outer/.git/modules/sub", "outer/.git/modules/sub", "outer/sub"}},
	} {
		t.Run(name, func(t *testing.T) {
			layout := locate(t, filepath.Join(root, filepath.FromSlash(test.path)))
			if diff := cmp.Diff(test.want, paths(layout, root)); diff != "" {
				t.Error(diff)
			}
			if len(layout.Problems) > 0 {
				t.Error(layout.Problems)
			}
		})
	}
}

func TestLocateThroughSymbolicLink(t *testing.T) {
	repo := gittest.New(t)
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(repo.Dir, link); err != nil {
		t.Skip(err)
	}
	if diff := cmp.Diff([3]string{".git", ".git", "."}, paths(locate(t, link), repo.Dir)); diff != "" {
		t.Error(diff)
	}
}

func TestLocateWithoutRepository(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "file"), "text")
	write(t, filepath.Join(dir, "broken", ".git"), "gitdir: nowhere\n")
	write(t, filepath.Join(dir, "odd", ".git"), "no pointer\n")
	write(t, filepath.Join(dir, "empty", ".git", "HEAD"), "ref: refs/heads/main\n")
	for _, path := range []string{"", "file", "broken", "odd", "empty"} {
		if _, err := Locate(filepath.Join(dir, path)); !errors.Is(err, ErrNotRepository) {
			t.Errorf("%q: got %v, want ErrNotRepository", path, err)
		}
	}
	if _, err := Locate(filepath.Join(dir, "missing")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing folder: got %v", err)
	}
}

func TestLocateRefusesWhatItCannotRead(t *testing.T) {
	for name, test := range map[string]struct {
		config string
		want   string // part of the error, or "" where the repository can be read
	}{
		"reftable":                 {"[core]\nrepositoryformatversion = 1\n[extensions]\nrefStorage = reftable\n", "reftable ref storage"},
		"sha256 by hand":           {"[core]\nrepositoryformatversion = 1\n[extensions]\nobjectFormat = sha256\n", "SHA-256 object format"},
		"unknown extension":        {"[core]\nrepositoryformatversion = 1\n[extensions]\nshinyNew = 1\n", "extension shinynew"},
		"unknown, control bytes":   {"[core]\nrepositoryformatversion = 1\n[extensions]\nobjectFormat = \"a\\bc\"\n", `"a\bc" object format`},
		"format version 2":         {"[core]\nrepositoryformatversion = 2\n", "format version 2"},
		"unreadable elsewhere":     {"[alias.x]\n[core]\nrepositoryformatversion = 1\n[extensions]\nobjectFormat = sha256\n", "SHA-256"},
		"unknown in version 0":     {"[core]\nrepositoryformatversion = 0\n[extensions]\nshinyNew = 1\n", ""},
		"sha1 and files":           {"[core]\nrepositoryformatversion = 1\n[extensions]\nobjectFormat = sha1\nrefStorage = files\n", ""},
		"worktree config":          {"[core]\nrepositoryformatversion = 1\n[extensions]\nworktreeConfig = true\n", ""},
		"partial clone":            {"[core]\nrepositoryformatversion = 1\n[extensions]\npartialClone = origin\n", ""},
		"precious objects":         {"[core]\nrepositoryformatversion = 1\n[extensions]\npreciousObjects = true\n", ""},
		"relative work trees":      {"[core]\nrepositoryformatversion = 1\n[extensions]\nrelativeWorktrees = true\n", ""},
		"section in an old form":   {"[alias.x]\nlog = log\n[core]\nbare = false\n", ""},
		"name in Latin-1":          {"[core]\nbare = false\n[remote \"caf\xe9\"]\nurl = x\n", ""},
		"no extensions, BOM, CRLF": {"\xef\xbb\xbf[core]\r\n\trepositoryformatversion = 0\r\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			repo := gittest.New(t)
			write(t, filepath.Join(repo.Dir, ".git", "config"), test.config)
			layout, err := Locate(repo.Dir)
			if test.want == "" {
				if err != nil || len(layout.Problems) > 0 {
					t.Fatalf("got %v, problems %v", err, layout.Problems)
				}
				return
			}
			var unsupported *UnsupportedError
			if !errors.As(err, &unsupported) || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("got %v, want an UnsupportedError with %q", err, test.want)
			}
		})
	}
}

func TestLocateRefusesSHA256(t *testing.T) {
	repo := gittest.New(t, gittest.InitArgs("--object-format=sha256"))
	var unsupported *UnsupportedError
	if _, err := Locate(repo.Dir); !errors.As(err, &unsupported) || !strings.Contains(err.Error(), "SHA-256 object format is not supported") {
		t.Fatalf("got %v", err)
	}
}

func TestBrokenConfigIsAProblem(t *testing.T) {
	repo := gittest.New(t)
	write(t, filepath.Join(repo.Dir, ".git", "config"), "[core\n\tbare = \\\n\"")
	layout := locate(t, repo.Dir)
	if len(layout.Problems) != 1 || layout.Problems[0].Where != "config" {
		t.Errorf("got problems %v", layout.Problems)
	}
}

// TestWorktreesOfBareRepository: core.bare and core.worktree speak of the main work
// tree only, and a folder .git can be bare.
func TestWorktreesOfBareRepository(t *testing.T) {
	repo := gittest.New(t)
	repo.CommitFile("file", "1", "first")
	linked := filepath.Join(t.TempDir(), "side")
	repo.Git("worktree", "add", "-q", "-b", "side", linked)
	for _, config := range []string{"[core]\n\tbare = true\n", "[core]\n\tbare\n", "[core]\n\tworktree = /nowhere\n"} {
		write(t, filepath.Join(repo.Dir, ".git", "config"), config)
		if got := locate(t, repo.Dir); got.WorkTree != "" {
			t.Errorf("%q: main work tree is %q", config, got.WorkTree)
		}
		if got := locate(t, linked); got.WorkTree != resolved(linked) || got.Worktree() != "side" {
			t.Errorf("%q: linked work tree %q is %q", config, got.Worktree(), got.WorkTree)
		}
	}
}

func FuzzConfig(f *testing.F) {
	f.Add([]byte("[core]\n\tbare = true\n[remote \"o\"]\n\turl = \"a\\\\b\" ; c\n[x.y]\nz\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		config, _ := salvageConfig(content)
		for _, key := range config.order {
			if strings.ToLower(key.section) != key.section || config.options[key] == nil && key.section == "" {
				t.Errorf("section %q", key)
			}
		}
	})
}

func TestWorktreeConfigOverridesSharedOne(t *testing.T) {
	repo := gittest.New(t)
	repo.Git("config", "extensions.worktreeConfig", "true")
	repo.Git("config", "--worktree", "core.worktree", filepath.Join(repo.Dir, "elsewhere"))
	write(t, filepath.Join(repo.Dir, "elsewhere", "file"), "")
	if got := locate(t, repo.Dir); got.WorkTree != resolved(filepath.Join(repo.Dir, "elsewhere")) {
		t.Errorf("work tree is %q", got.WorkTree)
	}
}

func TestLayoutIgnoresIncludes(t *testing.T) {
	repo := gittest.New(t)
	write(t, filepath.Join(repo.Dir, ".git", "more"), "[core]\n\trepositoryformatversion = 7\n")
	repo.Git("config", "include.path", "more")
	locate(t, repo.Dir)
}
