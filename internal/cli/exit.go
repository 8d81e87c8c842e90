package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/unleak/unleak/internal/audit/checklist"
	"github.com/unleak/unleak/remediate/account"
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

// meaning is what an exit code says after one command.
type meaning struct {
	code int
	text string
}

// What the codes mean, by command.
var (
	scanCodes = []meaning{
		{exitClean, "the scan is complete and found nothing, or nothing that --fail-on counts"},
		{exitFindings, "there are findings (the report says whether the scan is complete)"},
		{exitFailure, "wrong usage, or the scan or a report failed"},
		{exitIncomplete, "nothing found that counts, but something could not be scanned"},
		{exitInterrupted, "interrupted; the report covers what was scanned until then"},
	}
	convertCodes = []meaning{
		{exitClean, "the report was written, whatever it says"},
		{exitFindings, "it was written, and has a finding as severe as --fail-on says"},
		{exitFailure, "wrong usage, it is no report of unleak, or a file cannot be written"},
	}
	remediateCodes = []meaning{
		{exitClean, "the plan can be applied; or it was, and nothing is left"},
		{exitFindings, "applied, but something still holds what was removed"},
		{exitFailure, "wrong usage, a check refuses the plan, or a step failed"},
		{exitIncomplete, "the scan was incomplete; or applied, and not all could be searched"},
		{exitInterrupted, "interrupted; the message says what was done, and how to go on"},
	}
	verifyCodes = []meaning{
		{exitClean, "proved: nothing of what was removed is left"},
		{exitFindings, "something still holds it; the report says what, and how it is reached"},
		{exitFailure, "wrong usage, or the search failed"},
		{exitIncomplete, "nothing found, but something could not be searched"},
		{exitInterrupted, "interrupted"},
	}
	hookRunCodes = []meaning{
		{exitClean, "nothing is in the way"},
		{exitFindings, "blocked: there are secrets in it"},
		{exitFailure, "blocked: wrong usage, or the scan failed"},
		{exitIncomplete, "blocked: not all of it could be looked at"},
		{exitInterrupted, "blocked: interrupted"},
	}
	hookStatusCodes = []meaning{
		{exitClean, "a guard stands; with HOOK, one for each of them"},
		{exitFindings, "none does"},
		{exitFailure, "wrong usage, or the hooks cannot be read"},
	}
	auditCodes = []meaning{
		{exitClean, "nothing is in the way of publishing (warnings are to be looked at)"},
		{exitFindings, "something is: at least one item fails"},
		{exitFailure, "wrong usage, or the audit or a report failed"},
		{exitIncomplete, "nothing fails, but not everything could be read"},
		{exitInterrupted, "interrupted; there is no report"},
	}
	rulesCheckCodes = []meaning{
		{exitClean, "the rules load"},
		{exitFindings, "there are warnings, with --strict"},
		{exitFailure, "wrong usage, or the rules do not load"},
	}
	rulesTestCodes = []meaning{
		{exitClean, "every rule finds its examples, and nothing that it must not"},
		{exitFindings, "one does not; the output says which, and in what text"},
		{exitFailure, "wrong usage, or the rules do not load"},
		{exitInterrupted, "interrupted"},
	}
)

// exitTable is what the help of a scan says of the exit codes.
func exitTable() string { return codeTable(scanCodes) }

// codeTable is what the help of a command says of its exit codes.
func codeTable(codes []meaning) string {
	var table strings.Builder
	for _, row := range codes {
		fmt.Fprintf(&table, "  %3d  %s\n", row.code, row.text)
	}
	return table.String()
}

// evidenceCode is the exit code that evidence stands for; there is none where nothing was searched.
func evidenceCode(e *account.Evidence) int {
	switch {
	case e != nil && e.Proved:
		return exitClean
	case e != nil && len(e.Holding) > 0:
		return exitFindings
	}
	return exitIncomplete
}

// auditCode is the exit code of an audit that ran to its end.
func auditCode(c *checklist.Checklist) int {
	switch {
	case c.State == checklist.Fail:
		return exitFindings
	case !c.Coverage.Complete:
		return exitIncomplete
	}
	return exitClean
}

// resultCode is the exit code of a scan that ran to its end. Findings count from the severity that on says; that
// nothing was left out counts in any case.
func resultCode(result *scanner.Result, on failOn) int {
	switch {
	case on.met(result.Findings):
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
