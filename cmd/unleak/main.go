// Command unleak finds every secret in everything a Git repository holds and
// says exactly where each one lives. Run "unleak help scan" to begin.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"

	"github.com/unleak/unleak/internal/cli"
)

func main() {
	startHeap()
	// A reader that goes away, as in "unleak scan | head", fails one write; it must not
	// end the program before the other reports are written.
	signal.Ignore(syscall.SIGPIPE)

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal gives the signals their default action back, so that a second
	// one kills at once.
	context.AfterFunc(ctx, stop)

	os.Exit(cli.Run(ctx, cli.Env{
		Stdin:  os.Stdin,
		Stdout: os.Stdout,
		Stderr: os.Stderr,
		Getenv: os.Getenv,
	}, os.Args[1:]))
}

// startHeap lets the heap grow to 16 MiB, not 4, before the first collection: those of small
// scans would be a quarter of the time. The first one sets things right for large scans.
func startHeap() {
	if os.Getenv("GOGC") != "" {
		return
	}
	percent := debug.SetGCPercent(400)
	runtime.AddCleanup(new([1 << 10]byte), func(percent int) { debug.SetGCPercent(percent) }, percent)
}
