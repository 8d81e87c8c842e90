package gitstore

import (
	"os"
	"path/filepath"

	"github.com/unleak/unleak/internal/gitstore/pack"
)

// StoredBytes returns how many bytes the objects take on disk, those of alternates included:
// the packs without their indexes, and every loose object. What cannot be looked at
// counts as nothing.
func (r *Repository) StoredBytes() int64 {
	var total int64
	for _, p := range r.packs {
		total += p.Size()
	}
	for _, dir := range r.dirs {
		// Folders that cannot be listed are among the problems of the table.
		_ = ListLoose(dir, func(id pack.ID) error {
			if info, err := os.Stat(filepath.Join(dir, loosePath(id))); err == nil {
				total += info.Size()
			}
			return nil
		})
	}
	return total
}

// StoredBytes returns how many bytes some objects take in the copies that the table knows: entries of packs, and for loose
// objects what their files have.
func (t *Table) StoredBytes(of func(index uint32) bool) int64 {
	var total int64
	for store, p := range t.repository.packs {
		f := p.Forest()
		for slot := range uint32(f.Len()) {
			if t.chosen(uint32(store), f, slot) && of(t.rank(uint32(store), f.Position(slot))) {
				total += f.StoredSize(slot)
			}
		}
	}
	for i, at := range t.copies {
		if int(at.store) < len(t.repository.packs) || !of(uint32(i)) {
			continue
		}
		if info, err := os.Stat(filepath.Join(t.looseDir(at.store), loosePath(t.ID(uint32(i))))); err == nil {
			total += info.Size()
		}
	}
	return total
}
