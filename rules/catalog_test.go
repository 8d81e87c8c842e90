package rules_test

import (
	"slices"
	"testing"
)

// leastVendorRules is how many rules for the secrets of one vendor there are at least.
const leastVendorRules = 250

// TestCatalog counts the rules that know a vendor's secrets, each of them complete.
func TestCatalog(t *testing.T) {
	complete := 0
	for _, rule := range builtin(t).Rules {
		if len(rule.Keywords) == 0 || slices.Contains(rule.Tags, "generic") {
			continue
		}
		lacks := map[string]bool{
			"description":     rule.Description == rule.ID,
			"severity":        rule.Severity == "",
			"confidence":      rule.Confidence == "",
			"help":            rule.Help == "",
			"url":             rule.URL == "",
			"examples":        len(rule.Examples) == 0,
			"counterexamples": len(rule.Counterexamples) == 0,
		}
		whole := true
		for key, missing := range lacks {
			if missing {
				t.Errorf("rule %s has no %s", rule.ID, key)
				whole = false
			}
		}
		if whole {
			complete++
		}
	}
	if complete < leastVendorRules {
		t.Errorf("%d complete vendor rules, want at least %d", complete, leastVendorRules)
	}
}
