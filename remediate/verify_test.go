package remediate

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/gittest"
	"github.com/unleak/unleak/remediate/account"
)

// cleaned returns a copy of the patient after its remediation, and the name of a removed blob.
func cleaned(t testing.TB, dir string) (r *gittest.Repo, blob string) {
	t.Helper()
	r = copyOf(t, dir)
	blob = r.ID("main:" + removedPath)
	p := mustPlan(t, r.Dir)
	_, err := p.Apply(t.Context(), ApplyOptions{})
	must(t, err)
	return r, blob
}

func verify(t testing.TB, r *gittest.Repo, o VerifyOptions) *account.Evidence {
	t.Helper()
	e, err := Verify(t.Context(), r.Dir, o)
	must(t, err)
	return e
}

// After a remediation, absence is proved, and the proof tells what is left outside of history.
func TestVerifyProves(t *testing.T) {
	r, _ := cleaned(t, patient(t))
	e := verify(t, r, VerifyOptions{})
	if !e.Proved || len(e.Holding) > 0 || len(e.Unread) > 0 {
		t.Fatalf("%+v", e)
	}
	if !e.Control.Found || !e.Control.Text || !e.Control.Value || e.Objects == 0 || e.Values != 1 {
		t.Errorf("%+v", e)
	}
	notes := strings.Join(e.Notes, "\n")
	for _, want := range []string{removedPath + " is on disk", "before-unleak"} {
		if !strings.Contains(notes, want) {
			t.Errorf("%q is not in the notes:\n%s", want, notes)
		}
	}
	if strings.Contains(fmt.Sprint(e), oldText) {
		t.Error("the evidence tells the value")
	}
}

// What comes back in any way is found, and said how it is reached.
func TestVerifyFinds(t *testing.T) {
	dir := patient(t)
	for name, c := range map[string]struct {
		hide func(r *gittest.Repo, blob string)
		want account.Holding // Object and Where are looked at where they are set
	}{
		"a loose object": {func(r *gittest.Repo, blob string) {
			r.Write("x", "A=2\n")
			r.Git("hash-object", "-w", "x")
		}, account.Holding{Reached: "nothing"}},
		"a branch": {func(r *gittest.Repo, blob string) {
			r.CheckoutNew("again")
			r.CommitFile("deep/er/file", "A=2\n", "back again")
			r.Git("repack", "-adq")
		}, account.Holding{Reached: "refs/heads/again", Path: "deep/er/file"}},
		"a tag of a blob": {func(r *gittest.Repo, blob string) {
			r.Write("x", "A=2\n")
			r.Tag("blob", r.Git("hash-object", "-w", "x"), "a tagged blob")
		}, account.Holding{Reached: "refs/tags/blob"}},
		"the index": {func(r *gittest.Repo, blob string) {
			r.Write("x", "A=2\n")
			r.Git("add", "x")
		}, account.Holding{Reached: "the index", Path: "x"}},
		"the reflog": {func(r *gittest.Repo, blob string) {
			r.Git("checkout", "-q", "--detach")
			r.CommitFile("y", "A=2\n", "on no branch")
			r.Checkout("main")
		}, account.Holding{Reached: "the reflog of HEAD", Path: "y"}},
		"an alternate": {func(r *gittest.Repo, blob string) {
			other := gittest.New(t)
			other.CommitFile("y", "A=2\n", "elsewhere")
			must(t, os.WriteFile(filepath.Join(r.Dir, ".git/objects/info/alternates"), []byte(other.ObjectDir()+"\n"), 0o666))
		}, account.Holding{Reached: "nothing"}},
		"a value in a blob": {func(r *gittest.Repo, blob string) {
			r.CommitFile("z", "again "+oldText, "value")
		}, account.Holding{Fingerprint: "rules:1", Reached: "refs/heads/main, the reflog of HEAD", Path: "z"}},
		"a value in a message": {func(r *gittest.Repo, blob string) {
			r.CommitFile("z", "nothing", "value "+oldText)
		}, account.Holding{Fingerprint: "rules:1", Reached: "refs/heads/main, the reflog of HEAD"}},
		"a value in a reflog": {func(r *gittest.Repo, blob string) {
			r.Git("update-ref", "-m", oldText, "refs/heads/other", "HEAD~1")
			r.Git("update-ref", "-m", oldText, "refs/heads/other", "HEAD")
		}, account.Holding{Fingerprint: "rules:1", Where: "reflog of refs/heads/other"}},
		"a value in a file": {func(r *gittest.Repo, blob string) {
			must(t, os.WriteFile(filepath.Join(r.Dir, ".git/COMMIT_EDITMSG"), []byte(oldText), 0o666))
		}, account.Holding{Fingerprint: "rules:1", Where: "COMMIT_EDITMSG"}},
		"a value as the name of a ref": {func(r *gittest.Repo, blob string) {
			must(t, os.WriteFile(filepath.Join(r.Dir, ".git/refs/heads", oldText), []byte(r.ID("HEAD")+"\n"), 0o666))
		}, account.Holding{Fingerprint: "rules:1", Where: "refs/heads/... (at ID)", Reached: "the name of a ref holds it"}},
		"a value as the name of a file": {func(r *gittest.Repo, blob string) {
			must(t, os.WriteFile(filepath.Join(r.Dir, ".git", oldText), []byte("x"), 0o666))
		}, account.Holding{Fingerprint: "rules:1", Where: "...", Reached: "its name holds it"}},
		"a resolution": {func(r *gittest.Repo, blob string) {
			must(t, os.MkdirAll(filepath.Join(r.Dir, ".git/rr-cache/1"), 0o777))
			must(t, os.WriteFile(filepath.Join(r.Dir, ".git/rr-cache/1/preimage"), []byte("<<<\n"+oldText+"\n>>>"), 0o666))
		}, account.Holding{Fingerprint: "rules:1", Where: "rr-cache/1/preimage"}},
		"an id in a linked work tree": {func(r *gittest.Repo, blob string) {
			must(t, os.WriteFile(filepath.Join(r.Dir, ".git/worktrees/linked/ORIG_HEAD"), []byte(blob+"\n"), 0o666))
		}, account.Holding{Object: "blob", Where: "ORIG_HEAD of the work tree linked"}},
		"an id in lost-found": {func(r *gittest.Repo, blob string) {
			must(t, os.MkdirAll(filepath.Join(r.Dir, ".git/lost-found/other"), 0o777))
			must(t, os.WriteFile(filepath.Join(r.Dir, ".git/lost-found/other/x"), []byte(blob), 0o666))
		}, account.Holding{Object: "blob", Where: "lost-found/other/x"}},
		"an id in a binary file": {func(r *gittest.Repo, blob string) {
			raw, err := hex.DecodeString(blob)
			must(t, err)
			must(t, os.WriteFile(filepath.Join(r.Dir, ".git/objects/info/commit-graph"), append([]byte("CGPH..."), raw...), 0o666))
		}, account.Holding{Object: "blob", Where: "objects/info/commit-graph"}},
	} {
		t.Run(name, func(t *testing.T) {
			r, blob := cleaned(t, dir)
			c.hide(r, blob)
			e := verify(t, r, VerifyOptions{})
			if e.Proved {
				t.Fatal("absence is proved")
			}
			if c.want.Object == "blob" {
				c.want.Object = blob
			}
			c.want.Where = strings.Replace(c.want.Where, "at ID", "at "+r.ID("HEAD")[:12], 1)
			if !slices.ContainsFunc(e.Holding, func(h account.Holding) bool {
				return (c.want.Object == "" || h.Object == c.want.Object) && (c.want.Where == "" || h.Where == c.want.Where) &&
					strings.HasPrefix(h.Reached, c.want.Reached) && (c.want.Path == "" || h.Path == c.want.Path) &&
					(c.want.Fingerprint == "" || h.Fingerprint == c.want.Fingerprint)
			}) {
				t.Errorf("%+v\nis not among %+v", c.want, e.Holding)
			}
		})
	}
}

// Before the remediation everything is still there, reached from branches, tags and the stash.
func TestVerifyOfOldHistory(t *testing.T) {
	dir := patient(t)
	r, _ := cleaned(t, dir)
	old := copyOf(t, dir)
	must(t, os.CopyFS(filepath.Join(old.Dir, ".git/unleak"), os.DirFS(filepath.Join(r.Dir, ".git/unleak"))))
	e := verify(t, old, VerifyOptions{})
	reached := map[string]int{}
	for _, h := range e.Holding {
		if h.Object != "" && h.Reached == "nothing" {
			t.Errorf("%+v", h)
		}
		reached[h.Reached]++
	}
	if e.Proved || len(reached) < 3 {
		t.Errorf("reached: %v", reached)
	}
}

// What cannot be searched is no proof.
func TestVerifyTellsWhatItCannotRead(t *testing.T) {
	dir := patient(t)
	for name, damage := range map[string]func(r *gittest.Repo){
		"a pack that git did not finish": func(r *gittest.Repo) {
			must(t, os.WriteFile(filepath.Join(r.ObjectDir(), "pack/tmp_pack_x"), []byte("PACK..."), 0o666))
		},
		"an object that git did not finish": func(r *gittest.Repo) {
			must(t, os.MkdirAll(filepath.Join(r.ObjectDir(), "00"), 0o777))
			must(t, os.WriteFile(filepath.Join(r.ObjectDir(), "00/tmp_obj_x"), []byte("x"), 0o666))
		},
		"a bundle": func(r *gittest.Repo) {
			r.Git("bundle", "create", "-q", filepath.Join(r.Dir, ".git/some.bundle"), "HEAD")
		},
		"a damaged object": func(r *gittest.Repo) {
			id := r.Blob("damaged\n")
			path := r.LoosePath(id)
			must(t, os.Chmod(path, 0o666))
			must(t, os.WriteFile(path, []byte("x\x9c"), 0o666))
		},
		"a linked folder": func(r *gittest.Repo) {
			must(t, os.Symlink(t.TempDir(), filepath.Join(r.Dir, ".git/linked")))
		},
	} {
		r, _ := cleaned(t, dir)
		damage(r)
		if e := verify(t, r, VerifyOptions{}); e.Proved || len(e.Unread) != 1 {
			t.Errorf("%s: %+v", name, e)
		}
	}
}

// Another repository is searched for what was removed from this one.
func TestVerifyRemote(t *testing.T) {
	dir := patient(t)
	r, _ := cleaned(t, dir)
	if e := verify(t, r, VerifyOptions{Remote: filepath.Join(dir, "main")}); e.Proved || len(e.Holding) == 0 {
		t.Errorf("the old repository: %+v", e)
	}
	fresh := filepath.Join(t.TempDir(), "clean.git")
	r.Git("clone", "-q", "--mirror", "file://"+r.Dir, fresh)
	e := verify(t, r, VerifyOptions{Remote: "file://" + fresh})
	if !e.Proved || e.Repository != "file://"+fresh {
		t.Errorf("a clone of the new one: %+v", e)
	}
	left, err := filepath.Glob(filepath.Join(os.TempDir(), "unleak-verify-*"))
	must(t, err)
	if len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
	if _, err := Verify(t.Context(), r.Dir, VerifyOptions{Remote: filepath.Join(dir, "none")}); err == nil {
		t.Error("a repository that is not there is verified")
	}
}

func TestVerifyWithoutRecord(t *testing.T) {
	r := gittest.New(t)
	r.CommitFile("a", "b", "c")
	if _, err := Verify(t.Context(), r.Dir, VerifyOptions{}); !errors.Is(err, ErrNothingRemoved) {
		t.Error(err)
	}
	e := verify(t, r, VerifyOptions{Objects: []string{strings.Repeat("1", 40)}})
	if !e.Proved || !e.Control.Found || e.Control.Text || e.Control.Value || e.Control.Detail == "" {
		t.Errorf("%+v", e)
	}
}

// What an earlier remediation took out is searched for after a later one too.
func TestVerifyAfterTwoRemediations(t *testing.T) {
	r, _ := cleaned(t, patient(t))
	p, err := NewPlan(t.Context(), r.Dir, Request{ReplaceText: []byte("hello\n"), ReplaceTextName: "second", Force: true})
	must(t, err)
	_, err = p.Apply(t.Context(), ApplyOptions{})
	must(t, err)
	if e := verify(t, r, VerifyOptions{}); !e.Proved || e.Values != 2 {
		t.Errorf("%+v", e)
	}
	r.CommitFile("z", oldText, "the first one is back")
	if e := verify(t, r, VerifyOptions{}); e.Proved {
		t.Error("absence is proved")
	}
}

// Expressions leave nothing to search for, so that nothing is proved.
func TestVerifyWithoutDigests(t *testing.T) {
	r := copyOf(t, patient(t))
	p, err := NewPlan(t.Context(), r.Dir, Request{ReplaceText: []byte("regex:first v[a-z]+\n"), ReplaceTextName: "rules", Messages: true, Force: true})
	must(t, err)
	_, err = p.Apply(t.Context(), ApplyOptions{})
	must(t, err)
	e := verify(t, r, VerifyOptions{})
	if e.Proved || len(e.Unread) != 1 || len(e.Holding) > 0 {
		t.Errorf("%+v", e)
	}
}

func TestIDSearch(t *testing.T) {
	id := pack.ID{0xab, 1, 2, 3, 19: 0xcd}
	s := newIDSearch(id)
	hexadecimal := id.String()
	for content, want := range map[string]int{
		"":                           0,
		hexadecimal:                  1,
		"0" + hexadecimal + "f":      1,
		strings.ToUpper(hexadecimal): 1,
		hexadecimal[:39]:             0,
		hexadecimal[:20] + "\n" + hexadecimal[20:]: 0,
		"ref: " + hexadecimal + " " + hexadecimal:  2,
		"\x00" + string(id[:]) + "x":               1,
		string(id[:19]):                            0,
	} {
		found := 0
		s.find([]byte(content), func(got pack.ID) {
			if got != id {
				t.Errorf("%q: %s", content, got)
			}
			found++
		})
		if found != want {
			t.Errorf("%q: %d times, want %d", content, found, want)
		}
	}
}

// Texts are found where parts of a large file meet.
func TestPartsOverlap(t *testing.T) {
	r, blob := cleaned(t, patient(t))
	for name, text := range map[string]string{"id": blob, "value": oldText} {
		path := filepath.Join(r.Dir, ".git", name)
		for _, before := range []int{part - 1, part - len(text)/2, part - len(text), 2*part - 3} {
			content := append(bytes.Repeat([]byte{'-'}, before), text...)
			must(t, os.WriteFile(path, content, 0o666))
			if e := verify(t, r, VerifyOptions{}); e.Proved || len(e.Holding) != 1 || e.Holding[0].Where != name {
				t.Errorf("%s after %d bytes: %+v", name, before, e.Holding)
			}
		}
		must(t, os.Remove(path))
	}
}
