package scanner

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/sourcegraph/conc/pool"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/scanner/finding"
)

// change is a text, or a path, that something brought in.
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
	merging    []pack.ID     // trees of what is being merged
	merged     *treeComparer // reads them; made when first needed
}

func newChangeScan(s *session, repository *gitstore.Repository) *changeScan {
	return &changeScan{session: s, repository: repository, account: newAccount(), byBlob: map[pack.ID][]int{}}
}

func (c *changeScan) add(ch change) {
	n := len(c.changes)
	c.changes = append(c.changes, ch)
	if !ch.hasText() {
		return
	}
	if _, ok := c.byBlob[ch.id]; !ok {
		c.blobs = append(c.blobs, ch.id)
	}
	c.byBlob[ch.id] = append(c.byBlob[ch.id], n)
}

// hasText reports whether a blob is at the path, and no folder or gitlink.
func (ch change) hasText() bool {
	return ch.class != gitstore.ModeGitlink && ch.class != gitstore.ModeDir
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
		if ch.hasText() {
			found.hits = append(found.hits, flaggedFile(c.pathRules, uint32(i), ch.path)...)
		}
	}
	c.account.count("path", int64(len(c.changes)), int64(len(c.changes)), int64(pathBytes))
	c.hits = append(c.hits, found.hits...)
	return c.readBlobs(ctx)
}

// together is how many blobs one worker reads in turn: versions of a file are deltas of one another.
const together = 64

// readBlobs scans each blob, several at a time.
func (c *changeScan) readBlobs(ctx context.Context) error {
	order := c.byPath()
	var next atomic.Int64
	workers := pool.New().WithContext(ctx)
	collectors := make([]*collector, min(c.options.Jobs, (len(order)+together-1)/together))
	for i := range collectors {
		found := c.newCollector()
		collectors[i] = found
		workers.Go(func(ctx context.Context) error {
			var buf []byte
			for from := int(next.Add(together)) - together; from < len(order); from = int(next.Add(together)) - together {
				for _, n := range order[from:min(from+together, len(order))] {
					if err := ctx.Err(); err != nil {
						return err
					}
					buf = c.readBlob(found, n, buf)
				}
			}
			return nil
		})
	}
	err := workers.Wait()
	for _, found := range collectors {
		c.hits = append(c.hits, found.hits...)
	}
	if err != nil {
		c.account.note("The scan was interrupted before all changes were read.")
	}
	return err
}

// readBlob scans the blob of a number with a worker's collector and buffer, which it returns for the next.
func (c *changeScan) readBlob(found *collector, n int, buf []byte) []byte {
	id := c.blobs[n]
	path := func() string { return c.changes[c.byBlob[id][0]].path }
	_, content, err := c.repository.Read(id, buf[:0], c.options.MaxObjectSize)
	if err == nil {
		err = pack.Guard(func() error { found.scanContent(uint32(n), content, finding.KindBlob); return nil })
	}
	if err != nil {
		c.unread(pack.Blob, id, path(), err)
	} else {
		c.account.count("blob", 1, 1, int64(len(content)))
		found.fileGaps(c.account, func(uint32) finding.Gap {
			return finding.Gap{Kind: "blob", Object: id.String(), Path: path()}
		})
	}
	c.progress.Done.Add(1)
	return content
}

// byPath returns the numbers of the blobs in an order that keeps the versions of a file together: most are
// deltas of one another, and so quick to read in turn.
func (c *changeScan) byPath() []int {
	order := make([]int, len(c.blobs))
	for i := range order {
		order[i] = i
	}
	first := func(i int) string { return c.changes[c.byBlob[c.blobs[i]][0]].path }
	slices.SortStableFunc(order, func(a, b int) int { return strings.Compare(first(a), first(b)) })
	return order
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

// content implements [contents].
func (c *changeScan) content(o *finding.Occurrence) ([]byte, error) {
	return readText(c.repository, o, c.options.MaxObjectSize)
}

// occurrence is a change as an occurrence of a hit of some kind, of which nothing is
// known but where the text is.
func (ch change) occurrence(kind finding.Kind) finding.Occurrence {
	if kind == finding.KindPath {
		return finding.Occurrence{Path: ch.path} // whatever is there
	}
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
