// Package example makes values from patterns and writes them down as files do: what
// the examples beside a rule are tested with, so that no file has to hold a secret.
//
// A pattern is a regular expression (Go RE2) of a value. [Draw] makes a text that it
// matches: classes and alternatives are drawn evenly, repetitions without an end
// stay short, and a class that is not of ASCII alone gives its printable ASCII.
//
// What cannot be drawn is computed. A named group says how:
//
//	(?P<body>...)          what the checks after it are over; without one, all before them
//	(?P<crc32_base62>x{6}) a check over the body, as long as what the group matches
//	(?P<base64>...)        an encoding of what the group matches
//	(?P<jwt>x)             a whole value, see below
//	(?P<secret>...)        the part that is the secret, where that is not the whole value
//
// The checks are crc32_base36, crc32_base62, crc32_hex, crc32_hex_upper, md5_hex, sha1_hex and
// sha256_hex: numbers padded with zeros on the left, digests cut off at the right.
//
// The encodings are base32 (without padding), base64, base64_raw (without padding), base64url
// (without padding), base64_json (the same, of a JSON object; x stands for any) and hex.
//
// The whole values are
//
//	jwt              a signed token; of the claims that the group matches, where it is JSON
//	macaroon         of libmacaroons, version 2; the group matches its location
//	bech32           with a right checksum; the group matches what stands before its 1
//	base58check      with a right checksum; the group matches the content in hex
//	base58check_xrp  the same, in the alphabet of the XRP Ledger
//	solana_key       a key pair in base 58
//	base32_crc16     a seed of NATS or Stellar; the group matches the letters it begins with
//	private_key_pem, rsa_key_pem, ec_key_pem, openssh_key, pgp_key, putty_key
//
// As no two groups of a pattern may have one name, a name may end in _2, _3 and so on.
//
// Everything is made up from a seed and belongs to nobody.
package example

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp/syntax"
	"strings"
	"unicode"
)

// maxLength bounds a drawn value, in bytes.
const maxLength = 64 << 10

// maxMore is how often more than it must a repetition without an end is drawn.
const maxMore = 8

var errNoMatch = errors.New("the pattern matches nothing")

// Value is a drawn text.
type Value struct {
	Text string
	// Secret is the part of Text that the group named secret matches, or all of it.
	Secret string
}

// Draw returns a text for pattern. The same pattern and seed give the same text. It is
// safe for concurrent use. A pattern that does not parse, has a group of an unknown name or
// gives too long a text is an error.
func Draw(pattern string, seed int64) (string, error) {
	value, err := DrawValue(pattern, seed)
	return value.Text, err
}

// DrawValue is [Draw], and tells which part of the text is the secret.
func DrawValue(pattern string, seed int64) (Value, error) {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return Value{}, fmt.Errorf("bad pattern (Go RE2 syntax): %w", err)
	}
	d := &drawer{random: random{rand.New(rand.NewPCG(uint64(seed), 0x756e6c65616b))}}
	if err := d.draw(re); err != nil {
		return Value{}, err
	}
	value := Value{Text: string(d.text), Secret: d.secret}
	if value.Secret == "" {
		value.Secret = value.Text
	}
	return value, nil
}

// drawer is one text under way.
type drawer struct {
	random
	text    []byte
	body    string // the newest group of this name
	hasBody bool
	secret  string
}

// draw appends a text for re.
func (d *drawer) draw(re *syntax.Regexp) error {
	if len(d.text) > maxLength {
		return fmt.Errorf("the pattern gives texts above %d bytes: bound its repetitions", maxLength)
	}
	switch re.Op {
	case syntax.OpNoMatch:
		return errNoMatch
	case syntax.OpLiteral:
		for _, r := range re.Rune {
			if re.Flags&syntax.FoldCase != 0 && d.IntN(2) == 0 {
				r = otherCase(r)
			}
			d.text = append(d.text, string(r)...)
		}
	case syntax.OpCharClass:
		if len(re.Rune) == 0 {
			return errNoMatch
		}
		d.text = append(d.text, string(d.oneOf(re.Rune))...)
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		d.text = append(d.text, string(d.oneOf([]rune{'!', '~'}))...)
	case syntax.OpStar:
		return d.repeat(re.Sub[0], 0, -1)
	case syntax.OpPlus:
		return d.repeat(re.Sub[0], 1, -1)
	case syntax.OpQuest:
		return d.repeat(re.Sub[0], 0, 1)
	case syntax.OpRepeat:
		return d.repeat(re.Sub[0], re.Min, re.Max)
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			if err := d.draw(sub); err != nil {
				return err
			}
		}
	case syntax.OpAlternate:
		return d.draw(re.Sub[d.IntN(len(re.Sub))])
	case syntax.OpCapture:
		return d.group(re)
	}
	return nil // the empty match, and assertions: the text around is the pattern's own
}

// repeat draws re from low to high times; high is negative where there is no end.
func (d *drawer) repeat(re *syntax.Regexp, low, high int) error {
	if high < 0 {
		high = low + maxMore
	}
	for range low + d.IntN(high-low+1) {
		if err := d.draw(re); err != nil {
			return err
		}
	}
	return nil
}

// group draws what a group matches, and puts in its place what its name says.
func (d *drawer) group(re *syntax.Regexp) error {
	start := len(d.text)
	if err := d.draw(re.Sub[0]); err != nil {
		return err
	}
	drawn := string(d.text[start:])
	name := re.Name
	if i := strings.LastIndexByte(name, '_'); i > 0 && strings.Trim(name[i+1:], digits) == "" {
		name = name[:i]
	}
	switch name {
	case "":
		return nil
	case "body":
		d.body, d.hasBody = drawn, true
		return nil
	case "secret":
		d.secret = drawn
		return nil
	}
	computed, err := d.compute(name, drawn, string(d.text[:start]))
	if err != nil {
		return err
	}
	d.text = append(d.text[:start], computed...)
	return nil
}

// compute returns the text of a group: drawn is what it matches, before what stands in front of it.
func (d *drawer) compute(name, drawn, before string) (string, error) {
	if check, ok := checks[name]; ok {
		if d.hasBody {
			before = d.body
		}
		return check(before, len(drawn))
	}
	if encode, ok := encodings[name]; ok {
		return encode(drawn)
	}
	if make, ok := wholes[name]; ok {
		return make(d.random, drawn)
	}
	return "", fmt.Errorf("no group is named %q: there are body, secret, %s", name, strings.Join(groupNames(), ", "))
}

// oneOf draws from the ranges of a class, evenly.
func (d *drawer) oneOf(ranges []rune) rune {
	if printable := within(ranges, ' ', '~'); len(printable) > 0 {
		ranges = printable
	} else if ascii := within(ranges, 0, unicode.MaxASCII); len(ascii) > 0 {
		ranges = ascii
	}
	n := 0
	for i := 0; i < len(ranges); i += 2 {
		n += int(ranges[i+1]-ranges[i]) + 1
	}
	n = d.IntN(n)
	for i := 0; ; i += 2 {
		size := int(ranges[i+1]-ranges[i]) + 1
		if n < size {
			return ranges[i] + rune(n)
		}
		n -= size
	}
}

// within returns what of the ranges of a class lies from low to high.
func within(ranges []rune, low, high rune) []rune {
	var cut []rune
	for i := 0; i < len(ranges); i += 2 {
		from, to := max(ranges[i], low), min(ranges[i+1], high)
		if from <= to {
			cut = append(cut, from, to)
		}
	}
	return cut
}

// otherCase returns an ASCII letter in its other case, and any other rune as it is.
func otherCase(r rune) rune {
	if 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' {
		return r ^ 0x20
	}
	return r
}
