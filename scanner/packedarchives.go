package scanner

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/bzip2"
	"compress/flate"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"

	"github.com/unleak/unleak/scanner/finding"
)

// Methods of compression in zip that archive/zip leaves to others.
const (
	zipBzip2 = 12
	zipZstd  = 93
)

// enter begins a member, and reports whether it is to be read.
func (u *unpacker) enter(format, name string, layers []finding.Layer) ([]finding.Layer, bool) {
	if u.members++; u.members > maxMembers {
		u.gap(gapMembers)
		return nil, false
	}
	within := append(slices.Clip(layers), finding.Layer{Encoding: format, Member: name})
	u.member(within, name)
	return within, !u.stop.Load()
}

// tar reads the members of a tar archive.
func (u *unpacker) tar(r io.Reader, layers []finding.Layer) {
	archive := tar.NewReader(r)
	for read := int64(0); ; read++ {
		header, err := archive.Next()
		if err != nil && !errors.Is(err, tar.ErrInsecurePath) {
			u.ended(err, read*leastDamaged)
			return
		}
		if header.Typeflag != tar.TypeReg && header.Typeflag != tar.TypeGNUSparse {
			continue
		}
		within, ok := u.enter(formatTar, header.Name, layers)
		if !ok {
			return
		}
		m := &meter{u: u, r: archive}
		u.read(m, within)
		if errors.Is(m.err, errBomb) || u.spent > u.total {
			u.ended(m.err, m.n)
			return
		}
	}
}

// zip reads the members of a zip archive; of one whose directory is damaged or gone, those
// whose own headers are there.
func (u *unpacker) zip(content []byte, layers []finding.Layer) {
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		u.zipHeaders(content, layers)
		return
	}
	archive.RegisterDecompressor(zipBzip2, func(r io.Reader) io.ReadCloser { return io.NopCloser(bzip2.NewReader(r)) })
	archive.RegisterDecompressor(zipZstd, zstd.ZipDecompressor(zstd.WithDecoderMaxWindow(uint64(max(u.limit, 1<<20)))))
	for _, f := range archive.File {
		if strings.HasSuffix(f.Name, "/") {
			continue
		}
		within, ok := u.enter(formatZip, f.Name, layers)
		if !ok {
			return
		}
		if f.Flags&1 != 0 {
			u.gap(gapEncrypted)
			continue
		}
		r, err := f.Open()
		switch {
		case errors.Is(err, zip.ErrAlgorithm):
			u.gap(gapUnsupported)
			continue
		case err != nil:
			u.gap(gapDamaged)
			continue
		}
		m := &meter{u: u, r: r}
		u.read(m, within)
		_ = r.Close() // it is in memory
		if errors.Is(m.err, errBomb) || u.spent > u.total {
			return
		}
	}
}

// zipHeader is the fixed part of what stands before a member.
const zipHeader = 30

// zipHeaders reads members by the headers before them.
func (u *unpacker) zipHeaders(content []byte, layers []finding.Layer) {
	signature := []byte("PK\x03\x04")
	for at := 0; ; {
		i := bytes.Index(content[at:], signature)
		if i < 0 || len(content)-at-i < zipHeader {
			return
		}
		header := content[at+i:]
		name, extra := int(binary.LittleEndian.Uint16(header[26:])), int(binary.LittleEndian.Uint16(header[28:]))
		if at += i + len(signature); zipHeader+name+extra > len(header) {
			continue
		}
		within, ok := u.enter(formatZip, string(header[zipHeader:zipHeader+name]), layers)
		if !ok {
			return
		}
		if header[6]&1 != 0 {
			u.gap(gapEncrypted)
			continue
		}
		data := header[zipHeader+name+extra:]
		size := int(min(int64(binary.LittleEndian.Uint32(header[18:])), int64(len(data))))
		switch binary.LittleEndian.Uint16(header[8:]) {
		case zip.Store:
			if next := bytes.Index(data, []byte("PK")); size == 0 && next > 0 { // the size is said behind
				size = next
			}
			u.read(&meter{u: u, r: bytes.NewReader(data[:size])}, within)
		case zip.Deflate:
			left := bytes.NewReader(data)
			u.read(&meter{u: u, r: flate.NewReader(left)}, within)
			size = len(data) - left.Len()
		}
		if at += min(size, len(content)-at); u.spent > u.total {
			return
		}
	}
}
