package remediate

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// processLock keeps a second remediation away. The system holds it for this process and for every git that it
// starts and that inherits the file, so it is free again exactly when none of them is left, however they
// ended.
type processLock struct {
	file *os.File
	path string
}

// lockPatience is for how long the lock is waited for.
const lockPatience = 3 * time.Second

// lockProcess takes the lock of a state folder. The error wraps [ErrBusy] where another process has it, and does not
// give it back soon, as a git does that has lost its unleak.
func lockProcess(f files) (*processLock, error) {
	path := f.path("lock")
	for begin := time.Now(); ; {
		file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			return nil, fmt.Errorf("the lock of a remediation cannot be made: %w", err)
		}
		if err := lockFile(file); err != nil {
			file.Close()
			if errors.Is(err, errLocked) && time.Since(begin) < lockPatience {
				time.Sleep(lockPatience / 50)
				continue
			}
			if errors.Is(err, errLocked) {
				return nil, fmt.Errorf("%w: another unleak, or a git that it started, remediates %s; wait for it to end", ErrBusy, printable(f.common))
			}
			return nil, fmt.Errorf("the lock of a remediation cannot be taken: %w", err)
		}
		// Whoever had it before may have deleted the file meanwhile.
		if held, err := file.Stat(); err == nil {
			if named, err := os.Lstat(path); err == nil && os.SameFile(held, named) {
				return &processLock{file, path}, nil
			}
		}
		file.Close()
	}
}

// release gives the lock back. The folder goes where nothing is left in it.
func (l *processLock) release() error {
	removed := os.Remove(l.path) // before closing: a file that is closed may be another's already
	err := l.file.Close()
	if removed != nil { // Windows deletes no open files
		removed = os.Remove(l.path)
	}
	if removed != nil && !errors.Is(removed, fs.ErrNotExist) {
		err = errors.Join(err, removed)
	}
	_ = os.Remove(filepath.Dir(l.path)) // fails where it is not empty
	return err
}
