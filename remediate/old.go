package remediate

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/unleak/unleak/internal/gitcmd"
	"github.com/unleak/unleak/internal/gitstore"
)

// derivedIn says when each of the files that are made from objects was written.
func derivedIn(f files, objects []string) map[string]int64 {
	times := map[string]int64{}
	for _, name := range objects {
		if info, err := os.Lstat(filepath.Join(f.objects, filepath.FromSlash(name))); err == nil && isDerived(name) {
			times[name] = info.ModTime().UnixNano()
		}
	}
	return times
}

// removeDerived removes those that were written since, as they may speak of new objects. Git makes them again.
func (s *surgeon) removeDerived() error {
	names, _, err := listStore(s.files.objects)
	if err != nil {
		return err
	}
	now := derivedIn(s.files, names)
	for name, written := range now {
		if s.state.Derived[name] == written {
			continue
		}
		if _, err := remove(s.objectFile(name)); err != nil {
			return err
		}
	}
	return nil
}

// recallOld sees to it that all old objects are there before anything is taken back. If git gc has pruned some after an
// interruption, they come back from the backup.
func (s *surgeon) recallOld(ctx context.Context) error {
	lost, err := s.lost()
	if err != nil || lost == "" {
		return err
	}
	if s.state.Backup == nil || !exists(s.state.Backup.Path) {
		return fmt.Errorf("%s of the old history is gone (did git gc run in between?), and there is no backup to bring it back from: end the remediation with `unleak remediate --resume`", lost)
	}
	// What a bundle holds comes as a pack, with all its objects.
	command := gitcmd.Command{GitDir: s.files.common, Inherit: s.inherit()}
	if _, err := s.git.Run(ctx, command, "bundle", "unbundle", s.state.Backup.Path); err != nil {
		return err
	}
	if lost, err = s.lost(); err == nil && lost != "" {
		err = fmt.Errorf("%s of the old history is gone, and not in the backup: end the remediation with `unleak remediate --resume`", lost)
	}
	return err
}

// lost returns what of the old objects is not there any more, or "".
func (s *surgeon) lost() (string, error) {
	repository, err := gitstore.Open(s.files.common)
	if err != nil {
		return "", err
	}
	defer repository.Close()
	for _, name := range s.state.Objects {
		id, loose := looseName(name)
		packed := strings.HasPrefix(name, "pack/pack-") && strings.HasSuffix(name, ".pack")
		if loose && !repository.Holds(id) || packed && !exists(s.objectFile(name)) {
			return printable(name), nil
		}
	}
	return "", nil
}
