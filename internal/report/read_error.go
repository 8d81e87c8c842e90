package report

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// What a file is that is no report of ours, or not all of one.
var (
	errTooLarge = errors.New("it is larger than 256 MiB, which is more than can be read back: scan again, and write the formats that are wanted then")
	errCutOff   = errors.New("it is cut off")
	errList     = errors.New("it is a list, as gitleaks and others write it, and no report of unleak: give it one that was written " +
		"with --format json or jsonl (a report of gitleaks can be the --baseline of a scan)")
	errForeign = errors.New("it is JSON, but no report of a scan")
	errVersion = errors.New("it is of another schema_version")
)

// fault is something that no report holds: the rest of a sentence that begins with its place.
type fault string

func (f fault) Error() string { return string(f) }

func faultf(format string, args ...any) error { return fault(fmt.Sprintf(format, args...)) }

// limited counts what a reader gives, and fails where it is too much.
type limited struct {
	in         io.Reader
	read, most int64
}

func (l *limited) Read(p []byte) (int, error) {
	n, err := l.in.Read(p)
	if l.read += int64(n); l.read > l.most {
		return 0, errTooLarge
	}
	return n, err
}

// explain makes the sentence of an error: what, where, and what to do.
func (r *reading) explain(err error) error {
	var f fault
	syntax, isSyntax := errors.AsType[*json.SyntaxError](err)
	wrongType, isType := errors.AsType[*json.UnmarshalTypeError](err)
	where := cmp.Or(r.at, "it")
	switch {
	case errors.Is(err, errTooLarge), errors.Is(err, errList), errors.Is(err, errForeign), errors.Is(err, errVersion):
		return err
	case errors.Is(err, errCutOff), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return fmt.Errorf("%w after %s: write the report again", errCutOff, count(r.in.read, "byte"))
	case isSyntax:
		return fmt.Errorf("it is not valid JSON at byte %d (%w): give it a report that was written with --format json or jsonl", syntax.Offset, err)
	case isType:
		return fmt.Errorf("%s has a %s where %s is of another type: write the report again with --format json (%w)", where, wrongType.Value, wrongType.Field, err)
	case errors.As(err, &f):
		return fmt.Errorf("%s %w: write the report again, or use the version of unleak that wrote it", where, err)
	}
	return fmt.Errorf("%s cannot be read: %w", where, err)
}
