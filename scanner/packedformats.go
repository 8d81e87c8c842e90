package scanner

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz/lzma"
)

// The formats of packed content, by what it begins with.
const (
	formatGzip  = "gzip"  // RFC 1952
	formatZip   = "zip"   // APPNOTE.TXT of PKWARE
	formatTar   = "tar"   // POSIX.1-1988 and later, GNU
	formatXz    = "xz"    // The .xz File Format 1.2.1
	formatZstd  = "zstd"  // RFC 8878
	formatBzip2 = "bzip2" // no standard; block magic is the number pi
)

// errUnsupported is a form of a format that nothing here reads.
var errUnsupported = errors.New("a form that cannot be read")

// formatOf says which format a content begins as, "" for none. It reads at most 512 bytes.
func formatOf(head []byte) string {
	switch {
	case len(head) >= 18 && head[0] == 0x1f && head[1] == 0x8b && head[2] == 8 && head[3]&0xe0 == 0:
		return formatGzip
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return formatZip
	case bytes.HasPrefix(head, []byte("\xfd7zXZ\x00\x00")):
		return formatXz
	case bytes.HasPrefix(head, []byte("\x28\xb5\x2f\xfd")):
		return formatZstd
	case len(head) > 10 && string(head[:3]) == "BZh" && head[3] >= '1' && head[3] <= '9' && string(head[4:10]) == "1AY&SY":
		return formatBzip2
	case isTar(head):
		return formatTar
	}
	return ""
}

// isTar reports whether content begins with a header of tar: its checksum is right.
func isTar(head []byte) bool {
	const size, sumAt, sumEnd = 512, 148, 156
	if len(head) < size || head[0] == 0 {
		return false
	}
	sum := 0
	for i, c := range head[:size] {
		if i >= sumAt && i < sumEnd {
			c = ' '
		}
		sum += int(c)
	}
	want, digits := 0, 0
	for _, c := range head[sumAt:sumEnd] {
		if c >= '0' && c <= '7' {
			want, digits = want<<3|int(c-'0'), digits+1
		} else if c != ' ' && c != 0 {
			return false
		}
	}
	return digits > 0 && want == sum
}

// decompressor returns what expands a format that holds one content. No window is larger than
// limit: what is beyond is not read either.
func decompressor(format string, r io.Reader, limit int64) (plain io.Reader, closed func(), err error) {
	closed = func() {}
	switch format {
	case formatGzip:
		plain, err = gzip.NewReader(r)
	case formatBzip2:
		plain = bzip2.NewReader(r)
	case formatXz:
		plain = &xzReader{r: &countingReader{r: r}, limit: limit}
	case formatZstd:
		d, zerr := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(uint64(max(limit, 1<<20))))
		if zerr != nil {
			return nil, closed, zerr
		}
		plain, closed = zstdReader{d}, d.Close
	}
	return plain, closed, err
}

// zstdReader tells apart what is too large.
type zstdReader struct{ *zstd.Decoder }

func (z zstdReader) Read(p []byte) (int, error) {
	n, err := z.Decoder.Read(p)
	if errors.Is(err, zstd.ErrWindowSizeExceeded) || errors.Is(err, zstd.ErrDecoderSizeExceeded) {
		err = errTooLarge
	}
	return n, err
}

// isChecksum reports whether reading ended with a checksum that is wrong, and all that it is of was read.
func isChecksum(err error) bool {
	return errors.Is(err, gzip.ErrChecksum) || errors.Is(err, zip.ErrChecksum) || errors.Is(err, zstd.ErrCRCMismatch) || errors.Is(err, tar.ErrInsecurePath)
}

// countingReader counts the bytes that were read. It reads no more than it is asked for.
type countingReader struct {
	r io.Reader
	n int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

func (c *countingReader) ReadByte() (byte, error) {
	var b [1]byte
	_, err := io.ReadFull(c, b[:])
	return b[0], err
}

// xzReader expands the blocks of xz streams one after the other. The container is read here, since what decodes
// blocks would take a dictionary of any size that one asks for.
type xzReader struct {
	r     *countingReader
	limit int64
	check int64 // bytes of the check behind each block
	block io.Reader
	start int64 // of the block's data
}

func (x *xzReader) Read(p []byte) (int, error) {
	for {
		if x.block == nil {
			if err := x.next(); err != nil {
				return 0, err
			}
		}
		n, err := x.block.Read(p)
		if err == io.EOF {
			x.block = nil
			padding := (4 - (x.r.n-x.start)%4) % 4
			if _, err := io.CopyN(io.Discard, x.r, padding+x.check); err != nil {
				return n, err
			}
			err = nil
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
}

// next reads the header of the stream and that of the next block. Streams that follow one
// another are rare, and the index ends the first.
func (x *xzReader) next() error {
	if x.r.n == 0 {
		var header [12]byte
		if _, err := io.ReadFull(x.r, header[:]); err != nil {
			return err
		}
		x.check = []int64{0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64}[header[7]&15]
	}
	size, err := x.r.ReadByte()
	if err != nil || size == 0 { // the index: no more blocks
		return cmpErr(err, io.EOF)
	}
	header := make([]byte, int(size)*4+3)
	if _, err := io.ReadFull(x.r, header); err != nil {
		return err
	}
	flags, fields := header[0], header[1:len(header)-4]
	for range int(flags>>6&1 + flags>>7) { // sizes
		_, n := binary.Uvarint(fields)
		if n <= 0 {
			return errUnsupported
		}
		fields = fields[n:]
	}
	const lzma2 = 0x21
	if flags&3 != 0 || len(fields) < 3 || fields[0] != lzma2 || fields[1] != 1 {
		return errUnsupported
	}
	dict, err := lzma.DecodeDictCap(fields[2])
	if err != nil {
		return err
	}
	x.start = x.r.n
	x.block, err = lzma.Reader2Config{DictCap: int(max(lzma.MinDictCap, min(dict, x.limit)))}.NewReader2(x.r)
	return err
}

func cmpErr(err, other error) error {
	if err != nil {
		return err
	}
	return other
}
