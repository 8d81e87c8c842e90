package rewrite

import (
	"context"
	"errors"
	"os"
	"slices"
	"sync"

	"github.com/sourcegraph/conc/pool"
	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
)

// encoder writes the new pack.
type encoder struct {
	rewrite *Rewrite

	mu     sync.Mutex
	writer *pack.Writer // guarded by mu, as all below
	kept   []uint64     // by object: where one that stays is in the new pack; 0 until it is there
	made   []uint64     // by rank among the fresh: likewise
	err    error        // the first one
	heirs  map[uint32]*heir
}

// heir returns what stands in for an object that goes, by its number.
func (e *encoder) heir(object uint32) *heir {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.heirs[object] == nil {
		e.heirs[object] = &heir{}
	}
	return e.heirs[object]
}

// WritePack writes everything that the new history, the stash and the indexes reach as one pack in a folder. What stays
// is copied as it is stored; then the names of all others are compared with their contents as
// they can be read back. On an error no file is left.
func (r *Rewrite) WritePack(ctx context.Context, dir string) (written pack.Written, err error) {
	made, kept := r.Fresh()
	writer, err := pack.NewWriter(dir, made+kept, nil)
	if err != nil {
		return written, err
	}
	defer writer.Abort()
	e := &encoder{rewrite: r, writer: writer, kept: make([]uint64, r.table.Len()), made: make([]uint64, len(r.fresh)), heirs: map[uint32]*heir{}}
	r.options.Progress("copying what stays")
	rest, err := r.table.CopyObjects(ctx, writer, r.keep.Has, func(index uint32, offset uint64) { e.kept[index] = offset })
	if err != nil {
		return written, err
	}
	r.options.Progress("writing what changes")
	for _, step := range []func(context.Context, []uint32) error{e.mirror, e.rest, e.commits, e.single} {
		if err := step(ctx, rest); err != nil {
			return written, err
		}
	}
	if written, err = writer.Finish(); err != nil {
		return written, err
	}
	r.options.Progress("checking the new pack")
	if err := r.check(ctx, written, rest); err != nil {
		return pack.Written{}, errors.Join(err, os.Remove(written.Index), os.Remove(written.Pack))
	}
	return written, nil
}

// find returns where the offset of an object is noted.
func (e *encoder) find(id pack.ID) *uint64 {
	r := e.rewrite
	if i, ok := slices.BinarySearchFunc(r.fresh, id, pack.ID.Compare); ok {
		return &e.made[i]
	}
	if object, ok := r.table.Index(id); ok && r.keep.Has(object) {
		return &e.kept[object]
	}
	return nil
}

// needs reports whether an object belongs in the pack and is not there yet.
func (e *encoder) needs(id pack.ID) bool {
	at := e.find(id)
	e.mu.Lock()
	defer e.mu.Unlock()
	return at != nil && *at == 0 && e.err == nil
}

// offset returns where an object is, 0 while it is not there.
func (e *encoder) offset(id pack.ID) uint64 {
	at := e.find(id)
	e.mu.Lock()
	defer e.mu.Unlock()
	if at == nil {
		return 0
	}
	return *at
}

// add writes an object, unless it is there.
func (e *encoder) add(entry pack.Entry) {
	at := e.find(entry.ID)
	e.mu.Lock()
	defer e.mu.Unlock()
	if at != nil && *at == 0 && e.err == nil {
		*at, e.err = e.writer.Add(entry)
	}
}

// mirror writes trees and blobs: those that change, and those of the rest.
func (e *encoder) mirror(ctx context.Context, rest []uint32) error {
	r := e.rewrite
	wanted, some := newBits(r.table.Len()), false
	want := func(object uint32) {
		wanted.add(object)
		some = true
	}
	for _, object := range rest {
		want(object)
	}
	for state := range r.edits.Len() {
		if r.isFresh(r.trees[state].id) {
			want(r.edits.Tree(state))
		}
	}
	for object, blob := range r.read.blobs {
		if r.isFresh(blob.id) {
			want(object)
		}
	}
	if !some {
		return ctx.Err()
	}
	e.addBases(wanted)
	err := r.walk(ctx, []pack.Kind{pack.Tree, pack.Blob}, wanted.has, func() func(*gitstore.Object) {
		m := &mirrorer{encoder: e, deflater: pack.NewDeflater()}
		return m.visit
	})
	if err != nil {
		return err
	}
	return e.err
}

// addBases adds the bases of wanted objects, up to one that is in the new pack in some form: what their deltas are
// made from must be known.
func (e *encoder) addBases(wanted bits) {
	r := e.rewrite
	bases := r.table.Bases()
	for object, base := range bases {
		if !wanted.has(uint32(object)) {
			continue
		}
		for base != gitstore.NoBase && !wanted.has(base) {
			wanted.add(base)
			if _, edited := r.read.blobs[base]; edited || r.keep.Has(base) || len(r.edits.Of(base)) > 0 {
				break
			}
			base = bases[base]
		}
	}
}

// rest writes commits and tags that stay and could not be copied, whole.
func (e *encoder) rest(ctx context.Context, rest []uint32) error {
	deflater := pack.NewDeflater()
	var content, deflated []byte
	for _, object := range rest {
		id := e.rewrite.table.ID(object)
		if !e.needs(id) {
			continue
		}
		kind, data, err := e.rewrite.repository.Read(id, content[:0], e.rewrite.options.Limit)
		if err != nil {
			return err
		}
		content, deflated = data, deflater.Append(deflated[:0], data)
		e.add(pack.Entry{ID: id, Kind: kind, Size: len(data), Deflated: deflated})
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return e.err
}

// commits writes the commits that change, the last ones first, as git does: those are asked for most.
func (e *encoder) commits(ctx context.Context, _ []uint32) error {
	r := e.rewrite
	affected := r.commits.affected
	for end := len(affected); end > 0; end -= commitChunk {
		chunk := affected[max(end-commitChunk, 0):end]
		entries := make([]pack.Entry, len(chunk))
		workers := pool.New().WithContext(ctx).WithCancelOnError().WithMaxGoroutines(r.options.Jobs)
		const share = 256
		for from := 0; from < len(chunk); from += share {
			workers.Go(func(ctx context.Context) error {
				return e.buildCommits(ctx, chunk[from:min(from+share, len(chunk))], entries[from:])
			})
		}
		if err := workers.Wait(); err != nil {
			return err
		}
		for _, entry := range slices.Backward(entries) {
			if entry.Deflated != nil {
				e.add(entry)
			}
		}
	}
	return e.err
}

// buildCommits makes the entries of some commits.
func (e *encoder) buildCommits(ctx context.Context, commits []newCommit, entries []pack.Entry) error {
	r := e.rewrite
	builder, deflater := commitBuilder{rewrite: r}, pack.NewDeflater()
	var buffer []byte
	for i := range commits {
		c := &commits[i]
		if c.pruned || !e.needs(c.id) {
			continue
		}
		object, _, _ := r.graph.CommitAt(c.number)
		_, content, err := r.repository.Read(r.table.ID(object), buffer[:0], r.options.Limit)
		if err != nil {
			return err
		}
		buffer = content
		made, err := builder.build(c, content)
		if err != nil {
			return err
		}
		entries[i] = pack.Entry{ID: c.id, Kind: pack.Commit, Size: len(made), Deflated: deflater.Append(nil, made)}
	}
	return ctx.Err()
}

// single writes what is at hand: tags, notes, and the empty tree.
func (e *encoder) single(context.Context, []uint32) error {
	objects := append([]madeObject{{emptyTree(), pack.Tree, nil}}, e.rewrite.notes.objects...)
	for _, tag := range e.rewrite.tags {
		if !tag.goes {
			objects = append(objects, madeObject{tag.id, pack.Tag, tag.content})
		}
	}
	slices.SortFunc(objects, func(a, b madeObject) int { return a.id.Compare(b.id) })
	deflater := pack.NewDeflater()
	for _, o := range objects {
		if e.needs(o.id) {
			e.add(pack.Entry{ID: o.id, Kind: o.kind, Size: len(o.content), Deflated: deflater.Append(nil, o.content)})
		}
	}
	return e.err
}
