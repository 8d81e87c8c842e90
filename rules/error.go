package rules

import "fmt"

// Error is one mistake in a rule file. [Load] reports all it finds, joined
// with [errors.Join]; errors.As gives the first.
type Error struct {
	File    string // as it was named to Load
	Line    int    // counts from 1
	Rule    string // id of the rule it is in, empty outside rules
	Problem string // one sentence: what is wrong and what to write instead
}

// Error returns "file:line: rule "id": problem".
func (e *Error) Error() string {
	if e.Rule == "" {
		return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Problem)
	}
	return fmt.Sprintf("%s:%d: rule %q: %s", e.File, e.Line, e.Rule, e.Problem)
}
