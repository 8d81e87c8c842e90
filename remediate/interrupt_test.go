//go:build linux

package remediate

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/gittest"
)

// indexOf returns the number of the point of a name.
func (k *killing) indexOf(t testing.TB, point string) int {
	t.Helper()
	i := slices.Index(k.points, point)
	if i < 0 {
		t.Fatalf("there is no point %q among %q", point, k.points)
	}
	return i + 1
}

// Whoever ends an interrupted remediation can be killed too.
func TestKilledWhileEnding(t *testing.T) {
	k := newKilling(t)
	step := 6
	if os.Getenv(longVariable) != "" {
		step = 1
	}
	for _, first := range []string{"refs prepared", "file code.txt", "check", "stash locked"} {
		for _, action := range []string{"resume", "rollback"} {
			t.Run(action+" after "+first, func(t *testing.T) {
				t.Parallel()
				for second := 1; ; second += step {
					r := copyOf(t, k.dir)
					if !operateInChild(t, "apply", k.indexOf(t, first), r.Dir) {
						t.Fatal("it was not killed")
					}
					if action == "rollback" && first == "stash locked" {
						return // there is no way back
					}
					killed := operateInChild(t, action, second, r.Dir)
					if action == "resume" && !killed && k.rolled(t, r) {
						t.Error("resuming went back")
					}
					k.whole(t, r)
					if killed {
						_, err := resume(t.Context(), r.Dir, ApplyOptions{}, nil)
						if err != nil && !strings.Contains(err.Error(), "--rollback") && !errors.Is(err, ErrNothingPending) {
							t.Errorf("point %d: resuming: %v", second, err)
						}
						if err != nil && !errors.Is(err, ErrNothingPending) {
							if err := rollback(t.Context(), r.Dir, nil); err != nil {
								t.Errorf("point %d: rollback: %v", second, err)
							}
						}
					}
					want := k.after
					if k.rolled(t, r) {
						want = k.before
					}
					fsck(t, r)
					if diff := cmp.Diff(want, portrait(t, r)); diff != "" {
						t.Fatalf("point %d (-want +got):\n%s", second, diff)
					}
					if !killed || t.Failed() {
						return
					}
				}
			})
		}
	}
}

// rolled reports whether the refs are the old ones.
func (k *killing) rolled(t testing.TB, r *gittest.Repo) bool {
	t.Helper()
	return r.Git("for-each-ref", "--format=%(refname) %(objectname) %(symref)") == k.before["refs"]
}

// killTree kills a process and all that it has started.
func killTree(pid int) {
	_ = syscall.Kill(pid, syscall.SIGSTOP) // it starts no more
	entries, _ := os.ReadDir("/proc")
	for _, entry := range entries {
		status, err := os.ReadFile(filepath.Join("/proc", entry.Name(), "stat"))
		if err != nil {
			continue
		}
		// PID (NAME) STATE PARENT
		_, rest, _ := strings.Cut(string(status), ") ")
		fields := strings.Fields(rest)
		var child int
		if _, err := fmt.Sscan(entry.Name(), &child); err == nil && len(fields) > 1 && fields[1] == fmt.Sprint(pid) {
			killTree(child)
		}
	}
	_ = syscall.Kill(pid, syscall.SIGKILL)
}

// A kill at any moment, of us and of a git that we have started, as a loss of power is, leaves locks of
// git's and refs that are moved in part.
func TestKilledAtRandomMoments(t *testing.T) {
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		t.Skip("finding the processes of a process needs /proc")
	}
	k := newKilling(t)
	rounds := 16
	if os.Getenv(longVariable) != "" {
		rounds = 500
	}
	for round := range rounds {
		t.Run(fmt.Sprint(round), func(t *testing.T) {
			t.Parallel()
			r := copyOf(t, k.dir)
			random := rand.New(rand.NewPCG(uint64(round), 1))
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), fmt.Sprintf("%s=apply 0 %s", childVariable, r.Dir))
			must(t, cmd.Start())
			// Most of the time goes by before there is a journal: wait for that.
			for i := 0; i < 5000 && !exists(filepath.Join(r.Dir, ".git", "unleak", journalName)); i++ {
				time.Sleep(time.Millisecond)
			}
			time.Sleep(time.Duration(random.IntN(250_000)) * time.Microsecond)
			killTree(cmd.Process.Pid)
			_ = cmd.Wait()
			k.settle(t, r, round%2 == 0)
		})
	}
}

// Git moves refs by renaming its lock files one by one. Here it was killed after some of them.
func TestRefsMovedInPart(t *testing.T) {
	k := newKilling(t)
	for _, moved := range [][]string{
		{},
		{"refs/heads/main"},
		{"refs/tags/v1", "refs/heads/topic", "worktrees/linked/HEAD"},
		{"refs/stash", "refs/remotes/origin/main"},
	} {
		for _, back := range []bool{false, true} {
			t.Run(fmt.Sprintf("%q, back %v", moved, back), func(t *testing.T) {
				t.Parallel()
				r := copyOf(t, k.dir)
				cmd := exec.Command(os.Args[0])
				cmd.Env = append(os.Environ(), fmt.Sprintf("%s=stop %d %s", childVariable, k.indexOf(t, "refs prepared"), r.Dir))
				must(t, cmd.Start())
				git := filepath.Join(r.Dir, ".git")
				locked := filepath.Join(git, "refs", "stash.lock")
				missing := func(name string) bool { return !exists(filepath.Join(git, name+".lock")) }
				for i := 0; i < 20000 && (!exists(locked) || slices.ContainsFunc(moved, missing)); i++ {
					time.Sleep(time.Millisecond)
				}
				time.Sleep(50 * time.Millisecond) // until git has answered
				killTree(cmd.Process.Pid)
				_ = cmd.Wait()
				if !exists(locked) {
					t.Fatal("git left no locks")
				}
				for _, name := range moved {
					must(t, os.MkdirAll(filepath.Dir(filepath.Join(git, name)), 0o755))
					must(t, os.Rename(filepath.Join(git, name+".lock"), filepath.Join(git, name)))
				}
				k.settle(t, r, back)
				var locks []string
				must(t, filepath.WalkDir(git, func(path string, _ os.DirEntry, err error) error {
					if strings.HasSuffix(path, ".lock") {
						locks = append(locks, path)
					}
					return err
				}))
				if len(locks) > 0 {
					t.Errorf("locks are left: %q", locks)
				}
			})
		}
	}
}

// A git that is killed under us leaves its locks; they are taken away with all the rest.
func TestGitKilled(t *testing.T) {
	if _, err := os.Stat("/proc/self/cwd"); err != nil {
		t.Skip("finding the git of a repository needs /proc")
	}
	r := copyOf(t, patient(t))
	before := portrait(t, r)
	killed := 0
	j := jobOf(t, mustPlan(t, r.Dir), func(point string) {
		if point != "refs prepared" {
			return
		}
		processes, err := filepath.Glob("/proc/[0-9]*")
		must(t, err)
		for _, process := range processes {
			var pid int
			if dir, err := os.Readlink(process + "/cwd"); err == nil && dir == filepath.Join(r.Dir, ".git") {
				if _, err := fmt.Sscan(filepath.Base(process), &pid); err == nil {
					must(t, syscall.Kill(pid, syscall.SIGKILL))
					killed++
				}
			}
		}
	})
	if _, err := apply(t.Context(), j, ApplyOptions{}); err == nil || !strings.Contains(err.Error(), "nothing was changed") {
		t.Errorf("apply: %v", err)
	}
	if killed != 1 {
		t.Errorf("%d processes were killed", killed)
	}
	if diff := cmp.Diff(before, portrait(t, r)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := mustPlan(t, r.Dir).Apply(t.Context(), ApplyOptions{}); err != nil {
		t.Errorf("a second try: %v", err)
	}
}
