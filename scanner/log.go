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
