package gitstore

import (
	"bufio"
	"crypto/sha1"
	"io"
	"os"
	"strconv"
	"sync"

	"github.com/klauspost/compress/zlib"

	"github.com/unleak/unleak/internal/gitstore/pack"
)

// looseObject is an open loose object whose header has been read.
type looseObject struct {
	id     pack.ID
	file   *os.File
	stream *inflater
	kind   pack.Kind
	size   int64 // declared content
}

func (o *looseObject) damage(reason string) error {
	return &DamageError{Object: o.id, Where: loosePath(o.id), Reason: reason}
}

// maxInflation is the most that deflate can expand its input, in bytes of output a
// byte (zlib's technical notes: 1032 to 1).
const maxInflation = 1032

// readHeader reads kind and size; fileSize is that of the compressed file.
func (o *looseObject) readHeader(fileSize int64) error {
	stream, err := newInflater(o.file)
	if err != nil {
		return o.damage(err.Error())
	}
	o.stream = stream
	head, err := stream.peek(looseHeaderSize)
	if err != nil {
		return o.damage(err.Error())
	}
	kind, size, length, err := parseLooseHeader(head)
	if err != nil {
		return o.damage(err.Error())
	}
	if size/maxInflation > fileSize {
		return o.damage("it declares more bytes than its file can hold")
	}
	stream.skip(length)
	o.kind, o.size = kind, size
	return nil
}

// checkEnd makes sure that the stream ends here with a right checksum, and the file
// with the stream.
func (o *looseObject) checkEnd() error {
	var one [1]byte
	n, err := io.ReadFull(o.stream, one[:])
	if n > 0 {
		return o.damage("it goes on behind the size in its header")
	}
	if err != io.EOF {
		return o.damage(err.Error())
	}
	if _, err := o.stream.source.ReadByte(); err != io.EOF {
		return o.damage("something follows its compressed data")
	}
	return nil
}

func (o *looseObject) close() {
	if o.stream != nil {
		o.stream.free()
	}
	o.file.Close()
}

// inflater reads a zlib stream and can look ahead a little. Its parts are pooled:
// building one costs more than inflating a small object.
type inflater struct {
	source *bufio.Reader
	zlib   io.ReadCloser
	ahead  []byte // inflated but not yet read; a slice of space
	space  [looseHeaderSize]byte
}

// inflaters needs no lock: a pool is safe for concurrent use, and what it holds is
// no state that a caller could see.
var inflaters = sync.Pool{New: func() any {
	return &inflater{source: bufio.NewReaderSize(nil, 16<<10)}
}}

func newInflater(r io.Reader) (*inflater, error) {
	f := inflaters.Get().(*inflater)
	f.source.Reset(r)
	var err error
	if f.zlib == nil {
		f.zlib, err = zlib.NewReader(f.source)
	} else {
		err = f.zlib.(zlib.Resetter).Reset(f.source, nil)
	}
	if err != nil {
		f.free()
		return nil, unexpectedEOF(err)
	}
	return f, nil
}

// free gives f back; it must not be used afterwards.
func (f *inflater) free() {
	f.source.Reset(nil)
	inflaters.Put(f)
}

// peek returns the next n bytes, or fewer where the stream ends, without taking
// them.
func (f *inflater) peek(n int) ([]byte, error) {
	got := 0
	for got < n {
		more, err := f.zlib.Read(f.space[got:n])
		got += more
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	f.ahead = f.space[:got]
	return f.ahead, nil
}

func (f *inflater) skip(n int) { f.ahead = f.ahead[n:] }

// Read is that of [io.Reader], over the inflated bytes.
func (f *inflater) Read(p []byte) (int, error) {
	if len(f.ahead) > 0 {
		n := copy(p, f.ahead)
		f.ahead = f.ahead[n:]
		return n, nil
	}
	return f.zlib.Read(p)
}

// unexpectedEOF says what an end of input means in the head of a stream.
func unexpectedEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// HashObject returns the name of an object: the SHA-1 of "KIND SP SIZE NUL CONTENT".
func HashObject(kind pack.Kind, content []byte) pack.ID {
	hash := sha1.New()
	header := append([]byte(kind.String()), ' ')
	header = strconv.AppendInt(header, int64(len(content)), 10)
	hash.Write(append(header, 0))
	hash.Write(content)
	return pack.ID(hash.Sum(nil))
}
