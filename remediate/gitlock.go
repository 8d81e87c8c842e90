package remediate

import (
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// gitLock is a lock as git takes it on a file, here held by us: NAME.lock beside it, which becomes the
// file when it is committed (git's api-lockfile). The lock is a second name of a file in our own folder: so
// one that a kill left over is known to be ours.
type gitLock struct {
	target string // the file that is locked
	own    string // our name of the lock file
	file   *os.File
}

// lockGitFile takes the lock of a file; a leftover of our own is removed first. The error wraps [ErrBusy]
// where someone else has it.
func lockGitFile(f files, target string) (*gitLock, error) {
	if err := os.Mkdir(f.path(locksName), 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	own := f.lockName(target)
	if err := freeGitLock(f, target); err != nil {
		return nil, err
	}
	mode := fs.FileMode(0o644)
	if info, err := os.Stat(target); err == nil {
		mode = info.Mode().Perm()
	}
	file, err := os.OpenFile(own, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return nil, err
	}
	l := &gitLock{target: target, own: own, file: file}
	if err := file.Chmod(mode); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return nil, errors.Join(err, l.release())
	}
	err = os.Link(own, target+".lock")
	if err != nil && !errors.Is(err, fs.ErrExist) { // a file system without links
		var lock *os.File
		if lock, err = os.OpenFile(target+".lock", os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode); err == nil {
			_ = file.Close()
			l.file = lock
		}
	}
	if err == nil {
		return l, nil
	}
	_, removed := remove(own)
	err = errors.Join(file.Close(), removed, err)
	if errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("%w: %s is there; wait for that git to end, or delete the file if none runs", ErrBusy, printable(target+".lock"))
	}
	return nil, err
}

// lockName is our name of a lock.
func (f files) lockName(target string) string {
	sum := sha1.Sum([]byte(target))
	return filepath.Join(f.path(locksName), hex.EncodeToString(sum[:]))
}

// freeGitLock removes a lock of ours that a kill left over.
func freeGitLock(f files, target string) error {
	own := f.lockName(target)
	ours, err := os.Lstat(own)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if lock, err := os.Lstat(target + ".lock"); err == nil && os.SameFile(ours, lock) {
		if _, err := remove(target + ".lock"); err != nil {
			return err
		}
	}
	_, err = remove(own)
	return err
}

// commit gives the locked file new content and ends the lock.
func (l *gitLock) commit(content []byte) error {
	_, err := l.file.Write(content)
	if err == nil {
		err = l.file.Sync()
	}
	if err = errors.Join(err, l.file.Close()); err == nil {
		err = os.Rename(l.target+".lock", l.target)
	}
	if err != nil {
		_, lock := remove(l.target + ".lock")
		_, own := remove(l.own)
		return errors.Join(err, lock, own)
	}
	if _, err := remove(l.own); err != nil {
		return err
	}
	return syncDir(filepath.Dir(l.target))
}

// release ends the lock and leaves the file as it is.
func (l *gitLock) release() error {
	closed := l.file.Close()
	_, lock := remove(l.target + ".lock")
	_, own := remove(l.own)
	return errors.Join(closed, lock, own)
}
