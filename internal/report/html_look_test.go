package report

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/browsertest"
)

func testPageColors(t *testing.T, browser *browsertest.Browser) {
	file := pageFile(t, completeHeader(), browsedFindings())
	background := `getComputedStyle(document.body).backgroundColor`
	p := browser.Open(t, file, "", browsertest.View{})
	light := p.Text(background)
	p.Look(browsertest.View{Dark: true})
	dark := p.Text(background)
	if light == dark {
		t.Errorf("light and dark have the same background, %s", light)
	}
	p.Eval(`document.getElementById("theme").click()`, nil)
	if got := p.Text(background); got != light {
		t.Errorf("after the switch to light colors the background is %s, want %s", got, light)
	}
	p.Eval(`document.getElementById("theme").click()`, nil)
	if got := p.Text(background); got != dark {
		t.Errorf("after the switch back it is %s, want %s", got, dark)
	}
	quiet(t, p)
}

// Nothing stands out to the right, of the page or over what is beside it, on screens of any width, however long names and
// lines are. Tables and lines of code scroll by themselves.
func testPageNarrow(t *testing.T, browser *browsertest.Browser) {
	file := pageFile(t, hostileHeader(), append(browsedFindings(), hostileFindings()...))
	for _, width := range []int{360, 700, 1000, 1280} {
		p := browser.Open(t, file, "", browsertest.View{Width: width, Height: 700})
		p.Eval(`document.querySelectorAll("details").forEach((details) => { details.open = true })`, nil)
		p.Until(`document.querySelector(".inside")`)
		if got := p.Text(`document.documentElement.scrollWidth`); got != strconv.Itoa(width) {
			t.Errorf("the page is %s pixels wide, on a screen of %d", got, width)
		}
		if got := p.Text(`[...document.querySelectorAll("body *")].filter((e) => !e.closest(".scroll, pre > *, .skip, svg, .bars .label") &&
			e.getBoundingClientRect().right > e.parentElement.getBoundingClientRect().right + 16).map((e) => e.outerHTML.slice(0, 150)).slice(0, 5).join("\n")`); got != "" {
			t.Errorf("on a screen of %d pixels, these are wider than what they stand in:\n%s", width, got)
		}
		quiet(t, p)
	}
}

func testPageWithoutScript(t *testing.T, browser *browsertest.Browser) {
	p := browser.Open(t, pageFile(t, completeHeader(), browsedFindings()), "", browsertest.View{NoScript: true})
	if got := p.Text(`document.querySelectorAll("noscript tbody tr").length`); got != "5" {
		t.Errorf("without scripts the page has %s rows, want 5", got)
	}
	if got := p.Text(`document.querySelectorAll("th:not([scope])").length`); got != "0" {
		t.Errorf("%s headers of tables have no scope", got)
	}
	if got := p.Text(`["#filters", "#theme", "#timeline-section"].filter((name) => document.querySelector(name).checkVisibility())`); got != "" {
		t.Errorf("without scripts the page shows %s, which does nothing", got)
	}
	quiet(t, p)
}

// Assistive programs find landmarks, headings in order, and a name for each control.
func testPageAccessibility(t *testing.T, browser *browsertest.Browser) {
	p := browser.Open(t, pageFile(t, incompleteHeader(), browsedFindings()), "", browsertest.View{})
	p.Eval(`document.querySelectorAll("details").forEach((details) => { details.open = true })`, nil)
	p.Until(`document.querySelectorAll(".inside").length === 5`)
	checkTree(t, p)
	seen := map[string]bool{}
	for _, node := range p.Tree() {
		seen[node.Role+" "+node.Name] = true
	}
	for _, want := range []string{"searchbox Search", "combobox Rule", "combobox Sort by", "checkbox critical 1", "group Severity",
		"button Clear all filters", "button Copy the fingerprint", "columnheader Commit", "search Filter the secrets",
		"heading Timeline", "list Secrets over time", "status "} {
		if !seen[want] {
			t.Errorf("the tree has no %q", want)
		}
	}
}

// checkTree fails for what is missing in every page alike.
func checkTree(t *testing.T, p *browsertest.Page) {
	t.Helper()
	landmarks := map[string]int{}
	level := 0
	for _, node := range p.Tree() {
		switch node.Role {
		case "banner", "main", "contentinfo":
			landmarks[node.Role]++
		case "heading":
			if node.Level > level+1 {
				t.Errorf("heading %q is of level %d, after one of %d", node.Name, node.Level, level)
			}
			level = node.Level
		}
		named := []string{"button", "link", "checkbox", "combobox", "textbox", "searchbox", "heading", "region", "DisclosureTriangle", "search", "rowheader", "columnheader"}
		if slices.Contains(named, node.Role) && strings.TrimSpace(node.Name) == "" {
			t.Errorf("a %s has no name", node.Role)
		}
	}
	if diff := cmp.Diff(map[string]int{"banner": 1, "main": 1, "contentinfo": 1}, landmarks); diff != "" {
		t.Errorf("landmarks (-want +got):\n%s", diff)
	}
	if got := p.Text(`document.documentElement.lang + " " + (document.title.length > 0)`); got != "en true" {
		t.Errorf("language and title: %s", got)
	}
	if got := p.Text(`(() => { const ids = [...document.querySelectorAll("[id]")].map((e) => e.id); return ids.filter((id, i) => ids.indexOf(id) !== i).join(" ") })()`); got != "" {
		t.Errorf("several elements have the id %s", got)
	}
	if got := p.Text(`[...document.querySelectorAll("th:not([scope])")].length`); got != "0" {
		t.Errorf("%s headers of tables have no scope", got)
	}
	// A target is at least 24 pixels in either direction (WCAG 2.5.8), but for links in a sentence.
	if got := p.Text(`[...document.querySelectorAll("button, select, input, summary, a.tile, label.box")].filter((e) => e.checkVisibility() && !e.closest("label.box input") && e.type !== "checkbox")
		.filter((e) => { const r = e.getBoundingClientRect(); return r.height < 21 || r.width < 24 }).map((e) => e.outerHTML.slice(0, 90) + e.getBoundingClientRect().height)`); got != "" {
		t.Errorf("too small to hit: %s", got)
	}
}
