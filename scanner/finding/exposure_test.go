package finding

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestExposure(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2021, 3, n, 12, 0, 0, 0, time.UTC) }
	now := day(30)
	tests := []struct {
		name        string
		occurrences []Occurrence
		want        Exposure
		duration    time.Duration
		known       bool
	}{
		{"nothing is known", []Occurrence{{HeldBy: "nothing"}}, Exposure{}, 0, false},
		{"still there", []Occurrence{{Date: day(4), AtHead: true}}, Exposure{First: day(4), AtHead: true}, 26 * 24 * time.Hour, true},
		{"gone", []Occurrence{{Date: day(4), RemovedIn: "r6", RemovedAt: day(6)}}, Exposure{First: day(4), Last: day(6), In: "r6"}, 48 * time.Hour, true},
		{
			"the last of several", []Occurrence{{Date: day(4), RemovedIn: "r9", RemovedAt: day(9)}, {Date: day(2), RemovedIn: "r6", RemovedAt: day(6)}},
			Exposure{First: day(2), Last: day(9), In: "r9"}, 7 * 24 * time.Hour, true,
		},
		{
			"one is still there", []Occurrence{{Date: day(2), RemovedIn: "r6", RemovedAt: day(6)}, {Date: day(4), AtHead: true}},
			Exposure{First: day(2), AtHead: true}, 28 * 24 * time.Hour, true,
		},
		{"never at HEAD", []Occurrence{{Date: day(4)}}, Exposure{First: day(4)}, 0, false},
		{"no date of arrival", []Occurrence{{RemovedIn: "r4", RemovedAt: day(4)}}, Exposure{Last: day(4), In: "r4"}, 0, false},
		{"dates that lie", []Occurrence{{Date: day(4), RemovedIn: "r3", RemovedAt: day(3)}}, Exposure{First: day(4), Last: day(3), In: "r3"}, 0, true},
		{"a date from the future", []Occurrence{{Date: day(31), AtHead: true}}, Exposure{First: day(31), AtHead: true}, 0, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := &Finding{Occurrences: test.occurrences}
			got := f.Exposure()
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if d, ok := got.Duration(now); d != test.duration || ok != test.known {
				t.Errorf("lasted %v, %v; want %v, %v", d, ok, test.duration, test.known)
			}
		})
	}
}
