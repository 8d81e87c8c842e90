package report

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/unleak/unleak/scanner/finding"
)

// sarifSample is a report for another program to validate.
type sarifSample struct {
	name     string
	header   finding.Header
	findings []*finding.Finding
}

func sarifSamples() []sarifSample {
	all := testFindings()
	gone := *all[0]
	gone.Occurrences = gone.Occurrences[:1]
	odd := *all[0]
	odd.Occurrences = slices.Clone(gone.Occurrences)
	odd.Occurrences[0].Path, odd.Occurrences[0].AtHead = "eine Datei/größe & 鍵 100%.txt", true
	ranged := completeHeader()
	ranged.Source.Kind, ranged.Source.Range = "range", "origin/main..HEAD"
	local := completeHeader()
	local.Source.Remote, local.Source.Branch, local.Source.Head = "", "", ""
	return []sarifSample{
		{"clean", completeHeader(), nil},
		{"no-remote", local, all},
		{"file-gone-from-head", completeHeader(), []*finding.Finding{&gone}},
		{"path-with-spaces-and-letters", completeHeader(), []*finding.Finding{&odd}},
		{"every-kind-of-place", incompleteHeader(), all},
		{"range", ranged, all},
		{"hostile", hostileHeader(), hostileFindings()},
		{"one-over-the-limit", completeHeader(), overTheLimit()},
	}
}

// overTheLimit is a finding more than code scanning takes, of which the last is the least severe.
func overTheLimit() []*finding.Finding {
	findings := manyFindings(githubLimits.results+1, 1)
	for i, f := range findings {
		f.Severity = severities[min(3, i*4/githubLimits.results)]
		f.Occurrences[0].AtHead = i%2 == 0
	}
	return findings
}

// TestSARIFSamples checks reports that .ci/run also has Microsoft's validator check; it names the
// folder to leave them in.
func TestSARIFSamples(t *testing.T) {
	folder := cmp.Or(os.Getenv("UNLEAK_SARIF_SAMPLES"), t.TempDir())
	for _, sample := range sarifSamples() {
		t.Run(sample.name, func(t *testing.T) {
			encoded := render(t, SARIF, Options{RunID: "17"}, sample.header, sample.findings)
			run := checkSARIF(t, encoded)
			if len(run.Results) != min(len(sample.findings), githubLimits.results) {
				t.Errorf("%d of %d results", len(run.Results), len(sample.findings))
			}
			if len(run.Results) < len(sample.findings) {
				// All are there but the last, which is of the least severity.
				for i, result := range run.Results {
					if got := result.PartialFingerprints["unleakFingerprint/v1"]; got != sample.findings[i].Fingerprint {
						t.Fatalf("result %d is %v, want %s", i, got, sample.findings[i].Fingerprint)
					}
				}
				note := *run.Invocations[0].ToolExecutionNotifications[0].Message.Text
				if last := run.Results[len(run.Results)-1]; last.Properties["severity"] != string(finding.Low) || !strings.HasPrefix(note, "1 finding is not in this file") {
					t.Errorf("the last is %v, and the note says %q", last.Properties, note)
				}
			}
			name := filepath.Join(folder, fmt.Sprint(sample.name, ".sarif"))
			if err := os.WriteFile(name, encoded, 0o600); err != nil {
				t.Fatal(err)
			}
		})
	}
}
