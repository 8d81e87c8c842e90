package cli

import (
	"io"
	"os"

	"golang.org/x/term"
)

// terminalOf returns the terminal that stream is, if it is one.
func terminalOf(stream any) (*os.File, bool) {
	file, ok := stream.(*os.File)
	return file, ok && term.IsTerminal(int(file.Fd()))
}

// wantsColor says whether the text report on out may be colored: on a terminal
// that shows colors, unless --no-color or NO_COLOR (https://no-color.org: set and
// not empty) is against it.
func (a *app) wantsColor(out io.Writer, never bool) bool {
	if never || a.Getenv("NO_COLOR") != "" || a.Getenv("TERM") == "dumb" {
		return false
	}
	terminal, ok := terminalOf(out)
	return ok && showsEscapes(terminal)
}
