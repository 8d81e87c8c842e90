package rewrite

import (
	"context"

	"github.com/unleak/unleak/internal/gitstore/pack"
)

// notes is what becomes of the commits of refs/notes/, whose trees are named after the commits they speak of.
type notes struct {
	commits map[uint32]pack.ID // by number
	list    []renamed
	objects []madeObject
}

// renamed is a commit that changed.
type renamed struct{ old, now pack.ID }

// madeObject is a new object that is at hand.
type madeObject struct {
	id      pack.ID
	kind    pack.Kind
	content []byte
}

func (r *Rewrite) makeNotes(context.Context) error { return nil }
