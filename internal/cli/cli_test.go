package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/unleak/unleak/internal/cli"
)

// run runs the program in process, in a folder.
func run(ctx context.Context, dir string, args ...string) (code int, stdout, stderr string) {
	var out, messages bytes.Buffer
	code = cli.Run(ctx, cli.Env{
		Stdin:  strings.NewReader(""),
		Stdout: &out,
		Stderr: &messages,
		Getenv: func(string) string { return "" },
		Dir:    dir,
	}, args)
	return code, out.String(), messages.String()
}

// A context that has ended before the scan begins: nothing is covered, and that is
// what the report says.
func TestCanceledScan(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "readme.txt"), []byte("All quiet.\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, argument := range []string{".", "readme.txt", "-"} {
		t.Run(argument, func(t *testing.T) {
			begin := time.Now()
			code, stdout, stderr := run(ctx, dir, "scan", "--format", "json", argument)
			if took := time.Since(begin); took > time.Second {
				t.Errorf("it took %s to stop", took)
			}
			if code != 130 || !strings.HasPrefix(stderr, "error: interrupted") {
				t.Errorf("exit code %d, standard error %q", code, stderr)
			}
			var report struct{ Coverage struct{ Complete bool } }
			if stdout == "" {
				return
			}
			if err := json.Unmarshal([]byte(stdout), &report); err != nil || report.Coverage.Complete {
				t.Errorf("error %v, complete %v", err, report.Coverage.Complete)
			}
		})
	}
}

// Runs share nothing: what one was told does not reach another.
func TestRunsAreIndependent(t *testing.T) {
	dir := t.TempDir()
	if code, _, stderr := run(t.Context(), dir, "scan", "--verbose", "--exit-zero"); code != 0 || !strings.Contains(stderr, "note: ") {
		t.Fatalf("exit code %d, standard error %q", code, stderr)
	}
	if code, _, stderr := run(t.Context(), dir, "scan"); code != 0 || stderr != "" {
		t.Errorf("exit code %d, standard error %q", code, stderr)
	}
	if code, stdout, _ := run(t.Context(), dir); code != 0 || !strings.HasPrefix(stdout, "unleak finds") {
		t.Errorf("exit code %d, standard output %q", code, stdout)
	}
}
