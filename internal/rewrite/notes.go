package rewrite

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/history"
)

// notes is what becomes of the commits below refs/notes/. Their trees are named after the objects that they
// speak of (git-notes(1)): 40 digits, with slashes between some of them. So a note of a commit
// that changed gets another path.
type notes struct {
	commits map[uint32]pack.ID // by number, those that are other than makeCommits has them
	list    []renamedCommit    // those of them that makeCommits leaves as they are
	objects []madeObject       // trees and commits
	blobs   []uint32           // objects that the new trees hold, as they are or edited
	renamed map[uint32]bool    // by number: commits whose tree is among objects
}

// renamedCommit is a commit that changed.
type renamedCommit struct {
	old, now pack.ID
	first    bool // no parent did
	unsigned bool // a signature was lost
}

// madeObject is a new object that is at hand.
type madeObject struct {
	id      pack.ID
	kind    pack.Kind
	content []byte
}

const notesPrefix = "refs/notes/"

var errSharedNotes = errors.New("a branch or tag holds commits of notes and others after them: delete it, or the notes")

// makeNotes has notes follow the commits that they are of.
func (r *Rewrite) makeNotes(context.Context) error {
	n := &r.notes
	n.commits, n.renamed = map[uint32]pack.ID{}, map[uint32]bool{}
	var tips []uint32
	for _, ref := range r.roots.refs {
		if object, ok := r.table.Index(ref.Target); ok && strings.HasPrefix(ref.Name, notesPrefix) {
			if number, isCommit := r.graph.CommitNumber(object); isCommit {
				tips = append(tips, number)
			}
		}
	}
	if len(tips) == 0 || len(r.commits.affected) == 0 {
		return nil
	}
	order := r.topological(func(number uint32, yield func(uint32)) {
		_, _, parents := r.graph.CommitAt(number)
		for _, parent := range parents {
			yield(parent)
		}
	}, tips)
	m := noteMaker{rewrite: r, made: map[pack.ID]bool{}}
	for _, number := range order {
		if err := m.commit(number); err != nil {
			return err
		}
	}
	return r.checkNotes(order)
}

// checkNotes fails where a commit outside the notes has a changed one of theirs as parent.
func (r *Rewrite) checkNotes(inside []uint32) error {
	if len(r.notes.commits) == 0 {
		return nil
	}
	isNote := newBits(r.graph.Commits())
	for _, number := range inside {
		isNote.add(number)
	}
	for _, number := range r.roots.commits {
		_, _, parents := r.graph.CommitAt(number)
		for _, parent := range parents {
			if _, changed := r.notes.commits[parent]; changed && !isNote.has(number) {
				return errSharedNotes
			}
		}
	}
	return nil
}

// noteMaker rewrites commits of notes.
type noteMaker struct {
	rewrite *Rewrite
	made    map[pack.ID]bool
	builder commitBuilder
}

// note is an entry of the trees of a commit of notes, by its whole path.
type note struct {
	path   string
	entry  gitstore.TreeEntry
	object uint32 // that is there now; none for a gitlink
}

// commit rewrites a commit of notes, if its tree or a parent becomes another.
func (m *noteMaker) commit(number uint32) error {
	r := m.rewrite
	object, tree, parents := r.graph.CommitAt(number)
	c := newCommit{number: number, parents: parents, tree: r.newTreeOf(number)}
	if now := r.newOf(number); now != nil {
		if now.pruned {
			return nil
		}
		c = *now
	}
	all, err := m.flatten(nil, "", r.graph.ID(tree))
	if err != nil {
		return err
	}
	changed := false
	for _, parent := range c.parents {
		_, is := r.notes.commits[parent]
		changed = changed || is
	}
	renamed := false
	for i := range all {
		path := m.follow(all[i].path)
		renamed = renamed || path != all[i].path
		all[i].path = path
	}
	if !renamed && !changed {
		return nil
	}
	if renamed {
		c.tree = m.tree(all)
		r.notes.renamed[number] = true
	}
	_, content, err := r.repository.Read(r.table.ID(object), nil, r.options.Limit)
	if err != nil {
		return err
	}
	m.builder.rewrite = r
	made, err := m.builder.build(&c, content)
	if err != nil {
		return err
	}
	id := m.make(pack.Commit, slices.Clone(made))
	r.notes.commits[number] = id
	if r.newOf(number) == nil {
		r.notes.list = append(r.notes.list, renamedCommit{r.table.ID(object), id, !changed, m.builder.unsigned})
	}
	return nil
}

// flatten appends all entries below a tree, as they are after the edits.
func (m *noteMaker) flatten(all []note, folder string, id pack.ID) ([]note, error) {
	r := m.rewrite
	_, content, err := r.repository.Read(id, nil, r.options.Limit)
	if err != nil {
		return nil, err
	}
	for len(content) > 0 {
		entry, length, err := gitstore.NextTreeEntry(content)
		if err != nil {
			return nil, err
		}
		content = content[length:]
		path := folder + string(entry.Name)
		if history.ClassOf(entry) == history.Dir {
			if all, err = m.flatten(all, path+"/", entry.ID); err != nil {
				return nil, err
			}
			continue
		}
		now, keep := r.Entry(path, entry.Mode, entry.ID)
		if !keep {
			continue
		}
		n := note{path, entry, history.NoObject}
		if history.ClassOf(entry) != history.Gitlink {
			var ok bool
			if n.object, ok = r.table.Index(entry.ID); !ok {
				return nil, fmt.Errorf("%w: note %s is in no store", ErrIncomplete, entry.ID)
			}
		}
		n.entry.ID = now
		all = append(all, n)
	}
	return all, nil
}

// follow returns where a note stands afterwards. One of a commit that went stays where it is: it is all that
// is left of it.
func (m *noteMaker) follow(path string) string {
	digits := strings.ReplaceAll(path, "/", "")
	if len(digits) != 2*len(pack.ID{}) {
		return path
	}
	number, ok := m.rewrite.commitNamed([]byte(digits))
	if !ok {
		return path
	}
	c := m.rewrite.newOf(number)
	if c == nil || c.pruned {
		return path
	}
	now := c.id.String()
	var b strings.Builder
	for i := range len(path) {
		if path[i] == '/' {
			b.WriteByte('/')
		} else {
			b.WriteByte(now[0])
			now = now[1:]
		}
	}
	return b.String()
}

// tree makes the trees that hold some notes and returns the name of the root.
func (m *noteMaker) tree(all []note) pack.ID {
	type child struct {
		name  string
		entry gitstore.TreeEntry
	}
	var children []child
	folders := map[string][]note{}
	seen := map[string]bool{}
	for _, n := range all {
		if name, rest, below := strings.Cut(n.path, "/"); below {
			folders[name] = append(folders[name], note{rest, n.entry, n.object})
		} else if !seen[name] {
			seen[name] = true
			children = append(children, child{name, n.entry})
			if n.object != history.NoObject {
				m.rewrite.notes.blobs = append(m.rewrite.notes.blobs, n.object)
			}
		}
	}
	for name, below := range folders {
		children = append(children, child{name, gitstore.TreeEntry{Mode: gitstore.ModeDir, ID: m.tree(below)}})
	}
	slices.SortFunc(children, func(a, b child) int { return strings.Compare(sortName(a.name, a.entry), sortName(b.name, b.entry)) })
	var content []byte
	for _, c := range children {
		content = gitstore.AppendTreeEntry(content, c.entry.Mode, c.name, c.entry.ID)
	}
	return m.make(pack.Tree, content)
}

// sortName is what git sorts an entry by.
func sortName(name string, entry gitstore.TreeEntry) string {
	if entry.Type() == gitstore.ModeDir {
		return name + "/"
	}
	return name
}

// make keeps a new object.
func (m *noteMaker) make(kind pack.Kind, content []byte) pack.ID {
	id := hashOf(kind, content)
	if !m.made[id] {
		m.made[id] = true
		m.rewrite.notes.objects = append(m.rewrite.notes.objects, madeObject{id, kind, content})
	}
	return id
}
