package gitstore

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/unleak/unleak/internal/gitstore/pack"
)

// ErrNotFound says that no pack and no loose file holds an object.
var ErrNotFound = errors.New("object is not in the repository")

// Repository is an open repository: its layout and every store of objects, its
// own and those of its alternates. Reading is safe for concurrent use.
type Repository struct {
	*Layout

	packs    []*pack.Pack
	dirs     []string // object folders, for loose objects
	problems []Problem
	readers  sync.Pool // of *pack.Reader
	bases    *pack.BaseCache

	tableOnce sync.Once
	table     *Table
}

// Open locates the repository of path (see [Locate]) and opens its stores. What
// cannot be opened, such as a damaged pack, is a problem and not an error.
// The caller closes it.
func Open(path string) (*Repository, error) { return OpenIn(Environment{Dir: path}) }

// OpenIn opens the repository that an environment speaks of (see [LocateIn]), with its object folders.
func OpenIn(env Environment) (*Repository, error) {
	layout, err := LocateIn(env)
	if err != nil {
		return nil, err
	}
	r := &Repository{Layout: layout, bases: pack.NewBaseCache(baseCacheSize)}
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
// and [pack.ErrTooLarge] when the object has more than limit bytes. That the content
// has the name of the object is not checked.
func (r *Repository) Read(id pack.ID, buf []byte, limit int64) (pack.Kind, []byte, error) {
	return (&reading{repository: r}).read(id, buf, limit)
}

// reading is the way from one object to the bases it needs outside its pack. Hostile packs
// could make it endless, or branch at every step, so depth and number are bounded.
type reading struct {
	repository *Repository
	without    *pack.Pack // not looked into for the object itself
	depth      int
	bases      int
}

const (
	maxBaseDepth = 16  // how often a chain of deltas may leave its pack
	maxBases     = 256 // bases outside their pack, or damaged there, for one object
)

// base reads a delta base from wherever there is a copy.
func (d *reading) base(id pack.ID, read func() error) error {
	if d.bases++; d.bases > maxBases || d.depth == maxBaseDepth {
		return fmt.Errorf("%w: %s is behind too many packs", pack.ErrBaseMissing, id)
	}
	d.depth++
	defer func() { d.depth-- }()
	err := read()
	if errors.Is(err, ErrNotFound) {
		return fmt.Errorf("%w: %s", pack.ErrBaseMissing, id)
	}
	return err
}

func (d *reading) read(id pack.ID, buf []byte, limit int64) (pack.Kind, []byte, error) {
	r := d.repository
	var failure error
	for _, p := range r.packs {
		position, ok := p.Index().Find(id)
		if !ok || p == d.without && d.depth == 0 {
			continue
		}
		kind, content, err := d.readPacked(p, position, buf, limit)
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

// readIntact reads an object and compares its name. It is for what stands in for damage: an
// index that lies would otherwise give one object for another.
func (d *reading) readIntact(id pack.ID, limit int64) (pack.Kind, []byte, error) {
	kind, content, err := d.read(id, nil, limit)
	if err != nil {
		return 0, nil, err
	}
	if actual := HashObject(kind, content); actual != id {
		return 0, nil, fmt.Errorf("object %s is damaged: the content found under its name is that of %s", id, actual)
	}
	return kind, content, nil
}

func (d *reading) readPacked(p *pack.Pack, position int, buf []byte, limit int64) (pack.Kind, []byte, error) {
	reader := d.repository.reader()
	defer d.repository.readers.Put(reader)
	reader.SetLimit(limit)
	reader.External = func(id pack.ID) (kind pack.Kind, content []byte, err error) {
		err = d.base(id, func() error {
			kind, content, err = d.read(id, nil, max(limit, pack.DefaultBudget))
			return err
		})
		return kind, content, err
	}
	return reader.Read(p, position, buf)
}

// reader returns a pooled reader, for one goroutine.
func (r *Repository) reader() *pack.Reader {
	if reader, ok := r.readers.Get().(*pack.Reader); ok {
		return reader
	}
	reader := pack.NewReader(0)
	reader.Bases = r.bases
	return reader
}

// baseCacheSize is how many bytes of objects that were read are kept for those after them: enough for
// what a few hundred commits touch, and little beside the budget of a scan.
const baseCacheSize = 16 << 20

// Find returns the kind of an object and the size that it declares, in bytes of
// content, without reading all of it. ok says whether some store holds an object of
// that name, err why none that does can tell.
func (r *Repository) Find(id pack.ID) (kind pack.Kind, size int64, ok bool, err error) {
	return (&reading{repository: r}).find(id)
}

func (d *reading) find(id pack.ID) (kind pack.Kind, size int64, ok bool, err error) {
	r := d.repository
	for _, p := range r.packs {
		position, found := p.Index().Find(id)
		if !found {
			continue
		}
		kind, size, packErr := d.stat(p, position)
		if packErr == nil {
			return kind, size, true, nil
		}
		ok, err = true, errors.Join(err, packErr)
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

func (d *reading) stat(p *pack.Pack, position int) (pack.Kind, int64, error) {
	reader := d.repository.reader()
	defer d.repository.readers.Put(reader)
	reader.External = func(id pack.ID) (kind pack.Kind, _ []byte, err error) {
		err = d.base(id, func() (err error) {
			var ok bool
			if kind, _, ok, err = d.find(id); !ok {
				return ErrNotFound
			}
			return err
		})
		return kind, nil, err
	}
	return reader.Stat(p, position)
}

// Holds reports whether some store holds an object of that name, damaged or not. Unlike [Repository.Has]
// it needs no table of all objects.
func (r *Repository) Holds(id pack.ID) bool {
	for _, p := range r.packs {
		if _, ok := p.Index().Find(id); ok {
			return true
		}
	}
	for _, dir := range r.dirs {
		if _, err := os.Lstat(filepath.Join(dir, loosePath(id))); err == nil {
			return true
		}
	}
	return false
}

// WithPrefix returns the names of the objects that begin with some bytes, of which there is
// at least one, ascending.
func (r *Repository) WithPrefix(prefix []byte) []pack.ID {
	has := func(id pack.ID) bool { return bytes.HasPrefix(id[:], prefix) }
	var ids []pack.ID
	for _, p := range r.packs {
		index := p.Index()
		first := sort.Search(index.Count(), func(i int) bool {
			id := index.ID(i)
			return bytes.Compare(id[:], prefix) >= 0
		})
		for i := first; i < index.Count() && has(index.ID(i)); i++ {
			ids = append(ids, index.ID(i))
		}
	}
	fan := fmt.Sprintf("%02x", prefix[0])
	for _, dir := range r.dirs {
		files, _ := os.ReadDir(filepath.Join(dir, fan)) // whoever reads all objects reports this
		for _, file := range files {
			if id, ok := looseID(fan, file.Name()); ok && has(id) {
				ids = append(ids, id)
			}
		}
	}
	slices.SortFunc(ids, pack.ID.Compare)
	return slices.Compact(ids)
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
