package gitstore

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/gittest"
)

// Variables mean what they mean to git.
func TestEnvironmentAsGit(t *testing.T) {
	repo := gittest.New(t)
	repo.CommitFile("dir/file", "content", "first")
	linked := filepath.Join(t.TempDir(), "linked")
	repo.Git("worktree", "add", "-q", "-b", "side", linked)
	elsewhere := t.TempDir()
	for name, test := range map[string]struct {
		dir  string
		vars []string
	}{
		"nothing":              {repo.Dir, nil},
		"below":                {filepath.Join(repo.Dir, "dir"), nil},
		"folder":               {elsewhere, []string{"GIT_DIR=" + repo.GitDir()}},
		"relative":             {repo.Dir, []string{"GIT_DIR=.git"}},
		"in the Git folder":    {repo.GitDir(), []string{"GIT_DIR=."}},
		"folder and files":     {elsewhere, []string{"GIT_DIR=" + repo.GitDir(), "GIT_WORK_TREE=" + repo.Dir}},
		"of a linked tree":     {linked, []string{"GIT_DIR=" + filepath.Join(repo.GitDir(), "worktrees", "linked")}},
		"index":                {repo.Dir, []string{"GIT_INDEX_FILE=.git/other"}},
		"index in a linked":    {linked, []string{"GIT_INDEX_FILE=" + filepath.Join(elsewhere, "index")}},
		"objects":              {repo.Dir, []string{"GIT_OBJECT_DIRECTORY=" + elsewhere}},
		"objects and common":   {elsewhere, []string{"GIT_DIR=" + filepath.Join(repo.GitDir(), "worktrees", "linked"), "GIT_COMMON_DIR=" + repo.GitDir()}},
		"files without GitDir": {repo.Dir, []string{"GIT_WORK_TREE=" + linked}},
	} {
		t.Run(name, func(t *testing.T) {
			layout, err := LocateIn(ReadEnvironment(test.dir, lookup(test.vars)))
			if err != nil {
				t.Fatal(err)
			}
			objects, _ := layout.ObjectDirs()
			got := []string{layout.GitDir, layout.CommonDir, layout.WorkTree, layout.indexFile(Worktree{GitDir: layout.GitDir}), objects[0]}
			cmd := exec.Command("git", "rev-parse", "--path-format=absolute", "--git-dir", "--git-common-dir", "--show-toplevel", "--git-path", "index", "--git-path", "objects")
			if strings.HasPrefix(name, "in the") {
				cmd.Args = slices.DeleteFunc(cmd.Args, func(arg string) bool { return arg == "--show-toplevel" })
				got = slices.Delete(got, 2, 3) // git says that it is no work tree
			}
			cmd.Dir, cmd.Env = test.dir, append(os.Environ(), test.vars...)
			out, err := cmd.Output()
			if err != nil {
				t.Fatal(err)
			}
			want := strings.Fields(string(out))
			for i := range want {
				want[i] = resolved(want[i])
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-git +ours):\n%s", diff)
			}
		})
	}
}

// lookup is os.Getenv for some variables.
func lookup(vars []string) func(string) string {
	return func(name string) string {
		for _, v := range vars {
			if value, ok := strings.CutPrefix(v, name+"="); ok {
				return value
			}
		}
		return ""
	}
}

// What lies in a quarantine is read beside what the repository has, and without the variables it is not there.
func TestObjectsOfTheEnvironment(t *testing.T) {
	repo, other := gittest.New(t), gittest.New(t)
	old := repo.Blob("of the repository")
	pushed := other.Blob("pushed")
	odd := filepath.Join(t.TempDir(), `a "b"`+string(filepath.ListSeparator)+"c")
	if err := os.MkdirAll(odd, 0o777); err != nil {
		t.Skip(err) // no name on Windows
	}
	third := gittest.New(t)
	far := third.Blob("far away")
	if err := os.CopyFS(odd, os.DirFS(third.ObjectDir())); err != nil {
		t.Fatal(err)
	}
	quoted := strings.NewReplacer(`"`, `\"`, `\`, `\\`).Replace(odd)
	env := Environment{
		Dir: repo.Dir, ObjectDir: other.ObjectDir(),
		Alternates: repo.ObjectDir() + string(filepath.ListSeparator) + `"` + quoted + `"` + string(filepath.ListSeparator) + "nowhere",
	}
	for name, test := range map[string]struct {
		env  Environment
		want []string
	}{
		"without": {Environment{Dir: repo.Dir}, []string{old}},
		"with":    {env, []string{old, pushed, far}},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := OpenIn(test.env)
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			for _, id := range []string{old, pushed, far} {
				parsed, _ := pack.ParseID(id)
				if _, _, err := r.Read(parsed, nil, 100); (err == nil) != slices.Contains(test.want, id) {
					t.Errorf("%s: %v", id, err)
				}
			}
			problems := r.ObjectProblems()
			if name == "with" && (len(problems) != 1 || !strings.Contains(problems[0].What, "nowhere")) || name == "without" && len(problems) > 0 {
				t.Errorf("problems: %v", problems)
			}
		})
	}
	env.Alternates = ""
	for range maxAlternates + 10 {
		env.Alternates += t.TempDir() + string(filepath.ListSeparator)
	}
	r, err := OpenIn(env)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if len(r.dirs) > maxAlternates+1 || len(r.ObjectProblems()) != 1 {
		t.Errorf("%d folders, problems: %v", len(r.dirs), r.ObjectProblems())
	}
	if _, err := LocateIn(Environment{Dir: repo.Dir, GitDir: "nowhere"}); err == nil {
		t.Error("a Git folder that is none")
	}
}
