package pack

import (
	"encoding/binary"
	"errors"
	"math/bits"
)

var (
	errDeltaCut    = errors.New("delta is cut off")
	errDeltaBase   = errors.New("delta was made for a base of another size")
	errDeltaCopy   = errors.New("delta copies from outside its base")
	errDeltaResult = errors.New("delta does not give the size it declares")
	errDeltaOp     = errors.New("delta holds a reserved instruction")
)

// Delta is a parsed delta header and its instructions (gitformat-pack(5),
// "Deltified representation").
type Delta struct {
	BaseSize     uint64
	ResultSize   uint64
	Instructions []byte
}

// ParseDelta reads the two sizes at the head of a delta.
func ParseDelta(data []byte) (Delta, error) {
	var d Delta
	var ok bool
	if d.BaseSize, data, ok = parseSize(data); !ok {
		return d, errDeltaCut
	}
	if d.ResultSize, data, ok = parseSize(data); !ok {
		return d, errDeltaCut
	}
	d.Instructions = data
	return d, nil
}

func parseSize(data []byte) (size uint64, rest []byte, ok bool) {
	for i, c := range data {
		if i > 8 {
			break
		}
		size |= uint64(c&0x7f) << (7 * i)
		if c&0x80 == 0 {
			return size, data[i+1:], true
		}
	}
	return 0, nil, false
}

// Op is one instruction of a delta: Insert, or Size bytes of the base from Offset.
type Op struct {
	Insert       []byte // nil for a copy
	Offset, Size int
}

// Next reads the first of some instructions, which must not be empty, and
// returns those after it. It does not look at the base: a copy may point outside.
func (d Delta) Next(instructions []byte) (op Op, rest []byte, err error) {
	code := instructions[0]
	p := instructions[1:]
	if code&0x80 == 0 {
		if code == 0 {
			return Op{}, nil, errDeltaOp
		}
		if len(p) < int(code) {
			return Op{}, nil, errDeltaCut
		}
		return Op{Insert: p[:code:code]}, p[code:], nil
	}
	for i := range 4 {
		if code>>i&1 != 0 {
			if len(p) == 0 {
				return Op{}, nil, errDeltaCut
			}
			op.Offset |= int(p[0]) << (8 * i)
			p = p[1:]
		}
	}
	for i := range 3 {
		if code>>(4+i)&1 != 0 {
			if len(p) == 0 {
				return Op{}, nil, errDeltaCut
			}
			op.Size |= int(p[0]) << (8 * i)
			p = p[1:]
		}
	}
	if op.Size == 0 {
		op.Size = 0x10000
	}
	return op, p, nil
}

// Check verifies, without writing anything, that the instructions stay inside a
// base of baseSize bytes and give the declared result size. Only then is it safe
// to allocate that size.
func (d Delta) Check(baseSize int) error {
	if d.BaseSize != uint64(baseSize) {
		return errDeltaBase
	}
	total := uint64(0)
	for rest := d.Instructions; len(rest) > 0; {
		op, after, err := d.Next(rest)
		if err != nil {
			return err
		}
		rest = after
		if op.Insert != nil {
			total += uint64(len(op.Insert))
			continue
		}
		if op.Offset < 0 || op.Offset > baseSize || op.Size > baseSize-op.Offset {
			return errDeltaCopy
		}
		total += uint64(op.Size)
	}
	if total != d.ResultSize {
		return errDeltaResult
	}
	return nil
}

// Copy says that Len bytes of a result at At are those of its base at Base.
type Copy struct{ At, Base, Len int }

// maxCopies bounds the memory that a delta of nothing but short copies can ask for.
const maxCopies = 1 << 16

// Apply writes the result for base into target, which must have length
// ResultSize and not overlap base. The delta need not have been checked. What is
// copied is appended to copies, in the order of the result, and pieces that adjoin in
// both are one. Beyond a length of maxCopies they are left out.
func (d Delta) Apply(target, base []byte, copies []Copy) ([]Copy, error) {
	if d.BaseSize != uint64(len(base)) {
		return copies, errDeltaBase
	}
	written := 0
	for rest := d.Instructions; len(rest) > 0; {
		var offset, size int
		switch code := rest[0]; {
		case code&0x80 == 0:
			op, after, err := d.Next(rest)
			if err != nil {
				return copies, err
			}
			if len(op.Insert) > len(target)-written {
				return copies, errDeltaResult
			}
			written += copy(target[written:], op.Insert)
			rest = after
			continue
		case len(rest) >= 8:
			offset, size = copyOf(binary.LittleEndian.Uint64(rest))
			rest = rest[1+bits.OnesCount8(code&0x7f):]
		default: // near the end
			op, after, err := d.Next(rest)
			if err != nil {
				return copies, err
			}
			offset, size, rest = op.Offset, op.Size, after
		}
		if offset < 0 || offset > len(base) || size > len(base)-offset {
			return copies, errDeltaCopy
		}
		if size > len(target)-written {
			return copies, errDeltaResult
		}
		copy(target[written:], base[offset:offset+size])
		if last := len(copies) - 1; last >= 0 && copies[last].At+copies[last].Len == written && copies[last].Base+copies[last].Len == offset {
			copies[last].Len += size
		} else if len(copies) < maxCopies {
			copies = append(copies, Copy{written, offset, size})
		}
		written += size
	}
	if written != len(target) {
		return copies, errDeltaResult
	}
	return copies, nil
}

// copyOf reads a copy instruction from the word that begins with it. Which bytes it has is
// as good as random, so that branches would be mispredicted: each of the seven that
// may be there is masked instead.
func copyOf(word uint64) (offset, size int) {
	code, word := word, word>>8
	var fields uint64 // four bytes of the offset, three of the size
	for i := range 7 {
		present := -(code >> i & 1)
		fields |= word & present & 0xff << (8 * i)
		word >>= 8 & present
	}
	if size = int(fields >> 32); size == 0 {
		size = 0x10000
	}
	return int(fields & 0xffffffff), size
}
