package match_test

import (
	"testing"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/match"
	"github.com/unleak/unleak/internal/secrettest"
	"github.com/unleak/unleak/rules"
)

// TestDeclaredWindowReachesTheInspector: the service's name beside a key is outside of
// what the expression matches, and inside the window that the rule declares.
func TestDeclaredWindowReachesTheInspector(t *testing.T) {
	set, err := rules.Load(unleak.RulesName, unleak.Rules())
	if err != nil {
		t.Fatal(err)
	}
	set, err = set.Select([]string{"moorcheh-api-key"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	key := secrettest.New(1).Value("moorcheh")
	for text, want := range map[string]string{
		"MOORCHEH_API_KEY=" + key + "\n":         "high",
		key + " # for api.moorcheh.ai\n":         "high",
		"key = " + key + "\nurl = example.org\n": "medium",
	} {
		hits := match.New(set).NewScanner().Scan([]byte(text))
		if len(hits) != 1 || hits[0].Confidence != want {
			t.Errorf("%d hits, want one of confidence %s: %+v", len(hits), want, hits)
		}
	}
}
