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
		findings         int
		complete, excuse bool
		want             int
	}{
		{0, true, false, 0},
		{2, true, false, 1},
		{0, false, false, 3},
		{2, false, false, 1}, // findings come first
		{0, true, true, 0},
		{2, true, true, 0},
		{0, false, true, 3}, // an incomplete scan is no success
		{2, false, true, 3},
	} {
		t.Run(fmt.Sprintf("%d findings, complete %v, --exit-zero %v", test.findings, test.complete, test.excuse), func(t *testing.T) {
			result := &scanner.Result{Findings: make([]*finding.Finding, test.findings)}
			result.Header.Coverage.Complete = test.complete
			if got := resultCode(result, test.excuse); got != test.want {
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
