package ruletest_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/ruletest"
	"github.com/unleak/unleak/rules"
	"github.com/unleak/unleak/rules/example"
)

func load(t *testing.T, text string) *rules.Set {
	t.Helper()
	set, err := rules.Load("x.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func run(t *testing.T, text string) *ruletest.Report {
	t.Helper()
	report, err := ruletest.Run(t.Context(), ruletest.Options{Rules: load(t, text), Only: []string{"a"}, Seeds: 2})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func TestProblems(t *testing.T) {
	const head = "[[rules]]\nid = \"a\"\nkeywords = [\"acme_\"]\n"
	tests := map[string]struct {
		rules, problem string // of every text
	}{
		"found":         {head + "regex = 'acme_[a-z]{9}'\nexamples = ['acme_[a-z]{9}']", ""},
		"missed":        {head + "regex = 'acme_[a-z]{10}'\nexamples = ['acme_[a-z]{9}[0-9]']", "is not found"},
		"in part":       {head + "regex = 'acme_[a-z]{8}'\nexamples = ['acme_[a-z]{9}']", "is not found whole"},
		"the secret":    {head + "regex = 'acme_([a-z]{9})'\nexamples = ['acme_(?P<secret>[a-z]{9})']", ""},
		"another rule":  {head + "regex = 'acme_[a-z]{9}'\nexamples = ['acme_[0-9]{9}']\n[[rules]]\nid = \"b\"\nregex = 'acme_[0-9]{9}'\nkeywords = [\"acme_\"]", "is not found"},
		"spared":        {head + "regex = 'acme_[a-z]{9}'\nexamples = ['acme_[a-z]{9}']\ncounterexamples = ['acme_[0-9]{9}']", ""},
		"low":           {head + "regex = 'acme_[a-z]{9}'\nconfidence = \"low\"\nexamples = ['acme_[a-z]{9}']", ""},
		"at a path":     {head + "regex = 'acme_[a-z]{9}'\npath = '(?:^|/)acme\\.[a-z]{3}$'\nexamples = ['acme_[a-z]{9}']", ""},
		"not at a path": {head + "regex = 'acme_[a-z]{9}'\npath = '^\\b$'\nexamples = ['acme_[a-z]{9}']", "is not found"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			report := run(t, test.rules)
			failed := 0
			for _, f := range report.Failures {
				if f.Problem != test.problem || !strings.Contains(f.Text, f.Value) || f.Rule != "a" {
					t.Errorf("unexpected failure %+v", f)
				}
				failed++
			}
			if want := 2 * len(example.Syntaxes()); test.problem != "" && failed != want {
				t.Errorf("%d failures, want %d", failed, want)
			}
			if report.Tested != 1 || report.Texts == 0 {
				t.Errorf("tested %d rules with %d texts", report.Tested, report.Texts)
			}
		})
	}
}

func TestCounterexampleThatIsFound(t *testing.T) {
	report := run(t, "[[rules]]\nid = \"a\"\nkeywords = [\"acme_\"]\nregex = 'acme_[a-z]{9}'\nexamples = ['acme_[a-z]{9}']\ncounterexamples = ['acme_[a-z]{9}']")
	if len(report.Failures) != 2*len(example.Syntaxes()) || report.Failures[0].Problem != "is found, and must not be" {
		t.Errorf("%d failures, such as %+v", len(report.Failures), report.Failures)
	}
}

func TestPlaceholderThatIsFound(t *testing.T) {
	set := load(t, "[[rules]]\nid = \"a\"\nregex = 'changeme'\nkeywords = [\"changeme\"]\n[[rules]]\nid = \"p\"\npath = 'x'")
	report, err := ruletest.Run(t.Context(), ruletest.Options{Rules: set})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a"}, report.Untested); diff != "" {
		t.Errorf("untested (-want +got):\n%s", diff)
	}
	for _, f := range report.Failures {
		if f.Value != "changeme" || f.Rule != "" {
			t.Errorf("unexpected failure %+v", f)
		}
	}
	if want := len(example.Syntaxes()) * len(example.PlaceholderNames()); len(report.Failures) != want {
		t.Errorf("%d failures, want %d", len(report.Failures), want)
	}
}

func TestRunEnds(t *testing.T) {
	set := load(t, "[[rules]]\nid = \"a\"\nregex = 'x'\nkeywords = [\"x\"]\nexamples = ['x']")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := ruletest.Run(ctx, ruletest.Options{Rules: set}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	set = load(t, "[[rules]]\nid = \"a\"\nregex = 'x'\nkeywords = [\"x\"]\nexamples = ['(?P<nope>x)']")
	if _, err := ruletest.Run(t.Context(), ruletest.Options{Rules: set}); err == nil || !strings.Contains(err.Error(), `rule a: example "(?P<nope>x)"`) {
		t.Errorf("error %v", err)
	}
}
