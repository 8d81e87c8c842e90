package gitstore

import (
	"bytes"
	"io"
	"iter"
	"math"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/storer"

	"github.com/unleak/unleak/internal/gitstore/pack"
)

// EncodedObject returns an object of the given type, or of any for
// [plumbing.AnyObject]. There being none is [plumbing.ErrObjectNotFound].
func (s *Storer) EncodedObject(want plumbing.ObjectType, hash plumbing.Hash) (plumbing.EncodedObject, error) {
	kind, content, err := s.objects.Read(pack.ID(hash), nil, s.limit)
	if err != nil {
		return nil, goGitError(err)
	}
	object := &storedObject{hash: hash, kind: objectType(kind), content: content}
	if want != plumbing.AnyObject && want != object.kind {
		return nil, plumbing.ErrObjectNotFound
	}
	return object, nil
}

// HasEncodedObject returns nil or [plumbing.ErrObjectNotFound]. An object that is
// there but damaged is had.
func (s *Storer) HasEncodedObject(hash plumbing.Hash) error {
	if _, _, ok, err := s.objects.Find(pack.ID(hash)); !ok && err == nil {
		return plumbing.ErrObjectNotFound
	}
	return nil
}

// EncodedObjectSize returns the size of an object's content in bytes.
func (s *Storer) EncodedObjectSize(hash plumbing.Hash) (int64, error) {
	_, size, ok, err := s.objects.Find(pack.ID(hash))
	if err == nil && !ok {
		err = plumbing.ErrObjectNotFound
	}
	return size, err
}

// IterEncodedObjects iterates over the objects of a type, or all for
// [plumbing.AnyObject], by ascending hash. A damaged object is an error of Next;
// the call after that goes on behind it.
func (s *Storer) IterEncodedObjects(want plumbing.ObjectType) (storer.EncodedObjectIter, error) {
	next, stop := iter.Pull(s.objects.IDs())
	return &objectIter{storer: s, want: want, next: next, stop: stop}, nil
}

// minPrefix is how many bytes a short name has at least; git too wants four digits.
const minPrefix = 2

// HashesWithPrefix returns the hashes that start with the given bytes, if those are
// enough for a name. go-git looks for this method to resolve short names.
func (s *Storer) HashesWithPrefix(prefix []byte) ([]plumbing.Hash, error) {
	if len(prefix) < minPrefix {
		return nil, nil
	}
	var hashes []plumbing.Hash
	for _, id := range s.objects.WithPrefix(prefix) {
		hashes = append(hashes, plumbing.Hash(id))
	}
	return hashes, nil
}

// NewEncodedObject returns an object in memory, which no method stores.
func (s *Storer) NewEncodedObject() plumbing.EncodedObject { return &plumbing.MemoryObject{} }

// SetEncodedObject returns [ErrReadOnly].
func (s *Storer) SetEncodedObject(plumbing.EncodedObject) (plumbing.Hash, error) {
	return plumbing.ZeroHash, ErrReadOnly
}

// AddAlternate returns [ErrReadOnly].
func (s *Storer) AddAlternate(string) error { return ErrReadOnly }

// objectIter reads objects as it goes; it is for one goroutine.
type objectIter struct {
	storer *Storer
	want   plumbing.ObjectType
	next   func() (pack.ID, bool)
	stop   func()
}

func (i *objectIter) Next() (plumbing.EncodedObject, error) {
	for {
		id, ok := i.next()
		if !ok {
			return nil, io.EOF
		}
		if i.want != plumbing.AnyObject {
			kind, _, _, err := i.storer.objects.Find(id)
			if err != nil {
				return nil, err
			}
			if objectType(kind) != i.want {
				continue
			}
		}
		return i.storer.EncodedObject(i.want, plumbing.Hash(id))
	}
}

func (i *objectIter) ForEach(visit func(plumbing.EncodedObject) error) error {
	return storer.ForEachIterator(i, visit)
}

func (i *objectIter) Close() { i.stop() }

// storedObject is an object of the repository. It cannot be changed, so any number of
// goroutines may read it.
type storedObject struct {
	hash    plumbing.Hash
	kind    plumbing.ObjectType
	content []byte
}

func (o *storedObject) Hash() plumbing.Hash             { return o.hash }
func (o *storedObject) Type() plumbing.ObjectType       { return o.kind }
func (o *storedObject) Size() int64                     { return int64(len(o.content)) }
func (o *storedObject) SetType(plumbing.ObjectType)     {}
func (o *storedObject) SetSize(int64)                   {}
func (o *storedObject) Writer() (io.WriteCloser, error) { return nil, ErrReadOnly }

func (o *storedObject) Reader() (io.ReadCloser, error) {
	return io.NopCloser(bytes.NewReader(o.content)), nil
}

// objectType returns go-git's number of a kind; both use those of packs.
func objectType(kind pack.Kind) plumbing.ObjectType {
	if kind > math.MaxInt8 {
		return plumbing.InvalidObject
	}
	return plumbing.ObjectType(kind)
}
