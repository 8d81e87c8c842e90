package scanner

import (
	"cmp"
	"container/heap"
	"slices"
	"time"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
)

// commitLog reads single commits and walks from them to their parents, as far as needed.
type commitLog struct {
	repository *gitstore.Repository
	limit      int64
	nodes      map[pack.ID]*logNode
	unread     map[pack.ID]error
}

// logNode is a commit that was read.
type logNode struct {
	id     pack.ID
	commit gitstore.Commit
	sides  side
	queued side
}

// side is from where a commit was reached.
type side uint8

const (
	excluded side = 1 << iota
	included
)

func newCommitLog(repository *gitstore.Repository, limit int64) *commitLog {
	return &commitLog{repository: repository, limit: limit, nodes: map[pack.ID]*logNode{}, unread: map[pack.ID]error{}}
}

// node reads a commit.
func (l *commitLog) node(id pack.ID) (*logNode, bool) {
	if n, ok := l.nodes[id]; ok {
		return n, true
	}
	if _, failed := l.unread[id]; failed || id.IsZero() {
		return nil, false
	}
	_, content, err := l.repository.Read(id, nil, l.limit)
	if err == nil {
		var commit gitstore.Commit
		if commit, err = gitstore.ParseCommit(content); err == nil {
			n := &logNode{id: id, commit: commit}
			l.nodes[id] = n
			return n, true
		}
	}
	l.unread[id] = err
	return nil, false
}

// slop is how many commits the walk goes on when all that is left to visit is
// excluded: dates lie, and an older-looking commit may still lead to an
// included one. Git does the same.
const slop = 64

// between returns the commits that to reaches and from does not, oldest first. Both
// histories are walked side by side, newest first by committer date, until nothing is left
// that is included alone.
func (l *commitLog) between(from, to pack.ID) []pack.ID {
	q := &dateQueue{}
	push := func(id pack.ID, s side) {
		if n, ok := l.node(id); ok && n.sides&s != s {
			n.sides |= s
			heap.Push(q, n)
		}
	}
	push(from, excluded)
	push(to, included)
	for extra := slop; q.Len() > 0 && extra > 0; {
		n := heap.Pop(q).(*logNode)
		if n.queued == n.sides {
			continue
		}
		n.queued = n.sides
		for _, parent := range n.commit.Parents {
			push(parent, n.sides)
		}
		if extra--; q.anyIncluded() {
			extra = slop
		}
	}
	var list []*logNode
	for _, n := range l.nodes {
		if n.sides == included {
			list = append(list, n)
		}
	}
	slices.SortFunc(list, func(a, b *logNode) int {
		return cmp.Or(a.commit.Committer.When.Compare(b.commit.Committer.When), a.id.Compare(b.id))
	})
	ids := make([]pack.ID, len(list))
	for i, n := range list {
		ids[i] = n.id
	}
	return ids
}

// cutOff tells whether commits of a list lie on a shallow boundary, and so seem to bring in
// all they have. The parents of boundary commits are not missing: they were left out.
func (l *commitLog) cutOff(boundary, list []pack.ID) bool {
	cut := false
	for _, id := range boundary {
		n, ok := l.nodes[id]
		if !ok {
			continue
		}
		for _, parent := range n.commit.Parents {
			delete(l.unread, parent)
		}
		cut = cut || slices.Contains(list, id)
	}
	return cut
}

// reachOf says which refs reach each commit of a list. Refs are followed back to the
// date of the oldest one.
func (l *commitLog) reachOf(list []pack.ID, refs []gitstore.Ref) map[pack.ID]reach {
	wanted := map[pack.ID]bool{}
	oldest := time.Unix(1<<40, 0)
	for _, id := range list {
		wanted[id] = true
		if when := l.nodes[id].commit.Committer.When; when.Before(oldest) {
			oldest = when
		}
	}
	oldest = oldest.Add(-24 * time.Hour) // clocks differ
	names := map[pack.ID][]string{}
	for _, ref := range refs {
		seen := map[pack.ID]bool{}
		stack := []pack.ID{l.peel(ref.Target)}
		for len(stack) > 0 {
			id := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			n, ok := l.node(id)
			if seen[id] || !ok || !wanted[id] && n.commit.Committer.When.Before(oldest) {
				continue
			}
			seen[id] = true
			if wanted[id] {
				names[id] = append(names[id], refName(ref))
			}
			stack = append(stack, n.commit.Parents...)
		}
	}
	reached := map[pack.ID]reach{}
	for _, id := range list {
		reached[id] = reachOf(names[id], heldByCommit)
	}
	return reached
}

// peel follows annotated tags to what they point at.
func (l *commitLog) peel(id pack.ID) pack.ID {
	for range maxTagDepth {
		kind, content, err := l.repository.Read(id, nil, l.limit)
		if err != nil || kind != pack.Tag {
			break
		}
		tag, err := gitstore.ParseTag(content)
		if err != nil {
			break
		}
		id = tag.Target
	}
	return id
}

// maxTagDepth bounds how many tags of tags are followed.
const maxTagDepth = 64

// dateQueue is a heap of commits, newest first.
type dateQueue []*logNode

func (q dateQueue) Len() int { return len(q) }
func (q dateQueue) Less(i, j int) bool {
	return q[i].commit.Committer.When.After(q[j].commit.Committer.When)
}
func (q dateQueue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *dateQueue) Push(x any)   { *q = append(*q, x.(*logNode)) }
func (q *dateQueue) Pop() any {
	last := len(*q) - 1
	n := (*q)[last]
	*q = (*q)[:last]
	return n
}

func (q dateQueue) anyIncluded() bool {
	return slices.ContainsFunc(q, func(n *logNode) bool { return n.sides == included })
}
