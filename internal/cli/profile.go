package cli

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
)

// profiles writes the profiles that hidden flags ask for. Start begins the CPU
// profile; the function it returns ends it and writes the heap profile.
type profiles struct {
	cpu, memory string // files; empty for none
}

func (p profiles) start() (stop func() error, err error) {
	var cpu *os.File
	if p.cpu != "" {
		if cpu, err = os.Create(p.cpu); err != nil {
			return nil, fmt.Errorf("cannot write the CPU profile: %w", err)
		}
		if err := pprof.StartCPUProfile(cpu); err != nil {
			return nil, errors.Join(fmt.Errorf("cannot start the CPU profile: %w", err), cpu.Close())
		}
	}
	return func() error {
		var failed error
		if cpu != nil {
			pprof.StopCPUProfile()
			failed = cpu.Close()
		}
		return errors.Join(failed, p.writeMemory())
	}, nil
}

func (p profiles) writeMemory() error {
	if p.memory == "" {
		return nil
	}
	file, err := os.Create(p.memory)
	if err != nil {
		return fmt.Errorf("cannot write the memory profile: %w", err)
	}
	runtime.GC() // so that the profile shows what is live
	return errors.Join(pprof.Lookup("allocs").WriteTo(file, 0), file.Close())
}
