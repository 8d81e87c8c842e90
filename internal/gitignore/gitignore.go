// Package gitignore decides which files of a work tree git ignores, and by which line of
// which file (gitignore(5)).
//
// Patterns are those of package pathspec, which agree with git where go-git's do not ("[!a]",
// "**" in the middle, a byte order mark). Patterns that a user has for all repositories (core.excludesFile) count
// only where [Rules.AddUser] names them: they do not travel with the repository. Case counts, also where
// core.ignoreCase has git overlook it, so that nothing is taken for ignored which others would commit.
package gitignore

import (
	"os"
	"path"
	"path/filepath"
	"strings"
)

// Rules are the patterns of a work tree. Files are read when a path below their folder is first asked
// about, and kept. They are for one goroutine.
type Rules struct {
	workTree string
	folders  map[string][]rule // of .gitignore files, by slash path; "." is the root
	exclude  []rule            // of info/exclude
	user     []rule            // of the user, for all repositories
}

// Match says by what a path is decided.
type Match struct {
	Ignored bool
	// File is where the line stands that decided, as a slash path from the root of the work tree, or Exclude. It is
	// empty where no line did.
	File    string
	Line    int // from 1
	Pattern string
}

// Exclude is what [Match.File] is for the patterns of this repository that no commit has.
const Exclude = "info/exclude"

// User is what [Match.File] is for the patterns that a user has for all repositories.
const User = "core.excludesFile"

// New returns the rules of a work tree whose repository has its common folder at commonDir.
func New(workTree, commonDir string) *Rules {
	return &Rules{
		workTree: workTree,
		folders:  map[string][]rule{},
		exclude:  read(filepath.Join(commonDir, "info", "exclude"), Exclude),
	}
}

// AddUser has the patterns in a file count that a user has for all repositories, after all others.
func (r *Rules) AddUser(file string) { r.user = read(file, User) }

// Match decides a path from the root of the work tree, with slashes, of which no folder above is ignored:
// for callers that walk a work tree and leave ignored folders out.
func (r *Rules) Match(name string, dir bool) Match {
	for folder := path.Dir(name); ; folder = path.Dir(folder) {
		below := name
		if folder != "." {
			below = name[len(folder)+1:]
		}
		if m, ok := decide(r.folder(folder), below, dir); ok {
			return m
		}
		if folder == "." {
			break
		}
	}
	m, ok := decide(r.exclude, name, dir)
	if !ok {
		m, _ = decide(r.user, name, dir)
	}
	return m
}

// Check decides a path as git check-ignore --no-index does: what lies in an ignored folder is ignored.
func (r *Rules) Check(name string, dir bool) Match {
	for i := range len(name) {
		if name[i] == '/' {
			if m := r.Match(name[:i], true); m.Ignored {
				return m
			}
		}
	}
	return r.Match(name, dir)
}

// folder returns the patterns of the .gitignore file in a folder.
func (r *Rules) folder(name string) []rule {
	list, known := r.folders[name]
	if !known {
		file := path.Join(name, ".gitignore")
		list = read(filepath.Join(r.workTree, filepath.FromSlash(file)), file)
		r.folders[name] = list
	}
	return list
}

// decide has the last line that matches decide.
func decide(rules []rule, name string, dir bool) (Match, bool) {
	for i := len(rules) - 1; i >= 0; i-- {
		if r := &rules[i]; r.pattern.Match(name, dir) {
			return Match{Ignored: !r.negated, File: r.file, Line: r.line, Pattern: r.text}, true
		}
	}
	return Match{}, false
}

// maxFile is the largest file of patterns that is read, in bytes.
const maxFile = 16 << 20

// read reads a file of patterns; what is none has none. As for git, a symbolic link in the place of a .gitignore
// file is not followed. By a file that cannot be read nothing is ignored.
func read(file, name string) []rule {
	info, err := os.Lstat(file)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxFile {
		return nil
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	return parse(strings.TrimPrefix(string(content), "\ufeff"), name)
}
