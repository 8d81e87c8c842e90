package remediate

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/remediate/account"
)

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
