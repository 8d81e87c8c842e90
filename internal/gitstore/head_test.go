package gitstore

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/gittest"
)

// HEAD by itself is what it is among all refs.
func TestHeadIsThatOfRefs(t *testing.T) {
	symbolic := func(name, target string) func(*testing.T, *gittest.Repo) {
		return func(t *testing.T, r *gittest.Repo) {
			write(t, filepath.Join(r.Dir, ".git", filepath.FromSlash(name)), "ref: "+target+"\n")
		}
	}
	both := func(list ...func(*testing.T, *gittest.Repo)) func(*testing.T, *gittest.Repo) {
		return func(t *testing.T, r *gittest.Repo) {
			for _, f := range list {
				f(t, r)
			}
		}
	}
	packed := func(_ *testing.T, r *gittest.Repo) { r.Git("pack-refs", "--all") }
	for name, change := range map[string]func(*testing.T, *gittest.Repo){
		"loose":             func(*testing.T, *gittest.Repo) {},
		"packed":            packed,
		"packed and newer":  both(packed, func(_ *testing.T, r *gittest.Repo) { r.CommitFile("file", "2", "second") }),
		"packed and broken": both(packed, func(t *testing.T, r *gittest.Repo) { write(t, r.Dir+"/.git/refs/heads/main", "no id") }),
		"detached":          func(_ *testing.T, r *gittest.Repo) { r.Git("checkout", "-q", "--detach") },
		"unborn":            symbolic("HEAD", "refs/heads/unborn"),
		"a tag":             both(func(_ *testing.T, r *gittest.Repo) { r.Tag("v1", "main", "one") }, packed, symbolic("HEAD", "refs/tags/v1")),
		"chain":             both(symbolic("HEAD", "refs/a"), symbolic("refs/a", "refs/b"), symbolic("refs/b", "refs/heads/main")),
		"long chain": both(symbolic("HEAD", "refs/1"), symbolic("refs/1", "refs/2"), symbolic("refs/2", "refs/3"),
			symbolic("refs/3", "refs/4"), symbolic("refs/4", "refs/heads/main")),
		"chain too long": both(symbolic("HEAD", "refs/1"), symbolic("refs/1", "refs/2"), symbolic("refs/2", "refs/3"),
			symbolic("refs/3", "refs/4"), symbolic("refs/4", "refs/5"), symbolic("refs/5", "refs/heads/main")),
		"circle":       both(symbolic("HEAD", "refs/a"), symbolic("refs/a", "refs/a")),
		"itself":       symbolic("HEAD", "HEAD"),
		"pseudo":       both(func(t *testing.T, r *gittest.Repo) { write(t, r.Dir+"/.git/ORIG_HEAD", r.ID("main")+"\n") }, symbolic("HEAD", "ORIG_HEAD")),
		"hidden":       both(symbolic("HEAD", "refs/heads/.x"), func(t *testing.T, r *gittest.Repo) { write(t, r.Dir+"/.git/refs/heads/.x", r.ID("main")+"\n") }),
		"locked":       both(symbolic("HEAD", "refs/heads/x.lock"), func(t *testing.T, r *gittest.Repo) { write(t, r.Dir+"/.git/refs/heads/x.lock", r.ID("main")+"\n") }),
		"outside":      both(symbolic("HEAD", "refs/../../x"), func(t *testing.T, r *gittest.Repo) { write(t, r.Dir+"/x", r.ID("main")+"\n") }),
		"a folder":     symbolic("HEAD", "refs/heads"),
		"unreadable":   func(t *testing.T, r *gittest.Repo) { write(t, r.Dir+"/.git/HEAD", "no ref") },
		"per worktree": both(symbolic("HEAD", "refs/bisect/x"), func(t *testing.T, r *gittest.Repo) { write(t, r.Dir+"/.git/refs/bisect/x", r.ID("main")+"\n") }),
		"folder by link": both(symbolic("HEAD", "refs/heads/link/main"), func(t *testing.T, r *gittest.Repo) {
			if err := os.Symlink("../heads", r.Dir+"/.git/refs/heads/link"); err != nil {
				t.Skip(err)
			}
		}),
		"by link": func(t *testing.T, r *gittest.Repo) {
			os.Remove(r.Dir + "/.git/HEAD")
			if err := os.Symlink("refs/heads/main", r.Dir+"/.git/HEAD"); err != nil {
				t.Skip(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			repo := gittest.New(t)
			repo.CommitFile("file", "1", "first")
			linked := filepath.Join(t.TempDir(), "side")
			repo.Git("worktree", "add", "-q", "-b", "side", linked)
			before := []*Layout{locate(t, repo.Dir), locate(t, linked)}
			change(t, repo)
			for _, layout := range before {
				wantHead, wantOK := headAmongAll(layout)
				head, ok := layout.Head()
				if diff := cmp.Diff(wantHead, head); diff != "" || ok != wantOK {
					t.Errorf("work tree %q: ok %v, want %v %s", layout.Worktree(), ok, wantOK, diff)
				}
			}
			if head, _ := before[1].Head(); !strings.HasSuffix(head.Symbolic, "side") || head.Target.IsZero() {
				t.Errorf("HEAD of the linked work tree is %+v", head)
			}
		})
	}
}

func headAmongAll(l *Layout) (Ref, bool) {
	refs, _ := l.Refs()
	for _, ref := range refs {
		if ref.Name == "HEAD" && ref.Worktree == l.Worktree() {
			return ref, true
		}
	}
	return Ref{}, false
}
