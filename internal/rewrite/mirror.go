package rewrite

import (
	"cmp"
	"slices"
	"sync"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/history"
)

// variant is one content that an object has in the new history: its own, or what it becomes at a path.
type variant struct {
	id      pack.ID
	path    history.Path // for trees that change
	splices []pack.Splice
	whole   []byte // the content, where it has nothing to do with the old one
}

// origin is what an object is to those that are stored as deltas against it: the nearest object, itself or one
// before it in the chain, that is in the new pack in some form.
type origin struct {
	variants []variant
	size     int         // bytes of its old content
	copies   []pack.Copy // by which the object is made from it; not looked at where it is the object itself
	distant  bool        // it is not the object itself
	heir     *heir       // where nothing in the chain is in the new pack: then this is about the first of the chain
}

// Release implements [pack.Memo].
func (*origin) Release() {}

// Size implements [pack.Memo].
func (o *origin) Size() int {
	const each = 64
	n := each + 24*cap(o.copies)
	for _, v := range o.variants {
		n += each + each*cap(v.splices)
	}
	return n
}

// heir stands in for an object that goes and that others are made from: the first of those that is met and stays, which
// the others become deltas of. Without it, all of them would be stored whole.
type heir struct {
	mu       sync.Mutex
	variants []variant   // none until there is one. Guarded by mu, as all below
	size     int         // bytes of its old content
	copies   []pack.Copy // by which what goes could be made from it
}

// get returns the heir as an origin, with the copies by which an object is made from it, given those by which
// that is made from what goes. Where there is none yet, base is nil, and others wait until become is called, once the
// object is written.
func (h *heir) get(dst, copies []pack.Copy) (base *origin, composed []pack.Copy) {
	h.mu.Lock()
	if h.variants == nil {
		return nil, nil
	}
	defer h.mu.Unlock()
	return &origin{variants: h.variants, size: h.size}, pack.ComposeCopies(dst, copies, h.copies)
}

// become makes an object the heir.
func (h *heir) become(variants []variant, size int, copies []pack.Copy) {
	h.variants, h.size, h.copies = variants, size, copies
	h.mu.Unlock()
}

// inverse returns the copies by which a base is made from what was made from it by copies.
func inverse(copies []pack.Copy) []pack.Copy {
	turned := make([]pack.Copy, 0, len(copies))
	for _, c := range copies {
		turned = append(turned, pack.Copy{At: c.Base, Base: c.At, Len: c.Len})
	}
	slices.SortFunc(turned, func(a, b pack.Copy) int { return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(b.Len, a.Len)) })
	end, n := 0, 0
	for _, c := range turned {
		if over := end - c.At; over > 0 { // what was copied twice is taken once
			c = pack.Copy{At: end, Base: c.Base + over, Len: c.Len - over}
		}
		if c.Len > 0 {
			turned[n], end = c, c.At+c.Len
			n++
		}
	}
	return turned[:n]
}

// mirrorer writes the objects whose delta base is not in the new pack as it was, and those that change, on one
// worker of a walk. Where the base is there in another form, the delta is made anew from what the
// old one copied.
type mirrorer struct {
	encoder  *encoder
	deflater *pack.Deflater
	splicer  splicer

	composed, mapped []pack.Copy
	inherited        []pack.Copy
	content, delta   []byte
	deflated         []byte
}

func (m *mirrorer) visit(o *gitstore.Object) {
	variants := m.variants(o.Index, o.Content)
	base := m.base(o)
	var copies []pack.Copy
	if base != nil {
		copies = m.copies(o, base)
	}
	if o.HasChildren {
		switch {
		case len(variants) > 0:
			o.Memo = &origin{variants: variants, size: len(o.Content)}
		case base != nil:
			o.Memo = &origin{variants: base.variants, size: base.size, distant: true, copies: slices.Clone(copies), heir: base.heir}
		default:
			o.Memo = &origin{size: len(o.Content), heir: m.encoder.heir(o.Index)}
		}
	}
	if base != nil && base.heir != nil && len(variants) > 0 {
		h, own := base.heir, copies
		if base, copies = h.get(m.inherited[:0], own); base == nil {
			defer h.become(variants, len(o.Content), inverse(own))
		} else {
			m.inherited = copies
		}
	}
	for i := range variants {
		if m.encoder.needs(variants[i].id) {
			m.write(o, &variants[i], base, copies)
		}
	}
}

// base returns the origin of an object's delta base, nil where it has none.
func (m *mirrorer) base(o *gitstore.Object) *origin {
	if !o.HasBase {
		return nil
	}
	if base, ok := o.BaseMemo.(*origin); ok {
		return base
	}
	base := &origin{variants: m.variants(o.Base, o.BaseContent), size: len(o.BaseContent)} // memory was short
	if len(base.variants) == 0 {
		base.heir = m.encoder.heir(o.Base)
	}
	return base
}

// copies returns by which copies an object is made from the origin of its base. It is valid until the next call.
func (m *mirrorer) copies(o *gitstore.Object, base *origin) []pack.Copy {
	if !base.distant {
		return o.Copies
	}
	m.composed = pack.ComposeCopies(m.composed[:0], o.Copies, base.copies)
	return m.composed
}

// variants returns the contents that an object has in the new pack.
func (m *mirrorer) variants(object uint32, content []byte) []variant {
	r := m.encoder.rewrite
	var variants []variant
	if r.keep.Has(object) {
		variants = append(variants, variant{id: r.table.ID(object)})
	}
	for _, state := range r.edits.Of(object) {
		splices, err := m.splicer.tree(r, int(state), content)
		if err != nil {
			continue // it was read before: [encoder.finish] sees what is missing
		}
		variants = append(variants, variant{id: r.trees[state].id, path: r.edits.Path(int(state)), splices: slices.Clone(splices)})
	}
	if blob, ok := r.read.blobs[object]; ok {
		v := variant{id: blob.id}
		if edit := r.edit.Blobs.Edit(content); edit.Binary {
			v.whole = []byte(removedBinary)
		} else {
			v.splices = edit.Splices
		}
		variants = append(variants, v)
	}
	return variants
}

// write writes one content of an object, which is made from an origin by copies, unless that is nil.
func (m *mirrorer) write(o *gitstore.Object, v *variant, base *origin, copies []pack.Copy) {
	m.content = pack.AppendSpliced(m.content[:0], o.Content, v.splices)
	content := m.content
	if v.whole != nil {
		content, base = v.whole, nil
	}
	entry := pack.Entry{ID: v.id, Kind: o.Kind, Size: len(content)}
	data := content
	if base != nil {
		from, offset := m.choose(base, v)
		if offset != 0 {
			m.mapped = pack.MapCopies(m.mapped[:0], copies, from.splices, v.splices)
			m.delta = pack.AppendDelta(m.delta[:0], sizeAfter(base.size, from.splices), content, m.mapped)
			if len(m.delta) <= len(content)/2 {
				entry.Size, entry.Base, data = len(m.delta), offset, m.delta
			}
		}
	}
	m.deflated = m.deflater.Append(m.deflated[:0], data)
	entry.Deflated = m.deflated
	m.encoder.add(entry)
}

// choose returns the form of an origin that a content is to be a delta against, and where it is: the one at the
// same path, else any that is written. The offset is 0 where none is.
func (m *mirrorer) choose(base *origin, v *variant) (from *variant, offset uint64) {
	for i := range base.variants {
		b := &base.variants[i]
		if b.whole != nil {
			continue
		}
		at := m.encoder.offset(b.id)
		if at != 0 && (from == nil || b.path == v.path) {
			from, offset = b, at
		}
	}
	return from, offset
}

// sizeAfter returns how many bytes a content of some size has once it is spliced.
func sizeAfter(size int, splices []pack.Splice) int {
	for _, s := range splices {
		size += len(s.With) - s.Length
	}
	return size
}
