//go:build unix

package pack

import (
	"os"

	"golang.org/x/sys/unix"
)

func mapFile(file *os.File, size int64) (*mapping, error) {
	if size != int64(int(size)) {
		return nil, &os.PathError{Op: "map", Path: file.Name(), Err: unix.EFBIG}
	}
	data, err := unix.Mmap(int(file.Fd()), 0, int(size), unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return readFile(file, size)
	}
	return &mapping{data: data, release: func() error { return unix.Munmap(data) }}, nil
}
