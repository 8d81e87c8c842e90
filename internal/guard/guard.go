// Package guard puts hooks into repositories by which unleak looks at commits and pushes before
// they are made, takes them out again, and finds out which a repository has, whoever put them there.
//
// A guard is a small shell script in the folder that git takes hooks from (githooks(5)). A hook
// that was there before is kept under another name and goes on running; taking the guard out puts it
// back as it was.
//
// The files of a repository are hostile input: they are read as text, bounded, and nothing in them is run.
package guard

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"sync"

	"github.com/unleak/unleak/internal/gitstore"
)

// Hooks of git that a guard can be.
const (
	PreCommit  = "pre-commit"  // before a commit is made
	PrePush    = "pre-push"    // before anything is sent to another repository
	PreReceive = "pre-receive" // on a server, before a push is accepted
)

// Hooks returns all of them.
func Hooks() []string { return []string{PreCommit, PrePush, PreReceive} }

// What calls unleak from a hook.
const (
	ByUnleak    = "unleak"     // a hook that Install wrote
	ByScript    = "script"     // a hook of somebody's own
	ByPreCommit = "pre-commit" // the framework of https://pre-commit.com
	ByHusky     = "husky"
	ByLefthook  = "lefthook"
)

// Guard is a hook that has unleak look at what is to come in.
type Guard struct {
	Hook string // of git: [PreCommit], [PrePush] or [PreReceive]
	By   string // what calls unleak: [ByUnleak] and so on
	File string // that says so, absolute
	// Problem says in a sentence why git does not run it as it is, and what to do. Empty
	// for a guard that stands.
	Problem string
}

// Installed returns the guards of a repository, by hook, those that stand first. Git is asked for
// the folder of hooks, as that can be configured outside of the repository; where there is no git, what the
// repository itself configures counts.
func Installed(ctx context.Context, layout *gitstore.Layout) ([]Guard, error) {
	scope, path, err := configured(ctx, layout)
	if err != nil {
		return nil, err
	}
	var list []Guard
	for _, hook := range Hooks() {
		folder := folderOf(layout, hook, scope, path)
		f := finder{layout: layout, hook: hook, file: filepath.Join(folder.Path, hook)}
		if err := f.find(); err != nil {
			return nil, err
		}
		list = append(list, f.sorted()...)
	}
	return list, nil
}

// maxFile is the size of the largest hook or configuration that is read, in bytes.
const maxFile = 1 << 20

// read returns the content of a small ordinary file, or an error that wraps [fs.ErrNotExist].
func read(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxFile {
		return nil, fmt.Errorf("%q is no ordinary file of at most %d KiB", path, maxFile>>10)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, maxFile))
}

// named matches a word that stands for this program.
var named = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)(^|[^a-z0-9_])unleak($|[^a-z0-9_])`) })

// names yields the lines that name unleak, without what a # begins at their start or after a space.
func names(content []byte) func(yield func(line []byte) bool) {
	return func(yield func([]byte) bool) {
		for line := range bytes.Lines(content) {
			if line = uncommented(line); named().Match(line) && !yield(line) {
				return
			}
		}
	}
}

// namesUnleak reports whether a line of a file names unleak.
func namesUnleak(content []byte) bool {
	for range names(content) {
		return true
	}
	return false
}

// uncommented cuts a comment of sh, YAML or TOML off a line.
func uncommented(line []byte) []byte {
	for i, c := range line {
		if c == '#' && (i == 0 || line[i-1] == ' ' || line[i-1] == '\t') {
			return line[:i]
		}
	}
	return line
}
