package gitstore

import (
	"context"
	"errors"

	"github.com/unleak/unleak/internal/gitstore/pack"
)

// CopyObjects writes the objects for which keep holds to a new pack as they are stored, deltas as deltas, each from
// the first pack that allows it and nearly in the order they have there. It calls done for each, its
// delta base before it. A delta goes onto its base wherever that came from, since a
// delta fits the content.
//
// What cannot be taken over is returned, ascending, for the caller to add: loose objects, deltas whose base is
// not kept or is among these itself, and what is damaged in every pack. keep is asked more
// than once. The error is that of the writer or the context.
func (t *Table) CopyObjects(ctx context.Context, w *pack.Writer, keep func(index uint32) bool, done func(index uint32, offset uint64)) (rest []uint32, err error) {
	c := &copier{table: t, writer: w, keep: keep, done: done, offsets: make([]uint64, t.Len())}
	// A delta that was left may have a base that a later pack gave.
	for before := -1; c.copied > before; {
		before = c.copied
		for store := range t.repository.packs {
			if err := c.copyPack(ctx, uint32(store)); err != nil {
				return nil, err
			}
		}
		if len(t.repository.packs) == 1 {
			break
		}
	}
	for i, offset := range c.offsets {
		if offset <= left && keep(uint32(i)) {
			rest = append(rest, uint32(i))
		}
	}
	return rest, nil
}

// stored is an entry of a pack.
type stored struct{ store, slot uint32 }

// copier copies entries in an order in which each comes after its base.
type copier struct {
	table   *Table
	writer  *pack.Writer
	keep    func(uint32) bool
	done    func(uint32, uint64)
	offsets []uint64 // by number: where the object is in the new pack, 0 if it was not met yet, or left
	copied  int
	chain   []stored
}

// left stands for the offset of an object that could not be taken over yet, or whose bases come first. No entry has it.
const left = 1

// copyPack copies what is to be copied, and was not yet, from one pack.
func (c *copier) copyPack(ctx context.Context, store uint32) error {
	for slot := range uint32(c.table.repository.packs[store].Forest().Len()) {
		if slot%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		entry := stored{store, slot}
		if i := c.number(entry); c.offsets[i] > left || !c.keep(i) {
			continue
		}
		if err := c.copy(entry); err != nil {
			return err
		}
	}
	return nil
}

// copy writes an entry, and before it the bases that it needs.
func (c *copier) copy(entry stored) error {
	c.chain = c.chain[:0]
	for ok := true; ok; entry, ok = c.baseToCopy(entry) {
		c.chain = append(c.chain, entry)
		c.offsets[c.number(entry)] = left // until it is written; so a circle ends
	}
	for n := len(c.chain) - 1; n >= 0; n-- {
		if ok, err := c.write(c.chain[n]); !ok {
			return err // and those that need it are left too
		}
	}
	return nil
}

// baseToCopy returns the delta base of an entry, if that is to be copied and was not met yet, which
// only the base of a delta by id can be.
func (c *copier) baseToCopy(entry stored) (base stored, ok bool) {
	base, ok = c.base(entry)
	if !ok {
		return base, false
	}
	i := c.number(base)
	return base, c.offsets[i] == 0 && c.keep(i)
}

// write copies an entry. ok is false if it has to be left.
func (c *copier) write(entry stored) (ok bool, err error) {
	p := c.table.repository.packs[entry.store]
	if p.Forest().Kind(entry.slot) == 0 {
		return false, nil // damaged
	}
	var base uint64
	if b, isDelta := c.base(entry); isDelta {
		if base = c.offsets[c.number(b)]; base <= left {
			return false, nil
		}
	}
	offset, err := c.writer.CopyRaw(p, entry.slot, base)
	var damaged *pack.DamageError
	switch {
	case errors.As(err, &damaged), errors.Is(err, pack.ErrBaseMissing):
		return false, nil
	case err != nil:
		return false, err
	}
	i := c.number(entry)
	c.offsets[i] = offset
	c.copied++
	c.done(i, offset)
	return true, nil
}

// base returns the entry that one is a delta against in its pack.
func (c *copier) base(entry stored) (stored, bool) {
	slot, ok := c.table.repository.packs[entry.store].Forest().Base(entry.slot)
	return stored{entry.store, slot}, ok
}

func (c *copier) number(entry stored) uint32 {
	return c.table.rank(entry.store, c.table.repository.packs[entry.store].Forest().Position(entry.slot))
}
