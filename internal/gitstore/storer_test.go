package gitstore

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/gittest"
)

const limit = 1 << 30

func storerOf(t *testing.T, path string) *Storer {
	t.Helper()
	repository, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { repository.Close() })
	return NewStorer(repository.Layout, repository, limit)
}

// goGit opens a repository as go-git's users do.
func goGit(t *testing.T, path string) *git.Repository {
	t.Helper()
	storer := storerOf(t, path)
	opened, err := git.Open(storer, osfs.New(storer.layout.WorkTree))
	if err != nil {
		t.Fatal(err)
	}
	return opened
}

// mixedRepo has objects in packs with deltas, loose and in an alternate.
func mixedRepo(t *testing.T) *gittest.Repo {
	source := gittest.New(t)
	text := strings.Repeat("a line of text that deltas well\n", 50)
	for i := range 5 {
		source.CommitFile("folder/file", fmt.Sprint(i, "\n", text), fmt.Sprint("commit ", i))
	}
	source.Git("gc", "-q")
	into := gittest.Open(t, t.TempDir())
	into.Git("clone", "-q", "--shared", source.Dir, "clone")
	repo := gittest.Open(t, filepath.Join(into.Dir, "clone"))
	repo.CheckoutNew("topic")
	repo.CommitFile("folder/file", "on a branch\n"+text, "in a pack of its own")
	repo.Git("repack", "-q", "-d", "-l")
	repo.Checkout("main")
	repo.CommitFile("other", "loose\n", "loose")
	repo.Merge("merge", nil, "topic")
	repo.Tag("v1", "HEAD", "a tag")
	repo.Tag("v1-again", "v1", "a tag of a tag")
	repo.Git("symbolic-ref", "refs/heads/alias", "refs/heads/topic")
	return repo
}

func TestGoGitSeesWhatGitSays(t *testing.T) {
	repo := mixedRepo(t)
	opened := goGit(t, repo.Dir)

	var commits []string
	log, err := opened.Log(&git.LogOptions{All: true})
	if err != nil {
		t.Fatal(err)
	}
	err = log.ForEach(func(c *object.Commit) error { commits = append(commits, c.Hash.String()); return nil })
	want := strings.Fields(repo.Git("rev-list", "--all"))
	slices.Sort(commits)
	slices.Sort(want)
	if diff := cmp.Diff(want, commits); diff != "" || err != nil {
		t.Errorf("log: error %v %s", err, diff)
	}

	head, err := opened.Head()
	if err != nil || head.Hash().String() != repo.ID("HEAD") || head.Name() != "refs/heads/main" {
		t.Errorf("HEAD is %v, error %v", head, err)
	}
	commit, err := opened.CommitObject(head.Hash())
	if err != nil {
		t.Fatal(err)
	}
	tree, err := commit.Tree()
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	err = tree.Files().ForEach(func(f *object.File) error {
		files = append(files, fmt.Sprintf("100644 blob %s\t%s", f.Hash, f.Name))
		return nil
	})
	if diff := cmp.Diff(repo.Git("ls-tree", "-r", "HEAD"), strings.Join(files, "\n")); diff != "" || err != nil {
		t.Errorf("files: error %v %s", err, diff)
	}

	var tags []string
	iter, err := opened.TagObjects()
	if err != nil {
		t.Fatal(err)
	}
	err = iter.ForEach(func(tag *object.Tag) error { tags = append(tags, tag.Name+" "+tag.Target.String()); return nil })
	slices.Sort(tags)
	wantTags := []string{"v1 " + repo.ID("HEAD"), "v1-again " + repo.ID("v1")}
	if diff := cmp.Diff(wantTags, tags); diff != "" || err != nil {
		t.Errorf("tags: error %v %s", err, diff)
	}
	for _, revision := range []string{"v1^{commit}", "main~2", "alias", repo.ID("topic")[:7]} {
		hash, err := opened.ResolveRevision(plumbing.Revision(revision))
		if err != nil || hash.String() != repo.Git("rev-parse", revision) {
			t.Errorf("%s is %v, error %v", revision, hash, err)
		}
	}
	work, err := opened.Worktree()
	if err != nil {
		t.Fatal(err)
	}
	if status, err := work.Status(); err != nil || !status.IsClean() {
		t.Errorf("status %v, error %v", status, err)
	}
}

func TestStorerObjectsAreWhatGitSays(t *testing.T) {
	repo := mixedRepo(t)
	storer := storerOf(t, repo.Dir)
	for want, kind := range map[plumbing.ObjectType]string{
		plumbing.AnyObject: "", plumbing.CommitObject: "commit", plumbing.TreeObject: "tree",
		plumbing.BlobObject: "blob", plumbing.TagObject: "tag",
	} {
		var objects []gittest.Object
		iter, err := storer.IterEncodedObjects(want)
		if err != nil {
			t.Fatal(err)
		}
		err = iter.ForEach(func(o plumbing.EncodedObject) error {
			size, err := storer.EncodedObjectSize(o.Hash())
			if err != nil || size != o.Size() {
				t.Errorf("%s: size %d and %d, error %v", o.Hash(), size, o.Size(), err)
			}
			reader, err := o.Reader()
			if err != nil {
				return err
			}
			content, err := io.ReadAll(reader)
			if actual := plumbing.ComputeHash(o.Type(), content); err != nil || actual != o.Hash() {
				t.Errorf("%s: content is that of %s, error %v", o.Hash(), actual, err)
			}
			objects = append(objects, gittest.Object{ID: o.Hash().String(), Kind: o.Type().String(), Size: o.Size()})
			return nil
		})
		expected := slices.DeleteFunc(repo.Objects(), func(o gittest.Object) bool { return kind != "" && o.Kind != kind })
		if diff := cmp.Diff(expected, objects); diff != "" || err != nil {
			t.Errorf("%s: error %v %s", want, err, diff)
		}
	}
}

func TestStorerLooksUpByTypeAndName(t *testing.T) {
	repo := mixedRepo(t)
	storer := storerOf(t, repo.Dir)
	blob := plumbing.NewHash(repo.ID("HEAD:other"))
	missing := plumbing.NewHash(strings.Repeat("12", 20))
	if _, err := storer.EncodedObject(plumbing.BlobObject, blob); err != nil {
		t.Error(err)
	}
	if _, err := storer.EncodedObject(plumbing.CommitObject, blob); err != plumbing.ErrObjectNotFound {
		t.Errorf("blob as commit: got %v", err)
	}
	if _, err := storer.EncodedObject(plumbing.AnyObject, missing); err != plumbing.ErrObjectNotFound {
		t.Errorf("missing object: got %v", err)
	}
	if err := storer.HasEncodedObject(blob); err != nil {
		t.Error(err)
	}
	if err := storer.HasEncodedObject(missing); err != plumbing.ErrObjectNotFound {
		t.Errorf("missing object: got %v", err)
	}
	if _, err := storer.EncodedObjectSize(missing); err != plumbing.ErrObjectNotFound {
		t.Errorf("missing object: got %v", err)
	}
	small := NewStorer(storer.layout, storer.objects, 3)
	if _, err := small.EncodedObject(plumbing.AnyObject, blob); !errors.Is(err, pack.ErrTooLarge) {
		t.Errorf("object over the limit: got %v", err)
	}
	for _, prefix := range []string{"", blob.String()[:2], blob.String()[:6], blob.String(), blob.String() + "00", "ffffffff"} {
		raw, _ := hex.DecodeString(prefix)
		hashes, err := storer.HashesWithPrefix(raw)
		var got []string
		for _, hash := range hashes {
			got = append(got, hash.String())
		}
		var want []string
		for _, object := range repo.Objects() {
			if len(raw) >= 2 && strings.HasPrefix(object.ID, prefix) {
				want = append(want, object.ID)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("prefix %q: error %v %s", prefix, err, diff)
		}
	}
}

// TestGoGitOpensWhatItsOwnStorageRefuses is why this storage exists.
func TestGoGitOpensWhatItsOwnStorageRefuses(t *testing.T) {
	for name, config := range map[string][][2]string{
		"work tree config":      {{"extensions.worktreeConfig", "true"}},
		"partial clone":         {{"core.repositoryFormatVersion", "1"}, {"extensions.partialClone", "origin"}},
		"precious objects":      {{"core.repositoryFormatVersion", "1"}, {"extensions.preciousObjects", "true"}},
		"rebase with merges":    {{"branch.main.rebase", "merges"}},
		"merge of a pull":       {{"branch.main.merge", "refs/pull/1/head"}},
		"refspec that excludes": {{"remote.origin.fetch", "^refs/heads/x"}},
	} {
		t.Run(name, func(t *testing.T) {
			repo := gittest.New(t)
			id := repo.CommitFile("file", "1", "first")
			repo.Git("config", "remote.upstream.url", "https://example.com/x.git")
			for _, set := range config {
				repo.Git("config", set[0], set[1])
			}
			if theirs, err := git.PlainOpen(repo.Dir); err == nil {
				if _, err = theirs.Config(); err == nil {
					t.Log("go-git's own storage takes this now")
				}
			}
			opened := goGit(t, repo.Dir)
			if head, err := opened.Head(); err != nil || head.Hash().String() != id {
				t.Errorf("HEAD is %v, error %v", head, err)
			}
			remote, err := opened.Remote("upstream")
			if err != nil || remote.Config().URLs[0] != "https://example.com/x.git" {
				t.Errorf("remote %v, error %v", remote, err)
			}
		})
	}
}

func TestStorerInLinkedWorktree(t *testing.T) {
	repo := gittest.New(t)
	repo.CommitFile("file", "1", "first")
	linked := filepath.Join(t.TempDir(), "side")
	repo.Git("worktree", "add", "-q", "-b", "side", linked)
	side := gittest.Open(t, linked)
	tip := side.CommitFile("other", "2", "on the side")
	opened := goGit(t, linked)
	if head, err := opened.Head(); err != nil || head.Name() != "refs/heads/side" || head.Hash().String() != tip {
		t.Errorf("HEAD is %v, error %v", head, err)
	}
	index, err := opened.Storer.Index()
	if err != nil || len(index.Entries) != 2 {
		t.Errorf("index %v, error %v", index, err)
	}
	main := goGit(t, repo.Dir)
	if head, err := main.Head(); err != nil || head.Name() != "refs/heads/main" {
		t.Errorf("HEAD of the main work tree is %v, error %v", head, err)
	}
}

func TestStorerOfEmptyAndShallowRepositories(t *testing.T) {
	empty := goGit(t, gittest.New(t).Dir)
	if _, err := empty.Head(); err != plumbing.ErrReferenceNotFound {
		t.Errorf("unborn branch: got %v", err)
	}
	if index, err := empty.Storer.Index(); err != nil || len(index.Entries) > 0 {
		t.Errorf("index %v, error %v", index, err)
	}
	repo := gittest.New(t)
	id := repo.CommitFile("file", "1", "first")
	write(t, filepath.Join(repo.Dir, ".git", "shallow"), id+"\n")
	if hashes, err := storerOf(t, repo.Dir).Shallow(); err != nil || len(hashes) != 1 || hashes[0].String() != id {
		t.Errorf("shallow %v, error %v", hashes, err)
	}
}

func TestStorerIsReadOnly(t *testing.T) {
	storer := storerOf(t, gittest.New(t).Dir)
	_, setObject := storer.SetEncodedObject(storer.NewEncodedObject())
	for name, err := range map[string]error{
		"object": setObject, "alternate": storer.AddAlternate(""), "reference": storer.SetReference(nil),
		"checked reference": storer.CheckAndSetReference(nil, nil), "remove": storer.RemoveReference("HEAD"),
		"pack": storer.PackRefs(), "shallow": storer.SetShallow(nil), "index": storer.SetIndex(nil), "config": storer.SetConfig(nil),
	} {
		if !errors.Is(err, ErrReadOnly) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if module, err := storer.Module("sub\x1b"); module != nil || err == nil || strings.Contains(err.Error(), "\x1b") {
		t.Errorf("module: got %v, %v", module, err)
	}
}

func TestStorerIsSafeForConcurrentUse(t *testing.T) {
	repo := mixedRepo(t)
	storer := storerOf(t, repo.Dir)
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			opened, err := git.Open(storer, nil)
			if err != nil {
				t.Error(err)
				return
			}
			log, err := opened.Log(&git.LogOptions{All: true})
			if err != nil {
				t.Error(err)
				return
			}
			count := 0
			if err := log.ForEach(func(c *object.Commit) error { count++; _, err := c.Stats(); return err }); err != nil || count != 8 {
				t.Errorf("%d commits, error %v", count, err)
			}
			storer.layout.Partial()
			storer.layout.Remote()
		})
	}
	group.Wait()
}

func TestStorerReferencesAreWhatGitSays(t *testing.T) {
	repo := mixedRepo(t)
	repo.Git("update-ref", "ORIG_HEAD", "topic")
	storer := storerOf(t, repo.Dir)
	iter, err := storer.IterReferences()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	err = iter.ForEach(func(r *plumbing.Reference) error { names = append(names, r.Name().String()); return nil })
	want := append([]string{"HEAD"}, strings.Split(repo.Git("for-each-ref", "--format=%(refname)"), "\n")...)
	if diff := cmp.Diff(want, names); diff != "" || err != nil {
		t.Errorf("error %v %s", err, diff)
	}
	if ref, err := storer.Reference("ORIG_HEAD"); err != nil || ref.Hash().String() != repo.ID("topic") {
		t.Errorf("ORIG_HEAD is %v, error %v", ref, err)
	}
	if _, err := storer.Reference("refs/heads/none"); err != plumbing.ErrReferenceNotFound {
		t.Errorf("missing ref: got %v", err)
	}
}
