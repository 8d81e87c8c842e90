package gitcmd

import (
	"os"
	"os/exec"
	"syscall"
)

// detach keeps an interrupt at the terminal from git: it is for this program to decide when git ends.
func detach(cmd *exec.Cmd, c Command) {
	if !c.Remote {
		cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
	}
}

// interrupt ends git: there is no way to ask.
func interrupt(p *os.Process) error { return p.Kill() }
