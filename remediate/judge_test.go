package remediate_test

import (
	"context"
	"slices"
	"testing"

	"github.com/unleak/unleak/internal/gittest"
	"github.com/unleak/unleak/remediate"
	"github.com/unleak/unleak/scanner/finding"
)

// What is removed is judged file by file, at whatever depth of a folder, and is told by whom it came in.
func TestRemovedFolderIsJudged(t *testing.T) {
	r := gittest.New(t)
	r.CommitFile("keep", "1", "first")
	r.CommitFile("secrets/deep/er/key", "one", "second")
	second := r.ID("HEAD")
	r.CommitFile("secrets/deep/er/key", "two", "third")
	r.CommitFile("secrets/other", "three", "fourth")
	judged := map[string][]string{}
	p, err := remediate.NewPlan(t.Context(), r.Dir, remediate.Request{
		Paths: []string{"secrets/"},
		Judge: func(_ context.Context, name string, content []byte) ([]*finding.Finding, error) {
			judged[name] = append(judged[name], string(content))
			if string(content) != "one" {
				return nil, nil
			}
			return []*finding.Finding{{RuleID: "rule", Fingerprint: "f", Occurrences: []finding.Occurrence{{Kind: finding.KindBlob, Path: name, StartLine: 1}}}}, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	slices.Sort(judged["secrets/deep/er/key"])
	if got := judged["secrets/deep/er/key"]; !slices.Equal(got, []string{"one", "two"}) || !slices.Equal(judged["secrets/other"], []string{"three"}) {
		t.Errorf("judged %v", judged)
	}
	found := p.Account().Secrets
	if len(found) != 1 || len(found[0].Places) != 1 || found[0].Places[0].Commit != second || found[0].Since.IsZero() {
		t.Errorf("secrets are %+v, want one that came in with %s", found, second)
	}
}
