package gitstore

import (
	"os"
	"path/filepath"

	"github.com/unleak/unleak/internal/gitstore/pack"
)

// Stores returns the files that hold an object, damaged or not: packs and loose objects, relative to the
// common folder if they lie in it.
func (r *Repository) Stores(id pack.ID) (files []string) {
	for _, p := range r.packs {
		if _, ok := p.Index().Find(id); ok {
			files = append(files, r.where(p.Path()))
		}
	}
	for _, dir := range r.dirs {
		file := filepath.Join(dir, loosePath(id))
		if _, err := os.Lstat(file); err == nil {
			files = append(files, r.where(file))
		}
	}
	return files
}
