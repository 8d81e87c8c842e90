package pack

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"os"
)

// Writer writes one pack file of version 2 (gitformat-pack(5)) and its index. It has a temporary name
// until it is whole. Not for concurrent use. Every writer must be ended by
// Finish, FinishFile or Abort; Abort after one of the others does nothing unless that failed.
//
// After an error of the file system, or of Finish, nothing more is written, and all calls return it.
type Writer struct {
	dir     string
	objects int // that the header declares
	prefix  int // bytes before the pack
	records []record
	offset  uint64   // where the next entry begins
	err     error    // that stays
	temps   []string // files to remove
	file    *os.File
	out     *output
	header  []byte
	inflate inflater // of entries for which no index has a checksum
}

// Entry is one object as a pack stores it.
type Entry struct {
	ID   ID
	Kind Kind // of the object; not looked at for a delta
	Size int  // bytes of the object, or of its delta, before they were deflated
	// Base is the offset in this pack of the entry that this is a delta against, or 0 for a whole object.
	Base     uint64
	Deflated []byte // the zlib stream, as by [Deflater.Append]
}

// NewWriter begins a pack of so many objects in a folder, as a file tmp_pack_*, the name by
// which git gc knows what was left behind. Before the pack comes a prefix that is no part of it: offsets
// and the checksum begin after it.
func NewWriter(dir string, objects int, prefix []byte) (*Writer, error) {
	if uint64(objects) > math.MaxUint32 {
		return nil, fmt.Errorf("writing a pack: it cannot have %d objects, only up to 2³²-1", objects)
	}
	w := &Writer{dir: dir, objects: objects, prefix: len(prefix), records: make([]record, 0, objects)}
	var err error
	if w.file, err = w.temporary("tmp_pack_*"); err == nil {
		_, err = w.file.Write(prefix)
	}
	if err != nil {
		w.Abort()
		return nil, fmt.Errorf("writing a pack: %w", err)
	}
	w.out = newOutput(w.file)
	w.write(binary.BigEndian.AppendUint32([]byte(packMagic+"\x00\x00\x00\x02"), uint32(objects)))
	return w, nil
}

// Add writes an object and returns its offset, for deltas against it. Deflated is not kept.
func (w *Writer) Add(e Entry) (offset uint64, err error) {
	kind := e.Kind
	if e.Base != 0 {
		kind = offsetDelta
	}
	return w.put(e.ID, kind, uint64(e.Size), e.Base, e.Deflated)
}

// CopyRaw writes the entry at a slot of another pack as it is stored there, a delta with the offset of its base in this
// pack; for a whole object base is not looked at. The packed bytes are compared with the checksum that the index has, or
// where it has none they are inflated. If they do not match, the error
// is a [DamageError], and for a delta without a base [ErrBaseMissing]; nothing was written then, and
// the object may be added otherwise.
func (w *Writer) CopyRaw(p *Pack, slot uint32, base uint64) (offset uint64, err error) {
	f := p.Forest()
	err = Guard(func() error {
		e, err := p.entryAt(f.offsets[slot])
		if err != nil {
			return err
		}
		packed := p.data[f.offsets[slot]:f.end(slot)]
		if err := w.check(e, packed, f.checksums(p.index), slot); err != nil {
			return p.damage(f.offsets[slot], err)
		}
		kind := e.kind
		if kind == refDelta {
			kind = offsetDelta
		}
		switch {
		case kind != offsetDelta:
			base = 0
		case base == 0:
			return fmt.Errorf("%w: the entry at offset %d of %s is a delta", ErrBaseMissing, f.offsets[slot], p.path)
		}
		offset, err = w.put(p.index.ID(f.Position(slot)), kind, e.size, base, packed[e.header:])
		return err
	})
	return offset, err
}

// check finds out whether an entry's packed bytes are what was once written. They must end
// where the next entry begins, which a checksum of the index covers too.
func (w *Writer) check(e entry, packed []byte, crcs []uint32, slot uint32) error {
	if len(packed) < e.header {
		return errHeaderCut
	}
	if crcs != nil {
		if crc32.ChecksumIEEE(packed) != crcs[slot] {
			return errors.New("packed bytes do not match their checksum in the index")
		}
		return nil
	}
	if err := w.inflate.stream(io.Discard, e.size, packed[e.header:]); err != nil {
		return err
	}
	if w.inflate.packedLen(packed[e.header:]) != len(packed)-e.header {
		return errors.New("something lies between two entries")
	}
	return nil
}

// put writes an entry.
func (w *Writer) put(id ID, kind Kind, size, base uint64, body []byte) (offset uint64, err error) {
	offset = w.offset
	if kind == offsetDelta && (base < packHeaderLen || base >= offset) {
		return 0, fmt.Errorf("object %s: its delta base must be in the pack before it, not at offset %d", id, base)
	}
	if w.err != nil {
		return 0, w.failed()
	}
	w.header = appendHeader(w.header[:0], kind, size, offset-base)
	w.err = errHalf // what a fault of mapped memory in body leaves
	w.write(w.header)
	w.write(body)
	if w.err != errHalf {
		return 0, w.failed()
	}
	w.err = nil
	crc := crc32.Update(crc32.ChecksumIEEE(w.header), crc32.IEEETable, body)
	w.records = append(w.records, record{id, crc, offset})
	return offset, nil
}

var errHalf = errors.New("an entry could not be written to its end")

func (w *Writer) failed() error { return fmt.Errorf("writing a pack: %w", w.err) }

// write writes bytes of the pack. An error ends in err.
func (w *Writer) write(data []byte) {
	if err := w.out.write(data); err != nil {
		w.err = err
	}
	w.offset += uint64(len(data))
}

// Abort gives the pack up and removes its files.
func (w *Writer) Abort() {
	if w.out != nil {
		w.out.finish() // of no interest any more
		w.out = nil
	}
	if w.file != nil {
		w.file.Close()
		w.file = nil
	}
	for _, name := range w.temps {
		os.Remove(name)
	}
	w.temps = nil
	w.err = os.ErrClosed
}
