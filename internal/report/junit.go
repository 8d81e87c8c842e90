package report

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/unleak/unleak/scanner/finding"
)

// junitReport writes JUnit XML as Jenkins, GitLab and the test reporters for GitHub read it
// (https://github.com/jenkinsci/junit-plugin, https://docs.gitlab.com/ci/testing/unit_test_reports/): one suite, in which
// each finding is a failed test case. A case says whether everything could be scanned, and is an error where it could not;
// where nothing was found, a case that passes says so.
//
// Attributes file and line of a case are what GitLab and GitHub's reporters make links of. Otherwise it is what the schema
// of Jenkins' xUnit plugin allows; its junit step takes both.
//
// Names of cases hold no lines or commits, so that a server that compares two runs takes a finding for the same one.
// Counts stand before the cases, so findings are held until the end, which [finding.Deliver] has in memory anyway.
type junitReport struct {
	out      *bufio.Writer
	header   finding.Header
	findings []*finding.Finding
}

func newJUnitReport(w io.Writer) *junitReport {
	return &junitReport{out: bufio.NewWriterSize(w, 1<<16)}
}

func (r *junitReport) Start(header finding.Header) error {
	r.header = header
	return nil
}

func (r *junitReport) Finding(f *finding.Finding) error {
	r.findings = append(r.findings, f)
	return nil
}

func (r *junitReport) End() error {
	tests, errors := len(r.findings)+1, 0
	if len(r.findings) == 0 {
		tests++
	}
	if !r.header.Coverage.Complete {
		errors++
	}
	counts := fmt.Sprintf(`tests="%d" failures="%d" errors="%d" time="0"`, tests, len(r.findings), errors)
	r.linef("%s", strings.TrimSpace(xml.Header))
	r.linef(`<testsuites name="unleak" %s>`, counts)
	r.linef(`  <testsuite name="unleak" %s>`, counts)
	r.linef(`    <properties>`)
	r.property("tool", r.header.Tool.Name+" "+r.header.Tool.Version)
	r.property("source", r.header.Source.Name)
	r.property("head", r.header.Source.Head)
	r.linef(`    </properties>`)
	r.coverage()
	if len(r.findings) == 0 {
		r.linef(`    <testcase classname="unleak" name="No secrets in what was scanned" time="0"></testcase>`)
	}
	for _, f := range r.findings {
		r.failure(f)
	}
	r.linef(`  </testsuite>`)
	r.linef(`</testsuites>`)
	if err := r.out.Flush(); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// coverage writes the case that says whether the scan is complete.
func (r *junitReport) coverage() {
	const open = `    <testcase classname="unleak" name="Everything was scanned" time="0">`
	classes := gapClasses(r.header.Coverage)
	if len(classes) == 0 {
		r.linef(open + `</testcase>`)
		return
	}
	var lines []string
	for _, class := range classes {
		text := class.what
		if class.why != "" {
			text += " (" + class.why + ")"
		}
		if class.remedy != "" {
			text += ": " + class.remedy
		}
		lines = append(lines, text)
	}
	r.linef(open)
	r.linef(`      <error type="incomplete" message="%s">%s</error>`, xmlText("The scan is incomplete: "+lines[0]), xmlText(lines...))
	r.linef(`    </testcase>`)
}

// failure writes the case of a finding. Some servers show the message and some the text, so that both say it all.
func (r *junitReport) failure(f *finding.Finding) {
	o := &f.Occurrences[f.Primary()]
	title := strings.TrimSuffix(oneLine(f.Description), ".")
	if title == "" {
		title = Printable(f.RuleID)
	}
	name := title + " (" + f.Fingerprint[:min(len(f.Fingerprint), 12)] + ")"
	attributes := ""
	if o.Path != "" {
		name = title + " in " + shown(o.Path) + strings.TrimPrefix(name, title)
		attributes = ` file="` + xmlText(o.Path) + `"`
		if o.StartLine > 0 {
			attributes += ` line="` + strconv.Itoa(o.StartLine) + `"`
		}
	}
	lines := []string{message(f), "where: " + place(r.header.Source, o)}
	for i := range f.Occurrences {
		switch other := &f.Occurrences[i]; {
		case i == f.Primary():
		case len(lines) == listed+2:
			lines = append(lines, "and "+count(len(f.Occurrences)-1-listed, "more place"))
		case len(lines) < listed+2:
			lines = append(lines, "also: "+place(r.header.Source, other))
		}
	}
	if text := since(&f.Occurrences[0]); text != "" {
		lines = append(lines, "since: "+text)
	}
	lines = append(lines, "confidence: "+confidence(f), "fingerprint: "+f.Fingerprint,
		"Next: revoke or rotate it where it was issued, then take it out of the files and the history.")
	r.linef(`    <testcase classname="%s" name="%s"%s time="0">`, xmlText("unleak."+f.RuleID), xmlText(name), attributes)
	r.linef(`      <failure type="%s" message="%s">%s</failure>`, f.Severity, xmlText(message(f)), xmlText(lines...))
	r.linef(`    </testcase>`)
}

func (r *junitReport) property(name, value string) {
	if value != "" {
		r.linef(`      <property name="%s" value="%s"></property>`, name, xmlText(value))
	}
}

// linef writes a line; the writer keeps its first error until it is flushed.
func (r *junitReport) linef(format string, args ...any) { fmt.Fprintf(r.out, format+"\n", args...) }

// xmlText returns lines as the content of an element or, if it is one, of an attribute. Characters that XML 1.0 has no
// way to write, even as references, are among those that [Printable] escapes.
func xmlText(lines ...string) string {
	var b strings.Builder
	for i, line := range lines {
		if i > 0 {
			b.WriteByte('\n')
		}
		xml.EscapeText(&b, []byte(Printable(line))) // a builder takes everything
	}
	return b.String()
}
