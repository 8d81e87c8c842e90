package gittest

import "slices"

// IndexDamage is a way for a pack index to lie.
type IndexDamage struct {
	Name string
	Edit func(*Index) // for [EditIndex]; the index has a few hundred entries
}

// IndexDamages returns the lies that a reader must not fall for.
func IndexDamages() []IndexDamage {
	return []IndexDamage{
		{"count too high", func(x *Index) { x.Fanout[255] += 1 << 20 }},
		{"count near 2^32", func(x *Index) { x.Fanout[255] = 1<<32 - 1 }},
		{"count too low", func(x *Index) { x.Fanout[255]-- }},
		{"count zero", func(x *Index) { x.Fanout = [256]uint32{} }},
		{"fanout not monotone", func(x *Index) { x.Fanout[100], x.Fanout[101] = x.Fanout[101]+7, 3 }},
		{"names out of order", func(x *Index) { slices.Reverse(x.Entries) }},
		{"wrong names", func(x *Index) {
			for i := range x.Entries {
				x.Entries[i].ID = x.Entries[i].ID[:38] + "00"
			}
		}},
		{"one name twice", func(x *Index) { x.Entries[1].ID = x.Entries[0].ID }},
		{"offset beyond the pack", func(x *Index) { x.Entries[len(x.Entries)/2].Offset = 1<<31 - 1 }},
		{"offset inside the header", func(x *Index) { x.Entries[len(x.Entries)/2].Offset = 3 }},
		{"offset inside another entry", func(x *Index) { x.Entries[len(x.Entries)/2].Offset++ }},
		{"one offset twice", func(x *Index) { x.Entries[1].Offset = x.Entries[0].Offset }},
		{"64-bit offset beyond its table", func(x *Index) { x.Entries[0].Offset = largeOffset | 1<<20 }},
		{"64-bit offset near 2^64", func(x *Index) {
			x.Large = []uint64{1<<64 - 1}
			x.Entries[0].Offset = largeOffset
		}},
		{"64-bit offset near 2^63", func(x *Index) {
			x.Large = []uint64{1 << 63}
			x.Entries[0].Offset = largeOffset
		}},
		{"fewer entries than counted", func(x *Index) { x.Entries = x.Entries[:len(x.Entries)/2] }},
		{"no entries", func(x *Index) { x.Entries = nil }},
		{"unknown version", func(x *Index) { x.Version = 3 }},
		{"index of another pack", func(x *Index) { x.PackSum = make([]byte, 20) }},
	}
}
