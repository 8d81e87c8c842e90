package scanner

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/sourcegraph/conc/iter"
	"github.com/unleak/unleak/internal/match"
	"github.com/unleak/unleak/scanner/finding"
)

// whereabouts answers where the text of a hit lives: one occurrence, without lines,
// for each place, in any order. It may answer the same slice again; it is
// asked from one goroutine.
type whereabouts func(h *hit) []finding.Occurrence

// assemble makes findings of hits: one for each rule and value, with every place
// at which no allowlist silences it. Without read, no text is read again: see [session.reread].
func (s *session) assemble(hits []hit, where whereabouts, read contents) []*finding.Finding {
	hits = s.confident(hits)
	slices.SortFunc(hits, compareHits)
	groups := map[key]*finding.Finding{}
	var found []*finding.Finding
	for i := range hits {
		h := &hits[i]
		k := key{h.rule, h.value}
		for _, o := range where(h) {
			if h.allowedAt(&o) || !h.form.CountsAt(o.Path) {
				continue
			}
			f := groups[k]
			if f == nil {
				f = s.newFinding(h)
				groups[k] = f
				found = append(found, f)
			}
			f.Severity = worse(f.Severity, finding.Severity(h.severity))
			f.Confidence = surer(f.Confidence, finding.Confidence(h.form.At(o.Path, h.confidence)))
			if o.Kind == "" {
				o.Kind = h.kind
			}
			o.StartLine, o.StartColumn = int(h.startLine), int(h.startColumn)
			o.EndLine, o.EndColumn = int(h.endLine), int(h.endColumn)
			o.MatchLine = int(h.matchLine)
			o.Layers = h.layers
			if match.IsPathRule(h.rule) {
				o.Kind = finding.KindTreeEntry
			}
			f.Occurrences = append(f.Occurrences, o)
		}
	}
	found = slices.DeleteFunc(found, func(f *finding.Finding) bool {
		if s.sureEnough(f.Confidence) {
			return false
		}
		f.Fingerprint = "" // it is not computed yet
		s.hidden = append(s.hidden, f)
		return true
	})
	s.fingerprints.halt()
	for _, f := range found {
		s.fingerprints.know(f.Fingerprint)
	}
	workers := iter.Iterator[*finding.Finding]{MaxGoroutines: s.options.Jobs}
	workers.ForEach(found, func(f **finding.Finding) {
		(*f).Fingerprint = s.fingerprints.of((*f).RuleID, (*f).Fingerprint)
		finding.Sort([]*finding.Finding{*f})
	})
	if read != nil && (s.options.LineHashes || s.options.Context > 0) {
		s.reread(found, read)
	}
	return found
}

// newFinding begins a finding. Until it is computed, Fingerprint holds what it is of.
func (s *session) newFinding(h *hit) *finding.Finding {
	f := &finding.Finding{
		RuleID:      h.rule.ID,
		Description: h.rule.Description,
		Severity:    finding.Severity(h.severity),
		Confidence:  finding.ConfidenceLow,
		Facts:       maps.Clone(h.facts),
		Fingerprint: h.value,
	}
	if expires, err := time.Parse(time.RFC3339, f.Facts["expires"]); err == nil {
		f.Facts["expired"] = strconv.FormatBool(!expires.After(s.options.Now))
	}
	if !match.IsPathRule(h.rule) {
		f.Secret = finding.NewSecret(h.value, h.rule.KnownPrefix(h.value))
	}
	if s.options.Reveal {
		f.Secret = f.Secret.Revealed()
	}
	return f
}

// compareHits orders hits so that facts come from the same one in every run. Objects have the same
// numbers wherever they are stored, but those of paths depend on how trees happen to
// be kept: among hits in paths, what they say comes first.
func compareHits(a, b hit) int {
	if c := cmp.Compare(a.kind, b.kind); c != 0 {
		return c
	}
	if a.kind == finding.KindPath || a.kind == finding.KindTreeEntry {
		if c := cmp.Or(cmp.Compare(a.rule.ID, b.rule.ID), cmp.Compare(a.value, b.value)); c != 0 {
			return c
		}
		if c := compareFacts(a.facts, b.facts); c != 0 {
			return c
		}
	}
	if c := cmp.Compare(a.object, b.object); c != 0 {
		return c
	}
	return cmp.Or(
		cmp.Compare(a.startLine, b.startLine),
		cmp.Compare(a.startColumn, b.startColumn),
		cmp.Compare(a.rule.ID, b.rule.ID),
		cmp.Compare(a.value, b.value),
		cmp.Compare(a.endLine, b.endLine),
		cmp.Compare(a.endColumn, b.endColumn),
		slices.CompareFunc(a.layers, b.layers, finding.Layer.Compare),
	)
}

// compareFacts orders facts by their names and what they say, in the order of the names.
func compareFacts(a, b map[string]string) int {
	names := slices.Sorted(maps.Keys(a))
	if c := slices.Compare(names, slices.Sorted(maps.Keys(b))); c != 0 {
		return c
	}
	for _, name := range names {
		if c := cmp.Compare(a[name], b[name]); c != 0 {
			return c
		}
	}
	return 0
}

func worse(a, b finding.Severity) finding.Severity {
	order := []finding.Severity{finding.Critical, finding.High, finding.Medium, finding.Low}
	return order[min(slices.Index(order, a), slices.Index(order, b))]
}

func surer(a, b finding.Confidence) finding.Confidence {
	order := []finding.Confidence{finding.ConfidenceHigh, finding.ConfidenceMedium, finding.ConfidenceLow}
	return order[min(slices.Index(order, a), slices.Index(order, b))]
}
