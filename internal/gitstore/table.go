package gitstore

import (
	"errors"
	"slices"

	"github.com/unleak/unleak/internal/gitstore/pack"
)

// Table numbers every distinct object of a repository by the rank of its name, so
// that equal sets of objects have equal numbers however they are stored. For
// each it knows one copy, the first among packs in order and then loose files.
// It is immutable and safe for concurrent use. 1 byte an object where one pack is all
// there is; otherwise 11, and 4 more for each copy in a pack.
type Table struct {
	repository *Repository
	only       *pack.Index // of the one pack that is all there is, or nil
	copies     []location  // by number, unless only
	prefixes   *pack.Prefixes
	kinds      []pack.Kind // 0 where the object cannot be decoded
	ranks      [][]uint32  // by pack and index position: number; unless only
	loose      [][]pack.ID // by object folder, sorted
	damaged    []damaged
}

// location is a copy of an object: in pack number store at an index position, or
// after the packs in an object folder at a place of its sorted list.
type location struct{ store, position uint32 }

// damaged is an object of which no walk reaches a copy.
type damaged struct {
	index uint32
	err   error
}

// Table returns the table of objects, which is made on first use.
func (r *Repository) Table() *Table {
	r.tableOnce.Do(func() { r.table = newTable(r) })
	return r.table
}

func newTable(r *Repository) *Table {
	t := &Table{repository: r}
	for _, dir := range r.dirs {
		var ids []pack.ID
		if err := ListLoose(dir, func(id pack.ID) error { ids = append(ids, id); return nil }); err != nil {
			r.problem(dir, "loose objects cannot be listed: %v", err)
		}
		slices.SortFunc(ids, pack.ID.Compare)
		t.loose = append(t.loose, ids)
	}
	t.merge()
	t.kinds = make([]pack.Kind, t.Len())
	t.kindsOfPacks()
	t.kindsOfLoose()
	t.kindsOfDamaged()
	return t
}

// merge makes one ascending sequence of the stores, each of which is sorted. Where one
// pack is all there is and holds nothing twice, its index is that sequence.
func (t *Table) merge() {
	stores := t.stores()
	t.ranks = make([][]uint32, len(t.repository.packs))
	total := 0
	for _, s := range stores {
		total += s.count
	}
	for _, p := range t.repository.packs {
		if x := p.Index(); len(t.repository.packs) == 1 && x.Count() == total && !x.Repeated() {
			t.only = x
			return
		}
	}
	for i, p := range t.repository.packs {
		t.ranks[i] = make([]uint32, p.Index().Count())
	}
	t.copies = make([]location, 0, total)
	t.prefixes = pack.NewPrefixes(total)
	var last pack.ID
	for h := newMerger(stores); len(h.heads) > 0; h.advance() {
		head := h.heads[0]
		if n := len(t.copies); n == 0 || head.id != last {
			last = head.id
			t.prefixes.Add(n, last[:])
			t.copies = append(t.copies, location{head.store, head.position})
		}
		if int(head.store) < len(t.ranks) {
			t.ranks[head.store][head.position] = uint32(len(t.copies) - 1)
		}
	}
	t.prefixes.End(len(t.copies))
}

// stores returns the sorted sequences to merge, in the order of preference.
func (t *Table) stores() []store {
	var stores []store
	for _, p := range t.repository.packs {
		stores = append(stores, store{p.Index().Count(), p.Index().ID})
	}
	for _, ids := range t.loose {
		stores = append(stores, store{len(ids), func(i int) pack.ID { return ids[i] }})
	}
	return stores
}

// kindsOfPacks takes the kinds from the delta forests. The trees of deltas
// against objects outside their pack get theirs once those objects' are known.
func (t *Table) kindsOfPacks() {
	type pending struct {
		store    uint32
		external pack.External
	}
	var waiting []pending
	for store, p := range t.repository.packs {
		f := p.Forest()
		t.takeKinds(uint32(store), f)
		for _, e := range f.External() {
			waiting = append(waiting, pending{uint32(store), e})
		}
	}
	for range maxBaseDepth {
		rest := waiting[:0]
		for _, w := range waiting {
			kind := t.kindOf(w.external.Base)
			if kind == 0 {
				rest = append(rest, w)
				continue
			}
			f := t.repository.packs[w.store].Forest()
			f.SetKind(w.external, kind)
			t.takeKinds(w.store, f)
		}
		if len(rest) == len(waiting) {
			break
		}
		waiting = rest
	}
	for _, w := range waiting {
		f := t.repository.packs[w.store].Forest()
		for slot := range f.Tree(w.external.Slot) {
			t.addDamaged(w.store, f, slot, pack.ErrBaseMissing)
		}
	}
	for store, p := range t.repository.packs {
		for _, d := range p.Forest().Damaged() {
			t.addDamaged(uint32(store), p.Forest(), d.Slot, d.Err)
		}
	}
}

func (t *Table) takeKinds(store uint32, f *pack.Forest) {
	for slot := range uint32(f.Len()) {
		if kind := f.Kind(slot); kind != 0 && t.chosen(store, f, slot) {
			t.kinds[t.rank(store, f.Position(slot))] = kind
		}
	}
}

func (t *Table) addDamaged(store uint32, f *pack.Forest, slot uint32, err error) {
	if t.chosen(store, f, slot) {
		t.damaged = append(t.damaged, damaged{t.rank(store, f.Position(slot)), err})
	}
}

func (t *Table) kindOf(id pack.ID) pack.Kind {
	i, ok := t.Index(id)
	if !ok {
		return 0
	}
	at := t.at(i)
	if kind := t.kinds[i]; kind != 0 || int(at.store) < len(t.repository.packs) {
		return kind
	}
	kind, _, _ := StatLoose(t.looseDir(at.store), id)
	return kind
}

// kindsOfLoose reads the headers of loose objects.
func (t *Table) kindsOfLoose() {
	for i, at := range t.copies {
		if int(at.store) < len(t.repository.packs) {
			continue
		}
		kind, _, err := StatLoose(t.looseDir(at.store), t.ID(uint32(i)))
		if err != nil && !errors.Is(err, pack.ErrTooLarge) {
			t.damaged = append(t.damaged, damaged{uint32(i), err})
			continue
		}
		t.kinds[i] = kind
	}
}

// kindsOfDamaged asks other copies for the kinds of what no walk reaches, so that the
// walk of that kind takes it up.
func (t *Table) kindsOfDamaged() {
	for _, d := range t.damaged {
		t.kinds[d.index], _, _, _ = t.repository.Find(t.ID(d.index))
	}
}

func (t *Table) looseDir(store uint32) string {
	return t.repository.dirs[int(store)-len(t.repository.packs)]
}

// chosen reports whether the copy at slot is the one that the table knows.
func (t *Table) chosen(store uint32, f *pack.Forest, slot uint32) bool {
	if t.only != nil {
		return true
	}
	position := f.Position(slot)
	return t.copies[t.rank(store, position)] == location{store, uint32(position)}
}

func (t *Table) rank(store uint32, position int) uint32 {
	if t.only != nil {
		return uint32(position)
	}
	return t.ranks[store][position]
}

// at returns the copy of object i that the table knows.
func (t *Table) at(i uint32) location {
	if t.only != nil {
		return location{0, i}
	}
	return t.copies[i]
}

// Len returns the number of distinct objects.
func (t *Table) Len() int {
	if t.only != nil {
		return t.only.Count()
	}
	return len(t.copies)
}

// ID returns the name of object i.
func (t *Table) ID(i uint32) pack.ID {
	if t.only != nil {
		return t.only.ID(int(i))
	}
	return t.idAt(t.copies[i])
}

// Kind returns the kind of object i, 0 when no copy tells.
func (t *Table) Kind(i uint32) pack.Kind { return t.kinds[i] }

// Index returns the number of the object named id.
func (t *Table) Index(id pack.ID) (uint32, bool) {
	if t.only != nil {
		i, ok := t.only.Find(id)
		return uint32(i), ok
	}
	from, to := t.prefixes.Range(id)
	i, ok := slices.BinarySearchFunc(t.copies[from:to], id, func(at location, id pack.ID) int {
		return t.idAt(at).Compare(id)
	})
	return uint32(from + i), ok
}

// IndexAll is Index for many: it writes the number of each object to numbers, which is as
// long as ids, or [pack.NotFound] for one that no store holds.
func (t *Table) IndexAll(ids []pack.ID, numbers []uint32) {
	if t.only != nil {
		t.only.FindAll(ids, numbers)
		return
	}
	for i, id := range ids {
		number, ok := t.Index(id)
		if !ok {
			number = pack.NotFound
		}
		numbers[i] = number
	}
}

func (t *Table) idAt(at location) pack.ID {
	if packs := t.repository.packs; int(at.store) < len(packs) {
		return packs[at.store].Index().ID(int(at.position))
	}
	return t.loose[int(at.store)-len(t.repository.packs)][at.position]
}
