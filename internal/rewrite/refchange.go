package rewrite

import (
	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
)

// RefChange is what becomes of one ref that is not symbolic, or of a detached HEAD.
type RefChange struct {
	// Ref is the ref as it was. A zero Target means that there was none of that name.
	Ref gitstore.Ref
	// New is what it points at afterwards; zero: it goes.
	New pack.ID
}
