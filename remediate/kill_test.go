//go:build linux

package remediate

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/gittest"
)

// longVariable asks for the long form of these tests.
const longVariable = "UNLEAK_TEST_LONG"

// What a child is to do: kill itself when it has come by a number of points.
const childVariable = "UNLEAK_TEST_CHILD"

// TestMain runs the test binary as a child that operates and dies, if it was started as one.
func TestMain(m *testing.M) {
	if order := os.Getenv(childVariable); order != "" {
		if err := child(order); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// child carries out "ACTION NUMBER FOLDER". At the point of that number it dies, waits to be killed (stop), or
// finds the disk full (full); with "small", the number is how large its files may become.
func child(order string) error {
	action, rest, _ := strings.Cut(order, " ")
	number, dir, _ := strings.Cut(rest, " ")
	left, err := strconv.Atoi(number)
	if err != nil {
		return err
	}
	reached := func(string) {
		if left--; left != 0 {
			return
		}
		switch action {
		case "full":
			if err := limitFiles(0); err != nil {
				panic(err)
			}
			return
		case "stop":
		default:
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		}
		select {}
	}
	ctx := context.Background()
	switch action {
	case "apply", "stop", "full", "small":
		p, err := NewPlan(ctx, dir, testRequest())
		if err != nil {
			return err
		}
		keep, err := p.selection.digests(filesOf(p.repository.Layout))
		if err != nil {
			return err
		}
		if action == "small" {
			if err := limitFiles(uint64(left)); err != nil {
				return err
			}
			reached = nil
		}
		_, err = apply(ctx, &job{
			repository: p.repository, rewriting: p.rewrite, before: p.before, plan: p.account,
			ignore: p.selection.ignoreLines(), keep: keep, release: p.Close, reached: reached,
		}, ApplyOptions{})
		return err
	case "resume":
		_, err = resume(ctx, dir, ApplyOptions{}, reached)
	case "rollback":
		err = rollback(ctx, dir, reached)
	}
	return err
}

// operateInChild lets a child do something and die at a point, or with 0 never.
func operateInChild(t testing.TB, action string, point int, dir string) (killed bool) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s %d %s", childVariable, action, point, dir))
	out, err := cmd.CombinedOutput()
	return wasKilled(t, out, err)
}

func wasKilled(t testing.TB, out []byte, err error) bool {
	t.Helper()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signaled() {
		return true
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return false
}

// killing is a repository before and after, to compare with what an interruption leaves.
type killing struct {
	dir           string // a patient
	before, after map[string]string
	points        []string
}

func newKilling(t testing.TB) *killing {
	t.Helper()
	if raceDetector && testing.Short() {
		t.Skip("what a killed process leaves on disk is the same under the race detector, and starting one takes ten times as long")
	}
	k := &killing{dir: patient(t)}
	r := copyOf(t, k.dir)
	k.before = portrait(t, r)
	k.points = operate(t, r)
	k.after = portrait(t, r)
	return k
}

// someOf are the points to die at: every one of them if asked for, else each kind of point once.
func (k *killing) someOf() []int {
	var numbers []int
	seen := map[string]bool{}
	for i, point := range k.points {
		kind := point
		if name, ok := strings.CutPrefix(point, "purge "); ok {
			kind = "purge " + name[strings.LastIndexAny(name, "./")+1:]
			if _, loose := looseName(name); loose {
				kind = "purge loose"
			}
		}
		if !seen[kind] || os.Getenv(longVariable) != "" {
			numbers = append(numbers, i+1)
		}
		seen[kind] = true
	}
	return numbers
}

// whole fails the test unless every ref is at its old or new place and git finds everything.
func (k *killing) whole(t testing.TB, r *gittest.Repo) {
	t.Helper()
	fsck(t, r)
	lines := strings.Split(k.before["refs"]+"\n"+k.after["refs"], "\n")
	for line := range strings.SplitSeq(r.Git("for-each-ref", "--format=%(refname) %(objectname) %(symref)"), "\n") {
		if !slices.Contains(lines, line) {
			t.Errorf("the ref %s is neither old nor new", line)
		}
	}
}

// settle ends an interrupted remediation, one way or the other, and looks at what comes out.
func (k *killing) settle(t *testing.T, r *gittest.Repo, back bool) {
	t.Helper()
	k.whole(t, r)
	want := k.after
	if back {
		err := rollback(t.Context(), r.Dir, nil)
		switch {
		case errors.Is(err, ErrPurged):
			if _, err := resume(t.Context(), r.Dir, ApplyOptions{}, nil); err != nil {
				t.Errorf("resuming a purge: %v", err)
			}
		case errors.Is(err, ErrNothingPending):
			back = portrait(t, r)["refs"] == k.before["refs"]
		case err != nil:
			t.Errorf("rollback: %v", err)
		}
		if back && !errors.Is(err, ErrPurged) {
			want = k.before
		}
	} else {
		_, err := resume(t.Context(), r.Dir, ApplyOptions{}, nil)
		switch {
		case errors.Is(err, ErrNothingDone):
			want = k.before
		case errors.Is(err, ErrNothingPending):
			if portrait(t, r)["refs"] == k.before["refs"] {
				want = k.before
			}
		case err != nil:
			t.Errorf("resume: %v", err)
		}
	}
	fsck(t, r)
	if diff := cmp.Diff(want, portrait(t, r)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, pending := Pending(r.Dir); pending {
		t.Error("it is still pending")
	}
}

// A kill at any point leaves a whole repository, from which both ways lead on.
func TestKilledAtAnyPoint(t *testing.T) {
	k := newKilling(t)
	for i, number := range k.someOf() {
		for _, back := range []bool{false, true} {
			if os.Getenv(longVariable) == "" && back != (i%2 == 0) && !strings.Contains(k.points[number-1], "refs") {
				continue
			}
			t.Run(fmt.Sprintf("%d %s, back %v", number, k.points[number-1], back), func(t *testing.T) {
				t.Parallel()
				r := copyOf(t, k.dir)
				if !operateInChild(t, "apply", number, r.Dir) {
					t.Fatal("it was not killed")
				}
				k.settle(t, r, back)
			})
		}
	}
}
