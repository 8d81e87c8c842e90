package cli

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/unleak/unleak/internal/report"
	"github.com/unleak/unleak/scanner"
)

// convertFlags are the flags of "unleak convert".
type convertFlags struct {
	outputFlags
	failOn string
}

func (a *app) convertCommand() *cobra.Command {
	flags := &convertFlags{}
	cmd := &cobra.Command{
		Use:   "convert REPORT",
		Short: "Write a saved report in another format",
		Long: `Convert reads a report that "unleak scan" wrote as JSON or JSON lines, and writes
it in any other format: the same bytes that the scan itself would have written.
Nothing is scanned, and no repository or rule file is needed. REPORT is a file,
or - for standard input.

What the report does not have cannot be had from it: values are as redacted as
they are there, and the lines around a secret, which the HTML report shows, are
in it if the scan was asked for them (--context 2).

Exit codes:
` + codeTable(convertCodes),
		Example: `  # One scan, and whatever is wanted of it later
  unleak scan --output scan.json
  unleak convert scan.json --output scan.sarif --output scan.csv

  # What a saved report says, for people
  unleak convert scan.json

  # A gate: exit code 1 from high on
  unleak convert scan.json --format github --fail-on high`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usagef("write unleak convert REPORT.json --format FORMAT, or - for standard input", "convert takes one report, but got %d", len(args))
			}
			return nil
		},
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkEmpty(cmd.Flags()); err != nil {
				return err
			}
			on, err := parseFailOn(cmd.Flags(), flags.failOn, false)
			if err != nil {
				return err
			}
			return a.convert(flags, args[0], on)
		},
	}
	addOutputFlags(cmd.Flags(), &flags.outputFlags)
	addFailOn(cmd.Flags(), &flags.failOn, string(failOnNever),
		"exit 1 if a finding is at least this severe: `SEVERITY` is critical, high, medium, low or never")
	cmd.Flags().BoolVar(&flags.noColor, "no-color", false, "no colors; so does NO_COLOR in the environment")
	cmd.Flags().BoolVarP(&a.verbosely, "verbose", "v", false, "in text, list every place, ref and gap")
	cmd.Flags().SortFlags = false
	completeOutput(cmd)
	return cmd
}

// convert runs "unleak convert" on the report called name and leaves the exit code in a.code.
func (a *app) convert(flags *convertFlags, name string, on failOn) error {
	files, err := a.reportFiles(flags.outputFlags)
	if err != nil {
		return err
	}
	result, err := a.readReport(name)
	if err != nil {
		return err
	}
	if err := a.writeReports(result, files, flags.outputFlags); err != nil {
		return err
	}
	if on.met(result.Findings) {
		a.code = exitFindings
	}
	return nil
}

// readReport reads a saved report. What it says of rules is all that is known of them.
func (a *app) readReport(name string) (*scanner.Result, error) {
	var in io.Reader = a.Stdin
	shown := "standard input"
	if name != "-" {
		file, err := os.Open(a.path(name))
		if err != nil {
			return nil, usageError{err: fmt.Errorf("cannot read the report: %w", err)}
		}
		defer file.Close()
		in, shown = file, fmt.Sprintf("%q", name)
	}
	header, findings, err := report.Read(in)
	if err != nil {
		return nil, fmt.Errorf("cannot convert %s: %w", shown, err)
	}
	return &scanner.Result{Header: header, Findings: findings}, nil
}
