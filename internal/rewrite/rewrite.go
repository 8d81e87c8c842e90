// Package rewrite works out what a history becomes when paths go and texts change, and writes it as
// one pack. It reads a repository and writes nothing but that pack: refs, indexes
// and work trees are its caller's.
//
// Only what must change does. Trees that lead to no edit, and commits that reach none, keep their
// names, signatures and stored bytes. What changes is spliced: the raw object with some of
// its bytes replaced, so that odd headers, time zones, modes and orders stay as they are.
//
// The rules for commits that become empty are those of git filter-repo's --prune-empty auto and
// --prune-degenerate auto (git-filter-repo(1)).
package rewrite

import (
	"context"
	"fmt"
	"slices"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/history"
	"github.com/unleak/unleak/internal/redact"
)

// Edit says what to change. Rules may be nil.
type Edit struct {
	// Drop reports whether the entry at a path goes, a folder with all below it; nil drops nothing.
	Drop func(path string, folder bool) bool
	// Blobs are applied to files and targets of symbolic links, Messages to commits and tags.
	Blobs, Messages *redact.Rules
	// Headers has Messages applied to the names and other headers of commits and tags too.
	Headers bool
	// Binary says what happens to binary files that Blobs match in.
	Binary Binary
	// KeepIDs leaves the names of rewritten commits in messages as they are.
	KeepIDs bool
}

// Binary is what happens to a binary file that a rule matches in.
type Binary int

// What can happen: the file stays, and is told by [Rewrite.Binaries]; or its content is replaced by a note.
const (
	KeepBinary Binary = iota
	ReplaceBinary
)

// Options bound the work.
type Options struct {
	Jobs     int   // workers; 0 stands for 1
	Limit    int64 // bytes of the largest object to look at; 0 for DefaultLimit
	Progress func(step string)
}

// DefaultLimit is the size in bytes of the largest object that is looked at without a word.
const DefaultLimit = 1 << 30

// Rewrite is what a history becomes. It is immutable once made, but for [Rewrite.WritePack], and
// valid as long as its repository is open.
type Rewrite struct {
	repository *gitstore.Repository
	table      *gitstore.Table
	edit       Edit
	options    Options
	budget     *pack.Budget

	graph   *history.Graph
	paths   *history.Paths
	marks   history.Marks
	trace   *history.Trace
	edits   *history.Edits
	stale   *history.Edits // of what nothing reaches
	roots   roots
	read    reading
	trees   []newTree          // by state
	folders map[placedTree]int // states of folders of sparse indexes
	commits commits
	tags    map[uint32]newTag // by object
	notes   notes
	keep    history.Objects // of what stays
	reached history.Objects // of all, before the rewrite
	fresh   []pack.ID       // names of the objects to be made, sorted
}

// placedTree is a folder that an index holds as one tree.
type placedTree struct {
	path string
	id   pack.ID
}

// New works out what a repository's history becomes. It fails where part of the history cannot be
// read, as nothing could be proved then, and with the context's error.
func New(ctx context.Context, repository *gitstore.Repository, edit Edit, options Options) (*Rewrite, error) {
	options.Jobs = max(options.Jobs, 1)
	if options.Limit == 0 {
		options.Limit = DefaultLimit
	}
	if options.Progress == nil {
		options.Progress = func(string) {}
	}
	r := &Rewrite{
		repository: repository, table: repository.Table(), edit: edit, options: options,
		budget: pack.NewBudget(memoryBudget),
	}
	r.graph = history.New(r.table)
	for _, step := range []struct {
		name string
		run  func(context.Context) error
	}{
		{"reading refs", r.findRoots},
		{"reading commits", r.readCommits},
		{"searching blobs", r.readBlobs},
		{"reading trees", r.readTrees},
		{"finding what changes", r.findEdits},
		{"rewriting trees", r.makeTrees},
		{"rewriting commits", r.makeCommits},
		{"rewriting notes", r.makeNotes},
		{"rewriting tags", r.makeTags},
		{"finding what stays", r.findKept},
	} {
		options.Progress(step.name)
		if err := step.run(ctx); err != nil {
			return nil, fmt.Errorf("%s: %w", step.name, err)
		}
	}
	return r, nil
}

// memoryBudget is how many bytes of decoded objects are held at once.
const memoryBudget = 256 << 20

// findEdits marks what goes and what changes, and follows the marks down from all that is reached.
func (r *Rewrite) findEdits(ctx context.Context) error {
	paths, err := r.graph.Paths(ctx)
	if err != nil {
		return err
	}
	if r.paths = paths; paths.Truncated {
		return fmt.Errorf("the history has more distinct paths than can be kept in memory: it cannot be rewritten with certainty")
	}
	r.marks = history.Marks{Blobs: map[uint32]bool{}, Paths: map[history.Path]bool{}}
	if r.edit.Drop != nil {
		r.markPaths()
	}
	for blob := range r.read.blobs {
		r.marks.Blobs[blob] = true
	}
	if r.trace, err = r.graph.Trace(ctx, paths, r.marks); err != nil {
		return err
	}
	r.edits = r.trace.Edits(r.roots.trees, r.goes)
	if err := r.placeFolders(); err != nil {
		return err
	}
	r.stale = r.trace.Edits(r.staleTrees(), r.goes)
	return r.checkTrees(func(object uint32) bool { return len(r.edits.Of(object)) > 0 })
}

// markPaths marks the paths at which something goes. Below a folder that goes none need be.
func (r *Rewrite) markPaths() {
	inside := make([]bool, r.paths.Len())
	for path := history.Path(1); int(path) < r.paths.Len(); path++ {
		if parent := r.paths.Parent(path); inside[parent] {
			inside[path] = true
			continue
		}
		name := r.paths.String(path)
		folder := r.edit.Drop(name, true)
		if folder || r.edit.Drop(name, false) {
			r.marks.Paths[path] = true
		}
		inside[path] = folder // a file that stands there in another commit has nothing below it
	}
}

// goes reports whether what is at a marked path goes: patterns can be for folders alone.
func (r *Rewrite) goes(path history.Path, class history.Class) bool {
	return r.edit.Drop(r.paths.String(path), class == history.Dir)
}

// Fresh returns how many objects are to be made, and how many stay as they are.
func (r *Rewrite) Fresh() (made, kept int) {
	for i := range uint32(r.table.Len()) {
		if r.keep.Has(i) {
			kept++
		}
	}
	return len(r.fresh), kept
}

// isFresh reports whether an object is one of those to be made.
func (r *Rewrite) isFresh(id pack.ID) bool {
	_, ok := slices.BinarySearchFunc(r.fresh, id, pack.ID.Compare)
	return ok
}
