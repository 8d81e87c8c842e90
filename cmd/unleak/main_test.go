package main

import (
	"bufio"
	"errors"
	"io"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"unleak": main})
}

// start runs the program on a standard input that stays open, and returns once it
// reads.
func start(t *testing.T, args ...string) (*exec.Cmd, *strings.Builder) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("no signals between processes")
	}
	command := exec.Command("unleak", args...)
	command.Dir = t.TempDir()
	input, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stderr strings.Builder
	command.Stderr = &stderr
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { command.Process.Kill(); input.Close() })
	// More than a pipe holds: once it is written, some of it was read.
	if _, err := io.WriteString(input, strings.Repeat("nothing to see\n", 1<<20)); err != nil {
		t.Fatal(err)
	}
	return command, &stderr
}

func TestSignalsInterruptAScan(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run(signal.String(), func(t *testing.T) {
			command, stderr := start(t, "scan", "-")
			begin := time.Now()
			if err := command.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			err := command.Wait()
			if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != 130 {
				t.Errorf("ended with %v, want exit code 130", err)
			}
			if took := time.Since(begin); took > time.Second {
				t.Errorf("it took %s to stop", took)
			}
			if !strings.Contains(stderr.String(), "error: interrupted") {
				t.Errorf("standard error does not say so: %q", stderr)
			}
		})
	}
}

// A reader that goes away must not end the program by SIGPIPE.
func TestClosedStandardOutput(t *testing.T) {
	command := exec.Command("unleak", "help", "scan")
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReaderSize(stdout, 16).Peek(1); err != nil {
		t.Fatal(err)
	}
	stdout.Close()
	err = command.Wait()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() < 0 {
		t.Errorf("killed: %v", exit)
	}
}
