package scanner

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/format/gitignore"

	"github.com/unleak/unleak/internal/gitstore"
)

// Worktree is the files of a repository's work tree as they are on disk, without what
// .gitignore files and info/exclude ignore, unless noIgnore. A file that is tracked is never
// ignored, as for git.
func Worktree(path string, noIgnore bool) Source { return worktreeSource{path, noIgnore} }

type worktreeSource struct {
	path     string
	noIgnore bool
}

func (w worktreeSource) scan(ctx context.Context, s *session) (*Result, error) {
	s.phase("files")
	repository, err := gitstore.Open(w.path)
	if err != nil {
		return nil, fmt.Errorf("opening the repository: %w", err)
	}
	defer repository.Close()
	if repository.WorkTree == "" {
		return nil, fmt.Errorf("%s is a bare repository and has no work tree: scan it without --worktree", w.path)
	}
	f := newFileScan(s)
	f.root = repository.WorkTree
	lister := worktreeLister{fileScan: f}
	if !w.noIgnore {
		lister.ignore = newIgnorer(repository)
	}
	f.walkFolder(lister.visit)
	return f.result(ctx, sourceOf(repository, "worktree", w.path))
}

// worktreeLister lists the files that are not ignored.
type worktreeLister struct {
	*fileScan
	ignore *ignorer // nil: nothing is
}

func (l worktreeLister) visit(name string, entry fs.DirEntry) error {
	if path.Base(name) == ".git" {
		return skip(entry)
	}
	if l.ignore != nil {
		if l.ignore.ignored(name, entry.IsDir()) {
			return skip(entry)
		}
		if entry.IsDir() {
			l.ignore.read(filepath.Join(l.root, filepath.FromSlash(name), ".gitignore"), strings.Split(name, "/"))
		}
	}
	if !entry.IsDir() {
		l.list(name, entry.Type())
	}
	return nil
}

// ignorer decides what git would ignore (gitignore(5)). Patterns are read while folders are
// walked, so that those of ignored folders never count.
type ignorer struct {
	patterns []gitignore.Pattern
	matcher  gitignore.Matcher // of patterns, nil when these have grown
	tracked  map[string]bool   // files in the index, and their folders
}

func newIgnorer(repository *gitstore.Repository) *ignorer {
	g := &ignorer{tracked: map[string]bool{}}
	g.read(filepath.Join(repository.CommonDir, "info", "exclude"), nil)
	g.read(filepath.Join(repository.WorkTree, ".gitignore"), nil)
	entries, _ := repository.Index(gitstore.Worktree{GitDir: repository.GitDir}) // without one, nothing is tracked
	for _, entry := range entries {
		for name := entry.Path; name != "." && !g.tracked[name]; name = path.Dir(name) {
			g.tracked[name] = true
		}
	}
	return g
}

// read adds the patterns of a file, which apply below a folder.
func (g *ignorer) read(file string, folder []string) {
	info, err := os.Lstat(file)
	if err != nil || !info.Mode().IsRegular() {
		return
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return // unreadable for us: ignore nothing by it
	}
	lines := bufio.NewScanner(bytes.NewReader(content))
	for lines.Scan() {
		line := lines.Text()
		if strings.HasPrefix(line, "#") || strings.TrimSpace(line) == "" {
			continue
		}
		g.patterns = append(g.patterns, gitignore.ParsePattern(line, folder))
		g.matcher = nil
	}
}

func (g *ignorer) ignored(name string, isDir bool) bool {
	if g.tracked[name] || len(g.patterns) == 0 {
		return false
	}
	if g.matcher == nil {
		g.matcher = gitignore.NewMatcher(g.patterns)
	}
	return g.matcher.Match(strings.Split(name, "/"), isDir)
}
