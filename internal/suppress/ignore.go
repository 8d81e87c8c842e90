package suppress

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// FingerprintLen is the length of a finding's fingerprint, in hex digits.
const FingerprintLen = 32

// AddIgnore adds a file in our form. A line is
//
//	FINGERPRINT [until=YYYY-MM-DD] [# reason]
//
// Fingerprints are of rule and value, and so stay the same when a history is rebased, squashed or
// rewritten, and when files are moved. With until, the entry hides nothing after that day. Empty
// lines and lines that begin with # say nothing.
//
// name is what messages call the file. Every mistake is an [*Error]; all are reported together, and
// nothing is added where there is one.
func (l *List) AddIgnore(name string, data []byte) error {
	var entries []*entry
	fingerprints := map[string]*entry{}
	var problems []error
	for number, line := range lines(data) {
		e, fingerprint, problem := parseIgnore(line)
		if e == nil && problem == "" {
			continue
		}
		if first := fingerprints[fingerprint]; problem == "" && first != nil {
			problem = fmt.Sprintf("fingerprint %s stands in %s already: remove one", fingerprint, first.at)
		}
		if problem != "" {
			problems = append(problems, &Error{name, number, problem})
			continue
		}
		e.at = fmt.Sprintf("%s:%d", name, number)
		fingerprints[fingerprint] = e
		entries = append(entries, e)
	}
	if len(problems) > 0 {
		return errors.Join(problems...)
	}
	if l.ignored == nil {
		l.ignored = map[string]*entry{}
	}
	for fingerprint, e := range fingerprints {
		// Of two files, the entry that holds longer counts.
		if other := l.ignored[fingerprint]; other == nil || !other.until.IsZero() && (e.until.IsZero() || e.until.After(other.until)) {
			l.ignored[fingerprint] = e
		}
	}
	for _, e := range entries {
		if fingerprint := e.text[:FingerprintLen]; l.ignored[strings.ToLower(fingerprint)] == e {
			l.entries = append(l.entries, e)
		}
	}
	return nil
}

// parseIgnore reads a line of ours. All results are zero for one that says nothing.
func parseIgnore(line string) (e *entry, fingerprint, problem string) {
	text := strings.TrimSpace(line)
	words, _, _ := strings.Cut(text, "#")
	fields := strings.Fields(words)
	if len(fields) == 0 {
		return nil, "", ""
	}
	fingerprint = strings.ToLower(fields[0])
	if len(fingerprint) != FingerprintLen || strings.Trim(fingerprint, "0123456789abcdef") != "" {
		hint := ""
		if strings.Count(fields[0], ":") >= 2 {
			hint = "; what gitleaks ignores belongs into .gitleaksignore"
		}
		return nil, "", fmt.Sprintf("%q is no fingerprint: write the %d hex digits that the report shows%s", shorten(fields[0]), FingerprintLen, hint)
	}
	e = &entry{text: text}
	for _, field := range fields[1:] {
		date, ok := strings.CutPrefix(field, "until=")
		if !ok {
			return nil, "", fmt.Sprintf("%q is not understood: write until=YYYY-MM-DD, and a reason behind #", shorten(field))
		}
		if !e.until.IsZero() {
			return nil, "", "until stands here twice: keep one"
		}
		var err error
		if e.until, err = time.Parse(time.DateOnly, date); err != nil {
			return nil, "", fmt.Sprintf("%q is no date: write until=YYYY-MM-DD", shorten(date))
		}
	}
	return e, fingerprint, ""
}

// lines yields the lines of a file by their numbers, from 1, without their ends.
func lines(data []byte) func(yield func(int, string) bool) {
	return func(yield func(int, string) bool) {
		number := 0
		for line := range strings.Lines(strings.TrimPrefix(string(data), "\ufeff")) {
			if number++; !yield(number, strings.TrimRight(line, "\r\n")) {
				return
			}
		}
	}
}

// shorten cuts what a message quotes.
func shorten(s string) string {
	if len(s) > 60 {
		return s[:60] + "..."
	}
	return s
}
