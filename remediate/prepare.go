package remediate

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/remediate/account"
)

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
