package pack

import (
	"context"
	"slices"
)

// Subtree is a part of a walk that another walker can take over: a decoded object and
// some of the deltas against it.
type Subtree struct {
	pack  *Pack
	frame frame
}

// Resume walks a part that another walker gave away, as [Walker.Tree] does.
func (w *Walker) Resume(ctx context.Context, s Subtree, v Visitor) error {
	w.stack, w.path = append(w.stack[:0], s.frame), w.path[:0]
	defer w.unwind()
	return w.run(ctx, s.pack, v)
}

// share gives a part of the walk away: the base nearest to the root with all deltas that
// still wait for it, or half of the deltas of the only one.
func (w *Walker) share(p *Pack) {
	top := len(w.stack) - 1
	for i := range top {
		if w.stack[i].content != nil {
			part := Subtree{p, w.stack[i]}
			w.stack = slices.Delete(w.stack, i, i+1)
			w.Give(part)
			return
		}
	}
	last := &w.stack[top]
	half := p.Forest().half(last.child, last.end)
	if half == last.end || last.content == nil {
		return
	}
	part := Subtree{p, frame{slot: last.slot, child: half, end: last.end, visited: last.visited}}
	part.frame.content = append(w.buffers.get(len(last.content))[:0], last.content...)
	last.end = half
	w.Give(part)
}

// half returns the child in the middle of those from one to the one before end, or end when
// there is but one.
func (f *Forest) half(from, end uint32) uint32 {
	half := from
	for c, odd := f.sibling[from], true; c != end; c, odd = f.sibling[c], !odd {
		if odd {
			half = f.sibling[half]
		}
	}
	if half == from {
		return end
	}
	return half
}
