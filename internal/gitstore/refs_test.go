package gitstore

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/gittest"
)

// shared lists "ID NAME" of the refs that git for-each-ref lists in the main work
// tree, as we see them.
func shared(refs []Ref) []string {
	var lines []string
	for _, ref := range refs {
		if !ref.Pseudo && ref.Worktree == "" && ref.Name != "HEAD" && !ref.Target.IsZero() {
			lines = append(lines, ref.Target.String()+" "+ref.Name)
		}
	}
	return lines
}

// lines describes refs with the object names replaced by what known calls them.
func lines(refs []Ref, known map[string]string) []string {
	name := func(id fmt.Stringer) string {
		if short, ok := known[id.String()]; ok {
			return short
		}
		return id.String()
	}
	var list []string
	for _, ref := range refs {
		line := ref.Name + " = " + name(ref.Target)
		if ref.Symbolic != "" {
			line += " by " + ref.Symbolic
		}
		if !ref.Peeled.IsZero() {
			line += " peeled " + name(ref.Peeled)
		}
		if ref.Worktree != "" {
			line += " of " + ref.Worktree
		}
		if ref.Pseudo {
			line += " (pseudo)"
		}
		list = append(list, line)
	}
	return list
}

func refsOf(t *testing.T, path string) []Ref {
	t.Helper()
	refs, found := locate(t, path).Refs()
	if len(found) > 0 {
		t.Fatalf("problems %v", found)
	}
	return refs
}

func TestRefsAreWhatGitSays(t *testing.T) {
	repo := gittest.New(t)
	repo.CommitFile("file", "1", "first")
	for i := range 20 {
		repo.Branch(fmt.Sprintf("topic/%d", i))
	}
	repo.Tag("v1", "HEAD", "a tag")
	repo.Tag("v1-again", "v1", "a tag of a tag")
	repo.Git("tag", "to-a-tree", "HEAD^{tree}")
	repo.Git("pack-refs", "--all")
	repo.CommitFile("file", "2", "second") // main is loose now and old in packed-refs
	repo.Git("branch", "-f", "topic/7")
	repo.Git("branch", "grüße/ünï")
	repo.Git("branch", "-q", "-D", "topic/3")
	repo.Note("HEAD", "a note")
	repo.Write("file", "3")
	repo.Stash("put away")
	repo.Git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/heads/topic/7")
	repo.Git("symbolic-ref", "refs/tags/latest", "refs/tags/v1")
	repo.Git("bisect", "start", "HEAD", "HEAD~1")
	write(t, filepath.Join(repo.Dir, ".git/refs/heads/.hidden"), "no ref")
	write(t, filepath.Join(repo.Dir, ".git/refs/heads/main.lock"), "no ref")

	for _, packed := range []string{"loose and packed", "packed"} {
		t.Run(packed, func(t *testing.T) {
			if packed == "packed" {
				repo.Git("pack-refs", "--all")
			}
			refs := refsOf(t, repo.Dir)
			want := strings.Split(repo.Git("for-each-ref", "--format=%(objectname) %(refname)"), "\n")
			if diff := cmp.Diff(want, shared(refs)); diff != "" {
				t.Errorf("for-each-ref: %s", diff)
			}
			head, ok := locate(t, repo.Dir).Head()
			if want := repo.ID("HEAD"); !ok || head.Target.String() != want {
				t.Errorf("HEAD is %+v, want %s", head, want)
			}
			for _, ref := range refs {
				if !ref.Peeled.IsZero() && ref.Peeled.String() != repo.Git("rev-parse", ref.Name+"^{}") {
					t.Errorf("%s: peeled to %s", ref.Name, ref.Peeled)
				}
			}
			if !slices.ContainsFunc(refs, func(r Ref) bool { return r.Name == "refs/tags/latest" && !r.Peeled.IsZero() }) {
				t.Error("packed tag is not peeled")
			}
		})
	}
}

func TestRefsOfWorktrees(t *testing.T) {
	repo := gittest.New(t)
	first := repo.CommitFile("file", "1", "first")
	second := repo.CommitFile("file", "2", "second")
	repo.Git("checkout", "-q", "--detach", first)
	linked := filepath.Join(t.TempDir(), "side")
	repo.Git("worktree", "add", "-q", "-b", "side", linked, first)
	side := gittest.Open(t, linked)
	third := side.CommitFile("file", "3", "third")
	side.Git("update-ref", "refs/worktree/mark", second)
	side.Git("update-ref", "refs/bisect/bad", third)
	side.Git("symbolic-ref", "refs/worktree/sym", "refs/worktree/mark")
	side.Git("reset", "-q", "--hard", "HEAD^")
	repo.Git("update-ref", "refs/worktree/mark", first)
	write(t, filepath.Join(repo.Dir, ".git/worktrees/side/refs/heads/stray"), first+"\n") // git ignores it
	known := map[string]string{first: "first", second: "second", third: "third"}
	want := []string{
		"HEAD = first",
		"HEAD = first by refs/heads/side of side",
		"ORIG_HEAD = third of side (pseudo)",
		"refs/bisect/bad = third of side",
		"refs/heads/main = second",
		"refs/heads/side = first",
		"refs/worktree/mark = first",
		"refs/worktree/mark = second of side",
		"refs/worktree/sym = second by refs/worktree/mark of side",
	}
	for _, path := range []string{repo.Dir, linked, filepath.Join(repo.Dir, ".git")} {
		if diff := cmp.Diff(want, lines(refsOf(t, path), known)); diff != "" {
			t.Errorf("from %s: %s", path, diff)
		}
	}
	if head, _ := locate(t, linked).Head(); head.Symbolic != "refs/heads/side" || head.Worktree != "side" {
		t.Errorf("HEAD of the linked work tree is %+v", head)
	}
	if head, _ := locate(t, repo.Dir).Head(); head.Symbolic != "" || head.Worktree != "" {
		t.Errorf("HEAD of the main work tree is %+v", head)
	}
}

func TestPseudoRefs(t *testing.T) {
	source := gittest.New(t)
	source.CommitFile("file", "1", "first")
	source.Branch("other")
	source.CommitFile("file", "2", "second")
	repo := gittest.New(t)
	base := repo.CommitFile("base", "1", "base")
	repo.Git("fetch", "-q", source.Dir, "main", "other")
	repo.Git("branch", "one", repo.CommitFile("base", "2", "ours"))
	repo.Git("reset", "-q", "--hard", base)
	repo.CommitFile("base", "3", "theirs")
	if _, err := repo.TryGit("merge", "-q", "one"); err == nil {
		t.Fatal("expected a conflict")
	}
	fetchHead := filepath.Join(repo.Dir, ".git", "FETCH_HEAD")
	twice, err := os.ReadFile(fetchHead)
	if err != nil {
		t.Fatal(err)
	}
	write(t, fetchHead, string(twice)+string(twice))
	var got []string
	for _, ref := range refsOf(t, repo.Dir) {
		if ref.Pseudo {
			got = append(got, ref.Name+" "+ref.Target.String())
		}
	}
	fetched := []string{"FETCH_HEAD " + source.ID("main"), "FETCH_HEAD " + source.ID("other")}
	slices.Sort(fetched)
	want := append([]string{"AUTO_MERGE " + repo.ID("AUTO_MERGE")}, fetched...)
	want = append(want, "MERGE_HEAD "+repo.ID("one"), "ORIG_HEAD "+repo.ID("ORIG_HEAD"))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestUnbornAndDanglingRefs(t *testing.T) {
	repo := gittest.New(t)
	repo.Git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/gone")
	want := []string{
		"HEAD = " + gittest.NullID + " by refs/heads/main",
		"refs/remotes/origin/HEAD = " + gittest.NullID + " by refs/remotes/origin/gone",
	}
	if diff := cmp.Diff(want, lines(refsOf(t, repo.Dir), nil)); diff != "" {
		t.Error(diff)
	}
}

func TestSymbolicRefAsSymbolicLink(t *testing.T) {
	repo := gittest.New(t)
	repo.CommitFile("file", "1", "first")
	head := filepath.Join(repo.Dir, ".git", "HEAD")
	os.Remove(head)
	if err := os.Symlink("refs/heads/main", head); err != nil {
		t.Skip(err)
	}
	if got, _ := locate(t, repo.Dir).Head(); got.Symbolic != "refs/heads/main" || got.Target.String() != repo.ID("main") {
		t.Errorf("HEAD is %+v", got)
	}
}

// TestSymbolicRefDepth compares with git how many symbolic refs are followed.
func TestSymbolicRefDepth(t *testing.T) {
	repo := gittest.New(t)
	repo.CommitFile("file", "1", "first")
	before := "main"
	for i := range 7 {
		repo.Git("symbolic-ref", fmt.Sprintf("refs/heads/s%d", i), "refs/heads/"+before)
		before = fmt.Sprintf("s%d", i)
	}
	refs, found := locate(t, repo.Dir).Refs()
	want := strings.Split(repo.Git("for-each-ref", "--format=%(objectname) %(refname)"), "\n")
	if diff := cmp.Diff(want, shared(refs)); diff != "" {
		t.Error(diff)
	}
	if len(found) == 0 {
		t.Error("the refs that git does not follow must be problems")
	}
}

func TestBrokenRefsAreProblems(t *testing.T) {
	repo := gittest.New(t)
	id := repo.CommitFile("file", "1", "first")
	dir := filepath.Join(repo.Dir, ".git")
	write(t, filepath.Join(dir, "packed-refs"),
		"# pack-refs with: peeled fully-peeled sorted\n"+id+" refs/heads/kept\nnonsense\n^"+id[:39]+"x\n"+
			id+" refs/heads/emptied\n"+gittest.NullID+" refs/heads/null\n"+id+" refs/heads/cut")
	write(t, filepath.Join(dir, "refs/heads/emptied"), "")
	write(t, filepath.Join(dir, "refs/heads/short"), id[:20]+"\n")
	write(t, filepath.Join(dir, "refs/heads/long"), id+"0\n")
	write(t, filepath.Join(dir, "refs/heads/zero"), gittest.NullID+"\n")
	write(t, filepath.Join(dir, "refs/heads/big"), strings.Repeat(" ", maxPointerFile+1))
	write(t, filepath.Join(dir, "refs/heads/a"), "ref: refs/heads/b\n")
	write(t, filepath.Join(dir, "refs/heads/b"), "ref: refs/heads/a\n")
	write(t, filepath.Join(dir, "refs/heads/esc\x1b[31m"), "red")
	write(t, filepath.Join(dir, "ORIG_HEAD"), "lost\n")
	os.Symlink(os.DevNull, filepath.Join(dir, "refs/heads/device"))
	os.Symlink("..", filepath.Join(dir, "refs/heads/folder"))
	refs, found := locate(t, repo.Dir).Refs()
	if diff := cmp.Diff([]string{
		"HEAD = first by refs/heads/main",
		"refs/heads/a = " + gittest.NullID + " by refs/heads/b",
		"refs/heads/b = " + gittest.NullID + " by refs/heads/a",
		"refs/heads/cut = first",
		"refs/heads/emptied = first",
		"refs/heads/kept = first",
		"refs/heads/main = first",
	}, lines(refs, map[string]string{id: "first"})); diff != "" {
		t.Error(diff)
	}
	var where []string
	for _, p := range found {
		where = append(where, p.Where)
		if strings.ContainsAny(p.String(), "\x1b\n") || strings.Contains(p.What, "nonsense") {
			t.Errorf("problem shows bytes of the repository: %q", p)
		}
	}
	slices.Sort(where)
	if diff := cmp.Diff([]string{
		`"refs/heads/esc\x1b[31m"`, "ORIG_HEAD", "packed-refs", "packed-refs", "packed-refs", "packed-refs",
		"refs/heads/a", "refs/heads/b", "refs/heads/big", "refs/heads/device", "refs/heads/emptied",
		"refs/heads/folder", "refs/heads/long", "refs/heads/short", "refs/heads/zero",
	}, where); diff != "" {
		t.Error(diff)
	}
}

func FuzzPackedRefs(f *testing.F) {
	id := strings.Repeat("0123456789", 4)
	f.Add([]byte("# pack-refs with: peeled\n" + id + " refs/heads/main\n^" + id + "\n" + id + " refs/x"))
	f.Fuzz(func(t *testing.T, content []byte) {
		found := problems{where: "packed-refs"}
		refs := parsePackedRefs(content, &found)
		var again strings.Builder
		for _, ref := range refs {
			fmt.Fprintf(&again, "%s %s\n", ref.Target, ref.Name)
			if !ref.Peeled.IsZero() {
				fmt.Fprintf(&again, "^%s\n", ref.Peeled)
			}
		}
		var none problems
		if diff := cmp.Diff(refs, parsePackedRefs([]byte(again.String()), &none)); diff != "" || len(none.all()) > 0 {
			t.Errorf("written and read again: %s%v", diff, none.all())
		}
		if len(found.all()) > maxProblems+1 {
			t.Errorf("%d problems", len(found.all()))
		}
	})
}
