package rewrite

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/history"
)

// newTag is what an annotated tag becomes.
type newTag struct {
	id       pack.ID
	goes     bool // with what it points at
	unsigned bool
	counts   []ruleCount
	content  []byte
}

// makeTags rewrites the tags that are reached. Commits have their names by then, those of notes too.
func (r *Rewrite) makeTags(context.Context) error {
	r.tags = map[uint32]newTag{}
	m := tagMaker{rewrite: r, targets: map[uint32]uint32{}, done: map[uint32]bool{}}
	r.graph.Tags(func(tag, target uint32) { m.targets[tag] = target })
	for _, tag := range r.roots.tags {
		if err := m.make(tag); err != nil {
			return err
		}
	}
	return nil
}

// tagMaker rewrites tags, each after the one that it points at.
type tagMaker struct {
	rewrite *Rewrite
	targets map[uint32]uint32
	done    map[uint32]bool
}

func (m *tagMaker) make(object uint32) error {
	if m.done[object] {
		return nil
	}
	m.done[object] = true
	target, ok := m.targets[object]
	if !ok {
		return nil // it names nothing
	}
	if _, isTag := m.targets[target]; isTag {
		if err := m.make(target); err != nil {
			return err
		}
	}
	r := m.rewrite
	id := r.table.ID(object)
	to, ok := r.newObject(target)
	if !ok {
		r.tags[object] = newTag{goes: true}
		return nil
	}
	if to == r.graph.ID(target) && !r.read.matched[object] {
		return nil
	}
	_, content, err := r.repository.Read(id, nil, r.options.Limit)
	if err != nil {
		return err
	}
	line := []byte("object " + r.graph.ID(target).String() + "\n")
	if !bytes.HasPrefix(content, line) {
		return fmt.Errorf("tag %s does not begin with the object it points at: it cannot be rewritten", id)
	}
	b := commitBuilder{rewrite: r}
	b.header("object", to)
	rest := content[len(line):]
	headers := headersEnd(rest)
	start := len(b.buffer)
	b.unsignedHeaders(rest[:headers])
	message, signed := unsignedMessage(rest[headers:])
	b.message(object, message, -1)
	if r.read.matched[object] {
		b.redact(start)
	}
	r.tags[object] = newTag{id: hashOf(pack.Tag, b.buffer), content: b.buffer, unsigned: signed || b.unsigned, counts: b.counts}
	return nil
}

// unsignedMessage returns the message of a tag without the signature at its end (git-tag(1), "-s"), which begins
// where the last line is that could begin one.
func unsignedMessage(text []byte) (message []byte, signed bool) {
	last := -1
	for _, begin := range [][]byte{
		[]byte("\n-----BEGIN PGP " + "SIGNATURE-----"), []byte("\n-----BEGIN PGP " + "MESSAGE-----"),
		[]byte("\n-----BEGIN SIGNED " + "MESSAGE-----"), []byte("\n-----BEGIN SSH " + "SIGNATURE-----"),
	} {
		last = max(last, bytes.LastIndex(text, begin))
	}
	if last < 0 {
		return text, false
	}
	return text[:last+1], true
}

// newObject returns the name that an object has afterwards, which a ref or tag points at. ok is false where nothing
// is left.
func (r *Rewrite) newObject(object uint32) (id pack.ID, ok bool) {
	if number, isCommit := r.graph.CommitNumber(object); isCommit {
		number = r.left(number)
		if number == history.NoObject {
			return id, false
		}
		return r.idOf(number), true
	}
	if tag, ok := r.tags[object]; ok {
		return tag.id, !tag.goes
	}
	if blob, ok := r.read.blobs[object]; ok {
		return blob.id, true
	}
	if r.graph.Holds(object) && r.table.Kind(object) == pack.Tree {
		return r.treeAt(object), true
	}
	return r.graph.ID(object), true
}

// Refs returns the refs that change or go, in the order of [gitstore.Layout.Refs]. A ref whose name holds
// that of a commit that changes (refs/replace/) goes under one name and comes under another.
func (r *Rewrite) Refs() []RefChange {
	var changes []RefChange
	for _, ref := range r.roots.refs {
		object, _ := r.table.Index(ref.Target)
		id, ok := r.newObject(object)
		if !ok {
			id = pack.ID{}
		}
		if name := r.newName(ref.Name); name != ref.Name {
			changes = append(changes, RefChange{Ref: ref})
			if name != "" && ok && replacePrefix+id.String() != name {
				changes = append(changes, RefChange{Ref: gitstore.Ref{Name: name, Worktree: ref.Worktree}, New: id})
			}
			continue
		}
		if id != ref.Target {
			changes = append(changes, RefChange{Ref: ref, New: id})
		}
	}
	return changes
}

const replacePrefix = "refs/replace/"

// newName returns the name that a ref has afterwards, "" if what it is named for is gone.
func (r *Rewrite) newName(name string) string {
	digits, ok := strings.CutPrefix(name, replacePrefix)
	if !ok || len(digits) != 2*len(pack.ID{}) {
		return name
	}
	first, end, ok := r.table.WithDigits([]byte(digits))
	if !ok || end != first+1 {
		return name
	}
	if number, isCommit := r.graph.CommitNumber(first); isCommit && (int(number) >= len(r.roots.reached) || !r.roots.reached[number]) {
		return name // nothing reaches it: it did not change, and is not kept either
	}
	if number, isCommit := r.graph.CommitNumber(first); isCommit && r.left(number) != number {
		return "" // it was pruned: the one that stands for it is not to be replaced
	}
	id, _ := r.newObject(first)
	return replacePrefix + id.String()
}
