package scanner

import (
	"fmt"
	"strings"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
)

// treeComparer finds what a tree has and some others have not, by reading only the
// folders that differ.
type treeComparer struct {
	repository *gitstore.Repository
	limit      int64
	unread     func(id pack.ID, path string, err error)
	cache      map[pack.ID]*parsedTree
	cached     int // bytes of raw trees in cache
}

// parsedTree is a tree in memory.
type parsedTree struct {
	entries []gitstore.TreeEntry
	byName  map[string]int // made when first asked for
}

// maxTreeDepth bounds how deep folders nest; see history.Paths.
const maxTreeDepth = 2048

// compare calls yield for every file, link or gitlink below tree that none of others has at the
// same path with the same object and type, and for every folder at a path where none
// of others has anything.
func (t *treeComparer) compare(folder string, tree pack.ID, others []pack.ID, depth int, yield func(change)) {
	var siblings []treeCursor
	for _, other := range others {
		if other == tree {
			return
		}
		siblings = append(siblings, treeCursor{tree: t.read(other, folder)})
	}
	if depth > maxTreeDepth {
		t.tooDeep(tree, folder)
		return
	}
	for _, e := range t.read(tree, folder).entries {
		same, newPath := false, true
		var below []pack.ID
		for i := range siblings {
			o, ok := siblings[i].find(e.Name)
			if !ok {
				continue
			}
			newPath = false
			same = same || o.ID == e.ID && o.Type() == e.Type()
			if o.Type() == gitstore.ModeDir {
				below = append(below, o.ID)
			}
		}
		if same {
			continue
		}
		at := inFolder(folder, e.Name)
		if e.Type() == gitstore.ModeDir {
			if newPath {
				yield(change{path: at, id: e.ID, class: gitstore.ModeDir, newPath: true})
			}
			t.compare(at, e.ID, below, depth+1, yield)
			continue
		}
		yield(change{path: at, id: e.ID, class: e.Type(), newPath: newPath})
	}
}

func (t *treeComparer) tooDeep(tree pack.ID, folder string) {
	t.unread(tree, folder, fmt.Errorf("folders nest deeper than %d", maxTreeDepth))
}

// inFolder is the path of an entry of a folder, "" being the root.
func inFolder(folder string, name []byte) string {
	if folder == "" {
		return string(name)
	}
	return folder + "/" + string(name)
}

// read returns a tree, empty when it cannot be read.
func (t *treeComparer) read(id pack.ID, folder string) *parsedTree {
	if tree, ok := t.cache[id]; ok {
		return tree
	}
	_, content, err := t.repository.Read(id, nil, t.limit)
	if err != nil {
		t.unread(id, folder, err)
		content = nil
	}
	tree := &parsedTree{entries: make([]gitstore.TreeEntry, 0, len(content)/meanEntry)}
	for at := 0; at < len(content); {
		e, n, err := gitstore.NextTreeEntry(content[at:])
		if err != nil {
			t.unread(id, folder, err)
			break
		}
		tree.entries = append(tree.entries, e)
		at += n
	}
	if t.cached += len(content); t.cached > maxCachedTrees {
		clear(t.cache)
		t.cached = len(content)
	}
	t.cache[id] = tree
	return tree
}

// lookup returns what is at a path below a tree.
func (t *treeComparer) lookup(tree pack.ID, path string) (e gitstore.TreeEntry, ok bool) {
	for at := 0; at < len(path); {
		end := at + strings.IndexByte(path[at:]+"/", '/')
		parsed := t.read(tree, strings.TrimSuffix(path[:at], "/"))
		i, found := parsed.find([]byte(path[at:end]))
		if !found {
			return gitstore.TreeEntry{}, false
		}
		if e, at = parsed.entries[i], end+1; at < len(path) && e.Type() != gitstore.ModeDir {
			return gitstore.TreeEntry{}, false
		}
		tree = e.ID
	}
	return e, path != ""
}

// maxCachedTrees bounds the trees kept parsed, by the bytes that they have raw; parsed, they take four times
// that. A commit's and its parents' are what counts.
const maxCachedTrees = 8 << 20

// meanEntry is about how many bytes an entry takes in a raw tree.
const meanEntry = 36

// treeCursor looks entries of a tree up in the order in which another has them.
type treeCursor struct {
	tree *parsedTree
	next int // after the entry found last, and so most often the one
}

// ahead is how many entries are looked at one by one.
const ahead = 4

func (c *treeCursor) find(name []byte) (gitstore.TreeEntry, bool) {
	entries := c.tree.entries
	for i := c.next; i < min(c.next+ahead, len(entries)); i++ {
		if string(entries[i].Name) == string(name) {
			c.next = i + 1
			return entries[i], true
		}
	}
	i, ok := c.tree.find(name)
	if !ok {
		return gitstore.TreeEntry{}, false
	}
	c.next = i + 1
	return entries[i], true
}

func (p *parsedTree) find(name []byte) (int, bool) {
	if p.byName == nil {
		p.byName = make(map[string]int, len(p.entries))
		for i, e := range p.entries {
			p.byName[string(e.Name)] = i
		}
	}
	i, ok := p.byName[string(name)]
	return i, ok
}
