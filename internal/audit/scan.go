package audit

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/unleak/unleak/rules"
	"github.com/unleak/unleak/scanner"
	"github.com/unleak/unleak/scanner/finding"
)

// fileRule is the rule that finds the paths of which their names say what lies there. It is in no rule file, so that
// no file of rules can leave it out.
const fileRule = "audit-file-name"

// file is a path that its name gives away, with all that is known of it.
type file struct {
	path        string
	member      string // where path is an archive, the file in it
	kind        fileKind
	rule        string
	fingerprint string
	occurrences []finding.Occurrence
	held        []*finding.Finding // secrets that were found in it
}

// scan scans the repository once, for everything that the items ask about, and sorts what is found.
func (a *audit) scan(ctx context.Context) error {
	set, err := withFileRule(a.options.Rules)
	if err != nil {
		return err
	}
	result, err := scanner.Scan(ctx, scanner.Repository(a.path), scanner.Options{
		Rules:         set,
		Jobs:          a.options.Jobs,
		MaxObjectSize: a.options.MaxObjectSize,
		MemoryBudget:  a.options.MemoryBudget,
		MinConfidence: finding.ConfidenceLow, // examples are judged by what is doubtful elsewhere
		Now:           a.options.Now,
		Tool:          a.options.Tool,
		Progress:      a.options.Progress,
	})
	if err != nil {
		return err
	}
	a.all = slices.Concat(result.Findings, result.Hidden)
	hidden := len(result.Hidden)
	if a.options.Suppress != nil {
		a.options.Suppress(result)
	}
	a.suppressed = result.Hidden[hidden:]
	a.header = result.Header
	a.separate(result.Findings)
	a.sort()
	return nil
}

// withFileRule returns the rules in use and the one for names of files.
func withFileRule(set *rules.Set) (*rules.Set, error) {
	own, err := rules.Load("audit.toml", fmt.Appendf(nil, "[[rules]]\nid = %q\ndescription = 'File that its name gives away'\npath = '''%s'''\nseverity = 'high'\n", fileRule, filePattern))
	if err != nil {
		return nil, fmt.Errorf("the audit's own rule does not load, which is a bug: %w", err)
	}
	both := &rules.Set{Title: set.Title, Rules: slices.Concat(set.Rules, own.Rules)}
	slices.SortStableFunc(both.Rules, func(x, y *rules.Rule) int { return cmp.Compare(x.ID, y.ID) })
	return both, nil
}

// separate tells files by name from secrets, and what counts from what is doubtful.
func (a *audit) separate(findings []*finding.Finding) {
	type place struct{ path, member string }
	placeOf := func(f *finding.Finding) place {
		o := &f.Occurrences[0]
		return place{o.Path, memberOf(o)}
	}
	judged := map[place]bool{} // that somebody has judged
	for _, f := range a.suppressed {
		if isFile(f) {
			judged[placeOf(f)] = true
		}
	}
	byPath := map[place]int{}
	for _, f := range findings {
		switch {
		case isFile(f):
			at := placeOf(f)
			if _, known := byPath[at]; !known && !judged[at] {
				byPath[at] = len(a.files)
				a.files = append(a.files, file{path: at.path, member: at.member})
			}
			if i, ok := byPath[at]; ok {
				a.files[i].know(f)
			}
		case a.counts(f.Confidence):
			a.findings = append(a.findings, f)
		default:
			a.doubtful = append(a.doubtful, f)
		}
	}
	a.files = slices.DeleteFunc(a.files, func(f file) bool { return f.kind == ordinary })
	slices.SortFunc(a.files, func(x, y file) int {
		return cmp.Or(cmp.Compare(x.path, y.path), cmp.Compare(x.member, y.member))
	})
	if n := len(a.doubtful); n > 0 {
		s := finding.Suppressed{}
		if a.header.Suppressed != nil {
			s = *a.header.Suppressed
		}
		s.LowConfidence = n
		a.header.Suppressed = &s
	}
}

// know adds what a rule says of the file. Rules for paths other than ours may know names that we do not.
func (f *file) know(found *finding.Finding) {
	kind := kindOf(cmp.Or(f.member, f.path))
	if kind == ordinary && found.RuleID != fileRule {
		kind = credentialFile
	}
	f.kind = kind
	if f.rule == "" || f.rule == fileRule { // the other can be looked up
		f.rule, f.fingerprint = found.RuleID, found.Fingerprint
	}
	f.occurrences = found.Occurrences
}

// memberOf is the path of a file in the archive that an occurrence is in, through archives in it.
func memberOf(o *finding.Occurrence) string {
	var members []string
	for _, layer := range o.Layers {
		if layer.Member != "" {
			members = append(members, layer.Member)
		}
	}
	return strings.Join(members, "/")
}

// isFile reports whether a finding is a path and no value.
func isFile(f *finding.Finding) bool {
	return len(f.Occurrences) > 0 && f.Occurrences[0].Kind == finding.KindTreeEntry
}

func (a *audit) counts(c finding.Confidence) bool {
	order := []finding.Confidence{finding.ConfidenceLow, finding.ConfidenceMedium, finding.ConfidenceHigh}
	return slices.Index(order, c) >= slices.Index(order, a.options.MinConfidence)
}
