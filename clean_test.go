package unleak_test

import (
	"errors"
	"io/fs"
	"os"
	"testing"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/rules"
	"github.com/unleak/unleak/scanner"
)

// Promise 7 of the design: this repository holds nothing that the built-in rules find,
// neither in its files nor in its history.
func TestThisRepositoryIsClean(t *testing.T) {
	set, err := rules.Load(unleak.RulesName, unleak.Rules())
	if err != nil {
		t.Fatal(err)
	}
	sources := map[string]scanner.Source{"history": scanner.Repository("."), "work tree": scanner.Worktree(".", false)}
	if _, err := os.Stat(".git"); errors.Is(err, fs.ErrNotExist) {
		sources = map[string]scanner.Source{"files": scanner.Path(".")}
	}
	for name, source := range sources {
		t.Run(name, func(t *testing.T) {
			result, err := scanner.Scan(t.Context(), source, scanner.Options{Rules: set})
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range result.Findings {
				for _, o := range f.Occurrences {
					t.Errorf("%s in %s %q line %d, commit %s, blob %s", f.RuleID, o.Kind, o.Path, o.StartLine, o.Commit, o.Blob)
				}
			}
		})
	}
}
