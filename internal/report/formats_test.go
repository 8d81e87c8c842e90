package report

import (
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/scanner/finding"
)

func TestInertCells(t *testing.T) {
	for in, want := range map[string]string{
		"":                  "",
		"src/a-b+c=d.go":    "src/a-b+c=d.go",
		"2021-03-04":        "2021-03-04",
		"ada@example.com":   "ada@example.com",
		"=1+2":              "'=1+2",
		"+1":                "'+1",
		"-1":                "'-1",
		"@SUM(A1)":          "'@SUM(A1)",
		"  =1":              "  '=1",
		`"=1`:               `"'=1`,
		"==1":               "'==1",
		"\uff1d1":           "'\uff1d1",
		"\u2212\ufe631":     "'\u2212\ufe631",
		"a;=1":              "a;'=1",
		"a, =1":             "a, '=1",
		`a",",=1|-2`:        `a",",'=1|'-2`,
		"\u201c=1":          "\u201c'=1",
		"größe;\u00a0@x, y": "größe;\u00a0'@x, y",
	} {
		if got := inert(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// A row says what became of a secret: the last removal counts, and none where HEAD still has it.
func TestCSVRemoval(t *testing.T) {
	f := testFindings()[0]
	f.Occurrences = f.Occurrences[:2]
	f.Occurrences[0].RemovedIn, f.Occurrences[0].RemovedAt = id(31), date(2023, 4, 5)
	column := func(name string) string {
		rows, err := csv.NewReader(strings.NewReader(string(render(t, CSV, Options{}, completeHeader(), []*finding.Finding{f})))).ReadAll()
		if err != nil || len(rows) != 2 {
			t.Fatalf("%d rows, %v", len(rows), err)
		}
		for i, column := range rows[0] {
			if column == name {
				return rows[1][i]
			}
		}
		t.Fatalf("no column %s", name)
		return ""
	}
	if got := column("removed") + column("removed_in"); got != "" {
		t.Errorf("still at HEAD, and yet removed: %s", got)
	}
	f.Occurrences[1].AtHead, f.Occurrences[1].RemovedIn, f.Occurrences[1].RemovedAt = false, id(32), date(2022, 1, 1)
	if got := column("removed") + " " + column("removed_in"); got != "2023-04-05 "+id(31) {
		t.Errorf("removed %s", got)
	}
	if got := column("file") + " " + column("first_seen") + " " + column("state"); got != "config/prod.env 2021-03-04 gone from HEAD" {
		t.Errorf("got %s", got)
	}
}

// suite is what is read of a JUnit report.
type suite struct {
	Tests    int `xml:"tests,attr"`
	Failures int `xml:"failures,attr"`
	Errors   int `xml:"errors,attr"`
	Cases    []struct {
		Name    string  `xml:"name,attr"`
		Failure *string `xml:"failure"`
		Error   *string `xml:"error"`
	} `xml:"testcase"`
}

// The counts are those of the cases; a scan passes if it is complete and found nothing.
func TestJUnitCounts(t *testing.T) {
	tests := map[string]struct {
		header                  finding.Header
		findings                []*finding.Finding
		tests, failures, errors int
	}{
		"clean":                   {completeHeader(), nil, 2, 0, 0},
		"incomplete":              {incompleteHeader(), nil, 2, 0, 1},
		"findings":                {completeHeader(), testFindings(), 5, 4, 0},
		"findings and incomplete": {incompleteHeader(), testFindings(), 5, 4, 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var read struct {
				suite
				Suites []suite `xml:"testsuite"`
			}
			if err := xml.Unmarshal(render(t, JUnit, Options{}, test.header, test.findings), &read); err != nil {
				t.Fatal(err)
			}
			want := []int{test.tests, test.failures, test.errors}
			for _, s := range append(read.Suites, read.suite) {
				if diff := cmp.Diff(want, []int{s.Tests, s.Failures, s.Errors}); diff != "" {
					t.Errorf("counts (-want +got):\n%s", diff)
				}
			}
			got, names := []int{0, 0, 0}, map[string]bool{}
			for _, c := range read.Suites[0].Cases {
				got[0]++
				names[c.Name] = true
				if c.Failure != nil {
					got[1]++
				}
				if c.Error != nil {
					got[2]++
				}
			}
			if diff := cmp.Diff(want, got); diff != "" || len(names) != test.tests {
				t.Errorf("cases, %d names (-want +got):\n%s", len(names), diff)
			}
		})
	}
}

// A summary stays below what GitHub takes, and its table below what a comment takes; what is left out is counted.
func TestMarkdownLimits(t *testing.T) {
	out := string(render(t, Markdown, Options{}, completeHeader(), manyFindings(3_000, 25)))
	if len(out) > 1<<20 {
		t.Errorf("%d bytes", len(out))
	}
	top, rest, _ := strings.Cut(out, "<details>")
	if len(top) > 60_000 {
		t.Errorf("%d bytes before the details", len(top))
	}
	listed := strings.Count(top, "\n| critical |")
	if want := fmt.Sprintf("no room for %s more findings", thousands(int64(3_000-listed))); listed < 100 || !strings.Contains(top, want) {
		t.Errorf("%d rows, and the table does not say %q", listed, want)
	}
	blocks := strings.Count(rest, "- Fingerprint ")
	if want := fmt.Sprintf("no room here for %s more findings", thousands(int64(3_000-blocks))); blocks < 100 || !strings.Contains(rest, want) {
		t.Errorf("%d blocks, and the details do not say %q", blocks, want)
	}
	if !strings.Contains(rest, "- and 5 more places\n") || !strings.HasSuffix(out, "</details>\n") {
		t.Error("places are not counted, or the end is missing")
	}
}

func TestMarkdownLinks(t *testing.T) {
	header := completeHeader()
	header.Source.Remote = "git@github.com:alice/project.git"
	f := testFindings()[0]
	f.Occurrences[0].RemovedIn, f.Occurrences[0].RemovedAt = id(31), date(2023, 4, 5)
	out := string(render(t, Markdown, Options{}, header, []*finding.Finding{f}))
	for _, want := range []string{
		"[`config/prod.env:12:9`](<https://github.com/alice/project/blob/" + id(3) + "/config/prod.env?plain=1#L12>)",
		"commit [`" + id(3)[:12] + "`](<https://github.com/alice/project/commit/" + id(3) + ">)",
		"removed in [`" + id(31)[:12] + "`](<https://github.com/alice/project/commit/" + id(31) + ">) on 2023-04-05",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%s is not in\n%s", want, out)
		}
	}
}

// GitHub shows ten annotations of a level: no more are written, the worst are, and the others are counted.
func TestGitHubLimits(t *testing.T) {
	var findings []*finding.Finding
	for _, severity := range severities {
		for _, f := range manyFindings(40, 1) {
			f.Severity = severity
			f.RuleID = "env-file"
			f.Occurrences[0].AtHead = len(findings)%2 == 0
			findings = append(findings, f)
		}
	}
	header := incompleteHeader()
	out := string(render(t, GitHub, Options{}, header, findings))
	level := regexp.MustCompile(`(?m)^::(\w+) (file)?`)
	got := map[string]int{}
	for _, match := range level.FindAllStringSubmatch(out, -1) {
		got[match[1]+" "+match[2]]++
	}
	want := map[string]int{"error file": 9, "error ": 1, "warning file": 8, "warning ": 2, "notice file": 8, "notice ": 2}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("annotations (-want +got):\n%s", diff)
	}
	for _, text := range []string{
		"title=Secret (critical)%3A env-file::", // and no high one
		"title=40 secrets in the history::Not in a file at HEAD, but in the history or elsewhere in the repository: 20 critical, 20 high. ",
		" And 37 more.",
		"160 secrets in 160 places: 40 critical, 40 high, 40 medium, 40 low; 80 still at HEAD. 55 findings in files are not annotated",
		"::warning title=Incomplete scan::",
	} {
		if !strings.Contains(out, text) {
			t.Errorf("%q is not in\n%s", text, out)
		}
	}
	if strings.Contains(out, "Secret (high)") {
		t.Error("a high finding is annotated, and critical ones are not")
	}
}

// Over several lines GitHub takes no columns.
func TestGitHubPlaces(t *testing.T) {
	f := testFindings()[3]
	f.Occurrences[0].StartLine, f.Occurrences[0].StartColumn, f.Occurrences[0].EndLine, f.Occurrences[0].EndColumn = 3, 4, 7, 8
	out := string(render(t, GitHub, Options{}, completeHeader(), []*finding.Finding{f}))
	if !strings.HasPrefix(out, "::notice file=deploy/.env,line=3,endLine=7,title=Secret (low)%3A env-file::") {
		t.Errorf("got %s", out)
	}
	for name, test := range map[string]struct {
		source string
		change func(*finding.Occurrence)
		want   bool
	}{
		"at HEAD":             {"repository", func(*finding.Occurrence) {}, true},
		"in the history":      {"repository", func(o *finding.Occurrence) { o.AtHead = false }, false},
		"a message":           {"repository", func(o *finding.Occurrence) { o.Kind = finding.KindMessage }, false},
		"without a path":      {"repository", func(o *finding.Occurrence) { o.Path = "" }, false},
		"of a folder":         {"folder", func(o *finding.Occurrence) { o.AtHead = false }, true},
		"staged":              {"staged", func(o *finding.Occurrence) { o.AtHead = false }, true},
		"of a range, and old": {"range", func(o *finding.Occurrence) { o.AtHead = false }, false},
	} {
		t.Run(name, func(t *testing.T) {
			header, f := completeHeader(), testFindings()[3]
			header.Source.Kind = test.source
			test.change(&f.Occurrences[0])
			out := string(render(t, GitHub, Options{}, header, []*finding.Finding{f}))
			if got := strings.HasPrefix(out, "::notice file="); got != test.want {
				t.Errorf("got %s", out)
			}
		})
	}
}

// An element is what gitleaks would say: the line of the match, UTC, its own form of a fingerprint.
func TestGitleaksElements(t *testing.T) {
	f := testFindings()[0]
	f.Occurrences = []finding.Occurrence{f.Occurrences[0], f.Occurrences[2], f.Occurrences[0], {Kind: finding.KindMessage, Object: id(9), Commit: id(9), StartLine: 2}}
	f.Occurrences[0].MatchLine = 11
	f.Occurrences[1].Layers[0].Member = "app.jar"
	f.Occurrences[2].Commit, f.Occurrences[2].Date = "", f.Occurrences[3].Date
	var got []gitleaksElement
	if err := json.Unmarshal(render(t, Gitleaks, Options{}, completeHeader(), []*finding.Finding{f}), &got); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, e := range got {
		lines = append(lines, fmt.Sprintf("%s %d %s", e.Fingerprint, e.StartLine, e.Date))
		if e.Secret != "REDACTED" || e.Match != "REDACTED" || e.Tags[0] != "unleak:"+f.Fingerprint {
			t.Errorf("%+v", e)
		}
	}
	want := []string{
		id(3) + ":config/prod.env:example-key:11 11 2021-03-04T10:30:00Z",
		id(8) + ":dist/app.zip!app.jar!db.properties:example-key:1 1 2022-06-06T10:30:00Z",
		"config/prod.env:example-key:12 12 ",
		id(9) + ":.git/commit-message:example-key:2 2 ",
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("elements (-want +got):\n%s", diff)
	}
}
