package gitstore

// NoBase stands for the base of an object that no walk makes from another one.
const NoBase = ^uint32(0)

// Bases returns for each object the one that a walk makes it from, if both are visited, or [NoBase]. 4 bytes an
// object.
func (t *Table) Bases() []uint32 {
	bases := make([]uint32, t.Len())
	for i := range bases {
		bases[i] = NoBase
	}
	for store, p := range t.repository.packs {
		f := p.Forest()
		for slot := range uint32(f.Len()) {
			base, ok := f.Base(slot)
			if ok && t.chosen(uint32(store), f, slot) && t.chosen(uint32(store), f, base) {
				bases[t.rank(uint32(store), f.Position(slot))] = t.rank(uint32(store), f.Position(base))
			}
		}
	}
	return bases
}
