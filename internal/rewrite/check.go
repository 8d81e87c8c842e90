package rewrite

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/sourcegraph/conc/pool"
	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
)

// check reads back from a pack every object that was not copied as it was stored, those that are new and the
// rest, and compares its name with its content. What was copied was compared with its checksum then.
func (r *Rewrite) check(ctx context.Context, written pack.Written, rest []uint32) error {
	p, err := pack.Open(written.Pack)
	if err != nil {
		return fmt.Errorf("reading the new pack back: %w", err)
	}
	defer p.Close()
	if p.IndexProblem != nil {
		return fmt.Errorf("reading the new pack back: %w", p.IndexProblem)
	}
	c := &checker{rewrite: r, pack: p, wanted: newBits(p.Index().Count())}
	found := false
	want := func(id pack.ID) {
		if position, ok := p.Index().Find(id); ok {
			c.wanted.add(uint32(position))
			found = true
		}
	}
	for _, id := range r.fresh {
		want(id)
	}
	for _, object := range rest {
		want(r.table.ID(object))
	}
	if !found {
		return ctx.Err()
	}
	c.roots = p.Forest().Roots()
	workers := pool.New().WithContext(ctx).WithCancelOnError()
	for range r.options.Jobs {
		workers.Go(func(ctx context.Context) error { return c.run(ctx) })
	}
	return workers.Wait()
}

// checker compares the names of objects with what a pack gives for them.
type checker struct {
	rewrite *Rewrite
	pack    *pack.Pack
	roots   []uint32
	wanted  bits // by position in the index
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
func (v *checkVisitor) Wanted(slot uint32) bool {
	return v.checker.wanted.has(uint32(v.checker.pack.Forest().Position(slot)))
}

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
