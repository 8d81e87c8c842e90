package redact

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// An anchor is a group of bytes at a fixed place of a text that is searched for: eight of
// them, or four for short texts. Of an anchor, a grid knows the hint alone, which is 20 bits of a
// product with a secret key; so a search works as well for a text that nobody has any more.
type anchor struct {
	width  int // bytes: wideAnchor or narrowAnchor
	offset int // in the text
	hint   uint32
	text   uint32 // the number of the text
}

const (
	wideAnchor   = 8
	narrowAnchor = 4
	hintBits     = 20
)

// hintOf returns the hint of the first width bytes of group.
func hintOf(key uint64, group []byte, width int) uint32 {
	if width == narrowAnchor {
		return hintOfWord(key, uint64(binary.LittleEndian.Uint32(group))<<32)
	}
	return hintOfWord(key, binary.LittleEndian.Uint64(group))
}

func hintOfWord(key, word uint64) uint32 { return uint32(word * key >> (64 - hintBits)) }

// grid finds anchors of one width. Every position of a content is looked at: a load of
// eight bytes, a product with a random odd number, and a look-up in a bit map. No step waits
// for another, and branches come once in eight positions, so a content without anchors passes
// at more than a byte a nanosecond. The map is small enough for the nearest cache unless there are
// thousands of anchors.
type grid struct {
	key     uint64
	shift   uint // of a product: what is left is a place in the filter
	filter  [1 << hintBits / 64]uint64
	hints   []uint32 // sorted
	anchors []uint32 // by place in hints: number of the anchor
}

// newGrid returns a grid for those of the anchors that have a width, or nil for none.
func newGrid(key uint64, anchors []anchor, width int) *grid {
	g := &grid{key: key}
	for i, a := range anchors {
		if a.width == width {
			g.anchors = append(g.anchors, uint32(i))
		}
	}
	if len(g.anchors) == 0 {
		return nil
	}
	slices.SortStableFunc(g.anchors, func(a, b uint32) int { return int(anchors[a].hint) - int(anchors[b].hint) })
	// One bit in 64 of the filter is set, or fewer; the map has 8 KiB or more.
	filterBits := min(hintBits, max(16, bits.Len(uint(len(g.anchors)))+6))
	g.shift = uint(64 - filterBits)
	for _, a := range g.anchors {
		hint := anchors[a].hint
		g.hints = append(g.hints, hint)
		place := hint >> (hintBits - filterBits)
		g.filter[place/64] |= 1 << (place % 64)
	}
	return g
}

// candidate is a place where the hint of an anchor was met.
type candidate struct {
	at     int
	anchor uint32
}

// wide appends the candidates of anchors of eight bytes that lie in text[from:to].
func (g *grid) wide(text []byte, from, to int, found []candidate) []candidate {
	f, key, shift := &g.filter, g.key, g.shift&63
	const last = len(g.filter) - 1
	i := from
	for ; i+15 <= to; i += 8 {
		b := text[i : i+15 : i+15]
		p0 := binary.LittleEndian.Uint64(b[0:]) * key >> shift
		p1 := binary.LittleEndian.Uint64(b[1:]) * key >> shift
		p2 := binary.LittleEndian.Uint64(b[2:]) * key >> shift
		p3 := binary.LittleEndian.Uint64(b[3:]) * key >> shift
		p4 := binary.LittleEndian.Uint64(b[4:]) * key >> shift
		p5 := binary.LittleEndian.Uint64(b[5:]) * key >> shift
		p6 := binary.LittleEndian.Uint64(b[6:]) * key >> shift
		p7 := binary.LittleEndian.Uint64(b[7:]) * key >> shift
		any := f[p0>>6&uint64(last)]>>(p0&63) | f[p1>>6&uint64(last)]>>(p1&63) |
			f[p2>>6&uint64(last)]>>(p2&63) | f[p3>>6&uint64(last)]>>(p3&63) |
			f[p4>>6&uint64(last)]>>(p4&63) | f[p5>>6&uint64(last)]>>(p5&63) |
			f[p6>>6&uint64(last)]>>(p6&63) | f[p7>>6&uint64(last)]>>(p7&63)
		if any&1 == 0 {
			continue
		}
		for at := i; at < i+8; at++ {
			found = g.look(binary.LittleEndian.Uint64(text[at:]), at, found)
		}
	}
	for ; i+8 <= to; i++ {
		found = g.look(binary.LittleEndian.Uint64(text[i:]), i, found)
	}
	return found
}

// narrow appends the candidates of anchors of four bytes that lie in text[from:to].
func (g *grid) narrow(text []byte, from, to int, found []candidate) []candidate {
	f, key, shift := &g.filter, g.key, g.shift&63
	const last = len(g.filter) - 1
	i := from
	for ; i+8 <= to; i += 4 {
		word := binary.LittleEndian.Uint64(text[i : i+8 : i+8])
		p0 := word << 32 * key >> shift
		p1 := word >> 8 << 32 * key >> shift
		p2 := word >> 16 << 32 * key >> shift
		p3 := word >> 24 << 32 * key >> shift
		any := f[p0>>6&uint64(last)]>>(p0&63) | f[p1>>6&uint64(last)]>>(p1&63) |
			f[p2>>6&uint64(last)]>>(p2&63) | f[p3>>6&uint64(last)]>>(p3&63)
		if any&1 == 0 {
			continue
		}
		for n := range 4 {
			found = g.look(word>>(8*n)<<32, i+n, found)
		}
	}
	for ; i+4 <= to; i++ {
		found = g.look(uint64(binary.LittleEndian.Uint32(text[i:]))<<32, i, found)
	}
	return found
}

// look appends the anchors whose hint a word has.
func (g *grid) look(word uint64, at int, found []candidate) []candidate {
	if place := word * g.key >> g.shift; g.filter[place/64]>>(place%64)&1 == 0 {
		return found
	}
	hint := hintOfWord(g.key, word)
	n, _ := slices.BinarySearch(g.hints, hint)
	for ; n < len(g.hints) && g.hints[n] == hint; n++ {
		found = append(found, candidate{at, g.anchors[n]})
	}
	return found
}
