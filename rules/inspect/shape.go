package inspect

// shape is what a value looks like: the basis of every judgement on whether it
// was drawn by a machine or typed as words. Values are ASCII in practice; other
// bytes count as signs.
type shape struct {
	length                      int
	lower, upper, digits, signs int
	distinct                    int // different bytes, case apart
	run                         int // longest run of one byte
	sequence                    int // longest run of steps by one, such as "1234" or "cba"
	counts                      int // bytes that count on from the one before, or from the last but one
	weight, weighed             int // sum of letter-pair weights in half bits, and of how many pairs
	hexOnly                     bool
	separators                  int // of the signs: '_', '-', '.', ' '
	longestLetters              int // longest run of letters
}

// shapeOf measures a value in one pass without allocating.
func shapeOf(v []byte) shape {
	s := shape{length: len(v), hexOnly: len(v) > 0}
	var seen [4]uint64
	run, sequence, step, letters := 0, 0, 0, 0
	var previous byte
	for i, c := range v {
		seen[c>>6] |= 1 << (c & 63)
		lower := c | 0x20
		isLetter := lower >= 'a' && lower <= 'z'
		switch {
		case c >= 'a' && c <= 'z':
			s.lower++
		case c >= 'A' && c <= 'Z':
			s.upper++
		case c >= '0' && c <= '9':
			s.digits++
		default:
			s.signs++
			if c == '_' || c == '-' || c == '.' || c == ' ' {
				s.separators++
			}
		}
		if s.hexOnly && !(c >= '0' && c <= '9' || lower >= 'a' && lower <= 'f') {
			s.hexOnly = false
		}
		if isLetter {
			letters++
			s.longestLetters = max(s.longestLetters, letters)
		} else {
			letters = 0
		}
		if i > 0 {
			if isLetter && letters > 1 {
				s.weight += pairWeight(previous|0x20, lower)
				s.weighed++
			}
			run, sequence, step = follow(previous, c, run, sequence, step)
			s.run, s.sequence = max(s.run, run), max(s.sequence, sequence)
			if c == previous+1 || i > 1 && c == v[i-2]+1 {
				s.counts++
			}
		} else {
			run, sequence = 1, 1
			s.run, s.sequence = 1, 1
		}
		previous = c
	}
	for _, word := range seen {
		for ; word != 0; word &= word - 1 {
			s.distinct++
		}
	}
	return s
}

// follow carries the lengths of the current run and sequence on by one byte. step
// is the direction of the sequence, 1 or -1, and 0 for none.
func follow(previous, c byte, run, sequence, step int) (int, int, int) {
	if c == previous {
		return run + 1, 1, 0
	}
	switch d := int(c) - int(previous); {
	case (d == 1 || d == -1) && (d == step || step == 0):
		return 1, sequence + 1, d
	case d == 1 || d == -1:
		return 1, 2, d
	}
	return 1, 1, 0
}

// classes counts which of lower case, upper case, digits and signs occur.
func (s *shape) classes() int {
	n := 0
	for _, count := range [...]int{s.lower, s.upper, s.digits, s.signs} {
		if count > 0 {
			n++
		}
	}
	return n
}

// letters counts the letters.
func (s *shape) letters() int { return s.lower + s.upper }

// wordy reports whether the letters read like words. Of random base-62 values, 1 in
// 100 does up to 20 characters, and 1 in 1000 from 32 on. The letters of hex digits
// always pair up well, so that there the share of digits decides.
func (s *shape) wordy() bool {
	if s.weighed*3 < s.length || s.hexOnly && s.digits*4 >= s.length {
		return false
	}
	limit := 1 // half bits a pair, in fifths: 0.1 bit
	switch {
	case s.length < 14:
		limit = 6
	case s.length < 20:
		limit = 4
	case s.length < 32:
		limit = 2
	}
	return 5*s.weight > limit*s.weighed
}

// patterned reports whether the value repeats or counts instead of being drawn:
// "xxxxxxxx", "12345678", "abababab", "1a2b3c4d5e".
func (s *shape) patterned() bool {
	return s.run >= 5 || s.sequence >= 6 || s.length >= 8 && s.counts*2 >= s.length || s.run*2 > s.length && s.length >= 4 ||
		s.length >= 8 && s.distinct <= 3 || s.length >= 16 && s.distinct <= 6 && !s.hexOnly ||
		s.length >= 32 && s.distinct <= 7
}

// mixedUp reports whether letters of both cases follow one another as in no language.
func (s *shape) mixedUp() bool { return s.lower > 3 && s.upper > 3 && s.weight < -s.weighed }

// random reports whether the value looks drawn by a machine: letters and digits
// mixed (or hex), no words, no pattern.
func (s *shape) random() bool {
	if s.length < 8 || s.patterned() || s.wordy() {
		return false
	}
	if s.digits == 0 {
		// Letters alone: long, and unlike any language; of one case, longer still.
		return s.length >= 16 && s.mixedUp() || s.length >= 32 && s.signs == 0 && s.weight < -2*s.weighed
	}
	return s.letters() > 0 && s.distinct*5 >= min(s.length, 24)*2
}
