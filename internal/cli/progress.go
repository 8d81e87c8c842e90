package cli

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"

	"github.com/unleak/unleak/scanner"
)

const (
	// redrawEvery is often enough to look alive, and costs nothing.
	redrawEvery = 100 * time.Millisecond
	// drawAfter spares short scans a bar that would only flicker.
	drawAfter = 300 * time.Millisecond
	// defaultWidth is for terminals that do not tell theirs.
	defaultWidth = 80
)

// showProgress draws a bar for progress on the terminal that standard error is,
// until the function it returns is called; that one wipes the bar and may be called
// again. When standard error is no terminal, or nobody wants a bar, nothing is drawn.
func (a *app) showProgress(progress *scanner.Progress) (stop func()) {
	terminal, ok := terminalOf(a.Stderr)
	if !ok || a.quiet || a.Getenv("TERM") == "dumb" {
		return func() {}
	}
	stopped := make(chan struct{})
	var drawing sync.WaitGroup
	drawing.Go(func() { draw(terminal, progress, stopped) })
	return sync.OnceFunc(func() {
		close(stopped)
		drawing.Wait()
	})
}

// draw redraws the bar until stopped is closed, then wipes it.
func draw(terminal *os.File, progress *scanner.Progress, stopped <-chan struct{}) {
	begin := time.Now()
	ticker := time.NewTicker(redrawEvery)
	defer ticker.Stop()
	drawn := 0 // columns of the line on screen
	for {
		select {
		case <-stopped:
			if drawn > 0 {
				fmt.Fprintf(terminal, "\r%s\r", strings.Repeat(" ", drawn))
			}
			return
		case <-ticker.C:
		}
		if time.Since(begin) < drawAfter {
			continue
		}
		line := barLine(state{
			phase:   progress.Phase(),
			done:    progress.Done.Load(),
			total:   progress.Total.Load(),
			elapsed: time.Since(begin),
		}, terminalWidth(terminal)-1) // the last column makes some terminals wrap
		// Blanks instead of an erase sequence: they work on every terminal.
		fmt.Fprintf(terminal, "\r%-*s", drawn, line)
		drawn = len(line)
	}
}

func terminalWidth(terminal *os.File) int {
	width, _, err := term.GetSize(int(terminal.Fd()))
	if err != nil || width <= 0 {
		return defaultWidth
	}
	return width
}
