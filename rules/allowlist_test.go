package rules_test

import (
	"strings"
	"testing"

	"github.com/unleak/unleak/rules"
	"github.com/unleak/unleak/rules/example"
)

const (
	commitA = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	commitB = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
)

// load makes a set of one rule, with an allowlist of the given keys.
func load(t *testing.T, lists ...string) *rules.Rule {
	t.Helper()
	text := "[[rules]]\nid = \"a\"\nregex = \"a\"\n"
	for _, list := range lists {
		text += "[[rules.allowlists]]\n" + list + "\n"
	}
	set, err := rules.Load("x.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return set.Rules[0]
}

func TestAllowValue(t *testing.T) {
	tests := map[string]struct {
		list string
		want bool
	}{
		"regex of the secret":      {`regexes = ["^seC"]`, true},
		"regex of something else":  {`regexes = ["^key"]`, false},
		"second regex":             {`regexes = ["^key", "ret$"]`, true},
		"regex of the match":       {"regexes = [\"^key=\"]\nregexTarget = \"match\"", true},
		"regex of the line":        {"regexes = [\"^  key=\"]\nregexTarget = \"line\"", true},
		"line is not the secret":   {"regexes = [\"^seC\"]\nregexTarget = \"line\"", false},
		"stopword":                 {`stopwords = ["ECRE"]`, true},
		"stopword elsewhere":       {`stopwords = ["key"]`, false},
		"or":                       {"regexes = [\"^no\"]\nstopwords = [\"cret\"]", true},
		"and":                      {"condition = \"AND\"\nregexes = [\"^seC\"]\nstopwords = [\"cret\"]", true},
		"and, one fails":           {"condition = \"AND\"\nregexes = [\"^no\"]\nstopwords = [\"cret\"]", false},
		"or with a path":           {"regexes = [\"^seC\"]\npaths = [\"x\"]", true},
		"and with a path waits":    {"condition = \"AND\"\nregexes = [\"^seC\"]\npaths = [\"x\"]", false},
		"path alone says nothing":  {`paths = [".*"]`, false},
		"and of places says later": {"condition = \"AND\"\npaths = [\".*\"]\ncommits = [\"" + commitA + "\"]", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, _ := load(t, test.list).AllowValue([]byte("seCret"), []byte("key=seCret"), []byte("  key=seCret;"))
			if got != test.want {
				t.Errorf("allowed %v, want %v", got, test.want)
			}
		})
	}
}

func TestAllowPlace(t *testing.T) {
	tests := map[string]struct {
		list         string
		path, commit string
		value        string
		want         bool
	}{
		"path":                         {`paths = ["^docs/"]`, "docs/a.md", "", "v", true},
		"other path":                   {`paths = ["^docs/"]`, "src/docs/a.md", "", "v", false},
		"no path":                      {`paths = [".*"]`, "", commitA, "v", false},
		"commit":                       {`commits = ["` + strings.ToUpper(commitA) + `"]`, "x", commitA, "v", true},
		"other commit":                 {`commits = ["` + commitA + `"]`, "x", commitB, "v", false},
		"no commit":                    {`commits = ["` + commitA + `"]`, "x", "", "v", false},
		"or":                           {"paths = [\"^docs/\"]\ncommits = [\"" + commitA + "\"]", "src/x", commitA, "v", true},
		"and":                          {"condition = \"AND\"\npaths = [\"^docs/\"]\ncommits = [\"" + commitA + "\"]", "docs/x", commitA, "v", true},
		"and, one fails":               {"condition = \"AND\"\npaths = [\"^docs/\"]\ncommits = [\"" + commitA + "\"]", "docs/x", commitB, "v", false},
		"and with value":               {"condition = \"AND\"\npaths = [\"^docs/\"]\nregexes = [\"^v$\"]", "docs/x", "", "v", true},
		"and, other value":             {"condition = \"AND\"\npaths = [\"^docs/\"]\nregexes = [\"^v$\"]", "docs/x", "", "w", false},
		"and with value, other path":   {"condition = \"AND\"\npaths = [\"^docs/\"]\nregexes = [\"^v$\"]", "src/x", "", "v", false},
		"or with value, value differs": {"paths = [\"^docs/\"]\nregexes = [\"^v$\"]", "docs/x", "", "w", true},
		"value alone":                  {`regexes = ["^v$"]`, "docs/x", "", "w", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			rule := load(t, test.list)
			value := []byte(test.value)
			_, pending := rule.AllowValue(value, value, value)
			if got := rule.AllowPlace(test.path, test.commit, pending); got != test.want {
				t.Errorf("allowed %v, want %v (pending %b)", got, test.want, pending)
			}
		})
	}
}

// TestPendingBits keeps the lists that wait for a place apart from one another.
func TestPendingBits(t *testing.T) {
	rule := load(t,
		"stopwords = [\"never\"]",
		"condition = \"AND\"\npaths = [\"^one$\"]\nregexes = [\"^1\"]",
		"condition = \"AND\"\npaths = [\"^two$\"]\nregexes = [\"^2\"]",
	)
	_, pending := rule.AllowValue([]byte("2"), []byte("2"), []byte("2"))
	if rule.AllowPlace("one", "", pending) || !rule.AllowPlace("two", "", pending) {
		t.Errorf("pending %b allows the wrong path", pending)
	}
}

func TestTooManyPendingLists(t *testing.T) {
	text := "[[rules]]\nid = \"a\"\nregex = \"a\"\n" +
		strings.Repeat("[[rules.allowlists]]\ncondition = \"AND\"\npaths = [\"x\"]\nregexes = [\"y\"]\n", rules.MaxPendingLists+1)
	if _, err := rules.Load("x.toml", []byte(text)); err == nil || !strings.Contains(err.Error(), "at most 64") {
		t.Errorf("error %v", err)
	}
}

// TestTargetRules applies a global list to the rules it names.
func TestTargetRules(t *testing.T) {
	set, err := rules.Load("x.toml", []byte(`
[[rules]]
id = "a"
regex = "a"
[[rules]]
id = "b"
regex = "b"
[[allowlists]]
targetRules = ["b"]
stopwords = ["x"]
`))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []bool{false, true} {
		if got, _ := set.Rules[i].AllowValue([]byte("x"), nil, nil); got != want {
			t.Errorf("rule %s: allowed %v, want %v", set.Rules[i].ID, got, want)
		}
	}
}

// TestDocumentedPlaceholders checks that every rule allows every one of them. TestExamples sees to it
// that none is found in any syntax.
func TestDocumentedPlaceholders(t *testing.T) {
	set := builtin(t)
	for _, value := range example.Placeholders() {
		value = strings.TrimPrefix(value, "Bearer ")
		for _, rule := range set.Rules {
			if allowed, _ := rule.AllowValue([]byte(value), []byte(value), []byte(value)); !allowed {
				t.Errorf("rule %s does not allow %q", rule.ID, value)
			}
		}
		if found := scan(t, set, "Authorization: Bearer "+value); len(found) > 0 {
			t.Errorf("found %v as bearer of %q", found, value)
		}
	}
}

// TestDrawnValuesAreNotAllowed is the other side: no placeholder pattern is so wide
// that it silences real values.
func TestDrawnValuesAreNotAllowed(t *testing.T) {
	for _, rule := range builtin(t).Rules {
		for _, pattern := range rule.Examples {
			rounds := 100
			if testing.Short() {
				rounds = 5
			}
			if strings.Contains(pattern, "rsa_key_pem") { // slow to make
				rounds = 3
			}
			for seed := range int64(rounds) {
				value, err := example.DrawValue(pattern, seed)
				if err != nil {
					t.Fatal(err)
				}
				text := []byte(value.Secret)
				if allowed, _ := rule.AllowValue(text, text, text); allowed {
					t.Errorf("rule %s allows %q", rule.ID, text)
				}
			}
		}
	}
}
