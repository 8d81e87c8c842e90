package scanner

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/scanner/finding"
)

// Staged is what the index of a work tree has and HEAD has not, nor in a merge what is merged: what the next commit
// would bring in. In a conflict, every side counts.
func Staged(path string) Source { return stagedSource{gitstore.Environment{Dir: path}} }

type stagedSource struct{ environment gitstore.Environment }

func (st stagedSource) scan(ctx context.Context, s *session) (*Result, error) {
	s.phase("index")
	repository, err := gitstore.OpenIn(st.environment)
	if err != nil {
		return nil, fmt.Errorf("opening the repository: %w", err)
	}
	defer repository.Close()
	index, problems := repository.ReadIndex(gitstore.Worktree{Name: repository.Layout.Worktree(), GitDir: repository.GitDir})
	c := newChangeScan(s, repository)
	for _, p := range append(problems, repository.ObjectProblems()...) {
		c.account.corrupt(finding.Gap{Path: p.Where, Reason: p.What})
	}
	c.merging = c.mergedTrees()
	c.addIndex(index)
	s.phase("blobs")
	interrupted := c.run(ctx)
	return &Result{
		Header:   finding.Header{Source: sourceOf(repository, "staged", st.environment.Dir), Coverage: c.account.close()},
		Findings: c.assemble(c.hits, c.staged, c.content),
	}, interrupted
}

// addIndex adds what an index has and HEAD has not.
func (c *changeScan) addIndex(index *gitstore.Index) {
	head := c.readHead(index)
	at := 0
	for _, same := range head.same {
		for ; at < same.first; at++ {
			c.addStaged(index.Entries[at], head.files)
		}
		at = max(at, same.end)
	}
	for ; at < len(index.Entries); at++ {
		c.addStaged(index.Entries[at], head.files)
	}
}

// addStaged adds what an entry of the index has and HEAD has not.
func (c *changeScan) addStaged(e gitstore.IndexEntry, head map[string]gitstore.TreeEntry) {
	name := strings.TrimSuffix(e.Path, "/")
	was, ok := head[name]
	switch {
	case e.IntentToAdd || ok && was.ID == e.ID && was.Type() == e.Mode&typeMask:
	case e.Stage == 0 && !e.Tree && c.isMerged(name, e):
	case e.Tree: // of a sparse index: a whole folder in one entry
		var others []pack.ID
		if ok && was.Type() == gitstore.ModeDir {
			others = append(others, was.ID)
		}
		c.comparer().compare(name, e.ID, others, 0, c.add)
	default:
		c.addFolders(name, head)
		c.add(change{path: name, id: e.ID, class: e.Mode & typeMask, newPath: !ok})
	}
}

// mergedTrees returns what the commits have that a merge under way brings in.
func (c *changeScan) mergedTrees() []pack.ID {
	commits, problems := c.repository.Merging()
	for _, p := range problems {
		c.account.corrupt(finding.Gap{Path: p.Where, Reason: p.What})
	}
	log := newCommitLog(c.repository, c.options.MaxObjectSize)
	var trees []pack.ID
	for _, id := range commits {
		if node, ok := log.node(id); ok { // otherwise all is as if it were new
			trees = append(trees, node.commit.Tree)
		}
	}
	return trees
}

// isMerged reports whether what is merged has an entry of the index as it is.
func (c *changeScan) isMerged(path string, e gitstore.IndexEntry) bool {
	if len(c.merging) == 0 {
		return false
	}
	if c.merged == nil {
		c.merged = c.comparer()
	}
	for _, tree := range c.merging {
		if other, ok := c.merged.lookup(tree, path); ok && other.ID == e.ID && other.Type() == e.Mode&typeMask {
			return true
		}
	}
	return false
}

// typeMask selects the type bits of a mode.
const typeMask = 0o170000

// staged implements [whereabouts].
func (c *changeScan) staged(h *hit) []finding.Occurrence {
	var list []finding.Occurrence
	for _, ch := range c.changesOf(h) {
		o := ch.occurrence(h.kind)
		o.HeldBy = heldByIndex
		list = append(list, o)
	}
	return distinct(list)
}

// addFolders adds the folders of a path that HEAD has not, each once: it is noted in head.
func (c *changeScan) addFolders(path string, head map[string]gitstore.TreeEntry) {
	for n := folderLen(path); n > 0; n = folderLen(path[:n-1]) {
		folder := path[:n-1]
		if _, ok := head[folder]; ok {
			return // and so has all above it
		}
		head[folder] = gitstore.TreeEntry{Mode: gitstore.ModeDir}
		c.add(change{path: folder, class: gitstore.ModeDir, newPath: true})
	}
}

// headFiles is what HEAD has. Folders that the index has just as HEAD has them are in files
// themselves, but not what is below them, and neither needs to be read.
type headFiles struct {
	files    map[string]gitstore.TreeEntry // files and folders by path
	same     []entryRange                  // entries of the index in such folders, in order
	index    *gitstore.Index
	comparer *treeComparer
}

// entryRange is entries of an index from first up to but not including end.
type entryRange struct{ first, end int }

// readHead reads of HEAD what the index may differ from.
func (c *changeScan) readHead(index *gitstore.Index) *headFiles {
	h := &headFiles{files: map[string]gitstore.TreeEntry{}, index: index, comparer: c.comparer()}
	head, ok := c.repository.Head()
	if !ok || head.Target.IsZero() {
		return h // an unborn branch: all of the index is new
	}
	_, content, err := c.repository.Read(head.Target, nil, c.options.MaxObjectSize)
	if err != nil {
		c.unread(pack.Commit, head.Target, "", err)
		return h
	}
	commit, err := gitstore.ParseCommit(content)
	if err != nil {
		c.unread(pack.Commit, head.Target, "", err)
		return h
	}
	h.read("", commit.Tree, 0)
	slices.SortFunc(h.same, func(a, b entryRange) int { return cmp.Compare(a.first, b.first) })
	return h
}

// read notes what is in a folder and below it.
func (h *headFiles) read(folder string, tree pack.ID, depth int) {
	if first, end, ok := h.index.Holds(folder, tree); ok {
		h.same = append(h.same, entryRange{first, end})
		return
	}
	if depth > maxTreeDepth {
		h.comparer.tooDeep(tree, folder)
		return
	}
	for _, e := range h.comparer.read(tree, folder).entries {
		path := inFolder(folder, e.Name)
		h.files[path] = gitstore.TreeEntry{Mode: e.Type(), ID: e.ID}
		if e.Type() == gitstore.ModeDir {
			h.read(path, e.ID, depth+1)
		}
	}
}

func (c *changeScan) comparer() *treeComparer {
	return &treeComparer{
		repository: c.repository,
		limit:      c.options.MaxObjectSize,
		cache:      map[pack.ID]*parsedTree{},
		unread:     func(id pack.ID, path string, err error) { c.unread(pack.Tree, id, path, err) },
	}
}
