package scanner

import (
	"context"
	"errors"
	"fmt"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/scanner/finding"
)

// change is a text that something brought in at a path.
type change struct {
	path    string
	id      pack.ID
	class   uint32 // type bits of the mode
	newPath bool
	commit  pack.ID // zero for the index
}

// changeScan scans the texts of some changes, each blob once. Hits number blobs by
// their place in the list, or changes for what is found in paths.
type changeScan struct {
	*session
	repository *gitstore.Repository
	account    *account
	changes    []change
	blobs      []pack.ID
	byBlob     map[pack.ID][]int // changes
	hits       []hit
}

func newChangeScan(s *session, repository *gitstore.Repository) *changeScan {
	return &changeScan{session: s, repository: repository, account: newAccount(), byBlob: map[pack.ID][]int{}}
}

func (c *changeScan) add(ch change) {
	if ch.class == gitstore.ModeGitlink {
		return
	}
	if _, ok := c.byBlob[ch.id]; !ok {
		c.blobs = append(c.blobs, ch.id)
	}
	c.byBlob[ch.id] = append(c.byBlob[ch.id], len(c.changes))
	c.changes = append(c.changes, ch)
}

// run scans what was added.
func (c *changeScan) run(ctx context.Context) error {
	c.progress.Total.Store(int64(len(c.blobs)))
	found := c.newCollector()
	pathBytes := 0
	for i, ch := range c.changes {
		pathBytes += len(ch.path)
		if ch.newPath {
			found.scanPath(uint32(i), ch.path)
		}
		found.hits = append(found.hits, flaggedFile(c.pathRules, uint32(i), ch.path)...)
	}
	c.account.count("path", int64(len(c.changes)), int64(len(c.changes)), int64(pathBytes))
	var buf []byte
	for i, id := range c.blobs {
		if err := ctx.Err(); err != nil {
			c.account.note("The scan was interrupted before all changes were read.")
			c.hits = append(c.hits, found.hits...)
			return err
		}
		_, content, err := c.repository.Read(id, buf[:0], c.options.MaxObjectSize)
		buf = content
		if err == nil {
			err = pack.Guard(func() error { found.scan(uint32(i), content, always(finding.KindBlob)); return nil })
		}
		if err != nil {
			c.unread(pack.Blob, id, c.changes[c.byBlob[id][0]].path, err)
		} else {
			c.account.count("blob", 1, 1, int64(len(content)))
		}
		c.progress.Done.Add(1)
	}
	c.hits = append(c.hits, found.hits...)
	return nil
}

// unread accounts for an object that could not be read.
func (c *changeScan) unread(kind pack.Kind, id pack.ID, path string, err error) {
	c.account.count(kind.String(), 1, 0, 0)
	if errors.Is(err, gitstore.ErrNotFound) {
		c.account.missing(finding.Gap{Kind: kind.String(), Object: id.String(), Path: path, Reason: "referred to, but not in the repository"})
		return
	}
	var tooLarge *gitstore.TooLargeError
	size := int64(0)
	if errors.As(err, &tooLarge) {
		size = tooLarge.Size
	}
	c.account.failed(kind.String(), id.String(), path, size, err)
}

func (c *changeScan) content(o *finding.Occurrence) ([]byte, error) {
	id, err := pack.ParseID(o.Blob)
	if err != nil {
		return nil, err
	}
	_, content, err := c.repository.Read(id, nil, c.options.MaxObjectSize)
	return content, err
}

// occurrence is a change as an occurrence that nothing is known of but its text.
func (ch change) occurrence() finding.Occurrence {
	o := finding.Occurrence{Path: ch.path, Blob: ch.id.String()}
	if ch.class == gitstore.ModeSymlink {
		o.Kind = finding.KindSymlink
	}
	return o
}

// changesOf returns the changes that a hit stands for.
func (c *changeScan) changesOf(h *hit) []change {
	switch h.kind {
	case finding.KindPath, finding.KindTreeEntry:
		return c.changes[h.object : h.object+1]
	}
	var list []change
	for _, i := range c.byBlob[c.blobs[h.object]] {
		list = append(list, c.changes[i])
	}
	return list
}

// treeComparer finds what a tree has and some others have not, by reading only the
// folders that differ.
type treeComparer struct {
	repository *gitstore.Repository
	limit      int64
	unread     func(id pack.ID, path string, err error)
	cache      map[pack.ID]*parsedTree
}

// parsedTree is a tree in memory.
type parsedTree struct {
	entries []gitstore.TreeEntry
	byName  map[string]int // made when first asked for
}

// maxTreeDepth bounds how deep folders nest; see history.Paths.
const maxTreeDepth = 2048

// compare calls yield for every entry below tree that none of others has at the
// same path with the same object and type.
func (t *treeComparer) compare(folder string, tree pack.ID, others []pack.ID, depth int, yield func(change)) {
	var siblings []*parsedTree
	for _, other := range others {
		if other == tree {
			return
		}
		siblings = append(siblings, t.read(other, folder))
	}
	if depth > maxTreeDepth {
		t.unread(tree, folder, fmt.Errorf("folders nest deeper than %d", maxTreeDepth))
		return
	}
	for _, e := range t.read(tree, folder).entries {
		same, newPath := false, true
		var below []pack.ID
		for _, sibling := range siblings {
			o, ok := sibling.find(e.Name)
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
		at := string(e.Name)
		if folder != "" {
			at = folder + "/" + at
		}
		if e.Type() == gitstore.ModeDir {
			t.compare(at, e.ID, below, depth+1, yield)
			continue
		}
		yield(change{path: at, id: e.ID, class: e.Type(), newPath: newPath})
	}
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
	tree := &parsedTree{}
	for at := 0; at < len(content); {
		e, n, err := gitstore.NextTreeEntry(content[at:])
		if err != nil {
			t.unread(id, folder, err)
			break
		}
		tree.entries = append(tree.entries, e)
		at += n
	}
	if len(t.cache) >= maxCachedTrees {
		clear(t.cache)
	}
	t.cache[id] = tree
	return tree
}

// maxCachedTrees bounds the trees kept parsed: a commit's and its parents' are what counts.
const maxCachedTrees = 4096

func (p *parsedTree) find(name []byte) (gitstore.TreeEntry, bool) {
	if p.byName == nil {
		p.byName = make(map[string]int, len(p.entries))
		for i, e := range p.entries {
			p.byName[string(e.Name)] = i
		}
	}
	i, ok := p.byName[string(name)]
	if !ok {
		return gitstore.TreeEntry{}, false
	}
	return p.entries[i], true
}
