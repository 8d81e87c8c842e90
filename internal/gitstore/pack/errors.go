package pack

import (
	"errors"
	"fmt"
	"math"
	"runtime/debug"
)

// ErrTooLarge says that an object, or one that it is a delta against, is larger
// than the caller's limit.
var ErrTooLarge = errors.New("object is larger than the limit")

// ErrVisitor says that a visitor panicked over an object.
var ErrVisitor = errors.New("object could not be looked through")

// SizeError is an [ErrTooLarge] that knows the size, in bytes of content as declared.
type SizeError struct{ Size int64 }

func (e *SizeError) Error() string {
	return fmt.Sprintf("object of %d bytes is larger than the limit", e.Size)
}

// Unwrap makes errors.Is(err, [ErrTooLarge]) true.
func (e *SizeError) Unwrap() error { return ErrTooLarge }

// tooLarge is the error for an object of size bytes; declared sizes have 63 bits.
func tooLarge(size uint64) error { return &SizeError{int64(min(size, math.MaxInt64))} }

// sizeOf returns the size that a [SizeError] knows, or else 0.
func sizeOf(err error) int64 {
	var large *SizeError
	if errors.As(err, &large) {
		return large.Size
	}
	return 0
}

// ErrBaseMissing says that a delta's base is neither in its pack nor elsewhere.
var ErrBaseMissing = errors.New("delta base is missing")

// BaseError says that an object cannot be decoded because its delta base cannot
// be, for the reason Err.
type BaseError struct{ Err error }

func (e *BaseError) Error() string { return "its delta base cannot be read: " + e.Err.Error() }

// Unwrap returns the reason.
func (e *BaseError) Unwrap() error { return e.Err }

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
			err = fmt.Errorf("unexpected failure: %v", r)
		}
	}()
	return f()
}
