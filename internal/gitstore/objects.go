package gitstore

import (
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/unleak/unleak/internal/gitstore/pack"
)

// ErrNotFound says that no pack and no loose file holds an object.
var ErrNotFound = errors.New("object is not in the repository")

// maxBaseDepth bounds how often a delta chain may leave its pack: packs whose
// deltas refer to each other would otherwise never end.
const maxBaseDepth = 16

// Repository is an open repository: its layout and every store of objects, its
// own and those of its alternates. Reading is safe for concurrent use.
type Repository struct {
	*Layout

	packs    []*pack.Pack
	dirs     []string // object folders, for loose objects
	problems []Problem
	readers  sync.Pool // of *pack.Reader

	tableOnce sync.Once
	table     *Table
}

// Open locates the repository of path (see [Locate]) and opens its stores. What
// cannot be opened, such as a damaged pack, is a problem and not an error.
// The caller closes it.
func Open(path string) (*Repository, error) {
	layout, err := Locate(path)
	if err != nil {
		return nil, err
	}
	r := &Repository{Layout: layout}
	r.problems = append(r.problems, layout.Problems...)
	dirs, problems := layout.ObjectDirs()
	r.dirs = dirs
	r.problems = append(r.problems, problems...)
	for _, dir := range dirs {
		r.openPacks(filepath.Join(dir, "pack"))
	}
	return r, nil
}

// openPacks opens the packs of a folder, in the order of their names.
func (r *Repository) openPacks(dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		if !errors.Is(err, os.ErrNotExist) {
			r.problem(dir, "%v", err)
		}
		return
	}
	for _, entry := range entries {
		name := entry.Name()
		if !strings.HasPrefix(name, "pack-") || !strings.HasSuffix(name, ".pack") {
			continue
		}
		path := filepath.Join(dir, name)
		p, err := pack.Open(path)
		if err != nil {
			r.problem(path, "the pack cannot be read: %v", err)
			continue
		}
		if p.IndexProblem != nil {
			r.problem(path, "its index was made anew: %v", p.IndexProblem)
		}
		r.packs = append(r.packs, p)
	}
}

func (r *Repository) problem(where, what string, args ...any) {
	r.problems = append(r.problems, Problem{Where: r.where(where), What: fmt.Sprintf(what, args...)})
}

// ObjectProblems returns what of the layout and the object stores could not be used.
func (r *Repository) ObjectProblems() []Problem { return slices.Clone(r.problems) }

// Close releases the packs. No content handed out may be used afterwards.
func (r *Repository) Close() error {
	var errs []error
	for _, p := range r.packs {
		errs = append(errs, p.Close())
	}
	return errors.Join(errs...)
}

// Read appends the content of an object to buf. Where one copy is damaged, the
// others are tried. The error wraps [ErrNotFound] when there is none,
// and [pack.ErrTooLarge] when the object has more than limit bytes.
func (r *Repository) Read(id pack.ID, buf []byte, limit int64) (pack.Kind, []byte, error) {
	return r.read(id, buf, limit, 0)
}

func (r *Repository) read(id pack.ID, buf []byte, limit int64, depth int) (pack.Kind, []byte, error) {
	var failure error
	for _, p := range r.packs {
		position, ok := p.Index().Find(id)
		if !ok {
			continue
		}
		kind, content, err := r.readPacked(p, position, buf, limit, depth)
		if err == nil {
			return kind, content, nil
		}
		failure = errors.Join(failure, err)
	}
	for _, dir := range r.dirs {
		kind, content, err := ReadLoose(dir, id, buf, limit)
		switch {
		case err == nil:
			return kind, content, nil
		case !errors.Is(err, os.ErrNotExist):
			failure = errors.Join(failure, err)
		}
	}
	if failure == nil {
		failure = fmt.Errorf("%w: %s", ErrNotFound, id)
	}
	return 0, buf, failure
}

func (r *Repository) readPacked(p *pack.Pack, position int, buf []byte, limit int64, depth int) (pack.Kind, []byte, error) {
	reader, _ := r.readers.Get().(*pack.Reader)
	if reader == nil {
		reader = pack.NewReader(limit)
	}
	reader.SetLimit(limit)
	reader.External = func(id pack.ID) (pack.Kind, []byte, error) {
		if depth == maxBaseDepth {
			return 0, nil, fmt.Errorf("%w: %s is a delta across too many packs", pack.ErrBaseMissing, id)
		}
		return r.read(id, nil, limit, depth+1)
	}
	defer r.readers.Put(reader)
	return reader.Read(p, position, buf)
}

// Find returns the kind and size of an object without reading all of it.
func (r *Repository) Find(id pack.ID) (kind pack.Kind, size int64, ok bool, err error) {
	for _, p := range r.packs {
		if position, found := p.Index().Find(id); found {
			reader := pack.NewReader(1 << 40)
			reader.External = func(id pack.ID) (pack.Kind, []byte, error) { return r.Read(id, nil, 1<<40) }
			if kind, size, err = reader.Stat(p, position); err == nil {
				return kind, size, true, nil
			}
			ok = true
		}
	}
	for _, dir := range r.dirs {
		looseKind, looseSize, looseErr := StatLoose(dir, id)
		if looseErr == nil {
			return looseKind, looseSize, true, nil
		}
		if !errors.Is(looseErr, os.ErrNotExist) {
			ok, err = true, errors.Join(err, looseErr)
		}
	}
	return 0, 0, ok, err
}

// Has reports whether some store holds an object of that name, damaged or not.
func (r *Repository) Has(id pack.ID) bool {
	_, ok := r.Table().Index(id)
	return ok
}

// IDs yields the name of every object, ascending.
func (r *Repository) IDs() iter.Seq[pack.ID] {
	return func(yield func(pack.ID) bool) {
		t := r.Table()
		for i := range uint32(t.Len()) {
			if !yield(t.ID(i)) {
				return
			}
		}
	}
}
