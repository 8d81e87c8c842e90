package report

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/unleak/unleak/internal/browsertest"
	"github.com/unleak/unleak/scanner/finding"
)

// pageFile writes a report where a browser can open it.
func pageFile(t *testing.T, header finding.Header, findings []*finding.Finding) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(file, render(t, HTML, Options{}, header, findings), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// quiet fails where a page said something on the console, broke its policy, opened a dialog, or asked for anything.
func quiet(t *testing.T, p *browsertest.Page) {
	t.Helper()
	for _, message := range p.Messages() {
		t.Errorf("the page says: %s", message)
	}
	for _, address := range p.Requests() {
		t.Errorf("the page asks for %s", address)
	}
}

// listedIn returns the numbers of the findings in the page's list, such as "0 2".
func listedIn(p *browsertest.Page) string {
	return p.Text(`[...document.querySelectorAll("#list > li")].map((li) => li.id.replace("finding-", "")).join(" ")`)
}

// browsedFindings differ in everything that there are filters for.
func browsedFindings() []*finding.Finding {
	all := testFindings()
	key, url, loose, env := all[0], all[1], all[2], all[3]
	key.Occurrences = key.Occurrences[:2]
	key.Facts = map[string]string{"expired": "true"}
	key.Occurrences[1].Context = []finding.Line{{Number: 6, Text: "func key() {"}, {Number: 7, Text: `	return "..."`}, {Number: 8, Text: "}"}}
	gone := *url
	gone.RuleID, gone.Description, gone.Fingerprint, gone.Facts = "example-key", "Example API key", strings.Repeat("5e", 16), map[string]string{"encrypted": "true"}
	gone.Secret, gone.Severity = finding.NewSecret("exk_"+token(9, 36), "exk_"), finding.High
	gone.Occurrences = []finding.Occurrence{key.Occurrences[0]}
	gone.Occurrences[0].RemovedIn, gone.Occurrences[0].RemovedAt = id(30), date(2021, 3, 14)
	gone.Occurrences[0].Author = finding.Identity{Name: "Bob Builder", Email: "bob@example.net"}
	return []*finding.Finding{key, url, &gone, loose, env}
}

// TestPages opens reports in a browser.
func TestPages(t *testing.T) {
	browser := browsertest.Start(t)
	for name, test := range map[string]func(*testing.T, *browsertest.Browser){
		"filters": testPageFilters, "keyboard": testPageKeyboard, "hostile": testPageHostile, "large": testPageLarge, "colors": testPageColors,
		"narrow": testPageNarrow, "audit": testPageAudit, "without script": testPageWithoutScript, "accessibility": testPageAccessibility,
	} {
		t.Run(name, func(t *testing.T) { test(t, browser) })
	}
}

func testPageFilters(t *testing.T, browser *browsertest.Browser) {
	file := pageFile(t, completeHeader(), browsedFindings())
	box := func(name, value string) string {
		return fmt.Sprintf(`document.querySelector('input[name=%s][value=%s]').click()`, name, value)
	}
	enter := func(name, value string) string {
		return fmt.Sprintf(`{ const field = document.getElementById(%q); field.value = %q; field.dispatchEvent(new Event("input", {bubbles: true})) }`, name, value)
	}
	tests := []struct {
		name    string
		actions []string
		want    string
		hash    string
	}{
		{"none", nil, "0 1 2 3 4", ""},
		{"severity", []string{box("severity", "critical")}, "0", "#severity=critical"},
		{"two severities", []string{box("severity", "critical"), box("severity", "low")}, "0 4", "#severity=critical,low"},
		{"confidence", []string{box("confidence", "low")}, "3 4", "#confidence=low"},
		{"at HEAD", []string{box("state", "head")}, "0 4", "#state=head"},
		{"gone from HEAD", []string{box("state", "gone")}, "2", "#state=gone"},
		{"not at HEAD", []string{box("state", "elsewhere")}, "1", "#state=elsewhere"},
		{"unreachable", []string{box("state", "loose")}, "3", "#state=loose"},
		{"rule", []string{enter("rule", "database-url")}, "1 3", "#rule=database-url"},
		{"path", []string{enter("path", "PROD.env")}, "0 2", "#path=PROD.env"},
		{"author", []string{enter("author", "bob@")}, "2", "#author=bob%40"},
		{"expired", []string{enter("fact", "expired")}, "0", "#fact=expired"},
		{"encrypted", []string{enter("fact", "encrypted")}, "2", "#fact=encrypted"},
		{"neither", []string{enter("fact", "live")}, "1 3 4", "#fact=live"},
		{"words", []string{enter("q", "example bob")}, "2", "#q=example+bob"},
		{"commit", []string{enter("q", id(4)[:10])}, "0", "#q=" + id(4)[:10]},
		{"ref", []string{enter("q", "release/1.0")}, "0 2", "#q=release%2F1.0"},
		{"several kinds", []string{box("severity", "high"), enter("rule", "example-key"), enter("path", "config")}, "2", "#severity=high&rule=example-key&path=config"},
		{"nothing fits", []string{box("severity", "low"), enter("q", "bob")}, "", "#severity=low&q=bob"},
		{"oldest", []string{enter("sort", "oldest")}, "1 0 2 4 3", "#sort=oldest"},
		{"newest", []string{enter("sort", "newest")}, "4 0 2 1 3", "#sort=newest"},
		{"longest", []string{enter("sort", "longest")}, "0 4 2 1 3", "#sort=longest"},
		{"most places", []string{enter("sort", "places")}, "1 0 2 3 4", "#sort=places"},
		{"by path", []string{enter("sort", "path")}, "3 1 2 4 0", "#sort=path"},
		{"set and cleared", []string{box("severity", "low"), enter("q", "bob"), `document.getElementById("clear").click()`}, "0 1 2 3 4", ""},
	}
	p := browser.Open(t, file, "", browsertest.View{})
	other := browser.Open(t, file, "", browsertest.View{})
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for i, action := range test.actions {
				p.Eval(action, nil)
				if i == len(test.actions)-2 { // before the last, which may undo it
					p.Until("location.hash")
				}
			}
			p.Until(fmt.Sprintf("location.hash === %q", test.hash)) // typing is waited for
			if got := listedIn(p); got != test.want {
				t.Errorf("lists %q, want %q", got, test.want)
			}
			count := fmt.Sprintf("%d of 5 shown", len(strings.Fields(test.want)))
			if got := p.Text(`document.querySelector("[aria-live]").textContent`); got != count {
				t.Errorf("tells %q, want %q", got, count)
			}
			other.Eval(fmt.Sprintf("location.replace(%q)", "#"+strings.TrimPrefix(test.hash, "#")), nil)
			other.Until(fmt.Sprintf("document.querySelector('[aria-live]').textContent === %q", count))
			if got := listedIn(other); got != test.want {
				t.Errorf("with the address alone, lists %q, want %q", got, test.want)
			}
			p.Eval(`document.getElementById("clear").click()`, nil)
		})
	}
	quiet(t, other)
	// What is in the address at first counts.
	third := browser.Open(t, file, "severity=high&rule=example-key&path=config", browsertest.View{})
	if got := listedIn(third); got != "2" {
		t.Errorf("opened with an address, lists %q, want 2", got)
	}
	// A link within the page, such as a tile, sets the filters too.
	p.Eval(`document.querySelector('a[href="#state=gone"]').click()`, nil)
	p.Until(`document.querySelector("input[name=state][value=gone]").checked && document.querySelectorAll("#list > li").length === 1`)
	// An address with values that there are not filters nothing, and breaks nothing.
	p.Eval(`location.hash = "#severity=none&rule=%3Cb%3E&sort=constructor&state="`, nil)
	p.Until(`document.querySelectorAll("#list > li").length === 5 && document.getElementById("sort").value === ""`)
	quiet(t, p)
}

// Everything is reached and worked with the keyboard alone.
func testPageKeyboard(t *testing.T, browser *browsertest.Browser) {
	p := browser.Open(t, pageFile(t, completeHeader(), browsedFindings()), "", browsertest.View{})
	focus := func() string {
		return p.Text(`(document.activeElement.getAttribute("aria-label") || document.activeElement.textContent || document.activeElement.id).trim()`)
	}
	p.Press("Tab")
	if got := focus(); got != "Skip to the secrets" {
		t.Fatalf("the first Tab leads to %q", got)
	}
	p.Press("Enter")
	p.Until(`document.activeElement.id === "secrets"`)

	summary := `document.querySelector("#list summary")`
	for range 30 {
		p.Press("Tab")
		if p.Text("document.activeElement === "+summary) == "true" {
			break
		}
	}
	if p.Text("document.activeElement === "+summary) != "true" {
		t.Fatalf("Tab does not lead to the first secret, but to %q", focus())
	}
	if width := p.Text(`getComputedStyle(document.activeElement).outlineStyle + getComputedStyle(document.activeElement).outlineWidth`); width != "solid2px" {
		t.Errorf("the focus is shown by an outline of %s", width)
	}
	p.Press("Enter")
	p.Until(summary + `.parentElement.open && document.querySelector("#list details table")`)
	p.Press("Tab")
	inside := p.Text(summary + `.parentElement.contains(document.activeElement)`)
	if inside != "true" {
		t.Errorf("Tab leaves the secret that is open, for %q", focus())
	}
	if got := p.Text(`document.querySelector("#list mark").textContent.trim()`); got != `return "..."` {
		t.Errorf("the marked line is %q", got)
	}
	p.Eval(summary+`.focus()`, nil)
	p.Press("Space")
	p.Until("!" + summary + `.parentElement.open`)

	// A bar of the timeline leads to its secret.
	p.Eval(`document.querySelectorAll(".bars button")[2].focus()`, nil)
	if got := focus(); got != "Example API key, high, gone from HEAD, 2021-03-04 to 2021-03-14, 10 days" {
		t.Errorf("a bar is called %q", got)
	}
	p.Press("Enter")
	p.Until(`document.activeElement === document.querySelector("#finding-2 summary") && document.querySelector("#finding-2 details").open`)

	p.Eval(`document.querySelector("#q").focus()`, nil)
	p.Type("bob")
	p.Until(`document.querySelectorAll("#list > li").length === 1`)
	quiet(t, p)
}

// What repositories put into names, messages and rule files becomes text, and nothing else.
func testPageHostile(t *testing.T, browser *browsertest.Browser) {
	findings := hostileFindings()
	for _, text := range []string{`"><img src=x onerror="window.hit=1">`, `</script><script>window.hit=2</script>`, "javascript:window.hit=3",
		`<svg onload=window.hit=4>`, "a\x00b\u202ec", `{{constructor.constructor("window.hit=5")()}}`, "__proto__", "constructor"} {
		f := *findings[0].MapText(func(string) string { return text })
		f.RuleID, f.Facts = text, map[string]string{text: text}
		findings = append(findings, &f)
	}
	header := hostileHeader()
	for _, f := range findings {
		header.Rules = append(header.Rules, finding.Rule{ID: f.RuleID, Help: f.Description, URL: "javascript:window.hit=6"})
	}
	file := pageFile(t, header, findings)
	for _, view := range []browsertest.View{{}, {NoScript: true}} {
		p := browser.Open(t, file, `q=<img src=x onerror=window.hit=7>`, view)
		if !view.NoScript {
			p.Eval(`document.getElementById("clear").click()`, nil)
			p.Eval(`dispatchEvent(new Event("beforeprint"))`, nil) // which lists and opens all
			p.Until(fmt.Sprintf(`document.querySelectorAll("#list .inside").length === %d`, len(findings)))
			p.Eval(`document.querySelectorAll("#timeline-chart > button").forEach((button) => button.click())`, nil)
		}
		if got := p.Text("window.hit"); got != "undefined" {
			t.Errorf("%+v: the page ran what repository %s put into it", view, got)
		}
		if got := p.Text(`[...document.querySelectorAll("img, iframe, object, embed, base, audio, video, foreignObject, body script ~ style")].map((e) => e.outerHTML)`); got != "" {
			t.Errorf("%+v: the page has %s", view, got)
		}
		if got := p.Text(`document.scripts.length`); got != "3" {
			t.Errorf("%+v: the page has %s scripts", view, got)
		}
		if got := p.Text(`[...document.querySelectorAll("[href]")].map((e) => e.getAttribute("href")).filter((a) => !/^(#|https:\/\/github.com\/|data:image\/svg)/.test(a)).join(" ")`); got != "" {
			t.Errorf("%+v: the page leads to %s", view, got)
		}
		if got := p.Text(`[...document.querySelectorAll("*")].flatMap((e) => [...e.attributes]).filter((a) => /^on/i.test(a.name)).length`); got != "0" {
			t.Errorf("%+v: the page has %s handlers in attributes", view, got)
		}
		quiet(t, p)
	}
}

// A page with as many secrets as code scanning takes opens and filters. How long it takes is logged, as
// machines differ.
func testPageLarge(t *testing.T, browser *browsertest.Browser) {
	const n = 10_000
	file := pageFile(t, completeHeader(), largeResult(n))
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	p := browser.Open(t, file, "", browsertest.View{})
	p.Until(`document.querySelector("[aria-live]").textContent === "10,000 of 10,000 shown"`)
	t.Logf("%d findings: %.1f MB, opened in %v", n, float64(info.Size())/1e6, time.Since(begin).Round(time.Millisecond))
	if got := p.Text(`document.querySelectorAll("#list > li").length`); got != "50" {
		t.Errorf("lists %s at first, want 50", got)
	}
	p.Eval(`(async () => {
		const field = document.getElementById("q"), times = [];
		for (const text of ["c", "config", "config 77", "author7", "", "nothing of the sort", "critical"]) {
			field.value = text;
			const begin = performance.now();
			field.form.dispatchEvent(new Event("input"));
			field.dispatchEvent(new Event("input", {bubbles: true}));
			await new Promise((done) => setTimeout(done, 130));
			await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
			times.push(Math.round(performance.now() - begin - 130));
		}
		window.times = times.join(", ");
	})()`, nil)
	t.Logf("filters answer in %s ms", p.Text("window.times"))
	p.Eval(`{ const field = document.getElementById("q"); field.value = ""; field.dispatchEvent(new Event("input", {bubbles: true})); document.querySelector("input[value=low][name=severity]").click() }`, nil)
	p.Until(`document.querySelector("[aria-live]").textContent === "2,500 of 10,000 shown"`)
	p.Eval(`document.getElementById("more").scrollIntoView()`, nil)
	p.Until(`document.querySelectorAll("#list > li").length >= 100`)
	quiet(t, p)
}

// largeResult returns n findings with three places each, of many authors, rules and years.
func largeResult(n int) []*finding.Finding {
	findings := make([]*finding.Finding, n)
	for i := range findings {
		f := &finding.Finding{RuleID: testRules()[i%3].ID, Description: "Example API key: reads what it was given", Fingerprint: fmt.Sprintf("%032x", i),
			Secret: finding.NewSecret("exk_"+token(i, 36), "exk_"), Severity: severities[i*4/n], Confidence: finding.ConfidenceHigh}
		for j := range 3 {
			f.Occurrences = append(f.Occurrences, finding.Occurrence{Kind: finding.KindBlob, Blob: id(i + j), Path: fmt.Sprintf("services/part%d/config/settings%d.yaml", i%97, j),
				StartLine: i%400 + 3, StartColumn: 9, EndLine: i%400 + 3, EndColumn: 49, Commit: id(i % 251), Date: date(2012+i%14, 1+i%12, 1+j), Reachable: true,
				Author: finding.Identity{Name: fmt.Sprintf("Author %d", i%50), Email: fmt.Sprintf("author%d@example.com", i%50)},
				AtHead: i%3 == 0, Refs: []string{"refs/heads/main", "refs/tags/v1"}, RefCount: 2,
				Context: []finding.Line{{Number: 1, Text: "settings:"}, {Number: 2, Text: "  key: ..."}}})
		}
		findings[i] = f
	}
	return findings
}
