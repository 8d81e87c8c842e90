package pack

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/adler32"
	"io"

	"github.com/klauspost/compress/flate"
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
	source bytes.Reader
	flate  io.ReadCloser
}

// inflate fills target from the zlib stream at the start of packed, and fails unless the
// stream has exactly that many bytes. The Adler-32 checksum is compared
// only when verify is set: pack indexes carry a CRC of the packed bytes, which is
// several times cheaper to check.
func (z *inflater) inflate(target, packed []byte, verify bool) error {
	if len(packed) < 2 || packed[0]&15 != 8 || binary.BigEndian.Uint16(packed)%31 != 0 || packed[1]&0x20 != 0 {
		return errZlibHeader
	}
	z.source.Reset(packed[2:])
	if z.flate == nil {
		z.flate = flate.NewReader(&z.source)
	} else if err := z.flate.(flate.Resetter).Reset(&z.source, nil); err != nil {
		return err
	}
	if _, err := io.ReadFull(z.flate, target); err != nil {
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return errZlibShort
		}
		return err
	}
	var extra [1]byte
	switch n, err := z.flate.Read(extra[:]); {
	case n > 0:
		return errZlibLong
	case err != io.EOF:
		return err
	}
	if !verify {
		return nil
	}
	rest := packed[len(packed)-z.source.Len():]
	if len(rest) < 4 || binary.BigEndian.Uint32(rest) != adler32.Checksum(target) {
		return errZlibSum
	}
	return nil
}

// packedLen returns how many bytes the stream read last took, header and checksum
// included. It needs the same packed slice.
func (z *inflater) packedLen(packed []byte) int { return len(packed) - z.source.Len() + 4 }
