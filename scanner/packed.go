package scanner

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"slices"
	"sync/atomic"

	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/scanner/finding"
)

// Bounds on what is opened of one packed content. The sizes follow Options.MaxObjectSize.
const (
	maxPackDepth = 5       // formats inside one another: a jar in a zip in a tar in gzip
	maxMembers   = 100_000 // of all archives in it
	// A content that expands so many times is made to fill memory or disks. Ordinary ones stay
	// below a tenth of it.
	maxRatio  = 400
	freeRatio = 16 << 20 // bytes that may expand from anything
	// What expands to fewer bytes before it ends in an error may be no packed content at all.
	leastDamaged = 1 << 10
)

// Why packed content was not read to its end. Each is what the content does.
const (
	gapTooLarge    = "packed: expands to more than the limit: raise it with --max-object-size"
	gapBomb        = "packed: expands more than 400 times"
	gapTooDeep     = "packed: more than 5 formats inside one another"
	gapMembers     = "packed: holds more than 100000 members"
	gapEncrypted   = "packed: holds encrypted members"
	gapUnsupported = "packed: holds members in a form that cannot be read"
	gapDamaged     = "packed: damaged, what follows the damage cannot be read"
)

// unpacker opens one packed content, and everything packed in it, in memory. Not for concurrent use.
//
// What cannot be read is a gap, once for each reason. A content that only begins as a format does, and of which
// nothing can be read, is none of that format. Of one that was cut off, all that is there is
// read, and a wrong checksum keeps nobody from reading: neither is a gap.
type unpacker struct {
	limit   int64 // bytes of a member
	total   int64 // bytes of all members
	budget  *pack.Budget
	stop    *atomic.Bool
	member  func(layers []finding.Layer, name string)
	text    func(layers []finding.Layer, content []byte)
	gaps    []string
	packed  int64 // bytes of the outermost content
	spent   int64
	members int
	buf     []byte
}

var (
	errTooLarge = errors.New("expands to more than the limit")
	errBomb     = errors.New("expands too many times")
	errStopped  = errors.New("the scan ends")
)

// open opens content, which begins as a format does.
func (u *unpacker) open(content []byte) {
	u.gaps, u.packed, u.spent, u.members = u.gaps[:0], int64(len(content)), 0, 0
	u.unpack(formatOf(content), content, bytes.NewReader(content), nil)
	u.budget.Hold(-cap(u.buf))
	u.buf = nil
}

func (u *unpacker) gap(reason string) {
	if !slices.Contains(u.gaps, reason) {
		u.gaps = append(u.gaps, reason)
	}
}

// unpack opens a content in a format. Whole is all of it, where that is in memory.
func (u *unpacker) unpack(format string, whole []byte, r io.Reader, layers []finding.Layer) {
	if len(layers) >= maxPackDepth {
		u.gap(gapTooDeep)
		return
	}
	switch format {
	case formatZip:
		if whole == nil {
			var err error
			if whole, err = io.ReadAll(io.LimitReader(r, u.limit+1)); int64(len(whole)) > u.limit {
				u.gap(gapTooLarge)
			} else {
				u.ended(err, int64(len(whole)))
			}
			u.budget.Hold(len(whole))
			defer u.budget.Hold(-len(whole))
		}
		u.zip(whole, layers)
	case formatTar:
		u.tar(r, layers)
	default:
		plain, closed, err := decompressor(format, r, u.limit)
		if err != nil {
			return // it only begins so
		}
		defer closed()
		u.read(&meter{u: u, r: plain}, append(slices.Clip(layers), finding.Layer{Encoding: format}))
	}
}

// read reads what was packed: another packed content, or a text.
func (u *unpacker) read(m *meter, layers []finding.Layer) {
	const enough = 1 << 10 // bytes that tell the format
	r := bufio.NewReaderSize(m, enough)
	head, err := r.Peek(enough)
	if format := formatOf(head); format != "" {
		u.unpack(format, nil, r, layers)
		u.ended(m.err, m.n)
		return
	}
	if len(head) == 0 {
		u.ended(err, 0)
		return
	}
	content, err := u.readText(r)
	u.ended(err, int64(len(content)))
	u.text(layers, content)
}

// readText reads all of a text, or as much as the limit allows. It is valid until the next.
func (u *unpacker) readText(r io.Reader) ([]byte, error) {
	u.buf = u.buf[:0]
	for {
		if len(u.buf) == cap(u.buf) {
			held := cap(u.buf)
			u.buf = slices.Grow(u.buf, max(32<<10, cap(u.buf)/2))
			u.budget.Hold(cap(u.buf) - held)
		}
		n, err := r.Read(u.buf[len(u.buf):cap(u.buf)])
		u.buf = u.buf[:len(u.buf)+n]
		switch {
		case int64(len(u.buf)) > u.limit:
			u.buf = u.buf[:u.limit]
			return u.buf, errTooLarge
		case err == io.EOF:
			return u.buf, nil
		case err != nil:
			return u.buf, err
		}
	}
}

// ended accounts for how reading n bytes ended.
func (u *unpacker) ended(err error, n int64) {
	switch {
	case err == nil, errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, errStopped), isChecksum(err):
	case errors.Is(err, errTooLarge):
		u.gap(gapTooLarge)
	case errors.Is(err, errBomb):
		u.gap(gapBomb)
	case errors.Is(err, errUnsupported):
		u.gap(gapUnsupported)
	case n >= leastDamaged:
		u.gap(gapDamaged)
	}
}

// meter counts what is expanded, and ends it where it is too much.
type meter struct {
	u   *unpacker
	r   io.Reader
	n   int64
	err error // that ended it
}

func (m *meter) Read(p []byte) (int, error) {
	u := m.u
	switch {
	case m.err != nil:
		return 0, m.err
	case u.stop.Load():
		m.err = errStopped
	case u.spent > u.total:
		m.err = errTooLarge
	case u.spent > freeRatio && u.spent/maxRatio > u.packed:
		m.err = errBomb
	}
	if m.err != nil {
		return 0, m.err
	}
	n, err := m.r.Read(p)
	m.n, u.spent, m.err = m.n+int64(n), u.spent+int64(n), err
	return n, err
}
