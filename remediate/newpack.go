package remediate

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
)

// keepText is what our .keep files hold.
const keepText = "unleak\n"

// packFile is a file of the new pack where git finds it.
func (s *surgeon) packFile(suffix string) string {
	return filepath.Join(s.files.packDir(), "pack-"+s.state.Pack.Name+suffix)
}

func (s *surgeon) stagedFile(suffix string) string {
	return filepath.Join(s.files.staging(), "pack-"+s.state.Pack.Name+suffix)
}

// wasThere reports whether the repository had the very same pack before.
func (s *surgeon) wasThere() bool {
	return slices.Contains(s.state.Objects, "pack/pack-"+s.state.Pack.Name+".pack")
}

// installPack moves the new pack to where git finds it, the index last, as that makes it one of the repository's. Until the
// end, .keep files hold garbage collection off it and off the old packs, and old loose objects are made young, so
// that a collection which someone runs after an interruption leaves both ways open.
func (s *surgeon) installPack() error {
	if err := s.protectOld(); err != nil {
		return err
	}
	s.at("old objects kept")
	if s.wasThere() {
		return os.RemoveAll(s.files.staging())
	}
	if err := writeKeep(s.packFile(".keep")); err != nil {
		return err
	}
	for _, suffix := range []string{".pack", ".idx"} {
		err := os.Rename(s.stagedFile(suffix), s.packFile(suffix))
		if errors.Is(err, fs.ErrNotExist) && exists(s.packFile(suffix)) {
			err = nil // done by the run before
		}
		if err != nil {
			return fmt.Errorf("the new pack cannot be put in place: %w", err)
		}
		s.at("new " + suffix)
	}
	return errors.Join(syncDir(s.files.packDir()), os.RemoveAll(s.files.staging()))
}

func writeKeep(path string) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o444)
	if errors.Is(err, fs.ErrPermission) && exists(path) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = file.WriteString(keepText)
	return errors.Join(err, file.Close())
}

// protectOld keeps garbage collection off the old objects.
func (s *surgeon) protectOld() error {
	now := time.Now()
	for _, name := range s.state.Objects {
		if _, loose := looseName(name); loose {
			// Best effort: objects of another owner stay as they are, and alternates are not ours at all.
			_ = os.Chtimes(s.objectFile(name), time.Time{}, now)
		}
	}
	for _, name := range s.state.Kept {
		if err := writeKeep(s.objectFile(name)); err != nil {
			return err
		}
	}
	return nil
}

func (s *surgeon) objectFile(name string) string {
	return filepath.Join(s.files.objects, filepath.FromSlash(name))
}

// unkept lists the .keep files that old packs have not, relative to the store.
func unkept(objects []string) []string {
	var names []string
	for _, name := range objects {
		if base, ok := strings.CutSuffix(name, ".pack"); ok && strings.HasPrefix(name, "pack/pack-") && !slices.Contains(objects, base+".keep") {
			names = append(names, base+".keep")
		}
	}
	return names
}

// withdrawPack takes the new pack away again, unless something that came in meanwhile needs it: then it stays, for
// git to collect. Its index goes first and comes back if that is so.
func (s *surgeon) withdrawPack() error {
	for _, name := range s.state.Kept { // there were none of that name; a full disk may have cut ours off
		if content, err := os.ReadFile(s.objectFile(name)); err == nil && strings.HasPrefix(keepText, string(content)) {
			if _, err := remove(s.objectFile(name)); err != nil {
				return err
			}
		}
	}
	if s.wasThere() {
		return nil
	}
	if exists(s.packFile(".idx")) {
		if err := os.Mkdir(s.files.staging(), 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
		if err := os.Rename(s.packFile(".idx"), s.stagedFile(".idx")); err != nil {
			return err
		}
		s.at("index of the new pack away")
	}
	if exists(s.packFile(".pack")) {
		needed, err := s.lacking()
		if err != nil {
			return err
		}
		if needed != "" {
			err := os.Rename(s.stagedFile(".idx"), s.packFile(".idx"))
			_, removed := remove(s.packFile(".keep"))
			return errors.Join(err, removed)
		}
	}
	if err := s.removeDerived(); err != nil {
		return err
	}
	for _, suffix := range []string{".rev", ".bitmap", ".pack", ".keep"} {
		if _, err := remove(s.packFile(suffix)); err != nil {
			return err
		}
	}
	return os.RemoveAll(s.files.staging())
}

// lacking returns what a ref or index needs and no store holds, or "".
func (s *surgeon) lacking() (string, error) {
	repository, err := gitstore.Open(s.files.common)
	if err != nil {
		return "", err
	}
	defer repository.Close()
	needed, err := s.tips()
	if err != nil {
		return "", err
	}
	for id, what := range needed {
		if !repository.Holds(id) {
			return what, nil
		}
	}
	return "", nil
}

// tips are the objects that refs and indexes of all work trees name, and what names each.
func (s *surgeon) tips() (map[pack.ID]string, error) {
	tips := map[pack.ID]string{}
	refs, problems := s.layout.Refs()
	if len(problems) > 0 {
		return nil, fmt.Errorf("%s", problems[0])
	}
	for _, ref := range refs {
		if !ref.Pseudo && !ref.Target.IsZero() {
			tips[ref.Target] = printable(gitName(ref))
		}
	}
	worktrees, problems := s.layout.Worktrees()
	if len(problems) > 0 {
		return nil, fmt.Errorf("%s", problems[0])
	}
	for _, worktree := range worktrees {
		x, err := readIndexFile(worktree.GitDir)
		if err != nil {
			return nil, err
		}
		if x == nil {
			continue
		}
		for _, r := range x.records {
			if r.mode() != modeGitlink {
				tips[r.id()] = "the entry " + printable(string(r.Path)) + " of an index"
			}
		}
	}
	for _, id := range builtIn() {
		delete(tips, id)
	}
	return tips, nil
}

const modeGitlink = 0o160000

// builtIn are the empty blob and the empty tree, which git has without storing them.
func builtIn() [2]pack.ID {
	return [2]pack.ID{gitstore.HashObject(pack.Blob, nil), gitstore.HashObject(pack.Tree, nil)}
}
