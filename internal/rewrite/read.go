package rewrite

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/history"
	"github.com/unleak/unleak/internal/redact"
)

// reading is what the walks over the objects find.
type reading struct {
	parents  []uint16             // by number of a commit: how many parents it names
	matched  map[uint32]bool      // commits and tags, by object, in which Messages match
	unedited []uint32             // those in which only the rules for blobs match
	mentions map[uint32][]mention // by object of a commit or tag
	broken   []uint32             // trees that cannot be read to their end
	blobs    map[uint32]*newBlob  // by object
	binaries map[uint32]int64     // binary blobs that match, and their sizes
}

// newBlob is what a blob becomes.
type newBlob struct {
	id      pack.ID
	counts  []ruleCount
	reached bool // by something that is left
}

// walk visits all objects of some kinds with a visitor for each worker, which is told of what cannot be
// read by the walk's error.
func (r *Rewrite) walk(ctx context.Context, kinds []pack.Kind, wanted func(uint32) bool, visitor func() func(*gitstore.Object)) error {
	var visitors []*reader
	err := r.table.Walk(ctx, gitstore.WalkOptions{
		Kinds: kinds, Jobs: r.options.Jobs, Limit: r.options.Limit, Budget: r.budget, Wanted: wanted,
	}, func() gitstore.Visitor {
		v := &reader{rewrite: r, visit: visitor()}
		visitors = append(visitors, v)
		return v
	})
	for _, v := range visitors {
		err = errors.Join(err, v.err)
	}
	return err
}

// reader is a visitor that stops at nothing but remembers the first failure.
type reader struct {
	rewrite *Rewrite
	visit   func(*gitstore.Object)
	err     error
}

func (v *reader) Visit(o *gitstore.Object) { v.visit(o) }

func (v *reader) Failed(index uint32, size int64, err error) {
	if v.err == nil {
		v.err = fmt.Errorf("object %s cannot be read: %w", v.rewrite.table.ID(index), err)
	}
}

// readCommits records commits and tags, and searches their texts.
func (r *Rewrite) readCommits(ctx context.Context) error {
	var workers []*commitReader
	err := r.walk(ctx, []pack.Kind{pack.Commit, pack.Tag}, nil, func() func(*gitstore.Object) {
		w := &commitReader{rewrite: r, recorder: r.graph.Recorder(), mentions: map[uint32][]mention{}}
		if rules := cmp.Or(r.edit.Messages, r.edit.Blobs); rules != nil {
			w.searcher = rules.Searcher()
		}
		workers = append(workers, w)
		return w.visit
	})
	if err != nil {
		return err
	}
	read := &r.read
	read.parents = make([]uint16, r.graph.Commits())
	read.matched, read.mentions = map[uint32]bool{}, map[uint32][]mention{}
	for _, w := range workers {
		r.graph.Merge(w.recorder)
		for _, p := range w.parents {
			read.parents[p.commit] = p.count
		}
		if r.edit.Messages == nil {
			read.unedited = append(read.unedited, w.matched...)
			w.matched = nil
		}
		for _, object := range w.matched {
			read.matched[object] = true
		}
		for object, mentions := range w.mentions {
			read.mentions[object] = mentions
		}
	}
	if err := r.reach(); err != nil {
		return err
	}
	for _, number := range r.roots.commits {
		object, tree, parents := r.graph.CommitAt(number)
		if _, known := r.graph.Tree(object); !known && r.graph.ID(tree) != emptyTree() {
			return fmt.Errorf("%w: tree %s of commit %s is in no store; fetch it first, or repair the repository (git fsck tells more)",
				ErrIncomplete, r.graph.ID(tree), r.table.ID(object))
		}
		if len(parents) != int(read.parents[number]) {
			return fmt.Errorf("%w: parents of commit %s are in no store; fetch them first (git fetch --unshallow, or a full clone)", ErrIncomplete, r.table.ID(object))
		}
	}
	return nil
}

// commitReader is one worker's view of the commits and tags.
type commitReader struct {
	rewrite  *Rewrite
	recorder *history.Recorder
	searcher *redact.Searcher // nil without rules
	commit   gitstore.Commit
	parents  []parentCount
	matched  []uint32
	mentions map[uint32][]mention
}

type parentCount struct {
	commit uint32
	count  uint16
}

func (w *commitReader) visit(o *gitstore.Object) {
	message := 0
	if o.Kind == pack.Commit {
		_ = w.commit.ParseOutline(o.Content) // without a tree, it is never one that changes
		w.recorder.Commit(o.Index, w.commit)
		if number, ok := w.rewrite.graph.CommitNumber(o.Index); ok {
			w.parents = append(w.parents, parentCount{number, uint16(len(w.commit.Parents))})
		}
		message = w.commit.Message
	} else {
		tag, err := gitstore.ParseTag(o.Content)
		if err != nil {
			return
		}
		w.recorder.Tag(o.Index, tag)
		message = tag.Message
	}
	if w.searcher != nil {
		if found, _ := w.searcher.Search(o.Content, nil, nil); found && w.changes(o.Kind, o.Content) {
			w.matched = append(w.matched, o.Index)
		}
	}
	if !w.rewrite.edit.KeepIDs {
		if mentions := w.rewrite.mentionsIn(o.Content[message:]); len(mentions) > 0 {
			w.mentions[o.Index] = mentions
		}
	}
}

// changes reports whether the rules change what they may change of a commit or tag.
func (w *commitReader) changes(kind pack.Kind, content []byte) bool {
	text := content
	if kind == pack.Commit {
		if rest, parents := afterLinks(content); parents >= 0 {
			text = rest
		}
	} else {
		_, text, _ = bytes.Cut(content, []byte{'\n'})
	}
	r := w.rewrite
	rules := cmp.Or(r.edit.Messages, r.edit.Blobs)
	return !bytes.Equal(text, r.redacted(rules, text, make([]int, rules.Len())))
}

// readTrees records the trees.
func (r *Rewrite) readTrees(ctx context.Context) error {
	var recorders []*history.Recorder
	var workers []*[]uint32
	err := r.walk(ctx, []pack.Kind{pack.Tree}, nil, func() func(*gitstore.Object) {
		recorder, broken := r.graph.Recorder(), new([]uint32)
		recorders, workers = append(recorders, recorder), append(workers, broken)
		return func(o *gitstore.Object) {
			if recorder.Tree(o) != nil {
				*broken = append(*broken, o.Index)
			}
		}
	})
	for i, recorder := range recorders {
		r.graph.Merge(recorder)
		r.read.broken = append(r.read.broken, *workers[i]...)
	}
	return err
}

// checkTrees fails where a tree for which reached holds cannot be read to its end: what the rest of it leads to
// would be lost with the old objects. Others go, and nothing with them.
func (r *Rewrite) checkTrees(reached func(object uint32) bool) error {
	for _, object := range r.read.broken {
		if reached(object) {
			return fmt.Errorf("%w: tree %s cannot be read to its end; repair the history first (git fsck tells more)", ErrIncomplete, r.table.ID(object))
		}
	}
	return nil
}

// readBlobs searches the blobs and works out what those become that a rule matches in.
func (r *Rewrite) readBlobs(ctx context.Context) error {
	r.read.blobs, r.read.binaries = map[uint32]*newBlob{}, map[uint32]int64{}
	if r.edit.Blobs == nil {
		return nil
	}
	var workers []*blobReader
	err := r.walk(ctx, []pack.Kind{pack.Blob}, nil, func() func(*gitstore.Object) {
		w := &blobReader{rewrite: r, searcher: r.edit.Blobs.Searcher(), blobs: map[uint32]*newBlob{}, binaries: map[uint32]int64{}}
		workers = append(workers, w)
		return w.visit
	})
	for _, w := range workers {
		for object, blob := range w.blobs {
			r.read.blobs[object] = blob
		}
		for object, size := range w.binaries {
			r.read.binaries[object] = size
		}
	}
	return err
}

// blobReader is one worker's view of the blobs.
type blobReader struct {
	rewrite  *Rewrite
	searcher *redact.Searcher
	blobs    map[uint32]*newBlob
	binaries map[uint32]int64
	buffer   []byte
}

func (w *blobReader) visit(o *gitstore.Object) {
	var prior *redact.Memo
	if o.HasBase {
		prior, _ = o.BaseMemo.(*redact.Memo)
	}
	found, memo := w.searcher.Search(o.Content, prior, o.Copies)
	if o.HasChildren && memo != nil {
		o.Memo = memo
	}
	if !found {
		return
	}
	content, counts, binary := w.rewrite.editedBlob(w.buffer[:0], o.Content)
	if binary {
		w.binaries[o.Index] = int64(len(o.Content))
	}
	if content != nil {
		w.buffer = content
		w.blobs[o.Index] = &newBlob{id: gitstore.HashObject(pack.Blob, content), counts: counts}
	}
}

// removedBinary is what a binary file becomes that may not stay.
const removedBinary = "This binary file held a secret and was removed from history.\n"

// editedBlob appends to buffer what a blob becomes; it is nil where nothing changes. binary says that
// rules match in a binary file.
func (r *Rewrite) editedBlob(buffer, content []byte) (edited []byte, counts []ruleCount, binary bool) {
	edit := r.edit.Blobs.Edit(content)
	counts = countsOf(edit.Counts)
	switch {
	case edit.Binary && r.edit.Binary == ReplaceBinary:
		return append(buffer, removedBinary...), counts, true
	case edit.Binary:
		return nil, nil, true
	case len(edit.Splices) == 0:
		return nil, nil, false
	}
	return pack.AppendSpliced(buffer, content, edit.Splices), counts, false
}
