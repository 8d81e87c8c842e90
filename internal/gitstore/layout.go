// Package gitstore opens a Git repository for reading: where its parts lie, its
// refs, reflogs and index, loose objects and packs, and a storage for go-git over
// them that any number of goroutines may use.
//
// A repository is hostile input. Nothing it configures is run, no file is
// included, only regular files are opened, every size is bounded, and a broken
// part is reported as a [Problem] or a [DamageError] while the rest is read.
package gitstore

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Layout says where the parts of a repository lie (gitrepository-layout(5)).
// All paths are absolute, with symbolic links resolved. A Layout does not change
// after [Locate] and may be used by several goroutines.
type Layout struct {
	GitDir    string // holds HEAD and index; one folder for each work tree
	CommonDir string // holds objects, refs and config; GitDir unless in a linked work tree
	WorkTree  string // the checked-out files, or "" for a bare repository
	// Problems says what of the layout and configuration could not be read.
	Problems []Problem

	config      *settings
	environment Environment
}

// Locate finds the repository that path belongs to: a work tree or a folder in
// it, a linked work tree, a bare repository, a folder with a `.git` file, that
// file, or a `.git` folder itself. As git does, it looks at path and then at each
// folder above. Environment variables are not looked at.
//
// The error wraps [ErrNotRepository] where there is none, and is an
// [*UnsupportedError] for SHA-256, reftable and unknown extensions.
func Locate(path string) (*Layout, error) {
	start, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	start = resolved(start)
	info, err := os.Stat(start)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		if filepath.Base(start) != ".git" {
			return nil, fmt.Errorf("%s is a file: %w", printable(path), ErrNotRepository)
		}
		start = filepath.Dir(start)
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		layout, err := layoutAt(dir)
		if layout != nil || err != nil {
			return layout, err
		}
		if filepath.Dir(dir) == dir {
			return nil, fmt.Errorf("%s: %w, and nor is any folder above it", printable(path), ErrNotRepository)
		}
	}
}

// layoutAt returns the repository whose work tree or Git folder is dir, or nil.
func layoutAt(dir string) (*Layout, error) {
	dotGit := filepath.Join(dir, ".git")
	if info, err := os.Stat(dotGit); err == nil && info.Mode().IsRegular() {
		gitDir, err := readPointer(dotGit, "gitdir: ", dir)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrNotRepository, err)
		}
		common, ok := gitDirAt(gitDir)
		if !ok {
			return nil, fmt.Errorf("%s points to %s: %w", printable(dotGit), printable(gitDir), ErrNotRepository)
		}
		return newLayout(gitDir, common, dir)
	}
	if common, ok := gitDirAt(dotGit); ok {
		return newLayout(dotGit, common, dir)
	}
	if common, ok := gitDirAt(dir); ok {
		return newLayout(dir, common, "")
	}
	return nil, nil
}

// gitDirAt reports whether dir is the Git folder of a repository, and which
// folder holds the parts that its work trees share. It asks for less than git
// does, so that a repository with a broken HEAD can still be read.
func gitDirAt(dir string) (commonDir string, ok bool) {
	if _, err := os.Lstat(filepath.Join(dir, "HEAD")); err != nil {
		return "", false
	}
	commonDir = dir
	if named, err := readPointer(filepath.Join(dir, "commondir"), "", dir); err == nil {
		commonDir = named
	}
	if !isDir(filepath.Join(commonDir, "objects")) {
		return "", false
	}
	_, err := os.Stat(filepath.Join(commonDir, "packed-refs"))
	return commonDir, err == nil || isDir(filepath.Join(commonDir, "refs"))
}

// newLayout completes a layout. found is the folder whose `.git` led to gitDir,
// or "" where gitDir itself was met.
func newLayout(gitDir, commonDir, found string) (*Layout, error) {
	l := &Layout{GitDir: resolved(gitDir), CommonDir: resolved(commonDir)}
	l.loadConfig()
	if err := l.checkFormat(); err != nil {
		return nil, fmt.Errorf("%s: %w", printable(l.GitDir), err)
	}
	l.WorkTree = l.findWorkTree(found)
	return l, nil
}

// findWorkTree returns where the files of this work tree are, or "" for none.
func (l *Layout) findWorkTree(found string) string {
	core := l.config.section("core")
	linked := l.GitDir != l.CommonDir
	candidate := found
	switch {
	case linked && found == "":
		if dotGit, err := readPointer(filepath.Join(l.GitDir, "gitdir"), "", l.GitDir); err == nil {
			candidate = filepath.Dir(dotGit)
		}
	case linked: // core.worktree and core.bare speak of the main work tree
	case isTrue(core, "bare"):
		return ""
	case core.Get("worktree") != "":
		candidate = absolute(l.GitDir, core.Get("worktree"))
	case found == "" && filepath.Base(l.GitDir) == ".git":
		candidate = filepath.Dir(l.GitDir)
	}
	if candidate == "" || !isDir(candidate) {
		return ""
	}
	return resolved(candidate)
}

// where names a path for a [Problem]: relative to the common folder if it lies
// in it, so that equal clones give equal reports.
func (l *Layout) where(path string) string {
	relative, err := filepath.Rel(l.CommonDir, path)
	if err != nil || relative == ".." || strings.HasPrefix(relative, ".."+string(filepath.Separator)) {
		return printable(path)
	}
	return printable(filepath.ToSlash(relative))
}

// Worktree is one work tree of a repository.
type Worktree struct {
	Name   string // its folder under worktrees/, or "" for the main one
	GitDir string // holds its HEAD, index and per-worktree refs
}

// Worktrees lists the main work tree (also of a bare repository, which has a
// HEAD too) and then every linked one by name, also those whose files are gone.
func (l *Layout) Worktrees() ([]Worktree, []Problem) {
	list := []Worktree{{GitDir: l.CommonDir}}
	folder := filepath.Join(l.CommonDir, "worktrees")
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return list, nil
	}
	for _, entry := range entries {
		if gitDir := filepath.Join(folder, entry.Name()); isDir(gitDir) {
			list = append(list, Worktree{Name: entry.Name(), GitDir: gitDir})
		}
	}
	if err != nil {
		return list, []Problem{{l.where(folder), reason(err)}}
	}
	return list, nil
}

// Worktree returns the name of the work tree that the layout was located from,
// "" for the main one.
func (l *Layout) Worktree() string {
	if l.GitDir == l.CommonDir {
		return ""
	}
	return filepath.Base(l.GitDir)
}
