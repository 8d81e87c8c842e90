package pack

import (
	"errors"
	"math"
)

// Reader reads single objects of packs, each by its whole chain of deltas. Not for
// concurrent use: it keeps its inflater and buffers between calls.
type Reader struct {
	// External reads a delta base that is not in the pack, or that is damaged
	// there; nil when there is nowhere else to look.
	External func(ID) (Kind, []byte, error)
	// Bases keeps what was read for the next reads; nil keeps nothing.
	Bases *BaseCache

	walker *Walker
}

// NewReader returns a reader of objects of up to limit bytes. Their bases may be
// larger, up to [DefaultBudget].
func NewReader(limit int64) *Reader {
	r := &Reader{walker: NewWalker(NewBudget(0))}
	r.SetLimit(limit)
	return r
}

// link is one delta of a chain.
type link struct {
	entry  entry
	offset uint64
}

// Read appends the object at an index position to buf, which comes back as it was
// with an error: [ErrTooLarge], [ErrBaseMissing], a [DamageError], or a [BaseError]
// when it is a base that cannot be read.
func (r *Reader) Read(p *Pack, position int, buf []byte) (kind Kind, content []byte, err error) {
	var object decoded
	err = Guard(func() error {
		object, err = r.read(p, position)
		return err
	})
	if err != nil {
		return 0, buf, err
	}
	buf = append(buf, object.content...)
	r.release(object)
	return object.kind, buf, nil
}

// decoded is an object on the way to the one that is read.
type decoded struct {
	kind    Kind
	content []byte
	shared  bool // content is the cache's
}

// release gives a buffer back.
func (r *Reader) release(d decoded) {
	if !d.shared {
		r.walker.buffers.put(d.content)
	}
}

// keep leaves an object to the cache, if it takes it.
func (r *Reader) keep(p *Pack, offset uint64, d decoded) decoded {
	if d.shared = r.Bases.put(p, offset, d.kind, d.content); d.shared {
		r.walker.buffers.budget.add(-cap(d.content))
	}
	return d
}

func (r *Reader) read(p *Pack, position int) (decoded, error) {
	chain, object, err := r.chain(p, position, r.Bases)
	if err != nil {
		return decoded{}, err
	}
	if len(chain) == 0 && int64(len(object.content)) > r.walker.Limit {
		return decoded{}, tooLarge(uint64(len(object.content)))
	}
	if object.content != nil && !object.shared {
		object.content = r.walker.buffers.adopt(object.content)
	}
	for i := len(chain) - 1; i >= 0; i-- {
		next, intact, err := r.apply(p, chain[i], object.content, i == 0)
		r.release(object)
		if err != nil {
			return decoded{}, err
		}
		object = decoded{kind: object.kind, content: next}
		if intact {
			object = r.keep(p, chain[i].offset, object)
		}
	}
	return object, nil
}

// apply returns the object of a link onto its base. A damaged base may have an
// intact copy elsewhere; for the last object that is left to the caller.
func (r *Reader) apply(p *Pack, l link, base []byte, last bool) (content []byte, intact bool, err error) {
	limit := r.walker.decodeLimit()
	if last {
		limit = uint64(r.walker.Limit)
	}
	content, err = r.walker.materialize(l.entry, p.data[l.offset+uint64(l.entry.header):p.end], base, true, limit)
	if err == nil {
		return content, true, nil
	}
	err = p.wrap(l.offset, err)
	if last {
		return nil, false, err
	}
	position, ok := p.Forest().positionAt(l.offset)
	if !ok || r.External == nil {
		return nil, false, &BaseError{err}
	}
	if _, other, otherErr := r.External(p.index.ID(position)); otherErr == nil {
		return r.walker.buffers.adopt(other), false, nil
	}
	return nil, false, &BaseError{err}
}

// maxChain bounds how many deltas of one object are followed. Git writes no chain
// deeper than 4095; without a bound, every entry of a long circle would cost its length.
const maxChain = 1 << 14

// chain follows the deltas from a position down to a whole object, which is the last link, or to a base
// that is known: one outside the pack, or one of bases (nil for none). base has its content, and the
// kind in any case.
func (r *Reader) chain(p *Pack, position int, bases *BaseCache) (chain []link, base decoded, err error) {
	offset, ok := p.index.Offset(position)
	if !ok {
		return nil, decoded{}, p.damage(0, errors.New("index points outside its offset table"))
	}
	for len(chain) < maxChain {
		if kind, content, ok := bases.get(p, offset); ok {
			return chain, decoded{kind, content, true}, nil
		}
		e, err := p.entryAt(offset)
		if err != nil {
			return nil, decoded{}, err
		}
		chain = append(chain, link{e, offset})
		switch e.kind {
		case offsetDelta:
			offset -= e.base
		case refDelta:
			i, ok := p.index.Find(e.baseID)
			if !ok {
				kind, content, err := readBase(r.External, e.baseID)
				return chain, decoded{kind: kind, content: content}, err
			}
			if offset, ok = p.index.Offset(i); !ok {
				return nil, decoded{}, p.damage(0, errors.New("index points outside its offset table"))
			}
		default:
			return chain, decoded{kind: e.kind}, nil
		}
	}
	return nil, decoded{}, p.damage(offset, errors.New("chain of deltas is too long or leads to no whole object"))
}

// Stat returns the kind and size of the object at an index position without
// decoding more than the head of its delta. External is asked for kinds only: the content
// it returns is not looked at.
func (r *Reader) Stat(p *Pack, position int) (kind Kind, size int64, err error) {
	err = Guard(func() error {
		chain, base, err := r.chain(p, position, nil)
		if err != nil {
			return err
		}
		l := chain[0]
		declared := l.entry.size
		if l.entry.kind == offsetDelta || l.entry.kind == refDelta {
			if declared, err = r.resultSize(p, l); err != nil {
				return p.wrap(l.offset, err)
			}
		}
		if declared > math.MaxInt64 {
			return p.damage(l.offset, errHeaderWidth)
		}
		kind, size = base.kind, int64(declared)
		return nil
	})
	return kind, size, err
}

// resultSize reads the size of a delta's result from its head: two numbers of at most nine bytes.
func (r *Reader) resultSize(p *Pack, l link) (uint64, error) {
	var space [18]byte
	head := space[:min(l.entry.size, uint64(len(space)))]
	if err := r.walker.inflate.start(head, p.data[l.offset+uint64(l.entry.header):p.end]); err != nil {
		return 0, err
	}
	delta, err := ParseDelta(head)
	return delta.ResultSize, err
}

// SetLimit changes the size of the largest object that Read returns.
func (r *Reader) SetLimit(limit int64) {
	r.walker.Limit = limit
	r.walker.buffers.budget.limit = max(limit, DefaultBudget)
}
