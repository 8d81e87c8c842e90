package gittest

import (
	"os"
	"path/filepath"
)

// Write puts a file into the work tree, with the folders above it. What is in its
// way, a folder or a symbolic link, is removed.
func (r *Repo) Write(path, content string) {
	r.t.Helper()
	file := r.clear(path)
	must(r.t, os.WriteFile(file, []byte(content), 0o644))
}

// Symlink puts a symbolic link into the work tree.
func (r *Repo) Symlink(path, target string) {
	r.t.Helper()
	must(r.t, os.Symlink(target, r.clear(path)))
}

// Remove deletes a file or folder from the work tree.
func (r *Repo) Remove(path string) {
	r.t.Helper()
	must(r.t, os.RemoveAll(filepath.Join(r.Dir, filepath.FromSlash(path))))
}

// Rename moves a file or folder within the work tree.
func (r *Repo) Rename(from, to string) {
	r.t.Helper()
	must(r.t, os.Rename(filepath.Join(r.Dir, filepath.FromSlash(from)), r.clear(to)))
}

// clear makes room for a new file at path and returns where it is on disk.
func (r *Repo) clear(path string) string {
	r.t.Helper()
	file := filepath.Join(r.Dir, filepath.FromSlash(path))
	for above := filepath.Dir(file); len(above) > len(r.Dir); above = filepath.Dir(above) {
		if info, err := os.Lstat(above); err == nil && !info.IsDir() {
			must(r.t, os.Remove(above))
		}
	}
	must(r.t, os.RemoveAll(file))
	must(r.t, os.MkdirAll(filepath.Dir(file), 0o755))
	return file
}
