package gitstore

import (
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/storer"
)

// refView is what one work tree sees of the refs. It is not changed once made.
type refView struct {
	byName map[plumbing.ReferenceName]*plumbing.Reference // with pseudo refs
	listed []*plumbing.Reference                          // HEAD and refs, by name
}

func newRefView(l *Layout) *refView {
	view := &refView{byName: map[plumbing.ReferenceName]*plumbing.Reference{}}
	refs, _ := l.Refs() // whoever scans refs reports the problems
	for _, ref := range refs {
		if ref.Worktree != l.Worktree() && (ref.Worktree != "" || perWorktree(ref.Name)) {
			continue
		}
		name := plumbing.ReferenceName(ref.Name)
		reference := plumbing.NewHashReference(name, plumbing.Hash(ref.Target))
		if ref.Symbolic != "" {
			reference = plumbing.NewSymbolicReference(name, plumbing.ReferenceName(ref.Symbolic))
		}
		if _, again := view.byName[name]; !again { // FETCH_HEAD can list several
			view.byName[name] = reference
		}
		if !ref.Pseudo {
			view.listed = append(view.listed, reference)
		}
	}
	return view
}

// Reference returns a ref by its full name, or a pseudo ref such as ORIG_HEAD.
func (s *Storer) Reference(name plumbing.ReferenceName) (*plumbing.Reference, error) {
	if reference, ok := s.refs().byName[name]; ok {
		return reference, nil
	}
	return nil, plumbing.ErrReferenceNotFound
}

// IterReferences iterates over HEAD and all refs by name. Symbolic refs come as such.
func (s *Storer) IterReferences() (storer.ReferenceIter, error) {
	return storer.NewReferenceSliceIter(s.refs().listed), nil
}

// CountLooseRefs returns 0: what it is asked for is whether to pack them.
func (s *Storer) CountLooseRefs() (int, error) { return 0, nil }

// SetReference returns [ErrReadOnly].
func (s *Storer) SetReference(*plumbing.Reference) error { return ErrReadOnly }

// CheckAndSetReference returns [ErrReadOnly].
func (s *Storer) CheckAndSetReference(_, _ *plumbing.Reference) error { return ErrReadOnly }

// RemoveReference returns [ErrReadOnly].
func (s *Storer) RemoveReference(plumbing.ReferenceName) error { return ErrReadOnly }

// PackRefs returns [ErrReadOnly].
func (s *Storer) PackRefs() error { return ErrReadOnly }
