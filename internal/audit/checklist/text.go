package checklist

import (
	"slices"

	"github.com/unleak/unleak/scanner/finding"
)

// MapText returns a copy of c in which text was applied to every string that may hold content of the repository or of
// its owner: the source, the coverage, summaries, evidence, steps and what alerts say. Ids, states and
// fixed words stay as they are. The copy shares nothing with c that text could change.
func (c *Checklist) MapText(text func(string) string) *Checklist {
	mapped := *c
	header := finding.Header{Source: c.Source, Coverage: c.Coverage, Suppressed: c.Suppressed}.MapText(text)
	mapped.Source, mapped.Coverage, mapped.Suppressed = header.Source, header.Coverage, header.Suppressed
	mapped.Items = slices.Clone(c.Items)
	for i := range mapped.Items {
		item := &mapped.Items[i]
		item.Summary = text(item.Summary)
		item.Evidence = mapEvidence(item.Evidence, text)
		item.Mend = slices.Clone(item.Mend)
		for j := range item.Mend {
			step := &item.Mend[j]
			step.Text, step.Command = text(step.Text), text(step.Command)
		}
	}
	mapped.Alerts = slices.Clone(c.Alerts)
	for i := range mapped.Alerts {
		alert := &mapped.Alerts[i]
		alert.Type, alert.URL, alert.Summary = text(alert.Type), text(alert.URL), text(alert.Summary)
		alert.State, alert.Resolution = text(alert.State), text(alert.Resolution)
		alert.Evidence = mapEvidence(alert.Evidence, text)
	}
	return &mapped
}

func mapEvidence(list []Evidence, text func(string) string) []Evidence {
	mapped := slices.Clone(list)
	for i := range mapped {
		mapped[i].Text, mapped[i].Path = text(mapped[i].Text), text(mapped[i].Path)
	}
	return mapped
}
