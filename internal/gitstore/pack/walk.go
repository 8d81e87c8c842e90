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
	// HasBase says that the object was stored as a delta against the object at
	// slot Base of the same pack: Delta gives Content from BaseContent.
	HasBase     bool
	Base        uint32
	BaseContent []byte
	Delta       Delta
}

// Visitor receives what a walk meets. Its methods are called from the walker's
// goroutine.
type Visitor interface {
	// Wanted says whether Visit is to be called for the object at slot. One that
	// is not wanted is decoded only when a wanted one needs it.
	Wanted(slot uint32) bool
	Visit(*Object)
	// Failed reports an object that was wanted and cannot be visited: err is (or
	// wraps) ErrTooLarge, ErrBaseMissing or a DamageError.
	Failed(slot uint32, size int64, err error)
}

// Walker decodes delta trees depth first with an explicit stack. Each
// worker has its own; it may be used for any number of packs.
type Walker struct {
	// Limit is the size in bytes from which objects are not visited.
	Limit int64
	// External reads a base that lies outside the pack; the result is not
	// kept beyond the tree.
	External func(ID) (Kind, []byte, error)

	buffers buffers
	inflate inflater
	delta   []byte
	stack   []frame
	object  Object
}

// frame is an object whose children are being decoded.
type frame struct {
	slot    uint32
	child   uint32 // next child to decode, or none
	content []byte // nil after it was dropped to keep the budget
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
	if f.first[root] == none && !v.Wanted(root) {
		return nil
	}
	w.stack = w.stack[:0]
	defer w.unwind()
	w.push(f, root, w.step(p, f, root, nil, v))
	for len(w.stack) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		top := len(w.stack) - 1
		slot := w.stack[top].child
		w.stack[top].child = f.sibling[slot]
		var content []byte
		if f.first[slot] != none || v.Wanted(slot) {
			if w.stack[top].content == nil {
				w.rebuild(p, f, top)
			}
			content = w.step(p, f, slot, w.stack[top].content, v)
		}
		if w.stack[top].child == none { // the last child frees the base before its own subtree
			w.buffers.put(w.stack[top].content)
			w.stack = w.stack[:top]
		}
		w.push(f, slot, content)
		w.trim()
	}
	return ctx.Err()
}

// push keeps content for the children of slot, or gives it back when there are none.
func (w *Walker) push(f *Forest, slot uint32, content []byte) {
	switch {
	case content == nil:
	case f.first[slot] == none:
		w.buffers.put(content)
	default:
		w.stack = append(w.stack, frame{slot, f.first[slot], content})
	}
}

// step decodes the object at slot onto base and has it visited. It returns the
// content, or nil when slot and so its whole subtree cannot be decoded, which
// it has then reported.
func (w *Walker) step(p *Pack, f *Forest, slot uint32, base []byte, v Visitor) (content []byte) {
	content, err := w.decode(p, f, slot, base)
	if err != nil {
		w.failTree(f, slot, v, err)
		return nil
	}
	if !v.Wanted(slot) {
		return content
	}
	if size := int64(len(content)); size > w.Limit {
		v.Failed(slot, size, ErrTooLarge)
		return content
	}
	o := &w.object
	o.Slot, o.Kind, o.Content = slot, f.kinds[slot], content
	o.HasBase, o.Base, o.BaseContent = f.base[slot] != none, f.base[slot], base
	if err := Guard(func() error { v.Visit(o); return nil }); err != nil {
		v.Failed(slot, int64(len(content)), err)
	}
	return content
}

func (w *Walker) failTree(f *Forest, slot uint32, v Visitor, err error) {
	for s := range f.Tree(slot) {
		if v.Wanted(s) {
			v.Failed(s, 0, err)
		}
		if s == slot {
			err = fmt.Errorf("its delta base cannot be read: %w", err)
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
		next, err := w.decode(p, f, chain[i], content)
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
		w.buffers.put(w.stack[i].content)
		w.stack[i].content = nil
	}
}

func (w *Walker) unwind() {
	for _, frame := range w.stack {
		w.buffers.put(frame.content)
	}
	w.stack = w.stack[:0]
}

// Close gives the walker's share of the budget back.
func (w *Walker) Close() {
	w.buffers.drop()
	w.buffers.budget.add(-cap(w.delta))
	w.delta = nil
}
