package pack

import (
	"errors"
	"hash/crc32"
)

var errNoBase = errors.New("delta base could not be made again")

// decode returns the content of the object at slot in a buffer of the walker's. base is
// the content of its delta base, nil for a root.
func (w *Walker) decode(p *Pack, f *Forest, slot uint32, base []byte) (content []byte, err error) {
	err = Guard(func() error {
		offset := f.offsets[slot]
		e, err := p.entryAt(offset)
		if err != nil {
			return err
		}
		packed := p.data[offset:f.offsets[slot+1]]
		// The index's CRC covers the packed bytes. Where it does not match or there
		// is none, the stream's own checksum decides.
		crc, ok := p.index.CRC(int(f.positions[slot]))
		verify := !ok || crc32.ChecksumIEEE(packed) != crc
		if len(packed) < e.header {
			return p.damage(offset, errHeaderCut)
		}
		content, err = w.materialize(e, packed[e.header:], base, verify)
		return p.wrap(offset, err)
	})
	return content, err
}

// materialize inflates an entry's stream and, for a delta, applies it to base.
func (w *Walker) materialize(e entry, packed, base []byte, verify bool) ([]byte, error) {
	if !plausible(e.size, len(packed)) {
		return nil, errRatio
	}
	if e.size > w.decodeLimit() {
		return nil, ErrTooLarge
	}
	if e.kind != offsetDelta && e.kind != refDelta {
		content := w.buffers.get(int(e.size))
		if err := w.inflate.inflate(content, packed, verify); err != nil {
			w.buffers.put(content)
			return nil, err
		}
		w.object.Delta = Delta{}
		return content, nil
	}
	if e.kind == refDelta && base == nil {
		var err error
		if base, err = w.external(e.baseID); err != nil {
			return nil, err
		}
	}
	if base == nil {
		return nil, errNoBase
	}
	w.growDelta(int(e.size))
	if err := w.inflate.inflate(w.delta, packed, verify); err != nil {
		return nil, err
	}
	delta, err := ParseDelta(w.delta)
	if err != nil {
		return nil, err
	}
	if delta.ResultSize > w.decodeLimit() {
		return nil, ErrTooLarge
	}
	if delta.ResultSize > unchecked {
		if err := delta.Check(len(base)); err != nil {
			return nil, err
		}
	}
	content := w.buffers.get(int(delta.ResultSize))
	if err := delta.Apply(content, base); err != nil {
		w.buffers.put(content)
		return nil, err
	}
	w.object.Delta = delta
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

func (w *Walker) external(id ID) ([]byte, error) {
	if w.External == nil {
		return nil, ErrBaseMissing
	}
	_, content, err := w.External(id)
	return content, err
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
	if err == nil || errors.Is(err, ErrTooLarge) || errors.Is(err, ErrBaseMissing) || errors.As(err, &damaged) {
		return err
	}
	return p.damage(offset, err)
}
