package report

import (
	"strings"

	"github.com/unleak/unleak/scanner/finding"
)

// totals are what a summary counts.
type totals struct {
	findings, places, atHead int
	severities               map[finding.Severity]int
}

func newTotals() totals { return totals{severities: map[finding.Severity]int{}} }

func (t *totals) add(f *finding.Finding) {
	t.findings++
	t.places += len(f.Occurrences)
	t.severities[f.Severity]++
	if f.Occurrences[f.Primary()].AtHead {
		t.atHead++
	}
}

// sentence says what was found: "4 secrets in 14 places: 1 critical, 3 low; 2 still at HEAD."
func (t *totals) sentence() string {
	text := count(t.findings, "secret") + " in " + count(t.places, "place") + ": " + t.bySeverity()
	if t.atHead > 0 {
		text += "; " + thousands(int64(t.atHead)) + " still at HEAD"
	}
	return text + "."
}

// bySeverity is "1 critical, 3 low".
func (t *totals) bySeverity() string {
	var parts []string
	for _, severity := range severities {
		if n := t.severities[severity]; n > 0 {
			parts = append(parts, thousands(int64(n))+" "+string(severity))
		}
	}
	return strings.Join(parts, ", ")
}
