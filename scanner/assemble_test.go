package scanner

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/rules"
	"github.com/unleak/unleak/scanner/finding"
)

// TestFactsDoNotDependOnPathNumbers: of one value in several paths, facts come from the same path
// whichever numbers these have, as numbers follow how the repository stores its trees.
func TestFactsDoNotDependOnPathNumbers(t *testing.T) {
	rule := &rules.Rule{ID: "test"}
	value := strings.Repeat("v", 12)
	facts := []map[string]string{
		{"expires": "2024-05-06", "issuer": "b"},
		{"expires": "2024-05-06", "issuer": "a"},
		{"expires": "2024-05-06"},
		nil,
	}
	s := &session{options: Options{Jobs: 1}}
	for _, kind := range []finding.Kind{finding.KindPath, finding.KindTreeEntry} {
		var want *finding.Finding
		for turn := range facts {
			var hits []hit
			for path := range facts {
				hits = append(hits, hit{
					object: uint32(path), kind: kind, rule: rule, value: value, facts: facts[(path+turn)%len(facts)],
					severity: string(finding.High), confidence: string(finding.ConfidenceHigh),
				})
			}
			found := s.assemble(hits, func(*hit) []finding.Occurrence { return []finding.Occurrence{{}} }, nil)
			if len(found) != 1 {
				t.Fatalf("%s: %d findings", kind, len(found))
			}
			if want == nil {
				want = found[0]
			}
			if diff := cmp.Diff(want.Facts, found[0].Facts); diff != "" {
				t.Errorf("%s: the facts are others when paths are numbered otherwise:\n%s", kind, diff)
			}
		}
	}
}
