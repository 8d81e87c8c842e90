package scanner

import (
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
}

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
	w := reachWalk{log: l, wanted: map[pack.ID]bool{}, number: map[pack.ID]int{}, oldest: time.Unix(1<<40, 0)}
	for _, id := range list {
		w.wanted[id] = true
		if when := l.nodes[id].commit.Committer.When; when.Before(w.oldest) {
			w.oldest = when
		}
	}
	w.oldest = w.oldest.Add(-24 * time.Hour) // clocks differ
	tips := make([]int, len(refs))
	for i, ref := range refs {
		tips[i] = w.visit(l.peel(ref.Target))
	}
	names, counts := map[pack.ID][]string{}, map[pack.ID]int{}
	const width = 64 // refs at a time, a bit each
	for start := 0; start < len(refs); start += width {
		some := refs[start:min(start+width, len(refs))]
		masks := w.reached(tips[start : start+len(some)])
		for _, id := range list {
			n, ok := w.number[id]
			for i := range some {
				if ok && n != noNumber && masks[n]>>i&1 != 0 {
					if counts[id]++; counts[id] <= maxRefs { // a commit may be on thousands
						names[id] = append(names[id], refName(some[i]))
					}
				}
			}
		}
	}
	reached := map[pack.ID]reach{}
	for _, id := range list {
		of := reachOf(names[id], heldByCommit)
		of.count = counts[id]
		reached[id] = of
	}
	return reached
}

// reachWalk numbers the commits that refs lead to, parents before children.
type reachWalk struct {
	log     *commitLog
	wanted  map[pack.ID]bool
	oldest  time.Time
	number  map[pack.ID]int
	parents [][]int // by number
}

// noNumber is that of a commit that is not followed.
const noNumber = -1

// visit numbers a commit and all that it leads to, and returns its number.
func (w *reachWalk) visit(tip pack.ID) int {
	type frame struct {
		node *logNode
		next int // parent to visit
	}
	var stack []frame
	enter := func(id pack.ID) {
		if _, known := w.number[id]; known {
			return
		}
		w.number[id] = noNumber // until its parents have theirs
		if n, ok := w.log.node(id); ok && (w.wanted[id] || !n.commit.Committer.When.Before(w.oldest)) {
			stack = append(stack, frame{node: n})
		}
	}
	enter(tip)
	for len(stack) > 0 {
		top := &stack[len(stack)-1]
		if parents := top.node.commit.Parents; top.next < len(parents) {
			top.next++
			enter(parents[top.next-1])
			continue
		}
		var above []int
		for _, parent := range top.node.commit.Parents {
			if n := w.number[parent]; n != noNumber {
				above = append(above, n)
			}
		}
		w.number[top.node.id] = len(w.parents)
		w.parents = append(w.parents, above)
		stack = stack[:len(stack)-1]
	}
	return w.number[tip]
}

// reached returns for each commit the tips that lead to it, a bit each.
func (w *reachWalk) reached(tips []int) []uint64 {
	masks := make([]uint64, len(w.parents))
	for i, tip := range tips {
		if tip != noNumber {
			masks[tip] |= 1 << i
		}
	}
	for n, parents := range slices.Backward(w.parents) {
		for _, parent := range parents {
			masks[parent] |= masks[n]
		}
	}
	return masks
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
