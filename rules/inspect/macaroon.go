package inspect

import (
	"bytes"
	"encoding/binary"
	"strconv"
)

// macaroon judges macaroons in base64, behind a prefix that ends in "-", "_" or ":" or none:
// libmacaroons' packets (version 1) and its binary form (version 2). One that does not
// decode to its signature is cut off or made up. Facts: location, identifier.
func macaroon(c Candidate) Verdict {
	token := bytes.TrimRight(c.secret(), "=")
	for _, start := range macaroonStarts {
		i := bytes.Index(token, []byte(start))
		if i < 0 || i > 24 {
			continue
		}
		raw := decode64(token[i:])
		location, identifier, ok := readMacaroon(raw)
		if !ok {
			continue
		}
		v := Verdict{Confidence: High, Facts: map[string]string{}}
		for name, value := range map[string][]byte{"location": location, "identifier": identifier} {
			if isPrintable(value) {
				v.Facts[name] = clip(string(value))
			}
		}
		return v
	}
	return Verdict{Drop: true}
}

// macaroonStarts is how the base64 begins: "00", and version 2 with a location or an
// identifier first.
var macaroonStarts = [...]string{"MD", "AgE", "AgI"}

// readMacaroon follows a macaroon to its signature.
func readMacaroon(raw []byte) (location, identifier []byte, ok bool) {
	if len(raw) > 0 && raw[0] == 2 {
		return readMacaroon2(raw[1:])
	}
	for len(raw) > 0 {
		if len(raw) < 4 {
			return nil, nil, false
		}
		size, err := strconv.ParseUint(string(raw[:4]), 16, 16)
		if err != nil || size < 6 || int(size) > len(raw) {
			return nil, nil, false
		}
		name, value, _ := bytes.Cut(raw[4:size-1], []byte{' '})
		raw = raw[size:]
		switch string(name) {
		case "location":
			location = value
		case "identifier":
			identifier = value
		case "signature":
			return location, identifier, identifier != nil && len(value) == 32
		}
	}
	return nil, nil, false
}

// readMacaroon2 follows version 2 from behind its first byte: sections of fields, each
// ended by 0, first the macaroon's own, then one for each caveat, an empty one, and
// the signature (libmacaroons, doc/format.txt).
func readMacaroon2(raw []byte) (location, identifier []byte, ok bool) {
	const own, identifierField, signatureField = 1, 2, 6
	for first, empty := true, true; len(raw) > 0; {
		kind := raw[0]
		if kind == 0 {
			raw = raw[1:]
			if empty {
				break
			}
			first, empty = false, true
			continue
		}
		var value []byte
		if value, raw, ok = macaroonField(raw[1:]); !ok {
			return nil, nil, false
		}
		empty = false
		if first && kind == own {
			location = value
		} else if first && kind == identifierField {
			identifier = value
		}
	}
	if len(raw) == 0 || raw[0] != signatureField {
		return nil, nil, false
	}
	signature, _, ok := macaroonField(raw[1:])
	return location, identifier, ok && identifier != nil && len(signature) == 32
}

// macaroonField reads a field's length and its bytes.
func macaroonField(raw []byte) (value, rest []byte, ok bool) {
	size, n := binary.Uvarint(raw)
	if n <= 0 || size > uint64(len(raw)-n) {
		return nil, nil, false
	}
	return raw[n : n+int(size)], raw[n+int(size):], true
}

// flyToken judges tokens of Fly.io, "fm2_" or "fm1r_" or "fm1a_" and base64: macaroons in
// MessagePack, as github.com/superfly/macaroon writes them: nonce (key id, random
// bytes, proof), location, caveats, tail. Several may stand in a row, with commas; the
// first is judged. Fact: location.
func flyToken(c Candidate) Verdict {
	token, _, _ := bytes.Cut(c.secret(), []byte{','})
	_, text, ok := bytes.Cut(token, []byte{'_'})
	raw := decode64(bytes.TrimRight(text, "="))
	if !ok || len(raw) < 32 || raw[0] != 0x94 || raw[1] != 0x92 && raw[1] != 0x93 {
		return Verdict{Drop: true}
	}
	rest := raw[2:]
	for range 2 { // key id and random bytes
		if _, rest, ok = packedBytes(rest); !ok {
			return Verdict{Drop: true}
		}
	}
	if raw[1] == 0x93 { // the proof
		if len(rest) == 0 || rest[0] != 0xc2 && rest[0] != 0xc3 {
			return Verdict{Drop: true}
		}
		rest = rest[1:]
	}
	location, _, ok := packedBytes(rest)
	if !ok || !isPrintable(location) {
		return Verdict{Drop: true}
	}
	return Verdict{Confidence: High, Facts: map[string]string{"location": clip(string(location))}}
}

// packedBytes reads a string or bytes of MessagePack, up to 64 KB.
func packedBytes(raw []byte) (value, rest []byte, ok bool) {
	if len(raw) < 3 {
		return nil, nil, false
	}
	head, size := 1, 0
	switch c := raw[0]; {
	case c&0xe0 == 0xa0:
		size = int(c & 0x1f)
	case c == 0xd9 || c == 0xc4:
		head, size = 2, int(raw[1])
	case c == 0xda || c == 0xc5:
		head, size = 3, int(binary.BigEndian.Uint16(raw[1:]))
	default:
		return nil, nil, false
	}
	if len(raw) < head+size {
		return nil, nil, false
	}
	return raw[head : head+size], raw[head+size:], true
}
