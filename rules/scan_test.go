package rules_test

import (
	"testing"

	"github.com/unleak/unleak/rules"
	"github.com/unleak/unleak/scanner"
)

// hit is what a scan found, at any confidence.
type hit struct{ rule, secret string }

// scan applies a set to a text.
func scan(t *testing.T, set *rules.Set, text string) []hit {
	t.Helper()
	findings, err := scanner.NewTexts(scanner.Options{Rules: set, Jobs: 1}).Scan(t.Context(), "text", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	var hits []hit
	for _, f := range findings {
		hits = append(hits, hit{f.RuleID, f.Secret.Reveal()})
	}
	return hits
}
