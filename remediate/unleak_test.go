package remediate_test

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/unleak/unleak/internal/gittest"
	"github.com/unleak/unleak/remediate"
	"github.com/unleak/unleak/remediate/account"
)

// withUnleak edits a copy with this program.
func withUnleak(t *testing.T, before *gittest.Repo, e edit) rewritten {
	t.Helper()
	repo := before.Copy()
	request := remediate.Request{Paths: e.paths, Messages: e.messages, KeepIDs: e.keepIDs, Binary: "keep", NoBackup: true, Force: true}
	if e.text != "" {
		request.ReplaceText, request.ReplaceTextName = []byte(e.text), "expressions"
	}
	p, err := remediate.NewPlan(t.Context(), repo.Dir, request)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if p.Account().Empty() {
		return rewritten{Repo: repo, commits: map[string]string{}}
	}
	unverified := func(context.Context, string) (*account.Evidence, error) { return nil, nil }
	a, err := p.Apply(t.Context(), remediate.ApplyOptions{Verify: unverified})
	if err != nil {
		t.Fatal(err)
	}
	return rewritten{Repo: repo, commits: readMap(t, a.Files.CommitMap)}
}

// readMap reads a map of commits: a line of words, then old id and new id.
func readMap(t *testing.T, path string) map[string]string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]string{}
	for line := range strings.Lines(string(content)) {
		if old, now, ok := strings.Cut(strings.TrimSpace(line), " "); ok && len(old) == len(gittest.NullID) {
			ids[old] = strings.TrimSpace(now)
		}
	}
	return ids
}
