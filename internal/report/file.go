package report

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/unleak/unleak/scanner/finding"
)

// AtomicFile is a file that appears under its name only when it is whole: it is
// written under a temporary name in the same folder, and [AtomicFile.Commit] moves
// it there. Only its owner can read it, as a report may hold revealed secrets.
type AtomicFile struct {
	*os.File
	path string
}

// CreateAtomic begins a file at path. A symbolic link there is replaced, not
// followed: the folder may be a repository's, and the link its author's choice.
func CreateAtomic(path string) (*AtomicFile, error) {
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.tmp") // mode 0600
	if err != nil {
		return nil, fmt.Errorf("create %s: %w", path, err)
	}
	return &AtomicFile{file, path}, nil
}

// Commit brings the content to disk and gives the file its name. After an error
// nothing is left behind, and a former file of that name is as it was.
func (f *AtomicFile) Commit() error {
	err := f.Sync()
	if closeErr := f.File.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(f.Name(), f.path)
	}
	if err != nil {
		os.Remove(f.Name())
		return fmt.Errorf("write %s: %w", f.path, err)
	}
	syncFolder(filepath.Dir(f.path))
	return nil
}

// Close drops the file unless Commit was called, after which it does nothing.
func (f *AtomicFile) Close() error {
	if err := f.File.Close(); errors.Is(err, fs.ErrClosed) {
		return nil
	}
	return os.Remove(f.Name())
}

// syncFolder makes a rename outlast a power cut, where the system can: not all
// open folders as files, and the content itself is safe by then.
func syncFolder(path string) {
	folder, err := os.Open(path)
	if err != nil {
		return
	}
	folder.Sync()
	folder.Close()
}

// Output is a file that is written whole or not at all: content counts once Commit was
// called, and Close drops what was not committed.
type Output interface {
	io.WriteCloser
	Commit() error
}

// Create begins a file at path, as [CreateAtomic] does. That path can be written is known
// at once. The caller must call Close in any case. Pipes and devices, such as
// /dev/stdout, are written directly.
func Create(path string) (Output, error) {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return nil, fmt.Errorf("output %s is a folder: name a file in it", path)
	case err == nil && !info.Mode().IsRegular():
		device, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return nil, fmt.Errorf("open output: %w", err)
		}
		return directFile{device}, nil
	}
	file, err := CreateAtomic(path)
	if err != nil {
		return nil, err
	}
	return file, nil
}

// FileReport is a handler that writes a report to a file.
type FileReport struct {
	finding.Handler
	target Output
}

// File begins a report at path, made by [Create], which appears when End succeeds; so a
// scan that fails leaves a former report alone.
func File(path, format string, opts Options) (*FileReport, error) {
	target, err := Create(path)
	if err != nil {
		return nil, err
	}
	handler, err := New(format, target, opts)
	if err != nil {
		target.Close()
		return nil, err
	}
	return &FileReport{handler, target}, nil
}

// End completes the report and gives the file its name.
func (r *FileReport) End() error {
	if err := r.Handler.End(); err != nil {
		return err
	}
	return r.target.Commit()
}

// Close drops the file if the report was not completed.
func (r *FileReport) Close() error { return r.target.Close() }

// directFile is a device or pipe: there is nothing to commit.
type directFile struct{ *os.File }

func (f directFile) Commit() error { return nil }
