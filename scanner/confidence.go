package scanner

import (
	"cmp"
	"slices"

	"github.com/unleak/unleak/internal/match"
	"github.com/unleak/unleak/scanner/finding"
)

// confidences, surest first.
var confidences = [...]finding.Confidence{finding.ConfidenceHigh, finding.ConfidenceMedium, finding.ConfidenceLow}

// sureEnough reports whether findings of a confidence are to be shown.
func (s *session) sureEnough(c finding.Confidence) bool {
	least := cmp.Or(s.options.MinConfidence, finding.ConfidenceLow)
	return slices.Index(confidences[:], c) <= slices.Index(confidences[:], least)
}

// sure returns the hits that are sure enough by themselves.
func (s *session) sure(hits []hit) []hit {
	var sure []hit
	for i := range hits {
		if s.sureEnough(finding.Confidence(hits[i].confidence)) {
			sure = append(sure, hits[i])
		}
	}
	return sure
}

// confident leaves out the hits of secrets that are nowhere found with the confidence asked
// for. It goes before everything that costs time for each hit.
func (s *session) confident(hits []hit) []hit {
	sure, doubtful := map[key]bool{}, map[key]bool{}
	for i := range hits {
		k := key{hits[i].rule, hits[i].value}
		if s.sureEnough(finding.Confidence(hits[i].confidence)) {
			sure[k] = true
		} else {
			doubtful[k] = true
		}
	}
	for k := range doubtful {
		if sure[k] {
			delete(doubtful, k)
		} else {
			s.hide(k)
		}
	}
	if len(doubtful) == 0 {
		return hits
	}
	return slices.DeleteFunc(hits, func(h hit) bool { return doubtful[key{h.rule, h.value}] })
}

// hide notes a finding that is not shown.
func (s *session) hide(k key) {
	f := &finding.Finding{RuleID: k.rule.ID, Description: k.rule.Description, Confidence: finding.ConfidenceLow}
	if !match.IsPathRule(k.rule) { // whose value is a path, and no secret
		f.Secret = finding.NewSecret(k.value, k.rule.KnownPrefix(k.value))
	}
	s.hidden = append(s.hidden, f)
}

// suppressed accounts for what is not shown.
func (s *session) suppressed() *finding.Suppressed {
	if len(s.hidden) == 0 {
		return nil
	}
	return &finding.Suppressed{LowConfidence: len(s.hidden)}
}
