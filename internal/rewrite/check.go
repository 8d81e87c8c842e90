package rewrite

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
)

// checker compares the names of new objects with what a pack gives for them. What was copied
// was compared with its checksum then.
type checker struct {
	rewrite *Rewrite
	pack    *pack.Pack
	roots   []uint32
	next    atomic.Int64
}

// run checks delta trees until none is left.
func (c *checker) run(ctx context.Context) error {
	walker := pack.NewWalker(c.rewrite.budget)
	defer walker.Close()
	walker.Limit = c.rewrite.options.Limit
	v := &checkVisitor{checker: c}
	for {
		i := int(c.next.Add(1)) - 1
		if i >= len(c.roots) || v.err != nil {
			return v.err
		}
		if err := walker.Tree(ctx, c.pack, c.roots[i], v); err != nil {
			return err
		}
	}
}

// checkVisitor is one worker's view.
type checkVisitor struct {
	checker *checker
	err     error
}

func (v *checkVisitor) id(slot uint32) pack.ID {
	return v.checker.pack.Index().ID(v.checker.pack.Forest().Position(slot))
}

// Wanted implements [pack.Visitor].
func (v *checkVisitor) Wanted(slot uint32) bool { return v.checker.rewrite.isFresh(v.id(slot)) }

// Visit implements [pack.Visitor].
func (v *checkVisitor) Visit(o *pack.Object) {
	if id := v.id(o.Slot); gitstore.HashObject(o.Kind, o.Content) != id && v.err == nil {
		v.err = fmt.Errorf("object %s of the new pack has another content than it should: nothing was changed; please report this", id)
	}
}

// Failed implements [pack.Visitor].
func (v *checkVisitor) Failed(slot uint32, _ int64, err error) {
	if v.err == nil {
		v.err = fmt.Errorf("object %s of the new pack cannot be read back: %w", v.id(slot), err)
	}
}
