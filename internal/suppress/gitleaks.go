package suppress

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/unleak/unleak/scanner/finding"
)

// place is where gitleaks says that a finding is.
type place struct {
	entry  *entry // of an ignore file
	rule   string
	commit string // empty for any
	line   int    // on which the match begins
	secret string // of a baseline, where it is not redacted
}

// placeIndex has places by path.
type placeIndex map[string][]place

// AddGitleaksIgnore adds a .gitleaksignore. A line is
//
//	[COMMIT:]FILE:RULE:LINE
//
// and lines that begin with # say nothing. As gitleaks does, it goes on where a line is something else:
// these are returned, as warnings.
//
// gitleaks names a finding by the commit that added the line. Here every later version of the file has
// the secret too, at other lines; so an entry that meets one occurrence of a finding hides those at
// the same path. A rule that is not among those in use, as most of gitleaks' are not, stands for any.
func (l *List) AddGitleaksIgnore(name string, data []byte) (warnings []*Error) {
	if l.places == nil {
		l.places = placeIndex{}
	}
	for number, line := range lines(data) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		path, p, ok := parsePlace(line)
		if !ok {
			warnings = append(warnings, &Error{name, number, fmt.Sprintf("%q hides nothing: write FILE:RULE:LINE or COMMIT:FILE:RULE:LINE", shorten(line))})
			continue
		}
		p.entry = &entry{at: fmt.Sprintf("%s:%d", name, number), text: line, rule: p.rule}
		l.entries = append(l.entries, p.entry)
		l.places[path] = append(l.places[path], p)
	}
	return warnings
}

// parsePlace reads a fingerprint of gitleaks. Colons in the path are told from the others by
// the line being last and a commit being hex.
func parsePlace(text string) (path string, p place, ok bool) {
	parts := strings.Split(text, ":")
	if len(parts) < 3 {
		return "", place{}, false
	}
	n := len(parts)
	line, err := strconv.Atoi(parts[n-1])
	if err != nil || line < 0 || parts[n-2] == "" {
		return "", place{}, false
	}
	p = place{rule: parts[n-2], line: line}
	parts = parts[:n-2]
	if len(parts) > 1 && isCommit(parts[0]) {
		p.commit = strings.ToLower(parts[0])
		parts = parts[1:]
	}
	path = cleanPath(strings.Join(parts, ":"))
	return path, p, path != ""
}

func isCommit(s string) bool {
	return (len(s) == 40 || len(s) == 64) && strings.Trim(strings.ToLower(s), "0123456789abcdef") == ""
}

// cleanPath returns a path as occurrences have it: with slashes, from the root of what is scanned.
func cleanPath(path string) string {
	return strings.TrimPrefix(strings.ReplaceAll(path, `\`, "/"), "./")
}

// without returns a finding without the occurrences at paths where a place meets one of them: itself
// where there are none, nil where none is left.
func (index placeIndex) without(f *finding.Finding, inUse map[string]bool) *finding.Finding {
	if len(index) == 0 {
		return f
	}
	hidden := map[string]bool{}
	for i := range f.Occurrences {
		o := &f.Occurrences[i]
		for _, p := range index[o.Path] {
			if p.meets(f, o, inUse) {
				hidden[o.Path] = true
				if p.entry != nil {
					p.entry.matched = true
				}
			}
		}
	}
	if len(hidden) == 0 {
		return f
	}
	left := slices.DeleteFunc(slices.Clone(f.Occurrences), func(o finding.Occurrence) bool { return hidden[o.Path] })
	if len(left) == 0 {
		return nil
	}
	shown := *f
	shown.Occurrences = left
	return &shown
}

// meets reports whether an occurrence at the path of a place is meant.
func (p *place) meets(f *finding.Finding, o *finding.Occurrence, inUse map[string]bool) bool {
	if p.secret != "" { // the value says more than its line, which moves
		return sameSecret(f.Secret.Reveal(), p.secret)
	}
	if p.commit != "" && p.commit != o.Commit {
		return false
	}
	if p.line != o.StartLine && p.line != o.MatchLine {
		return false
	}
	return p.rule == f.RuleID || !inUse[p.rule]
}

// leastShared is how many bytes two values must share, at least, to be one secret cut out differently.
const leastShared = 6

// sameSecret reports whether two values are the same secret, of which other rules may have cut out more or
// less.
func sameSecret(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	return a == b || len(a) >= leastShared && strings.Contains(b, a)
}
