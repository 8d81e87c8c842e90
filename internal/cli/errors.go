package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/unleak/unleak/internal/report"
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

// printError writes err to standard error: "error:" lines, then a "hint:" line
// when the error brings one.
func (a *app) printError(err error) {
	a.printLines("error", err.Error())
	var h hinter
	if errors.As(err, &h) && h.Hint() != "" {
		a.printLines("hint", h.Hint())
	}
}

// printLines writes text to standard error, every line under label. Text may
// hold names from a hostile repository, so control characters are escaped;
// and as each line begins with label, none is a command to a CI runner.
func (a *app) printLines(label, text string) {
	for line := range strings.Lines(text) {
		fmt.Fprintf(a.Stderr, "%s: %s\n", label, defuse(report.Printable(strings.TrimRight(line, "\r\n"))))
	}
}
