package guard

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// Change is what installing or taking out did.
type Change struct {
	Hook    string
	File    string // the hook, absolute
	Changed bool   // otherwise all was as asked for before
	// Kept is the hook that was there before and that runs along from now on, or that was put back; "" for none.
	Kept string
	// Idle says that the kept hook is not executable, so that git did not run it and neither does the guard.
	Idle bool
}

// Errors of [Install] and [Uninstall], to be met with errors.Is.
var (
	// ErrEdited says that a guard's script is not as it was written.
	ErrEdited = errors.New("the guard was edited since it was installed")
	// ErrInTheWay says that something stands where a file is to be put.
	ErrInTheWay = errors.New("something is in the way")
)

// Install puts a guard into a folder of hooks that calls program, an absolute path. A hook that is there is kept under its
// name and [Kept], byte by byte, and runs along. At every moment either of them is in force. Installing again
// changes nothing, unless the guard calls another program or was written by another version.
func Install(folder HooksFolder, hook, program string) (Change, error) {
	file := filepath.Join(folder.Path, hook)
	change := Change{Hook: hook, File: file}
	text := Shim(hook, program)
	info, err := os.Lstat(file)
	there := err == nil
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return change, err
	}
	if program := file + ".exe"; runtime.GOOS == "windows" && !there && exists(program) {
		return change, fmt.Errorf("%w: git runs %q, which no script can stand in for; call unleak from it", ErrInTheWay, program)
	}
	ours := false
	if there && info.Mode().IsRegular() {
		content, err := read(file)
		if err != nil {
			return change, fmt.Errorf("the hook that is there cannot be read: %w", err)
		}
		if ours = IsShim(content); ours && !isIntact(content) {
			return change, fmt.Errorf("%w: %q", ErrEdited, file)
		}
		if string(content) == string(text) && isExecutable(file) {
			change.keeps(file + Kept)
			return change, nil
		}
	}
	if err := os.MkdirAll(folder.Path, 0o777); err != nil {
		return change, err
	}
	if there && !ours {
		if err := keep(file, info); err != nil {
			return change, err
		}
	}
	if err := replace(file, text); err != nil {
		return change, err
	}
	change.Changed = true
	change.keeps(file + Kept)
	return change, nil
}

// keeps notes the hook that is kept, if there is one.
func (c *Change) keeps(file string) {
	if exists(file) {
		c.Kept, c.Idle = file, !isExecutable(file)
	}
}

// keep gives the hook that is there its second name. It keeps the first until the guard takes it.
func keep(file string, info fs.FileInfo) error {
	kept := file + Kept
	isLink := info.Mode()&fs.ModeSymlink != 0
	if !isLink && !info.Mode().IsRegular() {
		return fmt.Errorf("%w: %q is no ordinary file", ErrInTheWay, file)
	}
	target, _ := os.Readlink(file) // "" for what is no link
	if other, err := os.Lstat(kept); err == nil {
		if same, _ := os.Readlink(kept); os.SameFile(info, other) || isLink && same == target {
			return nil // an earlier attempt came this far
		}
		return fmt.Errorf("%w: %q is there, and so is %q, of which only one can be the hook from before: move one away", ErrInTheWay, kept, file)
	}
	if isLink {
		return os.Symlink(target, kept)
	}
	if err := os.Link(file, kept); err == nil {
		return nil
	}
	return os.Rename(file, kept) // not every file system has links
}

// replace writes an executable file so that it is there whole or not at all.
func replace(file string, content []byte) (err error) {
	temporary, err := os.CreateTemp(filepath.Dir(file), ".unleak-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(temporary.Name())
		}
	}()
	_, err = temporary.Write(content)
	if err = errors.Join(err, temporary.Sync(), temporary.Close()); err != nil {
		return err
	}
	if err = os.Chmod(temporary.Name(), 0o755); err != nil {
		return err
	}
	return os.Rename(temporary.Name(), file)
}

// Uninstall takes a guard out of a folder of hooks, and puts back the hook that was there before. It
// refuses one that was edited, and does nothing where there is none.
func Uninstall(folder HooksFolder, hook string) (Change, error) {
	file := filepath.Join(folder.Path, hook)
	change := Change{Hook: hook, File: file}
	content, err := read(file)
	if errors.Is(err, fs.ErrNotExist) {
		return change, nil
	}
	if err != nil {
		return change, fmt.Errorf("the hook that is there cannot be read: %w", err)
	}
	if !IsShim(content) {
		return change, nil
	}
	if !isIntact(content) {
		return change, fmt.Errorf("%w: %q", ErrEdited, file)
	}
	change.Changed = true
	change.keeps(file + Kept)
	if change.Kept != "" {
		return change, os.Rename(change.Kept, file)
	}
	return change, os.Remove(file)
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
