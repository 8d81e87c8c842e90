package gitstore

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/unleak/unleak/internal/gitstore/pack"
)

// ListLoose calls yield for every loose object in an objects folder, in order of
// id, and stops at the first error yield returns. Only names that git reads
// count: two and 38 lower-case hexadecimal digits. Others, such as tmp_obj_*
// left by a killed git, are passed over, as git does.
//
// A folder that cannot be listed does not stop the rest; its error is
// returned, joined with others, at the end.
func ListLoose(dir string, yield func(pack.ID) error) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	var failed []error
	for _, entry := range entries {
		fan := entry.Name()
		if len(fan) != 2 || !isLowerHex(fan) {
			continue
		}
		files, err := os.ReadDir(filepath.Join(dir, fan))
		if err != nil {
			failed = append(failed, err)
		}
		for _, file := range files {
			id, ok := looseID(fan, file.Name())
			if !ok {
				continue
			}
			if err := yield(id); err != nil {
				return err
			}
		}
	}
	return errors.Join(failed...)
}

func looseID(fan, name string) (pack.ID, bool) {
	if len(name) != hexSize-2 || !isLowerHex(name) {
		return pack.ID{}, false
	}
	id, err := pack.ParseID(fan + name)
	return id, err == nil
}

func isLowerHex(s string) bool {
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// ReadLoose reads a loose object from an objects folder and returns its content
// appended to buf, which it may grow; on an error it returns buf as far as it got.
// The caller owns the result. It is safe for concurrent use.
//
// Memory grows with the data that is there, whatever size the object declares.
// Errors: [fs.ErrNotExist], a [*TooLargeError] when more than limit bytes are
// declared (none are read then), or a [*DamageError]. That the content has the
// name of the object is not checked: see [VerifyLoose].
func ReadLoose(dir string, id pack.ID, buf []byte, limit int64) (pack.Kind, []byte, error) {
	object, err := openLoose(dir, id)
	if err != nil {
		return 0, buf, err
	}
	defer object.close()
	if object.size > limit {
		return object.kind, buf, &TooLargeError{Object: id, Kind: object.kind, Size: object.size, Limit: limit}
	}
	content, err := object.content(buf)
	return object.kind, content, err
}

// StatLoose returns the kind of a loose object and the size that it declares, in
// bytes of content. Errors are as for [ReadLoose].
func StatLoose(dir string, id pack.ID) (pack.Kind, int64, error) {
	object, err := openLoose(dir, id)
	if err != nil {
		return 0, 0, err
	}
	defer object.close()
	return object.kind, object.size, nil
}

// VerifyLoose reads a loose object and checks that its SHA-1 is its name; if it is
// not, the error is a [*DamageError].
func VerifyLoose(dir string, id pack.ID, limit int64) error {
	kind, content, err := ReadLoose(dir, id, nil, limit)
	if err != nil {
		return err
	}
	if actual := HashObject(kind, content); actual != id {
		return &DamageError{Object: id, Where: loosePath(id), Reason: fmt.Sprintf("its content is that of object %s", actual)}
	}
	return nil
}

// openLoose opens an object and reads its header.
func openLoose(dir string, id pack.ID) (*looseObject, error) {
	name := loosePath(id)
	file, info, err := openRegular(filepath.Join(dir, filepath.FromSlash(name)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err != nil {
		return nil, &DamageError{Object: id, Where: name, Reason: reason(err)}
	}
	object := &looseObject{id: id, file: file}
	if err := object.readHeader(info.Size()); err != nil {
		object.close()
		return nil, err
	}
	return object, nil
}

// loosePath is the path of a loose object in an objects folder, with slashes.
func loosePath(id pack.ID) string {
	name := id.String()
	return name[:2] + "/" + name[2:]
}

// looseHeaderSize is the most that git lets the header of a loose object take.
const looseHeaderSize = 32

var errLooseHeader = errors.New("its header is not that of an object")

// parseLooseHeader reads "KIND SP SIZE NUL" at the start of inflated bytes and
// returns how many bytes it takes.
func parseLooseHeader(head []byte) (kind pack.Kind, size int64, length int, err error) {
	head = head[:min(len(head), looseHeaderSize)]
	end := slices.Index(head, 0)
	space := slices.Index(head, ' ')
	if end < 0 || space < 0 || space > end {
		return 0, 0, 0, errLooseHeader
	}
	kind, ok := pack.ParseKind(head[:space])
	digits := head[space+1 : end]
	if !ok || len(digits) == 0 || digits[0] == '0' && len(digits) > 1 || digits[0] == '+' {
		return 0, 0, 0, errLooseHeader
	}
	declared, err := strconv.ParseUint(string(digits), 10, 63)
	if err != nil || declared > math.MaxInt64 {
		return 0, 0, 0, errLooseHeader
	}
	return kind, int64(declared), end + 1, nil
}

// content appends the object's bytes to buf and checks that the file holds them all
// and nothing else.
func (o *looseObject) content(buf []byte) ([]byte, error) {
	end := int64(len(buf)) + o.size
	for int64(len(buf)) < end {
		if len(buf) == cap(buf) {
			buf = slices.Grow(buf, int(min(end-int64(len(buf)), int64(max(len(buf), minGrowth)))))
		}
		n, err := o.stream.Read(buf[len(buf):min(int64(cap(buf)), end)])
		buf = buf[:len(buf)+n]
		if err == io.EOF && int64(len(buf)) == end {
			break
		}
		if err == io.EOF {
			return buf, o.damage("it ends before the size in its header")
		}
		if err != nil {
			return buf, o.damage(err.Error())
		}
	}
	return buf, o.checkEnd()
}

// minGrowth is the least by which a buffer grows, unless less is needed.
const minGrowth = 64 << 10
