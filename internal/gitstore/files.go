package gitstore

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// Sizes beyond which a file of the repository is not believed to be what it
// claims. They only bound memory against hostile files: real ones are far below.
const (
	maxPointerFile = 64 << 10  // .git, commondir, gitdir, loose refs
	maxListFile    = 16 << 20  // config, alternates, shallow, pseudo refs
	maxPackedRefs  = 512 << 20 // some five million refs
	maxIndexFile   = 512 << 20
)

var (
	errNotRegular = errors.New("not a regular file")
	errFileSize   = errors.New("larger than a file of its kind can be")
)

// openRegular opens a file for reading unless it is a pipe, a device or a folder.
// It never blocks: the type is looked at before opening, because opening a
// device can act on it, and again afterwards, because the file may have been
// swapped. O_NONBLOCK keeps a pipe swapped in between from hanging the scan.
func openRegular(path string) (*os.File, fs.FileInfo, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, nil, &fs.PathError{Op: "open", Path: path, Err: errNotRegular}
	}
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, nil, err
	}
	if info, err = file.Stat(); err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "open", Path: path, Err: errNotRegular}
	}
	if err != nil {
		file.Close()
		return nil, nil, err
	}
	return file, info, nil
}

// readRegular returns the content of a regular file of at most limit bytes.
func readRegular(path string, limit int64) ([]byte, error) {
	file, info, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if info.Size() > limit {
		return nil, &fs.PathError{Op: "read", Path: path, Err: errFileSize}
	}
	content := bytes.NewBuffer(make([]byte, 0, info.Size()+bytes.MinRead))
	if _, err := content.ReadFrom(io.LimitReader(file, limit+1)); err != nil {
		return nil, err
	}
	if int64(content.Len()) > limit {
		return nil, &fs.PathError{Op: "read", Path: path, Err: errFileSize}
	}
	return content.Bytes(), nil
}

// readPointer returns the path that a one-line file names, with the given prefix
// taken off and made absolute from the folder that relative paths start at.
func readPointer(file, prefix, base string) (string, error) {
	content, err := readRegular(file, maxPointerFile)
	if err != nil {
		return "", err
	}
	line, ok := strings.CutPrefix(strings.TrimRight(string(content), "\r\n"), prefix)
	if !ok || line == "" || strings.ContainsAny(line, "\x00\n") {
		return "", fmt.Errorf("%s names no path: it should be one line %q", printable(file), prefix+"PATH")
	}
	return absolute(base, line), nil
}

// absolute reads a path as Git does, from base unless it is absolute.
func absolute(base, path string) string {
	path = filepath.FromSlash(path)
	if !filepath.IsAbs(path) {
		path = filepath.Join(base, path)
	}
	return filepath.Clean(path)
}

// resolved returns path with symbolic links followed, so that one folder has one
// name, or path itself where that fails.
func resolved(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	return path
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// reason returns why a file could not be read, without its path, which is
// already in the problem and would differ between two clones.
func reason(err error) string {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		err = pathError.Err
	}
	return err.Error()
}
