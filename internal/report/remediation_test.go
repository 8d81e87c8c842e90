package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/remediate/account"
)

// remediations are documents of every sort in every format, by the name of their golden file.
func remediations() map[string]func(io.Writer) error {
	quiet := &account.Plan{Repository: account.Repository{Name: "payments"}}
	unknown := testPlan()
	unknown.Secrets, unknown.Checks = nil, nil
	unverified := testAccount()
	unverified.Evidence, unverified.Backup, unverified.Plan.Secrets, unverified.Plan.Repository.Remotes = nil, nil, nil, nil
	unverified.Remaining = account.ByHand(unverified)
	plan := func(p *account.Plan, format string, opts Options) func(io.Writer) error {
		return func(w io.Writer) error { return WritePlan(w, format, p, opts) }
	}
	done := func(a *account.Account, format string) func(io.Writer) error {
		return func(w io.Writer) error { return WriteAccount(w, format, a, Options{}) }
	}
	evidence := func(e *account.Evidence, format string) func(io.Writer) error {
		return func(w io.Writer) error { return WriteEvidence(w, format, e, Options{}) }
	}
	return map[string]func(io.Writer) error{
		"plan.txt":             plan(testPlan(), Text, Options{}),
		"plan-verbose.txt":     plan(testPlan(), Text, Options{Verbose: true}),
		"plan-color.txt":       plan(refusedPlan(), Text, Options{Color: true}),
		"plan-refused.txt":     plan(refusedPlan(), Text, Options{}),
		"plan-unknown.txt":     plan(unknown, Text, Options{}),
		"plan-empty.txt":       plan(quiet, Text, Options{}),
		"plan.json":            plan(testPlan(), JSON, Options{}),
		"plan-empty.json":      plan(quiet, JSON, Options{}),
		"account.txt":          done(testAccount(), Text),
		"account.md":           done(testAccount(), Markdown),
		"account.json":         done(testAccount(), JSON),
		"account-bare.md":      done(unverified, Markdown),
		"account-bare.txt":     done(unverified, Text),
		"evidence.txt":         evidence(testEvidence(), Text),
		"evidence-holding.txt": evidence(brokenEvidence(), Text),
		"evidence.json":        evidence(brokenEvidence(), JSON),
	}
}

func TestRemediationGolden(t *testing.T) {
	for name, write := range remediations() {
		t.Run(name, func(t *testing.T) {
			var got bytes.Buffer
			if err := write(&got); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join("testdata", "remediation", name)
			if *update {
				if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got.String()); diff != "" {
				t.Errorf("differs from %s; go test -update writes it anew (-want +got):\n%s", path, diff)
			}
			if strings.HasSuffix(name, ".json") && !json.Valid(got.Bytes()) {
				t.Error("this is no JSON")
			}
			if strings.HasSuffix(name, "-color.txt") {
				return
			}
			for _, c := range got.String() {
				if c != '\n' && (c == utf8.RuneError || !isVisible(c)) {
					t.Fatalf("%q stands in the report as it is", c)
				}
			}
		})
	}
}

// What a person reads fits a terminal, but for what is to be copied.
func TestRemediationWidth(t *testing.T) {
	for name, write := range remediations() {
		if !strings.HasSuffix(name, ".txt") || strings.Contains(name, "color") {
			continue
		}
		var out bytes.Buffer
		if err := write(&out); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(out.String()) {
			line = strings.TrimRight(line, "\n")
			content := strings.Contains(line, "git ") || strings.Contains(line, "unleak") || strings.Contains(line, "x1b") ||
				strings.Contains(line, "gh api") || strings.Contains(line, ".pack") || strings.HasPrefix(line, "    | ")
			if utf8.RuneCountInString(line) > 80 && !content {
				t.Errorf("%s: this line has more than 80 columns:\n%s", name, line)
			}
		}
	}
}

// failing is a writer whose disk is full.
type failing struct{}

var errDiskFull = errors.New("the disk is full")

func (failing) Write([]byte) (int, error) { return 0, errDiskFull }

func TestRemediationWriteErrors(t *testing.T) {
	for name, write := range remediations() {
		if err := write(failing{}); !errors.Is(err, errDiskFull) {
			t.Errorf("%s: got %v, want the error of the writer", name, err)
		}
	}
}

func TestRemediationFormats(t *testing.T) {
	if err := WritePlan(io.Discard, "sarif", testPlan(), Options{}); err == nil || !strings.Contains(err.Error(), "text, json") {
		t.Errorf("got %v, want an error that names the formats", err)
	}
	tests := map[string]struct{ format, file string }{
		"incident.md": {Markdown, "incident.md"}, "a.JSON": {JSON, "a.JSON"}, "text:x": {Text, "x"},
		"markdown:x.txt": {Markdown, "x.txt"}, "x.txt": {Text, "x.txt"},
		"x.sarif": {}, "sarif:x": {}, "json:": {}, "x": {},
	}
	for in, want := range tests {
		format, file, err := RemediationFormatFor(in)
		if format != want.format || file != want.file || (err == nil) != (want.file != "") {
			t.Errorf("%q: got %q, %q, %v", in, format, file, err)
		}
	}
}
