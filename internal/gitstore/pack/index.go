package pack

import (
	"bytes"
	"crypto/sha1"
	"encoding/binary"
	"errors"
	"fmt"
)

// Index reads a pack index of version 1 or 2 (gitformat-pack(5)) in place. It
// is immutable and safe for concurrent use.
type Index struct {
	data    []byte
	version int
	count   int
	names   int // offset of the first name
	stride  int // bytes from one name to the next
	crcs    int // version 2: offset of the CRC table
	offsets int // version 2: offset of the 31-bit offset table
	wide    int // version 2: offset of the 63-bit offset table
	wideLen int

	prefixes *Prefixes
	repeated bool // some name is there more than once
}

const (
	idSize       = 20
	fanoutSize   = 256 * 4
	trailerSize  = 2 * idSize // pack checksum, index checksum
	idxMagic     = "\xfftOc"
	idxHeaderLen = 8
)

// ParseIndex checks the shape of an index and returns a reader over data, which
// it keeps. Names are checked to be sorted, since every look-up relies on it.
func ParseIndex(data []byte) (*Index, error) {
	x := &Index{data: data, version: 1, stride: 4 + idSize}
	fanout := 0
	if bytes.HasPrefix(data, []byte(idxMagic)) {
		if len(data) < idxHeaderLen {
			return nil, errors.New("pack index ends in its header")
		}
		if v := binary.BigEndian.Uint32(data[4:]); v != 2 {
			return nil, fmt.Errorf("pack index has version %d: only 1 and 2 are known", v)
		}
		x.version, x.stride, fanout = 2, idSize, idxHeaderLen
	}
	if len(data) < fanout+fanoutSize+trailerSize {
		return nil, fmt.Errorf("pack index of %d bytes is too short", len(data))
	}
	previous := uint32(0)
	for i := range 256 {
		n := binary.BigEndian.Uint32(data[fanout+4*i:])
		if n < previous {
			return nil, errors.New("pack index: fan-out table is not in order")
		}
		previous = n
	}
	x.count = int(previous)
	x.names = fanout + fanoutSize
	body := len(data) - trailerSize - x.names
	if x.version == 1 {
		x.names += 4 // each record is a 4-byte offset and a name
		if body != x.count*x.stride {
			return nil, fmt.Errorf("pack index of %d objects has %d bytes of records, not %d", x.count, body, x.count*x.stride)
		}
	} else {
		x.crcs = x.names + idSize*x.count
		x.offsets = x.crcs + 4*x.count
		x.wide = x.offsets + 4*x.count
		rest := body - (idSize+8)*x.count
		if rest < 0 || rest%8 != 0 {
			return nil, fmt.Errorf("pack index of %d objects has %d bytes of tables", x.count, body)
		}
		x.wideLen = rest / 8
	}
	return x, x.checkNames(fanout)
}

// checkNames verifies that names ascend and agree with the fan-out table.
func (x *Index) checkNames(fanout int) error {
	x.prefixes = NewPrefixes(x.count)
	var previous []byte
	i := 0
	for first := range 256 {
		end := int(binary.BigEndian.Uint32(x.data[fanout+4*first:]))
		for ; i < end; i++ {
			name := x.name(i)
			if int(name[0]) != first {
				return errNameOrder
			}
			if i > 0 {
				order := bytes.Compare(previous, name)
				if order > 0 {
					return errNameOrder
				}
				x.repeated = x.repeated || order == 0
			}
			x.prefixes.Add(i, name)
			previous = name
		}
	}
	x.prefixes.End(x.count)
	return nil
}

var errNameOrder = errors.New("pack index: names are not in order")

// Verify compares the index with the checksum at its end.
func (x *Index) Verify() error {
	body := x.data[:len(x.data)-idSize]
	if sum := sha1.Sum(body); !bytes.Equal(sum[:], x.data[len(body):]) {
		return errors.New("pack index: checksum does not match")
	}
	return nil
}

// Count returns the number of objects.
func (x *Index) Count() int { return x.count }

func (x *Index) name(i int) []byte {
	at := x.names + i*x.stride
	return x.data[at : at+idSize : at+idSize]
}

// ID returns the name of object i, for 0 <= i < Count; names ascend with i.
func (x *Index) ID(i int) ID { return ID(x.name(i)) }

// Offset returns the place of object i in the pack; ok is false when
// the index points outside its own table.
func (x *Index) Offset(i int) (offset uint64, ok bool) {
	if x.version == 1 {
		return uint64(binary.BigEndian.Uint32(x.data[x.names-4+i*x.stride:])), true
	}
	o := binary.BigEndian.Uint32(x.data[x.offsets+4*i:])
	if o&0x80000000 == 0 {
		return uint64(o), true
	}
	j := int(o & 0x7fffffff)
	if j >= x.wideLen {
		return 0, false
	}
	return binary.BigEndian.Uint64(x.data[x.wide+8*j:]), true
}

// CRC returns the CRC-32 of object i's packed bytes; ok is false in version 1,
// which has none.
func (x *Index) CRC(i int) (crc uint32, ok bool) {
	if x.version == 1 {
		return 0, false
	}
	return binary.BigEndian.Uint32(x.data[x.crcs+4*i:]), true
}

// PackChecksum returns the checksum of the pack that the index belongs to.
func (x *Index) PackChecksum() ID { return ID(x.data[len(x.data)-trailerSize:][:idSize]) }

// Repeated reports whether some object is in the pack more than once.
func (x *Index) Repeated() bool { return x.repeated }

// Find returns the position of id, the first where there are several.
func (x *Index) Find(id ID) (int, bool) {
	lo, hi := x.prefixes.Range(id)
	return x.find(id, lo, hi)
}

func (x *Index) find(id ID, lo, hi int) (int, bool) {
	head := binary.BigEndian.Uint64(id[:])
	for lo < hi {
		middle := int(uint(lo+hi) >> 1)
		name := x.name(middle)
		at := binary.BigEndian.Uint64(name)
		if at < head || at == head && bytes.Compare(name, id[:]) < 0 {
			lo = middle + 1
		} else {
			hi = middle
		}
	}
	return lo, lo < x.count && ID(x.name(lo)) == id
}

// FindAll is Find for many: it writes the position of each id to positions, which is as long,
// or NotFound. The names of a large pack are in none of the processor's caches, so the
// loads of many searches are begun before the first one's result is looked at.
func (x *Index) FindAll(ids []ID, positions []uint32) {
	const together = 32
	var lo, hi [together]int
	var heads [together]uint64
	for len(ids) > 0 {
		n := min(together, len(ids))
		for i := range n {
			lo[i], hi[i] = x.prefixes.Range(ids[i])
		}
		for i := range n {
			heads[i] = binary.BigEndian.Uint64(x.name(min((lo[i]+hi[i])>>1, max(x.count-1, 0))))
		}
		for i := range n {
			from, to, id := lo[i], hi[i], ids[i]
			if from < to {
				switch middle, head := (from+to)>>1, binary.BigEndian.Uint64(id[:]); {
				case heads[i] < head:
					from = middle + 1
				case heads[i] > head:
					to = middle
				}
			}
			positions[i] = NotFound
			if position, ok := x.find(id, from, to); ok {
				positions[i] = uint32(position)
			}
		}
		ids, positions = ids[n:], positions[n:]
	}
}

// NotFound stands for the position of an object that the pack does not hold.
const NotFound = 1<<32 - 1
