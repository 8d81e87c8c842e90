package remediate

import (
	"context"
	"fmt"
	"os"

	"github.com/unleak/unleak/internal/gitcmd"
	"github.com/unleak/unleak/internal/gitstore"
)

// surgeon carries out the steps from the new pack on, forwards or back. All it needs is in the
// state folder, so that another process can go on. For one goroutine.
type surgeon struct {
	layout   *gitstore.Layout
	files    files
	git      *gitcmd.Git
	lock     *processLock
	journal  *journal
	state    *state
	options  ApplyOptions
	resuming bool // another run began
	reached  func(point string)
}

// at tells a test that a point between two changes is reached.
func (s *surgeon) at(point string) {
	if s.reached != nil {
		s.reached(point)
	}
}

// inherit are the files that every git which changes something keeps open: while it runs, no other
// remediation begins.
func (s *surgeon) inherit() []*os.File { return []*os.File{s.lock.file} }

// undoneError marks a failure before which nothing had changed, or after which nothing has.
type undoneError struct{ err error }

func (e *undoneError) Error() string { return e.err.Error() + "; nothing was changed" }
func (e *undoneError) Unwrap() error { return e.err }

// InterruptedError says that a remediation stopped in the middle. The repository is whole: what every ref reaches
// is there, old or new.
type InterruptedError struct {
	Step string // at which it stopped
	Err  error
	Back bool // it can still be taken back
}

// Error says what to do.
func (e *InterruptedError) Error() string {
	ways := "go on with `unleak remediate --resume`"
	if e.Back {
		ways += ", or take it back with `unleak remediate --rollback`"
	}
	return fmt.Sprintf("the remediation stopped at the step %q: %v; the repository is whole, %s", e.Step, e.Err, ways)
}

// Unwrap returns what stopped it.
func (e *InterruptedError) Unwrap() error { return e.Err }

// stage is one step with what it does; a note comes back for the journal.
type stage struct {
	name string
	do   func(ctx context.Context, n *note) error
}

// stages are the steps that change the repository, in order. Each may be done again after it was
// interrupted anywhere.
func (s *surgeon) stages() []stage {
	return []stage{
		{stepRefs, s.doRefs},
		{stepIndex, func(_ context.Context, _ *note) error { return s.changeIndexes() }},
		{stepFiles, s.doFiles},
		{stepCheck, s.doCheck},
		{stepPurge, s.doPurge},
		{stepVerify, s.doVerify},
	}
}

// forward does every step that is not done.
func (s *surgeon) forward(ctx context.Context) error {
	for _, stage := range s.stages() {
		if isDone(s.journal.records, stage.name) {
			continue
		}
		if err := s.run(ctx, stage); err != nil {
			_, purging := begun(s.journal.records, stepPurge)
			return &InterruptedError{Step: stage.name, Err: err, Back: !purging}
		}
	}
	return nil
}

func (s *surgeon) run(ctx context.Context, stage stage) error {
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	if s.options.Progress != nil {
		s.options.Progress(stage.name)
	}
	s.at(stage.name)
	// The purge announces itself once it has counted what it will delete.
	if stage.name != stepPurge {
		if err := s.journal.begin(stage.name, note{}); err != nil {
			return err
		}
	}
	s.at(stage.name + " begun")
	var n note
	if err := stage.do(ctx, &n); err != nil {
		return err
	}
	s.at(stage.name + " finished")
	return s.journal.done(stage.name, n)
}

// doRefs makes the new pack one of the repository's and moves the refs.
func (s *surgeon) doRefs(ctx context.Context, n *note) error {
	if err := s.installPack(); err != nil {
		return err
	}
	if s.resuming {
		if err := s.freeLocksOf(stepRefs); err != nil {
			return err
		}
	}
	moves := s.state.moves(false)
	n.Detail = fmt.Sprintf("%d refs in one transaction", len(moves))
	return s.moveRefs(ctx, moves)
}

// freeLocksOf removes locks that were left over by a step, if it was begun.
func (s *surgeon) freeLocksOf(step string) error {
	since, ok := begun(s.journal.records, step)
	if !ok {
		return nil
	}
	return s.freeLocks(since)
}

// back takes every step back. Refs go first: where they cannot go back, nothing does. From then on there is
// no way but back.
func (s *surgeon) back(ctx context.Context) error {
	if _, purging := begun(s.journal.records, stepPurge); purging {
		return ErrPurged
	}
	if s.resuming {
		if err := s.freeLocksOf(stepRefs); err != nil {
			return err
		}
	}
	if err := s.recallOld(ctx); err != nil {
		return err
	}
	if err := s.moveRefs(ctx, s.state.moves(true)); err != nil {
		return err
	}
	s.at("refs back")
	if err := s.journal.begin(stepBack, note{}); err != nil {
		return err
	}
	undo := func(step string, undo func() error) error {
		_, forth := begun(s.journal.records, step)
		if !forth || isDone(s.journal.records, backFrom(step)) {
			return nil
		}
		if err := undo(); err != nil {
			return err
		}
		s.at("taken back " + step)
		return s.journal.done(backFrom(step), note{})
	}
	// The pack last: what was rewritten is compared with what it holds.
	err := undo(stepFiles, s.restoreFiles)
	if err == nil {
		err = undo(stepIndex, s.restoreIndexes)
	}
	if err == nil {
		err = undo(stepRefs, s.restoreLogs)
	}
	if err == nil {
		err = s.withdrawPack()
	}
	if err != nil {
		return err
	}
	s.at("pack withdrawn")
	return s.files.clear()
}

// backFrom names the way back from a step in the journal.
func backFrom(step string) string { return stepBack + " " + step }
