package rules_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/rules"
)

func TestLoadReadsEveryKey(t *testing.T) {
	set, err := rules.Load("x.toml", []byte(`
title = "mine"
minVersion = "v8.25.0"

[[allowlists]]
description = "for all"
stopwords = ["NOPE"]

[[allowlists]]
targetRules = ["b"]
regexes = ["^x"]

[[rules]]
id = "b"
description = "B"
regex = '''b(c)(d)'''
path = '''\.txt$'''
secretGroup = 2
entropy = 3
keywords = ["Bc", "bC", "d"]
tags = ["t"]
skipReport = true
severity = "low"
confidence = "high"
inspect = "random"
help = "Do it."
url = "https://x.y/"
prefixes = ["bc", "b"]
window = 99
[[rules.allowlists]]
condition = "AND"
commits = ["ABCDEF0123456789abcdef0123456789abcdef01"]
paths = ["^a"]
regexTarget = "line"
regexes = ["l"]

[[rules]]
id = "a"
regex = "a"
[rules.allowlist]
paths = ["old"]
`))
	if err != nil {
		t.Fatal(err)
	}
	a, b := set.Rules[0], set.Rules[1]
	if set.Title != "mine" || len(set.Rules) != 2 || a.ID != "a" || b.ID != "b" {
		t.Fatalf("title %q, rules %v", set.Title, set.Rules)
	}
	if a.Severity != "high" || a.Confidence != "medium" || a.Description != "a" || len(a.Allowlists) != 2 || a.Allowlists[0].Paths[0] != "old" {
		t.Errorf("rule a: %+v", a)
	}
	if b.SecretGroup != 2 || b.Entropy != 3 || !b.SkipReport || b.Severity != "low" || b.Confidence != "high" || b.Inspect != "random" ||
		b.Help != "Do it." || b.URL != "https://x.y/" || b.Window != 99 || b.Description != "B" {
		t.Errorf("rule b: %+v", b)
	}
	if diff := cmp.Diff([]string{"bc", "d"}, b.Keywords); diff != "" {
		t.Errorf("keywords (-want +got):\n%s", diff)
	}
	if len(b.Allowlists) != 3 || !b.Allowlists[0].All || b.Allowlists[0].RegexTarget != rules.TargetLine ||
		b.Allowlists[0].Commits[0] != "abcdef0123456789abcdef0123456789abcdef01" || b.Allowlists[1].Stopwords[0] != "nope" {
		t.Errorf("allowlists of b: %+v", b.Allowlists)
	}
	if !b.Regexp().MatchString("bcd") || !b.PathRegexp().MatchString("x.txt") || a.PathRegexp() != nil {
		t.Error("expressions do not compile to themselves")
	}
	if got := b.KnownPrefix("bcd"); got != "bc" {
		t.Errorf("known prefix %q, want the longest", got)
	}
	if _, ok := set.Lookup("b"); !ok {
		t.Error("rule b is not found by its id")
	}
}

func TestLoadErrors(t *testing.T) {
	const rule = "[[rules]]\nid = \"a\"\nregex = \"a\"\n"
	tests := map[string]struct{ text, want string }{
		"syntax":              {"title = ", "x.toml:1: not valid TOML"},
		"syntax below":        {rule + "keywords = [\"a\"\n[x]", "x.toml:5: not valid TOML"},
		"unknown key":         {rule + "severty = \"low\"", `x.toml:4: rule "a": unknown key "severty"`},
		"unknown root key":    {"titel = 1\n" + rule, `x.toml:1: unknown key "titel"`},
		"unknown table":       {rule + "[rules.other]\nx = 1", `x.toml:4: rule "a": unknown key "other"`},
		"unknown in second":   {rule + "[[rules]]\nid = \"b\"\nregex = \"b\"\nx = 1", `x.toml:7: rule "b": unknown key "x"`},
		"unknown inline":      {rule + "allowlists = [{ paths = [\"x\"], nope = 1 }]", `x.toml:4: rule "a": unknown key "nope"`},
		"case of a key":       {rule + "secretgroup = 0", `x.toml:4: rule "a": unknown key "secretgroup"`},
		"bad regex":           {"[[rules]]\nid = \"a\"\nregex = \"(\"", `x.toml:3: rule "a": bad regular expression`},
		"lookahead":           {"[[rules]]\nid = \"a\"\nregex = \"(?=x)\"", `x.toml:3: rule "a": bad regular expression`},
		"bad path":            {rule + "path = \"[\"", `x.toml:4: rule "a": bad regular expression`},
		"bad allowlist regex": {rule + "[[rules.allowlists]]\npaths = [\"x\"]\nregexes = [\n\"*\"]", `x.toml:6: rule "a": bad regular expression`},
		"duplicate":           {rule + rule, `x.toml:5: rule "a": a second rule has this id`},
		"no id":               {"[[rules]]\nregex = \"a\"", `x.toml:1: rule id "": write letters`},
		"odd id":              {"[[rules]]\nid = \"a b\"\nregex = \"a\"", `x.toml:2: rule id "a b": write letters`},
		"nothing to match":    {"[[rules]]\nid = \"a\"", `x.toml:1: rule "a": has neither regex nor path nor inspect`},
		"group":               {rule + "secretGroup = 1", `x.toml:4: rule "a": secretGroup is 1, but regex has 0 groups`},
		"negative group":      {rule + "secretGroup = -1", `x.toml:4: rule "a": secretGroup is -1`},
		"entropy":             {rule + "entropy = 9.5", `x.toml:4: rule "a": entropy is bits a byte`},
		"entropy nan":         {rule + "entropy = nan", `x.toml:4: rule "a": entropy is bits a byte`},
		"severity":            {rule + "severity = \"bad\"", `x.toml:4: rule "a": severity is "bad": write critical`},
		"confidence":          {rule + "confidence = \"sure\"", `x.toml:4: rule "a": confidence is "sure"`},
		"inspect":             {rule + "inspect = \"nope\"", `x.toml:4: rule "a": no inspector is named "nope": there are `},
		"locator and regex":   {rule + "inspect = \"assignment\"", `x.toml:4: rule "a": inspector "assignment" finds its matches itself`},
		"inspector, no regex": {"[[rules]]\nid = \"a\"\ninspect = \"random\"", `x.toml:3: rule "a": inspector "random" judges matches`},
		"locator, no keyword": {"[[rules]]\nid = \"a\"\ninspect = \"jwt\"", `x.toml:3: rule "a": a rule without regex needs keywords`},
		"url":                 {rule + "url = \"http://x\"", `x.toml:4: rule "a": url must start with https://`},
		"window":              {rule + "window = -1", `x.toml:4: rule "a": window is a width`},
		"keyword":             {rule + "keywords = [\"\"]", `x.toml:4: rule "a": an empty keyword`},
		"prefix":              {rule + "prefixes = [\"\"]", `x.toml:4: rule "a": an empty prefix`},
		"stopword":            {rule + "[[allowlists]]\nstopwords = [\"\"]", `x.toml:5: an empty stopword`},
		"type":                {rule + "keywords = \"x\"", `x.toml:4: rule "a": keywords must be an array of strings`},
		"type inside":         {rule + "keywords = [1]", `x.toml:4: rule "a": keywords must be an array of strings`},
		"type number":         {rule + "entropy = \"3\"", `x.toml:4: rule "a": entropy must be a number`},
		"type bool":           {rule + "skipReport = 1", `x.toml:4: rule "a": skipReport must be true or false`},
		"type table":          {"rules = 1", `x.toml:1: rules must be an array of tables`},
		"type allowlist":      {rule + "[[rules.allowlist]]\npaths = [\"x\"]", `x.toml:4: rule "a": allowlist must be a table`},
		"empty allowlist":     {rule + "[[rules.allowlists]]\ndescription = \"x\"", `x.toml:4: rule "a": an allowlist needs commits`},
		"condition":           {rule + "[[rules.allowlists]]\npaths = [\"x\"]\ncondition = \"XOR\"", `x.toml:6: rule "a": condition is "XOR"`},
		"target":              {rule + "[[allowlists]]\nregexes = [\"x\"]\nregexTarget = \"file\"", `x.toml:6: regexTarget is "file"`},
		"target of own list":  {rule + "[[rules.allowlists]]\nregexes = [\"x\"]\ntargetRules = [\"a\"]", `x.toml:6: rule "a": targetRules belongs to global allowlists`},
		"target rule":         {rule + "[[allowlists]]\npaths = [\"x\"]\ntargetRules = [\"b\"]", `x.toml:4: targetRules names "b"`},
		"commit":              {rule + "[[allowlists]]\ncommits = [\"abc\"]", `x.toml:5: commit "abc" is not a full object id`},
		"both forms":          {rule + "[allowlist]\npaths = [\"x\"]\n[[allowlists]]\npaths = [\"x\"]", `x.toml:4: [allowlist] and [[allowlists]] cannot stand together`},
		"required":            {rule + "[[rules.required]]\nid = \"b\"\nwithinLines = 5", `x.toml:4: rule "a": required names "b", which no rule has as its id`},
		"extend":              {rule + "[extend]\nuseDefault = true", `x.toml:4: extend needs a rule file on disk`},
		"unknown extend":      {rule + "[extend]\nurl = \"x\"", `x.toml:5: unknown key "url"`},
		"empty":               {"", `x.toml:1: has no rules`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := rules.Load("x.toml", []byte(test.text))
			if err == nil {
				t.Fatal("no error")
			}
			var first *rules.Error
			if !errors.As(err, &first) || first.File != "x.toml" || first.Line == 0 {
				t.Errorf("error has no file and line: %v", err)
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("error is\n%v\nwant\n%s", err, test.want)
			}
		})
	}
}

func TestLoadReportsEveryMistake(t *testing.T) {
	_, err := rules.Load("x.toml", []byte("[[rules]]\nid = \"b\"\nregex = \"(\"\nx = 1\n[[rules]]\nid = \"a\"\nentropy = -1\n"))
	want := []string{"x.toml:3:", "x.toml:4:", "x.toml:5:", "x.toml:7:"}
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != len(want) {
		t.Fatalf("errors\n%v\nwant %d", err, len(want))
	}
	for i, line := range lines {
		if !strings.HasPrefix(line, want[i]) {
			t.Errorf("error %d is %q, want %s", i, line, want[i])
		}
	}
}

// write puts files into a temporary folder and returns its path.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestLoadFileExtends(t *testing.T) {
	dir := write(t, map[string]string{
		"top.toml": `
[extend]
path = "sub/mid.toml"
disabledRules = ["c"]
[[rules]]
id = "a"
description = "newer"
keywords = ["two"]
[[rules.allowlists]]
paths = ["top"]
[[rules]]
id = "d"
regex = "d"
[[allowlists]]
stopwords = ["top"]
`,
		"sub/mid.toml": `
title = "mid"
[extend]
path = "base.toml"
[[rules]]
id = "c"
regex = "c"
`,
		"sub/base.toml": `
[[allowlists]]
stopwords = ["base"]
[[rules]]
id = "a"
description = "older"
regex = "a"
severity = "low"
keywords = ["one"]
[[rules.allowlists]]
paths = ["base"]
`,
	})
	set, err := rules.LoadFile(filepath.Join(dir, "top.toml"), nil)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, rule := range set.Rules {
		ids = append(ids, rule.ID)
	}
	if diff := cmp.Diff([]string{"a", "d"}, ids); diff != "" {
		t.Errorf("rules (-want +got):\n%s", diff)
	}
	a, _ := set.Lookup("a")
	if a.Description != "newer" || a.Regex != "a" || a.Severity != "low" || strings.Join(a.Keywords, " ") != "one two" || len(a.Allowlists) != 4 {
		t.Errorf("rule a: %+v", a)
	}
	if d, _ := set.Lookup("d"); len(d.Allowlists) != 2 {
		t.Errorf("rule d has %d allowlists, want the global ones of both files", len(d.Allowlists))
	}
	if set.Title != "mid" {
		t.Errorf("title %q", set.Title)
	}
}

func TestLoadFileExtendsBuiltin(t *testing.T) {
	load := func() (*rules.Set, error) { return rules.Load(unleak.RulesName, unleak.Rules()) }
	dir := write(t, map[string]string{"x.toml": "[extend]\nuseDefault = true\ndisabledRules = [\"private-key\"]\n[[rules]]\nid = \"mine\"\nregex = \"m\"\n"})
	set, err := rules.LoadFile(filepath.Join(dir, "x.toml"), load)
	if err != nil {
		t.Fatal(err)
	}
	if len(set.Rules) != len(builtin(t).Rules) {
		t.Errorf("%d rules, want one less and one more than %d", len(set.Rules), len(builtin(t).Rules))
	}
	if mine, ok := set.Lookup("mine"); !ok || len(mine.Allowlists) == 0 {
		t.Error("the built-in global allowlists do not apply to the new rule")
	}
}

func TestLoadFileErrors(t *testing.T) {
	dir := write(t, map[string]string{
		"gone.unleak.toml":     "[extend]\npath = \"nowhere.toml\"",
		"folder.unleak.toml":   "[extend]\npath = \".\"",
		"loop.unleak.toml":     "[extend]\npath = \"loop.unleak.toml\"\n[[rules]]\nid = \"a\"\nregex = \"a\"",
		"both.unleak.toml":     "[extend]\npath = \"x\"\nuseDefault = true",
		"builtin.unleak.toml":  "[extend]\nuseDefault = true",
		"disabled.unleak.toml": "[extend]\npath = \"ok.unleak.toml\"\ndisabledRules = [\"b\"]",
		"ok.unleak.toml":       "[[rules]]\nid = \"a\"\nregex = \"a\"",
		"base.unleak.toml":     "[extend]\npath = \"bad.unleak.toml\"",
		"chain1.unleak.toml":   "[extend]\npath = \"chain2.unleak.toml\"",
		"chain2.unleak.toml":   "[extend]\npath = \"chain3.unleak.toml\"",
		"chain3.unleak.toml":   "[extend]\npath = \"ok.unleak.toml\"",
		"bad.unleak.toml":      "[[rules]]\nid = \"a\"\nregex = \"(\"",
	})
	for name, want := range map[string]string{
		"nothing.unleak.toml":  "nothing.unleak.toml",
		"gone.unleak.toml":     "nowhere.toml",
		"folder.unleak.toml":   "is no regular file",
		"loop.unleak.toml":     "loop.unleak.toml:1: rule files extend one another more than 2 deep",
		"chain1.unleak.toml":   "chain3.unleak.toml:1: rule files extend one another more than 2 deep",
		"both.unleak.toml":     "both.unleak.toml:2: extend has both path and useDefault",
		"builtin.unleak.toml":  "builtin.unleak.toml:2: there are no built-in rules",
		"disabled.unleak.toml": `disabled.unleak.toml:3: disabledRules names "b"`,
		"base.unleak.toml":     "bad.unleak.toml:3: rule \"a\": bad regular expression",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := rules.LoadFile(filepath.Join(dir, name), nil)
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("error %v, want %q", err, want)
			}
		})
	}
}

func TestSelect(t *testing.T) {
	set := builtin(t)
	some, err := set.Select([]string{"private-key", "github-token"}, []string{"private-key"})
	if err != nil || len(some.Rules) != 1 || some.Rules[0].ID != "github-token" {
		t.Errorf("selected %v, %v", some, err)
	}
	less, err := set.Select(nil, []string{"private-key"})
	if err != nil || len(less.Rules) != len(set.Rules)-1 {
		t.Errorf("excluding one: %v", err)
	}
	for id, want := range map[string]string{
		"private-kye": "did you mean private-key", "github": "github-token", "zzzzzz": `no rule has the id "zzzzzz"`,
	} {
		if _, err := set.Select([]string{id}, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", id, err, want)
		}
	}
	if _, err := set.Select([]string{"private-key"}, []string{"private-key"}); err == nil {
		t.Error("an empty selection is no error")
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(unleak.Rules()[:2000]) // the whole takes too long to compile again and again
	f.Add([]byte("[[rules]]\nid = \"a\"\nregex = \"(a)\"\nsecretGroup = 1\n[rules.allowlist]\npaths = [\"x\"]\n"))
	f.Add([]byte("rules = [{id = \"a\", path = \"b\"}]\nallowlists = [{commits = []}]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		set, err := rules.Load("x.toml", data)
		if err != nil {
			var e *rules.Error
			if !errors.As(err, &e) || e.Line < 1 {
				t.Errorf("error without a line: %v", err)
			}
			return
		}
		for _, rule := range set.Rules {
			rule.Regexp()
			rule.PathRegexp()
			_, pending := rule.AllowValue([]byte("a"), []byte("a"), []byte("a"))
			rule.AllowPlace("p", "", pending)
		}
	})
}

// TestLoadBuiltin: what is vouched for gives the same set as what is checked.
func TestLoadBuiltin(t *testing.T) {
	checked := builtin(t)
	vouched, err := rules.LoadBuiltin(unleak.RulesName, unleak.Rules())
	if err != nil {
		t.Fatal(err)
	}
	unexported := cmpopts.IgnoreUnexported(rules.Rule{}, rules.Allowlist{})
	if diff := cmp.Diff(checked.Rules, vouched.Rules, unexported); diff != "" {
		t.Error(diff)
	}
}

// TestExtendingBuiltinIsChecked: nothing that a file changes in a rule is vouched for.
func TestExtendingBuiltinIsChecked(t *testing.T) {
	base := func() (*rules.Set, error) {
		return rules.LoadBuiltin("base.toml", []byte("[[rules]]\nid = \"a\"\nregex = \"(a)\"\n[[rules]]\nid = \"b\"\nregex = \"(b\"\n"))
	}
	for name, test := range map[string]struct{ text, want string }{
		"expression":  {"regex = \"(\"", "user.toml:6: rule \"a\": bad regular expression"},
		"group":       {"secretGroup = 2", "user.toml:6: rule \"a\": secretGroup is 2"},
		"placeholder": {"[[rules.allowlists]]\nregexes = [\"(\"]", "user.toml:7: rule \"a\": bad regular expression"},
		"sound":       {"regex = \"(x)\"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "user.toml")
			text := "[extend]\nuseDefault = true\n\n[[rules]]\nid = \"a\"\n" + test.text + "\n"
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := rules.LoadFile(file, base)
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("error %v, want one with %q", err, test.want)
			}
		})
	}
}
