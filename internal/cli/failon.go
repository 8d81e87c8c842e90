package cli

import (
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/unleak/unleak/scanner/finding"
)

// failOn is the value of --fail-on: the least severity that a finding must have to be exit code 1, or never.
type failOn string

const failOnNever failOn = "never"

// failOnLevels are the values of --fail-on: the severities, worst first, and then none.
func failOnLevels() []string {
	return []string{string(finding.Critical), string(finding.High), string(finding.Medium), string(finding.Low), string(failOnNever)}
}

// addFailOn defines --fail-on with its default.
func addFailOn(flags *pflag.FlagSet, value *string, standard, usage string) {
	flags.StringVar(value, "fail-on", standard, usage)
}

// parseFailOn checks the value of --fail-on. exitZero is --exit-zero, which is short for never.
func parseFailOn(flags *pflag.FlagSet, level string, exitZero bool) (failOn, error) {
	if exitZero {
		if flags.Changed("fail-on") {
			return "", usagef("--exit-zero is the same as --fail-on never", "--exit-zero and --fail-on cannot go together")
		}
		return failOnNever, nil
	}
	if !slices.Contains(failOnLevels(), level) {
		return "", usagef("write "+strings.Join(failOnLevels(), ", "), "--fail-on %q is no severity", level)
	}
	return failOn(level), nil
}

// met reports whether one of the findings is severe enough.
func (on failOn) met(findings []*finding.Finding) bool {
	levels := failOnLevels()
	least := slices.Index(levels, string(on))
	return on != failOnNever && slices.ContainsFunc(findings, func(f *finding.Finding) bool {
		at := slices.Index(levels, string(f.Severity))
		return at <= least // a severity that is none of them, at -1, is taken for the worst
	})
}
