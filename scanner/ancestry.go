package scanner

import (
	"cmp"
	"container/heap"
	"slices"
	"time"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
)

// between returns the commits that any of to reaches and none of from does, oldest first. Both
// histories are walked side by side, newest first by committer date, until nothing is left
// that is included alone.
//
// A commit-graph may answer for commits that from alone reaches, of which only the parents count. It
// cannot make a commit be left out: what to reaches is read from the commits themselves, and before one
// of those is excluded, so is a whole way to it from from. A graph that turns out
// to disagree with a commit is not asked again, and the walk starts anew.
func (l *commitLog) between(from, to []pack.ID) []pack.ID {
	graph := l.repository.CommitGraph()
	defer graph.Close()
	w := &rangeWalk{log: l, graph: graph}
	if !w.run(from, to) {
		clear(l.unread) // some may exist in the graph alone
		w = &rangeWalk{log: l}
		w.run(from, to)
	}
	var list []*step
	for _, s := range w.steps {
		if s.sides == included {
			list = append(list, s)
		}
	}
	slices.SortFunc(list, func(a, b *step) int {
		return cmp.Or(a.when.Compare(b.when), a.id.Compare(b.id))
	})
	ids := make([]pack.ID, len(list))
	for i, s := range list {
		ids[i] = s.id
	}
	return ids
}

// side is from where a commit was reached.
type side uint8

const (
	excluded side = 1 << iota
	included
)

// slop is how many commits the walk goes on when all that is left to visit is
// excluded: dates lie, and an older-looking commit may still lead to an
// included one. Git does the same.
const slop = 64

// rangeWalk is one walk over the commits of a range and of what it excludes.
type rangeWalk struct {
	log    *commitLog
	graph  *gitstore.CommitGraph // nil to read every commit
	steps  map[pack.ID]*step
	queue  dateQueue
	wanted int  // in the queue that are included alone
	lied   bool // the graph
}

// step is a commit on the way.
type step struct {
	id      pack.ID
	parents []pack.ID
	when    time.Time
	read    bool // from the commit itself, not from the graph
	sides   side
	queued  bool  // is in the queue
	from    *step // the child through which it was first excluded
	proven  bool  // as excluded: all on the way from there were read
}

// run walks. It returns false when the graph lied.
func (w *rangeWalk) run(from, to []pack.ID) bool {
	w.steps = map[pack.ID]*step{}
	for _, id := range from {
		w.push(id, excluded, nil)
	}
	for _, id := range to {
		w.push(id, included, nil)
	}
	for extra := slop; w.queue.Len() > 0 && extra > 0 && !w.lied; {
		s := heap.Pop(&w.queue).(*step)
		s.queued = false
		if s.sides == included {
			w.wanted--
		}
		for _, parent := range s.parents {
			w.push(parent, s.sides, s)
		}
		if extra--; w.wanted > 0 {
			extra = slop
		}
	}
	return !w.lied
}

// push notes that a commit was reached from sides, through child (nil for an end of the range).
func (w *rangeWalk) push(id pack.ID, sides side, child *step) {
	s, ok := w.step(id, sides)
	if !ok || s.sides&sides == sides {
		return
	}
	if s.queued && s.sides == included {
		w.wanted--
	}
	if sides&excluded != 0 && s.sides&excluded == 0 {
		s.from = child
	}
	s.sides |= sides
	if s.sides == excluded|included {
		w.prove(s)
	}
	if s.sides == included {
		w.wanted++
	}
	if !s.queued {
		s.queued = true
		heap.Push(&w.queue, s)
	}
}

// step returns what is known of a commit. One that is included was read.
func (w *rangeWalk) step(id pack.ID, sides side) (*step, bool) {
	s, known := w.steps[id]
	if !known && sides == excluded {
		// What the repository does not have is missing, whoever knows its parents.
		if parents, when, ok := w.graph.Commit(id); ok && w.log.repository.Holds(id) {
			s = &step{id: id, parents: parents, when: when}
			w.steps[id] = s
			return s, true
		}
	}
	if !known {
		n, ok := w.log.node(id)
		if !ok {
			return nil, false
		}
		s = &step{id: id, parents: n.commit.Parents, when: n.commit.Committer.When, read: true}
		w.steps[id] = s
	}
	if sides&included != 0 {
		w.check(s)
	}
	return s, true
}

// check reads a commit of which only the graph was asked.
func (w *rangeWalk) check(s *step) {
	if s.read {
		return
	}
	n, ok := w.log.node(s.id)
	s.read = ok && slices.Equal(n.commit.Parents, s.parents) && n.commit.Committer.When.Equal(s.when)
	w.lied = w.lied || !s.read
}

// prove reads the commits on the way by which one was excluded, as far as they were not read: then
// each is a parent of the one before for sure.
func (w *rangeWalk) prove(s *step) {
	for ; s != nil && !s.proven && !w.lied; s = s.from {
		w.check(s)
		s.proven = true
	}
}

// dateQueue is a heap of commits, newest first.
type dateQueue []*step

func (q dateQueue) Len() int           { return len(q) }
func (q dateQueue) Less(i, j int) bool { return q[i].when.After(q[j].when) }
func (q dateQueue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *dateQueue) Push(x any)        { *q = append(*q, x.(*step)) }
func (q *dateQueue) Pop() any {
	last := len(*q) - 1
	s := (*q)[last]
	*q = (*q)[:last]
	return s
}
