package finding

import "slices"

// Primary returns the index of the occurrence that stands for f where a format
// takes one place only: the oldest one still at HEAD, as that is the one
// to edit and the only one code scanning can show in a pull request; else the oldest.
func (f *Finding) Primary() int {
	return max(0, slices.IndexFunc(f.Occurrences, func(o Occurrence) bool { return o.AtHead }))
}
