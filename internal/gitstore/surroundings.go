package gitstore

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"syscall"
)

// TextFile is a file that is no object, as it is on disk.
type TextFile struct {
	Name    string // a slash path from the common folder, or from the work tree
	Content []byte
}

// Surroundings are the texts beside the objects of a repository that people and programs write settings,
// commands and credentials into. Nothing that they name is followed or run.
type Surroundings struct {
	Config      []TextFile // config and config.worktree, of linked work trees and of submodules kept here too
	Hooks       []TextFile // those that git runs; its samples are not read
	Credentials []TextFile // that credential helpers were told to keep here
	Problems    []Problem  // what could not be read; symbolic links are not followed
}

const (
	maxSurroundingFile  = 1 << 20 // bytes of one file
	maxSurroundingFiles = 1000    // of each sort
	maxModuleDepth      = 12      // folders below modules
)

// Surroundings reads them. Each call reads the files as they are then.
func (l *Layout) Surroundings() Surroundings {
	var s Surroundings
	root, err := os.OpenRoot(l.CommonDir)
	if err != nil {
		s.Problems = append(s.Problems, Problem{".", reason(err)})
		return s
	}
	defer root.Close()
	read := func(list *[]TextFile, name string) {
		if len(*list) == maxSurroundingFiles {
			s.Problems = append(s.Problems, Problem{printable(name), "too many files of its kind: the rest was not read"})
			return
		}
		file, problem := readText(root, name)
		if problem != nil {
			s.Problems = append(s.Problems, *problem)
		} else if file != nil {
			*list = append(*list, *file)
		}
	}
	for _, name := range []string{"config", "config.worktree"} {
		read(&s.Config, name)
	}
	for _, name := range names(root, "worktrees") {
		read(&s.Config, path.Join("worktrees", name, "config.worktree"))
	}
	for _, name := range moduleConfigs(root) {
		read(&s.Config, name)
	}
	for _, name := range names(root, "hooks") {
		if !strings.HasSuffix(name, ".sample") {
			read(&s.Hooks, path.Join("hooks", name))
		}
	}
	for _, name := range []string{"credentials", ".credentials", "git-credentials", ".git-credentials", "credential-store"} {
		read(&s.Credentials, name)
	}
	if linkedFolder(root, "hooks") {
		s.Problems = append(s.Problems, Problem{"hooks", "is a symbolic link, which is not followed"})
	}
	return s
}

// WorkFile reads a file of the work tree by its slash path. The error wraps [fs.ErrNotExist] where there is none, or no
// work tree; symbolic links are not followed.
func (l *Layout) WorkFile(name string) (TextFile, error) {
	if l.WorkTree == "" {
		return TextFile{}, fs.ErrNotExist
	}
	root, err := os.OpenRoot(l.WorkTree)
	if err != nil {
		return TextFile{}, err
	}
	defer root.Close()
	file, problem := readText(root, name)
	switch {
	case problem != nil:
		return TextFile{}, fmt.Errorf("%s %s", problem.Where, problem.What)
	case file == nil:
		return TextFile{}, fs.ErrNotExist
	}
	return *file, nil
}

// readText reads a regular file below root; both results are nil where there is none.
func readText(root *os.Root, name string) (*TextFile, *Problem) {
	info, err := root.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && info.IsDir():
		return nil, nil
	case err != nil:
		return nil, &Problem{printable(name), reason(err)}
	case info.Mode()&fs.ModeSymlink != 0:
		return nil, &Problem{printable(name), "is a symbolic link, which is not followed"}
	case !info.Mode().IsRegular():
		return nil, &Problem{printable(name), errNotRegular.Error()}
	case info.Size() > maxSurroundingFile:
		return nil, &Problem{printable(name), errFileSize.Error()}
	}
	// As in openRegular: what was swapped for a pipe meanwhile must not hang us.
	file, err := root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, &Problem{printable(name), reason(err)}
	}
	defer file.Close()
	if now, err := file.Stat(); err != nil || !os.SameFile(info, now) {
		return nil, &Problem{printable(name), "changed while it was read"}
	}
	content, err := io.ReadAll(io.LimitReader(file, maxSurroundingFile))
	if err != nil {
		return nil, &Problem{printable(name), reason(err)}
	}
	return &TextFile{name, content}, nil
}

// names lists a folder below root in order; none for what is no folder.
func names(root *os.Root, folder string) []string {
	if info, err := root.Lstat(folder); err != nil || !info.IsDir() {
		return nil
	}
	entries, _ := fs.ReadDir(root.FS(), folder)
	list := make([]string, 0, len(entries))
	for _, entry := range entries {
		list = append(list, entry.Name())
	}
	return list
}

func linkedFolder(root *os.Root, name string) bool {
	info, err := root.Lstat(name)
	return err == nil && info.Mode()&fs.ModeSymlink != 0
}

// moduleConfigs finds the configurations of the submodules whose repositories are kept below modules. Their names can
// have slashes, and they can have submodules of their own.
func moduleConfigs(root *os.Root) (list []string) {
	var look func(folder string, depth int)
	look = func(folder string, depth int) {
		entries := names(root, folder)
		for _, name := range entries {
			at := path.Join(folder, name)
			switch {
			case len(list) == maxSurroundingFiles:
				return
			case name == "config" && depth > 0:
				list = append(list, at)
			case name == "objects" || name == "refs" || name == "logs" || name == "hooks" || name == "info" || depth == maxModuleDepth:
			default:
				look(at, depth+1)
			}
		}
	}
	look("modules", 0)
	return list
}
