package pack

import (
	"errors"
	"os"
	"unsafe"

	"golang.org/x/sys/windows"
)

func mapFile(file *os.File, size int64) (*mapping, error) {
	if size != int64(int(size)) {
		return nil, &os.PathError{Op: "map", Path: file.Name(), Err: windows.ERROR_FILE_TOO_LARGE}
	}
	section, err := windows.CreateFileMapping(windows.Handle(file.Fd()), nil, windows.PAGE_READONLY, 0, 0, nil)
	if err != nil {
		return readFile(file, size)
	}
	address, err := windows.MapViewOfFile(section, windows.FILE_MAP_READ, 0, 0, uintptr(size))
	if err != nil {
		windows.CloseHandle(section)
		return readFile(file, size)
	}
	// The address is not from Go's heap; the indirection tells vet so.
	data := unsafe.Slice((*byte)(*(*unsafe.Pointer)(unsafe.Pointer(&address))), int(size))
	return &mapping{data: data, release: func() error {
		return errors.Join(windows.UnmapViewOfFile(address), windows.CloseHandle(section))
	}}, nil
}
