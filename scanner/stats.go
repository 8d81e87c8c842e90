package scanner

import "time"

// Stats is what a scan cost. It differs from run to run, and so is in no report. How many
// objects of each kind a scan read, and their bytes, is in the coverage account.
type Stats struct {
	Jobs       int // workers
	Phases     []Phase
	Matched    int64 // bytes of content that the search for keywords went over
	PeakBuffer int64 // most bytes of decoded objects held at once
}

// Phase is one step of a scan.
type Phase struct {
	Name    string
	Elapsed time.Duration
	Bytes   int64 // content of the objects that it read; 0 for phases that read none, or files
}

// phase begins a step, and ends the one before.
func (s *session) phase(name string) {
	now := time.Now()
	if n := len(s.stats.Phases); n > 0 {
		s.stats.Phases[n-1].Elapsed = now.Sub(s.started)
	}
	s.started = now
	if name != "" {
		s.stats.Phases = append(s.stats.Phases, Phase{Name: name})
		s.progress.phase.Store(&name)
	}
}
