package report

import (
	"cmp"
	"compress/gzip"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/owenrumney/go-sarif/v2/sarif"

	"github.com/unleak/unleak/scanner/finding"
)

// sarifLimits bound a report.
type sarifLimits struct {
	rules, results int
	locations      int   // of one result, the primary one included
	gzipBytes      int64 // of the whole report when compressed
}

// githubLimits are those of a GitHub upload
// (https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning).
// A result may have 1,000 locations, but 100 are kept. Of the 10 MB some are left
// for what compression holds back and for the end of the document.
var githubLimits = sarifLimits{rules: 25_000, results: 25_000, locations: 100, gzipBytes: 9_500_000}

const (
	maxTags = 20
	maxText = 1024 // characters of a description
)

const (
	sarifSchema = "https://json.schemastore.org/sarif-2.1.0.json"
	sourceRoot  = "%SRCROOT%"
)

// sarifReport writes SARIF 2.1.0 as GitHub code scanning takes it. Findings
// come in order of severity, so what is over a limit is the least severe;
// a notification then says how many were left out.
type sarifReport struct {
	stream  *stream
	meter   *gzipMeter
	opts    Options
	limits  sarifLimits
	header  finding.Header
	rules   map[string]uint // rule id to index
	results int
	leftOut int
}

func newSARIFReport(w io.Writer, opts Options) *sarifReport {
	meter := newGzipMeter()
	return &sarifReport{stream: newStream(io.MultiWriter(w, meter)), meter: meter, opts: opts, limits: githubLimits}
}

func (r *sarifReport) Start(header finding.Header) error {
	r.header = header
	rules := keptRules(header.Rules, r.limits.rules)
	r.rules = make(map[string]uint, len(rules))
	driver := sarif.NewVersionedDriver(header.Tool.Name, cmp.Or(header.Tool.Version, "unknown"))
	for i, rule := range rules {
		r.rules[rule.ID] = uint(i)
		driver.Rules = append(driver.Rules, ruleDescriptor(rule))
	}
	s := r.stream
	s.begin("", '{')
	s.value("$schema", sarifSchema)
	s.value("version", string(sarif.Version210))
	s.begin("runs", '[')
	s.begin("", '{')
	s.value("tool", sarif.Tool{Driver: driver})
	s.value("columnKind", "unicodeCodePoints")
	s.value("originalUriBaseIds", map[string]*sarif.ArtifactLocation{
		sourceRoot: sarif.NewArtifactLocation().WithDescriptionText("The root of what was scanned."),
	})
	if provenance := versionControl(header.Source); provenance != nil {
		s.value("versionControlProvenance", []*sarif.VersionControlDetails{provenance})
	}
	// GitHub takes what stands before the last slash as the category: one per source,
	// so that the scan of a pull request does not close the alerts of the full one.
	s.value("automationDetails", sarif.NewRunAutomationDetails().
		WithID("unleak/"+cmp.Or(header.Source.Kind, "repository")+"/"+r.opts.RunID))
	s.begin("results", '[')
	return s.err
}

// keptRules returns the rules a report lists, sorted by id: all of them, or
// the most severe where there are too many.
func keptRules(rules []finding.Rule, limit int) []finding.Rule {
	rules = slices.Clone(rules)
	if len(rules) > limit {
		slices.SortStableFunc(rules, func(a, b finding.Rule) int {
			return strings.Compare(securitySeverity(b.Severity), securitySeverity(a.Severity))
		})
		rules = rules[:limit]
	}
	slices.SortFunc(rules, func(a, b finding.Rule) int { return strings.Compare(a.ID, b.ID) })
	return rules
}

func (r *sarifReport) Finding(f *finding.Finding) error {
	index, ok := r.rules[f.RuleID]
	if !ok && len(r.header.Rules) <= r.limits.rules {
		return fmt.Errorf("write report: finding %s has rule %q, which the header does not list", f.Fingerprint, f.RuleID)
	}
	if !ok || r.results == r.limits.results || r.meter.compressed() > r.limits.gzipBytes {
		r.leftOut++
		return nil
	}
	r.results++
	r.stream.value("", result(r.header.Source, f, index, r.limits.locations))
	return r.stream.err
}

func (r *sarifReport) End() error {
	s := r.stream
	s.end(']')
	s.value("invocations", []*sarif.Invocation{r.invocation()})
	s.end('}')
	s.end(']')
	s.end('}')
	return s.flush()
}

// invocation says whether everything was scanned and reported, and if not, why.
func (r *sarifReport) invocation() *sarif.Invocation {
	invocation := sarif.NewInvocation().WithExecutionSuccess(r.header.Coverage.Complete)
	notify := func(level, id, text string) {
		notification := sarif.NewNotification().WithLevel(level).WithTextMessage(escapeMessage(text)).
			WithDescriptor(sarif.NewReportingDescriptorReference().WithId("unleak/" + id))
		invocation.ToolExecutionNotifications = append(invocation.ToolExecutionNotifications, notification)
	}
	for _, class := range gapClasses(r.header.Coverage) {
		text := "The scan is incomplete: " + class.what
		if class.why != "" {
			text += " (" + class.why + ")"
		}
		text += "."
		if class.remedy != "" {
			text += " To fix this, " + class.remedy + "."
		}
		notify("error", class.id, text)
	}
	if r.leftOut > 0 {
		notify("warning", "results-left-out", fmt.Sprintf(
			"%s not in this file, as it reached a limit of code scanning; they are the least severe. The JSON report has all.",
			count(r.leftOut, "finding is", "findings are")))
	}
	if n := len(r.header.Rules) - r.limits.rules; n > 0 {
		notify("warning", "rules-left-out", fmt.Sprintf(
			"%s not in this file, nor their findings, as code scanning takes %s rules.",
			count(n, "rule is", "rules are"), thousands(int64(r.limits.rules))))
	}
	return invocation
}

// versionControl says which commit was scanned, or nil when no remote names the
// repository: SARIF has no provenance without a URI.
func versionControl(source finding.Source) *sarif.VersionControlDetails {
	uri := remoteURI(source.Remote)
	if uri == "" {
		return nil
	}
	details := sarif.NewVersionControlDetails().WithRepositoryURI(uri).
		WithMappedTo(sarif.NewArtifactLocation().WithUriBaseId(sourceRoot))
	if source.Head != "" {
		details.WithRevisionID(source.Head)
	}
	if source.Branch != "" {
		details.WithBranch(Printable(strings.TrimPrefix(source.Branch, "refs/heads/")))
	}
	return details
}

// escapeMessage writes text so that SARIF reads it as text: brackets make links there
// (section 3.11.6), and a path may have them.
func escapeMessage(text string) string {
	return strings.NewReplacer(`\`, `\\`, `[`, `\[`, `]`, `\]`).Replace(text)
}

// gzipMeter tells how large what was written to it is when compressed. It uses
// the fastest level, so that the real size is below.
type gzipMeter struct {
	*gzip.Writer
	size *byteCounter
}

type byteCounter int64

func (c *byteCounter) Write(b []byte) (int, error) {
	*c += byteCounter(len(b))
	return len(b), nil
}

func newGzipMeter() *gzipMeter {
	size := new(byteCounter)
	writer, err := gzip.NewWriterLevel(size, gzip.BestSpeed)
	if err != nil {
		writer = gzip.NewWriter(size) // not reached: the level is a valid one
	}
	return &gzipMeter{writer, size}
}

func (m *gzipMeter) compressed() int64 { return int64(*m.size) }
