package remediate

import (
	"context"
	"errors"
	"fmt"
	"os/exec"

	"github.com/unleak/unleak/internal/gitcmd"
	"github.com/unleak/unleak/remediate/account"
)

// apply carries out a job. Where it fails before a ref has moved, everything that was written is removed again;
// the error then says that nothing was changed. Later it is an [*InterruptedError].
func apply(ctx context.Context, j *job, o ApplyOptions) (*account.Account, error) {
	git, err := gitcmd.Find(ctx)
	if err != nil {
		return nil, err
	}
	f := filesOf(j.repository.Layout)
	if err := f.make(); err != nil {
		return nil, err
	}
	lock, err := lockProcess(f)
	if err != nil {
		return nil, err
	}
	defer lock.release()
	if exists(f.path(journalName)) {
		return nil, ErrPending
	}
	if err := j.recheck(); err != nil {
		return nil, err
	}
	// What a run that was killed before its first entry has left.
	if err := f.clear(); err != nil {
		return nil, err
	}
	journal, err := openJournal(f.path(journalName), true)
	if err != nil {
		return nil, fmt.Errorf("the journal of the remediation cannot be made: %w", err)
	}
	defer journal.close()
	s := &surgeon{layout: j.repository.Layout, files: f, git: git, lock: lock, journal: journal, options: o, reached: j.reached}
	if err := s.prepare(ctx, j); err != nil {
		return nil, &undoneError{errors.Join(err, s.undoPreparation())}
	}
	if err := s.forward(ctx); err != nil {
		return nil, s.giveUp(err)
	}
	return s.finish()
}

// recheck compares the repository with what the plan saw.
func (j *job) recheck() error {
	now, err := takeSnapshot(j.repository.Layout)
	if err != nil {
		return err
	}
	return j.before.compare(now)
}

// giveUp ends an apply that failed. If no ref has moved yet, it takes everything back.
func (s *surgeon) giveUp(err error) error {
	var stopped *InterruptedError
	if !errors.As(err, &stopped) || stopped.Step != stepRefs {
		return err
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() < 0 { // git was killed and left its locks; otherwise it takes them along
		s.resuming = true
	}
	if pending, moved := s.pendingMoves(s.state.moves(true)); moved != nil || len(pending) > 0 {
		return err
	}
	if back := s.back(context.Background()); back != nil {
		return errors.Join(err, back)
	}
	return &undoneError{errors.Join(stopped.Err, s.removeBackup())}
}

// undoPreparation removes everything that a preparation has written.
func (s *surgeon) undoPreparation() error {
	return errors.Join(s.removeBackup(), s.files.clear())
}

// removeBackup removes the backup of a remediation that has changed nothing.
func (s *surgeon) removeBackup() error {
	var errs []error
	for _, r := range s.journal.records {
		if r.Backup != nil {
			_, err := remove(string(r.Backup))
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
