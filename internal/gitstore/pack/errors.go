package pack

import (
	"errors"
	"fmt"
	"runtime/debug"
)

// ErrTooLarge says that an object is larger than the caller's limit.
var ErrTooLarge = errors.New("object is larger than the limit")

// ErrBaseMissing says that a delta's base is neither in its pack nor elsewhere.
var ErrBaseMissing = errors.New("delta base is missing")

// DamageError says that stored bytes do not decode. Path is the file and
// Offset the entry's place in it.
type DamageError struct {
	Path   string
	Offset uint64
	Reason string
}

func (e *DamageError) Error() string {
	return fmt.Sprintf("%s: damaged at offset %d: %s", e.Path, e.Offset, e.Reason)
}

// Guard runs f and turns a panic into an error: a bug met on hostile
// bytes, or a page fault because a mapped file shrank, is damage of one object
// and must not end the scan.

func Guard(f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("cannot decode: %v", r)
		}
	}()
	return f()
}
