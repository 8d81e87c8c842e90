package cli

import (
	"bytes"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/unleak/unleak/scanner"
)

// sampleEvery is short against a phase that matters, and its cost, some 20 µs a sample,
// against the time between two.
const sampleEvery = 20 * time.Millisecond

// meter measures one scan: the clock, the processor, and the memory by phase.
type meter struct {
	begin    time.Time
	cpu      time.Duration
	startup  time.Duration // until the scan began
	progress *scanner.Progress
	scanned  atomic.Bool       // the scan has ended, and reports are written
	peaks    map[string]memory // by phase; the sampler's until it has stopped
	stop     func()
}

// memory is what a process has in memory, in bytes.
type memory struct {
	anonymous int64 // not of mapped files: heap and stacks
	most      int64 // everything, at its most since the process began
}

// startMeter begins to measure a scan whose progress tells its phases; memory only where
// it is to be sampled. The caller calls stop, which may be called again.
func startMeter(progress *scanner.Progress, sampled bool) *meter {
	m := &meter{begin: time.Now(), cpu: cpuTime(), progress: progress, peaks: map[string]memory{}, stop: func() {}}
	if _, ok := readMemory(); !ok || !sampled {
		return m
	}
	stopped := make(chan struct{})
	var sampling sync.WaitGroup
	sampling.Go(func() {
		ticker := time.NewTicker(sampleEvery)
		defer ticker.Stop()
		for {
			m.sample()
			select {
			case <-stopped:
				m.sample()
				return
			case <-ticker.C:
			}
		}
	})
	m.stop = sync.OnceFunc(func() {
		close(stopped)
		sampling.Wait()
	})
	return m
}

// What a scan costs before and after its own phases: checking flags and reading rules,
// and writing reports.
const (
	phaseStart  = "start"
	phaseReport = "report"
)

// scanBegins ends the phase of the start.
func (m *meter) scanBegins() { m.startup = time.Since(m.begin) }

// scanEnds begins the phase of the reports.
func (m *meter) scanEnds() { m.scanned.Store(true) }

// phase is what is measured now.
func (m *meter) phase() string {
	name := m.progress.Phase()
	switch {
	case m.scanned.Load():
		return phaseReport
	case name == "":
		return phaseStart
	}
	return name
}

func (m *meter) sample() {
	phase := m.phase()
	now, _ := readMemory()
	peak := m.peaks[phase]
	m.peaks[phase] = memory{max(peak.anonymous, now.anonymous), max(peak.most, now.most)}
}

// peak is the most of all phases. The sampler must have stopped.
func (m *meter) peak() memory {
	var peak memory
	for _, p := range m.peaks {
		peak = memory{max(peak.anonymous, p.anonymous), max(peak.most, p.most)}
	}
	return peak
}

// readMemory asks Linux, by proc_pid_status(5). Other systems have no such file.
func readMemory() (memory, bool) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return memory{}, false
	}
	field := func(name string) int64 {
		_, rest, _ := bytes.Cut(status, []byte("\n"+name+":"))
		value, _, _ := bytes.Cut(bytes.TrimLeft(rest, "\t "), []byte(" kB"))
		n, _ := strconv.ParseInt(string(value), 10, 64)
		return n << 10
	}
	m := memory{anonymous: field("RssAnon"), most: field("VmHWM")}
	return m, m.most > 0
}
