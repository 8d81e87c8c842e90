//go:build !windows

package cli

import (
	"errors"
	"io"
	"os"
	"syscall"
)

// showsEscapes says whether a terminal understands escape sequences.
func showsEscapes(*os.File) bool { return true }

// isBrokenPipe says whether a write failed since nobody reads any more.
func isBrokenPipe(err error) bool {
	return errors.Is(err, syscall.EPIPE) || errors.Is(err, io.ErrClosedPipe)
}
