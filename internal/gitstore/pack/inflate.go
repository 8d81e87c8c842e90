package pack

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/adler32"
	"io"

	"github.com/klauspost/compress/flate"

	"github.com/unleak/unleak/internal/gitstore/deflate"
)

var (
	errZlibHeader = errors.New("no zlib stream where one must begin")
	errZlibShort  = errors.New("zlib stream ends before the declared size")
	errZlibLong   = errors.New("zlib stream gives more than the declared size")
	errZlibSum    = errors.New("zlib checksum does not match")
	errRatio      = errors.New("declared size is beyond what the packed bytes can hold")
)

// maxRatio bounds how far deflate can expand: a match of 258 bytes costs at least
// two bits. A declared size beyond it is a lie, and is not allocated.
const maxRatio = 1032

// plausible reports whether packed bytes can inflate to size.
func plausible(size uint64, packed int) bool { return size/maxRatio <= uint64(packed)+1 }

// inflater inflates zlib streams (RFC 1950) of known size. Not for concurrent use.
type inflater struct {
	whole  deflate.Decoder // of inflate
	source bytes.Reader    // of start and stream, as is flate
	flate  io.ReadCloser
	taken  int // bytes of the stream read last, without its checksum
}

const zlibHeader = 2 // bytes

func checkHeader(packed []byte) error {
	if len(packed) < zlibHeader || packed[0]&15 != 8 || binary.BigEndian.Uint16(packed)%31 != 0 || packed[1]&0x20 != 0 {
		return errZlibHeader
	}
	return nil
}

// inflate fills target from the zlib stream at the start of packed, and fails unless the
// stream has exactly that many bytes. The Adler-32 checksum is compared
// only when verify is set: pack indexes carry a CRC of the packed bytes, which is
// several times cheaper to check.
func (z *inflater) inflate(target, packed []byte, verify bool) error {
	if err := checkHeader(packed); err != nil {
		return err
	}
	read, err := z.whole.Inflate(target, packed[zlibHeader:])
	z.taken = zlibHeader + read
	switch {
	case errors.Is(err, deflate.ErrShort), errors.Is(err, deflate.ErrUnderfull):
		return errZlibShort
	case errors.Is(err, deflate.ErrOverfull):
		return errZlibLong
	case err != nil || !verify:
		return err
	}
	return z.checkSum(packed, adler32.Checksum(target))
}

// start begins to read a stream a part at a time, and fills head from its beginning.
func (z *inflater) start(head, packed []byte) error {
	if err := checkHeader(packed); err != nil {
		return err
	}
	z.source.Reset(packed[zlibHeader:])
	if z.flate == nil {
		z.flate = flate.NewReader(&z.source)
	} else if err := z.flate.(flate.Resetter).Reset(&z.source, nil); err != nil {
		return err
	}
	return z.fill(head)
}

func (z *inflater) fill(target []byte) error {
	_, err := io.ReadFull(z.flate, target)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return errZlibShort
	}
	return err
}

// finish makes sure that the stream has no more data.
func (z *inflater) finish() error {
	var extra [1]byte
	n, err := io.ReadFull(z.flate, extra[:])
	switch {
	case n > 0:
		return errZlibLong
	case err != io.EOF:
		return err
	}
	return nil
}

// checkSum compares the Adler-32 behind the stream, which was read to its end.
func (z *inflater) checkSum(packed []byte, sum uint32) error {
	rest := packed[z.taken:]
	if len(rest) < 4 || binary.BigEndian.Uint32(rest) != sum {
		return errZlibSum
	}
	return nil
}

// stream inflates a stream of size bytes into sink, a part at a time, so that a
// declared size costs no memory. The checksum is compared.
func (z *inflater) stream(sink io.Writer, size uint64, packed []byte) error {
	part := make([]byte, min(size, streamPart))
	sum := adler32.New()
	err := z.start(nil, packed)
	for ; size > 0 && err == nil; size -= uint64(len(part)) {
		part = part[:min(size, streamPart)]
		if err = z.fill(part); err == nil {
			sum.Write(part) // a hash never fails
			_, err = sink.Write(part)
		}
	}
	if err == nil {
		err = z.finish()
	}
	if err != nil {
		return err
	}
	z.taken = len(packed) - z.source.Len()
	return z.checkSum(packed, sum.Sum32())
}

// streamPart is how many bytes stream inflates at a time.
const streamPart = 64 << 10

// packedLen returns how many bytes the stream read last took, header and checksum
// included. It needs the same packed slice.
func (z *inflater) packedLen(packed []byte) int { return z.taken + 4 }
