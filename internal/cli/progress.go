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
	pace := pace{since: begin}
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
		case now := <-ticker.C:
			moment := pace.observe(progress, now)
			if now.Sub(begin) < drawAfter {
				continue
			}
			line := barLine(moment, terminalWidth(terminal)-1) // the last column makes some terminals wrap
			// Blanks instead of an erase sequence: they work on every terminal.
			fmt.Fprintf(terminal, "\r%-*s", drawn, line)
			drawn = len(line)
		}
	}
}

// pace follows a scan through its steps. Each counts its objects from zero, at a
// speed of its own.
type pace struct {
	since time.Time // begin of the step
	done  int64
}

func (p *pace) observe(progress *scanner.Progress, now time.Time) state {
	done := progress.Done.Load()
	if done < p.done {
		p.since = now
	}
	p.done = done
	phase := progress.Phase()
	if phase == "" {
		phase = "opening"
	}
	return state{phase, done, progress.Total.Load(), now.Sub(p.since)}
}

func terminalWidth(terminal *os.File) int {
	width, _, err := term.GetSize(int(terminal.Fd()))
	if err != nil || width <= 0 {
		return defaultWidth
	}
	return width
}
