package pack

// Splice replaces Length bytes at Offset of a content by With. Lists of splices are sorted by
// Offset and do not overlap.
type Splice struct {
	Offset, Length int
	With           []byte
}
