package cli

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// manual writes the pages into a folder.
func manual(t *testing.T, epoch string) string {
	t.Helper()
	dir := t.TempDir()
	var stderr bytes.Buffer
	env := Env{Stdin: strings.NewReader(""), Stdout: &stderr, Stderr: &stderr, Dir: dir, Getenv: func(name string) string {
		if name == "SOURCE_DATE_EPOCH" {
			return epoch
		}
		return ""
	}}
	if code := Run(t.Context(), env, []string{"man", "pages/man1"}); code != 0 || stderr.Len() > 0 {
		t.Fatalf("exit code %d: %s", code, &stderr)
	}
	return filepath.Join(dir, "pages", "man1")
}

func TestEveryCommandHasAPage(t *testing.T) {
	dir := manual(t, "1790000000")
	pages := 0
	everyCommand(func(cmd *cobra.Command) {
		if cmd.HasParent() && !cmd.IsAvailableCommand() && !isTopic(cmd) {
			return // help itself
		}
		pages++
		text, err := os.ReadFile(filepath.Join(dir, manName(cmd)+".1"))
		if err != nil {
			t.Error(err)
			return
		}
		page := strings.ReplaceAll(string(text), `\-`, "-")
		for _, want := range []string{`"2026-09-21"`, manName(cmd), ".SH \"NAME\"", ".SH \"DESCRIPTION\""} {
			if !strings.Contains(page, want) {
				t.Errorf("the page of %q lacks %q", cmd.CommandPath(), want)
			}
		}
		cmd.LocalFlags().VisitAll(func(flag *pflag.Flag) {
			if shown := strings.Contains(page, "--"+flag.Name+"\"") || strings.Contains(page, "--"+flag.Name+" "); shown == flag.Hidden {
				t.Errorf("the page of %q: flag --%s is there: %v", cmd.CommandPath(), flag.Name, shown)
			}
		})
		if strings.Contains(cmd.Long, "Exit codes:") != strings.Contains(page, `.SH "EXIT STATUS"`) {
			t.Errorf("the page of %q: exit codes", cmd.CommandPath())
		}
	})
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != pages {
		t.Errorf("%d pages, want %d: %v", len(entries), pages, err)
	}
}

// Equal programs write equal pages.
func TestPagesAreTheSame(t *testing.T) {
	one, two := manual(t, ""), manual(t, "")
	entries, err := os.ReadDir(one)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		a, errA := os.ReadFile(filepath.Join(one, entry.Name()))
		b, errB := os.ReadFile(filepath.Join(two, entry.Name()))
		if errA != nil || errB != nil || !bytes.Equal(a, b) {
			t.Errorf("%s differs, %v, %v", entry.Name(), errA, errB)
		}
	}
}

// Whoever sets the date means one.
func TestDateOfPages(t *testing.T) {
	for text, want := range map[string]string{"": "", "0": "1970-01-01", "1790000000": "2026-09-21"} {
		a := &app{Env: Env{Getenv: func(string) string { return text }}}
		if got, err := a.sourceDate(); got != want || err != nil {
			t.Errorf("%q is %q, %v, want %q", text, got, err, want)
		}
	}
	for _, text := range []string{"today", "-1", "1790000000.5"} {
		a := &app{Env: Env{Getenv: func(string) string { return text }}}
		if _, err := a.sourceDate(); err == nil {
			t.Errorf("%q is taken for a time", text)
		}
	}
}

// The two programs that show manual pages have nothing to say against them.
func TestPagesAreWellFormed(t *testing.T) {
	dir := manual(t, "1790000000")
	pages, err := filepath.Glob(filepath.Join(dir, "*.1"))
	if err != nil {
		t.Fatal(err)
	}
	for _, check := range [][]string{{"mandoc", "-Tlint", "-Wwarning"}, {"groff", "-man", "-Tutf8", "-ww", "-z"}} {
		t.Run(check[0], func(t *testing.T) {
			if _, err := exec.LookPath(check[0]); err != nil {
				t.Skip(err)
			}
			if out, err := exec.Command(check[0], append(check[1:], pages...)...).CombinedOutput(); err != nil || len(out) > 0 {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

func TestRoffEscapes(t *testing.T) {
	page := &roff{}
	page.line(`.SH not a macro, 'nor this\n`)
	page.line("'so neither")
	page.macro("B", `a "quoted" -flag`)
	const want = `\&.SH not a macro, 'nor this\en` + "\n" + `\&'so neither` + "\n" + `.B "a \(dqquoted\(dq \-flag"` + "\n"
	if got := page.String(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}
