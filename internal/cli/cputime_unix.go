//go:build unix

package cli

import (
	"time"

	"golang.org/x/sys/unix"
)

// cpuTime is the processor time that the process has used, in user mode and in the system.
func cpuTime() time.Duration {
	var usage unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &usage) != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
