package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/spf13/cobra"

	"github.com/unleak/unleak/internal/report"
	"github.com/unleak/unleak/remediate"
)

// usageError is a mistake in how the program was called. Hint says what to
// type instead.
type usageError struct {
	err  error
	hint string
}

func (e usageError) Error() string { return e.err.Error() }
func (e usageError) Unwrap() error { return e.err }
func (e usageError) Hint() string  { return e.hint }

// usagef makes a [usageError]; its message comes from format and args.
func usagef(hint, format string, args ...any) error {
	return usageError{err: fmt.Errorf(format, args...), hint: hint}
}

// hinter is an error that knows what to do about it.
type hinter interface{ Hint() string }

// printError writes the error of a command to standard error: "error:" lines, then a "hint:" line
// where there is something to do about it.
func (a *app) printError(cmd *cobra.Command, err error) {
	a.printLines("error", err.Error())
	if hint := hintFor(cmd, err); hint != "" {
		a.printLines("hint", hint)
	}
}

// hintFor says what to do about an error: what it says itself, or else what there is to say of its kind.
func hintFor(cmd *cobra.Command, err error) string {
	var h hinter
	usage := errors.As(err, &h)
	switch {
	case usage && h.Hint() != "":
		return h.Hint()
	case errors.Is(err, remediate.ErrNothingPending):
		return "nothing is to be finished or taken back; \"unleak remediate\" makes a new plan"
	case errors.Is(err, remediate.ErrNothingRemoved):
		return "run it where \"unleak remediate --apply\" was run: what was removed is on record there, in the folder unleak of the Git folder"
	case errors.Is(err, fs.ErrNotExist):
		return "look at how the path is spelt; a relative one starts from the folder you are in"
	case errors.Is(err, fs.ErrPermission):
		return "choose another path, or run it as a user who may"
	case usage:
		return fmt.Sprintf("see %q", cmd.CommandPath()+" --help")
	}
	return ""
}

// printLines writes text to standard error, every line under label. Text may
// hold names from a hostile repository, so control characters are escaped;
// and as each line begins with label, none is a command to a CI runner.
func (a *app) printLines(label, text string) {
	for line := range strings.Lines(text) {
		fmt.Fprintf(a.Stderr, "%s: %s\n", label, defuse(report.Printable(strings.TrimRight(line, "\r\n"))))
	}
}
