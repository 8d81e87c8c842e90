package remediate

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/gittest"
	"github.com/unleak/unleak/remediate/account"
)

// What changes between the plan and the moment it is applied ends it, and nothing is changed.
func TestMovedSinceThePlan(t *testing.T) {
	dir := patient(t)
	for name, change := range map[string]func(*gittest.Repo){
		"a branch that changes":          func(r *gittest.Repo) { r.Git("update-ref", "refs/heads/loose", "main") },
		"a branch that does not":         func(r *gittest.Repo) { r.Git("update-ref", "refs/notes/commits", "refs/notes/commits^{tree}") },
		"a new branch":                   func(r *gittest.Repo) { r.Git("branch", "new") },
		"a branch is gone":               func(r *gittest.Repo) { r.Git("branch", "-D", "loose") },
		"HEAD leads to another branch":   func(r *gittest.Repo) { r.Git("symbolic-ref", "HEAD", "refs/heads/topic") },
		"HEAD of the linked work tree":   func(r *gittest.Repo) { r.Git("update-ref", "worktrees/linked/HEAD", "main") },
		"something was staged":           func(r *gittest.Repo) { r.Git("add", "untracked.txt") },
		"a commit":                       func(r *gittest.Repo) { r.Commit("in between") },
		"a stash entry was dropped":      func(r *gittest.Repo) { r.Git("stash", "drop", "-q", "stash@{1}") },
		"the objects were packed anew":   func(r *gittest.Repo) { r.Git("gc", "-q") },
		"another work tree came in":      func(r *gittest.Repo) { r.Git("worktree", "add", "-q", filepath.Join(r.Dir, "..", "third")) },
		"a symbolic ref leads elsewhere": func(r *gittest.Repo) { r.Git("symbolic-ref", "refs/heads/alias", "refs/heads/main") },
	} {
		t.Run(name, func(t *testing.T) {
			r := copyOf(t, dir)
			p := mustPlan(t, r.Dir)
			change(r)
			before := portrait(t, r)
			_, err := p.Apply(t.Context(), ApplyOptions{})
			if !errors.Is(err, ErrMoved) || !strings.Contains(err.Error(), "nothing was changed") {
				t.Errorf("Apply: %v", err)
			}
			if diff := cmp.Diff(before, portrait(t, r)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A look at the repository changes nothing, though it brings the dates in the index up to date.
func TestLookedAtSinceThePlan(t *testing.T) {
	r := copyOf(t, patient(t))
	p := mustPlan(t, r.Dir)
	later := time.Now().Add(time.Minute)
	must(t, os.Chtimes(filepath.Join(r.Dir, "more.txt"), later, later))
	before, err := os.ReadFile(filepath.Join(r.Dir, ".git", "index"))
	must(t, err)
	r.Git("status")
	after, err := os.ReadFile(filepath.Join(r.Dir, ".git", "index"))
	must(t, err)
	if bytes.Equal(before, after) {
		t.Error("git status left the index as it was, and this tests nothing")
	}
	if _, err := p.Apply(t.Context(), ApplyOptions{}); err != nil {
		t.Errorf("Apply: %v", err)
	}
}

// What changes at the last moment ends it too: git checks every ref once more under its lock.
func TestMovedAtTheLastMoment(t *testing.T) {
	r := copyOf(t, patient(t))
	var before map[string]string
	j := jobOf(t, mustPlan(t, r.Dir), func(point string) {
		if point == "old objects kept" {
			r.Git("update-ref", "refs/heads/topic", "main")
			before = portrait(t, r)
			before["objects"], before["names"] = "", ""
		}
	})
	_, err := apply(t.Context(), j, ApplyOptions{})
	if err == nil || !strings.Contains(err.Error(), "topic") {
		t.Errorf("apply: %v", err)
	}
	after := portrait(t, r)
	after["objects"], after["names"] = "", ""
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// interrupted is a patient whose remediation stopped at a point.
func interrupted(t testing.TB, dir, point string) *gittest.Repo {
	t.Helper()
	r := copyOf(t, dir)
	ctx, cancel := context.WithCancel(t.Context())
	j := jobOf(t, mustPlan(t, r.Dir), func(at string) {
		if at == point {
			cancel()
		}
	})
	_, err := apply(ctx, j, ApplyOptions{})
	var stopped *InterruptedError
	if !errors.As(err, &stopped) || !errors.Is(err, context.Canceled) {
		t.Fatalf("apply: %v", err)
	}
	return r
}

// A person goes on working after an interruption: what they did is never lost, and what stands in the way is said.
func TestWorkAfterAnInterruption(t *testing.T) {
	dir := patient(t)
	t.Run("a commit on the new history", func(t *testing.T) {
		r := interrupted(t, dir, stepCheck)
		commit := r.CommitFile("work.txt", "work\n", "work")
		if err := Rollback(t.Context(), r.Dir); !errors.Is(err, ErrMoved) {
			t.Errorf("Rollback: %v", err)
		}
		if _, err := Resume(t.Context(), r.Dir, ApplyOptions{}); err != nil {
			t.Errorf("Resume: %v", err)
		}
		if r.ID("main") != commit {
			t.Error("the commit is lost")
		}
		fsck(t, r)
	})
	t.Run("a branch on the old history", func(t *testing.T) {
		r := interrupted(t, dir, stepCheck)
		r.Git("update-ref", "refs/heads/old", "stash@{1}^1") // the log still has it
		if _, err := Resume(t.Context(), r.Dir, ApplyOptions{}); !errors.Is(err, ErrMoved) || !strings.Contains(err.Error(), "refs/heads/old") {
			t.Errorf("Resume: %v", err)
		}
		fsck(t, r)
		r.Git("update-ref", "-d", "refs/heads/old")
		if _, err := Resume(t.Context(), r.Dir, ApplyOptions{}); err != nil {
			t.Errorf("Resume: %v", err)
		}
		fsck(t, r)
	})
	t.Run("staged and unstaged work", func(t *testing.T) {
		for _, back := range []bool{false, true} {
			r := interrupted(t, dir, stepFiles)
			r.Git("add", "untracked.txt")
			r.Git("add", "-f", removedPath)
			r.Write("more.txt", "more work\n")
			r.Git("add", "more.txt")
			var err error
			if back {
				err = Rollback(t.Context(), r.Dir)
			} else if _, err = Resume(t.Context(), r.Dir, ApplyOptions{}); errors.Is(err, ErrMoved) {
				r.Git("rm", "-q", "--cached", removedPath)
				_, err = Resume(t.Context(), r.Dir, ApplyOptions{})
			}
			if err != nil {
				t.Errorf("back %v: %v", back, err)
			}
			status := r.Git("status", "--porcelain")
			if !strings.Contains(status, "A  untracked.txt") || !strings.Contains(status, "M  more.txt") || !strings.Contains(status, "A  staged.txt") {
				t.Errorf("back %v: status is %q", back, status)
			}
			fsck(t, r)
		}
	})
	t.Run("garbage collection", func(t *testing.T) {
		for _, back := range []bool{false, true} {
			for _, point := range []string{stepIndex, stepCheck} {
				r := interrupted(t, dir, point)
				r.Git("gc", "-q", "--prune=now")
				var err error
				if back {
					err = Rollback(t.Context(), r.Dir)
				} else {
					var a *account.Account
					if a, err = Resume(t.Context(), r.Dir, ApplyOptions{}); err == nil && !a.Evidence.Proved {
						t.Errorf("%+v", a.Evidence)
					}
				}
				if err != nil {
					t.Errorf("back %v: %v", back, err)
				}
				fsck(t, r)
			}
		}
	})
	t.Run("a merge", func(t *testing.T) {
		r := interrupted(t, dir, stepCheck)
		r.Write("README", "hello\n")
		must(t, os.WriteFile(filepath.Join(r.Dir, ".git", "MERGE_HEAD"), []byte(r.ID("topic")+"\n"), 0o644))
		if _, err := Resume(t.Context(), r.Dir, ApplyOptions{}); !errors.Is(err, ErrMoved) || !strings.Contains(err.Error(), "merge") {
			t.Errorf("Resume: %v", err)
		}
		must(t, os.Remove(filepath.Join(r.Dir, ".git", "MERGE_HEAD")))
		if _, err := Resume(t.Context(), r.Dir, ApplyOptions{}); err != nil {
			t.Errorf("Resume: %v", err)
		}
	})
}

// While a remediation is pending, no other begins; nor does one while another runs.
func TestOneAtATime(t *testing.T) {
	dir := patient(t)
	r := copyOf(t, dir)
	p := mustPlan(t, r.Dir)
	done := make(chan error)
	j := jobOf(t, mustPlan(t, r.Dir), func(point string) {
		if point == "refs prepared" {
			_, err := p.Apply(t.Context(), ApplyOptions{})
			done <- err
		}
	})
	go func() {
		_, err := apply(t.Context(), j, ApplyOptions{})
		done <- err
	}()
	if err := <-done; !errors.Is(err, ErrBusy) {
		t.Errorf("the second: %v", err)
	}
	if err := <-done; err != nil {
		t.Errorf("the first: %v", err)
	}

	r = interrupted(t, dir, stepIndex)
	if _, err := NewPlan(t.Context(), r.Dir, testRequest()); !errors.Is(err, ErrPending) {
		t.Errorf("NewPlan: %v", err)
	}
	if step, pending := Pending(r.Dir); !pending || step != stepIndex {
		t.Errorf("Pending: %q, %v", step, pending)
	}
}

// A lock of another git is not touched, and said.
func TestLocksOfOthers(t *testing.T) {
	if raceDetector && testing.Short() {
		t.Skip("it waits for locks, which nobody lets go of")
	}
	dir := patient(t)
	for _, name := range []string{"refs/heads/main.lock", "packed-refs.lock", "index.lock", "HEAD.lock", "worktrees/linked/index.lock"} {
		t.Run(name, func(t *testing.T) {
			r := copyOf(t, dir)
			p := mustPlan(t, r.Dir)
			lock := filepath.Join(r.Dir, ".git", filepath.FromSlash(name))
			must(t, os.WriteFile(lock, nil, 0o644))
			before := portrait(t, r)
			_, err := p.Apply(t.Context(), ApplyOptions{})
			if err == nil || !strings.Contains(err.Error(), "lock") {
				t.Errorf("Apply: %v", err)
			}
			if _, pending := Pending(r.Dir); !pending {
				if diff := cmp.Diff(before, portrait(t, r)); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			}
			if _, err := os.Lstat(lock); err != nil {
				t.Errorf("the lock: %v", err)
			}
			must(t, os.Remove(lock))
			if _, pending := Pending(r.Dir); pending {
				if _, err := Resume(t.Context(), r.Dir, ApplyOptions{}); err != nil {
					t.Errorf("Resume: %v", err)
				}
			}
			fsck(t, r)
		})
	}
}
