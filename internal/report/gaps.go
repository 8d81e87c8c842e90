package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/unleak/unleak/scanner/finding"
)

// gapClass is one sort of reason why a scan is incomplete.
type gapClass struct {
	id     string // stable, for programs
	what   string // what was met, as the rest of "The scan is incomplete: "
	why    string // the reasons given, the most frequent first; may be empty
	remedy string // what to do, an imperative; may be empty
	gaps   []finding.Gap
}

// gapClasses returns every reason why the scan behind c is incomplete, none
// when it is complete.
func gapClasses(c finding.Coverage) []gapClass {
	if c.Complete {
		return nil
	}
	var classes []gapClass
	add := func(present bool, class gapClass) {
		if present {
			classes = append(classes, class)
		}
	}
	add(c.Shallow, gapClass{
		id:     "shallow-clone",
		what:   "the clone is shallow, so older history is not here",
		remedy: "run `git fetch --unshallow` (in GitHub Actions: `fetch-depth: 0` at the checkout step) and scan again",
	})
	add(c.Partial, gapClass{
		id:     "partial-clone",
		what:   "this is a partial clone, which leaves objects on the server",
		remedy: "make a clone without `--filter` and scan that",
	})
	add(len(c.Missing) > 0, gapClass{
		id:     "missing",
		what:   count(len(c.Missing), "object") + " referred to, but not in the repository",
		why:    reasons(c.Missing),
		remedy: missingRemedy(c),
		gaps:   c.Missing,
	})
	add(len(c.Corrupt) > 0, gapClass{
		id:     "corrupt",
		what:   count(len(c.Corrupt), "damaged object"),
		why:    reasons(c.Corrupt),
		remedy: "see what `git fsck --full` says, or scan a fresh clone",
		gaps:   c.Corrupt,
	})
	add(len(c.Skipped) > 0, gapClass{
		id:   "skipped",
		what: count(len(c.Skipped), "object or file", "objects or files") + " skipped",
		why:  reasons(c.Skipped),
		gaps: c.Skipped,
	})
	add(c.Omitted > 0, gapClass{
		id:   "not-listed",
		what: count(c.Omitted, "gap") + " more than this report lists",
	})
	for _, note := range c.Notes {
		add(true, gapClass{id: "note", what: strings.TrimSuffix(shown(note), ".")})
	}
	add(len(classes) == 0, gapClass{
		id:   "cut-off",
		what: "it ended before everything was read",
	})
	return classes
}

// missingRemedy is empty where another class has said how to get the objects.
func missingRemedy(c finding.Coverage) string {
	if c.Shallow || c.Partial {
		return ""
	}
	return "run `git fetch`, or scan a fresh clone"
}

// reasons sums up why, the most frequent reason first: "3: too large; 1: unreadable".
func reasons(gaps []finding.Gap) string {
	counts := map[string]int{}
	var order []string
	for _, gap := range gaps {
		if counts[gap.Reason]++; counts[gap.Reason] == 1 && gap.Reason != "" {
			order = append(order, gap.Reason)
		}
	}
	if len(order) == 0 {
		return ""
	}
	slices.SortStableFunc(order, func(a, b string) int { return counts[b] - counts[a] })
	const most = 3
	parts := make([]string, 0, most+1)
	for i, reason := range order {
		if i == most {
			parts = append(parts, count(len(order)-most, "more reason"))
			break
		}
		part := strings.TrimSuffix(shown(reason), ".")
		if len(order) > 1 {
			part = thousands(int64(counts[reason])) + ": " + part
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, "; ")
}

// count returns "1 object", "1,234 objects"; plural is noun + "s" unless given.
func count[T int | int64](n T, noun string, plural ...string) string {
	if n != 1 {
		noun = append(plural, noun+"s")[0]
	}
	return thousands(int64(n)) + " " + noun
}

// thousands writes n with commas.
func thousands(n int64) string {
	digits := strconv.FormatInt(n, 10)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// bytesText writes a size in decimal units: "8.1 GB".
func bytesText(n int64) string {
	size, unit := float64(n), "bytes"
	for _, next := range []string{"kB", "MB", "GB", "TB", "PB"} {
		if size < 999.95 {
			break
		}
		size, unit = size/1000, next
	}
	if unit == "bytes" {
		return count(n, "byte")
	}
	return fmt.Sprintf("%.1f %s", size, unit)
}

// validDate returns t as RFC 3339 can express it. Commits may claim any year, such
// dates are dropped, and any offset, which is then UTC.
func validDate(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	if _, offset := t.Zone(); offset <= -24*3600 || offset >= 24*3600 {
		t = t.UTC()
	}
	if year := t.Year(); year < 0 || year > 9999 {
		return time.Time{}
	}
	return t
}
