package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"runtime/debug"
	"time"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/report"
	"github.com/unleak/unleak/scanner"
)

// scanStats is what --stats writes; docs/performance.md describes it. What the system does
// not tell is left out.
type scanStats struct {
	Version    string      `json:"version"`
	Jobs       int         `json:"jobs"`
	Scan       scanCost    `json:"scan"`
	DecodeOnly *decodeCost `json:"decode_only,omitempty"`
}

// scanCost is of a scan from its start to its last report.
type scanCost struct {
	Seconds       float64              `json:"seconds"`
	CPUSeconds    float64              `json:"cpu_seconds,omitempty"`
	Phases        []phaseCost          `json:"phases"`
	Objects       map[string]kindCount `json:"objects"`
	ExpandedBytes int64                `json:"expanded_bytes"` // of objects and files
	TextBytes     int64                `json:"text_bytes"`     // the same without trees
	MatchedBytes  int64                `json:"matched_bytes"`
	PeakBuffer    int64                `json:"peak_buffer_bytes"`
	PeakResident  int64                `json:"peak_resident_bytes,omitempty"`
	PeakAnonymous int64                `json:"peak_anonymous_bytes,omitempty"`
}

type phaseCost struct {
	Name          string  `json:"name"`
	Seconds       float64 `json:"seconds"`
	Bytes         int64   `json:"bytes,omitempty"`
	PeakAnonymous int64   `json:"peak_anonymous_bytes,omitempty"`
}

type kindCount struct {
	Count int64 `json:"count"`
	Bytes int64 `json:"bytes"`
}

type decodeCost struct {
	Seconds     float64 `json:"seconds"`
	OpenSeconds float64 `json:"open_seconds"`
	CPUSeconds  float64 `json:"cpu_seconds,omitempty"`
	Objects     int64   `json:"objects"`
	Bytes       int64   `json:"bytes"`
	PackedBytes int64   `json:"packed_bytes"`
	PeakBuffer  int64   `json:"peak_buffer_bytes"`
}

// cost sums up a scan that has ended, its reports included.
func (m *meter) cost(result *scanner.Result) scanCost {
	total, cpu := time.Since(m.begin), cpuTime()-m.cpu
	m.stop()
	peak := m.peak()
	c := scanCost{
		Seconds: seconds(total), CPUSeconds: seconds(cpu),
		Objects:      map[string]kindCount{},
		MatchedBytes: result.Stats.Matched, PeakBuffer: result.Stats.PeakBuffer,
		PeakResident: peak.most, PeakAnonymous: peak.anonymous,
	}
	phase := func(name string, elapsed time.Duration, bytes int64) {
		c.Phases = append(c.Phases, phaseCost{name, seconds(elapsed), bytes, m.peaks[name].anonymous})
	}
	phase(phaseStart, m.startup, 0)
	rest := total - m.startup
	for _, p := range result.Stats.Phases {
		phase(p.Name, p.Elapsed, p.Bytes)
		rest -= p.Elapsed
	}
	phase(phaseReport, rest, 0)
	for _, kind := range result.Header.Coverage.Kinds {
		c.Objects[kind.Kind] = kindCount{kind.Scanned, kind.Bytes}
		switch kind.Kind {
		case "commit", "tag", "blob", "file":
			c.TextBytes += kind.Bytes
			c.ExpandedBytes += kind.Bytes
		case "tree":
			c.ExpandedBytes += kind.Bytes
		}
	}
	return c
}

// seconds is a duration to the microsecond.
func seconds(d time.Duration) float64 { return float64(d.Round(time.Microsecond).Microseconds()) / 1e6 }

// String tells of the cost in a line.
func (c scanCost) String() string {
	text := fmt.Sprintf("read %s, searched %s of it; %s of decoded objects at most",
		megabytes(c.ExpandedBytes), megabytes(c.MatchedBytes), megabytes(c.PeakBuffer))
	if c.PeakResident > 0 {
		text += fmt.Sprintf(", %s of memory, %s without mapped files", megabytes(c.PeakResident), megabytes(c.PeakAnonymous))
	}
	if c.CPUSeconds > 0 {
		text += fmt.Sprintf("; %.3fs of processor time", c.CPUSeconds)
	}
	return text
}

func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }

// statsFile is where the statistics go; the zero value is nowhere.
type statsFile struct{ name, path string }

// statsFile checks --stats, as reportFiles does --output.
func (a *app) statsFile(name string, reports []reportFile) (statsFile, error) {
	if name == "" {
		return statsFile{}, nil
	}
	f := statsFile{name, a.path(name)}
	for _, other := range reports {
		if filepath.Clean(other.path) == filepath.Clean(f.path) {
			return f, usagef("give each a file of its own", "--stats and --output both name %q", name)
		}
	}
	if err := probe(f.path); err != nil {
		return f, f.failed(err)
	}
	return f, nil
}

func (f statsFile) failed(err error) error {
	return fmt.Errorf("cannot write the statistics %q: %w", f.name, err)
}

func (f statsFile) write(stats scanStats) error {
	text, err := json.MarshalIndent(stats, "", "  ")
	if err != nil {
		return f.failed(err)
	}
	file, err := report.Create(f.path)
	if err != nil {
		return f.failed(err)
	}
	if _, err := file.Write(append(text, '\n')); err != nil {
		return f.failed(errors.Join(err, file.Close()))
	}
	if err := file.Commit(); err != nil {
		return f.failed(err)
	}
	return file.Close()
}

// decodeOnly measures the walk that a scan is compared with; nil for a source that has none.
func decodeOnly(ctx context.Context, source scanner.Source, options scanner.Options) (*decodeCost, error) {
	debug.FreeOSMemory() // the scan's garbage is not this walk's
	begin := cpuTime()
	floor, err := scanner.Floor(ctx, source, options)
	if err != nil || floor == nil {
		return nil, err
	}
	return &decodeCost{
		Seconds: seconds(floor.Open + floor.Decode), OpenSeconds: seconds(floor.Open), CPUSeconds: seconds(cpuTime() - begin),
		Objects: floor.Objects, Bytes: floor.Bytes, PackedBytes: floor.Stored, PeakBuffer: floor.PeakBuffer,
	}, nil
}

// writeStats tells what a scan cost: in a note, and in the file if one was asked for. A scan
// that was interrupted is not followed by the walk to compare it with.
func (a *app) writeStats(ctx context.Context, m *meter, result *scanner.Result, file statsFile, source scanner.Source, options scanner.Options) error {
	cost := m.cost(result)
	a.notef("%s", cost)
	if file.name == "" {
		return nil
	}
	stats := scanStats{Version: unleak.Version(), Jobs: result.Stats.Jobs, Scan: cost}
	if ctx.Err() == nil {
		decode, err := decodeOnly(ctx, source, options)
		if err != nil && ctx.Err() == nil {
			return file.failed(err)
		}
		stats.DecodeOnly = decode
	}
	return file.write(stats)
}
