package remediate_test

import (
	"context"
	"testing"

	"github.com/unleak/unleak/internal/gittest"
	"github.com/unleak/unleak/remediate"
	"github.com/unleak/unleak/remediate/account"
)

// withUnleak edits a copy with this program. What paths held must be proved to be gone; texts are left in the
// messages and binary files that the edit is not for.
func withUnleak(t *testing.T, before *gittest.Repo, e edit) rewritten {
	t.Helper()
	repo := before.Copy()
	request := remediate.Request{Paths: e.paths, Messages: e.messages, KeepIDs: e.keepIDs, Binary: "keep", NoBackup: true, Force: true}
	options := remediate.ApplyOptions{}
	if e.text != "" {
		request.ReplaceText, request.ReplaceTextName = []byte(e.text), "expressions"
		options.Verify = func(context.Context, string) (*account.Evidence, error) { return nil, nil }
	}
	plan, err := remediate.NewPlan(t.Context(), repo.Dir, request)
	if err != nil {
		t.Fatal(err)
	}
	defer plan.Close()
	if plan.Account().Empty() {
		return rewritten{Repo: repo, commits: map[string]string{}}
	}
	done, err := plan.Apply(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	if evidence := done.Evidence; e.text == "" && (evidence == nil || !evidence.Proved) {
		t.Errorf("not proved: %+v", evidence)
	}
	return rewritten{Repo: repo, commits: readCommitMap(t, done.Files.CommitMap)}
}
