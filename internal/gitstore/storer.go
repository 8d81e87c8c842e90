package gitstore

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"path/filepath"
	"sync"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/format/index"
	"github.com/go-git/go-git/v5/storage"

	"github.com/unleak/unleak/internal/gitstore/pack"
)

// ObjectReader reads objects by name. It must be safe for concurrent use.
// [Repository] is the one over packs, loose objects and alternates.
type ObjectReader interface {
	// Find returns the kind of an object and the size of its content in bytes. ok
	// is false where there is none; err says that it is there but damaged.
	Find(id pack.ID) (kind pack.Kind, size int64, ok bool, err error)
	// Read appends the content of an object to buf. The error wraps [ErrNotFound]
	// or, for content of more than limit bytes, [pack.ErrTooLarge].
	Read(id pack.ID, buf []byte, limit int64) (kind pack.Kind, content []byte, err error)
	// IDs yields the name of every object, ascending.
	IDs() iter.Seq[pack.ID]
	// WithPrefix returns the names that begin with some bytes, ascending; prefix is
	// not empty.
	WithPrefix(prefix []byte) []pack.ID
}

// Storer is a repository in the form that go-git works on:
//
//	git.Open(storer, osfs.New(layout.WorkTree))
//
// It shows the repository as seen from one work tree: that tree's HEAD and index,
// and the refs it shares with the others. All objects are there, those of alternates too.
// Refs are read once, when first asked for, so that one Storer never gives two
// answers. Every method may be called concurrently; those that would change
// the repository return [ErrReadOnly].
type Storer struct {
	layout  *Layout
	objects ObjectReader
	limit   int64
	refs    func() *refView
}

var _ storage.Storer = (*Storer)(nil)

// NewStorer returns a storer over the parts of a repository. Objects of more than
// limit bytes are not read: their error wraps [pack.ErrTooLarge].
func NewStorer(layout *Layout, objects ObjectReader, limit int64) *Storer {
	s := &Storer{layout: layout, objects: objects, limit: limit}
	s.refs = sync.OnceValue(func() *refView { return newRefView(layout) })
	return s
}

// Shallow returns the commits whose parents are not here. Lines of the file that
// name none are left out: [Layout.Shallow] tells of them.
func (s *Storer) Shallow() ([]plumbing.Hash, error) {
	ids, _ := s.layout.Shallow()
	hashes := make([]plumbing.Hash, len(ids))
	for i, id := range ids {
		hashes[i] = plumbing.Hash(id)
	}
	return hashes, nil
}

// SetShallow returns [ErrReadOnly].
func (s *Storer) SetShallow([]plumbing.Hash) error { return ErrReadOnly }

// Index returns the entries of the work tree's index, without the stat data by which
// git tells whether a file was touched. A repository without an index has an empty one.
func (s *Storer) Index() (*index.Index, error) {
	file := filepath.Join(s.layout.GitDir, "index")
	decoded, err := readIndex(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &index.Index{Version: 2}, nil
	case err != nil:
		return nil, fmt.Errorf("index of %s: %w", printable(s.layout.GitDir), err)
	}
	entries := make([]*index.Entry, len(decoded.Entries))
	for i, e := range decoded.Entries {
		entries[i] = &index.Entry{
			Name: e.Path, Hash: plumbing.Hash(e.ID), Mode: filemode.FileMode(e.Mode), Stage: index.Stage(e.Stage),
			IntentToAdd: e.IntentToAdd, SkipWorktree: e.SkipWorktree,
		}
	}
	return &index.Index{Version: 2, Entries: entries}, nil
}

// SetIndex returns [ErrReadOnly].
func (s *Storer) SetIndex(*index.Index) error { return ErrReadOnly }

// Module refuses: a submodule is a repository of its own, with its own Layout.
func (s *Storer) Module(name string) (storage.Storer, error) {
	return nil, fmt.Errorf("submodule %s is a repository of its own: open it by its path", printable(name))
}

// goGitError gives a missing object go-git's error, which it compares with ==.
func goGitError(err error) error {
	if errors.Is(err, ErrNotFound) {
		return plumbing.ErrObjectNotFound
	}
	return err
}
