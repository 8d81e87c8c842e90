package history

import (
	"bytes"
	"errors"
	"math"

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
	below      *children
	base, tree []byte
	from       *shape   // of base, nil without one
	to         *shape   // of what is accounted for of tree, nil when nobody asks
	left       int      // entries of base up to here are accounted for
	at         int      // the tree is accounted for up to here
	ends       []uint32 // of the entries after that which have been measured
	end        int      // the last of those, or at
	err        error    // why tree cannot be read further

	folders, fresh []entry // added
	replaced       []entry // added in place of a file of the same name and class
	dels           []entry
}

// begin prepares for a tree of no base.
func (d *treeDiff) begin(r *Recorder, tree []byte, to *shape) {
	d.names, d.below = &r.names, &r.below
	d.base, d.from, d.left = nil, nil, 0
	d.tree, d.to, d.at, d.end, d.err = tree, to, 0, 0, nil
	d.ends, d.folders, d.fresh, d.replaced, d.dels = d.ends[:0], d.folders[:0], d.fresh[:0], d.replaced[:0], d.dels[:0]
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
		case d.end < place:
			if !d.next(i) {
				return
			}
		case d.end > place:
			i++
		default:
			d.gap(i)
			d.left = d.from.after(i+1, end+1) - 1
			if d.to != nil {
				d.to.take(d.from, i, d.left, shift)
			}
			d.at = int(d.from.starts[d.left]) + shift
			d.end = d.at
			return
		}
	}
}

// next reads an entry of the tree, with what the base has up to an entry to go by.
func (d *treeDiff) next(until int) (ok bool) {
	return len(d.ends) == 0 && d.left < until && d.paired() || d.read()
}

// paired accounts for the next entries of both if mode and name are the same, which is what most
// deltas leave whole. Then they need not be read.
func (d *treeDiff) paired() bool {
	old, now := d.from.raw(d.base, d.left), d.tree[d.end:]
	n := len(old) - len(pack.ID{})
	if len(now) < len(old) || d.end+len(old) > math.MaxUint32 || string(now[:n]) != string(old[:n]) {
		return false
	}
	d.end += len(old)
	d.replace(d.from.entries[d.left].label, now[n:len(old)], old[n:], d.end)
	return true
}

// read measures the next entry of the tree. It returns false at its end and with an error.
func (d *treeDiff) read() (ok bool) {
	if d.end == len(d.tree) || d.err != nil {
		return false
	}
	var n int
	if n, d.err = gitstore.TreeEntryLen(d.tree[d.end:]); d.err != nil {
		return false
	}
	if d.end+n > math.MaxUint32 {
		d.err = errTreeLong
		return false
	}
	d.end += n
	d.ends = append(d.ends, uint32(d.end))
	return true
}

// errTreeLong says that a tree goes on beyond what a shape can measure.
var errTreeLong = errors.New("tree is longer than 4 GiB")

// finish reads the rest of the tree and says why it ends too early, if it does.
func (d *treeDiff) finish() error {
	last := 0
	if d.from != nil {
		last = len(d.from.entries)
	}
	for d.next(last) {
		if d.left == last {
			d.gap(last)
		}
	}
	d.gap(last)
	return d.err
}

// gap merges what is left of the base up to an entry with what is measured of the tree.
func (d *treeDiff) gap(until int) {
	i := 0 // of ends
	for d.left < until && i < len(d.ends) {
		end := int(d.ends[i])
		old, now := d.from.raw(d.base, d.left), d.tree[d.at:end]
		label := d.from.entries[d.left].label
		if named, id := split(now); len(old) == len(now) && bytes.HasPrefix(old, named) {
			d.replace(label, id, old[len(named):], end)
			i++
			continue
		}
		before, after := sound(old), sound(now)
		switch {
		case bytes.Equal(before.name, after.name): // another mode
			d.replace(withClass(label, after.class), after.id, before.id, end)
			i++
		case sorted(before, after):
			d.del()
		default:
			d.insert(after, end)
			i++
		}
	}
	for d.left < until {
		d.del()
	}
	for _, end := range d.ends[i:] {
		d.insert(sound(d.tree[d.at:end]), int(end))
	}
	d.ends = d.ends[:0]
}

// replace accounts for the next entries of both, of one name. That of the tree has a label and an id
// and ends at a place.
func (d *treeDiff) replace(label uint32, id, oldID []byte, end int) {
	e := d.from.entries[d.left]
	if label != e.label || e.class() != Gitlink && string(id) != string(oldID) {
		d.dels = append(d.dels, e)
		same := label == e.label && e.class() != Dir
		e = entry{label, 0}
		e.child = d.below.ticket(id, e.class())
		if same {
			d.replaced = append(d.replaced, e)
		} else {
			d.added(e)
		}
	}
	d.left++
	d.account(e, end)
}

// del accounts for the next entry of the base, which the tree has not.
func (d *treeDiff) del() {
	d.dels = append(d.dels, d.from.entries[d.left])
	d.left++
}

// insert accounts for the next entry of the tree, whose name the base has not. It ends at a place.
func (d *treeDiff) insert(raw rawEntry, end int) {
	e := entry{label(d.names.of(raw.name), raw.class), d.below.ticket(raw.id, raw.class)}
	d.added(e)
	d.account(e, end)
}

// added notes an entry that the base has not.
func (d *treeDiff) added(e entry) {
	if e.class() == Dir {
		d.folders = append(d.folders, e)
	} else {
		d.fresh = append(d.fresh, e)
	}
}

// account accounts for the next entry of the tree, which ends at a place.
func (d *treeDiff) account(e entry, end int) {
	d.at = end
	if d.to != nil {
		d.to.add(e, end)
	}
}

// split returns the two parts of a raw entry: mode and name, and the object.
func split(raw []byte) (named, id []byte) {
	n := len(raw) - len(pack.ID{})
	return raw[:n], raw[n:]
}

// rawEntry is what a raw entry says.
type rawEntry struct {
	class    Class
	name, id []byte
}

// sound reads an entry that has been measured, and so can be read.
func sound(raw []byte) rawEntry {
	named, id := split(raw)
	mode, i := uint32(0), 0
	for ; named[i] != ' '; i++ {
		mode = mode<<3 | uint32(named[i]-'0')
	}
	return rawEntry{ClassOf(gitstore.TreeEntry{Mode: mode}), named[i+1 : len(named)-1], id}
}

// ClassOf returns the class of a raw tree entry.
func ClassOf(e gitstore.TreeEntry) Class {
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

// sorted reports whether git sorts a before b: a folder as if its name ended in a slash.
func sorted(a, b rawEntry) bool {
	n := min(len(a.name), len(b.name))
	if c := bytes.Compare(a.name[:n], b.name[:n]); c != 0 {
		return c < 0
	}
	return end(a, n) < end(b, n)
}

func end(e rawEntry, n int) byte {
	switch {
	case len(e.name) > n:
		return e.name[n]
	case e.class == Dir:
		return '/'
	}
	return 0
}
