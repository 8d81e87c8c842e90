package cli

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// maxInitBytes is what a package of ours may allocate before main runs: errors and small
// tables, but no expression (the smallest takes 2 KB) and no rule.
const maxInitBytes = 2 << 10

// TestNoWorkInInit has the runtime say what each package did before main.
func TestNoWorkInInit(t *testing.T) {
	command := exec.Command(os.Args[0], "-test.run=^$")
	command.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	trace, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, trace)
	}
	seen := false
	for lines := bufio.NewScanner(bytes.NewReader(trace)); lines.Scan(); {
		name, ok := strings.CutPrefix(lines.Text(), "init github.com/unleak/unleak/")
		if !ok || strings.HasPrefix(name, "internal/secrettest ") || strings.HasPrefix(name, "internal/cli_test ") { // for tests alone
			continue
		}
		seen = true
		var size int
		_, rest, _ := strings.Cut(name, " clock, ")
		if _, err := fmt.Sscanf(rest, "%d bytes", &size); err != nil {
			t.Fatalf("%q: %v", lines.Text(), err)
		}
		if size > maxInitBytes {
			t.Errorf("%s: does work in init, let it be done when first needed", name)
		}
	}
	if !seen {
		t.Error("the runtime says nothing of our packages")
	}
}

// BenchmarkSmallScan is all that a scan of one small file costs within a process that
// runs already.
func BenchmarkSmallScan(b *testing.B) {
	dir := b.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "file"), []byte("nothing to see\n"), 0o600); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		env := Env{Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: io.Discard, Getenv: func(string) string { return "" }}
		if code := Run(b.Context(), env, []string{"scan", dir}); code != 0 {
			b.Fatalf("exit code %d", code)
		}
	}
}
