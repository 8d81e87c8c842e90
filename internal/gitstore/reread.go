package gitstore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/unleak/unleak/internal/gitstore/pack"
)

// failure is an object whose known copy could not be visited.
type failure struct {
	index uint32
	size  int64
	err   error
}

type failures struct {
	mu   sync.Mutex
	list []failure // guarded by mu
}

func (f *failures) add(index uint32, size int64, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list = append(f.list, failure{index, size, err})
}

// sorted returns what failed, with the objects that no walk reaches.
func (f *failures) sorted(t *Table, options WalkOptions) []failure {
	for _, d := range t.damaged {
		if slices.Contains(options.Kinds, cmp.Or(t.kinds[d.index], pack.Blob)) && options.Wanted(d.index) {
			f.list = append(f.list, failure{d.index, 0, d.err})
		}
	}
	slices.SortFunc(f.list, func(a, b failure) int { return cmp.Compare(a.index, b.index) })
	return f.list
}

// retry reads what failed from whatever other copies there are.
func (t *Table) retry(ctx context.Context, options WalkOptions, v Visitor, failed []failure) error {
	for _, f := range failed {
		if err := ctx.Err(); err != nil {
			return err
		}
		o, err := t.reread(f, options.Limit)
		switch {
		case err == nil && slices.Contains(options.Kinds, o.Kind):
			visit(v, o)
		case err == nil:
			v.Failed(f.index, int64(len(o.Content)), fmt.Errorf("copies tell different kinds: %w", f.err))
		case errors.Is(err, pack.ErrTooLarge):
			v.Failed(f.index, max(f.size, sizeOf(err)), err)
		default:
			v.Failed(f.index, f.size, f.err)
		}
	}
	return nil
}

// reread reads an object from its other copies. An object that failed with its base
// is not decoded in that pack again: with one bad base of many, that would take long.
func (t *Table) reread(f failure, limit int64) (*Object, error) {
	if f.size > limit {
		return nil, f.err
	}
	reading := reading{repository: t.repository}
	var base *pack.BaseError
	if packs, store := t.repository.packs, t.at(f.index).store; errors.As(f.err, &base) && int(store) < len(packs) {
		reading.without = packs[store]
	}
	kind, content, err := reading.readIntact(t.ID(f.index), limit)
	if err != nil {
		return nil, err
	}
	return &Object{Index: f.index, Kind: kind, Content: content}, nil
}

// sizeOf returns the size that an error knows for an object over the limit, or else 0.
func sizeOf(err error) int64 {
	var loose *TooLargeError
	var packed *pack.SizeError
	switch {
	case errors.As(err, &loose):
		return loose.Size
	case errors.As(err, &packed):
		return packed.Size
	}
	return 0
}

// visit calls v for an object outside the packs' walk, which guards against panics itself.
func visit(v Visitor, o *Object) {
	if err := pack.Guard(func() error { v.Visit(o); return nil }); err != nil {
		v.Failed(o.Index, int64(len(o.Content)), fmt.Errorf("%w: %w", pack.ErrVisitor, err))
	}
}
