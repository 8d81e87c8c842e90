package scanner

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/history"
	"github.com/unleak/unleak/scanner/finding"
)

// maxRefs is how many refs an occurrence lists; all are counted.
const maxRefs = 10

// locator answers where the texts of a repository's hits live.
type locator struct {
	*repositoryScan
	places  map[uint32][]history.Place       // by blob: where commits brought it in
	at      map[history.Path][]history.Place // by marked path: likewise
	head    map[headKey]bool                 // what HEAD has
	removed map[headKey][]uint32             // what the history of HEAD has lost: the commits that removed it
	holders *holders
	commits map[uint32]commitInfo
	cache   map[uint32][]finding.Occurrence // by blob
}

type headKey struct {
	path   history.Path
	object uint32
}

// commitInfo is what an occurrence says of its commit.
type commitInfo struct {
	id     string
	author finding.Identity
	date   time.Time
	reach  reach
}

// findings joins hits and provenance. The error is the context's.
func (r *repositoryScan) findings(ctx context.Context) ([]*finding.Finding, error) {
	r.phase("provenance")
	r.hits = r.confident(r.hits)
	l, err := r.newLocator(ctx)
	if err != nil {
		return nil, err
	}
	r.phase("findings")
	return r.assemble(r.hits, l.where, r.content), nil
}

// bare says of a hit only which object it is in: all that is known without provenance.
func (r *repositoryScan) bare(h *hit) []finding.Occurrence {
	switch h.kind {
	case finding.KindBlob:
		return []finding.Occurrence{{Blob: r.graph.ID(h.object).String()}}
	case finding.KindPath:
		return []finding.Occurrence{{Path: r.paths.String(history.Path(h.object))}}
	case finding.KindTreeEntry:
		return []finding.Occurrence{{Path: h.value}}
	case finding.KindRef:
		return []finding.Occurrence{{Refs: []string{r.refs[h.object].Name}}}
	case finding.KindReflog:
		return []finding.Occurrence{{}}
	}
	return []finding.Occurrence{{Object: r.graph.ID(h.object).String()}}
}

func (r *repositoryScan) newLocator(ctx context.Context) (*locator, error) {
	l := &locator{
		repositoryScan: r,
		places:         map[uint32][]history.Place{},
		at:             map[history.Path][]history.Place{},
		head:           map[headKey]bool{},
		removed:        map[headKey][]uint32{},
		commits:        map[uint32]commitInfo{},
		cache:          map[uint32][]finding.Occurrence{},
	}
	trace, err := r.graph.Trace(ctx, r.paths, r.marks)
	if err != nil {
		return nil, err
	}
	interest := map[uint32]bool{}
	trace.Introductions(r.options.Jobs, func(p history.Place) {
		interest[p.Commit] = true
		l.put(p)
	})
	for i := range r.hits {
		if h := &r.hits[i]; isObject(h.kind) && r.graph.IsCommit(h.object) {
			interest[h.object] = true
		}
	}
	if head, ok := r.repository.Head(); ok {
		if object, ok := r.graph.Lookup(head.Target); ok {
			if tree, ok := r.graph.Tree(object); ok {
				trace.Below(tree, func(p history.Place) { l.head[headKey{p.Path, p.Object}] = true })
			}
			trace.Removals(object, r.options.Jobs, func(gone history.Removal) {
				key := headKey{gone.Path, gone.Object}
				l.removed[key] = append(l.removed[key], gone.Commit)
			})
		}
	}
	l.holders = r.newHolders(interest)
	l.placeDangling(trace)
	return l, ctx.Err()
}

func (l *locator) put(p history.Place) {
	if p.Class != history.Dir && l.marks.Blobs[p.Object] {
		l.places[p.Object] = append(l.places[p.Object], p)
	}
	if l.marks.Paths[p.Path] {
		l.at[p.Path] = append(l.at[p.Path], p)
	}
}

// isObject reports whether a hit's object is one of the repository.
func isObject(kind finding.Kind) bool {
	switch kind {
	case finding.KindPath, finding.KindTreeEntry, finding.KindRef, finding.KindReflog:
		return false
	}
	return true
}

// noCommit marks places that no commit brought in.
const noCommit = ^uint32(0)

// placeDangling finds paths for what no commit holds: in trees that only a tag or
// nothing holds.
func (l *locator) placeDangling(trace *history.Trace) {
	for _, tree := range l.paths.DanglingTrees() {
		trace.Below(tree, func(p history.Place) {
			if len(l.at[p.Path]) > 0 && l.at[p.Path][0].Commit != noCommit {
				return
			}
			if held := l.places[p.Object]; l.marks.Blobs[p.Object] && len(held) > 0 && held[0].Commit != noCommit {
				return
			}
			p.Commit = noCommit
			l.holders.inTree(p, tree)
			l.put(p)
		})
	}
}

// where implements [whereabouts].
func (l *locator) where(h *hit) []finding.Occurrence {
	switch h.kind {
	case finding.KindBlob:
		cached, ok := l.cache[h.object]
		if !ok {
			cached = l.ofBlob(h.object)
			l.cache[h.object] = cached
		}
		return cached
	case finding.KindPath:
		return l.ofPath(history.Path(h.object))
	case finding.KindTreeEntry:
		if n := int(h.object) - l.paths.Len(); n >= 0 {
			return l.staged(l.index[n])
		}
		var list []finding.Occurrence
		for _, p := range l.at[history.Path(h.object)] {
			if p.Class == history.File || p.Class == history.Symlink {
				list = append(list, l.ofPlace(p))
			}
		}
		return distinct(list)
	case finding.KindRef:
		return l.ofRef(l.refs[h.object])
	case finding.KindReflog:
		return []finding.Occurrence{{HeldBy: heldByReflog, Refs: []string{l.reflogs[h.object].Ref}, Date: l.reflogs[h.object].Time}}
	}
	return []finding.Occurrence{l.ofObject(h.object, h.kind)}
}

// staged is a path of the index, unless history has the same there.
func (l *locator) staged(entry gitstore.IndexEntry) []finding.Occurrence {
	object, ok := l.graph.Lookup(entry.ID)
	for _, p := range l.places[object] {
		if ok && l.paths.String(p.Path) == entry.Path {
			return nil
		}
	}
	return []finding.Occurrence{{Path: entry.Path, Blob: entry.ID.String(), HeldBy: heldByIndex}}
}

// content implements [contents].
func (r *repositoryScan) content(o *finding.Occurrence) ([]byte, error) {
	return readText(r.repository, o, r.options.MaxObjectSize)
}

// distinct drops occurrences that say the same.
func distinct(list []finding.Occurrence) []finding.Occurrence {
	slices.SortFunc(list, func(a, b finding.Occurrence) int {
		return cmp.Or(
			strings.Compare(a.Path, b.Path), strings.Compare(a.Commit, b.Commit), strings.Compare(a.Blob, b.Blob),
			strings.Compare(string(a.Kind), string(b.Kind)), strings.Compare(a.HeldBy, b.HeldBy), slices.Compare(a.Refs, b.Refs))
	})
	return slices.CompactFunc(list, func(a, b finding.Occurrence) bool {
		return a.Path == b.Path && a.Commit == b.Commit && a.Blob == b.Blob && a.Kind == b.Kind && a.HeldBy == b.HeldBy && slices.Equal(a.Refs, b.Refs)
	})
}
