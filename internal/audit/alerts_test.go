package audit_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/audit"
	"github.com/unleak/unleak/internal/audit/checklist"
	"github.com/unleak/unleak/internal/gittest"
	"github.com/unleak/unleak/internal/secrettest"
)

// Every alert is called what the repository says to it, wherever the value is, and whatever else allows it.
func TestAlerts(t *testing.T) {
	g := secrettest.New(11)
	r := clean(t)
	at := g.Value("gitlab")
	r.CommitFile("app.py", "token = \""+at+"\"\n", "app")
	past := g.Value("npm")
	r.CommitFile("old.py", "token = \""+past+"\"\n", "old")
	r.Remove("old.py")
	r.Commit("no old")
	commented := g.Value("stripe")
	r.CommitFile("allowed.py", "token = \""+commented+"\" # unleak:"+"allow\n", "allowed")
	loose := g.Value("sendgrid")
	r.GitInput([]byte("token = \""+loose+"\"\n"), "hash-object", "-w", "--stdin")
	odd := g.Mixed(30) // no rule knows it
	r.CommitFile("odd.txt", "see "+odd+" there\n", "odd")
	_, key := g.Line("pem-ec")
	r.CommitFile("key.json", `{"key": "`+strings.ReplaceAll(strings.TrimSpace(key), "\n", `\n`)+"\"}\n", "key")
	beside := g.Value("anthropic")
	r.Git("config", "corp.token", beside)
	example := "AKIA" + "IOSFODNN7EXAMPLE"
	r.CommitFile("docs/aws.md", "Such as "+example+".\n", "docs")
	password := g.String(secrettest.Base62, 20)
	url := "postgres://billing:" + password + "@db.corp-internal.net:5432/bills"
	r.CommitFile("db.yml", "url: "+url+"\n", "db")

	values := []string{at, past, commented, loose, odd, strings.TrimSpace(key), beside, example, url, g.Value("slack"), ""}
	want := []string{
		"action-required: at HEAD",
		"action-required: in history, gone from HEAD",
		"action-required: at HEAD",
		"action-required: in what no branch or tag holds",
		"action-required: at HEAD",
		"action-required: at HEAD",
		"action-required: in no object, but in .git/config",
		"placeholder: its value only holds a place",
		"action-required: at HEAD",
		"gone-from-history: nothing that this repository holds has it",
		"action-required: its value is not in the file of alerts",
	}
	var alerts []audit.Alert
	for i, value := range values {
		alerts = append(alerts, audit.Alert{Number: i + 1, State: "open", Type: fmt.Sprint("kind_", i), Secret: value})
	}
	c := run(t, r.Dir, func(o *audit.Options) { o.Alerts = alerts })
	encoded := encode(t, c)
	for i, alert := range c.Alerts {
		if got := string(alert.Verdict) + ": " + alert.Summary; !strings.HasPrefix(got, want[i]) {
			t.Errorf("alert %d: %q, want %q", i+1, got, want[i])
		}
		if values[i] != "" && strings.Contains(encoded, values[i]) {
			t.Errorf("the value of alert %d stands in the checklist", i+1)
		}
	}
	if got := item(t, c, "alerts"); got.State != checklist.Fail || !strings.HasPrefix(got.Summary, "Of 11 open alerts, 9 need action, 1 is gone from history, 1 is a placeholder.") {
		t.Errorf("alerts: %s: %s", got.State, got.Summary)
	}
	for _, i := range []int{0, 1, 5, 8} {
		if len(c.Alerts[i].Findings) == 0 {
			t.Errorf("alert %d is matched to no finding", i+1)
		}
	}
}

// Alerts without values are matched by place, and nothing is claimed that cannot be known.
func TestAlertsWithoutValues(t *testing.T) {
	text, _ := line("gitlab")
	r := clean(t)
	r.CommitFile("app.py", "#\n"+text+"\n", "app")
	blob := r.Git("rev-parse", "HEAD:app.py")
	c := run(t, r.Dir, func(o *audit.Options) {
		o.Alerts = []audit.Alert{
			{Number: 1, First: &audit.AlertLocation{Path: "app.py", Line: 2, Blob: blob}},
			{Number: 2, First: &audit.AlertLocation{Path: "app.py", Line: 1, Blob: blob}},
			{Number: 3, State: "resolved"},
		}
	})
	if c.Alerts[0].Findings == nil || !strings.Contains(c.Alerts[0].Summary, "GitLab") {
		t.Errorf("alert 1: %+v", c.Alerts[0])
	}
	if c.Alerts[1].Findings != nil || !strings.Contains(c.Alerts[1].Summary, "cannot be told") {
		t.Errorf("alert 2: %+v", c.Alerts[1])
	}
	if got := item(t, c, "alerts"); !strings.HasPrefix(got.Summary, "Of 2 open alerts") {
		t.Errorf("a closed alert counts: %s", got.Summary)
	}
}

// What is not there in a clone that lacks something is not called gone.
func TestAlertsOfAShallowClone(t *testing.T) {
	g := secrettest.New(12)
	r := clean(t)
	past := g.Value("npm")
	r.CommitFile("old.py", "token = \""+past+"\"\n", "old")
	r.Remove("old.py")
	r.Commit("no old")
	shallow := t.TempDir()
	r.Git("clone", "-q", "--depth=1", "file://"+r.Dir, shallow)
	c := run(t, shallow, func(o *audit.Options) { o.Alerts = []audit.Alert{{Number: 1, Secret: past}} })
	if got := c.Alerts[0]; got.Verdict != checklist.ActionRequired || !strings.Contains(got.Summary, "not proved") {
		t.Errorf("%+v", got)
	}
}

// A value that is only there inside that of another alert is there all the same.
func TestAlertsInsideOneAnother(t *testing.T) {
	inner := secrettest.New(13).Mixed(24)
	outer := "pre-" + inner + "-post"
	r := clean(t)
	r.CommitFile("a.txt", outer+"\n", "a")
	c := run(t, r.Dir, func(o *audit.Options) {
		o.Alerts = []audit.Alert{{Number: 1, Secret: inner}, {Number: 2, Secret: outer}}
	})
	for _, alert := range c.Alerts {
		if alert.Verdict != checklist.ActionRequired {
			t.Errorf("alert %d: %s", alert.Number, alert.Verdict)
		}
	}
}

func TestParseAlerts(t *testing.T) {
	one := `{"number":2,"created_at":"2020-11-06T18:48:51Z","state":"resolved","resolution":"false_positive","secret_type":"a","secret_type_display_name":"A",` +
		`"secret":"v","html_url":"https://github.com/o/n/security/secret-scanning/2","validity":"inactive","multi_repo":false,` +
		`"first_location_detected":{"path":"a.txt","start_line":3,"end_line":3,"blob_sha":"b","commit_sha":"c"}}`
	alert := audit.Alert{
		Number: 2, State: "resolved", Resolution: "false_positive", Type: "a", TypeName: "A", Secret: "v", Validity: "inactive",
		URL: "https://github.com/o/n/security/secret-scanning/2", First: &audit.AlertLocation{Path: "a.txt", Line: 3, Blob: "b", Commit: "c"},
	}
	for name, test := range map[string]struct {
		text string
		want []audit.Alert
		err  string
	}{
		"one":                 {one, []audit.Alert{alert}, ""},
		"a list":              {"[" + one + "," + one + "]", []audit.Alert{alert, alert}, ""},
		"pages":               {"[[" + one + "],[" + one + "],[]]", []audit.Alert{alert, alert}, ""},
		"one page by another": {"[" + one + "]\n[" + one + "]", []audit.Alert{alert, alert}, ""},
		"none":                {"[]", []audit.Alert{}, ""},
		"hidden":              {`[{"number":1,"secret":null,"first_location_detected":null}]`, []audit.Alert{{Number: 1}}, ""},
		"byte order mark":     {"\ufeff[]", []audit.Alert{}, ""},
		"an answer of error":  {`{"message":"Not Found","status":"404"}`, nil, "error of GitHub's API"},
		"something else":      {`[{"ref":"main"}]`, nil, "it has no number"},
		"no JSON":             {`<html>`, nil, "no JSON"},
		"cut off":             {`[{"number":1,"secret":"v`, nil, "no JSON"},
		"nothing":             {"", nil, "no JSON"},
		"another type":        {`[{"number":"1"}]`, nil, `its member "number" is of another type`},
		"lists too deep":      {`[[[{"number":1}]]]`, nil, "is no alert"},
		"a word":              {`["v"]`, nil, "is no alert"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := audit.ParseAlerts(strings.NewReader(test.text))
			if (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
				t.Fatalf("error %v, want %q", err, test.err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// No error quotes what was read.
func FuzzParseAlerts(f *testing.F) {
	for _, seed := range []string{`[]`, `[{"number":1,"secret":"x"}]`, `[[{"number":1}]]`, `{"message":"no"}`, `[1]`, `{`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		marked := strings.ReplaceAll(text, "x", "canary7")
		alerts, err := audit.ParseAlerts(strings.NewReader(marked))
		if err != nil && strings.Contains(err.Error(), "canary7") {
			t.Errorf("the error quotes the file: %v", err)
		}
		if encoded, bad := json.Marshal(alerts); bad != nil {
			t.Errorf("%s: %v", encoded, bad)
		}
	})
}

// A rule is made of any value, and finds it.
func TestAlertsOfOddValues(t *testing.T) {
	r := clean(t)
	values := []string{
		`quote"and\back\slash`, "tab\tand\x01control", "(?i)[a-z]+$^", "ünïcödé-välue-9", "line one of it\nline two of it", "trailing space ", "'''triple'''", "\\Qquoted\\E",
	}
	for i, value := range values {
		r.Write(fmt.Sprintf("f%d.txt", i), "before "+value+" after\n")
	}
	r.Commit("odd")
	var alerts []audit.Alert
	for i, value := range values {
		alerts = append(alerts, audit.Alert{Number: i, Secret: value, Validity: "active"})
	}
	c := run(t, r.Dir, func(o *audit.Options) { o.Alerts = alerts })
	for i, alert := range c.Alerts {
		if alert.Verdict != checklist.ActionRequired || !strings.HasPrefix(alert.Summary, "at HEAD") {
			t.Errorf("%q: %s, %s", values[i], alert.Verdict, alert.Summary)
		}
	}
	gone := run(t, gittest.Variant(t, clean(t), "packed"), func(o *audit.Options) { o.Alerts = alerts })
	for i, alert := range gone.Alerts {
		if alert.Verdict != checklist.GoneFromRepo {
			t.Errorf("%q where it is not: %s, %s", values[i], alert.Verdict, alert.Summary)
		}
	}
}
