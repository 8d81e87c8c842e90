package pack

import "slices"

// Splice replaces Length bytes of a content at Offset by With. In a list, splices are sorted and do
// not overlap.
type Splice struct {
	Offset, Length int
	With           []byte
}

// end is where the content goes on.
func (s Splice) end() int { return s.Offset + s.Length }

// AppendSpliced appends content as splices change it to dst, which must not overlap it.
func AppendSpliced(dst, content []byte, splices []Splice) []byte {
	size := len(content)
	for _, s := range splices {
		size += len(s.With) - s.Length
	}
	dst = slices.Grow(dst, size)
	at := 0
	for _, s := range splices {
		dst = append(dst, content[at:s.Offset]...)
		dst = append(dst, s.With...)
		at = s.end()
	}
	return append(dst, content[at:]...)
}
