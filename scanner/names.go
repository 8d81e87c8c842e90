package scanner

import (
	"context"
	"slices"

	"github.com/sourcegraph/conc/pool"
	"github.com/unleak/unleak/internal/history"
	"github.com/unleak/unleak/internal/match"
	"github.com/unleak/unleak/rules"
	"github.com/unleak/unleak/scanner/finding"
)

// scanNames looks into the names of refs and the messages of reflogs.
func (r *repositoryScan) scanNames() {
	c := r.newCollector()
	var bytes int64
	for i, ref := range r.refs {
		bytes += int64(len(ref.Name))
		c.scan(uint32(i), []byte(ref.Name), finding.KindRef)
	}
	r.account.count("ref", int64(len(r.refs)), int64(len(r.refs)), bytes)
	bytes = 0
	for i, entry := range r.reflogs {
		bytes += int64(len(entry.Message))
		c.scan(uint32(i), []byte(entry.Message), finding.KindReflog)
	}
	r.account.count("reflog", int64(len(r.reflogs)), int64(len(r.reflogs)), bytes)
	r.hits = append(r.hits, c.hits...)
}

// pathChunk is how many paths a worker takes at a time.
const pathChunk = 4096

// pathFindings is what one worker found among paths.
type pathFindings struct {
	*collector
	flagged []flaggedPath
	bytes   int64
}

// flaggedPath is a path that is a finding whatever lies there.
type flaggedPath struct {
	path history.Path
	rule *rules.Rule
}

// scanPaths looks into the text of every distinct path, and finds those that are
// findings by themselves. It marks what the provenance then follows.
func (r *repositoryScan) scanPaths(ctx context.Context) error {
	n := r.paths.Len()
	found := make([]*pathFindings, (n+pathChunk-1)/pathChunk)
	workers := pool.New().WithContext(ctx).WithMaxGoroutines(r.options.Jobs)
	for i := range found {
		workers.Go(func(ctx context.Context) error {
			found[i] = r.scanPathChunk(history.Path(i*pathChunk), history.Path(min(n, (i+1)*pathChunk)))
			return ctx.Err()
		})
	}
	if err := workers.Wait(); err != nil {
		return err
	}
	r.marks = history.Marks{Blobs: map[uint32]bool{}, Paths: map[history.Path]bool{}}
	var bytes int64
	for _, f := range found {
		bytes += f.bytes
		for i := range f.hits {
			r.marks.Paths[history.Path(f.hits[i].object)] = true
		}
		r.hits = append(r.hits, f.hits...)
		for _, flagged := range f.flagged {
			r.marks.Paths[flagged.path] = true
			r.hits = append(r.hits, pathHit(uint32(flagged.path), flagged.rule, r.paths.String(flagged.path)))
		}
	}
	r.account.count("path", int64(n-1), int64(n-1), bytes)
	for i := range r.hits {
		if r.hits[i].kind == finding.KindBlob {
			r.marks.Blobs[r.hits[i].object] = true
		}
	}
	r.scanIndex()
	return nil
}

// pathHit is the hit of a rule for paths: the path stands in for the value.
func pathHit(object uint32, rule *rules.Rule, path string) hit {
	return hit{
		object: object, kind: finding.KindTreeEntry, rule: rule, value: path,
		severity: rule.Severity, confidence: rule.Confidence,
	}
}

func (r *repositoryScan) scanPathChunk(from, to history.Path) *pathFindings {
	f := &pathFindings{collector: r.newCollector()}
	for path := max(from, history.Root+1); path < to; path++ {
		text := r.paths.String(path)
		f.bytes += int64(len(text))
		f.scanPath(uint32(path), text)
		if r.paths.Class(path) == history.File || r.paths.Class(path) == history.Symlink {
			for _, rule := range r.pathRules.Match(text) {
				f.flagged = append(f.flagged, flaggedPath{path, rule})
			}
		}
	}
	return f
}

// scanPath looks into the text of a path. What lies wholly in its folder's path is that
// folder's finding, and is left to it.
func (c *collector) scanPath(object uint32, path string) {
	name := folderLen(path)
	for _, h := range c.scanner.Scan([]byte(path)) {
		if h.End > name {
			h.StartLine, h.StartColumn, h.EndLine, h.EndColumn = 0, 0, 0, 0
			c.add(object, finding.KindPath, h)
		}
	}
}

// folderLen returns the length of the folder of a path, with its slash.
func folderLen(path string) int {
	for i := len(path); i > 0; i-- {
		if path[i-1] == '/' {
			return i
		}
	}
	return 0
}

// scanIndex finds the paths of the index that are findings by themselves, which no
// commit need have yet. Their blobs are marked, so that those in history are known.
func (r *repositoryScan) scanIndex() {
	for i, entry := range r.index {
		found := flaggedFile(r.pathRules, uint32(r.paths.Len()+i), entry.Path)
		if object, ok := r.graph.Lookup(entry.ID); ok && len(found) > 0 {
			r.marks.Blobs[object] = true
		}
		r.hits = append(r.hits, found...)
	}
}

// flaggedFile returns the hits of rules for paths at the path of a file.
func flaggedFile(paths match.PathRules, object uint32, path string) []hit {
	var hits []hit
	for _, rule := range paths.Match(path) {
		hits = append(hits, pathHit(object, rule, path))
	}
	return slices.Clip(hits)
}
