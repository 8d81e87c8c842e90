package cli

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/unleak/unleak/internal/report"
)

// remediationFiles checks --format and --output, as reportFiles does for a scan. With account, what is
// written is the account of a change, and otherwise a plan or evidence, which have no Markdown.
func (a *app) remediationFiles(flags outputFlags, account bool) ([]reportFile, error) {
	known := func(format string) bool { return format == report.Text || format == report.JSON }
	if !known(flags.format) && !(account && flags.format == report.Markdown) {
		return nil, usagef("use text or json; markdown is for what --apply did", "--format: %q is no format for this", flags.format)
	}
	var files []reportFile
	seen := map[string]bool{}
	for _, flag := range flags.files {
		format, name, err := report.RemediationFormatFor(flag)
		switch {
		case err != nil:
			return nil, usageError{err: fmt.Errorf("--output: %w", err)}
		case !known(format) && !account:
			return nil, usagef("use .txt or .json; markdown is for what --apply did", "--output: %q is no format for this", format)
		case seen[filepath.Clean(name)]:
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

// writer is where one report goes, and how.
type writer struct {
	to      io.Writer
	format  string
	options report.Options
}

// writeAll has write write a report to every file and to standard output. One that fails does not stop the others.
func (a *app) writeAll(flags outputFlags, files []reportFile, write func(writer) error) error {
	var failed []error
	for _, file := range files {
		if err := writeWhole(file, func(out io.Writer) error {
			return write(writer{out, file.format, report.Options{Verbose: a.verbosely}})
		}); err != nil {
			failed = append(failed, file.failed(err))
		}
	}
	stdout := &whileRead{w: a.Stdout}
	log := &defused{w: stdout, active: a.Getenv("GITHUB_ACTIONS") == "true"}
	if err := errors.Join(write(writer{log, flags.format, a.textOptions(a.Stdout, flags.noColor)}), log.Close()); err != nil {
		failed = append(failed, fmt.Errorf("cannot write the report to standard output: %w", err))
	}
	return errors.Join(failed...)
}

// writeWhole writes a file that appears when it is complete.
func writeWhole(file reportFile, write func(io.Writer) error) error {
	out, err := report.Create(file.path)
	if err != nil {
		return err
	}
	defer out.Close()
	if err := write(out); err != nil {
		return err
	}
	return out.Commit()
}

// textOptions are for a report on a stream that may be a terminal.
func (a *app) textOptions(stream io.Writer, noColor bool) report.Options {
	options := report.Options{Verbose: a.verbosely, Color: a.wantsColor(stream, noColor)}
	if terminal, ok := terminalOf(stream); ok {
		options.Width = min(terminalWidth(terminal), maximumWidth)
	}
	return options
}
