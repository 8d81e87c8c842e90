package scanner

import (
	"context"
	"fmt"
	"io/fs"
	"path"

	"github.com/unleak/unleak/internal/gitignore"
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
	if l.ignore != nil && l.ignore.ignored(name, entry.IsDir()) {
		return skip(entry)
	}
	if !entry.IsDir() {
		l.list(name, entry.Type())
	}
	return nil
}

// ignorer decides what git would ignore.
type ignorer struct {
	rules   *gitignore.Rules
	tracked map[string]bool // files in the index, and their folders
}

func newIgnorer(repository *gitstore.Repository) *ignorer {
	g := &ignorer{rules: gitignore.New(repository.WorkTree, repository.CommonDir), tracked: map[string]bool{}}
	entries, _ := repository.Index(gitstore.Worktree{GitDir: repository.GitDir}) // without one, nothing is tracked
	for _, entry := range entries {
		for name := entry.Path; name != "." && !g.tracked[name]; name = path.Dir(name) {
			g.tracked[name] = true
		}
	}
	return g
}

func (g *ignorer) ignored(name string, isDir bool) bool {
	return !g.tracked[name] && g.rules.Match(name, isDir).Ignored
}
