package cli

import (
	"time"

	"golang.org/x/sys/windows"
)

// cpuTime is the processor time that the process has used, in user mode and in the system.
func cpuTime() time.Duration {
	var created, exited, system, user windows.Filetime
	if windows.GetProcessTimes(windows.CurrentProcess(), &created, &exited, &system, &user) != nil {
		return 0
	}
	// Durations here, not dates: Nanoseconds would take them for the latter.
	return ticks(system) + ticks(user)
}

// ticks is a duration in units of 100 ns.
func ticks(t windows.Filetime) time.Duration {
	return time.Duration(int64(t.HighDateTime)<<32|int64(t.LowDateTime)) * 100
}
