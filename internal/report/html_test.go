package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/scanner/finding"
)

// block returns what stands in the element of a page that begins with start.
func block(t testing.TB, page []byte, start, end string) string {
	t.Helper()
	_, rest, ok := strings.Cut(string(page), start)
	content, _, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("the page has no %s ... %s", start, end)
	}
	return content
}

// pageFindings returns the findings as the page's script reads them.
func pageFindings(t testing.TB, page []byte) []htmlFinding {
	t.Helper()
	var findings []htmlFinding
	if err := json.Unmarshal([]byte(block(t, page, `id="findings">`, "</script>")), &findings); err != nil {
		t.Fatal(err)
	}
	return findings
}

func TestHTMLFindings(t *testing.T) {
	page := render(t, HTML, Options{}, completeHeader(), testFindings())
	findings := pageFindings(t, page)
	var got []string
	for _, f := range findings {
		got = append(got, fmt.Sprintf("%s %s %s %s %d", f.Severity, f.State, f.First, f.Title, len(f.Places)))
	}
	want := []string{"critical head 2021-03-04 Example API key 4", "high elsewhere 2020-02-03 Database URL with a password 9",
		"medium loose  Database URL with a password 1", "low head 2024-07-08 env-file 1"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	first := findings[0].Places
	if first[0].Path != "src/größe 100%#?.go" || !first[0].Head {
		t.Errorf("the first place is %+v, want the one at HEAD", first[0])
	}
	if last := first[3]; last.URI == nil || *last.URI != "a%1B%5B2J%0A%E2%80%AEgnp.exe%FF%3Ax" || last.Path != `a\x1b[2J\n\u202egnp.exe\xff:x` {
		t.Errorf("an odd path is %+v", last)
	}
}

// What was scanned stands on top.
func TestHTMLAbout(t *testing.T) {
	header := completeHeader()
	header.Source.Remote, header.Source.HeadDate = "git@github.com:alice/project.git", date(2024, 7, 8)
	page := string(render(t, HTML, Options{}, header, nil))
	for _, want := range []string{
		`<h1><a href="https://github.com/alice/project" rel="noopener noreferrer nofollow">alice/project</a></h1>`,
		`<a href="https://github.com/alice/project/commit/` + id(1) + `" rel="noopener noreferrer nofollow">main at ` + id(1)[:12] + ` of 2024-07-08</a>`,
		"<dd>unleak v0.0.0-test</dd>",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
}

// A page is made for opening, so of a finding with thousands of places it holds the first, and says how many there are.
func TestHTMLManyPlaces(t *testing.T) {
	f := *testFindings()[0]
	places := f.Occurrences
	f.Occurrences = nil
	for i := range 1000 {
		f.Occurrences = append(f.Occurrences, places[0])
		f.Occurrences[i].AtHead = i == 900
	}
	page := render(t, HTML, Options{}, completeHeader(), []*finding.Finding{&f})
	got := pageFindings(t, page)[0]
	if len(got.Places) != listedPlaces || got.More != 1000-listedPlaces || !got.Places[0].Head {
		t.Errorf("%d places and %d more, the first at HEAD: %v", len(got.Places), got.More, got.Places[0].Head)
	}
}

// The policy names the style and the script that stand in the page, and no other.
func TestHTMLPolicy(t *testing.T) {
	page := render(t, HTML, Options{}, completeHeader(), testFindings())
	policy := html.UnescapeString(block(t, page, `http-equiv="Content-Security-Policy" content="`, `"`))
	for _, want := range []string{
		"default-src 'none'", "base-uri 'none'", "form-action 'none'", "require-trusted-types-for 'script'",
		"script-src " + hashSource(block(t, page, "\n<script>", "</script>")), "style-src " + hashSource(block(t, page, "<style>", "</style>")),
	} {
		if !strings.Contains(policy+";", want+";") {
			t.Errorf("the policy lacks %q: %s", want, policy)
		}
	}
	if strings.Contains(policy, "unsafe") {
		t.Errorf("the policy allows too much: %s", policy)
	}
}

// Whatever a repository holds, a page has the elements and the attributes that an empty one has, and addresses
// of https alone.
func TestHTMLHostile(t *testing.T) {
	page := render(t, HTML, Options{}, hostileHeader(), hostileFindings())
	for text, want := range map[string]int{"<script": 3, "</script": 3, "<style": 1, "<link": 1, "<meta": 6, "<title": 1, "<body": 1, "</html": 1, "<!--": 0} {
		if got := bytes.Count(bytes.ToLower(page), []byte(text)); got != want {
			t.Errorf("%q stands %d times in the page, want %d", text, got, want)
		}
	}
	if tags := regexp.MustCompile(`(?i)<(img|iframe|object|embed|base|svg/|[a-z]+[^<>]*\son[a-z]+=)[^<>]*`).FindAll(page, -1); tags != nil {
		t.Errorf("the page has %q", tags)
	}
	for _, address := range regexp.MustCompile(`(?:href|src)="([^"]*)"`).FindAllSubmatch(page, -1) {
		if a := string(address[1]); !strings.HasPrefix(a, "#") && !strings.HasPrefix(a, "data:image/svg+xml,") && !strings.HasPrefix(a, "https://github.com/") {
			t.Errorf("the page leads to %q", a)
		}
	}
	if i := bytes.IndexFunc(page, func(r rune) bool { return r != '\n' && !isVisible(r) }); i >= 0 {
		t.Errorf("the page has the invisible %q at %d: %q", []rune(string(page[i:]))[0], i, page[max(0, i-60):i+20])
	}
	pageFindings(t, page)
}

func TestHTMLVerdict(t *testing.T) {
	incomplete := completeHeader()
	incomplete.Coverage.Complete, incomplete.Coverage.Shallow = false, true
	tests := []struct {
		name     string
		header   finding.Header
		findings []*finding.Finding
		class    string
		says     []string
		lacks    string
	}{
		{"clean", completeHeader(), nil, "pass", []string{"No secrets found", "111,862"}, `id="filters"`},
		{"incomplete", incomplete, nil, "warn", []string{"the scan is incomplete", "The clone is shallow", "git fetch --unshallow"}, `id="filters"`},
		{"findings", completeHeader(), testFindings(), "fail", []string{"4 secrets in 15 places, 2 still at HEAD", `id="filters"`}, "incomplete"},
		{"both", incomplete, testFindings(), "fail", []string{"there may be more"}, "No secrets"},
		{"hidden", incompleteHeader(), nil, "warn", []string{"17 known findings hidden by the baseline", "have expired", `of the \x1b[2Jtests`}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			page := render(t, HTML, Options{}, test.header, test.findings)
			body := string(page[bytes.Index(page, []byte(`id="page"`)):bytes.LastIndex(page, []byte("<script>"))])
			for _, text := range append(test.says, `class="verdict `+test.class+`"`) {
				if !strings.Contains(body, text) {
					t.Errorf("the page does not say %q:\n%s", text, body)
				}
			}
			if test.lacks != "" && strings.Contains(body, test.lacks) {
				t.Errorf("the page says %q", test.lacks)
			}
		})
	}
}

func TestSourceTitle(t *testing.T) {
	tests := []struct {
		source finding.Source
		want   string
	}{
		{finding.Source{Kind: "repository", Name: ".", Remote: "git@github.com:alice/project.git"}, "alice/project"},
		{finding.Source{Kind: "repository", Name: ".", Remote: "https://gitlab.com/a/b c"}, "a/b c"},
		{finding.Source{Kind: "repository", Name: "/srv/git/project.git"}, "project"},
		{finding.Source{Kind: "repository", Name: "../project/"}, "project"},
		{finding.Source{Kind: "repository", Name: "."}, "this repository"},
		{finding.Source{Kind: "folder", Name: "."}, "this folder"},
		{finding.Source{Kind: "stdin", Name: "-"}, "standard input"},
		{finding.Source{Kind: "file", Name: "a\x1b.env"}, `a\x1b.env`},
	}
	for _, test := range tests {
		if got := sourceTitle(test.source); got != test.want {
			t.Errorf("%+v: got %q, want %q", test.source, got, test.want)
		}
	}
}
