package suppress

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/scanner/finding"
)

var today = time.Date(2026, 5, 17, 12, 0, 0, 0, time.UTC)

// printOf makes the fingerprint of a number.
func printOf(n int) string { return fmt.Sprintf("%032x", n) }

// commit makes the id of a commit of a number.
func commit(n int) string { return fmt.Sprintf("%040x", n) }

// at makes a finding of a rule at places, each as path:line or commit:path:line.
func at(n int, rule, value string, places ...string) *finding.Finding {
	f := &finding.Finding{RuleID: rule, Fingerprint: printOf(n), Secret: finding.NewSecret(value, "")}
	for _, place := range places {
		parts := strings.Split(place, ":")
		o := finding.Occurrence{Kind: finding.KindBlob}
		if len(parts) == 3 {
			o.Commit, parts = parts[0], parts[1:]
		}
		o.Path = parts[0]
		fmt.Sscan(parts[1], &o.StartLine)
		f.Occurrences = append(f.Occurrences, o)
	}
	return f
}

var inUse = []finding.Rule{{ID: "ours"}, {ID: "other"}}

// shownBy applies a list and describes what is shown: its fingerprint's last digit and its places.
func shownBy(r Result) []string {
	var list []string
	for _, f := range r.Shown {
		text := f.Fingerprint[FingerprintLen-1:]
		for _, o := range f.Occurrences {
			text += fmt.Sprintf(" %s:%d", o.Path, o.StartLine)
		}
		list = append(list, text)
	}
	return list
}

func TestIgnore(t *testing.T) {
	l := &List{}
	text := "# known\n\n" + strings.ToUpper(printOf(10)) + "\n" + printOf(2) + " until=2026-05-17 # today\r\n" + printOf(3) + "\tuntil=2026-05-15\n" + printOf(4) + "#gone"
	if err := l.AddIgnore("list", []byte(text)); err != nil {
		t.Fatal(err)
	}
	found := []*finding.Finding{at(10, "ours", "v", "a:1"), at(2, "ours", "v", "a:1"), at(3, "ours", "v", "a:1", "b:2"), at(5, "ours", "v", "c:3")}
	r := l.Apply(found, inUse, today, true, nil)
	if diff := cmp.Diff([]string{"3 a:1 b:2", "5 c:3"}, shownBy(r)); diff != "" {
		t.Error(diff)
	}
	if r.Ignored != 2 || r.Baseline != 0 || len(r.Hidden) != 2 {
		t.Errorf("%d ignored, %d of the baseline, %d hidden", r.Ignored, r.Baseline, len(r.Hidden))
	}
	if diff := cmp.Diff([]string{"list:5: " + printOf(3) + "\tuntil=2026-05-15"}, r.Expired); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"list:6: " + printOf(4) + "#gone"}, r.Stale); diff != "" {
		t.Error(diff)
	}
}

// TestStale: an entry is stale only if nothing that was found is meant, shown or not, and all was looked at.
func TestStale(t *testing.T) {
	for name, test := range map[string]struct {
		whole  bool
		others []string
		stale  int
	}{
		"nothing like it":      {true, nil, 1},
		"found and not shown":  {true, []string{printOf(1)}, 0},
		"in a part":            {false, nil, 0},
		"another is not shown": {true, []string{printOf(2)}, 1},
	} {
		l := &List{}
		if err := l.AddIgnore("list", []byte(printOf(1))); err != nil {
			t.Fatal(err)
		}
		r := l.Apply(nil, inUse, today, test.whole, func() []string { return test.others })
		if len(r.Stale) != test.stale {
			t.Errorf("%s: stale %q", name, r.Stale)
		}
	}
}

func TestIgnoreErrors(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"short":          {printOf(1)[1:], "list:1: "},
		"long":           {printOf(1) + "0", "is no fingerprint"},
		"not hex":        {"\n" + strings.Repeat("g", 32), "list:2: "},
		"a place":        {"a.py:rule:3", "belongs into .gitleaksignore"},
		"a word":         {printOf(1) + " because", "a reason behind #"},
		"no date":        {printOf(1) + " until=", "is no date"},
		"no such day":    {printOf(1) + " until=2026-02-30", "is no date"},
		"until twice":    {printOf(1) + " until=2026-02-03 until=2026-02-03", "until stands here twice"},
		"the same twice": {printOf(1) + "\n" + printOf(1), "list:2: fingerprint " + printOf(1) + " stands in list:1 already"},
	} {
		l := &List{}
		err := l.AddIgnore("list", []byte(test.text))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", name, err, test.want)
		}
		if !l.Empty() {
			t.Errorf("%s: something was added", name)
		}
	}
}

// TestTwoIgnoreFiles: of two entries for one finding the one that holds longer counts.
func TestTwoIgnoreFiles(t *testing.T) {
	for _, texts := range [][2]string{{"", " until=2020-01-01"}, {" until=2020-01-01", " until=2027-01-01"}} {
		for _, order := range [][2]int{{0, 1}, {1, 0}} {
			l := &List{}
			for _, i := range order {
				if err := l.AddIgnore("list", []byte(printOf(1)+texts[i])); err != nil {
					t.Fatal(err)
				}
			}
			if r := l.Apply([]*finding.Finding{at(1, "ours", "v", "a:1")}, inUse, today, true, nil); r.Ignored != 1 {
				t.Errorf("%q in the order %v: not hidden", texts, order)
			}
		}
	}
}

func TestGitleaksIgnore(t *testing.T) {
	for name, test := range map[string]struct {
		line string
		want []string // of a finding of "ours" at a:1, at a:9 of commit 1, and at b:1 of commit 1
	}{
		"file, rule and line":      {"a:ours:1", []string{"1 b:1"}},
		"a later version":          {"a:ours:9", []string{"1 b:1"}},
		"another rule in use":      {"a:other:1", []string{"1 a:1 a:9 b:1"}},
		"a rule of gitleaks":       {"a:generic-api-key:1", []string{"1 b:1"}},
		"another line":             {"a:ours:2", []string{"1 a:1 a:9 b:1"}},
		"a commit":                 {commit(1) + ":b:ours:1", []string{"1 a:1 a:9"}},
		"another commit":           {commit(2) + ":b:ours:1", []string{"1 a:1 a:9 b:1"}},
		"slashes of Windows":       {`.\a:ours:1`, []string{"1 b:1"}},
		"all":                      {"a:ours:1\nb:ours:1", nil},
		"a comment, and nothing":   {"# a:ours:1\n\n", []string{"1 a:1 a:9 b:1"}},
		"a colon in the file":      {"x:a:ours:1", []string{"1 a:1 a:9 b:1"}},
		"what is none, and is one": {"a:1\na:ours:1", []string{"1 b:1"}},
	} {
		l := &List{}
		warnings := l.AddGitleaksIgnore("list", []byte(test.line))
		if got := len(warnings); got != strings.Count(name, "none") {
			t.Errorf("%s: %d warnings: %v", name, got, warnings)
		}
		f := at(1, "ours", "value", "a:1", commit(1)+":a:9", commit(1)+":b:1")
		r := l.Apply([]*finding.Finding{f}, inUse, today, true, nil)
		if diff := cmp.Diff(test.want, shownBy(r)); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
		if len(f.Occurrences) != 3 {
			t.Errorf("%s: the finding itself has changed", name)
		}
	}
}

func TestBaseline(t *testing.T) {
	ours := `{"schema_version":"1.1","findings":[{"fingerprint":"` + printOf(1) + `"}]}`
	lines := `{"type":"header","schema_version":"1.1"}` + "\n" + `{"type":"finding","fingerprint":"` + printOf(1) + `"}` + "\n" + `{"type":"end","findings":1}`
	theirs := func(secret, file string, line int) string {
		return fmt.Sprintf(`[{"RuleID":"generic-api-key","StartLine":%d,"File":%q,"Secret":%q,"Commit":""}]`, line, file, secret)
	}
	for name, test := range map[string]struct {
		text   string
		hidden bool
	}{
		"ours": {ours, true}, "JSON lines": {lines, true}, "none of ours": {`{"schema_version":"1.0","findings":[]}`, false},
		"the value, moved":             {theirs("known-value", "a", 7), true},
		"more than the value":          {theirs("x=known-value", "a", 7), true},
		"another value there":          {theirs("other-value", "a", 1), false},
		"the value elsewhere":          {theirs("known-value", "b", 1), false},
		"redacted, there":              {theirs("REDACTED", "a", 1), true},
		"redacted in part, there":      {theirs("kno...", "a", 1), true},
		"redacted, elsewhere":          {theirs("REDACTED", "a", 2), false},
		"a letter of it says nothing":  {theirs("v", "a", 1), false},
		"nothing, as gitleaks says it": {"[]", false},
	} {
		l := &List{}
		if err := l.AddBaseline("file", []byte(test.text)); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		r := l.Apply([]*finding.Finding{at(1, "ours", "known-value", "a:1")}, inUse, today, true, nil)
		if (r.Baseline == 1) != test.hidden || len(r.Shown)+r.Baseline != 1 {
			t.Errorf("%s: %d hidden, %d shown", name, r.Baseline, len(r.Shown))
		}
	}
}

func TestBaselineErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                                       "is empty",
		"no report":                              "it is no report of unleak",
		"{}":                                     "it is no report of unleak",
		`{"$schema":"sarif","runs":[]}`:          "it is no report of unleak",
		`[{"id":1}]`:                             "it is no report of unleak",
		`[1]`:                                    "it is no report of unleak",
		`{"schema_version":"2.0","findings":[]}`: `its schema_version is "2.0"`,
		`{"schema_version":"1.1","findings":[{}]}`:                                            "has no fingerprint",
		`{"schema_version":"1.1","findings":[`:                                                "cut off",
		`{"type":"header","schema_version":"1.1"}`:                                            "cut off: its last line is missing",
		"{\"type\":\"header\",\"schema_version\":\"1.1\"}\n{\"type\":\"end\",\"findings\":1}": "cut off: lines are missing",
		`{"schema_version":"1.1","findings":[]} x`:                                            "not valid JSON",
	} {
		l := &List{}
		err := l.AddBaseline("file", []byte(text))
		if e, ok := errors.AsType[*Error](err); !ok || e.File != "file" || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
		if !l.Empty() {
			t.Errorf("%q: something was added", text)
		}
	}
}

func FuzzIgnore(f *testing.F) {
	f.Add(printOf(1) + " until=2026-01-01 # x\n")
	f.Add("# x\r\n" + printOf(2))
	f.Fuzz(func(t *testing.T, text string) {
		l := &List{}
		if err := l.AddIgnore("x", []byte(text)); err != nil {
			if e, ok := errors.AsType[*Error](err); !ok || e.Line < 1 {
				t.Errorf("an error without a line: %v", err)
			}
			return
		}
		l.Apply([]*finding.Finding{at(1, "ours", "v", "a:1")}, inUse, today, true, nil)
	})
}

func FuzzGitleaksIgnore(f *testing.F) {
	f.Add(commit(1) + ":a:ours:1\na:b:2\n")
	f.Fuzz(func(t *testing.T, text string) {
		l := &List{}
		l.AddGitleaksIgnore("x", []byte(text))
		l.Apply([]*finding.Finding{at(1, "ours", "v", "a:1")}, inUse, today, true, nil)
	})
}

func FuzzBaseline(f *testing.F) {
	f.Add(`{"schema_version":"1.1","findings":[{"fingerprint":"x"}]}`)
	f.Add(`[{"RuleID":"a","StartLine":1,"File":"a","Secret":"b"}]`)
	f.Add("{\"type\":\"header\",\"schema_version\":\"1.1\"}\n{\"type\":\"end\",\"findings\":0}")
	f.Fuzz(func(t *testing.T, text string) {
		l := &List{}
		if err := l.AddBaseline("x", []byte(text)); err != nil {
			return
		}
		l.Apply([]*finding.Finding{at(1, "ours", "v", "a:1")}, inUse, today, true, nil)
	})
}
