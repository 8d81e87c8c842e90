package remediate

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
)

const stashRef = "refs/stash"

// ourLine is in every line that a git started here writes into a reflog.
var ourLine = []byte(" unleak <unleak@localhost> ")

// logFiles lists the reflog files of all work trees.
func (s *surgeon) logFiles() ([]string, error) {
	var paths []string
	for _, w := range s.state.Worktrees {
		root := filepath.Join(string(w.GitDir), "logs")
		err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			switch {
			case errors.Is(err, fs.ErrNotExist):
				return nil
			case err == nil && entry.Type().IsRegular():
				paths = append(paths, path)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return paths, nil
}

func (s *surgeon) logFile(name string) string {
	if rest, ok := strings.CutPrefix(name, "worktrees/"); ok {
		id, ref, _ := strings.Cut(rest, "/")
		return filepath.Join(s.files.common, "worktrees", id, "logs", filepath.FromSlash(ref))
	}
	return filepath.Join(s.files.common, "logs", filepath.FromSlash(name))
}

// replace gives a file of the Git folder new content. The temporary file is in our own folder, as in
// logs it could be taken for a log.
func (s *surgeon) replace(path string, content []byte) error {
	mode := fs.FileMode(0o644)
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	temporary := s.files.path(replacementName)
	if err := writeFile(temporary, content, mode); err != nil {
		return err
	}
	if err := os.Rename(temporary, path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// restoreLogs makes the reflogs what they were: the lines of the way there and back go, and the logs of refs that
// were deleted return.
func (s *surgeon) restoreLogs() error {
	paths, err := s.logFiles()
	if err != nil {
		return err
	}
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if !bytes.Contains(content, ourLine) {
			continue
		}
		var rest []byte
		for line := range bytes.Lines(content) {
			who, _, _ := bytes.Cut(line, []byte("\t"))
			if !bytes.Contains(who, ourLine) {
				rest = append(rest, line...)
			}
		}
		if err := s.replace(path, rest); err != nil {
			return err
		}
	}
	for _, ref := range s.state.Refs {
		path := s.logFile(string(ref.Name))
		content, err := os.ReadFile(path)
		switch {
		case !ref.HadLog && err == nil && len(content) == 0:
			_, err = remove(path)
		case pack.ID(ref.New).IsZero() && ref.HadLog && (errors.Is(err, fs.ErrNotExist) || len(content) == 0):
			if err = os.MkdirAll(filepath.Dir(path), 0o777); err == nil {
				err = s.replace(path, ref.Log)
			}
		default:
			err = nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// purgeLogs leaves of all reflogs only the entries of the stash, under their new names: each is a stash of its own.
// Logs of refs that are gone are deleted, the others emptied, as `git reflog expire --expire=now` does.
func (s *surgeon) purgeLogs(repository *gitstore.Repository) error {
	if err := s.rewriteStash(repository); err != nil {
		return err
	}
	paths, err := s.logFiles()
	if err != nil {
		return err
	}
	there := map[string]bool{s.logFile(stashRef): true}
	refs, _ := s.layout.Refs()
	for _, ref := range refs {
		if !ref.Pseudo {
			there[s.logFile(gitName(ref))] = true
		}
	}
	for _, path := range paths {
		switch {
		case path == s.logFile(stashRef):
			continue
		case there[path]:
			err = os.Truncate(path, 0)
		default:
			_, err = remove(path)
			removeEmptyFolders(filepath.Dir(path), s.files.common)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// removeEmptyFolders removes a folder and those above it that are empty then, up to a "logs" folder.
func removeEmptyFolders(dir, root string) {
	for dir != root && filepath.Base(dir) != "logs" && os.Remove(dir) == nil {
		dir = filepath.Dir(dir)
	}
}

// rewriteStash rewrites the stash's reflog under git's lock of the ref. A line of which nothing is left goes;
// one that came in since the plan stays as it is.
func (s *surgeon) rewriteStash(repository *gitstore.Repository) error {
	path := s.logFile(stashRef)
	target := s.refFile(stashRef)
	if !exists(path) {
		return freeGitLock(s.files, target)
	}
	lock, err := lockGitFile(s.files, target)
	if err != nil {
		return err
	}
	content, err := os.ReadFile(path)
	if err == nil {
		if rewritten := s.rewrittenStash(content, repository); !bytes.Equal(rewritten, content) {
			s.at("stash locked")
			err = s.replace(path, rewritten)
		}
	}
	return errors.Join(err, lock.release())
}

func (s *surgeon) rewrittenStash(content []byte, repository *gitstore.Repository) []byte {
	fresh := map[pack.ID]pack.ID{}
	for _, m := range s.state.Stash {
		fresh[pack.ID(m.Old)] = pack.ID(m.New)
	}
	var out []byte
	var last pack.ID
	for line := range bytes.Lines(content) {
		const ids = 82 // two names and the spaces behind them
		if len(line) < ids {
			continue
		}
		old, err := pack.ParseID(string(line[41:81]))
		who, message, _ := bytes.Cut(line[ids:], []byte("\t"))
		if err != nil || bytes.Contains(line[ids-1:len(line)-len(message)], ourLine) {
			continue
		}
		id, known := fresh[old]
		if !known {
			id = old
		}
		if id.IsZero() {
			continue
		}
		if known && id != old {
			message = stashMessage(message, old, id, repository)
		}
		out = fmt.Appendf(out, "%s %s %s\t%s", last, id, who, message)
		last = id
	}
	return out
}

// stashMessage returns the message of a line of the stash, which git takes from the subject of its commit: so it says
// what that commit says now.
func stashMessage(message []byte, old, id pack.ID, repository *gitstore.Repository) []byte {
	if string(subjectOf(repository, old)) == strings.TrimSuffix(string(message), "\n") {
		if subject := subjectOf(repository, id); subject != nil {
			return append(subject, '\n')
		}
	}
	return message
}

// subjectOf returns the first line of a commit's message.
func subjectOf(repository *gitstore.Repository, id pack.ID) []byte {
	_, content, err := repository.Read(id, nil, 16<<20)
	if err != nil {
		return nil
	}
	_, message, _ := bytes.Cut(content, []byte("\n\n"))
	line, _, _ := bytes.Cut(message, []byte("\n"))
	return line
}

// countLogs counts what purgeLogs will drop.
func (s *surgeon) countLogs() (entries int, err error) {
	paths, err := s.logFiles()
	if err != nil {
		return 0, err
	}
	for _, path := range paths {
		if path == s.logFile(stashRef) {
			continue
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return 0, err
		}
		for line := range bytes.Lines(content) {
			if !bytes.Contains(line, ourLine) {
				entries++
			}
		}
	}
	return entries, nil
}
