package remediate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/redact"
	"github.com/unleak/unleak/remediate/account"
)

// searchObjects looks for the removed ids in every store: packs, loose objects, those of alternates, reachable or not.
func (v *verification) searchObjects(context.Context) error {
	table := v.repository.Table()
	for _, id := range append(v.ids[:len(v.ids):len(v.ids)], v.control.id) {
		object, ok := table.Index(id)
		switch {
		case !ok:
		case id == v.control.id && v.evidence.Control.Object != "" && !v.evidence.Control.Found:
			v.evidence.Control.Found = true
			if _, wanted := slices.BinarySearchFunc(v.ids, id, pack.ID.Compare); wanted {
				v.held = append(v.held, held{object: object})
			}
		default:
			v.held = append(v.held, held{object: object})
		}
	}
	v.searched("names of objects in packs, loose files and alternates", int64(table.Len()), 0)
	return nil
}

// maxVerified is the size in bytes of the largest object whose content is searched.
const maxVerified = 1 << 30

// searchValues looks for the values in every object.
func (v *verification) searchValues(ctx context.Context) error {
	if len(v.kept.Digests) == 0 {
		return nil
	}
	var searches []*valueSearch
	var failure error
	err := v.repository.Table().Walk(ctx, gitstore.WalkOptions{
		Kinds: []pack.Kind{pack.Commit, pack.Tag, pack.Tree, pack.Blob}, Jobs: v.options.Jobs, Limit: maxVerified,
	}, func() gitstore.Visitor {
		probe, err := v.probe()
		failure = errors.Join(failure, err)
		s := &valueSearch{table: v.repository.Table(), probe: probe}
		searches = append(searches, s)
		return s
	})
	if err = errors.Join(failure, err); err != nil {
		return err
	}
	var count, bytes int64
	for _, s := range searches {
		count, bytes = count+s.count, bytes+s.bytes
		v.evidence.Unread = append(v.evidence.Unread, s.unread...)
		v.evidence.Control.Value = v.evidence.Control.Value || s.control
		v.held = append(v.held, s.held...)
	}
	v.searched("contents of objects", count, bytes)
	return nil
}

// valueSearch is one worker's search of contents.
type valueSearch struct {
	table        *gitstore.Table
	probe        *redact.Probe
	held         []held
	unread       []string
	control      bool
	count, bytes int64
}

// Visit implements [gitstore.Visitor].
func (s *valueSearch) Visit(o *gitstore.Object) {
	if s.probe == nil { // the walk's result is not looked at
		return
	}
	prior, _ := o.BaseMemo.(*redact.Memo)
	hits, memo := s.probe.Search(o.Content, prior, o.Copies)
	if o.HasChildren && memo != nil {
		o.Memo = memo
	}
	for _, hit := range hits {
		if hit.Label == controlLabel {
			s.control = true
			continue
		}
		s.held = append(s.held, held{o.Index, hit.Label})
	}
	s.count++
	s.bytes += int64(len(o.Content))
}

// Failed implements [gitstore.Visitor].
func (s *valueSearch) Failed(index uint32, size int64, err error) {
	s.unread = append(s.unread, fmt.Sprintf("object %s cannot be searched: %v", s.table.ID(index), err))
}

// maxHolding is how many things that hold something are listed; they are counted all.
const maxHolding = 1000

// describeHeld lists the objects that hold something, with where they are and how they are reached.
func (v *verification) describeHeld(ctx context.Context) error {
	slices.SortFunc(v.held, func(a, b held) int { return cmp.Or(cmp.Compare(a.object, b.object), cmp.Compare(a.label, b.label)) })
	v.held = slices.Compact(v.held)
	if room := maxHolding - len(v.evidence.Holding); len(v.held) > room {
		// Values say more than ids, and blobs and commits more than trees.
		slices.SortStableFunc(v.held, func(a, b held) int { return cmp.Compare(v.weight(a), v.weight(b)) })
		v.note("%d more objects hold what was removed than are listed", len(v.held)-max(0, room))
		v.held = v.held[:max(0, room)]
	}
	if len(v.held) == 0 {
		return nil
	}
	ways, err := v.ways(ctx)
	if err != nil {
		return err
	}
	table := v.repository.Table()
	var list []account.Holding
	for _, h := range v.held {
		id := table.ID(h.object)
		way := ways[h.object]
		list = append(list, account.Holding{
			Object: id.String(), Fingerprint: h.label, Where: v.hide.name(strings.Join(v.repository.Stores(id), ", ")),
			Path: v.hide.name(way.path), Reached: cmp.Or(way.from, "nothing"),
		})
	}
	v.evidence.Holding = append(list, v.evidence.Holding...)
	return nil
}

func (v *verification) weight(h held) int {
	switch kind := v.repository.Table().Kind(h.object); {
	case h.label != "":
		return 0
	case kind == pack.Blob:
		return 1
	case kind != pack.Tree:
		return 2
	}
	return 3
}
