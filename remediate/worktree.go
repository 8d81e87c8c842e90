package remediate

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/rewrite"
)

// maxFile is how large a file of a work tree may be to be compared and rewritten, in bytes.
const maxFile = rewrite.DefaultLimit

// The types of files in trees and indexes.
const (
	modeType    = 0o170000
	modeRegular = 0o100000
	modeSymlink = 0o120000
	modeFolder  = 0o040000
)

// doFiles brings the files of all work trees to the new history as far as nobody has changed them, notes which
// removed files stay on disk, and has git ignore them.
func (s *surgeon) doFiles(ctx context.Context, n *note) error {
	repository, err := gitstore.Open(s.files.common)
	if err != nil {
		return err
	}
	defer repository.Close()
	for i := range s.state.Worktrees {
		w := &s.state.Worktrees[i]
		if len(w.Folder) == 0 {
			continue
		}
		if err := s.filesOf(ctx, w, repository, n); err != nil {
			return fmt.Errorf("%s: %w", printable(string(w.Folder)), err)
		}
	}
	return nil
}

func (s *surgeon) filesOf(ctx context.Context, w *worktreeState, repository *gitstore.Repository, n *note) error {
	root, err := os.OpenRoot(string(w.Folder))
	if errors.Is(err, fs.ErrNotExist) {
		return nil // a work tree whose files are gone
	}
	if err != nil {
		return err
	}
	defer root.Close()
	lost := false
	for i := range w.Edits {
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		edit := &w.Edits[i]
		name := string(edit.Old.Path)
		switch {
		case edit.goes():
			if _, err := root.Lstat(filepath.FromSlash(name)); err == nil && edit.Old.stage() == 0 {
				n.Kept = append(n.Kept, name)
				lost = true
			}
			continue
		case edit.Old.stage() != 0 || edit.Old.skipped():
			continue
		}
		f := workFile{root: root, name: name, mode: edit.Old.mode(), repository: repository, token: s.state.Pack.Name}
		done, err := f.change(edit.Old.id(), pack.ID(edit.New), s.at)
		if err != nil {
			return err
		}
		if !done {
			n.Notes = append(n.Notes, fmt.Sprintf("%s differs from what was staged and stays as it is: redact it by hand", printable(name)))
		}
	}
	if lost && len(s.state.Ignore) > 0 {
		return s.ignore(w, root, n)
	}
	return nil
}

// restoreFiles brings the files back that were rewritten.
func (s *surgeon) restoreFiles() error {
	repository, err := gitstore.Open(s.files.common)
	if err != nil {
		return err
	}
	defer repository.Close()
	for i := range s.state.Worktrees {
		w := &s.state.Worktrees[i]
		root, err := os.OpenRoot(string(w.Folder))
		if len(w.Folder) == 0 || errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		err = s.restoreFilesOf(w, root, repository)
		if err := errors.Join(err, root.Close()); err != nil {
			return err
		}
	}
	return nil
}

func (s *surgeon) restoreFilesOf(w *worktreeState, root *os.Root, repository *gitstore.Repository) error {
	for i := range w.Edits {
		edit := &w.Edits[i]
		if edit.goes() || edit.Old.stage() != 0 || edit.Old.skipped() {
			continue
		}
		f := workFile{root: root, name: string(edit.Old.Path), mode: edit.Old.mode(), repository: repository, token: s.state.Pack.Name}
		if _, err := f.change(pack.ID(edit.New), edit.Old.id(), s.at); err != nil {
			return err
		}
	}
	return s.unignore(w, root)
}

// workFile is a file of a work tree. The root keeps every access below the work tree, whatever symbolic links
// the repository has put there.
type workFile struct {
	root       *os.Root
	name       string // as in the index
	mode       uint32
	repository *gitstore.Repository
	token      string // of this remediation, so that a temporary file is known to be its own
}

// change replaces the content of one blob by that of another if the file holds just that, or the same with
// CR LF at its line ends. done is false where it holds something else; a file that is not there
// is none of ours. No filter of git's runs: what one of them made of a blob counts as changed.
func (f *workFile) change(from, to pack.ID, at func(string)) (done bool, err error) {
	file := filepath.FromSlash(f.name)
	if !filepath.IsLocal(file) || touchesGit(f.name) {
		return false, nil
	}
	if f.mode&modeType != modeRegular && f.mode&modeType != modeSymlink {
		return true, nil // a submodule or a folder: nothing of it is on disk
	}
	f.removeTemporary()
	info, err := f.root.Lstat(file)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if err != nil {
		return false, nil // such as a folder that is a link to somewhere else
	}
	before, after, err := f.blobs(from, to)
	if err != nil || before == nil {
		return false, err
	}
	if f.mode&modeType == modeSymlink {
		return f.changeLink(file, info, before, after)
	}
	if !info.Mode().IsRegular() || info.Size() > maxFile {
		return false, nil
	}
	content, err := f.root.ReadFile(file)
	if err != nil {
		return false, err
	}
	switch {
	case bytes.Equal(content, before):
	case bytes.Equal(content, withCRLF(before)):
		after = withCRLF(after)
	default:
		return bytes.Equal(content, after) || bytes.Equal(content, withCRLF(after)), nil
	}
	at("file " + f.name)
	return true, f.write(file, after, info.Mode().Perm())
}

// blobs reads both contents, or none if they are too large to be handled here, or gone.
func (f *workFile) blobs(from, to pack.ID) (before, after []byte, err error) {
	if _, before, err = f.repository.Read(from, []byte{}, maxFile); err == nil {
		_, after, err = f.repository.Read(to, []byte{}, maxFile)
	}
	if errors.Is(err, pack.ErrTooLarge) || errors.Is(err, gitstore.ErrNotFound) { // git gc may have run since an interruption
		return nil, nil, nil
	}
	return before, after, err
}

func (f *workFile) changeLink(file string, info fs.FileInfo, before, after []byte) (done bool, err error) {
	if info.Mode()&fs.ModeSymlink == 0 {
		return false, nil
	}
	target, err := f.root.Readlink(file)
	if err != nil || target != string(before) {
		return target == string(after), err
	}
	temporary := f.temporary()
	if err := f.root.Symlink(string(after), temporary); err != nil {
		return false, err
	}
	return true, f.root.Rename(temporary, file)
}

// temporary is beside the file, so that a rename puts it in place.
func (f *workFile) temporary() string {
	return filepath.FromSlash(path.Join(path.Dir(f.name), ".unleak-"+f.token[:min(len(f.token), 12)]+"-"+path.Base(f.name)))
}

// removeTemporary removes what a run that was killed has left.
func (f *workFile) removeTemporary() { _ = f.root.Remove(f.temporary()) }

// write puts content in place of a file, all of it or nothing.
func (f *workFile) write(file string, content []byte, mode fs.FileMode) error {
	temporary := f.temporary()
	out, err := f.root.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = out.Write(content)
	err = errors.Join(err, out.Sync(), out.Close())
	if err == nil {
		err = f.root.Chmod(temporary, mode) // whatever the mask is
	}
	if err == nil {
		err = f.root.Rename(temporary, file)
	}
	if err != nil {
		return errors.Join(err, f.root.Remove(temporary))
	}
	return nil
}

// touchesGit reports whether a path leads into a Git folder on some file system. Git checks out no
// such path, but an index may name one.
func touchesGit(name string) bool {
	return slices.ContainsFunc(strings.Split(name, "/"), func(part string) bool {
		part = strings.ToLower(strings.TrimRight(part, ". "))
		plain := strings.Map(func(r rune) rune { // HFS+ ignores some characters
			if r > 0x7f {
				return -1
			}
			return r
		}, part)
		return plain == ".git" || strings.HasPrefix(plain, "git~")
	})
}

func withCRLF(text []byte) []byte {
	if bytes.Contains(text, []byte("\r\n")) || bytes.IndexByte(text, 0) >= 0 {
		return text
	}
	return bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n"))
}
