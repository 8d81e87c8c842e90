package rules

import (
	"os"
	"strings"
	"testing"
)

// TestCounterpartsExist: an id that no rule has would be left out without a word.
func TestCounterpartsExist(t *testing.T) {
	text, err := os.ReadFile("../rules.toml")
	if err != nil {
		t.Fatal(err)
	}
	set, err := LoadBuiltin("rules.toml", text)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(counterparts) {
		for _, id := range strings.Fields(line)[1:] {
			if _, ok := set.Lookup(id); !ok {
				t.Errorf("the counterpart of %s, %s, is no rule", strings.Fields(line)[0], id)
			}
		}
	}
}
