package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/unleak/unleak/internal/report"
	"github.com/unleak/unleak/scanner"
)

// outputFlags say where reports go.
type outputFlags struct {
	format  string   // for standard output
	files   []string // FILE or FORMAT:FILE
	noColor bool
	context bool // text shows the lines round secrets
}

// addOutputFlags defines the flags that say where reports go.
func addOutputFlags(flags *pflag.FlagSet, f *outputFlags) {
	flags.StringVar(&f.format, "format", "text", "write the report on standard output in this `FORMAT`: "+strings.Join(report.Formats(), ", "))
	flags.StringArrayVar(&f.files, "output", nil, "write a report to `FILE` too, in the format its extension says, or as FORMAT:FILE; may be repeated")
}

// completeOutput has shells complete the values of flags that more than one command has.
func completeOutput(cmd *cobra.Command) {
	for flag, values := range map[string][]string{"format": report.Formats(), "fail-on": failOnLevels()} {
		if err := cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)); err != nil {
			panic(err) // the flag is not defined
		}
	}
}

// reportFile is a file that a report goes to.
type reportFile struct {
	format string
	name   string // as the user gave it
	path   string // the same, from the folder of the run
}

// reportFiles checks --format and --output, and tries whether each file can be
// written, so that a mistyped folder shows at once and not after minutes of scanning.
func (a *app) reportFiles(flags outputFlags) ([]reportFile, error) {
	if _, err := report.New(flags.format, io.Discard, report.Options{}); err != nil {
		return nil, usageError{err: fmt.Errorf("--format: %w", err)}
	}
	var files []reportFile
	seen := map[string]bool{}
	for _, flag := range flags.files {
		format, name, err := report.FormatFor(flag)
		if err != nil {
			return nil, usageError{err: fmt.Errorf("--output: %w", err)}
		}
		if seen[filepath.Clean(name)] {
			return nil, usagef("give each report a file of its own", "--output names %q twice", name)
		}
		seen[filepath.Clean(name)] = true
		file := reportFile{format, name, a.path(name)}
		if err := probe(file.path); err != nil {
			return nil, file.failed(err)
		}
		files = append(files, file)
	}
	return files, nil
}

// wantsFormat reports whether any report is to be of one of the formats.
func wantsFormat(files []reportFile, flags outputFlags, formats ...string) bool {
	return slices.Contains(formats, flags.format) ||
		slices.ContainsFunc(files, func(f reportFile) bool { return slices.Contains(formats, f.format) })
}

func (f reportFile) failed(err error) error {
	return fmt.Errorf("cannot write the report %q: %w", f.name, err)
}

// probe finds out whether a file can be written. It leaves nothing behind, for the
// folder it is in may be the one to scan; and it leaves pipes and devices alone, whose
// reader would take the end of the probe for the end of the report.
func probe(path string) error {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		return nil
	}
	file, err := report.Create(path)
	if err != nil {
		return err
	}
	return file.Close()
}

// write renders the result to the file, whole or not at all.
func (f reportFile) write(result *scanner.Result, options report.Options) error {
	file, err := report.File(f.path, f.format, options)
	if err != nil {
		return f.failed(err)
	}
	if err := report.Deliver(file, result.Header, result.Findings, result.Hidden...); err != nil {
		return f.failed(errors.Join(err, file.Close()))
	}
	return nil
}

// writeReports renders the result to every file and to standard output. One that
// fails does not stop the others. Files come first: standard output may be a
// pager that waits.
func (a *app) writeReports(result *scanner.Result, files []reportFile, flags outputFlags) error {
	options := report.Options{Verbose: a.verbosely, Context: flags.context, RunID: a.Getenv("GITHUB_RUN_ID")}
	var failed []error
	for _, file := range files {
		failed = append(failed, file.write(result, options))
	}
	options.Color = a.wantsColor(a.Stdout, flags.noColor)
	if terminal, ok := terminalOf(a.Stdout); ok {
		options.Width = min(terminalWidth(terminal), maximumWidth)
	}
	if err := a.writeStdout(result, flags.format, options); err != nil {
		failed = append(failed, fmt.Errorf("cannot write the report to standard output: %w", err))
	}
	return errors.Join(failed...)
}

// maximumWidth is the length of line that still reads well, in columns.
const maximumWidth = 110

func (a *app) writeStdout(result *scanner.Result, format string, options report.Options) error {
	stdout := &whileRead{w: a.Stdout}
	log := &defused{w: stdout, active: a.Getenv("GITHUB_ACTIONS") == "true"}
	handler, err := report.New(format, log, options)
	if err != nil {
		return err
	}
	return errors.Join(report.Deliver(handler, result.Header, result.Findings, result.Hidden...), log.Close())
}
