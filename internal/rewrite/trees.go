package rewrite

import (
	"context"
	"fmt"
	"slices"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/history"
)

// newTree is what a state of [history.Edits] becomes.
type newTree struct {
	id    pack.ID
	empty bool // nothing is left, so that a folder is not an entry any more
	done  bool
}

// makeTrees works out the names of the new trees. Each needs those of the trees below it, so they are made
// level by level, the lowest first; each level is one walk.
func (r *Rewrite) makeTrees(ctx context.Context) error {
	r.trees = make([]newTree, r.edits.Len())
	var levels [][]uint32 // objects
	for state := range r.edits.Len() {
		height := r.edits.Height(state)
		for len(levels) <= height {
			levels = append(levels, nil)
		}
		levels[height] = append(levels[height], r.edits.Tree(state))
	}
	for height, objects := range levels {
		slices.Sort(objects)
		wanted := newBits(r.table.Len())
		for _, object := range objects {
			wanted.add(object)
		}
		err := r.walk(ctx, []pack.Kind{pack.Tree}, wanted.has, func() func(*gitstore.Object) {
			w := &treeMaker{rewrite: r, height: height}
			return w.visit
		})
		if err != nil {
			return err
		}
	}
	for state, tree := range r.trees {
		if !tree.done {
			return fmt.Errorf("tree %s was not met again: the repository changed while it was read", r.table.ID(r.edits.Tree(state)))
		}
	}
	return nil
}

// treeMaker makes new trees on one worker.
type treeMaker struct {
	rewrite *Rewrite
	height  int
	splicer splicer
	content []byte
}

func (w *treeMaker) visit(o *gitstore.Object) {
	r := w.rewrite
	for _, state := range r.edits.Of(o.Index) {
		if r.edits.Height(int(state)) != w.height {
			continue
		}
		splices, err := w.splicer.tree(r, int(state), o.Content)
		if err != nil {
			continue // makeTrees sees what is not done
		}
		w.content = pack.AppendSpliced(w.content[:0], o.Content, splices)
		r.trees[state] = newTree{
			id: gitstore.HashObject(pack.Tree, w.content), empty: len(w.content) == 0, done: true,
		}
	}
}

// splicer works out what of a tree changes. Its memory is used again.
type splicer struct {
	changes []history.Change
	byName  map[string][]history.Change // where there are many
	firsts  [4]uint64                   // a bit for each byte that the object of one of them begins with
	splices []pack.Splice
}

// fewChanges is up to how many changes are compared one by one.
const fewChanges = 8

// tree returns the splices that make a state's tree, whose content is given, what it becomes. They are valid until the
// next call.
func (s *splicer) tree(r *Rewrite, state int, content []byte) ([]pack.Splice, error) {
	s.begin(r, state)
	for at := 0; at < len(content); {
		length, err := gitstore.TreeEntryLen(content[at:])
		if err != nil {
			return nil, err
		}
		// Most entries of most trees stay, as their objects' first bytes tell.
		if first := content[at+length-len(pack.ID{})]; s.firsts[first/64]>>(first%64)&1 != 0 {
			entry, _, err := gitstore.NextTreeEntry(content[at:])
			if err != nil {
				return nil, err
			}
			if change, ok := s.changeOf(r, entry); ok {
				s.splice(r, change, at, length)
			}
		}
		at += length
	}
	return s.splices, nil
}

// begin takes over the changes of a state.
func (s *splicer) begin(r *Rewrite, state int) {
	s.changes, s.splices, s.firsts, s.byName = s.changes[:0], s.splices[:0], [4]uint64{}, nil
	r.edits.Changes(state, func(c history.Change) {
		s.changes = append(s.changes, c)
		if c.Class == history.Gitlink { // of any object
			s.firsts = [4]uint64{^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)}
			return
		}
		first := r.graph.ID(c.Object)[0]
		s.firsts[first/64] |= 1 << (first % 64)
	})
	if len(s.changes) > fewChanges {
		s.byName = make(map[string][]history.Change, len(s.changes))
		for _, c := range s.changes {
			s.byName[c.Name] = append(s.byName[c.Name], c)
		}
	}
}

// changeOf returns what becomes of an entry, if it changes.
func (s *splicer) changeOf(r *Rewrite, entry gitstore.TreeEntry) (history.Change, bool) {
	changes := s.changes
	if s.byName != nil {
		changes = s.byName[string(entry.Name)]
	}
	for _, c := range changes {
		if c.Name == string(entry.Name) && c.Class == history.ClassOf(entry) && (c.Class == history.Gitlink || r.graph.ID(c.Object) == entry.ID) {
			return c, true
		}
	}
	return history.Change{}, false
}

// splice replaces the name in the entry at a place, or the entry by nothing.
func (s *splicer) splice(r *Rewrite, c history.Change, at, length int) {
	var id []byte
	switch {
	case c.Goes || c.State >= 0 && r.trees[c.State].empty:
		s.splices = append(s.splices, pack.Splice{Offset: at, Length: length})
		return
	case c.State >= 0:
		id = r.trees[c.State].id[:]
	default:
		id = r.read.blobs[c.Object].id[:]
	}
	s.splices = append(s.splices, pack.Splice{Offset: at + length - len(id), Length: len(id), With: id})
}

// treeAt returns what a tree that stands at the root becomes; it is what it was where nothing
// changes.
func (r *Rewrite) treeAt(object uint32) pack.ID {
	if state, ok := r.edits.At(object, history.Root); ok {
		return r.trees[state].id
	}
	return r.graph.ID(object)
}

// bits is a set of small numbers.
type bits []uint64

func newBits(n int) bits { return make(bits, (n+63)/64) }

func (b bits) add(i uint32) { b[i/64] |= 1 << (i % 64) }

func (b bits) has(i uint32) bool { return b[i/64]>>(i%64)&1 != 0 }
