package pack

import (
	"crypto/sha1"
	"hash"
	"io"
)

// output writes a file in large parts and hashes what it writes. Both happen in a goroutine
// of its own, beside what fills the next part. Not for concurrent use. It must be ended by finish.
type output struct {
	buf     []byte // the part that is being filled
	full    chan []byte
	free    chan part
	hash    hash.Hash // the goroutine's until free is closed, as is to
	to      io.Writer
	stopped error // what came back with a part: nothing is written any more
}

// part is a buffer that was written, or could not be.
type part struct {
	buf []byte
	err error
}

const (
	partSize = 256 << 10
	parts    = 4
)

func newOutput(to io.Writer) *output {
	o := &output{full: make(chan []byte, parts), free: make(chan part, parts), hash: sha1.New(), to: to}
	for range parts - 1 {
		o.free <- part{buf: make([]byte, 0, partSize)}
	}
	o.buf = make([]byte, 0, partSize)
	go o.drain()
	return o
}

// drain hashes and writes parts. After an error it only gives them back.
func (o *output) drain() {
	defer close(o.free)
	var err error
	for buf := range o.full {
		if err == nil {
			o.hash.Write(buf) // a hash never fails
			_, err = o.to.Write(buf)
		}
		o.free <- part{buf[:0], err}
	}
}

// write takes data up. An error is that of a part before, and stays.
func (o *output) write(data []byte) error {
	for len(data) > 0 && o.stopped == nil {
		n := copy(o.buf[len(o.buf):cap(o.buf)], data)
		o.buf, data = o.buf[:len(o.buf)+n], data[n:]
		if len(o.buf) == cap(o.buf) {
			o.full <- o.buf
			next := <-o.free
			o.buf, o.stopped = next.buf, next.err
		}
	}
	return o.stopped
}

// finish waits until all is written, and returns the hash of it.
func (o *output) finish() (ID, error) {
	o.full <- o.buf
	close(o.full)
	for p := range o.free {
		if o.stopped == nil {
			o.stopped = p.err
		}
	}
	return ID(o.hash.Sum(nil)), o.stopped
}
