package cli

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPrintError(t *testing.T) {
	for _, test := range []struct {
		name string
		err  error
		want string
	}{
		{"plain", errors.New("it broke"), "error: it broke\n"},
		{"hint", usagef("do it so", "%d wrong", 2), "error: 2 wrong\nhint: do it so\n"},
		{"hint within", fmt.Errorf("start: %w", usagef("do it so", "wrong")), "error: start: wrong\nhint: do it so\n"},
		{"several", errors.Join(errors.New("one"), errors.New("two")), "error: one\nerror: two\n"},
		{"terminal escape", errors.New("no \x1b[31mfile\a"), `error: no \x1b[31mfile\x07` + "\n"},
		{"carriage return", errors.New("a\rb\r\nc"), `error: a\rb` + "\nerror: c\n"},
		{"workflow commands", errors.New("no file x\n::error::y\n##[z]"), "error: no file x\nerror: ::error::y\n" + `error: ##\u005bz]` + "\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out bytes.Buffer
			a := &app{Env: Env{Stderr: &out}}
			a.printError(a.rootCommand(), test.err)
			if diff := cmp.Diff(test.want, out.String()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}
