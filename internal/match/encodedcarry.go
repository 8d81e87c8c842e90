package match

import (
	"cmp"
	"slices"
)

// openAreas looks into the units in the areas that are not taken over. Those are near what was inserted, or have
// something left of a unit of the base.
func (s *Scanner) openAreas(coding int, base *Memo, copies []Copy) {
	c, done := s.codings[coding], 0 // end of the last unit
	for _, area := range s.areas[coding] {
		area.start = max(area.start, done)
		for u, ok := c.next(s.text, area); ok && !s.Stop.Load(); u, ok = c.next(s.text, area) {
			if base == nil || !s.unchanged(u, copyAt(copies, u.at.start), base) {
				s.open(coding, u)
			}
			done, area.start = u.at.end, u.at.end
		}
	}
	if list := s.memo.opened[coding]; len(list) > 1 {
		slices.SortFunc(list, func(a, b opened) int { return cmp.Compare(a.at.start, b.at.start) })
	}
}

// takeOverOpened takes over the units that are unchanged, and adds where others were to the areas.
func (s *Scanner) takeOverOpened(coding int, base *Memo, copies []Copy) {
	units, sifted := base.opened[coding], len(s.areas[coding])
	for _, c := range copies {
		if c.Len < s.shortest {
			continue
		}
		first, _ := slices.BinarySearchFunc(units, c.Base, func(o opened, at int) int { return cmp.Compare(o.at.end, at+1) })
		for _, o := range units[first:] {
			if o.at.start >= c.Base+c.Len {
				break
			}
			if o.unit = o.moved(c.At - c.Base); s.unchanged(o.unit, c, base) {
				s.memo.opened[coding] = append(s.memo.opened[coding], o)
				continue
			}
			s.areas[coding] = append(s.areas[coding], span{max(o.at.start, c.At), min(o.at.end, c.At+c.Len)})
		}
	}
	if areas := s.areas[coding]; len(areas) > sifted {
		slices.SortFunc(areas, func(a, b span) int { return cmp.Compare(a.start, b.start) })
	}
}

// copyAt returns the copy that the byte at an offset is of, if any.
func copyAt(copies []Copy, offset int) Copy {
	i, _ := slices.BinarySearchFunc(copies, offset, func(c Copy, offset int) int { return cmp.Compare(c.At, offset+1) })
	if i == 0 {
		return Copy{}
	}
	return copies[i-1]
}

// unchanged reports whether a unit is just as it was where c copies it from.
func (s *Scanner) unchanged(u unit, c Copy, base *Memo) bool {
	return c.Len >= s.shortest && reachOf(u.looked, len(s.text)).unchanged(c, len(s.text), base.size)
}

func (u unit) moved(by int) unit {
	for _, s := range []*span{&u.at, &u.looked} {
		s.start += by
		s.end += by
	}
	return u
}
