package report

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/scanner/finding"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestGolden(t *testing.T) {
	folder := finding.Header{
		Tool:     finding.Tool{Name: "unleak", Version: "v0.0.0-test"},
		Source:   finding.Source{Kind: "folder", Name: "dist"},
		Coverage: finding.Coverage{Complete: true, Kinds: []finding.KindCount{{Kind: "file", Objects: 1, Scanned: 1, Bytes: 512}}},
	}
	tests := []struct {
		file, format string
		opts         Options
		header       finding.Header
		findings     []*finding.Finding
	}{
		{"findings.txt", Text, Options{}, completeHeader(), testFindings()},
		{"findings-verbose.txt", Text, Options{Verbose: true}, incompleteHeader(), testFindings()},
		{"findings-color.txt", Text, Options{Color: true}, completeHeader(), testFindings()},
		{"incomplete.txt", Text, Options{}, incompleteHeader(), nil},
		{"clean.txt", Text, Options{}, folder, nil},
		{"findings.json", JSON, Options{}, incompleteHeader(), testFindings()},
		{"clean.json", JSON, Options{}, folder, nil},
		{"findings.jsonl", JSONL, Options{}, incompleteHeader(), testFindings()},
		{"findings.sarif", SARIF, Options{RunID: "run 1"}, incompleteHeader(), testFindings()},
		{"clean.sarif", SARIF, Options{}, folder, nil},
		{"findings.md", Markdown, Options{}, incompleteHeader(), testFindings()},
		{"clean.md", Markdown, Options{}, folder, nil},
		{"findings.csv", CSV, Options{}, completeHeader(), testFindings()},
		{"findings.xml", JUnit, Options{}, incompleteHeader(), testFindings()},
		{"clean.xml", JUnit, Options{}, folder, nil},
		{"findings.github", GitHub, Options{}, incompleteHeader(), testFindings()},
		{"clean.github", GitHub, Options{}, folder, nil},
		{"findings.gitleaks", Gitleaks, Options{}, completeHeader(), testFindings()},
	}
	for _, test := range tests {
		t.Run(test.file, func(t *testing.T) {
			got := render(t, test.format, test.opts, test.header, test.findings)
			path := filepath.Join("testdata", test.file)
			if *update {
				if err := os.WriteFile(path, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("differs from %s; go test -update writes it anew (-want +got):\n%s", path, diff)
			}
			if again := render(t, test.format, test.opts, test.header, test.findings); string(again) != string(got) {
				t.Error("a second run gives other bytes")
			}
		})
	}
}

func TestNewUnknownFormat(t *testing.T) {
	_, err := New("xml", nil, Options{})
	if err == nil || !strings.Contains(err.Error(), "text, json, jsonl, sarif") {
		t.Errorf("got %v, want an error that names the formats", err)
	}
}

func TestFormatFor(t *testing.T) {
	tests := []struct{ in, format, file, message string }{
		{in: "out.json", format: JSON, file: "out.json"},
		{in: "a.b/out.JSONL", format: JSONL, file: "a.b/out.JSONL"},
		{in: "out.ndjson", format: JSONL, file: "out.ndjson"},
		{in: "out.sarif", format: SARIF, file: "out.sarif"},
		{in: "out.txt", format: Text, file: "out.txt"},
		{in: "json:out", format: JSON, file: "out"},
		{in: "sarif:results.json", format: SARIF, file: "results.json"},
		{in: "results.xml", format: JUnit, file: "results.xml"},
		{in: "out.md", format: Markdown, file: "out.md"},
		{in: "out.csv", format: CSV, file: "out.csv"},
		{in: "gitleaks:baseline.json", format: Gitleaks, file: "baseline.json"},
		{in: `C:\x.json`, format: JSON, file: `C:\x.json`},
		{in: `text:C:\x.json`, format: Text, file: `C:\x.json`},
		{in: "./xml:out.json", format: JSON, file: "./xml:out.json"},
		{in: "2024-01-01T12:00.json", format: JSON, file: "2024-01-01T12:00.json"},
		{in: "xml:out.json", message: "./xml:out.json"},
		{in: "JSON:out", message: "unknown format"},
		{in: "json:", message: "json:FILE"},
		{in: "out", message: "sarif:out"},
		{in: "out.doc", message: "FORMAT:FILE"},
		{in: `C:\x`, message: "FORMAT:FILE"},
		{in: "", message: "FORMAT:FILE"},
	}
	for _, test := range tests {
		t.Run(test.in, func(t *testing.T) {
			format, file, err := FormatFor(test.in)
			if test.message != "" {
				if err == nil || !strings.Contains(err.Error(), test.message) {
					t.Fatalf("got error %v, want one with %q", err, test.message)
				}
				return
			}
			if err != nil || format != test.format || file != test.file {
				t.Errorf("got %q, %q, %v; want %q, %q", format, file, err, test.format, test.file)
			}
		})
	}
}

// failingWriter fails after so many bytes.
type failingWriter int

var errFull = errors.New("disk full")

func (w *failingWriter) Write(b []byte) (int, error) {
	if *w -= failingWriter(len(b)); *w < 0 {
		return 0, errFull
	}
	return len(b), nil
}

func TestWriteErrorsAreReported(t *testing.T) {
	for _, format := range Formats() {
		for _, room := range []failingWriter{0, 100_000} {
			h, err := New(format, &room, Options{})
			if err != nil {
				t.Fatal(err)
			}
			var findings []*finding.Finding
			for range 1000 {
				findings = append(findings, testFindings()...)
			}
			err = Deliver(h, completeHeader(), findings)
			if format == GitHub && room > 0 { // has a bounded number of lines
				continue
			}
			if !errors.Is(err, errFull) {
				t.Errorf("%s: got %v, want %v", format, err, errFull)
			}
		}
	}
}

// calls records what a handler is told and fails at one call.
type calls struct {
	log    *[]string
	name   string
	failAt string
}

func (c calls) call(what string) error {
	*c.log = append(*c.log, c.name+" "+what)
	if what == c.failAt {
		return errFull
	}
	return nil
}
func (c calls) Start(finding.Header) error     { return c.call("start") }
func (c calls) Finding(*finding.Finding) error { return c.call("finding") }
func (c calls) End() error                     { return c.call("end") }

func TestMulti(t *testing.T) {
	var log []string
	h := Multi(calls{log: &log, name: "a"}, calls{log: &log, name: "b", failAt: "finding"}, calls{log: &log, name: "c"})
	if err := finding.Deliver(h, finding.Header{}, testFindings()); !errors.Is(err, errFull) {
		t.Errorf("got %v, want %v", err, errFull)
	}
	want := []string{"a start", "b start", "c start", "a finding", "b finding"}
	if diff := cmp.Diff(want, log); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}
