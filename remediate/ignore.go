package remediate

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const ignoreFile = ".gitignore"

// ignore adds the lines for the removed paths to the .gitignore file of a work tree, so that the files
// that stay on disk are not added again. What is appended is in the journal before it is written.
func (s *surgeon) ignore(w *worktreeState, root *os.Root, n *note) error {
	info, err := root.Lstat(ignoreFile)
	made := errors.Is(err, fs.ErrNotExist)
	if err != nil && !made {
		return err
	}
	if !made && (!info.Mode().IsRegular() || info.Size() > maxFile) {
		n.Notes = append(n.Notes, fmt.Sprintf("%s is no ordinary file and was not changed: have git ignore the removed paths yourself", printable(filepath.Join(string(w.Folder), ignoreFile))))
		return nil
	}
	var content []byte
	mode := fs.FileMode(0o644)
	if !made {
		if content, err = root.ReadFile(ignoreFile); err != nil {
			return err
		}
		mode = info.Mode().Perm()
	}
	text := missingLines(content, s.state.Ignore)
	if len(text) == 0 {
		return nil
	}
	if err := s.journal.begin(stepFiles, note{Ignore: &ignoreNote{Worktree: w.Name, Made: made, Text: text}}); err != nil {
		return err
	}
	s.at("ignore")
	file := s.ignoreFile(root)
	if err := file.write(ignoreFile, slices.Concat(content, text), mode); err != nil {
		return err
	}
	n.Notes = append(n.Notes, fmt.Sprintf("%s got the lines that it lacked for the removed paths: commit it", printable(filepath.Join(string(w.Folder), ignoreFile))))
	return nil
}

// ignoreFile is the .gitignore file of a work tree, to be written.
func (s *surgeon) ignoreFile(root *os.Root) *workFile {
	file := &workFile{root: root, name: ignoreFile, token: s.state.Pack.Name}
	file.removeTemporary()
	return file
}

// missingLines returns what to append to a file so that it has all of some lines, in its own way to end
// lines.
func missingLines(content []byte, lines []string) []byte {
	end := "\n"
	if bytes.Contains(content, []byte("\r\n")) {
		end = "\r\n"
	}
	has := map[string]bool{}
	for line := range bytes.Lines(content) {
		has[strings.TrimRight(string(line), "\r\n")] = true
	}
	var text []byte
	for _, line := range lines {
		if has[line] {
			continue
		}
		if len(text) == 0 && len(content) > 0 && content[len(content)-1] != '\n' {
			text = append(text, end...)
		}
		text = append(text, line+end...)
		has[line] = true
	}
	return text
}

// unignore takes back what ignore has written, as far as it still ends the file.
func (s *surgeon) unignore(w *worktreeState, root *os.Root) error {
	file := s.ignoreFile(root)
	for _, r := range slices.Backward(s.journal.records) {
		if r.Ignore == nil || r.Ignore.Worktree != w.Name {
			continue
		}
		info, err := root.Lstat(ignoreFile)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		content, err := root.ReadFile(ignoreFile)
		if err != nil {
			return err
		}
		rest, ok := bytes.CutSuffix(content, r.Ignore.Text)
		switch {
		case !ok:
			continue
		case r.Ignore.Made && len(rest) == 0:
			return root.Remove(ignoreFile)
		}
		return file.write(ignoreFile, rest, info.Mode().Perm())
	}
	return nil
}
