package gittest

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// FlipByte inverts one byte of a file; a negative offset counts from its end.
func (r *Repo) FlipByte(path string, offset int64) {
	r.t.Helper()
	content, err := os.ReadFile(path)
	must(r.t, err)
	if offset < 0 {
		offset += int64(len(content))
	}
	content[offset] ^= 0xff
	must(r.t, replaceFile(path, content))
}

// Truncate cuts a file off; a negative size counts from its end.
func (r *Repo) Truncate(path string, size int64) {
	r.t.Helper()
	content, err := os.ReadFile(path)
	must(r.t, err)
	if size < 0 {
		size += int64(len(content))
	}
	must(r.t, replaceFile(path, content[:size]))
}

// WriteLoose puts bytes, deflated, where the loose object of an id is kept, whatever they are.
// What a loose object inflates to begins with "blob 12\x00".
func (r *Repo) WriteLoose(id string, inflated []byte) {
	r.t.Helper()
	must(r.t, os.MkdirAll(filepath.Dir(r.LoosePath(id)), 0o755))
	must(r.t, replaceFile(r.LoosePath(id), Deflate(inflated)))
}

// RemoveObjects takes objects out of the repository, loose or packed. A store with
// packs is packed anew, with deltas, without them.
func (r *Repo) RemoveObjects(ids ...string) {
	r.t.Helper()
	packs := r.Packs()
	var keep []string
	if len(packs) > 0 {
		keep = slices.DeleteFunc(r.packList(), func(line string) bool {
			id, _, _ := strings.Cut(line, " ")
			return slices.Contains(ids, id)
		})
	}
	for _, id := range ids {
		if err := os.Remove(r.LoosePath(id)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			r.t.Fatal(err)
		}
	}
	if len(packs) == 0 {
		return
	}
	copied := &replica{r.t, r, r.t.TempDir()}
	must(r.t, os.MkdirAll(filepath.Join(copied.dir, "objects", "pack"), 0o755))
	copied.pack(keep, "--delta-base-offset", "--depth=50", "--window=10")
	for _, pack := range packs {
		for _, extension := range []string{".pack", ".idx", ".rev", ".bitmap", ".mtimes"} {
			if err := os.Remove(strings.TrimSuffix(pack, ".pack") + extension); err != nil && !errors.Is(err, fs.ErrNotExist) {
				r.t.Fatal(err)
			}
		}
	}
	copyPath(r.t, os.DirFS(filepath.Join(copied.dir, "objects")), "pack", r.ObjectDir())
}
