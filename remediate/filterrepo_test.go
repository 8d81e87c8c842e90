package remediate_test

import (
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/unleak/unleak/internal/gittest"
)

// edit is one change of history, for both programs.
type edit struct {
	name     string
	most     bool     // removes nearly everything
	args     []string // of git filter-repo
	paths    []string // patterns of ours
	text     string   // a file for --replace-text, for both
	messages bool     // in messages as well
	keepIDs  bool
}

// dotEnv removes .env at any depth, as the pattern does by itself.
var dotEnv = edit{name: ".env", args: []string{"--invert-paths", "--path-regex", `(^|/)\.env(/|$)`}, paths: []string{".env"}}

// The shapes in which commits become empty and merges degenerate (cases 9 to 16). They stand
// in one repository, below branches and messages of their names.
func TestSameAsFilterRepoOnShapes(t *testing.T) {
	w := newShapeWriter()
	for name, s := range sorted(shapes) {
		w.add(t, strings.ReplaceAll(name, " ", "-")+"/", s)
	}
	sameAsFilterRepo(t, w.repository(t), dotEnv)
}

// Nothing is left of a repository that held nothing else (case 13).
func TestSameAsFilterRepoWhenNothingIsLeft(t *testing.T) {
	sameAsFilterRepo(t, shape(`
		a: .env=1
		b < a: .env=2
		refs/heads/main = b`).build(t), dotEnv)
}

var shapes = map[string]shape{
	"a commit that becomes empty goes": `
		a: keep=1
		b < a: keep=1 .env=1
		c < b: keep=2 .env=1`,
	"one that was empty on purpose stays": `
		a: keep=1
		b < a: keep=1
		c < b: keep=2 .env=1`,
	"one that was empty, and whose parent goes": `
		a: keep=1
		b < a: keep=1 .env=1
		c < b: keep=1 .env=1
		d < c: keep=2 .env=1`,
	"one that was empty, two below one that goes": `
		a: keep=1
		b < a: keep=1 .env=1
		c < b: keep=1 .env=1
		d < c: keep=1 .env=1
		e < d: keep=1`,
	"a merge whose sides become one": `
		a: keep=1
		b < a: keep=1 .env=1
		c < a: keep=1 .env=2
		m < b c: keep=1 .env=1
		d < m: keep=2 .env=1`,
	"a merge with a change of its own whose sides become one": `
		a: keep=1
		b < a: keep=1 .env=1
		c < a: keep=1 .env=2
		m < b c: keep=2 .env=1
		d < m: keep=3`,
	"a merge whose second side becomes an ancestor": `
		a: keep=1
		b < a: keep=2
		c < a: keep=1 .env=2
		m < b c: keep=2 .env=2`,
	"a merge whose first side becomes an ancestor": `
		a: keep=1
		b < a: keep=2
		c < a: keep=1 .env=2
		m < c b: keep=2 .env=2`,
	"one whose first side becomes an ancestor, with a change of its own": `
		a: keep=1
		b < a: keep=2
		c < a: keep=1 .env=2
		m < c b: keep=3 .env=2`,
	"a merge that always had an ancestor as parent stays": `
		a: keep=1
		b < a: keep=2 .env=1
		m < a b: keep=2 .env=1
		n < b a: keep=2 .env=1`,
	"a merge that always had an ancestor, which goes": `
		a: keep=1
		b < a: keep=1 .env=1
		c < b: keep=2 .env=1
		m < c b: keep=2 .env=1
		d < m: keep=2`,
	"a whole branch goes": `
		a: keep=1
		b < a: keep=2
		x: .env=1
		y < x: .env=2
		refs/heads/all = b
		refs/heads/gone = y`,
	"a merge with a branch that goes whole": `
		a: keep=1
		x: .env=1
		y < x: .env=2
		m < a y: keep=1 .env=2
		n < y a: keep=1 .env=2
		o < y a: keep=2 .env=2`,
	"refs move to the nearest ancestor that is left": `
		a: keep=1
		b < a: keep=1 .env=1
		c < b: keep=1 .env=2
		d < c: keep=2
		refs/heads/at-b = b
		refs/heads/at-c = c
		refs/tags/light = c`,
	"the first parent vanished": `
		a: keep=1
		x: .env=1
		m < x a: keep=2 .env=1
		n < m: keep=2 .env=2`,
	"a root goes": `
		a: .env=1
		b < a: .env=1 keep=1
		c < b: keep=2`,
	"several roots, one goes": `
		a: .env=1
		b: keep=1
		c: keep=2 .env=2
		m < a b c: keep=3
		n < b a: keep=1 .env=1
		o < c a: keep=2 .env=1`,
	"an octopus loses parents": `
		a: keep=1
		b < a: keep=1 .env=1
		c < a: keep=2
		d < a: keep=1 other=1
		e < a: keep=1 .env=2
		m < b c d e: keep=2 other=1 .env=1
		n < b e a: keep=1
		o < c d b: keep=2 other=1`,
	"a revert becomes empty with what it reverts": `
		a: keep=1
		b < a: keep=1 .env=1
		c < b: keep=1
		d < c: keep=2`,
	"a folder and a file at one path": `
		a: keep=1 .env=1
		b < a: keep=1 .env/inner=1
		c < b: keep=1 .env@120000=target
		d < c: keep=1 .env@160000=5
		e < d: keep=2 sub/.env=1 sub/.env.example=1`,
	"modes and kinds that stay": `
		a: run@100755=1 link@120000=target sub@160000=77 deep/er/.env=1 deep/er/x=1
		b < a: run@100644=1 link=target sub@160000=78 deep/er/x=1
		c < b: run@100755=1 deep/.env=2 deep/er/x=1 deep/er/.env=2`,
}

// Hundreds of small graphs in one repository, so that what becomes of empty commits and
// degenerate merges is compared in every constellation.
func TestSameAsFilterRepoOnRandomShapes(t *testing.T) {
	for seed := range seeds(2) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 0x73686170))
			w := newShapeWriter()
			for n := range 80 {
				w.add(t, fmt.Sprintf("s%d/", n), randomShape(random))
			}
			sameAsFilterRepo(t, w.repository(t), dotEnv)
		})
	}
}

func sameAsFilterRepo(t *testing.T, before *gittest.Repo, e edit) {
	t.Helper()
	if testing.Short() {
		t.Skip("compares results only, at some length")
	}
	if _, err := exec.LookPath("git-filter-repo"); err != nil {
		t.Skip("git-filter-repo is not installed")
	}
	theirs := withFilterRepo(t, before, e)
	ours := withUnleak(t, before, e)
	compareRewrites(t, before, theirs, ours)
}

// rewritten is a repository after an edit.
type rewritten struct {
	*gittest.Repo
	commits map[string]string // old id to new, of those that changed; gittest.NullID: pruned
}

// withFilterRepo edits a copy with git filter-repo. Encodings are kept, as we do.
func withFilterRepo(t *testing.T, before *gittest.Repo, e edit) rewritten {
	t.Helper()
	repo := before.Copy()
	args := append([]string{"filter-repo", "--force", "--quiet", "--preserve-commit-encoding",
		"--replace-refs", "update-no-add"}, e.args...)
	if e.text != "" {
		file := filepath.Join(t.TempDir(), "expressions")
		if err := os.WriteFile(file, []byte(e.text), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, "--replace-text", file)
		if e.messages {
			args = append(args, "--replace-message", file)
		}
	}
	if e.keepIDs {
		args = append(args, "--preserve-commit-hashes")
	}
	repo.Git(args...)
	return rewritten{repo, readCommitMap(t, filepath.Join(repo.GitDir(), "filter-repo", "commit-map"))}
}

// readCommitMap reads a map as filter-repo writes it: a heading, then old and new ids.
func readCommitMap(t *testing.T, file string) map[string]string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]string{}
	for line := range strings.Lines(string(content)) {
		if before, after, _ := strings.Cut(strings.TrimSpace(line), " "); len(before) == len(gittest.NullID) {
			ids[before] = strings.TrimSpace(after)
		}
	}
	return ids
}

// sorted goes through a map in the order of its keys.
func sorted[V any](m map[string]V) iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		for _, key := range slices.Sorted(maps.Keys(m)) {
			if !yield(key, m[key]) {
				return
			}
		}
	}
}
