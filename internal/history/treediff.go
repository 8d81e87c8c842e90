package history

import (
	"bytes"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
)

// treeDiff finds what a tree has that its base has not, and the other way round. Entries that a
// delta copies whole from the base are passed over unread. Between them, in the gaps, what
// the base has left is merged with what the tree has: both are sorted, so that what they
// share is met at the same time. Where a hostile one is not, entries may be both deleted
// and added, which is as true.
type treeDiff struct {
	names      *nameCache
	base, tree []byte
	from, to   *shape // of base, nil without one, and of tree: entries of to are accounted for
	left       int    // entries of base up to here are accounted for
	adds       added
	dels       []entry
	err        error // why tree cannot be read further
}

// added are entries of a tree that its base has not: their numbers in its shape, which
// does not know their objects yet, and the names of those.
type added struct {
	at  []int
	ids []pack.ID
}

// begin prepares for a tree of no base.
func (d *treeDiff) begin(names *nameCache, tree []byte, to *shape) {
	*d = treeDiff{names: names, tree: tree, to: to, adds: added{d.adds.at[:0], d.adds.ids[:0]}, dels: d.dels[:0]}
}

// follow goes along what the tree copies from a base. What it does not reach is left to finish,
// so that copies need not be all, nor in order.
func (d *treeDiff) follow(base []byte, from *shape, copies []pack.Copy) {
	d.base, d.from = base, from
	for _, c := range copies {
		if c.Len >= gitstore.MinTreeEntry {
			d.copied(c)
		}
	}
}

// copied passes over the entries that lie whole in a copied range. For an entry of the base
// to be one of the tree, the tree's must begin at the same place of the range:
// then each ends where the other does.
func (d *treeDiff) copied(c pack.Copy) {
	shift := c.At - c.Base // from places in the base to those in the tree
	end := c.Base + c.Len
	for i := d.from.after(d.left, c.Base); i < len(d.from.entries) && int(d.from.starts[i+1]) <= end; {
		switch place := int(d.from.starts[i]) + shift; {
		case d.to.end() < place:
			if !d.read() {
				return
			}
		case d.to.end() > place:
			i++
		default:
			d.gap(i)
			d.left = d.from.after(i+1, end+1) - 1
			d.to.entries = append(d.to.entries, d.from.entries[i:d.left]...)
			d.to.shift(d.from.starts[i+1:d.left+1], shift)
			return
		}
	}
}

// read measures the next entry of the tree.
func (d *treeDiff) read() (ok bool) {
	ok, d.err = d.to.measure(d.tree)
	return ok
}

// finish reads the rest of the tree and says why it ends too early, if it does.
func (d *treeDiff) finish() error {
	for d.read() {
	}
	if d.from != nil {
		d.gap(len(d.from.entries))
	}
	d.gap(d.left)
	return d.err
}

// gap merges what is left of the base up to an entry with what is measured of the tree.
func (d *treeDiff) gap(until int) {
	for d.left < until && len(d.to.entries) < d.to.measured() {
		old, now := d.from.raw(d.base, d.left), d.to.raw(d.tree, len(d.to.entries))
		b := d.from.entries[d.left]
		if named, id := split(now); bytes.HasPrefix(old, named) && len(old) == len(now) {
			d.replace(b.label, pack.ID(id), bytes.HasSuffix(old, id))
			continue
		}
		before, after := sound(old), sound(now)
		switch {
		case bytes.Equal(before.Name, after.Name): // another mode
			d.replace(label(b.name(), classOf(after)), after.ID, before.ID == after.ID)
		case sorted(before, after):
			d.del()
		default:
			d.add(label(d.names.number(after.Name), classOf(after)), after.ID)
		}
	}
	for d.left < until {
		d.del()
	}
	for len(d.to.entries) < d.to.measured() {
		e := sound(d.to.raw(d.tree, len(d.to.entries)))
		d.add(label(d.names.number(e.Name), classOf(e)), e.ID)
	}
}

// replace accounts for the next entries of both, of one name.
func (d *treeDiff) replace(label uint32, id pack.ID, sameID bool) {
	old := d.from.entries[d.left]
	if label == old.label && (sameID || old.class() == Gitlink) {
		d.to.entries = append(d.to.entries, old)
		d.left++
		return
	}
	d.del()
	d.add(label, id)
}

// del accounts for the next entry of the base, which the tree has not.
func (d *treeDiff) del() {
	d.dels = append(d.dels, d.from.entries[d.left])
	d.left++
}

// add accounts for the next entry of the tree, which the base has not.
func (d *treeDiff) add(label uint32, id pack.ID) {
	d.adds.at, d.adds.ids = append(d.adds.at, len(d.to.entries)), append(d.adds.ids, id)
	d.to.entries = append(d.to.entries, entry{label, none})
}

// split returns the two parts of a raw entry: mode and name, and the object.
func split(raw []byte) (named, id []byte) {
	n := len(raw) - len(pack.ID{})
	return raw[:n], raw[n:]
}

func classOf(e gitstore.TreeEntry) Class {
	switch e.Type() {
	case gitstore.ModeDir:
		return Dir
	case gitstore.ModeSymlink:
		return Symlink
	case gitstore.ModeGitlink:
		return Gitlink
	}
	return File
}

// sound reads an entry that has been measured, and so can be read.
func sound(raw []byte) gitstore.TreeEntry {
	e, _, _ := gitstore.NextTreeEntry(raw)
	return e
}

// sorted reports whether git sorts a before b: a folder as if its name ended in a slash.
func sorted(a, b gitstore.TreeEntry) bool {
	n := min(len(a.Name), len(b.Name))
	if c := bytes.Compare(a.Name[:n], b.Name[:n]); c != 0 {
		return c < 0
	}
	return end(a, n) < end(b, n)
}

func end(e gitstore.TreeEntry, n int) byte {
	switch {
	case len(e.Name) > n:
		return e.Name[n]
	case e.Type() == gitstore.ModeDir:
		return '/'
	}
	return 0
}
