package rules_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/unleak/unleak/internal/match"
	"github.com/unleak/unleak/internal/ruletest"
)

// TestExamples draws from the patterns beside the built-in rules: each is found in every syntax,
// no counterexample is, and no placeholder by any rule.
func TestExamples(t *testing.T) {
	options := ruletest.Options{Rules: builtin(t)}
	if testing.Short() { // the values are what is tested, not the program
		options.Seeds = 1
		options.Only = []string{"github-token", "stripe-key", "clerk-secret-key", "datadog-api-key", "private-key", "json-web-token", "generic-credential"}
	}
	report, err := ruletest.Run(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range report.Untested {
		t.Errorf("rule %s has no examples", id)
	}
	type pattern struct{ rule, pattern, problem string }
	failed := map[pattern][]string{}
	for _, f := range report.Failures {
		p := pattern{f.Rule, f.Pattern, f.Problem}
		if failed[p] == nil {
			t.Errorf("rule %s: %s, drawn from %s, %s in\n%s\nfound: %v", f.Rule, f.Value, f.Pattern, f.Problem, f.Text, f.Found)
		}
		failed[p] = append(failed[p], fmt.Sprintf("%s:%s:%d", f.Syntax, f.Key, f.Seed))
	}
	for p, where := range failed {
		t.Logf("rule %s: %s %s in %d texts: %s", p.rule, p.pattern, p.problem, len(where), strings.Join(where[:min(40, len(where))], " "))
	}
	if report.Texts < 15_000 && !testing.Short() {
		t.Errorf("only %d texts were scanned", report.Texts)
	}
}

// TestEveryRuleHasExamples keeps the patterns complete; a rule for paths has none.
func TestEveryRuleHasExamples(t *testing.T) {
	for _, rule := range builtin(t).Rules {
		if match.IsPathRule(rule) {
			continue
		}
		if len(rule.Examples) == 0 || len(rule.Counterexamples) == 0 {
			t.Errorf("rule %s has %d examples and %d counterexamples", rule.ID, len(rule.Examples), len(rule.Counterexamples))
		}
		if rule.Key != "" && len(rule.ExampleKeys) == 0 {
			t.Errorf("rule %s has a key, and no names in exampleKeys", rule.ID)
		}
		if slices.Contains(rule.ExampleKeys, "") {
			t.Errorf("rule %s: an empty name in exampleKeys", rule.ID)
		}
	}
}
