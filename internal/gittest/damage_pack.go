package gittest

import (
	"bytes"
	"strings"
)

// HostilePack is a pack with sound objects and such that no reader can, or should,
// rebuild.
type HostilePack struct {
	Name    string
	Entries []PackEntry
	Bad     []string // hex ids in the index that stand for no object
	Endless bool     // git itself goes round in circles here until memory runs out
}

// Names of objects that hostile packs say they hold.
var (
	badOne = strings.Repeat("bad0", 10)
	badTwo = strings.Repeat("bad1", 10)
)

// HostilePacks returns packs that hold, in this order: a blob that is good; entries
// that lie; a blob that is good with a line feed more.
func HostilePacks(good string) []HostilePack {
	size := uint64(len(good))
	offset := func(delta []byte) PackEntry {
		return PackEntry{Type: OffsetDelta, Data: delta, Base: 0, ID: badOne}
	}
	named := func(base string, delta []byte) PackEntry {
		return PackEntry{Type: RefDelta, Data: delta, BaseID: base, ID: badOne}
	}
	sound := Delta(size, 5, Insert("sound"))
	blob := func(e PackEntry) PackEntry { e.Type, e.ID = Blob, badOne; return e }
	at := func(e PackEntry, distance uint64) PackEntry { e.Distance = distance; return e }
	second := named(badOne, Delta(5, 5, Insert("again")))
	second.ID = badTwo

	cases := map[string][]PackEntry{
		"copy beyond the base":              {offset(Delta(size, 100, Copy(uint32(size)-1, 100)))},
		"copy with an offset near 2^32":     {offset(Delta(size, 100, Copy(1<<32-1, 100)))},
		"copy of 64 KiB from a small base":  {offset(Delta(size, 1<<16, Copy(0, 0)))},
		"insert beyond the delta":           {offset(Delta(size, 100, []byte{100, 'x'}))},
		"copy without its operands":         {offset(Delta(size, 100, []byte{0xff}))},
		"reserved instruction":              {offset(Delta(size, 1, []byte{0}, Insert("x")))},
		"result larger than said":           {offset(Delta(size, 1, Insert("more than one byte")))},
		"result smaller than said":          {offset(Delta(size, 1000, Insert("less")))},
		"result of 2^60 bytes":              {offset(Delta(size, 1<<60, Insert("less")))},
		"result of 2^64-1 bytes":            {offset(Delta(size, 1<<64-1, Insert("less")))},
		"wrong size of the base":            {offset(Delta(size+1, 5, Insert("sound")))},
		"delta without instructions":        {offset(Delta(size, 5))},
		"empty delta":                       {offset([]byte{})},
		"sizes of a delta that never end":   {offset(bytes.Repeat([]byte{0xff}, 50))},
		"base by id that is nowhere":        {named(strings.Repeat("0f", 20), sound)},
		"base by id that is the delta":      {named(badOne, Delta(5, 5, Insert("sound")))},
		"bases by id in a circle":           {named(badTwo, Delta(5, 5, Insert("sound"))), second},
		"base before the pack":              {at(offset(sound), 1<<20)},
		"base in the header of the pack":    {at(offset(sound), uint64(12+len(Deflate([]byte(good))))-2)},
		"base 2^63 bytes before":            {at(offset(sound), 1<<63)},
		"base inside another entry":         {at(offset(sound), 5)},
		"garbage for a zlib stream":         {blob(PackEntry{Size: 40, Raw: bytes.Repeat([]byte("junk"), 10)})},
		"zlib stream cut off":               {blob(PackEntry{Size: size, Raw: Deflate([]byte(good))[:8]})},
		"zlib stream with a wrong checksum": {blob(PackEntry{Size: size, Raw: flipLast(Deflate([]byte(good))), CRC: 1})},
		"more data than said":               {blob(PackEntry{Size: 1, Data: []byte(good)})},
		"less data than said":               {blob(PackEntry{Size: size + 1, Data: []byte(good)})},
		"size of 2^60 bytes":                {blob(PackEntry{Size: 1 << 60, Data: []byte(good)})},
		"size of 2^64-1 bytes":              {blob(PackEntry{Size: 1<<64 - 1, Data: []byte(good)})},
		"no data at all":                    {blob(PackEntry{Size: 12, Raw: []byte{}})},
		"type 0":                            {{Type: 0, Data: []byte("nothing"), ID: badOne}},
		"type 5":                            {{Type: 5, Data: []byte("reserved"), ID: badOne}},
	}
	var packs []HostilePack
	for name, bad := range sorted(cases) {
		p := HostilePack{Name: name, Entries: []PackEntry{{Type: Blob, Data: []byte(good)}}}
		p.Endless = name == "base by id that is the delta" || name == "bases by id in a circle"
		for _, e := range bad {
			p.Bad = append(p.Bad, e.ID)
		}
		p.Entries = append(append(p.Entries, bad...), PackEntry{Type: Blob, Data: []byte(good + "\n")})
		packs = append(packs, p)
	}
	return packs
}

func flipLast(data []byte) []byte {
	data[len(data)-1] ^= 0xff
	return data
}
