package remediate

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// maxStateFile bounds what is read back of our own files, in bytes.
const maxStateFile = 1 << 30

// writeFile puts a file in place so that after a crash there is all of it or what was there before. It is
// on disk, as far as the system can tell, when writeFile returns.
func writeFile(path string, content []byte, mode fs.FileMode) error {
	return writeFileFrom(path, mode, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
}

func writeFileFrom(path string, mode fs.FileMode, write func(io.Writer) error) error {
	temporary := path + temporarySuffix
	if err := os.Remove(temporary); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	file, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	err = errors.Join(write(file), file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(temporary, path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temporary))
	}
	return syncDir(filepath.Dir(path))
}

// syncDir makes the names in a folder last. Windows cannot and need not.
func syncDir(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	err = errors.Join(dir.Sync(), dir.Close())
	if err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	return nil
}

// remove deletes a file and counts it; one that is not there is no error.
func remove(path string) (gone bool, err error) {
	err = os.Remove(path)
	if runtime.GOOS == "windows" && errors.Is(err, fs.ErrPermission) { // read-only, as packs are
		_ = os.Chmod(path, 0o600)
		err = os.Remove(path)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// readBounded reads a file of our own.
func readBounded(path string) ([]byte, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxStateFile {
		return nil, fmt.Errorf("%s is not what this program has written there: remove it", printable(path))
	}
	return os.ReadFile(path)
}
