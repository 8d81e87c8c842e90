package audit

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/unleak/unleak/internal/audit/checklist"
	"github.com/unleak/unleak/rules"
	"github.com/unleak/unleak/scanner"
	"github.com/unleak/unleak/scanner/finding"
)

const sectionAlerts = "Alerts of GitHub"

const (
	shortestSought = 4 // bytes of a value that is searched for
	maxKeyword     = 48
	maxPlaces      = 20 // of an alert that are listed
)

// search is where the values of alerts are, by value.
type search struct {
	found    map[string]*finding.Finding
	beside   map[string][]string // files beside the objects that hold it
	complete bool
}

// seek searches everything that the repository holds for the values of alerts, each with a rule of its own. In that search no
// other rule has a say, no comment and no list of what is allowed: that a value is gone is claimed only where it was
// looked for alone.
func (a *audit) seek(ctx context.Context) (*search, error) {
	s := &search{found: map[string]*finding.Finding{}, beside: map[string][]string{}, complete: a.header.Coverage.Complete}
	set, values, err := valueRules(a.options.Alerts)
	if err != nil || set == nil {
		return s, err
	}
	result, err := scanner.Scan(ctx, scanner.Repository(a.path), scanner.Options{
		Rules: set, Jobs: a.options.Jobs, MaxObjectSize: a.options.MaxObjectSize, MemoryBudget: a.options.MemoryBudget,
		NoAllowComments: true, Progress: a.options.Progress,
	})
	if err != nil {
		return nil, err
	}
	s.complete = s.complete && result.Header.Coverage.Complete
	for _, f := range result.Findings {
		if value, ok := values[f.RuleID]; ok {
			s.found[value] = merged(s.found[value], f)
		}
	}
	// Of values that lie in one another, the scan reports the longer.
	for _, value := range values {
		if s.found[value] != nil {
			continue
		}
		for _, f := range result.Findings {
			if strings.Contains(f.Secret.Reveal(), value) {
				s.found[value] = merged(s.found[value], f)
			}
		}
	}
	around := a.layout.Surroundings()
	for _, files := range slices.Concat(around.Config, around.Hooks, around.Credentials) {
		for _, value := range values {
			if bytes.Contains(files.Content, []byte(value)) {
				s.beside[value] = append(s.beside[value], a.inGitDir(files.Name))
			}
		}
	}
	return s, nil
}

// merged adds the places of one finding to those of another: line ends make two values of one.
func merged(known, f *finding.Finding) *finding.Finding {
	if known == nil {
		copied := *f
		copied.Occurrences = slices.Clone(f.Occurrences)
		return &copied
	}
	known.Occurrences = append(known.Occurrences, f.Occurrences...)
	finding.Sort([]*finding.Finding{known})
	return known
}

// valueRules makes a rule for each value that is long enough to be searched for. The set is nil where there is none.
func valueRules(alerts []Alert) (*rules.Set, map[string]string, error) {
	values, seen := map[string]string{}, map[string]bool{}
	var file strings.Builder
	for i := range alerts {
		value := alerts[i].Secret
		if len(strings.TrimSpace(value)) < shortestSought || seen[value] {
			continue
		}
		seen[value] = true
		id := fmt.Sprintf("alert-%d", len(values)+1)
		values[id] = value
		pattern, keyword := valuePattern(value)
		fmt.Fprintf(&file, "[[rules]]\nid = %q\nregex = %s\nkeywords = [%s]\nconfidence = 'high'\n", id, quoteTOML(pattern), quoteTOML(keyword))
	}
	if len(values) == 0 {
		return nil, values, nil
	}
	set, err := rules.Load("alerts.toml", []byte(file.String()))
	if err != nil {
		return nil, nil, fmt.Errorf("a rule for the value of an alert does not load, which is a bug: %w", withoutValues{err})
	}
	return set, values, nil
}

// withoutValues is an error that may quote a value.
type withoutValues struct{ error }

func (withoutValues) Error() string { return "it is not shown, as it may quote a secret" }

// valuePattern returns an expression for a value, in which any line end stands for another, escaped or followed by an
// indentation too, and the text that it is looked for by.
func valuePattern(value string) (pattern, keyword string) {
	lines := strings.Split(strings.ReplaceAll(value, "\r\n", "\n"), "\n")
	for i, line := range lines {
		if i > 0 {
			pattern += `(?:\r?\n|\\r\\n|\\n)[ \t]{0,64}`
		}
		pattern += regexp.QuoteMeta(line)
		if len(line) > len(keyword) {
			keyword = line
		}
	}
	// Of a key block, the first line is the same in all.
	keyword = strings.ToLower(keyword)
	if len(keyword) > maxKeyword {
		cut := maxKeyword
		for cut > 0 && keyword[cut]&0xc0 == 0x80 {
			cut--
		}
		keyword = keyword[:cut]
	}
	return pattern, keyword
}

// quoteTOML is text as a basic string of TOML.
func quoteTOML(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// alerts says of each alert what it came to.
func (a *audit) alerts(ctx context.Context) error {
	if a.options.Alerts == nil {
		return nil
	}
	for i := range a.options.Alerts {
		if secret := a.options.Alerts[i].Secret; secret != "" {
			a.keep(secret)
		}
	}
	s, err := a.seek(ctx)
	if err != nil {
		return err
	}
	item := checklist.Item{ID: checklist.AlertsID, Section: sectionAlerts, Title: "No open alert of secret scanning needs action"}
	verdicts := map[checklist.Verdict]int{}
	var named []entry
	for i := range a.options.Alerts {
		given := &a.options.Alerts[i]
		judged, entries := a.judgeAlert(given, s)
		a.judged = append(a.judged, judged)
		if !given.open() {
			continue
		}
		verdicts[judged.Verdict]++
		if judged.Verdict != checklist.ActionRequired {
			continue
		}
		item.State = checklist.Fail
		e := checklist.Evidence{Text: fmt.Sprintf("alert %d, %s: %s", judged.Number, judged.Type, judged.Summary)}
		if len(judged.Evidence) > 0 {
			e.Path, e.Line, e.Commit, e.Date = judged.Evidence[0].Path, judged.Evidence[0].Line, judged.Evidence[0].Commit, judged.Evidence[0].Date
		}
		item.Evidence = append(item.Evidence, e)
		for _, one := range entries {
			if !slices.ContainsFunc(named, func(known entry) bool { return known.Fingerprint == one.Fingerprint }) {
				named = append(named, one)
			}
		}
	}
	n := verdicts[checklist.ActionRequired] + verdicts[checklist.Placeholder] + verdicts[checklist.GoneFromRepo]
	item.Summary = fmt.Sprintf("Of %s, %d %s action, %d %s gone from history, %d %s a placeholder.", count(n, "open alert"),
		verdicts[checklist.ActionRequired], verb(verdicts[checklist.ActionRequired], "needs", "need"),
		verdicts[checklist.GoneFromRepo], verb(verdicts[checklist.GoneFromRepo], "is", "are"),
		verdicts[checklist.Placeholder], verb(verdicts[checklist.Placeholder], "is", "are"))
	if n == 0 {
		item.Summary = "No alert is open."
	}
	item.Mend = a.alertSteps(item.State, named, verdicts[checklist.GoneFromRepo])
	a.add(item)
	return nil
}

func (a *audit) alertSteps(state checklist.State, named []entry, gone int) []checklist.Step {
	var steps []checklist.Step
	if state == checklist.Fail {
		steps = append(steps, revoke)
	}
	if len(named) > 0 {
		steps = append(steps, a.redactSteps(named)[1])
	}
	if gone > 0 {
		steps = append(steps, checklist.Step{Text: "Close those that are gone on GitHub, as revoked, once that is so: they were readable there."})
	}
	return steps
}
