package pack

import (
	"bytes"
	"context"
	"crypto/sha1"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
)

// buildIndex makes the index of a pack that has none. It inflates the pack from
// front to back to learn where entries begin, then names every object by walking
// the delta forest. Entries that cannot be decoded have no name and are not in
// the index; IndexProblem then says how many.
func (p *Pack) buildIndex() (*Index, error) {
	offsets, err := p.findEntries()
	if err != nil && p.IndexProblem == nil {
		p.IndexProblem = err
	}
	namer := &namer{pack: p, offsets: offsets, ids: make([]ID, len(offsets)), named: make([]bool, len(offsets))}
	if err := namer.run(); err != nil {
		return nil, err
	}
	if lost := p.declared() - len(namer.records); lost > 0 {
		p.IndexProblem = errors.Join(p.IndexProblem, p.damage(0, fmt.Errorf("%d of %d entries cannot be decoded and named", lost, p.declared())))
	}
	return encodeIndex(namer.records)
}

// findEntries returns where the entries begin, as far as the pack can be read.
func (p *Pack) findEntries() ([]uint64, error) {
	var offsets []uint64
	var z inflater
	w := NewWalker(NewBudget(1 << 62))
	for offset := uint64(packHeaderLen); len(offsets) < p.declared(); {
		e, err := p.entryAt(offset)
		if err != nil {
			return offsets, err
		}
		packed := p.data[offset+uint64(e.header) : p.end]
		if !plausible(e.size, len(packed)) {
			return offsets, p.damage(offset, errRatio)
		}
		target := w.buffers.get(int(e.size))
		if err := Guard(func() error { return z.inflate(target, packed, true) }); err != nil {
			return offsets, p.damage(offset, err)
		}
		w.buffers.put(target)
		offsets = append(offsets, offset)
		offset += uint64(e.header + z.packedLen(packed))
	}
	return offsets, nil
}

// record is one line of an index.
type record struct {
	id     ID
	crc    uint32
	offset uint64
}

// namer names objects in rounds: a delta by id can be decoded only once its base
// has a name.
type namer struct {
	pack    *Pack
	offsets []uint64
	ids     []ID
	named   []bool
	records []record
}

func (n *namer) run() error {
	for {
		before := len(n.records)
		index, err := n.provisional()
		if err != nil {
			return err
		}
		trial := &Pack{path: n.pack.path, data: n.pack.data, end: n.pack.end, index: index}
		f := trial.Forest()
		w := NewWalker(NewBudget(512 << 20))
		w.Limit = 1 << 62
		for _, root := range f.Roots() {
			if err := w.Tree(context.Background(), trial, root, &namingVisitor{n, f}); err != nil {
				return err
			}
		}
		if len(n.records) == before {
			slices.SortFunc(n.records, func(a, b record) int { return a.id.Compare(b.id) })
			return nil
		}
	}
}

// provisional is an index in which entries without a name yet have an unlikely
// one of their own, so that the forest can be built.
func (n *namer) provisional() (*Index, error) {
	records := make([]record, len(n.offsets))
	for i, offset := range n.offsets {
		records[i] = record{id: n.ids[i], offset: offset, crc: n.crc(i)}
		if !n.named[i] {
			binary.BigEndian.PutUint64(records[i].id[12:], uint64(i)+1)
		}
	}
	slices.SortFunc(records, func(a, b record) int { return a.id.Compare(b.id) })
	return encodeIndex(records)
}

func (n *namer) crc(i int) uint32 {
	end := n.pack.end
	if i+1 < len(n.offsets) {
		end = n.offsets[i+1]
	}
	return crc32.ChecksumIEEE(n.pack.data[n.offsets[i]:end])
}

// namingVisitor hashes what has no name. Slots number the entries in file order,
// as the namer does.
type namingVisitor struct {
	*namer
	forest *Forest
}

func (v *namingVisitor) Wanted(slot uint32) bool     { return !v.named[slot] }
func (v *namingVisitor) Failed(uint32, int64, error) {}

func (v *namingVisitor) Visit(o *Object) {
	h := sha1.New()
	fmt.Fprintf(h, "%s %d\x00", o.Kind, len(o.Content))
	h.Write(o.Content)
	i := o.Slot
	v.ids[i], v.named[i] = ID(h.Sum(nil)), true
	v.records = append(v.records, record{v.ids[i], v.crc(int(i)), v.offsets[i]})
}

// encodeIndex returns an index of version 2 over records sorted by id. The
// pack checksum in its trailer is left zero.
func encodeIndex(records []record) (*Index, error) {
	var names, crcs, narrow, wide bytes.Buffer
	var fanout [256]uint32
	for _, r := range records {
		fanout[r.id[0]]++
		names.Write(r.id[:])
		crcs.Write(binary.BigEndian.AppendUint32(nil, r.crc))
		if r.offset < 1<<31 {
			narrow.Write(binary.BigEndian.AppendUint32(nil, uint32(r.offset)))
			continue
		}
		narrow.Write(binary.BigEndian.AppendUint32(nil, 1<<31|uint32(wide.Len()/8)))
		wide.Write(binary.BigEndian.AppendUint64(nil, r.offset))
	}
	out := append([]byte(idxMagic), 0, 0, 0, 2)
	total := uint32(0)
	for _, n := range fanout {
		total += n
		out = binary.BigEndian.AppendUint32(out, total)
	}
	for _, table := range []*bytes.Buffer{&names, &crcs, &narrow, &wide} {
		out = append(out, table.Bytes()...)
	}
	out = append(out, make([]byte, idSize)...)
	sum := sha1.Sum(out)
	return ParseIndex(append(out, sum[:]...))
}
