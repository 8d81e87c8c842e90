// Package gitcmd runs the git program on repositories that are not trusted.
//
// Nothing that a repository configures is run: hooks, file system monitors, pagers,
// editors, credential and askpass programs, remote helpers and commands for
// alternates are off, nothing is fetched, and no maintenance starts by itself. What the user has configured for all
// repositories (global and system files) holds, as it is the user's own. Output is
// in English and never paged.
package gitcmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// Oldest is the oldest git that is used: the first whose `update-ref --stdin` is known here
// to take part in transactions of refs of all work trees.
const Oldest = "2.30"

// ErrNoGit says that there is no git program, or one that is too old.
var ErrNoGit = errors.New("git " + Oldest + " or newer is needed")

// Git is the git program of this machine. It does not change and may be used by several
// goroutines.
type Git struct {
	path    string
	version string
}

// Find looks for git on the search path and asks for its version. The error wraps [ErrNoGit] where there is
// none or it is older than [Oldest].
func Find(ctx context.Context) (*Git, error) {
	path, err := exec.LookPath("git")
	if err != nil {
		return nil, fmt.Errorf("%w, and none was found on the PATH: install it from https://git-scm.com", ErrNoGit)
	}
	g := &Git{path: path}
	out, err := g.Run(ctx, Command{Dir: os.TempDir()}, "version")
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoGit, err)
	}
	g.version = strings.TrimPrefix(strings.TrimSpace(string(out)), "git version ")
	if !recent(g.version) {
		return nil, fmt.Errorf("%w, and %s is %s: install a newer one", ErrNoGit, printable(path), printable(g.version))
	}
	return g, nil
}

// recent compares "2.39.5", "2.30.0.windows.1" or "2.45.0-rc1" with [Oldest].
func recent(version string) bool {
	major, minor, ok := majorMinor(version)
	oldMajor, oldMinor, _ := majorMinor(Oldest)
	return ok && (major > oldMajor || major == oldMajor && minor >= oldMinor)
}

func majorMinor(version string) (major, minor int, ok bool) {
	first, rest, _ := strings.Cut(version, ".")
	second, _, _ := strings.Cut(rest, ".")
	if digits := strings.IndexFunc(second, func(r rune) bool { return r < '0' || r > '9' }); digits >= 0 {
		second = second[:digits]
	}
	major, majorErr := strconv.Atoi(first)
	minor, minorErr := strconv.Atoi(second)
	return major, minor, majorErr == nil && minorErr == nil
}

// Version returns the version, such as "2.39.5".
func (g *Git) Version() string { return g.version }

// Command says where and how git is run.
type Command struct {
	// GitDir is the Git folder that the command works on, absolute. It is used as it
	// is: git looks for no other.
	GitDir string
	// Dir is the folder that git is started in; GitDir if empty.
	Dir   string
	Stdin io.Reader
	Env   []string // more variables, which win
	// Remote lets git talk to another repository, with the user's own settings for that
	// (credential helpers, SSH). It is for commands without GitDir.
	Remote bool
	// Inherit are files that the process keeps open until it ends, such as a lock that must
	// not be free while it still runs. Ignored on Windows.
	Inherit []*os.File
}

// Run runs git to its end and returns its standard output. When the context ends, git is asked to
// end, so that it takes its lock files along. The error holds what git said, on one line
// and escaped; it is an [*exec.ExitError] for a failure of git itself.
func (g *Git) Run(ctx context.Context, c Command, args ...string) ([]byte, error) {
	cmd := g.command(ctx, c, args)
	cmd.Stdin = c.Stdin
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return nil, failure(ctx, args, stderr.Bytes(), err)
	}
	return stdout.Bytes(), nil
}

// patience is how long git may take to end after it was asked to.
const patience = 10 * time.Second

func (g *Git) command(ctx context.Context, c Command, args []string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, g.path, append(c.settings(), args...)...)
	cmd.Dir = c.Dir
	if cmd.Dir == "" {
		cmd.Dir = c.GitDir
	}
	cmd.Env = c.environment()
	cmd.WaitDelay = patience
	cmd.Cancel = func() error { return interrupt(cmd.Process) }
	detach(cmd, c)
	return cmd
}

// failure makes an error of what git said.
func failure(ctx context.Context, args []string, stderr []byte, err error) error {
	name := "git"
	if len(args) > 0 {
		name += " " + args[0]
	}
	if ctx.Err() != nil {
		return fmt.Errorf("%s was stopped: %w", name, context.Cause(ctx))
	}
	if said := said(stderr); said != "" {
		return fmt.Errorf("%s failed: %s (%w)", name, said, err)
	}
	return fmt.Errorf("%s failed: %w", name, err)
}
