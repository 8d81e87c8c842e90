package gittest

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// Copy copies a repository as it stands, damage included, to a new folder, so
// that one history serves many tests.
func (r *Repo) Copy() *Repo {
	r.t.Helper()
	dir := r.t.TempDir()
	copyPath(r.t, os.DirFS(r.Dir), ".", dir)
	return Open(r.t, dir)
}

// copyPath copies a file or folder from below one folder to the same place below another.
// Nothing there is fine. Symbolic links are not followed and not copied.
func copyPath(t testing.TB, from fs.FS, path, to string) {
	t.Helper()
	err := fs.WalkDir(from, path, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		target := filepath.Join(to, filepath.FromSlash(path))
		switch {
		case entry.IsDir():
			return os.MkdirAll(target, 0o755)
		case !entry.Type().IsRegular():
			return nil
		}
		content, err := fs.ReadFile(from, path)
		if err != nil {
			return err
		}
		return replaceFile(target, content)
	})
	if !errors.Is(err, fs.ErrNotExist) {
		must(t, err)
	}
}

// replaceFile writes a file anew: Git's own are read-only.
func replaceFile(path string, content []byte) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.WriteFile(path, content, 0o644)
}
