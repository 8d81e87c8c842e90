package pack

import (
	"errors"
	"fmt"
	"hash/crc32"
)

var errNoBase = errors.New("delta base could not be made again")

// produce returns the content of the object at slot in a buffer of the walker's: decoded onto
// base (the content of its delta base, nil for a root), or else read from another copy,
// so that what hangs under a damaged entry is not lost with it.
func (w *Walker) produce(p *Pack, f *Forest, slot uint32, base []byte) (content []byte, err error) {
	err = Guard(func() (err error) {
		content, err = w.decode(p, f, slot, base)
		return err
	})
	if err == nil || w.External == nil || errors.Is(err, ErrTooLarge) {
		return content, err
	}
	otherErr := Guard(func() error {
		kind, other, err := w.External(p.index.ID(f.Position(slot)))
		if err != nil {
			return err
		}
		if kind != f.kinds[slot] {
			return errKind
		}
		content = w.buffers.adopt(other)
		return nil
	})
	if otherErr != nil {
		return nil, err
	}
	w.object.HasBase, w.object.Delta = false, Delta{}
	return content, nil
}

var errKind = errors.New("copies of one object are of different kinds")

// decode inflates the entry at slot and applies it to base. It reads mapped memory and so runs
// under [Guard].
func (w *Walker) decode(p *Pack, f *Forest, slot uint32, base []byte) ([]byte, error) {
	offset := f.offsets[slot]
	e, err := p.entryAt(offset)
	if err != nil {
		return nil, err
	}
	packed := p.data[offset:f.end(slot)]
	// The index's CRC covers the packed bytes. Where it does not match or there
	// is none, the stream's own checksum decides.
	crcs := f.checksums(p.index)
	verify := crcs == nil || crc32.ChecksumIEEE(packed) != crcs[slot]
	if len(packed) < e.header {
		return nil, p.damage(offset, errHeaderCut)
	}
	content, err := w.materialize(e, packed[e.header:], base, verify, w.decodeLimit())
	return content, p.wrap(offset, err)
}

// materialize inflates an entry's stream and, for a delta, applies it to base: that
// given, or for nil the external one. The result has at most limit bytes.
func (w *Walker) materialize(e entry, packed, base []byte, verify bool, limit uint64) ([]byte, error) {
	if !plausible(e.size, len(packed)) {
		return nil, errRatio
	}
	if e.kind != offsetDelta && e.kind != refDelta {
		if e.size > limit {
			return nil, tooLarge(e.size)
		}
		content := w.buffers.get(int(e.size))
		if err := w.inflate.inflate(content, packed, verify); err != nil {
			w.buffers.put(content)
			return nil, err
		}
		w.object.HasBase, w.object.Delta = false, Delta{}
		return content, nil
	}
	if e.size > w.decodeLimit() {
		return nil, ErrTooLarge // of what size the object is, only its delta says
	}
	if base == nil {
		var err error
		if base, err = w.external(e); err != nil {
			return nil, err
		}
	}
	w.growDelta(int(e.size))
	if err := w.inflate.inflate(w.delta, packed, verify); err != nil {
		return nil, err
	}
	delta, err := ParseDelta(w.delta)
	if err != nil {
		return nil, err
	}
	if delta.ResultSize > limit {
		return nil, tooLarge(delta.ResultSize)
	}
	if delta.ResultSize > unchecked {
		if err := delta.Check(len(base)); err != nil {
			return nil, err
		}
	}
	content := w.buffers.get(int(delta.ResultSize))
	if w.object.Copies, err = delta.Apply(content, base, w.object.Copies[:0]); err != nil {
		w.buffers.put(content)
		return nil, err
	}
	w.object.HasBase, w.object.Delta = true, delta
	return content, nil
}

// unchecked is the result size up to which a delta is not checked before its result is
// allocated: a lie costs no more than that.
const unchecked = 1 << 20

// decodeLimit is the size of the largest object that is decoded at all: what may be visited,
// and beyond that what the budget allows, so that small objects on a large base
// are not lost with it.
func (w *Walker) decodeLimit() uint64 {
	return uint64(max(w.Limit, w.buffers.budget.limit))
}

// external reads the base of a delta by id that is not in the pack.
func (w *Walker) external(e entry) ([]byte, error) {
	if e.kind != refDelta {
		return nil, errNoBase
	}
	_, content, err := readBase(w.External, e.baseID)
	return content, err
}

func readBase(external func(ID) (Kind, []byte, error), id ID) (Kind, []byte, error) {
	if external == nil {
		return 0, nil, fmt.Errorf("%w: %s", ErrBaseMissing, id)
	}
	kind, content, err := external(id)
	if err != nil {
		return 0, nil, &BaseError{err}
	}
	return kind, notNil(content), nil
}

func (w *Walker) growDelta(n int) {
	if cap(w.delta) < n {
		w.buffers.budget.add(n - cap(w.delta))
		w.delta = make([]byte, n)
	}
	w.delta = w.delta[:n]
}

// wrap makes a decoding error say where it was met. Limits and missing bases are no
// damage and pass as they are.
func (p *Pack) wrap(offset uint64, err error) error {
	var damaged *DamageError
	var base *BaseError
	if err == nil || errors.Is(err, ErrTooLarge) || errors.Is(err, ErrBaseMissing) || errors.As(err, &damaged) || errors.As(err, &base) {
		return err
	}
	return p.damage(offset, err)
}
