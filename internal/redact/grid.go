package redact

import (
	"encoding/binary"
	"slices"
)

// An anchor is a group of bytes at a fixed place of a text that is searched for: eight of
// them, or four for short texts. Of an anchor, a grid knows the hint alone, which is 24 bits of a
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
	hintBits     = 24
)

// hintOf returns the hint of the first width bytes of group.
func hintOf(key uint64, group []byte, width int) uint32 {
	if width == narrowAnchor {
		return hintOfWord(key, uint64(binary.LittleEndian.Uint32(group))<<32)
	}
	return hintOfWord(key, binary.LittleEndian.Uint64(group))
}

func hintOfWord(key, word uint64) uint32 { return uint32(word * key >> (64 - hintBits)) }

// grid finds anchors of one width. At a position, it takes a load of a word, a product with a
// random odd number, and a look-up in a table that fits into the nearest cache. No step waits for
// another, and a branch comes once in eight bytes, so that a content without anchors passes at
// more than a byte a nanosecond. Every text with anchors of eight bytes has two, at adjoining
// places, so that every second position is enough for these.
type grid struct {
	key     uint64
	table   [1 << tableBits]byte         // by the first bits of a hint: 1 where an anchor has them
	filter  [1 << filterBits / 64]uint64 // by more of them: a bit each
	hints   []uint32                     // sorted
	anchors []uint32                     // by place in hints: number of the anchor
}

const (
	tableBits  = 15
	filterBits = 20
)

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
	for _, a := range g.anchors {
		hint := anchors[a].hint
		g.hints = append(g.hints, hint)
		g.table[hint>>(hintBits-tableBits)] = 1
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

// wide appends the candidates of anchors of eight bytes that lie in text[from:to], at even places.
func (g *grid) wide(text []byte, from, to int, found []candidate) []candidate {
	table, key := &g.table, g.key
	const shift = 64 - tableBits
	i := from + from&1
	for ; i+14 <= to; i += 8 {
		b := text[i : i+14 : i+14]
		if table[binary.LittleEndian.Uint64(b[0:])*key>>shift]|
			table[binary.LittleEndian.Uint64(b[2:])*key>>shift]|
			table[binary.LittleEndian.Uint64(b[4:])*key>>shift]|
			table[binary.LittleEndian.Uint64(b[6:])*key>>shift] == 0 {
			continue
		}
		for at := i; at < i+8; at += 2 {
			found = g.look(binary.LittleEndian.Uint64(text[at:]), at, found)
		}
	}
	for ; i+8 <= to; i += 2 {
		found = g.look(binary.LittleEndian.Uint64(text[i:]), i, found)
	}
	return found
}

// narrow appends the candidates of anchors of four bytes that lie in text[from:to].
func (g *grid) narrow(text []byte, from, to int, found []candidate) []candidate {
	table, key := &g.table, g.key
	const shift = 64 - tableBits
	i := from
	for ; i+8 <= to; i += 4 {
		word := binary.LittleEndian.Uint64(text[i : i+8 : i+8])
		if table[word<<32*key>>shift]|
			table[word>>8<<32*key>>shift]|
			table[word>>16<<32*key>>shift]|
			table[word>>24<<32*key>>shift] == 0 {
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
	hint := hintOfWord(g.key, word)
	if place := hint >> (hintBits - filterBits); g.filter[place/64]>>(place%64)&1 == 0 {
		return found
	}
	n, _ := slices.BinarySearch(g.hints, hint)
	for ; n < len(g.hints) && g.hints[n] == hint; n++ {
		found = append(found, candidate{at, g.anchors[n]})
	}
	return found
}
