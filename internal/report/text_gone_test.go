package report

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/unleak/unleak/scanner/finding"
)

// TestGoneSince: a report says since when HEAD has not had a secret, if it ever had.
func TestGoneSince(t *testing.T) {
	gone := finding.Occurrence{Kind: finding.KindBlob, Path: "a", Commit: id(1), Date: date(2020, 2, 3), Reachable: true,
		Refs: []string{"refs/heads/main"}, RemovedIn: id(2), RemovedAt: date(2021, 3, 4)}
	earlier, undated, never, still := gone, gone, gone, gone
	earlier.RemovedIn, earlier.RemovedAt = id(3), date(2020, 12, 1)
	undated.RemovedAt = time.Time{}
	never.RemovedIn, never.RemovedAt = "", time.Time{}
	still.RemovedIn, still.RemovedAt, still.AtHead = "", time.Time{}, true
	tests := map[string]struct {
		occurrences []finding.Occurrence
		want        string
	}{
		"the last of two": {[]finding.Occurrence{gone, earlier}, "gone from HEAD since 2021-03-04 (commit " + shortID(id(2)) + "), but on main\n"},
		"without a date":  {[]finding.Occurrence{undated}, "gone from HEAD (commit " + shortID(id(2)) + "), but on main\n"},
		"never there":     {[]finding.Occurrence{never}, "not at HEAD, but on main\n"},
		"one is left":     {[]finding.Occurrence{gone, still}, "still at HEAD; on main\n"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			handler, err := New(Text, &out, Options{Width: 200})
			if err != nil {
				t.Fatal(err)
			}
			f := &finding.Finding{RuleID: "x", Secret: finding.NewSecret(token(1, 20), ""), Severity: finding.High, Confidence: finding.ConfidenceHigh, Occurrences: test.occurrences}
			if err := finding.Deliver(handler, finding.Header{}, []*finding.Finding{f}); err != nil {
				t.Fatal(err)
			}
			if want := "now          " + test.want; !strings.Contains(out.String(), want) {
				t.Errorf("%q is not in\n%s", want, out.String())
			}
		})
	}
}

// TestLinesInText: text shows the lines round a secret only if told to, and as harmless as anything else.
func TestLinesInText(t *testing.T) {
	for _, wanted := range []bool{true, false} {
		var out bytes.Buffer
		handler, err := New(Text, &out, Options{Context: wanted})
		if err != nil {
			t.Fatal(err)
		}
		if err := Deliver(handler, finding.Header{}, hostileFindings()); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(out.String(), "\n                   3 | key = ..."); got != wanted {
			t.Errorf("lines wanted: %v, shown: %v", wanted, got)
		}
		for line := range strings.SplitSeq(out.String(), "\n") {
			if Printable(line) != line {
				t.Errorf("%q is not printable", line)
			}
		}
	}
}
