package report

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/unleak/unleak/scanner/finding"
)

// annotationsShown is how many annotations of one level GitHub shows of a step. The others are dropped without a word.
const annotationsShown = 10

// githubReport writes workflow commands, which GitHub Actions shows as annotations on the lines of a pull request:
// https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
//
// A finding in a file at HEAD is an annotation there, those elsewhere are counted in one annotation of their level. Findings
// come in order of severity, so that those annotated are the worst; one notice counts the rest.
type githubReport struct {
	out       *bufio.Writer
	header    finding.Header
	totals    totals
	annotated map[string]int // by level
	left      int            // findings in files at HEAD beyond what GitHub shows
	elsewhere map[string]*elsewhere
}

// elsewhere are the findings of a level that are in no file at HEAD.
type elsewhere struct {
	totals totals
	first  []string // what the first few are
}

func newGitHubReport(w io.Writer) *githubReport {
	return &githubReport{out: bufio.NewWriter(w), totals: newTotals(), annotated: map[string]int{}, elsewhere: map[string]*elsewhere{}}
}

func (r *githubReport) Start(header finding.Header) error {
	r.header = header
	return nil
}

// atEnd is how many annotations of a level End may write: on what is elsewhere, and on an incomplete scan or in sum.
func atEnd(level string) int {
	if level == failure {
		return 1
	}
	return 2
}

// Finding writes the annotation of a finding, or counts it.
func (r *githubReport) Finding(f *finding.Finding) error {
	r.totals.add(f)
	level := annotationLevel(f.Severity)
	o := &f.Occurrences[f.Primary()]
	if !isFileAtHead(r.header.Source, o) {
		e := r.elsewhere[level]
		if e == nil {
			e = &elsewhere{totals: newTotals()}
			r.elsewhere[level] = e
		}
		if e.totals.add(f); len(e.first) < listed {
			e.first = append(e.first, message(f)+" "+place(r.header.Source, o))
		}
		return nil
	}
	if r.annotated[level] == annotationsShown-atEnd(level) {
		r.left++
		return nil
	}
	r.annotated[level]++
	r.command(level, message(f)+" Revoke or rotate it first: it is known to whoever can read the repository.", annotationPlace(f, o)...)
	return nil
}

// End writes what is said once. Nothing found is a line of the log and no annotation, which would be on every run.
func (r *githubReport) End() error {
	for _, level := range []string{failure, warning, notice} {
		if e := r.elsewhere[level]; e != nil {
			text := "Not in a file at HEAD, but in the history or elsewhere in the repository: " + e.totals.bySeverity() + ". " + strings.Join(e.first, " ")
			if more := e.totals.findings - len(e.first); more > 0 {
				text += " And " + thousands(int64(more)) + " more."
			}
			r.command(level, text, property{"title", count(e.totals.findings, "secret") + " in the history"})
		}
	}
	if classes := gapClasses(r.header.Coverage); len(classes) > 0 {
		text := "The scan is incomplete: " + classes[0].what + "."
		if classes[0].remedy != "" {
			text += " To fix this, " + classes[0].remedy + "."
		}
		if more := len(classes) - 1; more > 0 {
			text += " The full report has " + count(more, "more reason") + "."
		}
		r.command(warning, text, property{"title", "Incomplete scan"})
	}
	switch {
	case r.totals.findings > 0:
		text := r.totals.sentence()
		if r.left > 0 {
			text += " " + count(r.left, "finding") + " in files are not annotated, as GitHub shows 10 of a level at most."
		}
		r.command(notice, text+" A report in another format has all places: add --output FILE to the scan.", property{"title", "unleak"})
	case r.header.Coverage.Complete:
		fmt.Fprintln(r.out, "No secrets found; the scan is complete.")
	}
	if err := r.out.Flush(); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// The levels of annotations.
const (
	failure = "error"
	warning = "warning"
	notice  = "notice"
)

func annotationLevel(s finding.Severity) string {
	switch s {
	case finding.Critical, finding.High:
		return failure
	case finding.Medium:
		return warning
	}
	return notice
}

// isFileAtHead reports whether GitHub can show an annotation at o.
func isFileAtHead(source finding.Source, o *finding.Occurrence) bool {
	_, pseudo := pseudoPaths[o.Kind]
	inRepository := source.Kind != "folder" && source.Kind != "file" && source.Kind != "stdin"
	return o.Path != "" && !pseudo && (o.AtHead || !inRepository || source.Kind == "staged" || source.Kind == "worktree")
}

// property is one of a workflow command.
type property struct{ name, value string }

// annotationPlace are the properties that say where an annotation belongs. Columns count only on one line.
func annotationPlace(f *finding.Finding, o *finding.Occurrence) []property {
	properties := []property{{"file", o.Path}}
	add := func(name string, n int) {
		if n > 0 {
			properties = append(properties, property{name, strconv.Itoa(n)})
		}
	}
	add("line", o.StartLine)
	add("endLine", o.EndLine)
	if o.StartLine == o.EndLine {
		add("col", o.StartColumn)
		add("endColumn", o.EndColumn)
	}
	title := "Secret (" + string(f.Severity) + "): " + f.RuleID
	return append(properties, property{"title", title})
}

// command writes a workflow command: one line, in which nothing of the content is a command or ends it.
func (r *githubReport) command(level, message string, properties ...property) {
	var list []string
	for _, p := range properties {
		list = append(list, p.name+"="+escapeProperty(p.value))
	}
	fmt.Fprintf(r.out, "::%s %s::%s\n", level, strings.Join(list, ","), escapeData(message))
}

// escapeData writes text as the runner decodes it (https://github.com/actions/toolkit, packages/core/src/command.ts). Line
// breaks are escapes of ours before. "##[" is a command of the runner's older form wherever it stands in
// a line, and has no escape there: it is written as JSON would.
func escapeData(text string) string {
	text = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(Printable(text))
	return strings.ReplaceAll(text, "##[", `##\u005b`)
}

// escapeProperty is escapeData for a property, which ends at a comma and the last at a colon.
func escapeProperty(text string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(escapeData(text))
}
