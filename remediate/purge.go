package remediate

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/unleak/unleak/internal/gitcmd"
	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/remediate/account"
)

// doPurge deletes everything old: reflogs, names kept in passing, files made from objects, and the objects. It was
// proved before that nothing needs them. What came in since the plan stays.
func (s *surgeon) doPurge(ctx context.Context, n *note) error {
	if _, ok := begun(s.journal.records, stepPurge); !ok {
		purged, err := s.countPurge()
		if err != nil {
			return err
		}
		// From here on there is no way back.
		if err := s.journal.begin(stepPurge, note{Purged: purged}); err != nil {
			return err
		}
	} else if s.resuming {
		if err := s.freeLocksOf(stepPurge); err != nil {
			return err
		}
	}
	s.at("no way back")
	repository, err := gitstore.Open(s.files.common)
	if err != nil {
		return err
	}
	err = s.purgeLogs(repository)
	if err := errors.Join(err, repository.Close()); err != nil { // open packs cannot be deleted everywhere
		return err
	}
	s.at("logs purged")
	if err := s.purgePassing(); err != nil {
		return err
	}
	// Lines of packed-refs that loose refs have taken over still say old ids.
	command := gitcmd.Command{GitDir: s.files.common, Inherit: s.inherit()}
	if _, err := s.git.Run(ctx, command, "pack-refs", "--all", "--prune"); err != nil {
		return err
	}
	s.at("refs packed")
	if err := s.purgeObjects(); err != nil {
		return err
	}
	if exists(filepath.Join(s.files.common, "info", "refs")) { // of a repository that is served as plain files
		if _, err := s.git.Run(ctx, command, "update-server-info"); err != nil {
			return err
		}
	}
	n.Purged = s.purged()
	return nil
}

// purged is what the purge counted when it began.
func (s *surgeon) purged() *account.Purged {
	for _, r := range s.journal.records {
		if r.Purged != nil {
			return r.Purged
		}
	}
	return &account.Purged{}
}

// countPurge counts what there is to delete.
func (s *surgeon) countPurge() (*account.Purged, error) {
	p := &account.Purged{}
	for _, name := range s.state.Objects {
		info, err := os.Lstat(s.objectFile(name))
		if err != nil || s.isNew(name) {
			continue
		}
		_, loose := looseName(name)
		switch {
		case loose:
			p.Loose++
		case strings.HasSuffix(name, ".pack"):
			p.Packs++
		case strings.HasPrefix(name, "pack/pack-"):
		default:
			p.OtherFiles++
		}
		p.Bytes += info.Size()
	}
	passing, err := s.passing()
	if err != nil {
		return nil, err
	}
	p.OtherFiles += len(passing)
	p.ReflogEntries, err = s.countLogs()
	return p, err
}

// isNew reports whether a file of the store belongs to the new pack.
func (s *surgeon) isNew(name string) bool {
	return strings.HasPrefix(name, "pack/pack-"+s.state.Pack.Name+".") && !strings.HasSuffix(name, ".bitmap")
}

// purgeObjects deletes the old objects. What is made from objects goes first, so that nothing leads to what is
// missing; of a pack the index goes first, as git takes no notice of it without.
func (s *surgeon) purgeObjects() error {
	now, _, err := listStore(s.files.objects)
	if err != nil {
		return err
	}
	removed, err := readIDs(s.files.path(removedName) + newSuffix)
	if err != nil {
		return err
	}
	gone := map[pack.ID]bool{}
	for _, id := range removed {
		gone[id] = true
	}
	old := map[string]bool{}
	for _, name := range slices.Concat(s.state.Objects, s.state.Kept) {
		old[name] = true
	}
	for _, r := range s.journal.records {
		for _, base := range r.Drop {
			for _, suffix := range []string{".idx", ".pack", ".rev", ".mtimes"} {
				old[base+suffix] = true
			}
		}
	}
	var names []string
	for _, name := range now {
		id, loose := looseName(name)
		if (old[name] || isDerived(name) || loose && gone[id]) && !s.isNew(name) {
			names = append(names, name)
		}
	}
	slices.SortStableFunc(names, func(a, b string) int { return purgeOrder(a) - purgeOrder(b) })
	for _, name := range names {
		s.at("purge " + name)
		if _, err := remove(s.objectFile(name)); err != nil {
			return fmt.Errorf("an old file of objects cannot be deleted: %w", err)
		}
	}
	s.removeEmptyFans()
	_, err = remove(s.packFile(".keep"))
	return errors.Join(err, syncDir(s.files.packDir()))
}

func purgeOrder(name string) int {
	switch {
	case isDerived(name):
		return 0
	case strings.HasSuffix(name, ".idx"):
		return 1
	case strings.HasPrefix(name, "pack/"):
		return 2
	}
	return 3
}

// removeEmptyFans removes folders of the store in which nothing is left.
func (s *surgeon) removeEmptyFans() {
	entries, err := os.ReadDir(s.files.objects)
	if err != nil {
		return
	}
	for _, entry := range entries {
		name := entry.Name()
		if entry.IsDir() && (isFan(name) || strings.HasPrefix(name, "tmp_objdir-") || strings.HasPrefix(name, "incoming-")) {
			_ = os.Remove(filepath.Join(s.files.objects, name))
			_ = os.Remove(filepath.Join(s.files.objects, name, "pack"))
			_ = os.Remove(filepath.Join(s.files.objects, name))
		}
	}
	for _, name := range []string{"info/commit-graphs", "pack/multi-pack-index.d"} {
		_ = os.Remove(filepath.Join(s.files.objects, filepath.FromSlash(name))) // fails where it is not empty
	}
}

// purgePassing deletes what git keeps in passing and what can hold an old id or text.
func (s *surgeon) purgePassing() error {
	paths, err := s.passing()
	if err != nil {
		return err
	}
	for _, path := range paths {
		s.at("purge " + filepath.Base(path))
		if _, err := remove(path); err != nil {
			return err
		}
	}
	// What is left of these are empty folders.
	return errors.Join(os.RemoveAll(filepath.Join(s.files.common, "lost-found")), os.RemoveAll(filepath.Join(s.files.common, "rr-cache")))
}

// passingNames are files of a Git folder that git writes for the next command, or for an editor.
var passingNames = []string{
	"AUTO_MERGE", "BISECT_EXPECTED_REV", "MERGE_AUTOSTASH", "NOTES_MERGE_PARTIAL", "NOTES_MERGE_REF",
	"COMMIT_EDITMSG", "MERGE_MSG", "MERGE_MODE", "MERGE_RR", "SQUASH_MSG", "TAG_EDITMSG", "NOTES_EDITMSG", "EDIT_DESCRIPTION",
	"addp-hunk-edit.diff", "ADD_EDIT.patch", "rebased-patches", "gitk.cache", "gc.log",
}

// passing lists them for all work trees, with the results of `git fsck --lost-found` and recorded
// resolutions of conflicts.
func (s *surgeon) passing() ([]string, error) {
	var paths []string
	for _, w := range s.state.Worktrees {
		entries, err := os.ReadDir(string(w.GitDir))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		for _, entry := range entries {
			name := entry.Name()
			if entry.Type().IsRegular() && (isPseudoRef(name) || slices.Contains(passingNames, name) || strings.HasPrefix(name, "sharedindex.")) {
				paths = append(paths, filepath.Join(string(w.GitDir), name))
			}
		}
	}
	// Of `git update-server-info`, where it was killed.
	entries, err := os.ReadDir(filepath.Join(s.files.common, "info"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), "refs_") {
			paths = append(paths, filepath.Join(s.files.common, "info", entry.Name()))
		}
	}
	for _, folder := range []string{"lost-found", "rr-cache"} {
		err := filepath.WalkDir(filepath.Join(s.files.common, folder), func(path string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() {
				paths = append(paths, path)
			}
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return paths, nil
}

// isPseudoRef knows ORIG_HEAD, FETCH_HEAD and their like by their form (gitglossary(7), "pseudoref").
func isPseudoRef(name string) bool {
	prefix, ok := strings.CutSuffix(name, "_HEAD")
	return ok && prefix != "" && strings.Trim(prefix, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == ""
}
