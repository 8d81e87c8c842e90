package cli

import (
	"bytes"
	"io"
	"strings"
)

// whileRead is a writer that swallows everything once the reader of the pipe
// behind it has gone away: "unleak scan | head" is no failure.
type whileRead struct {
	w    io.Writer
	gone bool
}

func (w *whileRead) Write(p []byte) (int, error) {
	if w.gone {
		return len(p), nil
	}
	n, err := w.w.Write(p)
	if err != nil && isBrokenPipe(err) {
		w.gone = true
		return len(p), nil
	}
	return n, err
}

// defused is a writer that keeps repository content from being a command to the
// runner of GitHub Actions, which obeys "##[" wherever a line of a log holds it.
// The bracket is written as \u005b, which JSON reads back as the same string. Commands
// of the "::" form begin a line, where a report has content of none but its own.
//
// The caller calls Close at the end, which leaves the underlying writer open.
type defused struct {
	w      io.Writer
	active bool   // otherwise everything passes as it is
	held   []byte // a "#" or "##" at the end of what was written, not passed on yet
}

func (d *defused) Write(p []byte) (int, error) {
	if !d.active {
		return d.w.Write(p)
	}
	text := []byte(defuse(string(append(d.held, p...))))
	keep := 0
	for keep < 2 && bytes.HasSuffix(text[:len(text)-keep], []byte("#")) {
		keep++
	}
	_, err := d.w.Write(text[:len(text)-keep])
	d.held = append([]byte(nil), text[len(text)-keep:]...)
	if err != nil {
		return 0, err
	}
	return len(p), nil
}

// defuse rewrites the bracket of what GitHub Actions would take for a command.
func defuse(text string) string { return strings.ReplaceAll(text, "##[", `##\u005b`) }

// Close passes on what was held back.
func (d *defused) Close() error {
	if len(d.held) == 0 {
		return nil
	}
	_, err := d.w.Write(d.held)
	d.held = nil
	return err
}
