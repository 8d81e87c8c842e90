package rules_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/rules"
)

func ours() (*rules.Set, error) { return rules.LoadBuiltin(unleak.RulesName, unleak.Rules()) }

// loadForeign loads a rule file of gitleaks, and returns what it warns of without its folder.
func loadForeign(t *testing.T, text string, more map[string]string) (*rules.Set, []string, error) {
	t.Helper()
	files := map[string]string{".gitleaks.toml": text}
	for name, content := range more {
		files[name] = content
	}
	dir := write(t, files)
	set, err := rules.LoadFile(filepath.Join(dir, ".gitleaks.toml"), ours)
	if err != nil {
		return nil, nil, err
	}
	var warnings []string
	for _, w := range set.Warnings {
		warnings = append(warnings, strings.ReplaceAll(w.Error(), dir+string(filepath.Separator), ""))
	}
	return set, warnings, nil
}

func TestGitleaksFiles(t *testing.T) {
	const plain = "[[rules]]\nid = \"a\"\nregex = \"a(b)\"\n"
	for name, test := range map[string]struct {
		text     string
		more     map[string]string
		rule     string // to look at; "a" when empty
		check    func(r *rules.Rule) bool
		warnings []string
		err      string
	}{
		"keys in any case": {
			text:  "[[Rules]]\nID = \"a\"\nReGex = \"a(b)\"\nSECRETGROUP = 1\nskipreport = true\n[[Rules.AllowLists]]\nStopWords = [\"x\"]\nregextarget = \"line\"\n",
			check: func(r *rules.Rule) bool { return r.SecretGroup == 1 && r.SkipReport && len(r.Allowlists) == 1 },
		},
		"values in quotes": {
			text: "[[rules]]\nid = \"a\"\nregex = \"a(b)\"\nentropy = \"3.5\"\nsecretGroup = \"1\"\nskipReport = \"true\"\nkeywords = \"ab,abc\"\n",
			check: func(r *rules.Rule) bool {
				return r.Entropy == 3.5 && r.SecretGroup == 1 && r.SkipReport && slices.Equal(r.Keywords, []string{"ab", "abc"})
			},
		},
		"a table for a list of them": {
			text:  plain + "[rules.allowlists]\nregexes = [\"x\"]\n",
			check: func(r *rules.Rule) bool { return len(r.Allowlists) == 1 },
		},
		"unknown keys": {
			text:     "tittle = \"x\"\n" + plain + "secretgrup = 1\n",
			warnings: []string{`.gitleaks.toml:5: rule "a": unknown key "secretgrup": it changes nothing`, `.gitleaks.toml:1: unknown key "tittle": it changes nothing`},
		},
		"the last of two": {
			text:     plain + "[[rules]]\nid = \"a\"\nregex = \"second\"\n",
			check:    func(r *rules.Rule) bool { return r.Regex == "second" },
			warnings: []string{`.gitleaks.toml:2: rule "a": another rule has this id, and is used in place of this one`},
		},
		"odd ids":       {text: "[[rules]]\nid = \" My rule (v2)/é \"\nregex = \"a\"\n", rule: " My rule (v2)/é "},
		"no id":         {text: "[[rules]]\nid = \" \"\nregex = \"a\"\n", err: "rule id"},
		"no expression": {text: "[[rules]]\nid = \"a\"\n", err: "has neither regex nor path"},
		"short commits": {
			text:     plain + "[[rules.allowlists]]\ncommits = [\"abc123\"]\n",
			warnings: []string{`.gitleaks.toml:5: rule "a": commit "abc123" is not a full object id: write all 40 (or 64) hex digits`},
		},
		"generic by its id": {
			text: "[[rules]]\nid = \"My-Generic-Key\"\nregex = \"a\"\n", rule: "My-Generic-Key",
			check: func(r *rules.Rule) bool { return slices.Contains(r.Tags, "generic") },
		},
		"odd numbers": {
			text:  plain + "entropy = -1\nsecretGroup = -2\nkeywords = [\"\"]\n",
			check: func(r *rules.Rule) bool { return r.SecretGroup == 0 && len(r.Keywords) == 0 },
		},
		"both forms of allowlists": {text: plain + "[rules.allowlist]\npaths=[\"a\"]\n[[rules.allowlists]]\npaths=[\"a\"]\n", err: "cannot stand together"},
		"no rules": {
			text: "[allowlist]\npaths = [\"x\"]\n", rule: "private-key",
			warnings: []string{".gitleaks.toml:1: has no rules, with which gitleaks finds nothing: the built-in ones are used"},
		},
		"default rules": {
			text: "[extend]\nuseDefault = true\ndisabledRules = [\"jwt\", \"no-such-rule\"]\n" + plain, rule: "private-key",
			warnings: []string{`.gitleaks.toml:3: disabledRules names "no-such-rule", which no rule has as its id`},
		},
		"an allowlist for a default rule": {
			text: "[extend]\nuseDefault = true\n[[rules]]\nid = \"private-key\"\n[[rules.allowlists]]\ndescription = \"mine\"\npaths = [\"x\"]\n", rule: "private-key",
			check: func(r *rules.Rule) bool {
				return slices.ContainsFunc(r.Allowlists, func(l *rules.Allowlist) bool { return l.Description == "mine" })
			},
		},
		"a default rule that has another name here": {
			text: "[extend]\nuseDefault = true\n[[rules]]\nid = \"generic-api-key\"\nkeywords = [\"x\"]\nentropy = 4\n", rule: "generic-credential",
			check: func(r *rules.Rule) bool { return r.Entropy == 4 && !slices.Contains(r.Keywords, "x") },
		},
		"a default rule with another expression": {
			text: "[extend]\nuseDefault = true\n[[rules]]\nid = \"private-key\"\nregex = \"mine\"\n", rule: "private-key",
			check: func(r *rules.Rule) bool { return r.Regex == "mine" && r.Inspect == "" },
		},
		"a default rule that we lack": {
			text:     "[extend]\nuseDefault = true\n[[rules]]\nid = \"no-such-rule\"\nentropy = 4\n",
			rule:     "private-key",
			warnings: []string{`.gitleaks.toml:3: rule "no-such-rule": has neither regex nor path, and no built-in rule stands for it: left out`},
		},
		"targets that we lack": {
			text:     "[extend]\nuseDefault = true\n[[allowlists]]\ntargetRules = [\"no-such-rule\"]\npaths = [\"x\"]\n",
			rule:     "private-key",
			warnings: []string{`.gitleaks.toml:3: targetRules names "no-such-rule", and no rule stands for it here: the allowlist changes nothing`},
		},
		"targets that do not exist": {text: plain + "[[allowlists]]\ntargetRules = [\"b\"]\npaths = [\"x\"]\n", err: "targetRules names \"b\""},
		"extended two deep": {
			text: "[extend]\npath = \"b.toml\"\n",
			more: map[string]string{
				"b.toml": "[extend]\npath = \"c.toml\"\n", "c.toml": "[extend]\npath = \"d.toml\"\n" + plain,
			},
			warnings: []string{"c.toml:1: rule files extend one another more than 2 deep: what this one extends is left out, as gitleaks does"},
		},
		"disabled there, and defined here": {
			text:  "[extend]\npath = \"b.toml\"\ndisabledRules = [\"a\"]\n[[rules]]\nid = \"a\"\nregex = \"mine\"\n",
			more:  map[string]string{"b.toml": plain + "tags = [\"theirs\"]\n"},
			check: func(r *rules.Rule) bool { return r.Regex == "mine" && len(r.Tags) == 0 },
		},
		"required": {
			text: plain + "[[rules.required]]\nid = \"b\"\nwithinLines = 0\n[[rules]]\nid = \"b\"\nregex = \"b\"\n",
			check: func(r *rules.Rule) bool {
				return len(r.Required) == 1 && r.Required[0].RuleID == "b" && *r.Required[0].WithinLines == 0 && r.Required[0].WithinColumns == nil
			},
		},
		"required that does not exist": {text: plain + "[[rules.required]]\nid = \"b\"\n", err: "required names \"b\""},
		"required without id":          {text: plain + "[[rules.required]]\nwithinLines = 1\n", err: "required names no rule"},
	} {
		t.Run(name, func(t *testing.T) {
			set, warnings, err := loadForeign(t, test.text, test.more)
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Fatalf("error %v, want one with %q", err, test.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.warnings, warnings); diff != "" {
				t.Error(diff)
			}
			id := test.rule
			if id == "" {
				id = "a"
			}
			if r, ok := set.Lookup(id); !ok || test.check != nil && !test.check(r) {
				t.Errorf("rule %q: %+v", id, r)
			}
		})
	}
}

// TestCounterparts: what stands for gitleaks' default rules is there.
func TestCounterparts(t *testing.T) {
	set, _, err := loadForeign(t, "[extend]\nuseDefault = true\ndisabledRules = [\"jwt\", \"slack-bot-token\"]\n", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"json-web-token", "slack-token"} {
		if _, ok := set.Lookup(id); ok {
			t.Errorf("%s is there in spite of disabledRules", id)
		}
	}
}

// TestWhoseFile: the name decides, or else the keys.
func TestWhoseFile(t *testing.T) {
	const unknown, own = "[[rules]]\nid = \"a\"\nregex = \"a\"\ncolour = \"red\"\n", "severity = \"low\"\n"
	for name, test := range map[string]struct {
		text   string
		strict bool
	}{
		".gitleaks.toml":        {unknown + own, false},
		"my-gitleaks-rules.cfg": {unknown, false},
		".unleak.toml":          {unknown, true},
		"team.unleak.toml":      {unknown, true},
		"rules.toml":            {unknown, false},
		"team.toml":             {unknown + own, true},
	} {
		dir := write(t, map[string]string{name: test.text})
		_, err := rules.LoadFile(filepath.Join(dir, name), nil)
		if (err != nil) != test.strict {
			t.Errorf("%s: %v, want an error: %v", name, err, test.strict)
		}
	}
}

// TestSelectKeepsWhatIsRequired: a rule that is chosen alone still finds what it requires, which
// is not reported.
func TestSelectKeepsWhatIsRequired(t *testing.T) {
	set, _, err := loadForeign(t, "[[rules]]\nid = \"a\"\nregex = \"a\"\n[[rules.required]]\nid = \"b\"\n[[rules]]\nid = \"b\"\nregex = \"b\"\n", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, selected := range [][2][]string{{{"a"}, nil}, {nil, {"b"}}} {
		one, err := set.Select(selected[0], selected[1])
		if err != nil {
			t.Fatal(err)
		}
		if b, ok := one.Lookup("b"); !ok || !b.SkipReport {
			t.Errorf("rule b: %+v", b)
		}
	}
	if b, _ := set.Lookup("b"); b.SkipReport {
		t.Error("the set itself has changed")
	}
}

func FuzzGitleaksFile(f *testing.F) {
	f.Add([]byte("[[Rules]]\nID = 1\nregex = \"(a)\"\nsecretGroup = \"1\"\n[rules.allowlist]\nPaths = \"x,y\"\n[[rules.required]]\nid = \"1\"\n"))
	f.Add([]byte("[extend]\nuseDefault = true\ndisabledRules = [\"jwt\"]\n[allowlists]\ntargetRules = [\"jwt\"]\ncommits = [\"a\"]\n"))
	f.Add([]byte("rules = [{id = \"a\", ID = \"b\", path = \"b\"}]\nRULES = 3"))
	f.Fuzz(func(t *testing.T, data []byte) {
		set, err := rules.Load(".gitleaks.toml", data)
		if err != nil {
			return
		}
		for _, w := range set.Warnings {
			if w.Line < 1 || w.Problem == "" {
				t.Errorf("a warning without a line or words: %+v", w)
			}
		}
		for _, rule := range set.Rules {
			rule.Regexp()
			rule.PathRegexp()
			rule.AllowValue([]byte("a"), []byte("a"), []byte("a"))
		}
	})
}
