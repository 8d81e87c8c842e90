package scanner

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/unleak/unleak/internal/gitstore"
)

// Detect says what path is: a repository when it is a work tree's root, a Git folder or a
// .git file, otherwise a plain folder or file. The empty path and "." stand for the
// repository around the current folder, if there is one.
//
// root is the folder that a rule file is looked for in: the work tree, or the
// folder itself; it is empty for a bare repository.
func Detect(path string) (source Source, root string, err error) {
	here := path == "" || path == "."
	if here {
		path = "."
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, "", fmt.Errorf("looking at what to scan: %w", err)
	}
	layout, err := gitstore.Locate(path)
	switch {
	case err == nil && (here || isRepository(layout, path)):
		return Repository(path), layout.WorkTree, nil
	case err != nil && !errors.Is(err, gitstore.ErrNotRepository) && (here || hasGit(path)):
		return nil, "", err
	case !info.IsDir():
		return Path(path), filepath.Dir(path), nil
	}
	return Path(path), path, nil
}

// isRepository reports whether path itself, and not a folder above it, is the repository.
func isRepository(layout *gitstore.Layout, path string) bool {
	info, err := os.Stat(path)
	if err != nil {
		return false
	}
	for _, own := range []string{layout.WorkTree, layout.GitDir, layout.CommonDir, filepath.Join(layout.WorkTree, ".git")} {
		if other, err := os.Stat(own); err == nil && own != "" && os.SameFile(info, other) {
			return true
		}
	}
	return false
}

// hasGit reports whether path is the root of a repository that cannot be opened.
func hasGit(path string) bool {
	for _, name := range []string{".git", "HEAD"} {
		if _, err := os.Lstat(filepath.Join(path, name)); err == nil {
			return true
		}
	}
	return filepath.Base(path) == ".git"
}
