package rules_test

import (
	"testing"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/rules"
)

// builtin loads the embedded rule file.
func builtin(t testing.TB) *rules.Set {
	t.Helper()
	set, err := rules.Load(unleak.RulesName, unleak.Rules())
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func TestBuiltinLoads(t *testing.T) {
	for _, rule := range builtin(t).Rules {
		rule.Regexp()
		rule.PathRegexp()
	}
}
