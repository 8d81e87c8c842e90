package guard

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"github.com/unleak/unleak/internal/gitstore"
)

// finder looks for the guards that one hook is.
type finder struct {
	layout *gitstore.Layout
	hook   string
	file   string // of the hook, where git looks for it
	found  []Guard
}

func (f *finder) add(by, file, problem string) {
	f.found = append(f.found, Guard{Hook: f.hook, By: by, File: file, Problem: problem})
}

// sorted returns the guards that stand, then the others.
func (f *finder) sorted() []Guard {
	slices.SortStableFunc(f.found, func(a, b Guard) int { return cmp.Compare(min(len(a.Problem), 1), min(len(b.Problem), 1)) })
	return f.found
}

func (f *finder) find() error {
	scripts := []string{f.file, f.file + Kept, f.file + legacy}
	runsAny := false
	var runs []byte // what of others' git runs for the hook, or what that is known to run in turn
	stands := isExecutable(f.file)
	for i, script := range scripts {
		content, err := read(script)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return fmt.Errorf("looking for guards: %w", err)
		}
		problem := ""
		if !isExecutable(script) {
			problem = "git does not run it, as it is not executable: `chmod +x` it"
		}
		switch {
		case i > 0 && !runsAny:
			continue // left over
		case IsShim(content):
			f.add(ByUnleak, script, problem)
			content = nil
		case i == 0 && namesUnleak(content) && !f.isManagers(content):
			f.add(ByScript, script, problem)
		}
		runsAny = true
		runs = append(append(runs, content...), '\n')
	}
	if !stands {
		runs = nil
	}
	f.framework(runs)
	f.husky()
	f.lefthook(runs)
	return nil
}

// legacy is what the pre-commit framework calls a hook that it found, and runs too.
const legacy = ".legacy"

// isManagers reports whether a hook is one of those that managers of hooks write, whose configuration
// says what is run.
func (f *finder) isManagers(content []byte) bool {
	return bytes.Contains(content, []byte(frameworkMark)) || bytes.Contains(content, []byte("lefthook")) ||
		filepath.Base(filepath.Dir(f.file)) == ".husky" || filepath.Base(filepath.Dir(filepath.Dir(f.file))) == ".husky"
}

// isExecutable reports whether git runs a file as a hook. On Windows it runs any.
func isExecutable(file string) bool {
	info, err := os.Stat(file)
	return err == nil && (runtime.GOOS == "windows" || info.Mode()&0o111 != 0)
}
