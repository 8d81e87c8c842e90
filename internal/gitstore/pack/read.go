package pack

import (
	"errors"
	"fmt"
)

// Reader reads single objects of packs, each by its whole chain of deltas. Not for
// concurrent use: it keeps its inflater and buffers between calls.
type Reader struct {
	// External reads a delta base that is not in the pack, or that is damaged
	// there; nil when there is nowhere else to look.
	External func(ID) (Kind, []byte, error)

	walker *Walker
}

// NewReader returns a reader of objects of up to limit bytes.
func NewReader(limit int64) *Reader {
	w := NewWalker(NewBudget(limit))
	w.Limit = limit
	return &Reader{walker: w}
}

// link is one delta of a chain.
type link struct {
	entry  entry
	offset uint64
}

// Read appends the object at an index position to buf.
func (r *Reader) Read(p *Pack, position int, buf []byte) (kind Kind, content []byte, err error) {
	err = Guard(func() error {
		kind, content, err = r.read(p, position)
		return err
	})
	if err != nil {
		return 0, buf, err
	}
	buf = append(buf, content...)
	r.walker.buffers.put(content)
	return kind, buf, nil
}

func (r *Reader) read(p *Pack, position int) (Kind, []byte, error) {
	kind, chain, base, err := r.chain(p, position)
	if err != nil {
		return 0, nil, err
	}
	content := base
	for i := len(chain) - 1; i >= 0; i-- {
		l := chain[i]
		next, err := r.walker.materialize(l.entry, p.data[l.offset+uint64(l.entry.header):p.end], content, true)
		if err != nil {
			// A damaged base may have an intact copy elsewhere.
			if err = p.wrap(l.offset, err); i == 0 {
				return 0, nil, err
			}
			if next, err = r.otherCopy(p, l, err); err != nil {
				return 0, nil, err
			}
		}
		r.walker.buffers.put(content)
		content = next
	}
	return kind, content, nil
}

func (r *Reader) otherCopy(p *Pack, l link, cause error) ([]byte, error) {
	position, ok := p.Forest().positionAt(l.offset)
	if !ok || r.External == nil {
		return nil, cause
	}
	if _, content, err := r.External(p.index.ID(position)); err == nil {
		return content, nil
	}
	return nil, cause
}

// chain follows the deltas from a position down to a whole object, or to a base
// outside the pack, whose content it returns.
func (r *Reader) chain(p *Pack, position int) (Kind, []link, []byte, error) {
	var chain []link
	offset, ok := p.index.Offset(position)
	if !ok {
		return 0, nil, nil, p.damage(0, errors.New("index points outside its offset table"))
	}
	for len(chain) <= p.index.Count() {
		e, err := p.entryAt(offset)
		if err != nil {
			return 0, nil, nil, err
		}
		chain = append(chain, link{e, offset})
		switch e.kind {
		case offsetDelta:
			offset -= e.base
		case refDelta:
			i, ok := p.index.Find(e.baseID)
			if !ok {
				if r.External == nil {
					return 0, nil, nil, fmt.Errorf("%w: %s", ErrBaseMissing, e.baseID)
				}
				kind, base, err := r.External(e.baseID)
				return kind, chain, base, err
			}
			if offset, ok = p.index.Offset(i); !ok {
				return 0, nil, nil, p.damage(0, errors.New("index points outside its offset table"))
			}
		default:
			return e.kind, chain, nil, nil
		}
	}
	return 0, nil, nil, p.damage(offset, errors.New("chain of deltas leads to no whole object"))
}

// Stat returns the kind and size of the object at an index position without
// decoding more than the head of its delta.
func (r *Reader) Stat(p *Pack, position int) (kind Kind, size int64, err error) {
	err = Guard(func() error {
		var chain []link
		var inner error
		if kind, chain, _, inner = r.chain(p, position); inner != nil {
			return inner
		}
		l := chain[0]
		if l.entry.kind != offsetDelta && l.entry.kind != refDelta {
			size = int64(l.entry.size)
			return nil
		}
		if !plausible(l.entry.size, len(p.data)) || l.entry.size > r.walker.decodeLimit() {
			return ErrTooLarge
		}
		r.walker.growDelta(int(l.entry.size))
		packed := p.data[l.offset+uint64(l.entry.header) : p.end]
		if inner = r.walker.inflate.inflate(r.walker.delta, packed, true); inner != nil {
			return p.wrap(l.offset, inner)
		}
		delta, inner := ParseDelta(r.walker.delta)
		size = int64(delta.ResultSize)
		return p.wrap(l.offset, inner)
	})
	return kind, size, err
}

// SetLimit changes the size of the largest object that Read returns.
func (r *Reader) SetLimit(limit int64) {
	r.walker.Limit = limit
	r.walker.buffers.budget.limit = limit
}
