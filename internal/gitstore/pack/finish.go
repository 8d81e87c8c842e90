package pack

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
)

// Written is a finished pack.
type Written struct {
	Pack, Index string // paths of the files; Index is "" where none was asked for
	Name        ID     // the checksum at the end of the pack, which is in the names of its files
	Bytes       int64  // of the pack file
	Objects     int
}

// Finish ends the pack and writes its index beside it: pack-*.pack and pack-*.idx, for everyone to read who may read
// the folder, and for no one to write. Both are on disk, as far as the system can tell, before they have these names,
// and the index is named last, as git looks for that. The number of objects must be the one declared, each
// name once. After an error, Abort removes what is left; a pack that has its name
// already stays, since Git takes no notice of it without the index.
func (w *Writer) Finish() (Written, error) {
	written, err := w.finish()
	return w.ended(written, err)
}

func (w *Writer) finish() (Written, error) {
	mode, err := w.mode()
	if err != nil {
		return Written{}, err
	}
	written, err := w.seal(mode)
	if err != nil {
		return Written{}, err
	}
	if w.file, err = w.temporary("tmp_idx_*"); err != nil {
		return Written{}, err
	}
	if _, err := w.file.Write(encodeIndex(w.records, written.Name)); err != nil {
		return Written{}, err
	}
	if err := w.settle(mode); err != nil {
		return Written{}, err
	}
	name := filepath.Join(w.dir, "pack-"+written.Name.String())
	written.Pack, written.Index = name+".pack", name+".idx"
	return written, w.rename(written.Pack, written.Index)
}

// FinishFile ends the pack as the one file path, which is in the folder of the writer, without an index, and for no
// one else to read. It replaces a file of that name. The rest is as for [Writer.Finish].
func (w *Writer) FinishFile(path string) (Written, error) {
	written, err := w.seal(0o600)
	if err == nil {
		written.Pack = path
		err = w.rename(path)
	}
	return w.ended(written, err)
}

// ended returns what was written, or for ever the error that came in between.
func (w *Writer) ended(written Written, err error) (Written, error) {
	if err != nil {
		w.err = err
		return Written{}, w.failed()
	}
	return written, nil
}

// mode is that of a finished pack: one that all may read who may read the folder.
func (w *Writer) mode() (fs.FileMode, error) {
	info, err := os.Stat(w.dir)
	if err != nil {
		return 0, err
	}
	return info.Mode().Perm()&0o444 | 0o400, nil
}

// seal checks that the pack is complete and has it on disk.
func (w *Writer) seal(mode fs.FileMode) (Written, error) {
	if w.err != nil {
		return Written{}, w.err
	}
	if len(w.records) != w.objects {
		return Written{}, fmt.Errorf("%d objects were added where there were to be %d", len(w.records), w.objects)
	}
	w.records = sorted(w.records)
	for i := 1; i < len(w.records); i++ {
		if id := w.records[i].id; id == w.records[i-1].id {
			return Written{}, fmt.Errorf("object %s was added twice", id)
		}
	}
	checksum, err := w.out.finish()
	w.out = nil
	if err != nil {
		return Written{}, err
	}
	if _, err := w.file.Write(checksum[:]); err != nil {
		return Written{}, err
	}
	return Written{Name: checksum, Bytes: int64(w.prefix) + int64(w.offset) + idSize, Objects: w.objects}, w.settle(mode)
}

// temporary creates a file that Abort removes.
func (w *Writer) temporary(pattern string) (*os.File, error) {
	file, err := os.CreateTemp(w.dir, pattern)
	if err == nil {
		w.temps = append(w.temps, file.Name())
	}
	return file, err
}

// settle has the file that is being written on disk, and closes it: not every system can rename an open one.
func (w *Writer) settle(mode fs.FileMode) error {
	file := w.file
	w.file = nil
	return errors.Join(file.Chmod(mode), file.Sync(), file.Close())
}

// rename gives the temporary files their names, in order, and has these on disk.
func (w *Writer) rename(names ...string) error {
	for _, name := range names {
		if err := os.Rename(w.temps[0], name); err != nil {
			return err
		}
		w.temps = w.temps[1:]
	}
	w.err = os.ErrClosed
	return syncDir(w.dir)
}

// syncDir has the names in a folder on disk, where the system knows of such a thing.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer folder.Close()
	if err := folder.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	return nil
}
