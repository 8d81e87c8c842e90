package remediate

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/unleak/unleak/internal/gitcmd"
	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/remediate/account"
)

// Pending tells whether a remediation of the repository was interrupted, and how far it came: the name of the
// step that it was at. It changes nothing.
func Pending(repository string) (step string, pending bool) {
	layout, err := gitstore.Locate(repository)
	if err != nil {
		return "", false
	}
	records, pending, err := peekJournal(filesOf(layout).path(journalName))
	return lastStep(records), pending || err != nil
}

// Resume ends a remediation that was interrupted. The error wraps [ErrNothingPending] where there is none, and
// [ErrNothingDone] where it had changed nothing; otherwise it is as that of [Plan.Apply].
func Resume(ctx context.Context, repository string, o ApplyOptions) (*account.Account, error) {
	return resume(ctx, repository, o, nil)
}

// Rollback takes back a remediation that was interrupted before the old history was deleted; the error wraps
// [ErrPurged] afterwards, and [ErrNothingPending] where there is none. The backup stays.
func Rollback(ctx context.Context, repository string) error {
	return rollback(ctx, repository, nil)
}

func resume(ctx context.Context, repository string, o ApplyOptions, reached func(string)) (*account.Account, error) {
	s, err := pick(ctx, repository, reached)
	if err != nil {
		return nil, err
	}
	defer s.close()
	s.options = o
	switch _, back := begun(s.journal.records, stepBack); {
	case !isDone(s.journal.records, stepPack):
		return nil, errors.Join(s.undoPreparation(), ErrNothingDone)
	case back:
		return nil, errors.New("the remediation was being taken back when that was interrupted: end it with `unleak remediate --rollback`")
	}
	if err := s.forward(ctx); err != nil {
		return nil, err
	}
	return s.finish()
}

func rollback(ctx context.Context, repository string, reached func(string)) error {
	s, err := pick(ctx, repository, reached)
	if err != nil {
		return err
	}
	defer s.close()
	if !isDone(s.journal.records, stepPack) {
		return s.undoPreparation()
	}
	return s.back(ctx)
}

// pick takes up an interrupted remediation.
func pick(ctx context.Context, repository string, reached func(string)) (*surgeon, error) {
	layout, err := gitstore.Locate(repository)
	if err != nil {
		return nil, err
	}
	f := filesOf(layout)
	if !exists(f.path(journalName)) {
		return nil, ErrNothingPending
	}
	git, err := gitcmd.Find(ctx)
	if err != nil {
		return nil, err
	}
	lock, err := lockProcess(f)
	if err != nil {
		return nil, err
	}
	s := &surgeon{layout: layout, files: f, git: git, lock: lock, resuming: true, reached: reached}
	s.journal, err = openJournal(f.path(journalName), false)
	if errors.Is(err, fs.ErrNotExist) {
		err = ErrNothingPending // it ended while we waited
	}
	if err == nil && isDone(s.journal.records, stepPack) {
		s.state, err = f.loadState()
	}
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

func (s *surgeon) close() error {
	var err error
	if s.journal != nil {
		err = s.journal.close()
	}
	if err = errors.Join(err, s.lock.release()); err != nil {
		return fmt.Errorf("ending the remediation: %w", err)
	}
	return nil
}
