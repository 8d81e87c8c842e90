// Package gittest builds small Git repositories for tests, stores one set of
// objects in every way Git knows, and damages repositories on purpose.
//
// Everything but raw packs is made by the git program itself, so that tests
// compare this module with Git and not with a second copy of its own ideas. Git
// runs in an environment that holds nothing of the user's: no configuration, a
// fixed identity, and a clock that starts at [Epoch] and goes on one
// minute with every commit. The same calls therefore give the same object ids on
// every machine.
//
// Only tests may import this package. A failure of git fails the test that
// asked for it. A [Repo] is for one goroutine.
package gittest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// Epoch is the date of the first commit of every repository.
var Epoch = time.Unix(1_600_000_000, 0).UTC()

// The identity of every commit that names no other.
const (
	Name  = "Ada Tester"
	Email = "ada@tests.invalid"
)

// Repo is a repository in a temporary folder of a test.
type Repo struct {
	// Dir is the work tree, or the repository itself when it is bare.
	Dir string

	t       testing.TB
	home    string
	objects string // the object store, once it was asked for
	clock   time.Time
}

// Option changes how [New] makes a repository.
type Option func(*settings)

type settings struct{ init []string }

// Bare makes a repository without a work tree.
func Bare() Option { return func(s *settings) { s.init = append(s.init, "--bare") } }

// InitArgs passes further arguments to git init, such as --object-format=sha256.
func InitArgs(args ...string) Option {
	return func(s *settings) { s.init = append(s.init, args...) }
}

// New makes an empty repository on branch main. It skips the test where no git
// program is installed.
func New(t testing.TB, options ...Option) *Repo {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("this test builds a repository and needs the git program")
	}
	var s settings
	for _, option := range options {
		option(&s)
	}
	r := Open(t, t.TempDir())
	r.Git(append([]string{"init", "-q", "-b", "main"}, s.init...)...)
	return r
}

// Open wraps a repository that exists, such as a variant or a linked work tree.
func Open(t testing.TB, dir string) *Repo {
	t.Helper()
	return &Repo{Dir: dir, t: t, home: t.TempDir(), clock: Epoch}
}

// Git runs git in the repository and returns its standard output without the
// last line feed.
func (r *Repo) Git(args ...string) string {
	r.t.Helper()
	return strings.TrimSuffix(string(r.GitInput(nil, args...)), "\n")
}

// GitInput runs git with the given standard input and returns its standard
// output as it is.
func (r *Repo) GitInput(input []byte, args ...string) []byte {
	r.t.Helper()
	out, err := r.run(input, nil, args)
	must(r.t, err)
	return out
}

// TryGit is [Repo.Git] for commands that may fail. The error holds what git
// said on standard error.
func (r *Repo) TryGit(args ...string) (string, error) {
	out, err := r.run(nil, nil, args)
	return strings.TrimSuffix(string(out), "\n"), err
}

// GitDir returns the absolute path of the repository itself.
func (r *Repo) GitDir() string {
	r.t.Helper()
	return r.Git("rev-parse", "--absolute-git-dir")
}

// ObjectDir returns the absolute path of the object store.
func (r *Repo) ObjectDir() string {
	r.t.Helper()
	if r.objects == "" {
		r.objects = r.Git("rev-parse", "--git-path", "objects")
		if !filepath.IsAbs(r.objects) {
			r.objects = filepath.Join(r.Dir, r.objects)
		}
	}
	return r.objects
}

func (r *Repo) run(input []byte, extra, args []string) ([]byte, error) {
	cmd := exec.Command("git", args...)
	cmd.Dir = r.Dir
	cmd.Env = append(r.environment(), extra...) // of two equal variables the last counts
	cmd.Stdin = bytes.NewReader(input)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		err = fmt.Errorf("git %q in %s: %w\n%s", args, r.Dir, err, stderr.Bytes())
	}
	return out, err
}

// environment is the caller's without everything that steers git, plus
// what makes git's output depend on its input alone.
func (r *Repo) environment() []string {
	env := slices.DeleteFunc(os.Environ(), func(variable string) bool {
		return strings.HasPrefix(variable, "GIT_") || strings.HasPrefix(variable, "LC_") ||
			strings.HasPrefix(variable, "XDG_")
	})
	date := fmt.Sprintf("%d +0000", r.clock.Unix())
	return append(env,
		"HOME="+r.home, "USERPROFILE="+r.home, "XDG_CONFIG_HOME="+r.home,
		"LC_ALL=C", "TZ=UTC",
		"GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1", "GIT_ATTR_NOSYSTEM=1",
		"GIT_TERMINAL_PROMPT=0", "GIT_PAGER=cat", "GIT_EDITOR=true",
		"GIT_CEILING_DIRECTORIES="+filepath.Dir(r.Dir),
		"GIT_AUTHOR_NAME="+Name, "GIT_AUTHOR_EMAIL="+Email, "GIT_AUTHOR_DATE="+date,
		"GIT_COMMITTER_NAME="+Name, "GIT_COMMITTER_EMAIL="+Email, "GIT_COMMITTER_DATE="+date,
		"GIT_CONFIG_COUNT=7",
		"GIT_CONFIG_KEY_0=gc.auto", "GIT_CONFIG_VALUE_0=0",
		"GIT_CONFIG_KEY_1=core.autocrlf", "GIT_CONFIG_VALUE_1=false",
		"GIT_CONFIG_KEY_2=protocol.file.allow", "GIT_CONFIG_VALUE_2=always",
		"GIT_CONFIG_KEY_3=core.logAllRefUpdates", "GIT_CONFIG_VALUE_3=true",
		"GIT_CONFIG_KEY_4=maintenance.auto", "GIT_CONFIG_VALUE_4=false",
		"GIT_CONFIG_KEY_5=advice.detachedHead", "GIT_CONFIG_VALUE_5=false",
		"GIT_CONFIG_KEY_6=core.fsync", "GIT_CONFIG_VALUE_6=none",
	)
}

// must fails the test on an error of the file system.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
