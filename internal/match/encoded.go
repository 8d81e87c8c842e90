package match

import "slices"

// Layer says how a text was hidden in the one around it.
type Layer struct {
	Encoding string // one of the encodings below, or a format of packed content
	Member   string // the path in an archive
	Line     int    // in the decoded text, counting from 1
}

// The encodings that are looked into.
const (
	Base64  = "base64"         // RFC 4648, either alphabet, with or without padding, wrapped or not
	Hex     = "hex"            // two digits a byte
	Percent = "percent"        // RFC 3986, section 2.1
	Escapes = "unicode-escape" // \u0041, \u{41}, \U00000041 and \x41, as programs write texts
)

// maxDepth is how many encodings inside one another are taken off.
const maxDepth = 4

// coding is a way to write text as other text. It is immutable.
type coding interface {
	// next returns the first unit that has enough of it in an area to be known by.
	next(text []byte, area span) (unit, bool)
	// plausible reports whether a unit is worth decoding, by what it consists of alone.
	plausible(text []byte, u unit) bool
	// decode calls yield for each text that a unit may stand for, which is valid until yield returns.
	decode(text []byte, u unit, yield func(decoded))
	// opaque reports whether nobody can read what is encoded.
	opaque() bool
}

// unit is an encoded part of a text. Those of a coding do not overlap, and each is what it is because of
// the bytes that it looked at, and no others.
type unit struct {
	at     span
	looked span // beyond the text's start or end where that it begins or ends there counts
}

// decoded is what a unit may stand for.
type decoded struct {
	encoding string
	text     []byte
	counted  span // what was encoded of it; the rest stands round it as it is
	// outer returns the part of the text that stands for a part of the decoded one, and whether a secret there
	// is one that only decoding shows. Nil stands for the whole unit.
	outer func(inner span) (span, bool)
}

// opened is a plausible unit, and what was found in it, which is not changed.
type opened struct {
	unit
	hits []Hit // places are those in the unit, lines and columns those in the decoded text
}

// openAll looks into what is encoded in the areas that were sifted out. With a base and copies it takes over what
// they tell.
func (s *Scanner) openAll(base *Memo, copies []Copy) {
	for coding := range s.areas {
		if base != nil && len(base.opened[coding]) > 0 {
			s.takeOverOpened(coding, base, copies)
		}
		if len(s.areas[coding]) > 0 {
			s.openAreas(coding, base, copies)
			s.areas[coding] = s.areas[coding][:0]
		}
	}
}

// open looks into a unit.
func (s *Scanner) open(coding int, u unit) {
	c := s.codings[coding]
	if !c.plausible(s.text, u) {
		return
	}
	o := opened{unit: u}
	c.decode(s.text, u, func(d decoded) { o.read(s.innerScanner(), d) })
	s.memo.opened[coding] = append(s.memo.opened[coding], o)
}

// innerScanner is the one for decoded texts.
func (s *Scanner) innerScanner() *Scanner {
	if s.inner == nil {
		s.inner = s.matcher.NewScanner()
		s.inner.depth = s.depth + 1
	}
	s.inner.Stop = s.Stop
	return s.inner
}

// read adds what is found in a decoded text.
func (o *opened) read(inner *Scanner, d decoded) {
	known := len(o.hits)
	for _, h := range inner.Scan(d.text) {
		if h.Start < d.counted.start || h.End > d.counted.end {
			continue
		}
		place := o.at
		if d.outer != nil {
			var hidden bool
			if place, hidden = d.outer(span{h.Start, h.End}); !hidden {
				continue
			}
		}
		h.Start, h.End = place.start-o.at.start, place.end-o.at.start
		h.Layers = slices.Concat([]Layer{{Encoding: d.encoding, Line: h.StartLine}}, h.Layers)
		if known == 0 || !slices.ContainsFunc(o.hits[:known], func(other Hit) bool { return other.Rule == h.Rule && other.Value == h.Value }) {
			o.hits = append(o.hits, h)
		}
	}
}
