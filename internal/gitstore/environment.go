package gitstore

import (
	"cmp"
	"fmt"
	"path/filepath"
	"strings"
)

// Environment is how git tells the programs that it runs, such as hooks, where the parts of a repository are: by
// variables (git(1), "The Git Repository"). Nothing in this package looks at those of its own
// process; whoever is run by git reads them with [ReadEnvironment].
//
// The zero value says nothing. All paths may be relative to Dir.
type Environment struct {
	Dir       string // the folder that the program was started in; empty for that of the process
	GitDir    string // GIT_DIR
	CommonDir string // GIT_COMMON_DIR
	WorkTree  string // GIT_WORK_TREE
	// IndexFile is GIT_INDEX_FILE: for hooks of `git commit -a` and `git commit FILE`, an index that has what
	// is to be committed, and not that of the work tree.
	IndexFile string
	// ObjectDir is GIT_OBJECT_DIRECTORY: for hooks that decide on a push, the quarantine that holds what was
	// pushed (git-receive-pack(1), "Quarantine environment").
	ObjectDir string
	// Alternates is GIT_ALTERNATE_OBJECT_DIRECTORIES: a list of paths, which may be C-quoted. From the
	// quarantine it leads to the objects of the repository.
	Alternates string
}

// ReadEnvironment reads the variables of a program that git started in dir.
func ReadEnvironment(dir string, getenv func(string) string) Environment {
	return Environment{
		Dir:        dir,
		GitDir:     getenv("GIT_DIR"),
		CommonDir:  getenv("GIT_COMMON_DIR"),
		WorkTree:   getenv("GIT_WORK_TREE"),
		IndexFile:  getenv("GIT_INDEX_FILE"),
		ObjectDir:  getenv("GIT_OBJECT_DIRECTORY"),
		Alternates: getenv("GIT_ALTERNATE_OBJECT_DIRECTORIES"),
	}
}

// path makes a path of the environment absolute; an empty one stays empty.
func (e Environment) path(name string) string {
	if name == "" {
		return ""
	}
	base, err := filepath.Abs(e.Dir)
	if err != nil {
		base = e.Dir
	}
	return resolved(absolute(base, name))
}

// LocateIn finds the repository that an environment speaks of: the one of its GitDir if it has one, otherwise
// that of the folder, as [Locate] does.
func LocateIn(env Environment) (*Layout, error) {
	layout, err := env.locate()
	if err != nil {
		return nil, err
	}
	layout.environment = env
	if tree := env.path(env.WorkTree); tree != "" && isDir(tree) {
		layout.WorkTree = tree
	}
	return layout, nil
}

func (e Environment) locate() (*Layout, error) {
	here := cmp.Or(e.Dir, ".")
	if e.GitDir == "" {
		return Locate(here)
	}
	gitDir := e.path(e.GitDir)
	common, ok := gitDirAt(gitDir)
	if named := e.path(e.CommonDir); named != "" && isDir(named) {
		common, ok = named, true
	}
	if !ok {
		return nil, fmt.Errorf("GIT_DIR is %s: %w", printable(e.GitDir), ErrNotRepository)
	}
	// With nothing else said, the files of a repository that GIT_DIR names are those of the folder.
	found := e.path(here)
	if e.Dir == "" {
		found = e.path(".")
	}
	if found == gitDir {
		found = ""
	}
	return newLayout(gitDir, common, found)
}

// indexFile is where the index of a work tree is.
func (l *Layout) indexFile(worktree Worktree) string {
	if file := l.environment.path(l.environment.IndexFile); file != "" && worktree.GitDir == l.GitDir {
		return file
	}
	return filepath.Join(worktree.GitDir, "index")
}

// objectDirs returns the folder that objects are written to, and then those that the environment adds.
func (l *Layout) objectDirs() (own string, more []string) {
	e := l.environment
	if own = e.path(e.ObjectDir); own == "" {
		own = resolved(filepath.Join(l.CommonDir, "objects"))
	}
	for name := range pathList(e.Alternates) {
		if name != "" && !strings.ContainsRune(name, 0) {
			more = append(more, e.path(name))
		}
	}
	return own, more
}

// pathList yields the paths of a list as git reads it: separated as the system has it, and a path that begins with
// a double quote is a C string.
func pathList(list string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for list != "" {
			end := strings.IndexRune(list, filepath.ListSeparator)
			if strings.HasPrefix(list, `"`) {
				end = closingQuote(list)
			}
			path := list
			if end >= 0 {
				path = list[:end]
			}
			list = strings.TrimPrefix(list[len(path):], string(filepath.ListSeparator))
			if plain, err := unquoteC(path); err == nil {
				path = plain
			}
			if !yield(path) {
				return
			}
		}
	}
}

// closingQuote returns where a C string that text begins with ends, or -1.
func closingQuote(text string) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return -1
}
