package report

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unleak/unleak/internal/audit/checklist"
	"github.com/unleak/unleak/internal/browsertest"
	"github.com/unleak/unleak/scanner/finding"
)

// auditFixture has items in every state, and an alert of every verdict. text stands wherever a repository, or the
// file of alerts, can put something.
func auditFixture(text string) *checklist.Checklist {
	header := incompleteHeader()
	header.Source.Remote = "git@github.com:alice/project.git"
	evidence := []checklist.Evidence{
		{Text: "Example API key, still at HEAD", Path: "src/" + text, Line: 7, Commit: id(4), Date: date(2022, 5, 6), RuleID: "example-key", Fingerprint: strings.Repeat("1a", 16)},
		{Text: text},
	}
	return &checklist.Checklist{
		SchemaVersion: checklist.SchemaVersion, Tool: header.Tool, Source: header.Source, State: checklist.Fail, Coverage: header.Coverage,
		Items: []checklist.Item{
			{ID: "env-ignored", Section: "Files", Title: "Env files are ignored", State: checklist.Pass, Summary: "`.env` is ignored."},
			{ID: "secrets-in-history", Section: "History", Title: "No secret is in the history", State: checklist.Fail, Summary: "2 secrets were found: " + text,
				Evidence: evidence, More: 3, Mend: []checklist.Step{{Text: "Rotate it."}, {Text: "See `what` would change:", Command: "unleak remediate \\\n  --path '" + text + "'"}}},
			{ID: "guard", Section: "Files", Title: "A guard is installed", State: checklist.Warn, Summary: "No hook looks at commits.",
				Mend: []checklist.Step{{Text: "Install one:", Command: "unleak hook install pre-commit"}}},
		},
		Alerts: []checklist.Alert{
			{Number: 1, Type: "example_key", URL: "https://github.com/alice/project/security/secret-scanning/1", Secret: finding.NewSecret("exk_"+token(1, 36), "exk_"),
				State: "open", Verdict: checklist.ActionRequired, Summary: "It is at HEAD.", Evidence: evidence[:1], More: 1},
			{Number: 2, Type: text, URL: "http://evil.example/1", Secret: finding.NewSecret(token(2, 36), ""), State: "resolved", Resolution: "false_positive",
				Verdict: checklist.Placeholder, Summary: text},
			{Number: 3, Type: "example_key", Secret: finding.NewSecret(token(3, 36), ""), State: "open", Verdict: checklist.GoneFromRepo, Summary: "Nothing has it."},
		},
	}
}

func auditPageOf(t testing.TB, c *checklist.Checklist) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := writeAuditHTML(&b, c); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAuditHTML(t *testing.T) {
	page := string(auditPageOf(t, auditFixture("config.go")))
	for _, want := range []string{
		"Not ready to go public: 1 of 3 items fails, 1 is to be looked at", "Env files are ignored", "look at it", "<code>.env</code> is ignored.", "and 3 more",
		"https://github.com/alice/project/blob/" + id(4) + "/src/config.go?plain=1#L7", "unleak remediate \\\n  --path &#39;config.go&#39;",
		"action required", "resolved, false positive", "gone from history", `href="https://github.com/alice/project/security/secret-scanning/1"`,
		"git fetch --unshallow", `class="item fail" id="item-secrets-in-history"`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	c := auditFixture("x")
	c.Items, c.Coverage.Complete = c.Items[:1], true
	if page := auditPageOf(t, c); !bytes.Contains(page, []byte("Ready to go public")) || !bytes.Contains(page, []byte(`class="verdict pass"`)) {
		t.Error("the page does not say that nothing fails")
	}
	for _, room := range []failingWriter{0, 9000} {
		if err := writeAuditHTML(&room, auditFixture("x")); !errors.Is(err, errFull) {
			t.Errorf("got %v, want %v", err, errFull)
		}
	}
}

func testPageAudit(t *testing.T, browser *browsertest.Browser) {
	open := func(c *checklist.Checklist, view browsertest.View) *browsertest.Page {
		file := filepath.Join(t.TempDir(), "audit.html")
		if err := os.WriteFile(file, auditPageOf(t, c), 0o600); err != nil {
			t.Fatal(err)
		}
		return browser.Open(t, file, "", view)
	}
	p := open(auditFixture("config.go"), browsertest.View{})
	checkTree(t, p)
	if got := p.Text(`document.querySelectorAll(".command button").length`); got != "2" {
		t.Errorf("%s buttons copy a command, want 2", got)
	}
	if got := p.Text(`[...document.querySelectorAll(".item")].map((e) => Boolean(e.querySelector("details[open]"))).join(" ")`); got != "false true true" {
		t.Errorf("items that are open: %s", got)
	}
	p.Eval(`document.querySelector(".command button").focus()`, nil)
	p.Press("Enter")
	p.Until(`/Copied|Ctrl/.test(document.querySelector(".command button").textContent)`)
	quiet(t, p)

	hostile := auditFixture("x")
	for _, text := range append(hostileTexts(), `</code></script><script>window.hit=1</script>`, `"><img src=x onerror=window.hit=2>`) {
		c := auditFixture(text)
		for i := range c.Items {
			c.Items[i].ID += text // of ours, but would a page be safe if it were not?
		}
		hostile.Items, hostile.Alerts = append(hostile.Items, c.Items...), append(hostile.Alerts, c.Alerts...)
		hostile.Source.Name += text
	}
	p = open(hostile, browsertest.View{Width: 360, Height: 700})
	if got := p.Text(`[window.hit, document.scripts.length, document.querySelectorAll("img, iframe, base").length,
		[...document.querySelectorAll("[href]")].filter((e) => !/^(#|https:\/\/github.com\/|data:image\/svg)/.test(e.getAttribute("href"))).length,
		document.documentElement.scrollWidth].join(" ")`); got != " 1 0 0 360" {
		t.Errorf("the page has %q", got)
	}
	quiet(t, p)
}
