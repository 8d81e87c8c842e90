package deflate

// lengthMeaning gives for the symbols from 257 on the shortest match and how many extra
// bits add to it (RFC 1951, section 3.2.5).
var lengthMeaning = [31]entry{
	3 << 16, 4 << 16, 5 << 16, 6 << 16, 7 << 16, 8 << 16, 9 << 16, 10 << 16,
	11<<16 | 1, 13<<16 | 1, 15<<16 | 1, 17<<16 | 1, 19<<16 | 2, 23<<16 | 2, 27<<16 | 2, 31<<16 | 2,
	35<<16 | 3, 43<<16 | 3, 51<<16 | 3, 59<<16 | 3, 67<<16 | 4, 83<<16 | 4, 99<<16 | 4, 115<<16 | 4,
	131<<16 | 5, 163<<16 | 5, 195<<16 | 5, 227<<16 | 5, 258 << 16, special, special,
}

// distanceMeaning gives the same for the distances of matches.
var distanceMeaning = [32]entry{
	1 << 16, 2 << 16, 3 << 16, 4 << 16, 5<<16 | 1, 7<<16 | 1, 9<<16 | 2, 13<<16 | 2,
	17<<16 | 3, 25<<16 | 3, 33<<16 | 4, 49<<16 | 4, 65<<16 | 5, 97<<16 | 5, 129<<16 | 6, 193<<16 | 6,
	257<<16 | 7, 385<<16 | 7, 513<<16 | 8, 769<<16 | 8, 1025<<16 | 9, 1537<<16 | 9, 2049<<16 | 10, 3073<<16 | 10,
	4097<<16 | 11, 6145<<16 | 11, 8193<<16 | 12, 12289<<16 | 12, 16385<<16 | 13, 24577<<16 | 13, special, special,
}

// prepare fills, once, what does not depend on the stream: the meaning of literals and
// lengths, and the tables of the fixed codes (section 3.2.6).
func (d *Decoder) prepare() {
	if d.ready {
		return
	}
	d.ready = true
	for i := range 256 {
		d.meaning[i] = literal | entry(i)<<valueShift
	}
	d.meaning[256] = special | end
	copy(d.meaning[257:], lengthMeaning[:])
	var lengths [literalSymbols]uint8
	for i := range lengths {
		switch {
		case i < 144:
			lengths[i] = 8
		case i < 256:
			lengths[i] = 9
		case i < 280:
			lengths[i] = 7
		default:
			lengths[i] = 8
		}
	}
	d.builder.build(d.fixedLiterals[:], literalBits, lengths[:], d.meaning[:])
	for i := range distanceMeaning {
		lengths[i] = 5
	}
	d.builder.build(d.fixedDistances[:], distanceBits, lengths[:len(distanceMeaning)], distanceMeaning[:])
}

// compressed inflates the data of a block by its tables, behind the written bytes of
// target, up to its end.
//
// A refill gives 56 bits, which do for three literals of the table itself, of 10 bits at
// most, or after less than three and another refill, for a match, of 15+5 and 15+13; also for
// the 15 of a code in a subtable and two literals behind it. Behind the end of source go
// zeros, but each symbol fills some of target, so that has an end too.
func (d *Decoder) compressed(literals *literalTable, distances *distanceTable, target []byte, written int) (int, error) {
	source, bits, count, next := d.input.source, d.input.bits, d.input.count, d.input.next
	var e entry
	for {
		bits |= word(source, next) << (count & 63)
		next, count = next+int(^count&63>>3), count|56
		e = literals[bits&(1<<literalBits-1)]
	symbol:
		if e&literal != 0 {
			bits >>= e & 63
			count -= uint64(e)
			if written >= len(target) {
				return written, d.leave(bits, count, next, ErrOverfull)
			}
			target[written] = byte(e >> valueShift)
			written++
			e = literals[bits&(1<<literalBits-1)]
			if e&literal != 0 {
				bits >>= e & 63
				count -= uint64(e)
				if written >= len(target) {
					return written, d.leave(bits, count, next, ErrOverfull)
				}
				target[written] = byte(e >> valueShift)
				written++
				e = literals[bits&(1<<literalBits-1)]
				if e&literal != 0 {
					bits >>= e & 63
					count -= uint64(e)
					if written >= len(target) {
						return written, d.leave(bits, count, next, ErrOverfull)
					}
					target[written] = byte(e >> valueShift)
					written++
					continue
				}
			}
			bits |= word(source, next) << (count & 63)
			next, count = next+int(^count&63>>3), count|56
		}
		if e&special != 0 {
			if e&link != 0 {
				bits >>= e & 63
				count -= uint64(e)
				e = literals[uint64(e>>valueShift)+bits&(1<<(e>>codeShift&15)-1)]
				goto symbol
			}
			if e&end == 0 {
				return written, d.leave(bits, count, next, ErrSymbol)
			}
			return written, d.leave(bits>>(e&63), count-uint64(e), next, nil)
		}
		length := int(e>>valueShift) + int(bits&(1<<(e&63)-1)>>(e>>codeShift&15))
		bits >>= e & 63
		count -= uint64(e)

		e = distances[bits&(1<<distanceBits-1)]
		if e&link != 0 {
			bits >>= e & 63
			count -= uint64(e)
			e = distances[uint64(e>>valueShift)+bits&(1<<(e>>codeShift&15)-1)]
		}
		if e&special != 0 {
			return written, d.leave(bits, count, next, ErrSymbol)
		}
		distance := int(e>>valueShift) + int(bits&(1<<(e&63)-1)>>(e>>codeShift&15))
		bits >>= e & 63
		count -= uint64(e)
		if distance > written || length > len(target)-written {
			return written, d.leave(bits, count, next, matchError(distance, written))
		}
		if distance >= 16 && length <= 16 && len(target)-written >= 16 {
			*(*[16]byte)(target[written:]) = *(*[16]byte)(target[written-distance:])
		} else {
			repeat(target[written-distance:written+length], distance)
		}
		written += length
	}
}

// leave stores where the reading of input stands.
func (d *Decoder) leave(bits, count uint64, next int, err error) error {
	d.input.bits, d.input.count, d.input.next = bits, count, next
	return err
}

func matchError(distance, written int) error {
	if distance > written {
		return ErrDistance
	}
	return ErrOverfull
}

// repeat fills window from its first bytes, done, again and again. Short copies go in
// pieces of 16 bytes, for which there must be as many to copy from.
func repeat(window []byte, done int) {
	if done >= 16 && len(window)-done <= 64 {
		for len(window)-done >= 16 {
			*(*[16]byte)(window[done:]) = *(*[16]byte)(window)
			window = window[16:]
		}
	}
	for done < len(window) {
		done += copy(window[done:], window[:done])
	}
}
