package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/audit/checklist"
	"github.com/unleak/unleak/scanner/finding"
)

// audits are checklists in every format but HTML, by the name of their golden file.
func audits() map[string]func(io.Writer) error {
	as := func(c *checklist.Checklist, format string, opts Options) func(io.Writer) error {
		return func(w io.Writer) error { return WriteChecklist(w, format, c, opts) }
	}
	return map[string]func(io.Writer) error{
		"audit.txt":          as(testChecklist(), Text, Options{}),
		"audit-verbose.txt":  as(testChecklist(), Text, Options{Verbose: true}),
		"audit-color.txt":    as(testChecklist(), Text, Options{Color: true}),
		"audit-clean.txt":    as(cleanChecklist(), Text, Options{}),
		"audit-unproved.txt": as(unprovedChecklist(), Text, Options{}),
		"audit.json":         as(testChecklist(), JSON, Options{}),
		"audit.md":           as(testChecklist(), Markdown, Options{}),
		"audit-clean.md":     as(cleanChecklist(), Markdown, Options{}),
	}
}

func TestAuditGolden(t *testing.T) {
	for name, write := range audits() {
		t.Run(name, func(t *testing.T) {
			var got bytes.Buffer
			if err := write(&got); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join("testdata", "audit", name)
			if *update {
				if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o777), os.WriteFile(path, got.Bytes(), 0o644)); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got.String()); diff != "" {
				t.Errorf("differs from %s; go test -update writes it anew (-want +got):\n%s", path, diff)
			}
			if strings.Contains(name, "color") {
				return
			}
			for _, c := range got.String() {
				if c != '\n' && c != '\ufe0f' && (c == utf8.RuneError || !isVisible(c)) {
					t.Fatalf("%q stands in the report as it is", c)
				}
			}
			for i := range 3 {
				if strings.Contains(got.String(), token(i+1, 36)) {
					t.Error("the value of an alert stands in the report")
				}
			}
		})
	}
}

func TestAuditWriteErrors(t *testing.T) {
	for name, write := range audits() {
		if err := write(failing{}); !errors.Is(err, errDiskFull) {
			t.Errorf("%s: got %v, want the error of the writer", name, err)
		}
	}
}

func TestAuditFollowsSchema(t *testing.T) {
	schema := readSchemaFile(t, "audit.schema.json")
	odd := testChecklist()
	odd.Items[2].Evidence[0].Date = time.Date(12021, 1, 2, 3, 4, 5, 0, time.UTC)
	odd.Coverage.Kinds = nil
	for name, c := range map[string]*checklist.Checklist{
		"full": testChecklist(), "clean": cleanChecklist(), "unproved": unprovedChecklist(), "odd": odd, "empty": {State: checklist.Pass, Source: finding.Source{Kind: "repository"}},
	} {
		var b bytes.Buffer
		if err := WriteChecklist(&b, JSON, c, Options{}); err != nil {
			t.Fatal(err)
		}
		var value any
		if err := json.Unmarshal(b.Bytes(), &value); err != nil {
			t.Fatal(err)
		}
		for _, fault := range validate(schema, schema, value, name) {
			t.Error(fault)
		}
	}
}

// A checklist with a wrong member must not pass, or the test above says nothing.
func TestAuditSchemaRefuses(t *testing.T) {
	schema := readSchemaFile(t, "audit.schema.json")
	var b bytes.Buffer
	if err := WriteChecklist(&b, JSON, testChecklist(), Options{}); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string][2]string{
		"unknown member": {`"section"`, `"chapter"`},
		"state":          {`"state": "warn"`, `"state": "maybe"`},
		"verdict":        {`"verdict": "placeholder"`, `"verdict": "fine"`},
		"line":           {`"line": 12`, `"line": 0`},
		"commit":         {`"commit": "`, `"commit": "x`},
		"type":           {`"number": 4`, `"number": "4"`},
		"version":        {`"schema_version": "1.0"`, `"schema_version": "2.0"`},
	} {
		changed := strings.Replace(b.String(), change[0], change[1], 1)
		var value any
		if err := json.Unmarshal([]byte(changed), &value); err != nil || changed == b.String() {
			t.Fatalf("%s: nothing was changed, or it is no JSON: %v", name, err)
		}
		if len(validate(schema, schema, value, name)) == 0 {
			t.Errorf("%s: the schema lets it pass", name)
		}
	}
}

// In Markdown, what comes from a repository is in code spans and fences alone: no mention, link, image or HTML of its
// making is left when those are taken out.
func TestAuditMarkdownIsInert(t *testing.T) {
	var b bytes.Buffer
	if err := WriteChecklist(&b, Markdown, testChecklist(), Options{}); err != nil {
		t.Fatal(err)
	}
	var rest strings.Builder
	fenced := false
	for line := range strings.Lines(b.String()) {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			fenced = !fenced
			continue
		}
		if fenced {
			continue
		}
		rest.WriteString(withoutSpans(line))
	}
	for _, bad := range []string{"<", "@", "](", "http", "javascript", "|", "egnp"} {
		if strings.Contains(rest.String(), bad) {
			t.Errorf("%q is in the text outside of code:\n%s", bad, rest.String())
		}
	}
}

func TestAuditFormats(t *testing.T) {
	if err := WriteChecklist(io.Discard, "sarif", testChecklist(), Options{}); err == nil || !strings.Contains(err.Error(), "text, json") {
		t.Errorf("got %v, want an error that names the formats", err)
	}
	for in, want := range map[string][2]string{
		"a.md": {Markdown, "a.md"}, "a.JSON": {JSON, "a.JSON"}, "text:x": {Text, "x"}, "x.txt": {Text, "x.txt"}, "x.sarif": {}, "sarif:x": {}, "json:": {}, "x": {},
	} {
		format, file, err := AuditFormatFor(in)
		if format != want[0] || file != want[1] || (err == nil) != (want[1] != "") {
			t.Errorf("%q: got %q, %q, %v", in, format, file, err)
		}
	}
}
