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
