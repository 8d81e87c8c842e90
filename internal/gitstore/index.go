package gitstore

import (
	"bytes"
	"crypto/sha1"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/go-git/go-git/v5/plumbing/format/index"

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

// Index returns the entries of a work tree's index in its order: path, then stage.
// Without an index there are none. An index that cannot be read gives a problem.
func (l *Layout) Index(worktree Worktree) ([]IndexEntry, []Problem) {
	file := filepath.Join(worktree.GitDir, "index")
	decoded, err := readIndex(file)
	if err != nil {
		return nil, l.unlessMissing(file, err)
	}
	entries := make([]IndexEntry, 0, len(decoded.Entries))
	for _, entry := range decoded.Entries {
		entries = append(entries, IndexEntry{
			Path:         entry.Name,
			ID:           pack.ID(entry.Hash),
			Mode:         uint32(entry.Mode),
			Stage:        int(entry.Stage),
			IntentToAdd:  entry.IntentToAdd,
			SkipWorktree: entry.SkipWorktree,
			Tree:         entry.Mode == treeMode,
		})
	}
	return entries, nil
}

const treeMode = 0o40000

// readIndex decodes an index file. The error wraps [fs.ErrNotExist] for none, and
// is an [*UnsupportedError] for a split index.
func readIndex(file string) (*index.Index, error) {
	content, err := readRegular(file, maxIndexFile)
	if err != nil {
		return nil, err
	}
	return decodeIndex(content)
}

func decodeIndex(content []byte) (decoded *index.Index, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			decoded, err = nil, fmt.Errorf("malformed index: %v", cause)
		}
	}()
	survey, err := surveyIndex(content)
	if err != nil {
		return nil, err
	}
	if survey.extensions["link"] {
		return nil, &UnsupportedError{
			What:   "a split index is not supported",
			Remedy: "join it with `git update-index --no-split-index`",
		}
	}
	sign(content)
	decoded = &index.Index{}
	err = index.NewDecoder(bytes.NewReader(content)).Decode(decoded)
	if errors.Is(err, index.ErrUnknownExtension) && survey.extensions["sdir"] {
		// A sparse index. The extension is only a mark, and comes after the entries.
		err = nil
	}
	if err != nil {
		return nil, fmt.Errorf("malformed index: %w", err)
	}
	return decoded, nil
}

// sign puts in the checksum that index.skipHash leaves out: the decoder wants one.
func sign(content []byte) {
	body := len(content) - sha1.Size
	if body < 0 || !bytes.Equal(content[body:], make([]byte, sha1.Size)) {
		return
	}
	sum := sha1.Sum(content[:body])
	copy(content[body:], sum[:])
}
