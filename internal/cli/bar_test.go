package cli

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/unleak/unleak/scanner"
)

func TestBarLine(t *testing.T) {
	half := state{phase: "blobs", done: 203_530, total: 407_061, elapsed: 5 * time.Second}
	for _, test := range []struct {
		name  string
		state state
		width int
		want  string
	}{
		{"roomy", half, 90, "blobs  [==================>                  ]   49%  203,530/407,061 objects  6s left"},
		{"narrower bar", half, 66, "blobs  [======>      ]   49%  203,530/407,061 objects  6s left"},
		{"no room for a bar", half, 62, "blobs   49%  203,530/407,061 objects  6s left"},
		{"no room for objects", half, 30, "blobs   49%  6s left"},
		{"percent only", half, 12, "blobs   49%"},
		{"hardly anything", half, 4, " 49%"},
		{"nothing fits", half, 2, " 4"},
		{"no width", half, -1, ""},
		{"unknown total", state{phase: "opening", done: 1234}, 80, "opening  1,234"},
		{"begin", state{phase: "blobs", total: 10}, 60, "blobs  [>                ]    0%   0/10 objects"},
		{"end", state{phase: "blobs", done: 10, total: 10, elapsed: time.Minute}, 60, "blobs  [=================]  100%  10/10 objects"},
		{"more than announced", state{phase: "blobs", done: 11, total: 10, elapsed: time.Minute}, 60, "blobs  [=================]  100%  10/10 objects"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := barLine(test.state, test.width)
			if got != test.want {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

// Whatever the state, a line fits: one that wraps cannot be wiped.
func TestBarLineFits(t *testing.T) {
	for width := range 130 {
		for _, done := range []int64{0, 1, 999_999, 1 << 40} {
			for _, total := range []int64{0, 1, 1 << 40} {
				line := barLine(state{"commits and tags", done, total, time.Hour}, width)
				if len(line) > width {
					t.Fatalf("width %d, %d of %d: %q has %d columns", width, done, total, line, len(line))
				}
				if strings.ContainsAny(line, "\r\n") {
					t.Fatalf("%q is more than a line", line)
				}
			}
		}
	}
}

func TestTimeLeft(t *testing.T) {
	for _, test := range []struct {
		done, total int64
		elapsed     time.Duration
		want        string // empty for nothing to say
	}{
		{0, 100, time.Minute, ""},
		{50, 100, 999 * time.Millisecond, ""},
		{100, 100, time.Minute, ""},
		{50, 100, time.Second, "2s left"},
		{50, 100, 90 * time.Second, "1m30s left"},
		{1, 100, time.Minute, "1h39m left"},
		{1, 1_000_000, time.Minute, ""},
	} {
		t.Run(fmt.Sprintf("%d of %d after %s", test.done, test.total, test.elapsed), func(t *testing.T) {
			if got := timeLeft(test.done, test.total, test.elapsed); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestGrouped(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", 123456: "123,456"} {
		if got := grouped(n); got != want {
			t.Errorf("%d: got %q, want %q", n, got, want)
		}
	}
}

// The time left is that of the step under way, not of those before.
func TestPaceBeginsAnewWithEachStep(t *testing.T) {
	begin := time.Now()
	p := pace{since: begin}
	var progress scanner.Progress
	for _, moment := range []struct {
		done int64
		at   time.Duration
		want time.Duration
	}{
		{5, time.Second, time.Second},
		{90, 3 * time.Second, 3 * time.Second},
		{2, 4 * time.Second, 0},
		{50, 6 * time.Second, 2 * time.Second},
	} {
		progress.Done.Store(moment.done)
		if got := p.observe(&progress, begin.Add(moment.at)); got.elapsed != moment.want || got.done != moment.done {
			t.Errorf("after %s: got %+v, want %s", moment.at, got, moment.want)
		}
	}
}
