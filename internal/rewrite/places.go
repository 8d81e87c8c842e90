package rewrite

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"strconv"

	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/history"
)

// RemovedPath is a path that goes from every commit.
type RemovedPath struct {
	Path    string
	Class   history.Class // of the latest commit's number that brought something in there
	Objects []pack.ID     // the distinct blobs or trees there, by name; none for submodules
	Commits int           // that change it
	AtHead  bool
	// By are for each of Objects the commits that brought it in.
	By map[pack.ID][]pack.ID
}

// RemovedPaths returns the paths that go, sorted.
func (r *Rewrite) RemovedPaths() []RemovedPath {
	type key = history.Path
	found := map[key]*RemovedPath{}
	objects := map[key]map[uint32][]uint32{}
	commits := map[key]map[uint32]bool{}
	if r.edit.Drop == nil {
		return nil
	}
	r.trace.Introductions(r.options.Jobs, func(p history.Place) {
		number, ok := r.graph.CommitNumber(p.Commit)
		if !ok || !r.roots.reached[number] || !r.marks.Paths[p.Path] || !r.goes(p.Path, p.Class) {
			return
		}
		at := found[p.Path]
		if at == nil {
			at = &RemovedPath{Path: r.paths.String(p.Path)}
			found[p.Path], objects[p.Path], commits[p.Path] = at, map[uint32][]uint32{}, map[uint32]bool{}
		}
		at.Class = p.Class
		commits[p.Path][p.Commit] = true
		if p.Class != history.Gitlink {
			objects[p.Path][p.Object] = append(objects[p.Path][p.Object], p.Commit)
		}
	})
	if head, ok := r.headTree(); ok {
		r.trace.Below(head, func(p history.Place) {
			if at := found[p.Path]; at != nil && r.goes(p.Path, p.Class) {
				at.AtHead = true
			}
		})
	}
	var paths []RemovedPath
	for path, at := range found {
		at.Commits = len(commits[path])
		at.By = map[pack.ID][]pack.ID{}
		for object, by := range objects[path] {
			id := r.graph.ID(object)
			at.Objects = append(at.Objects, id)
			for _, commit := range by {
				at.By[id] = append(at.By[id], r.table.ID(commit))
			}
		}
		slices.SortFunc(at.Objects, pack.ID.Compare)
		paths = append(paths, *at)
	}
	slices.SortFunc(paths, func(a, b RemovedPath) int { return cmp.Compare(a.Path, b.Path) })
	return paths
}

// headTree returns the tree object at HEAD.
func (r *Rewrite) headTree() (uint32, bool) {
	head, ok := r.repository.Head()
	if !ok {
		return 0, false
	}
	object, ok := r.table.Index(head.Target)
	if !ok {
		return 0, false
	}
	return r.graph.Tree(object)
}

// Copy is a path that stays and holds a blob that goes from another one.
type Copy struct {
	Path   string
	Blobs  []pack.ID // by name
	AtHead bool
}

// Copies returns the paths that hold removed blobs too, sorted: those from which a file was renamed or copied, or
// to which.
func (r *Rewrite) Copies(ctx context.Context) ([]Copy, error) {
	marks := history.Marks{Blobs: map[uint32]bool{}}
	r.edits.Gone(func(blob uint32) {
		if r.table.Kind(blob) != pack.Blob {
			return
		}
		if _, edited := r.read.blobs[blob]; r.keep.Has(blob) && !edited && r.graph.ID(blob) != emptyBlob() {
			marks.Blobs[blob] = true
		}
	})
	if len(marks.Blobs) == 0 {
		return nil, nil
	}
	trace, err := r.graph.Trace(ctx, r.paths, marks)
	if err != nil {
		return nil, err
	}
	found := map[history.Path]*Copy{}
	add := func(p history.Place) {
		if r.below(p.Path, p.Class) {
			return
		}
		at := found[p.Path]
		if at == nil {
			at = &Copy{Path: r.paths.String(p.Path)}
			found[p.Path] = at
		}
		at.Blobs = append(at.Blobs, r.graph.ID(p.Object))
	}
	trace.Introductions(r.options.Jobs, func(p history.Place) {
		if number, ok := r.graph.CommitNumber(p.Commit); ok && r.roots.reached[number] {
			add(p)
		}
	})
	if head, ok := r.headTree(); ok {
		trace.Below(head, func(p history.Place) {
			if at := found[p.Path]; at != nil {
				at.AtHead = true
			}
		})
	}
	var copies []Copy
	for _, at := range found {
		slices.SortFunc(at.Blobs, pack.ID.Compare)
		at.Blobs = slices.Compact(at.Blobs)
		copies = append(copies, *at)
	}
	slices.SortFunc(copies, func(a, b Copy) int { return cmp.Compare(a.Path, b.Path) })
	return copies, nil
}

func emptyBlob() pack.ID { return hashOf(pack.Blob, nil) }

// below reports whether a path goes, or a folder that it is in.
func (r *Rewrite) below(path history.Path, class history.Class) bool {
	for ; path != history.Root; path, class = r.paths.Parent(path), history.Dir {
		if r.marks.Paths[path] && r.goes(path, class) {
			return true
		}
	}
	return false
}

// placesOf returns a path for each of some blobs that a reached commit or an index has.
func (r *Rewrite) placesOf(blobs map[uint32]int64) map[uint32]string {
	places := map[uint32]string{}
	marks := history.Marks{Blobs: map[uint32]bool{}}
	for blob := range blobs {
		marks.Blobs[blob] = true
	}
	for _, entry := range r.roots.index {
		if object, ok := r.table.Index(entry.ID); ok && marks.Blobs[object] && places[object] == "" {
			if _, keep := r.Entry(entry.Path, entry.Mode, entry.ID); keep {
				places[object] = entry.Path
			}
		}
	}
	trace, err := r.graph.Trace(context.Background(), r.paths, marks)
	if err != nil || len(blobs) == 0 {
		return places
	}
	trace.Introductions(r.options.Jobs, func(p history.Place) {
		number, ok := r.graph.CommitNumber(p.Commit)
		if _, known := places[p.Object]; ok && !known && r.roots.reached[number] && !r.below(p.Path, p.Class) {
			places[p.Object] = r.paths.String(p.Path)
		}
	})
	return places
}

// Pointer is a pointer of Git LFS, whose object nothing points to any more.
type Pointer struct {
	OID   string // without the name of the hash
	Bytes int64
	Blob  pack.ID
}

// Pointers returns the pointers of Git LFS among the blobs that go (git-lfs's docs/spec.md).
func (r *Rewrite) Pointers() []Pointer {
	const largest = 1024
	var pointers []Pointer
	for _, id := range r.GoneBlobs() {
		if _, size, ok, err := r.repository.Find(id); !ok || err != nil || size > largest {
			continue
		}
		_, content, err := r.repository.Read(id, nil, largest)
		if err != nil || !bytes.HasPrefix(content, []byte("version https://git-lfs.github.com/spec/")) {
			continue
		}
		p := Pointer{Blob: id}
		for line := range bytes.Lines(content) {
			key, value, _ := bytes.Cut(bytes.TrimSpace(line), []byte{' '})
			switch string(key) {
			case "oid":
				_, digits, _ := bytes.Cut(value, []byte{':'})
				p.OID = string(digits)
			case "size":
				p.Bytes, _ = strconv.ParseInt(string(value), 10, 64)
			}
		}
		pointers = append(pointers, p)
	}
	return pointers
}
