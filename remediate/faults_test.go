//go:build linux

package remediate

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/unleak/unleak/internal/gittest"
)

// limitFiles lets no file of this process, or of one that it starts, become larger than that: a
// full disk that anyone can have.
func limitFiles(bytes uint64) error {
	signal.Ignore(syscall.SIGXFSZ) // so that writing fails and does not kill
	return unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: bytes, Max: bytes})
}

// failInChild is operateInChild for what may fail; it returns what the child said.
func failInChild(t testing.TB, cmd *exec.Cmd, order string) (said string, failed bool) {
	t.Helper()
	cmd.Env = append(append(os.Environ(), cmd.Env...), childVariable+"="+order)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1) {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out), err != nil
}

// A full disk stops the preparation at one point or another, and nothing is left of it.
func TestFullDisk(t *testing.T) {
	k := newKilling(t)
	for i, size := range []int{10, 100, 600, 2000, 3000, 3600, 4200, 5000, 6000, 8000, 1 << 20} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			t.Parallel()
			r := copyOf(t, k.dir)
			said, failed := failInChild(t, exec.Command(os.Args[0]), fmt.Sprintf("small %d %s", size, r.Dir))
			k.afterFault(t, r, said, failed, i%2 == 0)
		})
	}
}

// A disk that is full from some point on stops the work there, or soon after, or not at all where nothing more is
// written. Once there is room, it can be ended either way.
func TestFullDiskFromAnyPoint(t *testing.T) {
	k := newKilling(t)
	for i, number := range k.someOf() {
		t.Run(fmt.Sprintf("%d %s", number, k.points[number-1]), func(t *testing.T) {
			t.Parallel()
			r := copyOf(t, k.dir)
			said, failed := failInChild(t, exec.Command(os.Args[0]), fmt.Sprintf("full %d %s", number, r.Dir))
			k.afterFault(t, r, said, failed, i%2 == 0)
		})
	}
}

// afterFault looks at what a failed apply leaves: it says whether something was changed, and that is so.
func (k *killing) afterFault(t *testing.T, r *gittest.Repo, said string, failed, back bool) {
	t.Helper()
	if !failed {
		if diff := cmp.Diff(k.after, portrait(t, r)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		return
	}
	t.Log(said)
	if _, pending := Pending(r.Dir); pending {
		if !strings.Contains(said, "--resume") {
			t.Errorf("it says %q and something is pending", said)
		}
		k.settle(t, r, back)
		return
	}
	fsck(t, r)
	if diff := cmp.Diff(k.before, portrait(t, r)); diff != "" {
		t.Errorf("it said %q (-want +got):\n%s", said, diff)
	}
	if left, _ := filepath.Glob(filepath.Join(r.Dir, "..", "*.bundle*")); len(left) > 0 {
		t.Errorf("files are left: %q", left)
	}
}

// Folders that cannot be written to are met as a user meets them: as someone who is not root.
func TestReadOnlyFolders(t *testing.T) {
	const nobody = 65534
	if os.Getuid() != 0 {
		t.Skip("running as somebody else needs root")
	}
	k := newKilling(t)
	binary := filepath.Join(t.TempDir(), "test")
	program, err := os.ReadFile(os.Args[0])
	must(t, err)
	must(t, os.WriteFile(binary, program, 0o755))
	for above := filepath.Dir(binary); above != os.TempDir() && len(above) > 1; above = filepath.Dir(above) {
		must(t, os.Chmod(above, 0o755))
	}
	for i, folder := range []string{
		".", "refs", "refs/heads", "objects", "objects/pack", "objects/0e", "objects/info", "logs", "logs/refs", "worktrees/linked", "worktrees/linked/logs", "..", "../../linked", "../../linked/conf", "../..", "info",
	} {
		t.Run(folder, func(t *testing.T) {
			t.Parallel()
			r := copyOf(t, k.dir)
			top := filepath.Dir(r.Dir)
			open := func(mode fs.FileMode) {
				must(t, filepath.WalkDir(top, func(path string, _ fs.DirEntry, err error) error {
					return errors.Join(err, os.Lchown(path, nobody, nobody))
				}))
				must(t, os.Chmod(filepath.Join(r.Dir, ".git", filepath.FromSlash(folder)), mode))
			}
			for above := top; above != os.TempDir() && len(above) > 1; above = filepath.Dir(above) {
				must(t, os.Chmod(above, 0o755))
			}
			open(0o555)
			cmd := exec.Command(binary)
			cmd.Dir = r.Dir
			cmd.Env = []string{"HOME=" + top}
			cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
			said, failed := failInChild(t, cmd, "apply 0 "+r.Dir)
			must(t, os.Chmod(filepath.Join(r.Dir, ".git", filepath.FromSlash(folder)), 0o755))
			must(t, filepath.WalkDir(top, func(path string, _ fs.DirEntry, err error) error {
				return errors.Join(err, os.Lchown(path, 0, 0))
			}))
			k.afterFault(t, r, said, failed, i%2 == 0)
		})
	}
}
