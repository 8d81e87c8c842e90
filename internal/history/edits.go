package history

import (
	"math/bits"
)

// Edits says what becomes of trees when entries at some paths go and some blobs change: which
// trees are others afterwards, and why.
//
// The same tree may stand at several paths and change at one of them only. So what changes is
// a tree at a path, which is called a state. States are numbered from 0; only
// trees that change have any.
type Edits struct {
	trace    *Trace
	goes     func(Path, Class) bool
	states   []state
	at       map[treeAt]int32 // unchanged where nothing changes
	of       map[uint32][]int32
	anywhere set      // trees that have a state
	gone     set      // objects of entries that go, by object
	placed   []treeAt // further trees that were followed
}

// treeAt is a tree, by number, at a path.
type treeAt struct {
	tree uint32
	path Path
}

// state is a tree that changes at a path.
type state struct {
	treeAt
	height  int32
	changes []change
}

// change is an entry of a state that goes, or leads to what changes.
type change struct {
	entry entry
	below int32 // the state of a folder, or goes, or blobChanges
}

const (
	unchanged   int32 = -1
	goes        int32 = -2
	blobChanges int32 = -3
)

// Change is what becomes of an entry of a tree.
type Change struct {
	Name   string
	Class  Class
	Object uint32 // what is there now; none for a gitlink
	Goes   bool
	State  int // of the folder that is there, -1 unless one that changes
}

// Edits follows the trace's marks down from some trees, which stand at the root: marked blobs change,
// and an entry at a marked path goes if goes says so for the class of what is there.
func (t *Trace) Edits(roots []uint32, goes func(Path, Class) bool) *Edits {
	e := &Edits{
		trace: t, goes: goes,
		at: map[treeAt]int32{}, of: map[uint32][]int32{},
		anywhere: newSet(len(t.graph.trees)), gone: newSet(t.graph.held),
	}
	for _, root := range roots {
		if number, ok := t.graph.treeOf(root); ok {
			e.follow(treeAt{number, Root})
		}
	}
	return e
}

// Follow follows the marks down from one more tree, which stands at a path, and returns its state, if it
// changes there.
func (e *Edits) Follow(tree uint32, path Path) (state int, ok bool) {
	number, ok := e.trace.graph.treeOf(tree)
	if !ok {
		return 0, false
	}
	at := treeAt{number, path}
	e.placed = append(e.placed, at)
	found := e.follow(at)
	return int(found), found >= 0
}

// follow returns the state of a tree at a path, or unchanged.
func (e *Edits) follow(at treeAt) int32 {
	t := e.trace
	hits := t.hits[at.tree]
	if len(hits) == 0 {
		return unchanged
	}
	if number, ok := e.at[at]; ok {
		return number
	}
	e.at[at] = unchanged // where a tree lies below itself, names lie
	s := state{treeAt: at}
	for _, hit := range hits {
		below := e.becomes(at.path, hit)
		if below == unchanged {
			continue
		}
		if below >= 0 {
			s.height = max(s.height, e.states[below].height+1)
		}
		if below == goes && hit.class() != Gitlink {
			if object := t.graph.object(hit); t.graph.Holds(object) {
				e.gone.add(object)
			}
		}
		s.changes = append(s.changes, change{hit, below})
	}
	if len(s.changes) == 0 {
		return unchanged
	}
	number := int32(len(e.states))
	e.states = append(e.states, s)
	e.at[at] = number
	e.of[at.tree] = append(e.of[at.tree], number)
	e.anywhere.add(at.tree)
	return number
}

// becomes says what becomes of an entry in the folder at a path.
func (e *Edits) becomes(folder Path, of entry) int32 {
	t := e.trace
	path, ok := t.paths.child(folder, of.name())
	if ok && t.marks.Paths[path] && e.goes(path, of.class()) {
		return goes
	}
	if child, isTree := of.subtree(); isTree {
		if !ok {
			return unchanged
		}
		return e.follow(treeAt{child, path})
	}
	if of.class() < Dir && t.blobs.has(of.child) {
		return blobChanges
	}
	return unchanged
}

// Len returns the number of states.
func (e *Edits) Len() int { return len(e.states) }

// Tree returns the tree object of a state.
func (e *Edits) Tree(state int) uint32 { return e.trace.graph.trees[e.states[state].tree].object }

// Path returns where the tree of a state stands.
func (e *Edits) Path(state int) Path { return e.states[state].path }

// Height returns how many states lie below a state at most: what it becomes depends on lower ones
// only.
func (e *Edits) Height(state int) int { return int(e.states[state].height) }

// Changes calls yield for each entry of a state's tree that does not stay as it is, in no order that
// means anything.
func (e *Edits) Changes(state int, yield func(Change)) {
	g := e.trace.graph
	for _, c := range e.states[state].changes {
		change := Change{
			Name: g.names.list[c.entry.name()], Class: c.entry.class(), Object: g.object(c.entry),
			Goes: c.below == goes, State: -1,
		}
		if c.below >= 0 {
			change.State = int(c.below)
		}
		yield(change)
	}
}

// At returns the state of a tree object at a path, if it changes there.
func (e *Edits) At(tree uint32, path Path) (state int, ok bool) {
	number, ok := e.trace.graph.treeOf(tree)
	if !ok {
		return 0, false
	}
	found, ok := e.at[treeAt{number, path}]
	return int(found), ok && found >= 0
}

// Below returns the states of trees that stand at the root, and of those given to Follow, and of what is below them.
func (e *Edits) Below(roots []uint32) []int {
	var states []int
	seen := newSet(len(e.states))
	add := func(state int32) {
		if state >= 0 && !seen.has(uint32(state)) {
			seen.add(uint32(state))
			states = append(states, int(state))
		}
	}
	for _, root := range roots {
		if state, ok := e.At(root, Root); ok {
			add(int32(state))
		}
	}
	for _, at := range e.placed {
		if state, ok := e.at[at]; ok {
			add(state)
		}
	}
	for i := 0; i < len(states); i++ {
		for _, c := range e.states[states[i]].changes {
			add(c.below)
		}
	}
	return states
}

// Of returns the states of a tree object.
func (e *Edits) Of(tree uint32) []int32 {
	number, ok := e.trace.graph.treeOf(tree)
	if !ok || !e.anywhere.has(number) {
		return nil
	}
	return e.of[number]
}

// Gone calls yield for each blob and tree that stood at an entry that goes, or below one; it may stand
// elsewhere too.
func (e *Edits) Gone(yield func(object uint32)) {
	g := e.trace.graph
	gone := newSet(g.held)
	var waiting []uint32
	add := func(object uint32) {
		if !g.Holds(object) || gone.has(object) {
			return
		}
		gone.add(object)
		if number, ok := g.treeOf(object); ok {
			waiting = append(waiting, number)
		}
	}
	e.gone.each(add)
	for len(waiting) > 0 {
		number := waiting[len(waiting)-1]
		waiting = waiting[:len(waiting)-1]
		g.entries(number, func(of entry) {
			if of.class() != Gitlink {
				add(g.object(of))
			}
		})
	}
	gone.each(yield)
}

// each calls yield for the numbers of the set, ascending.
func (b set) each(yield func(uint32)) {
	for i, word := range b {
		for ; word != 0; word &= word - 1 {
			yield(uint32(i*64 + bits.TrailingZeros64(word)))
		}
	}
}
