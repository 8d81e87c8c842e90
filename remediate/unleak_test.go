package remediate_test

import (
	"testing"

	"github.com/unleak/unleak/internal/gittest"
)

// withUnleak edits a copy with this program.
func withUnleak(t *testing.T, before *gittest.Repo, e edit) rewritten {
	t.Helper()
	t.Skip("rewriting is not built yet")
	return rewritten{}
}
