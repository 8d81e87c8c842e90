package gitstore

import (
	"github.com/unleak/unleak/internal/gitstore/pack"
)

// IndexEntry is one path in an index (gitformat-index(5)).
type IndexEntry struct {
	Path  string // bytes of the repository, with slashes
	ID    pack.ID
	Mode  uint32 // as in a tree: 0o100644, 0o100755, 0o120000, 0o160000
	Stage int    // 0, or in a conflict 1 (base), 2 (ours), 3 (theirs)
	// IntentToAdd marks a path of `git add -N`: there is no content yet and ID
	// is that of the empty blob.
	IntentToAdd bool
	// SkipWorktree marks a path that a sparse checkout leaves out.
	SkipWorktree bool
	// Tree marks a whole folder that a sparse index holds as one tree; Mode is
	// 0o40000 and Path ends in a slash.
	Tree bool
}

// Index is the index of a work tree. It does not change once read and may be used by several
// goroutines.
type Index struct {
	Entries []IndexEntry // by path, then stage, unless the file is not in order

	folders map[string]indexFolder // of the cached trees; nil where they are not to be used
	special []int                  // entries that no tree can hold: of a conflict, or only intended
}

// Index returns the entries of a work tree's index; see [Layout.ReadIndex].
func (l *Layout) Index(worktree Worktree) ([]IndexEntry, []Problem) {
	index, found := l.ReadIndex(worktree)
	return index.Entries, found
}

// ReadIndex reads a work tree's index. Without one there are no entries, and neither are
// there in one that cannot be read, which gives a problem.
func (l *Layout) ReadIndex(worktree Worktree) (*Index, []Problem) {
	file := l.indexFile(worktree)
	index, err := readIndex(file)
	if err != nil {
		return &Index{}, l.unlessMissing(file, err)
	}
	return index, nil
}

const treeMode = 0o40000

// readIndex decodes an index file. The error wraps [fs.ErrNotExist] for none, and
// is an [*UnsupportedError] for a split index.
func readIndex(file string) (*Index, error) {
	content, err := readRegular(file, maxIndexFile)
	if err != nil {
		return nil, err
	}
	return decodeIndex(content)
}
