package scanner

import (
	"context"
	"fmt"
	"strings"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/scanner/finding"
)

// Staged is what the index of a work tree has and HEAD has not: what the next commit
// would bring in. In a conflict, every side counts.
func Staged(path string) Source { return stagedSource{path} }

type stagedSource struct{ path string }

func (st stagedSource) scan(ctx context.Context, s *session) (*Result, error) {
	s.phase("index")
	repository, err := gitstore.Open(st.path)
	if err != nil {
		return nil, fmt.Errorf("opening the repository: %w", err)
	}
	defer repository.Close()
	entries, problems := repository.Index(gitstore.Worktree{Name: repository.Layout.Worktree(), GitDir: repository.GitDir})
	c := newChangeScan(s, repository)
	for _, p := range append(problems, repository.ObjectProblems()...) {
		c.account.corrupt(finding.Gap{Path: p.Where, Reason: p.What})
	}
	head := c.headFiles(entries)
	for _, e := range entries {
		c.addStaged(e, head)
	}
	s.phase("blobs")
	interrupted := c.run(ctx)
	return &Result{
		Header:   finding.Header{Source: sourceOf(repository, "staged", st.path), Coverage: c.account.close()},
		Findings: c.assemble(c.hits, c.staged, c.content),
	}, interrupted
}

// addStaged adds what an entry of the index has and HEAD has not.
func (c *changeScan) addStaged(e gitstore.IndexEntry, head map[string]gitstore.TreeEntry) {
	name := strings.TrimSuffix(e.Path, "/")
	was, ok := head[name]
	switch {
	case e.IntentToAdd || ok && was.ID == e.ID && was.Type() == e.Mode&typeMask:
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

// headFiles returns the files and folders of HEAD by path. Folders that the index has wholly
// unchanged need not be read, but to know that takes reading them.
func (c *changeScan) headFiles(entries []gitstore.IndexEntry) map[string]gitstore.TreeEntry {
	files := make(map[string]gitstore.TreeEntry, len(entries))
	head, ok := c.repository.Head()
	if !ok || head.Target.IsZero() {
		return files // an unborn branch: all of the index is new
	}
	_, content, err := c.repository.Read(head.Target, nil, c.options.MaxObjectSize)
	if err != nil {
		c.unread(pack.Commit, head.Target, "", err)
		return files
	}
	commit, err := gitstore.ParseCommit(content)
	if err != nil {
		c.unread(pack.Commit, head.Target, "", err)
		return files
	}
	comparer := c.comparer()
	comparer.compare("", commit.Tree, nil, 0, func(ch change) {
		files[ch.path] = gitstore.TreeEntry{Mode: ch.class, ID: ch.id}
	})
	return files
}

func (c *changeScan) comparer() *treeComparer {
	return &treeComparer{
		repository: c.repository,
		limit:      c.options.MaxObjectSize,
		cache:      map[pack.ID]*parsedTree{},
		unread:     func(id pack.ID, path string, err error) { c.unread(pack.Tree, id, path, err) },
	}
}
