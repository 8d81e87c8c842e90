package pack

import (
	"bytes"
	"math"
	"sort"
)

// MapCopies appends to dst by which copies the spliced target is made from the spliced base, when the target
// is made from the base by the given ones. A splice cuts the copies that it
// touches, unless both contents have the same one, with the same Length and With, at
// corresponding places inside a copy (an entry that is removed from tree after tree): that copy goes
// through it. The result is sorted by At as copies is, and what adjoins in both contents is one.
func MapCopies(dst, copies []Copy, base, target []Splice) []Copy {
	var baseSpace, targetSpace [64]int // most lists are short
	b, t := newShifts(base, baseSpace[:0]), newShifts(target, targetSpace[:0])
	start := len(dst)
	for _, c := range copies {
		dst = mapCopy(dst, start, c, b, t)
	}
	return dst
}

// mapCopy appends what base and target, with their splices, still have in common of one copy.
func mapCopy(dst []Copy, start int, c Copy, base, target shifts) []Copy {
	b, t := base.behind(c.Base), target.behind(c.At)
	// common appends n bytes from at on, counted from where the copy begins in the old contents.
	common := func(at, n int) {
		dst = appendCopy(dst, start, Copy{c.At + at + target.sums[t], c.Base + at + base.sums[b], n})
	}
	for at := 0; at < c.Len; {
		baseFrom, baseTo := base.span(b, c.Base)
		from, to := target.span(t, c.At)
		switch {
		case from == baseFrom && to == baseTo && at <= from && to <= c.Len && bytes.Equal(base.splices[b].With, target.splices[t].With):
			common(at, from-at+len(target.splices[t].With))
			at, b, t = to, b+1, t+1
		case baseFrom < from || baseFrom == from && baseTo < to:
			common(at, min(baseFrom, c.Len)-at)
			at, b = max(at, baseTo), b+1
		case from < c.Len:
			common(at, from-at)
			at, t = max(at, to), t+1
		default:
			common(at, c.Len-at)
			at = c.Len
		}
	}
	return dst
}

// shifts is a list of splices with the sums by which they move what comes after them: sums[i] is
// that of the first i.
type shifts struct {
	splices []Splice
	sums    []int
}

func newShifts(splices []Splice, space []int) shifts {
	sum := 0
	sums := append(space, sum)
	for _, s := range splices {
		sum += len(s.With) - s.Length
		sums = append(sums, sum)
	}
	return shifts{splices, sums}
}

// behind returns the first splice that ends behind a place of the content.
func (s shifts) behind(place int) int {
	return sort.Search(len(s.splices), func(i int) bool { return s.splices[i].end() > place })
}

// span is what splice i replaces, counted from origin; far behind everything after the last one.
func (s shifts) span(i, origin int) (from, to int) {
	if i == len(s.splices) {
		return math.MaxInt, math.MaxInt
	}
	return s.splices[i].Offset - origin, s.splices[i].end() - origin
}

// ComposeCopies appends to dst by which copies a target is made from its base's base: outer makes the target
// from the base, inner makes the base. It is for a target that outlives its
// base. Both are sorted by At, and so is the result.
func ComposeCopies(dst, outer, inner []Copy) []Copy {
	start := len(dst)
	for _, o := range outer {
		end := o.Base + o.Len
		first := sort.Search(len(inner), func(i int) bool { return inner[i].At+inner[i].Len > o.Base })
		for _, i := range inner[first:] {
			if i.At >= end {
				break
			}
			from, to := max(o.Base, i.At), min(end, i.At+i.Len)
			dst = appendCopy(dst, start, Copy{o.At + from - o.Base, i.Base + from - i.At, to - from})
		}
	}
	return dst
}

// appendCopy appends a copy, or adds it to the last one after start where it goes on.
func appendCopy(dst []Copy, start int, c Copy) []Copy {
	if c.Len <= 0 {
		return dst
	}
	if last := len(dst) - 1; last >= start && dst[last].At+dst[last].Len == c.At && dst[last].Base+dst[last].Len == c.Base {
		dst[last].Len += c.Len
		return dst
	}
	return append(dst, c)
}
