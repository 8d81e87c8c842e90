package history

import (
	"bytes"
	"fmt"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
)

// Recorder records what one worker of a walk meets. Recorders of one graph may run
// side by side, as every object is recorded once.
type Recorder struct {
	graph   *Graph
	names   nameCache
	arena   []entry
	diff    treeDiff
	tags    []uint32
	targets []uint32
}

// Recorder returns a recorder for one worker.
func (g *Graph) Recorder() *Recorder {
	return &Recorder{graph: g, names: nameCache{shared: g.names, own: map[string]uint32{}}}
}

// Commit records a commit. One whose kind the table did not know is left out.
func (r *Recorder) Commit(object uint32, c gitstore.Commit) {
	g := r.graph
	if !g.IsCommit(object) {
		return
	}
	at := &g.commits[g.number[object]]
	at.tree = r.resolve(c.Tree, pack.Tree)
	for _, id := range c.Parents {
		parent := r.resolve(id, pack.Commit)
		if number, ok := g.commitOf(parent); ok {
			at.parents = append(at.parents, number)
		}
	}
}

// Tag records an annotated tag.
func (r *Recorder) Tag(object uint32, t gitstore.Tag) {
	r.tags = append(r.tags, object)
	r.targets = append(r.targets, r.resolve(t.Target, t.Kind))
}

// Tree records a tree as its difference from the base that the walk decoded it from. Of a
// tree that cannot be read to its end, the entries before are recorded and
// the error says where it broke.
func (r *Recorder) Tree(o *gitstore.Object) error {
	g := r.graph
	number, ok := g.treeOf(o.Index)
	if !ok {
		return nil
	}
	at := &g.trees[number]
	var base []byte
	if o.HasBase {
		at.base = g.number[o.Base]
		base = o.BaseContent
	}
	d := &r.diff
	d.recorder, d.adds, d.dels = r, d.adds[:0], d.dels[:0]
	err := d.run(base, o.Content)
	at.adds, at.dels = r.keep(d.adds), r.keep(d.dels)
	return err
}

// treeDiff merges two trees. Trees are sorted, so that what they share is met at the
// same time; where a hostile one is not, entries may be both deleted and added,
// which is as true.
type treeDiff struct {
	recorder   *Recorder
	adds, dels []entry
}

func (d *treeDiff) run(base, tree []byte) error {
	at := 0
	for at < len(tree) {
		e, n, err := gitstore.NextTreeEntry(tree[at:])
		if err != nil {
			return fmt.Errorf("at byte %d: %w", at, err)
		}
		raw := tree[at : at+n]
		if bytes.HasPrefix(base, raw) {
			base = base[n:]
			at += n
			continue
		}
		if len(base) > 0 {
			b, m, err := gitstore.NextTreeEntry(base)
			if err != nil {
				base = nil // recorded up to here as well
				continue
			}
			if !before(e, b) {
				d.dels = append(d.dels, d.recorder.entry(b))
				base = base[m:]
				if before(b, e) {
					continue
				}
			}
		}
		d.adds = append(d.adds, d.recorder.entry(e))
		at += n
	}
	for len(base) > 0 {
		b, m, err := gitstore.NextTreeEntry(base)
		if err != nil {
			break
		}
		d.dels = append(d.dels, d.recorder.entry(b))
		base = base[m:]
	}
	return nil
}

// before orders entries as git sorts them: a folder as if its name ended in a slash.
func before(a, b gitstore.TreeEntry) bool {
	n := min(len(a.Name), len(b.Name))
	if c := bytes.Compare(a.Name[:n], b.Name[:n]); c != 0 {
		return c < 0
	}
	return end(a, n) < end(b, n)
}

func end(e gitstore.TreeEntry, n int) byte {
	switch {
	case len(e.Name) > n:
		return e.Name[n]
	case e.Type() == gitstore.ModeDir:
		return '/'
	}
	return 0
}

func (r *Recorder) entry(e gitstore.TreeEntry) entry {
	kind, class := pack.Blob, File
	switch e.Type() {
	case gitstore.ModeDir:
		kind, class = pack.Tree, Dir
	case gitstore.ModeSymlink:
		class = Symlink
	case gitstore.ModeGitlink:
		return entry{r.names.number(e.Name), none, Gitlink}
	}
	return entry{r.names.number(e.Name), r.resolve(e.ID, kind), class}
}

// resolve returns the number of an object; one that no store holds gets one.
func (r *Recorder) resolve(id pack.ID, kind pack.Kind) uint32 {
	if object, ok := r.graph.table.Index(id); ok {
		return object
	}
	return r.graph.missing.number(id, kind)
}

// arenaSize is how many entries are allocated at once.
const arenaSize = 1 << 14

// keep copies entries into the arena, exactly as long as they are.
func (r *Recorder) keep(entries []entry) []entry {
	if len(entries) == 0 {
		return nil
	}
	if len(entries) > cap(r.arena)-len(r.arena) {
		r.arena = make([]entry, 0, max(arenaSize, len(entries)))
	}
	from := len(r.arena)
	r.arena = append(r.arena, entries...)
	return r.arena[from:len(r.arena):len(r.arena)]
}
