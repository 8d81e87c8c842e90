package cli

import (
	"bytes"
	"errors"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// failing is a writer that takes some bytes, then fails with err for ever.
type failing struct {
	takes  int
	err    error
	writes int
}

func (f *failing) Write(p []byte) (int, error) {
	f.writes++
	if f.takes -= len(p); f.takes < 0 {
		return 0, f.err
	}
	return len(p), nil
}

func TestWhileRead(t *testing.T) {
	pipe := &failing{takes: 3, err: syscall.EPIPE}
	if isBrokenPipe(syscall.EPIPE) { // not so on Windows, where it is never met
		w := &whileRead{w: pipe}
		for range 5 {
			if n, err := w.Write([]byte("ab")); n != 2 || err != nil {
				t.Fatalf("got %d, %v: a reader that is gone is no failure", n, err)
			}
		}
		if pipe.writes != 2 {
			t.Errorf("%d writes reached the pipe, want 2: none after the one that failed", pipe.writes)
		}
	}
	full := &whileRead{w: &failing{err: syscall.ENOSPC}}
	if _, err := full.Write([]byte("ab")); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("got %v: any other failure must show", err)
	}
}

func TestDefused(t *testing.T) {
	for _, test := range []struct{ name, in, want string }{
		{"plain", "a # b ## c\n", "a # b ## c\n"},
		{"command", "x ##[command]y\n", `x ##\u005bcommand]y` + "\n"},
		{"more signs", "####[a] ##[b]", `####\u005ba] ##\u005bb]`},
		{"end", "a##", "a##"},
		{"empty", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			for size := 1; size <= len(test.in)+1; size++ {
				var out bytes.Buffer
				w := &defused{w: &out, active: true}
				for rest := []byte(test.in); len(rest) > 0; rest = rest[min(size, len(rest)):] {
					chunk := rest[:min(size, len(rest))]
					if n, err := w.Write(chunk); n != len(chunk) || err != nil {
						t.Fatalf("got %d, %v", n, err)
					}
				}
				if err := w.Close(); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(test.want, out.String()); diff != "" {
					t.Fatalf("in writes of %d bytes (-want +got):\n%s", size, diff)
				}
			}
		})
	}
}
