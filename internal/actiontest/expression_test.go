package actiontest

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// scope looks up what an expression names, as "inputs.mode"; empty for what is not there.
type scope func(name string) string

var interpolation = regexp.MustCompile(`\$\{\{ (.*?) \}\}`)

// expand replaces the expressions in a value, as the runner does.
func (s scope) expand(value string) string {
	return interpolation.ReplaceAllStringFunc(value, func(match string) string {
		return s.evaluate(interpolation.FindStringSubmatch(match)[1])
	})
}

// evaluate knows the part of the language of expressions that action.yml uses: || over && over
// == and !=, literals in quotes, and names.
func (s scope) evaluate(expression string) string {
	expression = strings.TrimSpace(expression)
	for _, operator := range []string{"||", "&&", "==", "!="} {
		left, right, ok := strings.Cut(expression, operator)
		if !ok {
			continue
		}
		a, b := s.evaluate(left), s.evaluate(right)
		switch {
		case operator == "||" && truth(a), operator == "&&" && !truth(a):
			return a
		case operator == "||" || operator == "&&":
			return b
		}
		return fmt.Sprint((a == b) == (operator == "=="))
	}
	if literal, ok := strings.CutPrefix(expression, "'"); ok {
		return strings.TrimSuffix(literal, "'")
	}
	return s(expression)
}

// truth says whether a value counts as true; all values are strings here.
func truth(value string) bool { return value != "" && value != "false" }

// condition says whether a step runs, given whether one before it failed.
func (s scope) condition(expression string, failed bool) bool {
	if !strings.Contains(expression, "always()") {
		return !failed && (expression == "" || truth(s.evaluate(expression)))
	}
	return truth(s.evaluate(expression))
}

func TestEvaluate(t *testing.T) {
	values := scope(func(name string) string { return map[string]string{"a": "1", "f": "false", "always()": "true"}[name] })
	for _, test := range []struct{ expression, want string }{
		{"a", "1"},
		{"b", ""},
		{"b || 'x'", "x"},
		{"a || 'x'", "1"},
		{"a == '1' && b == ''", "true"},
		{"a == '2' && b == ''", "false"},
		{"a != '' && f == 'true'", "false"},
		{"always() && a == '1'", "true"},
	} {
		if got := values.evaluate(test.expression); got != test.want {
			t.Errorf("%s: got %q, want %q", test.expression, got, test.want)
		}
	}
	if got := values.expand("x-${{ a }}-${{ b }}-${{ f }}"); got != "x-1--false" {
		t.Errorf("got %q", got)
	}
}
