//go:build unix

package remediate

import (
	"os"

	"golang.org/x/sys/unix"
)

// writable returns why files of a folder cannot be made or deleted, or nil. It writes nothing.
func writable(folder string) error {
	if err := unix.Access(folder, unix.W_OK|unix.X_OK); err != nil {
		return &os.PathError{Op: "access", Path: folder, Err: err}
	}
	return nil
}

// freeSpace returns how many bytes this user may still write to the file system of a folder.
func freeSpace(folder string) (int64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(folder, &s); err != nil {
		return 0, err
	}
	return int64(min(uint64(s.Bavail), 1<<40) * uint64(s.Bsize)), nil
}
