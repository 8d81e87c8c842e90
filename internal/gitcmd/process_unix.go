//go:build unix

package gitcmd

import (
	"os"
	"os/exec"
	"syscall"
)

// detach keeps an interrupt at the terminal from git: it is for this program to decide when git
// ends. A command that talks to another machine stays, as SSH may ask the terminal for something.
func detach(cmd *exec.Cmd, c Command) {
	if !c.Remote {
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	}
	cmd.ExtraFiles = c.Inherit
}

// interrupt asks git to end: it removes its lock files then.
func interrupt(p *os.Process) error { return p.Signal(syscall.SIGTERM) }
