package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/unleak/unleak/scanner"
)

// The exit codes, of every command. Findings are no failure, and an incomplete
// scan is no success.
const (
	exitClean       = 0
	exitFindings    = 1
	exitFailure     = 2
	exitIncomplete  = 3
	exitInterrupted = 130 // 128 + SIGINT, as shells have it
)

// exitTable is what the help says of the exit codes.
func exitTable() string {
	var table strings.Builder
	for _, row := range []struct {
		code    int
		meaning string
	}{
		{exitClean, "the scan is complete and found nothing"},
		{exitFindings, "there are findings (the report says whether the scan is complete)"},
		{exitFailure, "wrong usage, or the scan or a report failed"},
		{exitIncomplete, "nothing found, but something could not be scanned"},
		{exitInterrupted, "interrupted; the report covers what was scanned until then"},
	} {
		fmt.Fprintf(&table, "  %3d  %s\n", row.code, row.meaning)
	}
	return table.String()
}

// resultCode is the exit code of a scan that ran to its end. With excuse
// (--exit-zero) findings do not count; that nothing was left out still does.
func resultCode(result *scanner.Result, excuse bool) int {
	switch {
	case len(result.Findings) > 0 && !excuse:
		return exitFindings
	case !result.Header.Coverage.Complete:
		return exitIncomplete
	}
	return exitClean
}

// errInterrupted ends a command whose context ended.
var errInterrupted = errors.New("interrupted")

// exitCode is the exit code of a command that returned err.
func exitCode(err error) int {
	if errors.Is(err, errInterrupted) {
		return exitInterrupted
	}
	return exitFailure
}
