package scanner

import (
	"cmp"
	"slices"
	"strings"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/history"
	"github.com/unleak/unleak/scanner/finding"
)

// What holds an object that no ref reaches, in the order in which one is named.
const (
	heldByStash   = "stash"
	heldByReflog  = "reflog"
	heldByIndex   = "index"
	heldByTag     = "tag"
	heldByTree    = "tree"
	heldByCommit  = "commit"
	heldByNothing = "nothing"
)

// reach says what reaches something: refs, or else what holds it.
type reach struct {
	refs   []string // the first few
	count  int
	heldBy string // when there is no ref
}

func (r reach) fill(o *finding.Occurrence) {
	o.Reachable = r.count > 0
	o.Refs, o.RefCount, o.HeldBy = r.refs, r.count, r.heldBy
}

// reachOf names the first refs of a sorted list.
func reachOf(refs []string, heldBy string) reach {
	if len(refs) == 0 {
		return reach{heldBy: heldBy}
	}
	return reach{refs: slices.Clip(refs[:min(len(refs), maxRefs)]), count: len(refs)}
}

// holders answers what holds commits, tags and blobs.
type holders struct {
	scan    *repositoryScan
	tips    []history.Tip // the refs, by rank, then the holders that are no refs
	refTips int
	reach   *history.Reach
	direct  map[uint32][]string // refs that lead to an object, through tags
	tagged  map[uint32]bool     // objects that some tag points at
	trees   map[headKey]uint32  // places in dangling trees: the tree
	indexed map[uint32][]gitstore.IndexEntry
}

func (r *repositoryScan) newHolders(interest map[uint32]bool) *holders {
	h := &holders{
		scan: r, direct: map[uint32][]string{}, tagged: map[uint32]bool{},
		trees: map[headKey]uint32{}, indexed: map[uint32][]gitstore.IndexEntry{},
	}
	target := map[uint32]uint32{}
	r.graph.Tags(func(tag, object uint32) {
		target[tag] = object
		h.tagged[object] = true
	})
	for _, ref := range rankedRefs(r.refs) {
		object, ok := r.graph.Lookup(ref.Target)
		for name := refName(ref); ok; object, ok = target[object] {
			if slices.Contains(h.direct[object], name) {
				break // names do not lie, but damaged stores may: a tag of itself
			}
			h.direct[object] = append(h.direct[object], name)
			if r.graph.IsCommit(object) {
				h.tips = append(h.tips, history.Tip{Name: name, Commits: []uint32{object}})
			}
		}
	}
	h.refTips = len(h.tips)
	// Stash entries first: they are what a stashed secret is looked for under.
	stash, logged := history.Tip{Name: heldByStash}, history.Tip{Name: heldByReflog}
	for _, entry := range r.reflogs {
		tip := &logged
		if entry.Ref == "refs/stash" {
			tip = &stash
		}
		for _, id := range []pack.ID{entry.Old, entry.New} {
			if object, ok := r.graph.Lookup(id); ok {
				tip.Commits = append(tip.Commits, object)
			}
		}
	}
	h.tips = append(h.tips, stash, logged)
	if head, ok := r.repository.Head(); ok {
		if object, ok := r.graph.Lookup(head.Target); ok {
			h.tips = append(h.tips, history.Tip{Name: headTip, Commits: []uint32{object}})
		}
	}
	h.reach = r.graph.Reach(h.tips, interest)
	for _, entry := range r.index {
		if object, ok := r.graph.Lookup(entry.ID); ok {
			h.indexed[object] = append(h.indexed[object], entry)
		}
	}
	return h
}

// ofCommit says what reaches a commit of interest.
func (h *holders) ofCommit(object uint32) reach {
	var refs []string
	for _, tip := range h.reach.Of(object) {
		if int(tip) < h.refTips {
			refs = append(refs, h.tips[tip].Name)
		} else if len(refs) == 0 && h.tips[tip].Name != headTip {
			return reach{heldBy: h.tips[tip].Name}
		}
	}
	return reachOf(refs, heldByCommit)
}

// headTip names the tip that stands for HEAD.
const headTip = "HEAD"

// atHead reports whether a commit of interest is part of HEAD's history.
func (h *holders) atHead(object uint32) bool {
	tips := h.reach.Of(object)
	return len(tips) > 0 && int(tips[len(tips)-1]) >= h.refTips && h.tips[tips[len(tips)-1]].Name == headTip
}

// ofTag says what reaches an annotated tag.
func (h *holders) ofTag(object uint32) reach {
	if h.tagged[object] {
		return reachOf(h.direct[object], heldByTag)
	}
	return reachOf(h.direct[object], heldByNothing)
}

// inTree notes that a dangling tree holds a place.
func (h *holders) inTree(p history.Place, tree uint32) {
	key := headKey{p.Path, p.Object}
	// Of several trees the first by name counts, unless a ref leads to a later one.
	if old, ok := h.trees[key]; ok && (len(h.direct[old]) > 0 || len(h.direct[tree]) == 0) && old <= tree {
		return
	}
	h.trees[key] = tree
}

// ofPlace says what reaches a place that no commit brought in.
func (h *holders) ofPlace(p history.Place) reach {
	tree := h.trees[headKey{p.Path, p.Object}]
	if h.tagged[tree] {
		return reachOf(h.direct[tree], heldByTag)
	}
	return reachOf(h.direct[tree], heldByTree)
}

// ofBlob says what holds a blob that is in no tree.
func (h *holders) ofBlob(object uint32) []finding.Occurrence {
	o := finding.Occurrence{Blob: h.scan.graph.ID(object).String()}
	switch {
	case len(h.direct[object]) > 0:
		reachOf(h.direct[object], "").fill(&o)
	case len(h.indexed[object]) > 0:
		var list []finding.Occurrence
		for _, entry := range h.indexed[object] {
			o.Path, o.HeldBy = entry.Path, heldByIndex
			if entry.Mode&0o170000 == gitstore.ModeSymlink {
				o.Kind = finding.KindSymlink
			}
			list = append(list, o)
		}
		return list
	case h.tagged[object]:
		o.HeldBy = heldByTag
	default:
		o.HeldBy = heldByNothing
	}
	return []finding.Occurrence{o}
}

// rankedRefs returns the refs that hold objects, the most telling names first:
// branches, tags, remote branches, everything else, detached HEADs.
func rankedRefs(refs []gitstore.Ref) []gitstore.Ref {
	var ranked []gitstore.Ref
	for _, ref := range refs {
		if !ref.Pseudo && ref.Symbolic == "" && !ref.Target.IsZero() {
			ranked = append(ranked, ref)
		}
	}
	slices.SortStableFunc(ranked, func(a, b gitstore.Ref) int {
		return cmp.Or(cmp.Compare(rank(a.Name), rank(b.Name)), strings.Compare(refName(a), refName(b)))
	})
	return ranked
}

func rank(name string) int {
	for i, prefix := range []string{"refs/heads/", "refs/tags/", "refs/remotes/", "refs/"} {
		if strings.HasPrefix(name, prefix) {
			return i
		}
	}
	return 4
}

// refName names a ref so that those of linked work trees can be told apart.
func refName(ref gitstore.Ref) string {
	if ref.Worktree == "" {
		return ref.Name
	}
	return "worktrees/" + ref.Worktree + "/" + ref.Name
}
