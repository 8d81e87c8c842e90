package scanner

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/scanner/finding"
)

var errIrregular = errors.New("it is no regular file")

// fileTooLarge is a file beyond the limit.
type fileTooLarge struct{ size int64 }

func (e *fileTooLarge) Error() string { return "file is larger than the limit" }
func (e *fileTooLarge) Unwrap() error { return pack.ErrTooLarge }

// read returns the content of a file, or the target of a symbolic link.
func (f *fileScan) read(n uint32) ([]byte, error) {
	at := filepath.Join(f.root, filepath.FromSlash(f.files[n].path))
	if f.files[n].mode&fs.ModeSymlink != 0 {
		target, err := os.Readlink(at)
		return []byte(target), err
	}
	if !f.files[n].mode.IsRegular() {
		return nil, errIrregular
	}
	opened, err := os.Open(at)
	if err != nil {
		return nil, err
	}
	defer opened.Close()
	info, err := opened.Stat()
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errIrregular // replaced since it was listed
	case info.Size() > f.options.MaxObjectSize:
		return nil, &fileTooLarge{info.Size()}
	}
	return readLimited(opened, info.Size(), f.options.MaxObjectSize)
}

// readLimited reads all of r, which is expected to have size bytes and must not have more than limit.
func readLimited(r io.Reader, size, limit int64) ([]byte, error) {
	content := make([]byte, 0, size+1) // one more, to meet the end without growing
	for {
		n, err := r.Read(content[len(content):cap(content)])
		content = content[:len(content)+n]
		switch {
		case int64(len(content)) > limit:
			return nil, &fileTooLarge{int64(len(content))}
		case err == io.EOF:
			return content, nil
		case err != nil:
			return nil, err
		}
		if len(content) == cap(content) {
			content = append(content, 0)[:len(content)]
		}
	}
}

// where implements [whereabouts]: a file is at one path, and in no commit.
func (f *fileScan) where(h *hit) []finding.Occurrence {
	if n := int(h.object) - len(f.files); n >= 0 {
		return []finding.Occurrence{{Path: f.folders[n]}}
	}
	return []finding.Occurrence{{Path: f.files[h.object].path}}
}

// content reads a file again, unless it is a link: the hash of its line is the code host's
// affair, which follows none.
func (f *fileScan) content(o *finding.Occurrence) ([]byte, error) {
	at := filepath.Join(f.root, filepath.FromSlash(o.Path))
	info, err := os.Lstat(at)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errIrregular
	case info.Size() > f.options.MaxObjectSize:
		return nil, &fileTooLarge{info.Size()}
	}
	return os.ReadFile(at)
}
