package scanner

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// fragments are the parts of secrets, as they are and as base64 and hex, by which they are known wherever they stand.
type fragments struct {
	known  map[fragment]struct{}
	begins [256][256]bool      // the first two bytes of each
	seen   map[string]struct{} // values
}

// fragment is as many bytes as must not be seen of a secret.
type fragment [6]byte

// encodedUpTo is the length in bytes of values that are looked for in encoded form. Of longer ones enough gives them away.
const encodedUpTo = 512

func (f *fragments) add(value string) {
	if _, ok := f.seen[value]; ok || value == "" {
		return
	}
	if f.seen == nil {
		f.seen, f.known = map[string]struct{}{}, map[fragment]struct{}{}
	}
	f.seen[value] = struct{}{}
	f.split(value)
	if len(value) > encodedUpTo {
		return
	}
	for shift := range 3 {
		encoded := base64.RawStdEncoding.EncodeToString(append(make([]byte, shift), value...))
		encoded = encoded[(shift*8+5)/6 : len(encoded)-1] // the digits that say nothing else
		f.split(encoded)
		f.split(strings.NewReplacer("+", "-", "/", "_").Replace(encoded))
	}
	digits := hex.EncodeToString([]byte(value))
	f.split(digits)
	f.split(strings.ToUpper(digits))
}

// split notes the fragments of a text but those that words have.
func (f *fragments) split(text string) {
	for i := 0; i+len(fragment{}) <= len(text); i++ {
		if part := fragment([]byte(text[i : i+len(fragment{})])); part.telling() {
			f.known[part] = struct{}{}
			f.begins[part[0]][part[1]] = true
		}
	}
}

// telling reports whether a fragment mixes letters and digits, or lower case and upper case as words do not.
func (f fragment) telling() bool {
	lower, upper, digits := 0, 0, 0
	for _, c := range f {
		switch {
		case c >= 'a' && c <= 'z':
			lower++
		case c >= 'A' && c <= 'Z':
			upper++
		case c >= '0' && c <= '9':
			digits++
		}
	}
	if upper > 0 && f[0] >= 'A' && f[0] <= 'Z' && digits == 0 {
		upper-- // a word may begin with a capital
	}
	return digits > 0 && lower+upper > 0 || lower > 0 && upper > 0
}

// has reports whether six bytes are a fragment.
func (f *fragments) has(part fragment) bool {
	if !f.begins[part[0]][part[1]] {
		return false
	}
	_, ok := f.known[part]
	return ok
}

// anyIn reports whether a text has a fragment.
func (f *fragments) anyIn(text string) bool {
	for i := 0; i+len(fragment{}) <= len(text); i++ {
		if f.has(fragment([]byte(text[i : i+len(fragment{})]))) {
			return true
		}
	}
	return false
}
