package report

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/owenrumney/go-sarif/v2/sarif"

	"github.com/unleak/unleak/scanner/finding"
)

// checkSARIF fails the test where a report is not what GitHub code scanning takes.
func checkSARIF(t *testing.T, encoded []byte) *sarif.Run {
	t.Helper()
	report, err := sarif.FromBytes(encoded)
	if err != nil {
		t.Fatal(err)
	}
	if report.Schema == "" || report.Version != "2.1.0" || len(report.Runs) != 1 {
		t.Fatalf("schema %q, version %q, %d runs", report.Schema, report.Version, len(report.Runs))
	}
	var compressed bytes.Buffer
	gz := gzip.NewWriter(&compressed)
	gz.Write(encoded)
	gz.Close()
	if compressed.Len() > 10_000_000 {
		t.Errorf("%d bytes compressed", compressed.Len())
	}
	run := report.Runs[0]
	rules := run.Tool.Driver.Rules
	if len(rules) > 25_000 || len(run.Results) > 25_000 {
		t.Errorf("%d rules, %d results", len(rules), len(run.Results))
	}
	if run.Tool.Driver.Name == "" || run.ColumnKind != "unicodeCodePoints" {
		t.Errorf("driver %q, column kind %v", run.Tool.Driver.Name, run.ColumnKind)
	}
	if id := *run.AutomationDetails.ID; strings.Count(id, "/") < 2 {
		t.Errorf("automation id %q has no category and run id", id)
	}
	if !slices.IsSortedFunc(rules, func(a, b *sarif.ReportingDescriptor) int { return strings.Compare(a.ID, b.ID) }) {
		t.Error("rules are not sorted")
	}
	for _, rule := range rules {
		checkRule(t, rule)
	}
	for _, result := range run.Results {
		checkResult(t, run, result)
	}
	successful := *run.Invocations[0].ExecutionSuccessful
	for _, n := range run.Invocations[0].ToolExecutionNotifications {
		if n.Level == "error" && successful || *n.Message.Text == "" || *n.Descriptor.Id == "" {
			t.Errorf("notification %+v of a run with success %v", n, successful)
		}
	}
	return run
}

func checkRule(t *testing.T, rule *sarif.ReportingDescriptor) {
	t.Helper()
	for _, text := range []*string{&rule.ID, rule.Name, rule.ShortDescription.Text, rule.FullDescription.Text} {
		if n := len([]rune(*text)); n == 0 || n > 1024 {
			t.Errorf("rule %s: a text of %d characters", rule.ID, n)
		}
	}
	if *rule.Help.Text == "" || *rule.Help.Markdown == "" {
		t.Errorf("rule %s has no help", rule.ID)
	}
	score, ok := rule.Properties["security-severity"].(string)
	if n, err := strconv.ParseFloat(score, 64); !ok || err != nil || n <= 0 || n > 10 {
		t.Errorf("rule %s: security-severity %q", rule.ID, score)
	}
	if precision := rule.Properties["precision"]; !slices.Contains([]any{"very-high", "high", "medium", "low"}, precision) {
		t.Errorf("rule %s: precision %v", rule.ID, precision)
	}
	tags := rule.Properties["tags"].([]any)
	if len(tags) > 20 || !slices.Contains(tags, any("security")) {
		t.Errorf("rule %s: tags %v", rule.ID, tags)
	}
	if !slices.Contains([]string{"error", "warning", "note"}, rule.DefaultConfiguration.Level) {
		t.Errorf("rule %s: level %q", rule.ID, rule.DefaultConfiguration.Level)
	}
}

func checkResult(t *testing.T, run *sarif.Run, result *sarif.Result) {
	t.Helper()
	if *result.Message.Text == "" || run.Tool.Driver.Rules[*result.RuleIndex].ID != *result.RuleID {
		t.Errorf("result %q with rule %s, index %d", *result.Message.Text, *result.RuleID, *result.RuleIndex)
	}
	if len(result.Locations) != 1 || len(result.RelatedLocations) > 99 {
		t.Errorf("%d locations, %d related", len(result.Locations), len(result.RelatedLocations))
	}
	hash, _ := result.PartialFingerprints["primaryLocationLineHash"].(string)
	if digits, n, ok := strings.Cut(hash, ":"); !ok || digits == "" || n == "" {
		t.Errorf("primaryLocationLineHash %q", hash)
	}
	for _, l := range slices.Concat(result.Locations, result.RelatedLocations) {
		artifact, region := l.PhysicalLocation.ArtifactLocation, l.PhysicalLocation.Region
		u, err := url.Parse(*artifact.URI)
		switch {
		case err != nil || *artifact.URI == "":
			t.Errorf("URI %q: %v", *artifact.URI, err)
		case u.IsAbs() == (artifact.URIBaseId != nil):
			t.Errorf("URI %q with base %v", *artifact.URI, artifact.URIBaseId)
		case !u.IsAbs() && (strings.HasPrefix(*artifact.URI, "/") || u.RawQuery != "" || u.Fragment != ""):
			t.Errorf("URI %q is not a relative path", *artifact.URI)
		}
		start, end := []int{*region.StartLine, *region.StartColumn}, []int{*region.EndLine, *region.EndColumn}
		if start[0] < 1 || start[1] < 1 || end[1] < 1 || slices.Compare(start, end) >= 0 {
			t.Errorf("region from %v to %v", start, end)
		}
		if commit, _ := l.Properties["commit"].(string); commit != "" && strings.Contains(*artifact.URI+*result.RuleID+hash, commit) {
			t.Errorf("commit id %s in what GitHub tracks by", commit)
		}
	}
}

func TestSARIFIsAccepted(t *testing.T) {
	run := checkSARIF(t, render(t, SARIF, Options{}, incompleteHeader(), testFindings()))
	if *run.Invocations[0].ExecutionSuccessful {
		t.Error("an incomplete scan is called successful")
	}
	var ids []string
	for _, n := range run.Invocations[0].ToolExecutionNotifications {
		ids = append(ids, strings.TrimPrefix(*n.Descriptor.Id, "unleak/"))
	}
	if got := strings.Join(ids, " "); got != "shallow-clone missing corrupt skipped not-listed note" {
		t.Errorf("notifications: %s", got)
	}

	run = checkSARIF(t, render(t, SARIF, Options{}, completeHeader(), testFindings()))
	if in := run.Invocations[0]; !*in.ExecutionSuccessful || len(in.ToolExecutionNotifications) != 0 {
		t.Errorf("a complete scan: %+v", in)
	}
	if got := *run.AutomationDetails.ID; got != "unleak/repository/" {
		t.Errorf("automation id %q", got)
	}
}

func TestSARIFLocationLimit(t *testing.T) {
	f := testFindings()[0]
	for len(f.Occurrences) < 1500 {
		f.Occurrences = append(f.Occurrences, f.Occurrences[0])
	}
	result := checkSARIF(t, render(t, SARIF, Options{}, completeHeader(), []*finding.Finding{f})).Results[0]
	if got := result.Properties["locationsLeftOut"]; got != 1400.0 || len(result.RelatedLocations) != 99 {
		t.Errorf("%v locations left out, %d related", got, len(result.RelatedLocations))
	}
}

func TestSARIFTextLimits(t *testing.T) {
	header := completeHeader()
	header.Rules[0].Description = strings.Repeat("ö ", 3000)
	for i := range 40 {
		header.Rules[0].Tags = append(header.Rules[0].Tags, fmt.Sprint("tag", i))
	}
	checkSARIF(t, render(t, SARIF, Options{}, header, testFindings()))
}

// renderLimited renders with other limits than GitHub's.
func renderLimited(t *testing.T, limits sarifLimits, header finding.Header, findings []*finding.Finding) *sarif.Run {
	t.Helper()
	var b bytes.Buffer
	r := newSARIFReport(&b, Options{})
	r.limits = limits
	if err := Deliver(r, header, findings); err != nil {
		t.Fatal(err)
	}
	return checkSARIF(t, b.Bytes())
}

// Over a limit, the findings kept are the first, which are the most severe.
func TestSARIFResultLimits(t *testing.T) {
	tests := []struct {
		name   string
		limits sarifLimits
	}{
		{"results", sarifLimits{rules: 10, results: 200, locations: 100, gzipBytes: 1e9}},
		{"compressed size", sarifLimits{rules: 10, results: 1e9, locations: 100, gzipBytes: 100_000}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			findings := manyFindings(500, 10)
			run := renderLimited(t, test.limits, completeHeader(), findings)
			kept := len(run.Results)
			if kept == len(findings) || kept < 100 {
				t.Fatalf("%d of %d results kept", kept, len(findings))
			}
			if last := run.Results[kept-1].PartialFingerprints["unleakFingerprint/v1"]; last != findings[kept-1].Fingerprint {
				t.Errorf("the last result is %v, want %v", last, findings[kept-1].Fingerprint)
			}
			notifications := run.Invocations[0].ToolExecutionNotifications
			if len(notifications) != 1 || !strings.HasPrefix(*notifications[0].Message.Text, thousands(int64(len(findings)-kept))+" findings") {
				t.Errorf("%d of %d kept, notifications %+v", kept, len(findings), notifications)
			}
		})
	}
}

func TestSARIFRuleLimit(t *testing.T) {
	limits := githubLimits
	limits.rules = 2 // the critical and the high one
	run := renderLimited(t, limits, completeHeader(), testFindings())
	if len(run.Tool.Driver.Rules) != 2 || len(run.Results) != 3 {
		t.Errorf("%d rules, %d results", len(run.Tool.Driver.Rules), len(run.Results))
	}
	if n := len(run.Invocations[0].ToolExecutionNotifications); n != 2 {
		t.Errorf("%d notifications, want one on rules and one on findings", n)
	}
}

// Brackets make links in SARIF messages; what a rule or a value says is text.
func TestSARIFMessageIsText(t *testing.T) {
	f := testFindings()[0]
	f.Description = `a [link](1) \o/`
	run := checkSARIF(t, render(t, SARIF, Options{}, completeHeader(), []*finding.Finding{f}))
	if got := *run.Results[0].Message.Text; !strings.HasPrefix(got, `a \[link\](1) \\o/: exk_...`) {
		t.Errorf("got %q", got)
	}
}

func TestSARIFUnknownRule(t *testing.T) {
	f := testFindings()[0]
	f.RuleID = "other"
	h, err := New(SARIF, io.Discard, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := Deliver(h, completeHeader(), []*finding.Finding{f}); err == nil || !strings.Contains(err.Error(), `"other"`) {
		t.Errorf("got %v, want an error that names the rule", err)
	}
}

// BenchmarkRender writes 50,000 findings in 10 places each.
func BenchmarkRender(b *testing.B) {
	findings := manyFindings(50_000, 10)
	for _, format := range Formats() {
		b.Run(format, func(b *testing.B) {
			for b.Loop() {
				h, err := New(format, io.Discard, Options{})
				if err != nil {
					b.Fatal(err)
				}
				if err := Deliver(h, completeHeader(), findings); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// manyFindings returns findings with random ids, which do not compress.
func manyFindings(n, occurrences int) []*finding.Finding {
	findings := make([]*finding.Finding, n)
	base := testFindings()[0]
	for i := range findings {
		f := *base
		f.Secret = finding.NewSecret(token(i, 40), "")
		f.Fingerprint = hexOf(i)
		f.Occurrences = make([]finding.Occurrence, occurrences)
		for j := range f.Occurrences {
			o := base.Occurrences[0]
			o.Blob, o.Commit = hexOf(i*1000+j), hexOf(-i*1000-j-1)
			o.Path = fmt.Sprintf("src/module%d/file%d.go", i%97, j)
			o.LineHash = o.Blob[:16] + ":1"
			f.Occurrences[j] = o
		}
		findings[i] = &f
	}
	return findings
}

func hexOf(n int) string {
	x := uint64(n)
	var b strings.Builder
	for range 3 { // splitmix64
		x += 0x9e3779b97f4a7c15
		z := x
		z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		fmt.Fprintf(&b, "%016x", z^z>>31)
	}
	return b.String()[:40]
}
