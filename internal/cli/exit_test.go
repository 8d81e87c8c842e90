package cli

import (
	"errors"
	"fmt"
	"testing"

	"github.com/unleak/unleak/scanner"
	"github.com/unleak/unleak/scanner/finding"
)

func TestResultCode(t *testing.T) {
	for _, test := range []struct {
		worst    finding.Severity // of the findings; none where empty
		complete bool
		on       failOn
		want     int
	}{
		{"", true, "low", 0},
		{"low", true, "low", 1},
		{"", false, "low", 3},
		{"low", false, "low", 1}, // findings come first
		{"", true, "never", 0},
		{"critical", true, "never", 0},
		{"", false, "never", 3}, // an incomplete scan is no success
		{"critical", false, "never", 3},
		{"medium", true, "high", 0},
		{"high", true, "high", 1},
		{"critical", true, "high", 1},
		{"high", true, "critical", 0},
		{"medium", false, "high", 3},
		{"unheard-of", true, "critical", 1},
	} {
		t.Run(fmt.Sprintf("%q, complete %v, --fail-on %s", test.worst, test.complete, test.on), func(t *testing.T) {
			result := &scanner.Result{}
			if test.worst != "" {
				result.Findings = []*finding.Finding{{Severity: test.worst}, {Severity: finding.Low}}
			}
			result.Header.Coverage.Complete = test.complete
			if got := resultCode(result, test.on); got != test.want {
				t.Errorf("got %d, want %d", got, test.want)
			}
		})
	}
}

func TestExitCode(t *testing.T) {
	for _, test := range []struct {
		err  error
		want int
	}{
		{errors.New("broken"), 2},
		{usagef("do it so", "wrong"), 2},
		{fmt.Errorf("%w early", errInterrupted), 130},
		{errors.Join(errInterrupted, nil), 130},
	} {
		if got := exitCode(test.err); got != test.want {
			t.Errorf("%v: got %d, want %d", test.err, got, test.want)
		}
	}
}
