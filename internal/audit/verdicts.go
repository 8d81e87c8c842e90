package audit

import (
	"cmp"
	"slices"
	"strings"

	"github.com/unleak/unleak/internal/audit/checklist"
	"github.com/unleak/unleak/rules/inspect"
	"github.com/unleak/unleak/scanner/finding"
)

// judgeAlert decides about one alert. The entries are the findings it is about, that can be named in a command.
func (a *audit) judgeAlert(given *Alert, s *search) (checklist.Alert, []entry) {
	judged := checklist.Alert{
		Number: given.Number, Type: cmp.Or(given.TypeName, given.Type), URL: given.URL,
		Secret: finding.NewSecret(given.Secret, ""), State: cmp.Or(given.State, "open"), Resolution: given.Resolution,
	}
	if len(strings.TrimSpace(given.Secret)) < shortestSought {
		return a.judgeHidden(judged, given)
	}
	found, beside := s.found[given.Secret], s.beside[given.Secret]
	var entries []entry
	for _, f := range slices.Concat(a.findings, a.doubtful, a.suppressed) {
		if sameSecret(f.Secret.Reveal(), given.Secret) {
			judged.Findings = append(judged.Findings, f.Fingerprint)
			if !slices.Contains(a.suppressed, f) {
				entries = append(entries, entry{f, &f.Occurrences[0], 1})
			}
		}
	}
	switch {
	case found == nil && len(beside) == 0 && !s.complete:
		judged.Verdict = checklist.ActionRequired
		judged.Summary = "not found, but not everything could be read, so it is not proved to be gone"
		return judged, nil
	case found == nil && len(beside) == 0:
		judged.Verdict = checklist.GoneFromRepo
		judged.Summary = "nothing that this repository holds has it"
		if given.Validity == "active" {
			judged.Summary += "; GitHub says that it still works: revoke it"
		}
		return judged, nil
	}
	judged.Verdict = checklist.ActionRequired
	if found != nil {
		judged.Summary = whereabouts(found)
		judged.Evidence, judged.More = evidenceOfAlert(found)
	} else {
		judged.Summary = "in no object, but in " + strings.Join(beside, ", ")
	}
	if given.Validity != "active" && a.isStandIn(given.Secret) {
		judged.Verdict = checklist.Placeholder
		judged.Summary = "its value only holds a place; it is " + judged.Summary
		return judged, nil
	}
	switch {
	case found == nil || len(entries) > 0:
	case len(judged.Findings) > 0:
		judged.Summary += "; ignore files or a baseline say that it is none"
	default:
		judged.Summary += "; no rule counts it, so take it out with `unleak remediate --replace-text`"
	}
	return judged, entries
}

// judgeHidden decides about an alert without a value, by the place that GitHub names. That it is gone cannot be told.
func (a *audit) judgeHidden(judged checklist.Alert, given *Alert) (checklist.Alert, []entry) {
	judged.Verdict = checklist.ActionRequired
	judged.Summary = "its value is not in the file of alerts, so it cannot be told whether the repository has it: ask for the alerts without hide_secret"
	if given.First == nil || given.First.Path == "" {
		return judged, nil
	}
	var entries []entry
	for _, f := range slices.Concat(a.findings, a.doubtful) {
		for i := range f.Occurrences {
			o := &f.Occurrences[i]
			near := o.Path == given.First.Path && (given.First.Line == 0 || o.StartLine <= given.First.Line && given.First.Line <= max(o.EndLine, o.StartLine))
			if near && (given.First.Blob == "" || o.Blob == given.First.Blob) {
				entries = append(entries, entry{f, o, 1})
				judged.Findings = append(judged.Findings, f.Fingerprint)
				break
			}
		}
	}
	if len(entries) == 0 {
		judged.Summary += "; at the place that GitHub names there is no finding"
		judged.Evidence = []checklist.Evidence{{Text: "where GitHub saw it", Path: given.First.Path, Line: given.First.Line, Commit: hexID(given.First.Commit)}}
		return judged, nil
	}
	judged.Summary = "its value is not in the file of alerts; at the place that GitHub names is " + what(entries[0].Finding) + ", " + whereabouts(entries[0].Finding)
	judged.Evidence, judged.More = evidenceOfAlert(entries[0].Finding)
	return judged, entries
}

// hexID is an object id of somebody else's file, if it is one.
func hexID(id string) string {
	if len(id) != 40 || strings.Trim(id, "0123456789abcdef") != "" {
		return ""
	}
	return id
}

// sameSecret reports whether two values are one, or one is part of the other: GitHub shows a URL with its password, and
// a finding the password.
func sameSecret(found, given string) bool {
	found, given = onOneLine(found), onOneLine(given)
	if found == "" {
		return false
	}
	return found == given || len(found) >= 8 && strings.Contains(given, found) || strings.Contains(found, given)
}

// onOneLine takes line ends out of a value, escaped ones too: keys are written with all of them.
func onOneLine(value string) string {
	return strings.NewReplacer("\r", "", "\n", "", `\r`, "", `\n`, "").Replace(value)
}

// whereabouts says in a phrase where a value is, the most visible place first.
func whereabouts(f *finding.Finding) string {
	areas := map[area]int{}
	for i := range f.Occurrences {
		areas[areaOf(&f.Occurrences[i])]++
	}
	places := ", in " + count(len(f.Occurrences), "place")
	switch {
	case areas[atHead] > 0:
		return "at HEAD" + places
	case areas[staged] > 0:
		return "staged" + places
	case areas[inHistory] > 0:
		return "in history, gone from HEAD" + places
	case areas[inNotes] > 0:
		return "in notes" + places
	case areas[inStash] > 0:
		return "in the stash" + places
	}
	return "in what no branch or tag holds, and only there" + places
}

// evidenceOfAlert lists the places of a value, those at HEAD first.
func evidenceOfAlert(f *finding.Finding) (list []checklist.Evidence, more int) {
	occurrences := slices.Clone(f.Occurrences)
	slices.SortStableFunc(occurrences, func(x, y finding.Occurrence) int { return cmp.Compare(areaOf(&x), areaOf(&y)) })
	for i := range occurrences {
		if len(list) == maxPlaces {
			return list, len(occurrences) - maxPlaces
		}
		o := &occurrences[i]
		e := (&entry{&finding.Finding{}, o, 1}).evidence()
		e.Text = map[area]string{
			atHead: "at HEAD", staged: "staged", inHistory: "in history", inNotes: "in notes", inStash: "in the stash", unreached: "held by no branch or tag",
		}[areaOf(o)]
		if !isContent(o) {
			e.Text += ", in a text of kind " + string(o.Kind)
		}
		list = append(list, e)
	}
	return list, 0
}

// isStandIn reports whether a value says that it is none: by its form, or as a rule that it is made for allows it.
func (a *audit) isStandIn(value string) bool {
	text := []byte(value)
	if inspect.Placeholder(text) {
		return true
	}
	lower := strings.ToLower(value)
	for _, rule := range a.options.Rules.Rules {
		if rule.Regex == "" || rule.Key != "" || !slices.ContainsFunc(rule.Keywords, func(k string) bool { return strings.Contains(lower, k) }) {
			continue
		}
		if at := rule.Regexp().FindIndex(text); at != nil && at[0] == 0 {
			if allowed, _ := rule.AllowValue(text, text, text); allowed {
				return true
			}
		}
	}
	return false
}
