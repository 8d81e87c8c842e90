package pack

import (
	"context"
	"crypto/sha1"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
)

// buildIndex makes the index of a pack that has none, as git index-pack does: from
// front to back it learns where entries begin and names the whole objects, then it
// walks the delta forest to name the rest. Entries that cannot be decoded have no
// name and are not in the index; IndexProblem then says how many.
func (p *Pack) buildIndex() (*Index, error) {
	n := &namer{pack: p}
	var index *Index
	err := Guard(func() error {
		if err := n.readEntries(); err != nil {
			p.IndexProblem = errors.Join(p.IndexProblem, err)
		}
		if err := n.nameDeltas(); err != nil {
			return err
		}
		var err error
		index, err = n.index(false)
		return err
	})
	if err != nil {
		return nil, err
	}
	if lost := p.declared() - index.Count(); lost > 0 {
		p.IndexProblem = errors.Join(p.IndexProblem, p.damage(0, fmt.Errorf("%d of %d entries cannot be decoded and named", lost, p.declared())))
	}
	return index, nil
}

// namer names the objects of a pack. Entries are numbered as they lie in the file, as
// the slots of a forest are.
type namer struct {
	pack    *Pack
	offsets []uint64 // of the entries; one more at the end: where they end
	ids     []ID     // zero while unknown
	forest  *Forest
	waiting map[ID][]uint32 // deltas by id, until their base has a name
}

// readEntries finds the entries, as far as the pack can be read.
func (n *namer) readEntries() error {
	p := n.pack
	var z inflater
	offset := uint64(packHeaderLen)
	defer func() { n.offsets = append(n.offsets, offset) }()
	for len(n.ids) < p.declared() {
		e, err := p.entryAt(offset)
		if err != nil {
			return err
		}
		sink, name := io.Discard, func() ID { return ID{} }
		if e.kind != offsetDelta && e.kind != refDelta {
			h := newHash(e.kind, e.size)
			sink, name = h, func() ID { return ID(h.Sum(nil)) }
		}
		packed := p.data[offset+uint64(e.header) : p.end]
		if err := z.stream(sink, e.size, packed); err != nil {
			return p.damage(offset, err)
		}
		n.offsets, n.ids = append(n.offsets, offset), append(n.ids, name())
		offset += uint64(e.header + z.packedLen(packed))
	}
	if offset != p.end {
		return p.damage(offset, errors.New("something follows the last entry"))
	}
	return nil
}

func newHash(kind Kind, size uint64) hash.Hash {
	h := sha1.New()
	fmt.Fprintf(h, "%s %d\x00", kind, size) // a hash never fails
	return h
}

// nameDeltas walks the forest. A delta by id against an object that is a delta itself joins
// the forest when that object gets its name.
func (n *namer) nameDeltas() error {
	index, err := n.index(true)
	if err != nil {
		return err
	}
	trial := &Pack{path: n.pack.path, data: n.pack.data, end: n.pack.end, index: index}
	n.forest, n.waiting = trial.Forest(), make(map[ID][]uint32)
	for _, e := range n.forest.External() {
		n.waiting[e.Base] = append(n.waiting[e.Base], e.Slot)
	}
	w := NewWalker(NewBudget(DefaultBudget))
	w.Limit = DefaultBudget
	for _, root := range n.forest.Roots() {
		if err := w.Tree(context.Background(), trial, root, n); err != nil {
			return err
		}
	}
	return nil
}

// Wanted implements [Visitor].
func (n *namer) Wanted(slot uint32) bool { return n.ids[slot].IsZero() }

// Failed implements [Visitor]: what has no name in the end is counted then.
func (n *namer) Failed(uint32, int64, error) {}

// Visit implements [Visitor].
func (n *namer) Visit(o *Object) {
	h := newHash(o.Kind, uint64(len(o.Content)))
	h.Write(o.Content)
	id := ID(h.Sum(nil))
	n.ids[o.Slot] = id
	for _, slot := range n.waiting[id] {
		n.forest.link(slot, o.Slot)
	}
	delete(n.waiting, id)
}

// index returns the index of the entries that have a name. With placeholders, the others
// are in it too, under unlikely names of their own, so that a forest can be built.
func (n *namer) index(placeholders bool) (*Index, error) {
	records := make([]record, 0, len(n.ids))
	for i, id := range n.ids {
		if id.IsZero() {
			if !placeholders {
				continue
			}
			binary.BigEndian.PutUint64(id[12:], uint64(i)+1)
		}
		entry := n.pack.data[n.offsets[i]:n.offsets[i+1]]
		records = append(records, record{id, crc32.ChecksumIEEE(entry), n.offsets[i]})
	}
	return ParseIndex(encodeIndex(sorted(records), ID{}))
}
