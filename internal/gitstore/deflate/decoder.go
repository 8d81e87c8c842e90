// Package deflate inflates DEFLATE streams (RFC 1951) from one buffer into another.
//
// It serves streams that lie whole in memory and whose inflated size is known, as the
// entries of a Git pack do. Under these terms it needs no window, no reader and no
// copy: matches are copied inside the target, and the target's end is the only limit to
// check. It accepts exactly the streams that compress/flate and zlib accept.
//
// How it works: up to 63 bits of input are kept in a word, refilled with one
// load of 8 bytes (see [input]); a symbol is one look-up in a table that gives value, extra bits
// and length of code together (see [entry]); the tables are laid out by doubling, so that
// one costs little more than its symbols (see build). Most streams of a pack are a few
// hundred bytes, for which tables count for more than anything else.
package deflate

import "errors"

// What makes a stream unsound.
var (
	ErrShort     = errors.New("deflate stream ends before its data does")
	ErrUnderfull = errors.New("deflate stream gives less than its declared size")
	ErrOverfull  = errors.New("deflate stream gives more than its declared size")
	ErrBlock     = errors.New("deflate stream has a block of the reserved type")
	ErrStored    = errors.New("deflate stream has a stored block whose length does not match its complement")
	ErrCode      = errors.New("deflate stream has a Huffman code that is not complete or is over-subscribed")
	ErrLengths   = errors.New("deflate stream has a malformed list of code lengths")
	ErrSymbol    = errors.New("deflate stream has a symbol that stands for nothing")
	ErrDistance  = errors.New("deflate stream has a match from before its beginning")
)

// Decoder inflates streams, one at a time. The zero value is ready for use. It is about
// 17 KiB, allocates nothing, and is not for concurrent use; what one stream leaves in it has no
// effect on the next.
type Decoder struct {
	input input

	literals  literalTable // of the current dynamic block
	distances distanceTable

	fixedLiterals  literalTable // filled at first use
	fixedDistances distanceTable
	ready          bool

	builder builder
	precode [1 << precodeBits]entry
	lengths [maxLengths + lengthsMargin]uint8
	meaning [literalSymbols]entry // of the literal/length alphabet
}

// Inflate fills target from the DEFLATE stream at the start of source, and returns how many
// bytes of source the stream takes; others may follow it. It fails unless the stream is
// sound and gives exactly len(target) bytes; what target holds then is not defined. The slices must not
// overlap.
func (d *Decoder) Inflate(target, source []byte) (read int, err error) {
	d.input = input{source: source}
	written, err := d.blocks(target)
	read, ok := d.input.taken()
	switch {
	case !ok: // what went wrong went wrong behind the end
		return 0, ErrShort
	case err != nil:
		return 0, err
	case written < len(target):
		return 0, ErrUnderfull
	}
	return read, nil
}

// blocks inflates up to the end of the last block (RFC 1951, section 3.2.3).
func (d *Decoder) blocks(target []byte) (written int, err error) {
	for final := false; !final && err == nil; {
		if !d.input.refill() {
			return written, ErrShort
		}
		header := d.input.take(3)
		final = header&1 != 0
		switch header >> 1 {
		case 0:
			written, err = d.stored(target, written)
		case 1:
			d.prepare()
			written, err = d.compressed(&d.fixedLiterals, &d.fixedDistances, target, written)
		case 2:
			if err = d.dynamic(); err == nil {
				written, err = d.compressed(&d.literals, &d.distances, target, written)
			}
		default:
			err = ErrBlock
		}
	}
	return written, err
}

// stored copies a stored block (section 3.2.4) behind the written bytes of target.
func (d *Decoder) stored(target []byte, written int) (int, error) {
	data, err := d.input.stored()
	if err != nil {
		return written, err
	}
	if len(data) > len(target)-written {
		return written, ErrOverfull
	}
	return written + copy(target[written:], data), nil
}
