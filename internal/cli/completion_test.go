package cli

import (
	"os/exec"
	"strings"
	"testing"
)

// The shells themselves take the scripts for well-formed.
func TestCompletionScriptsParse(t *testing.T) {
	for shell, check := range map[string][]string{
		"bash": {"bash", "-n"}, "zsh": {"zsh", "-n"}, "fish": {"fish", "--no-execute"},
	} {
		t.Run(shell, func(t *testing.T) {
			if _, err := exec.LookPath(check[0]); err != nil {
				t.Skip(err)
			}
			_, script, _ := inFolder(t, t.TempDir(), "completion", shell)
			command := exec.Command(check[0], append(check[1:], "/dev/stdin")...)
			command.Stdin = strings.NewReader(script)
			if out, err := command.CombinedOutput(); err != nil || script == "" {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
}
