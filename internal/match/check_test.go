package match

import (
	"regexp/syntax"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/rules"
)

func TestCheck(t *testing.T) {
	tests := map[string]struct {
		rule string   // after its id
		want []string // key, and a part of the sentence
	}{
		"sound":               {`regex = 'acme_[a-z0-9]{32}'` + "\n" + `keywords = ["acme_"]`, nil},
		"sound, alternatives": {`regex = '(?:sk|rk)_live_\w{24}'` + "\n" + `keywords = ["sk_live_", "rk_live_"]`, nil},
		"sound, keyed":        {`key = 'acme.{0,9}key'` + "\n" + `regex = '[0-9a-f]{32}'` + "\n" + `keywords = ["acme"]`, nil},
		"path":                {`path = '\.env$'`, nil},
		"path with keywords":  {`path = '\.env$'` + "\n" + `keywords = ["env"]`, []string{"keywords: looks into no text"}},
		"no literal":          {`regex = '[0-9a-f]{32}'` + "\n" + `keywords = ["acme"]`, []string{"regex: has no text that every match holds"}},
		"no keywords":         {`regex = 'acme_[a-z]{9}'`, []string{"keywords: there are none"}},
		"keyword not needed":  {`regex = '(?:acme|other)_[a-z]{9}'` + "\n" + `keywords = ["acme"]`, []string{"keywords: a match need not hold"}},
		"keyword that cannot be": {`regex = 'acme_[a-z]{9}'` + "\n" + `keywords = ["acme_", "acme-", "Acme_Q", "a_1"]`,
			[]string{`keywords: no match can hold keyword "acme-"`, `keywords: no match can hold keyword "a_1"`}},
		"keyword that is short":   {`regex = 'ak[a-z0-9]{32}'` + "\n" + `keywords = ["ak"]`, []string{`keywords: keyword "ak" has 2 bytes`}},
		"keyword that is a word":  {`regex = '\bthe [0-9a-f]{32}'` + "\n" + `keywords = ["the"]`, []string{`keywords: keyword "the" is in ordinary text`}},
		"unbounded on a line":     {`regex = 'acme_[a-z]+'` + "\n" + `keywords = ["acme_"]`, []string{"regex: has no bound, and a match is seen on the keyword's line"}},
		"unbounded across lines":  {`regex = 'acme_[\s\S]+?end'` + "\n" + `keywords = ["acme_"]`, []string{"regex: has no bound, and a match is seen to 16384"}},
		"unbounded with a window": {`regex = 'acme_[a-z]+'` + "\n" + `keywords = ["acme_"]` + "\nwindow = 200", nil},
		"wide":                    {`regex = 'acme_` + strings.Repeat("[a-z]{1000}-", 9) + "'\n" + `keywords = ["acme_"]`, []string{"regex: a match can have 9014 bytes"}},
		"leading anything":        {`regex = '.{0,200}acme_[a-z]{9}'` + "\n" + `keywords = ["acme_"]`, []string{"regex: begins with up to 800 bytes"}},
		"leading anything at all": {`regex = '(.*acme_[a-z]{9})'` + "\n" + `keywords = ["acme_"]`, []string{"regex: has no bound", "regex: begins with any number of bytes"}},
		"leading little":          {`regex = '[\w.-]{0,50}?acme_[a-z]{9}'` + "\n" + `keywords = ["acme_"]`, nil},
		"empty":                   {`regex = '(?:acme_)?'` + "\n" + `keywords = ["acme_"]`, []string{"regex: matches an empty text", "regex: has no text"}},
		"allowlist": {`regex = 'acme_([a-z]{9})'` + "\n" + `keywords = ["acme_"]` + "\n[[rules.allowlists]]\n" + `regexes = ['^test', 'x{9}']` +
			"\n[[rules.allowlists]]\n" + `stopwords = ["example"]`, nil},
		"allowlist too long":  {`regex = 'acme_([a-z]{9})'` + "\n" + `keywords = ["acme_"]` + "\n[[rules.allowlists]]\n" + `regexes = ['a{10}', '\d']`, []string{"allowlists: the allowlist"}},
		"stopword impossible": {`regex = 'acme_([a-z]{9})'` + "\n" + `keywords = ["acme_"]` + "\n[[rules.allowlists]]\n" + `stopwords = ["your-key"]`, []string{"allowlists: the allowlist"}},
		"one of two lives": {`regex = 'acme_([a-z]{9})'` + "\n" + `keywords = ["acme_"]` + "\n[[rules.allowlists]]\n" + `stopwords = ["your-key"]` +
			"\n" + `paths = ['x']`, nil},
		"both asked for": {`regex = 'acme_([a-z]{9})'` + "\n" + `keywords = ["acme_"]` + "\n[[rules.allowlists]]\n" + `stopwords = ["your-key"]` +
			"\n" + `paths = ['x']` + "\n" + `condition = "AND"`, []string{"allowlists: the allowlist"}},
		"line is not the secret": {`regex = 'acme_([a-z]{9})'` + "\n" + `keywords = ["acme_"]` + "\n[[rules.allowlists]]\n" + `regexTarget = "line"` + "\n" + `regexes = ['\d{99}']`, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			set, err := rules.Load("x.toml", []byte("[[rules]]\nid = \"a\"\n"+test.rule+"\n[[rules]]\nid = \"b\"\npath = 'b'\n"))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, w := range Check(set) {
				got = append(got, w.Key+": "+w.Text)
			}
			if len(got) != len(test.want) {
				t.Fatalf("warnings %q, want %q", got, test.want)
			}
			for i, want := range test.want {
				key, part, _ := strings.Cut(want, ": ")
				if !strings.HasPrefix(got[i], key+": ") || !strings.Contains(got[i], part) {
					t.Errorf("warning %q, want %q", got[i], want)
				}
			}
		})
	}
}

func TestCheckFindsTheSameRegexTwice(t *testing.T) {
	set, err := rules.Load("x.toml", []byte("[[rules]]\nid = \"a\"\nregex = 'acme_x'\nkeywords = [\"acme_\"]\n[[rules]]\nid = \"b\"\nregex = 'acme_x'\nkeywords = [\"acme_\"]\n"))
	if err != nil {
		t.Fatal(err)
	}
	warnings := Check(set)
	if len(warnings) != 1 || warnings[0].Rule.ID != "b" || !strings.Contains(warnings[0].Text, "rule a too") {
		t.Errorf("warnings %v", warnings)
	}
}

// The built-in rules give no warning.
func TestCheckBuiltin(t *testing.T) {
	set, err := rules.Load(unleak.RulesName, unleak.Rules())
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range Check(set) {
		t.Errorf("rule %s: %s: %s", w.Rule.ID, w.Key, w.Text)
	}
}

func TestCanHold(t *testing.T) {
	tests := map[[2]string]bool{
		{`acme_[a-z]{4}`, `acme`}:        true,
		{`acme_[a-z]{4}`, `e_x`}:         true,
		{`acme_[a-z]{4}`, `(?i:ACME_Z)`}: true,
		{`acme_[a-z]{4}`, `5`}:           false,
		{`acme_[a-z]{4}`, `[a-z]{5}`}:    false,
		{`(?i)acme`, `(?i:acme)`}:        true,
		{`a|b|cd`, `(?:b|c)d`}:           true,
		{`a|b|cd`, `ad`}:                 false,
		{`[^\n]{3}`, "\n"}:               false,
		{`.*`, `anything at all`}:        true,
		{`^a$`, `aa`}:                    false,
		{``, ``}:                         true,
		{`(?:ab)+`, `bab`}:               true,
		{`(?:ab)+`, `bb`}:                false,
	}
	got := map[[2]string]bool{}
	for pair := range tests {
		re, err := syntax.Parse(pair[0], syntax.Perl)
		if err != nil {
			t.Fatal(err)
		}
		got[pair] = canHold(re, pair[1])
	}
	if diff := cmp.Diff(tests, got); diff != "" {
		t.Errorf("can hold (-want +got):\n%s", diff)
	}
}
