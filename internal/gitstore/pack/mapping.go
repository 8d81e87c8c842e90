package pack

import (
	"errors"
	"os"
)

var errNotRegular = errors.New("not a regular file")

// mapping is the read-only content of a file, mapped into memory where the
// system offers that and read otherwise.
type mapping struct {
	data    []byte
	release func() error
}

// openMapping maps the regular file at path. An empty file gives empty data.
// Whoever shrinks the file while it is mapped makes reads fault; walkers turn
// such a fault into damage (see Guard).
func openMapping(path string) (*mapping, error) {
	// Looked at before it is opened: to open a pipe waits for a writer.
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &os.PathError{Op: "map", Path: path, Err: errNotRegular}
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if info, err = file.Stat(); err != nil {
		return nil, err
	}
	if info.Size() == 0 {
		return &mapping{release: func() error { return nil }}, nil
	}
	return mapFile(file, info.Size())
}

// Close releases the mapping; its data must not be touched afterwards.
func (m *mapping) Close() error {
	release := m.release
	m.data, m.release = nil, func() error { return nil } // by then another mapping may be where this one was
	return release()
}

// readFile is the fallback for systems and file systems that cannot map.
func readFile(file *os.File, size int64) (*mapping, error) {
	data := make([]byte, size)
	if _, err := file.ReadAt(data, 0); err != nil {
		return nil, err
	}
	return &mapping{data: data, release: func() error { return nil }}, nil
}

// Map maps the regular file at path, for readers of other files of an object store. data may be
// read until release is called, and under [Guard], since the file may shrink.
func Map(path string) (data []byte, release func() error, err error) {
	file, err := openMapping(path)
	if err != nil {
		return nil, nil, err
	}
	return file.data, file.Close, nil
}
