package pack

import (
	"context"
	"fmt"
)

// Object is one decoded object of a walk. Content and what Delta and BaseContent
// point at belong to the walker: they are valid until the visitor returns, and
// must not be written.
type Object struct {
	Slot    uint32
	Kind    Kind
	Content []byte
	// HasBase says that the object is stored as a delta against the object at
	// slot Base of the same pack, and that this one was visited before:
	// Delta gives Content from BaseContent.
	HasBase     bool
	Base        uint32
	BaseContent []byte
	Delta       Delta
	Copies      []Copy // what Delta copies, or most of it: see [Delta.Apply]
	// HasChildren says that other objects may be stored as deltas against this one. What
	// the visitor sets as Memo, they are given as BaseMemo, unless memory was short.
	HasChildren    bool
	Memo, BaseMemo Memo
}

// Memo is what a visitor keeps with an object for those that are made from it.
type Memo interface {
	// Release is called once, when no more of them come, from whichever walker had the last.
	Release()
	// Size is the memory in bytes that it takes, which does not change. It counts against the
	// budget.
	Size() int
}

// Visitor receives what a walk meets. Its methods are called from the walker's
// goroutine.
type Visitor interface {
	// Wanted says whether Visit is to be called for the object at slot. One that
	// is not wanted is decoded only when a wanted one needs it.
	Wanted(slot uint32) bool
	Visit(*Object)
	// Failed reports an object that was wanted and cannot be visited: err is or
	// wraps [ErrTooLarge], [ErrBaseMissing], a [DamageError], or what External
	// returned, inside a [BaseError] when it is the base that fails. size is in
	// bytes, 0 where it is not known. A panic in Visit ends here too, as [ErrVisitor].
	Failed(slot uint32, size int64, err error)
}

// Walker decodes delta trees depth first with an explicit stack. Each
// worker has its own; it may be used for any number of packs.
type Walker struct {
	// Limit is the size in bytes of the largest object that is visited.
	Limit int64
	// External reads a delta base that lies outside the pack, or another copy of an
	// object that is damaged here; nil when there is nowhere else to look. What it
	// returns belongs to the walker.
	External func(ID) (Kind, []byte, error)
	// Hungry, if set, is asked before each object whether another walker has nothing to do;
	// Give then hands a part of the walk over, for [Walker.Resume].
	Hungry func() bool
	Give   func(Subtree)

	buffers buffers
	inflate inflater
	delta   []byte
	stack   []frame
	path    []uint32 // bases on the way down to the next wanted object, the first one last
	object  Object
}

// frame is an object whose children are being decoded.
type frame struct {
	slot    uint32
	child   uint32 // next child to decode, or end
	end     uint32 // the child behind the last one, or none
	content []byte // nil after it was dropped to keep the budget
	visited bool
	memo    Memo
}

// NewWalker returns a walker that draws on budget.
func NewWalker(budget *Budget) *Walker {
	return &Walker{buffers: buffers{budget: budget}}
}

// Tree visits the tree under root: every base before its children, each
// entry decoded once as long as the budget holds. It returns early only with
// the context's error; what cannot be decoded is reported to v and the rest goes on.
func (w *Walker) Tree(ctx context.Context, p *Pack, root uint32, v Visitor) error {
	f := p.Forest()
	w.stack, w.path = w.stack[:0], w.path[:0]
	if !w.needed(f, root, v) {
		return ctx.Err()
	}
	defer w.unwind()
	w.push(f, w.step(p, f, root, frame{}, v))
	return w.run(ctx, p, v)
}

// run decodes what hangs under the objects on the stack.
func (w *Walker) run(ctx context.Context, p *Pack, v Visitor) error {
	f := p.Forest()
	for len(w.stack) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		if w.Hungry != nil && len(w.path) == 0 && w.Hungry() {
			w.share(p)
		}
		top := len(w.stack) - 1
		slot := w.stack[top].child
		w.stack[top].child = f.sibling[slot]
		var next frame
		if w.needed(f, slot, v) {
			if w.stack[top].content == nil {
				w.rebuild(p, f, top)
			}
			next = w.step(p, f, slot, w.stack[top], v)
		}
		if w.stack[top].child == w.stack[top].end { // the last child frees the base before its own subtree
			w.free(&w.stack[top])
			w.stack = w.stack[:top]
		}
		w.push(f, next)
		w.trim()
	}
	return ctx.Err()
}

// needed reports whether the object at slot is wanted or a base of one that is. It
// is asked in the order of the walk: the way down to a wanted object that it found is
// remembered, so that no entry is looked at more than twice.
func (w *Walker) needed(f *Forest, slot uint32, v Visitor) bool {
	if last := len(w.path) - 1; last >= 0 && w.path[last] == slot {
		w.path = w.path[:last]
		return true
	}
	for s := range f.Tree(slot) {
		if !v.Wanted(s) {
			continue
		}
		if s != slot {
			for s = f.base[s]; s != slot; s = f.base[s] {
				w.path = append(w.path, s)
			}
		}
		return true
	}
	return false
}

// push keeps a decoded object for its children, or gives its content back when there are none.
func (w *Walker) push(f *Forest, next frame) {
	if next.content == nil {
		return
	}
	next.child, next.end = f.first[next.slot], none
	if next.child == none {
		w.free(&next)
		return
	}
	w.stack = append(w.stack, next)
}

// free gives back what a frame holds.
func (w *Walker) free(f *frame) {
	w.buffers.put(f.content)
	if f.memo != nil {
		w.buffers.budget.add(-f.memo.Size())
		f.memo.Release()
	}
	f.content, f.memo = nil, nil
}

// step decodes the object at slot onto base and has it visited. The frame it returns has no
// content when slot and so its whole subtree cannot be decoded, which
// it has then reported.
func (w *Walker) step(p *Pack, f *Forest, slot uint32, base frame, v Visitor) frame {
	content, err := w.produce(p, f, slot, base.content)
	if err != nil {
		w.failTree(f, slot, v, err)
		return frame{}
	}
	next := frame{slot: slot, content: content}
	if !v.Wanted(slot) {
		return next
	}
	size := int64(len(content))
	if size > w.Limit {
		v.Failed(slot, size, tooLarge(uint64(size)))
		return next
	}
	o := &w.object
	o.Slot, o.Kind, o.Content = slot, f.kinds[slot], content
	if o.HasBase = o.HasBase && base.visited; o.HasBase {
		o.Base, o.BaseContent, o.BaseMemo = base.slot, base.content, base.memo
	} else {
		o.Base, o.BaseContent, o.BaseMemo, o.Delta = none, nil, nil, Delta{}
	}
	o.HasChildren, o.Memo = f.first[slot] != none, nil
	if err := Guard(func() error { v.Visit(o); return nil }); err != nil {
		v.Failed(slot, size, fmt.Errorf("%w: %w", ErrVisitor, err))
		return next
	}
	if next.visited, next.memo = true, o.Memo; next.memo != nil {
		w.buffers.budget.add(next.memo.Size())
	}
	return next
}

// failTree reports that slot cannot be decoded, and so nothing that hangs under it.
func (w *Walker) failTree(f *Forest, slot uint32, v Visitor, err error) {
	w.path = w.path[:0]
	below := &BaseError{err}
	for s := range f.Tree(slot) {
		switch {
		case !v.Wanted(s):
		case s == slot:
			v.Failed(s, sizeOf(err), err)
		default:
			v.Failed(s, 0, below)
		}
	}
}

// rebuild makes the content of a frame again that trim gave up, from the nearest
// base on the stack that still has its content, or from the root.
func (w *Walker) rebuild(p *Pack, f *Forest, top int) {
	var chain []uint32
	var content []byte
	for s := w.stack[top].slot; s != none; s = f.base[s] {
		if i := w.onStack(s, top); i >= 0 && w.stack[i].content != nil {
			content = w.stack[i].content
			break
		}
		chain = append(chain, s)
	}
	borrowed := true
	for i := len(chain) - 1; i >= 0; i-- {
		next, err := w.produce(p, f, chain[i], content)
		if !borrowed {
			w.buffers.put(content)
		}
		if err != nil {
			return // decoded once before, so only a file changed under us gets here
		}
		content, borrowed = next, false
	}
	w.stack[top].content = content
}

func (w *Walker) onStack(slot uint32, top int) int {
	for i := top - 1; i >= 0; i-- {
		if w.stack[i].slot == slot {
			return i
		}
	}
	return -1
}

// trim gives up what can be made again, the bases needed last first.
func (w *Walker) trim() {
	if !w.buffers.budget.over() {
		return
	}
	w.buffers.drop()
	for i := 0; i < len(w.stack)-1 && w.buffers.budget.over(); i++ {
		w.free(&w.stack[i])
	}
}

func (w *Walker) unwind() {
	for i := range w.stack {
		w.free(&w.stack[i])
	}
	w.stack = w.stack[:0]
}

// Close gives the walker's share of the budget back.
func (w *Walker) Close() {
	w.buffers.drop()
	w.buffers.budget.add(-cap(w.delta))
	w.delta = nil
}
