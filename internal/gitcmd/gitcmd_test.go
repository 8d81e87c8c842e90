package gitcmd

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestRecent(t *testing.T) {
	for version, want := range map[string]bool{
		"2.30.0": true, "2.30": true, "2.39.5": true, "3.0.0": true, "2.30.0.windows.1": true, "2.45.0-rc1": true, "2.45-rc0": true,
		"2.29.9": false, "1.99.0": false, "": false, "2": false, "two.thirty": false, "2.39.5 (Apple Git-154)": true,
	} {
		if got := recent(version); got != want {
			t.Errorf("recent(%q) = %v", version, got)
		}
	}
}

func find(t *testing.T) *Git {
	t.Helper()
	g, err := Find(t.Context())
	if err != nil {
		t.Skip(err)
	}
	return g
}

// repository makes a repository that would run a program at every occasion.
func repository(t *testing.T) (gitDir, traces string) {
	t.Helper()
	dir, traces := t.TempDir(), t.TempDir()
	program := filepath.Join(traces, "program")
	if err := os.WriteFile(program, []byte("#!/bin/sh\necho \"$0 $@\" >> '"+filepath.Join(traces, "ran")+"'\nexit 1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) {
		cmd := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=a", "-c", "user.email=a@b.invalid"}, args...)...)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %q: %v\n%s", args, err, out)
		}
	}
	run("init", "-q", "-b", "main")
	if err := os.WriteFile(filepath.Join(dir, "file"), []byte("text\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	run("add", "file")
	run("commit", "-q", "-m", "one")
	hooks := filepath.Join(dir, ".git", "hooks")
	_ = os.MkdirAll(hooks, 0o755)
	for _, hook := range []string{"reference-transaction", "post-index-change", "pre-auto-gc", "update", "post-checkout", "fsmonitor-watchman"} {
		if err := os.Link(program, filepath.Join(hooks, hook)); err != nil {
			t.Fatal(err)
		}
	}
	for _, option := range []string{
		"core.fsmonitor", "core.pager", "core.editor", "core.askPass", "core.sshCommand", "core.alternateRefsCommand", "core.gitProxy",
		"credential.helper", "diff.external", "pager.version", "alias.update-ref", "uploadpack.packObjectsHook", "filter.x.clean", "filter.x.smudge",
	} {
		run("config", option, program)
	}
	run("config", "gc.auto", "1")
	run("config", "gc.autoDetach", "false")
	return filepath.Join(dir, ".git"), traces
}

// Nothing that a repository configures is run.
func TestNothingConfiguredIsRun(t *testing.T) {
	g := find(t)
	gitDir, traces := repository(t)
	t.Setenv("GIT_ASKPASS", filepath.Join(traces, "program"))
	t.Setenv("GIT_EXTERNAL_DIFF", filepath.Join(traces, "program"))
	t.Setenv("GIT_CONFIG_PARAMETERS", "'core.hooksPath="+filepath.Join(gitDir, "hooks")+"'")
	t.Setenv("GIT_DIR", "/nowhere")
	command := Command{GitDir: gitDir}
	for _, args := range [][]string{
		{"update-ref", "refs/heads/new", "HEAD"}, {"pack-refs", "--all"}, {"diff-index", "--cached", "--raw", "HEAD"},
		{"config", "--get", "gc.auto"}, {"update-server-info"}, {"fsck", "--connectivity-only"}, {"version"},
	} {
		if _, err := g.Run(t.Context(), command, args...); err != nil {
			t.Errorf("%q: %v", args, err)
		}
	}
	p, err := g.Start(t.Context(), command, "update-ref", "--stdin")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Write([]byte("start\ncreate refs/heads/other refs/heads/new\nprepare\n")); err != nil {
		t.Error(err)
	}
	for _, line := range []string{"start: ok", "prepare: ok"} {
		if err := p.Expect(line); err != nil {
			t.Error(err)
		}
	}
	if err := p.Close(); err != nil { // an abort
		t.Error(err)
	}
	if ran, err := os.ReadFile(filepath.Join(traces, "ran")); err == nil {
		t.Errorf("it ran:\n%s", ran)
	}
	if out, err := g.Run(t.Context(), command, "for-each-ref", "--format=%(refname)"); err != nil || string(out) != "refs/heads/main\nrefs/heads/new\n" {
		t.Errorf("refs: %q, %v", out, err)
	}
}

func TestErrors(t *testing.T) {
	g := find(t)
	gitDir, _ := repository(t)
	_, err := g.Run(t.Context(), Command{GitDir: gitDir}, "update-ref", "refs/heads/a\x1b[31m", "HEAD")
	var exit *exec.ExitError
	if !errors.As(err, &exit) || strings.ContainsAny(err.Error(), "\n\x1b") || !strings.Contains(err.Error(), "git update-ref") {
		t.Errorf("a bad name: %q", err)
	}
	p, err := g.Start(t.Context(), Command{GitDir: gitDir}, "update-ref", "--stdin")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = p.Write([]byte("start\nupdate refs/heads/main " + strings.Repeat("1", 40) + "\nprepare\n"))
	_ = p.Expect("start: ok")
	if err := p.Expect("prepare: ok"); err == nil || !strings.Contains(err.Error(), "nonexistent object") {
		t.Errorf("an object that is not there: %v", err)
	}
	if err := p.Close(); err == nil {
		t.Error("closing again says nothing of the failure")
	}
	_, err = g.Run(t.Context(), Command{Dir: t.TempDir(), Remote: true}, "ls-remote", "https://user:word@host.invalid/x")
	if err == nil || strings.Contains(err.Error(), "word") {
		t.Errorf("a URL with a password: %v", err)
	}
}

func TestNoGit(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if _, err := Find(t.Context()); !errors.Is(err, ErrNoGit) {
		t.Errorf("without git: %v", err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "git"), []byte("#!/bin/sh\necho git version 2.17.1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+"/bin")
	if _, err := Find(t.Context()); !errors.Is(err, ErrNoGit) || !strings.Contains(err.Error(), "2.17.1") {
		t.Errorf("with an old git: %v", err)
	}
}

// A context that ends asks git to end, and says why.
func TestCancel(t *testing.T) {
	g := find(t)
	gitDir, _ := repository(t)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	input, _, err := os.Pipe() // nobody ever writes
	if err != nil {
		t.Fatal(err)
	}
	defer input.Close()
	if _, err := g.Run(ctx, Command{GitDir: gitDir, Stdin: input}, "cat-file", "--batch"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Run: %v", err)
	}
}
