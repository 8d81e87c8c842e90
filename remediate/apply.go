package remediate

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/unleak/unleak/internal/gitcmd"
	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
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

// prepare writes the backup, the new pack and everything that the steps after it need. It changes nothing
// that git looks at.
func (s *surgeon) prepare(ctx context.Context, j *job) error {
	s.state = &state{Version: stateVersion, Started: time.Now().UTC(), Plan: j.plan, Ignore: j.ignore,
		Objects: j.before.objects, Kept: unkept(j.before.objects), Size: j.before.bytes, Derived: derivedIn(s.files, j.before.objects)}
	if !j.noBackup {
		if err := s.backup(ctx, j); err != nil {
			return fmt.Errorf("the backup failed: %w", err)
		}
	}
	if err := s.step(ctx, stepPack); err != nil {
		return err
	}
	if err := os.Mkdir(s.files.staging(), 0o700); err != nil {
		return err
	}
	s.at("staging")
	written, err := j.rewriting.WritePack(ctx, s.files.staging())
	if err != nil {
		return fmt.Errorf("the new pack cannot be written: %w", err)
	}
	s.at("pack written")
	s.state.Pack = account.Pack{Name: written.Name.String(), Bytes: written.Bytes, Objects: written.Objects}
	if err := s.plan(j); err != nil {
		return err
	}
	if err := j.writeMaps(s.files, s.state.Refs); err != nil {
		return err
	}
	for name, content := range j.keep {
		if err := writeFile(s.files.path(filepath.Base(name)+newSuffix), content, 0o600); err != nil {
			return err
		}
	}
	// Nothing of old packs is read any more.
	if j.release != nil {
		if err := j.release(); err != nil {
			return err
		}
	}
	s.at("maps written")
	if err := s.files.saveState(s.state); err != nil {
		return err
	}
	s.at("state written")
	return s.journal.done(stepPack, note{Detail: fmt.Sprintf("%d objects, %d bytes", written.Objects, written.Bytes)})
}

// step begins a step of the preparation.
func (s *surgeon) step(ctx context.Context, name string) error {
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	if s.options.Progress != nil {
		s.options.Progress(name)
	}
	s.at(name)
	return s.journal.begin(name, note{})
}

// plan asks the engine what becomes of refs, indexes and the stash.
func (s *surgeon) plan(j *job) error {
	for _, change := range j.rewriting.Refs() {
		if change.Ref.Pseudo || change.Ref.Symbolic != "" {
			continue
		}
		ref := refState{Name: []byte(gitName(change.Ref)), Old: objectID(change.Ref.Target), New: objectID(change.New)}
		log, err := os.ReadFile(s.logFile(string(ref.Name)))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		ref.HadLog = err == nil
		if change.New.IsZero() && change.Ref.Name == "HEAD" {
			return fmt.Errorf("%s is detached at a commit of which nothing is left: check out a branch there first", printable(string(ref.Name)))
		}
		if change.New.IsZero() {
			ref.Log = log
		}
		s.state.Refs = append(s.state.Refs, ref)
	}
	if err := s.planStash(j); err != nil {
		return err
	}
	worktrees, problems := s.layout.Worktrees()
	if len(problems) > 0 {
		return fmt.Errorf("%s", problems[0])
	}
	for _, worktree := range worktrees {
		w := worktreeState{Name: worktree.Name, GitDir: []byte(worktree.GitDir), Folder: []byte(folderOf(s.layout, worktree))}
		x, err := readIndexFile(worktree.GitDir)
		if err != nil {
			return err
		}
		if x != nil {
			w.Edits = editsOf(x, j.rewriting)
		}
		s.state.Worktrees = append(s.state.Worktrees, w)
	}
	return nil
}

// folderOf returns where the files of a work tree are, or "". Only a folder whose own .git leads back here
// is one of this repository: of a copied repository, the names of linked work trees still lead to those of
// the original, and a configured one may lead anywhere.
func folderOf(layout *gitstore.Layout, worktree gitstore.Worktree) string {
	if worktree.GitDir == layout.GitDir && layout.WorkTree != "" && leadsTo(layout.WorkTree, layout.GitDir) {
		return layout.WorkTree
	}
	located, err := gitstore.Locate(worktree.GitDir)
	if err != nil || located.CommonDir != layout.CommonDir || located.WorkTree == "" {
		return ""
	}
	if !leadsTo(located.WorkTree, located.GitDir) {
		return ""
	}
	return located.WorkTree
}

// leadsTo reports whether the .git of a work tree leads to a Git folder.
func leadsTo(folder, gitDir string) bool {
	back, err := gitstore.Locate(filepath.Join(folder, ".git"))
	return err == nil && back.GitDir == gitDir
}

// planStash maps every entry of the stash, and makes refs/stash the last one that is left.
func (s *surgeon) planStash(j *job) error {
	var last, tip pack.ID
	_, err := s.layout.Reflogs(func(e gitstore.ReflogEntry) error {
		if e.Ref != stashRef || e.Worktree != "" {
			return nil
		}
		fresh, ok := j.rewriting.Map(e.New)
		if !ok {
			fresh = pack.ID{}
		} else {
			last = fresh
		}
		tip = e.New
		s.state.Stash = append(s.state.Stash, mapped{objectID(e.New), objectID(fresh)})
		return nil
	})
	if err != nil || tip.IsZero() {
		return err
	}
	s.state.Refs = slices.DeleteFunc(s.state.Refs, func(ref refState) bool {
		return string(ref.Name) == stashRef && last == tip
	})
	for i := range s.state.Refs {
		if ref := &s.state.Refs[i]; string(ref.Name) == stashRef && pack.ID(ref.Old) == tip {
			ref.New = objectID(last)
		}
	}
	return nil
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

// backup writes everything that the repository holds into a bundle. The journal has its name before it is there.
func (s *surgeon) backup(ctx context.Context, j *job) error {
	path := j.backup
	if path == "" {
		path = defaultBackup(s.layout, s.state.Started)
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	if exists(path) {
		return fmt.Errorf("%s is there already: give another place with --backup", printable(path))
	}
	if err := s.step(ctx, stepBackup); err != nil {
		return err
	}
	if err := s.journal.begin(stepBackup, note{Backup: []byte(path)}); err != nil {
		return err
	}
	s.at("backup named")
	write := j.writeBundle
	if write == nil {
		write = j.repository.WriteBundle
	}
	bytes, err := write(ctx, path, s.backupRefs(j))
	if err != nil {
		return err
	}
	s.state.Backup = &account.Backup{Path: path, Bytes: bytes}
	return s.journal.done(stepBackup, note{Detail: printable(path)})
}

// backupRefs are the refs of the backup: all but symbolic ones, each entry of the stash and each HEAD of a linked work
// tree under a name of its own, as a bundle has no reflogs.
func (s *surgeon) backupRefs(j *job) []gitstore.Ref {
	var refs []gitstore.Ref
	for _, ref := range j.before.refs {
		switch {
		case ref.Target.IsZero() || ref.Symbolic != "" && ref.Name != "HEAD":
			continue
		case ref.Worktree != "":
			ref.Name = "refs/unleak/worktrees/" + ref.Worktree + "/" + strings.TrimPrefix(ref.Name, "refs/")
		}
		refs = append(refs, gitstore.Ref{Name: ref.Name, Target: ref.Target})
	}
	entry := 0
	_, _ = s.layout.Reflogs(func(e gitstore.ReflogEntry) error {
		if e.Ref == stashRef && e.Worktree == "" {
			refs = append(refs, gitstore.Ref{Name: fmt.Sprintf("refs/unleak/stash/%d", entry), Target: e.New})
			entry++
		}
		return nil
	})
	return refs
}

// defaultBackup is beside the repository, so that deleting that does not take the backup along.
func defaultBackup(layout *gitstore.Layout, now time.Time) string {
	root := strings.TrimSuffix(layout.CommonDir, string(filepath.Separator)+".git")
	name := strings.TrimSuffix(filepath.Base(root), ".git") + "-before-unleak-" + now.Format("20060102T150405Z")
	path := filepath.Join(filepath.Dir(root), name+".bundle")
	for n := 2; exists(path); n++ {
		path = filepath.Join(filepath.Dir(root), fmt.Sprintf("%s-%d.bundle", name, n))
	}
	return path
}
