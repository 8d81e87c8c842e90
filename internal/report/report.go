// Package report renders the result of a scan: as text for people, as JSON or
// JSON lines for programs, as SARIF for code scanning, and in the forms that spreadsheets, test
// reporters, GitHub Actions and readers of gitleaks' reports take. [Read] reads JSON back.
//
// Every renderer is a [finding.Handler] and writes as findings arrive, unless its format begins with what
// is known at the end. Equal input gives equal bytes. What
// comes from a repository is never shown as it is: text goes through [Printable],
// JSON has control and invisible characters as \u escapes, SARIF URIs are
// percent-encoded, and each of the other forms says what it does so that no content is active in it.
// [Deliver] takes found values out of all other fields.
//
// Handlers are for one goroutine and one report.
package report

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/unleak/unleak/scanner/finding"
)

// The formats a report can be written in.
const (
	Text  = "text"
	JSON  = "json"
	JSONL = "jsonl"
	SARIF = "sarif"
	HTML  = "html"
	// Markdown is the format of job summaries, and of accounts for an incident file.
	Markdown = "markdown"
	CSV      = "csv"
	JUnit    = "junit"
	GitHub   = "github"
	Gitleaks = "gitleaks"
)

// format is one of them: a name, the ends of the names of files that are written in it, and its renderer.
type format struct {
	name       string
	extensions []string
	new        func(io.Writer, Options) finding.Handler
}

// formats lists the formats in the order in which help names them.
func formats() []format {
	return []format{
		{Text, []string{".txt"}, func(w io.Writer, opts Options) finding.Handler { return newTextReport(w, opts) }},
		{JSON, []string{".json"}, func(w io.Writer, _ Options) finding.Handler { return newJSONReport(w) }},
		{JSONL, []string{".jsonl", ".ndjson"}, func(w io.Writer, _ Options) finding.Handler { return newJSONLReport(w) }},
		{SARIF, []string{".sarif"}, func(w io.Writer, opts Options) finding.Handler { return newSARIFReport(w, opts) }},
		{HTML, []string{".html", ".htm"}, func(w io.Writer, _ Options) finding.Handler { return newHTMLReport(w) }},
		{Markdown, []string{".md", ".markdown"}, func(w io.Writer, _ Options) finding.Handler { return newMarkdownReport(w) }},
		{CSV, []string{".csv"}, func(w io.Writer, _ Options) finding.Handler { return newCSVReport(w) }},
		{JUnit, []string{".xml"}, func(w io.Writer, _ Options) finding.Handler { return newJUnitReport(w) }},
		{GitHub, nil, func(w io.Writer, _ Options) finding.Handler { return newGitHubReport(w) }},
		{Gitleaks, nil, func(w io.Writer, _ Options) finding.Handler { return newGitleaksReport(w) }},
	}
}

// Options adjust a renderer. The zero value is right for a file.
type Options struct {
	Color   bool   // text: ANSI colors
	Verbose bool   // text: list every place, ref and gap
	Context bool   // text: show the lines round each secret, where the scan was asked for them
	Width   int    // text: columns to wrap sentences at; 80 when 0
	RunID   string // SARIF: last part of automationDetails.id, telling runs of one category apart; may be empty
}

// Formats returns the names of the formats.
func Formats() []string {
	var names []string
	for _, f := range formats() {
		names = append(names, f.name)
	}
	return names
}

// New returns a handler that writes a report to w. It is complete when End
// returned nil; w is not closed.
func New(format string, w io.Writer, opts Options) (finding.Handler, error) {
	for _, f := range formats() {
		if f.name == format {
			return f.new(w, opts), nil
		}
	}
	return nil, fmt.Errorf("unknown format %q: use one of %s", format, strings.Join(Formats(), ", "))
}

// Deliver sends a result to h with every found value taken out of the fields
// that are not secrets (see [finding.Redact]). It is how a report is to be written.
// Values of hidden findings, which the report does not show, are taken out as well. Of
// the rules those are sent that have a finding: a report is about these, and
// so says the same when it was read back by [Read].
func Deliver(h finding.Handler, header finding.Header, findings []*finding.Finding, hidden ...*finding.Finding) error {
	used := map[string]bool{}
	for _, f := range findings {
		used[f.RuleID] = true
	}
	header.Rules = rulesOf(header.Rules, used)
	header, findings = finding.Redact(header, findings, hidden...)
	return finding.Deliver(h, header, findings)
}

// rulesOf returns the rules whose ids are used, in the order in which they are listed; never nil.
func rulesOf(rules []finding.Rule, used map[string]bool) []finding.Rule {
	with := []finding.Rule{}
	for _, rule := range rules {
		if used[rule.ID] {
			with = append(with, rule)
		}
	}
	return with
}

// formatOf returns the format that a file's name ends in.
func formatOf(file string) (name string, ok bool) {
	extension := strings.ToLower(filepath.Ext(file))
	for _, f := range formats() {
		if slices.Contains(f.extensions, extension) {
			return f.name, true
		}
	}
	return "", false
}

// extensions lists the ends of file names that name a format.
func extensions() []string {
	var all []string
	for _, f := range formats() {
		all = append(all, f.extensions...)
	}
	return all
}

// FormatFor splits the value of --output: either FORMAT:FILE, or a FILE whose
// extension, such as .sarif, names the format. One
// letter before the colon is a Windows drive, not a format.
func FormatFor(output string) (format, file string, err error) {
	if prefix, rest, ok := strings.Cut(output, ":"); ok && isFormatWord(prefix) {
		switch {
		case !slices.Contains(Formats(), prefix):
			return "", "", fmt.Errorf("output %q: unknown format %q: use one of %s, or write ./%s if that is the file's name",
				output, prefix, strings.Join(Formats(), ", "), output)
		case rest == "":
			return "", "", fmt.Errorf("output %q names no file: write %s:FILE", output, prefix)
		}
		return prefix, rest, nil
	}
	format, ok := formatOf(output)
	if !ok {
		return "", "", fmt.Errorf("output %q: its extension names no format: end it in one of %s, or write FORMAT:FILE such as sarif:%s",
			output, strings.Join(extensions(), ", "), output)
	}
	return format, output, nil
}

// isFormatWord reports whether s could be meant as a format: letters only, and more
// than a drive has.
func isFormatWord(s string) bool {
	return len(s) > 1 && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
}

// Multi returns a handler that passes every call on to each of handlers in turn,
// and stops at the first error.
func Multi(handlers ...finding.Handler) finding.Handler { return multi(handlers) }

type multi []finding.Handler

func (m multi) each(call func(finding.Handler) error) error {
	for _, h := range m {
		if err := call(h); err != nil {
			return err
		}
	}
	return nil
}

func (m multi) Start(header finding.Header) error {
	return m.each(func(h finding.Handler) error { return h.Start(header) })
}

func (m multi) Finding(f *finding.Finding) error {
	return m.each(func(h finding.Handler) error { return h.Finding(f) })
}

func (m multi) End() error { return m.each(finding.Handler.End) }
