package report

import (
	"bytes"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/scanner/finding"
)

// results are what the tests of reading read back.
func results() map[string]struct {
	header   finding.Header
	findings []*finding.Finding
} {
	type result = struct {
		header   finding.Header
		findings []*finding.Finding
	}
	folder := completeHeader()
	folder.Source, folder.Rules = finding.Source{Kind: "folder", Name: "dist"}, nil
	return map[string]result{
		"findings":   {completeHeader(), testFindings()},
		"incomplete": {incompleteHeader(), testFindings()},
		"none":       {incompleteHeader(), nil},
		"folder":     {folder, nil},
		"hostile":    {hostileHeader(), hostileFindings()},
		"many":       {completeHeader(), manyFindings(300, 5)},
	}
}

// What was read back is written as the same bytes, in either form.
func TestReadGivesBackWhatWasWritten(t *testing.T) {
	for name, result := range results() {
		for _, format := range []string{JSON, JSONL} {
			t.Run(name+"/"+format, func(t *testing.T) {
				written := render(t, format, Options{}, result.header, result.findings)
				header, findings, err := Read(bytes.NewReader(written))
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(string(written), string(render(t, format, Options{}, header, findings))); diff != "" {
					t.Errorf("written again (-first +second):\n%s", diff)
				}
				other := map[string]string{JSON: JSONL, JSONL: JSON}[format]
				want := render(t, other, Options{}, result.header, result.findings)
				if diff := cmp.Diff(string(want), string(render(t, other, Options{}, header, findings))); diff != "" {
					t.Errorf("as %s (-scan +read):\n%s", other, diff)
				}
			})
		}
	}
}

// Versions before 1.2 name no rules, and later versions 1.x may have members that are not known here.
func TestReadOtherVersions(t *testing.T) {
	written := string(render(t, JSON, Options{}, completeHeader(), testFindings()))
	rules := written[strings.LastIndex(written, ",\n  \"rules\""):]
	for _, version := range []string{"1.0", "1.1", "1.9"} {
		t.Run(version, func(t *testing.T) {
			text := strings.Replace(written, `"`+finding.SchemaVersion+`"`, `"`+version+`"`, 1)
			text = "\ufeff" + strings.Replace(text, rules, ",\n\"later\": {\"a\": [1]}\n}", 1)
			header, findings, err := Read(strings.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			var ids []string
			for _, rule := range header.Rules {
				ids = append(ids, rule.ID+" "+rule.Description)
			}
			want := []string{"database-url Database URL with a password", "env-file ", "example-key Example API key"}
			if diff := cmp.Diff(want, ids); diff != "" {
				t.Errorf("rules (-want +got):\n%s", diff)
			}
			for _, format := range Formats() {
				render(t, format, Options{}, header, findings)
			}
		})
	}
}

func TestReadErrors(t *testing.T) {
	whole := string(render(t, JSON, Options{}, completeHeader(), testFindings()))
	lines := string(render(t, JSONL, Options{}, completeHeader(), testFindings()))
	change := func(text, old, new string) string {
		t.Helper()
		if !strings.Contains(text, old) {
			t.Fatalf("%q is not in the report", old)
		}
		return strings.Replace(text, old, new, 1)
	}
	ofLines := strings.SplitAfter(lines, "\n")
	tests := []struct{ name, text, want string }{
		{"empty", "", "cut off after 0 bytes"},
		{"spaces", " \n\n", "cut off"},
		{"text", "4 secrets in 14 places", "not an object"},
		{"no JSON", "secrets: 4", "not valid JSON at byte 1"},
		{"cut off", whole[:len(whole)/2], "cut off after"},
		{"cut off before its last bracket", strings.TrimRight(whole, "}\n"), "cut off"},
		{"lines cut off", strings.Join(ofLines[:len(ofLines)-2], ""), "cut off"},
		{"a line cut off", lines[:len(lines)-10], "cut off"},
		{"lines missing", strings.Join(append(ofLines[:2:2], ofLines[len(ofLines)-2:]...), ""), "line 3 does not count the 0 findings"},
		{"two reports", whole + whole, "goes on after its end"},
		{"two reports in lines", lines + lines, "goes on after its end"},
		{"two headers", ofLines[0] + lines, "line 2 begins a second report"},
		{"unknown line", ofLines[0] + `{"type":"comment"}`, `line 2 is of type "comment"`},
		{"gitleaks", `[{"RuleID":"a"}]`, "gitleaks"},
		{"sarif", string(render(t, SARIF, Options{}, completeHeader(), nil)), "SARIF"},
		{"other JSON", `{"a": 1}`, "no report of a scan"},
		{"a plan", `{"schema_version":"1.0","tool":{},"checks":[]}`, "another document of unleak"},
		{"newer", change(whole, `"schema_version": "1.`, `"schema_version": "2.`), `"2.2", and this program reads 1.x`},
		{"older", change(whole, `"schema_version": "1.`, `"schema_version": "0.`), "and this program reads 1.x"},
		{"no version", change(whole, `"schema_version": "1.2"`, `"schema_version": "new"`), "schema_version is"},
		{"version is a number", change(whole, `"schema_version": "1.2"`, `"schema_version": 1.2`), "schema_version has a number"},
		{"no findings", `{"schema_version":"1.2","tool":{},"source":{},"coverage":{}}`, "has no findings"},
		{"findings are no list", `{"schema_version":"1.2","tool":{},"source":{},"coverage":{},"findings":{}}`, "findings is not a list"},
		{"twice", change(whole, `"findings": [`, `"findings": [], "findings": [`), `"findings" twice`},
		{"source", change(whole, `"kind": "repository"`, `"kind": "\u001b[2J"`), "source of kind"},
		{"head", change(whole, `"head": "`, `"head": "x`), "head"},
		{"count", change(whole, `"scanned": `, `"scanned": -`), "below zero"},
		{"severity", change(whole, `"severity": "critical"`, `"severity": "huge"`), `findings[0] has the severity "huge"`},
		{"confidence", change(whole, `"confidence": "high"`, `"confidence": 7`), "findings[0] has a number"},
		{"fingerprint", change(whole, `"fingerprint": "`, `"fingerprint": "\u001b[2J`), "findings[0] has no fingerprint"},
		{"rule id", change(whole, `"rule_id": "example-key"`, `"rule_id": ""`), "findings[0] has no rule_id"},
		{"no occurrences", change(whole, `"occurrences": [`, `"occurrences": [], "other": [`), "findings[0] has no occurrences"},
		{"occurrences", change(whole, `"occurrences": [`, `"occurrences": 3, "other": [`), "no list"},
		{"an occurrence", change(whole, `"occurrences": [`, `"occurrences": [{},`), "findings[0] occurrences[0] is of kind"},
		{"commit", change(whole, `"commit": "`, `"commit": "\n`), "object id"},
		{"line", change(whole, `"start_line": 12`, `"start_line": -12`), "below zero"},
		{"line hash", change(whole, `"line_hash": "`, `"line_hash": "<`), "line_hash"},
		{"date", change(whole, `"date": "2021-03-04`, `"date": "2021-99-04`), "findings[0]"},
		{"rule twice", change(whole, `"rules": [`, `"rules": [{"id":"env-file","severity":"low","confidence":"low"},`), "rules[2] has the id of a rule before it"},
		{"rule", change(whole, `"rules": [`, `"rules": [{},`), "rules[0] has no id"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, findings, err := Read(strings.NewReader(test.text))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("got %v, want an error with %q", err, test.want)
			}
			if len(findings) > 0 || strings.ContainsAny(err.Error(), "\n\x1b") {
				t.Errorf("%d findings with the error %q", len(findings), err)
			}
		})
	}
}

// endless gives the same text again and again.
type endless struct{ text string }

func (e endless) Read(p []byte) (int, error) {
	n := 0
	for n+len(e.text) <= len(p) {
		n += copy(p[n:], e.text)
	}
	return n, nil
}

// A report without an end is refused before it fills the memory.
func TestReadIsBounded(t *testing.T) {
	in := io.MultiReader(strings.NewReader(`{"schema_version":"1.2",`), endless{"    \n    \n"})
	if _, _, err := newReading(in, 1<<20).report(); err == nil || !strings.Contains(err.Error(), "larger than 256 MiB") {
		t.Errorf("got %v", err)
	}
}

// A read error is returned as what it is.
func TestReadPassesErrorsOn(t *testing.T) {
	in := io.MultiReader(strings.NewReader(`{"schema_version":`), failingReader{})
	if _, _, err := Read(in); err == nil || !strings.Contains(err.Error(), errFull.Error()) {
		t.Errorf("got %v", err)
	}
}

type failingReader struct{}

func (failingReader) Read([]byte) (int, error) { return 0, errFull }

// Whatever is accepted can be written in every format, and read again with the same result.
func FuzzRead(f *testing.F) {
	for _, name := range []string{"findings.json", "findings.jsonl", "clean.json"} {
		text, err := os.ReadFile("testdata/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
		f.Add(text[:len(text)/2])
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		header, findings, err := Read(bytes.NewReader(text))
		if err != nil {
			return
		}
		written := render(t, JSON, Options{}, header, findings)
		header, findings, err = Read(bytes.NewReader(written))
		if err != nil {
			t.Fatalf("what was written cannot be read: %v\n%s", err, written)
		}
		if again := render(t, JSON, Options{}, header, findings); !bytes.Equal(written, again) {
			t.Fatalf("written again: %s", cmp.Diff(string(written), string(again)))
		}
		for _, format := range Formats() {
			render(t, format, Options{Verbose: true}, header, findings)
		}
	})
}

// A report that was read back is the same in every format as the one of the scan: whatever a renderer uses is in
// the JSON report. Only bytes that are no UTF-8 are not, which SARIF has in its URIs.
func TestReadBackRendersTheSame(t *testing.T) {
	for name, result := range results() {
		header := result.header.MapText(finding.ValidText)
		var findings []*finding.Finding
		for _, f := range result.findings {
			findings = append(findings, f.MapText(finding.ValidText))
		}
		readHeader, read, err := Read(bytes.NewReader(render(t, JSON, Options{}, header, findings)))
		if err != nil {
			t.Fatal(err)
		}
		for _, format := range Formats() {
			t.Run(name+"/"+format, func(t *testing.T) {
				opts := Options{RunID: "7", Verbose: true}
				want, got := render(t, format, opts, header, findings), render(t, format, opts, readHeader, read)
				if diff := cmp.Diff(string(want), string(got)); diff != "" {
					t.Errorf("-scan +read:\n%s", diff)
				}
			})
		}
	}
}
