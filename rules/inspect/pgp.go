package inspect

import (
	"crypto/sha1"
	"encoding/binary"
	"fmt"
)

// parsePGP reads the first packet of a secret key (RFC 4880, sections 4.2, 5.5.3).
// The fingerprint is that of a version 4 key (section 12.2), as gpg shows it.
func parsePGP(raw []byte) (keyFacts, bool) {
	tag, body, whole, ok := pgpPacket(raw)
	if !ok || tag != 5 || len(body) < 6 {
		return keyFacts{}, false
	}
	facts := keyFacts{format: "pgp"}
	if body[0] != 4 {
		return facts, body[0] >= 3 && body[0] <= 6
	}
	rest := body[6:]
	integers := 0
	switch body[5] { // algorithm: how many integers its public part has
	case 1, 2, 3:
		facts.kind, integers = "rsa", 2
	case 16:
		facts.kind, integers = "elgamal", 3
	case 17:
		facts.kind, integers = "dsa", 4
	case 18, 19, 22:
		facts.kind, integers = map[byte]string{18: "ecdh", 19: "ecdsa", 22: "ed25519"}[body[5]], 1
		if len(rest) == 0 || len(rest) < 1+int(rest[0]) {
			return keyFacts{}, false
		}
		rest = rest[1+int(rest[0]):]
	default:
		return facts, true
	}
	for i := range integers {
		if len(rest) < 2 {
			return facts, !whole
		}
		bits := int(binary.BigEndian.Uint16(rest))
		if i == 0 && facts.kind != "ed25519" && facts.kind != "ecdsa" {
			facts.bits = bits
		}
		size := (bits + 7) / 8
		if len(rest) < 2+size {
			return facts, !whole
		}
		rest = rest[2+size:]
	}
	if len(rest) == 0 {
		return facts, !whole
	}
	facts.encrypted = rest[0] != 0
	facts.certain = whole
	facts.fingerprint = pgpFingerprint(body[:len(body)-len(rest)])
	return facts, true
}

// pgpPacket reads a packet header, old format or new. whole is false when the body
// is cut off.
func pgpPacket(raw []byte) (tag byte, body []byte, whole, ok bool) {
	if len(raw) < 6 || raw[0]&0x80 == 0 {
		return 0, nil, false, false
	}
	head, length := 0, 0
	if raw[0]&0x40 == 0 {
		tag = raw[0] >> 2 & 0xf
		switch raw[0] & 3 {
		case 0:
			head, length = 2, int(raw[1])
		case 1:
			head, length = 3, int(binary.BigEndian.Uint16(raw[1:]))
		case 2:
			head, length = 5, int(binary.BigEndian.Uint32(raw[1:])&0x7fffffff)
		default: // indeterminate
			head, length = 1, len(raw)-1
		}
	} else {
		tag = raw[0] & 0x3f
		switch first := int(raw[1]); {
		case first < 192:
			head, length = 2, first
		case first < 224:
			head, length = 3, (first-192)<<8+int(raw[2])+192
		case first == 255:
			head, length = 6, int(binary.BigEndian.Uint32(raw[2:])&0x7fffffff)
		default:
			return 0, nil, false, false
		}
	}
	if length > len(raw)-head {
		return tag, raw[head:], false, true
	}
	return tag, raw[head : head+length], true, true
}

func pgpFingerprint(public []byte) string {
	h := sha1.New() // what the format prescribes
	h.Write([]byte{0x99, byte(len(public) >> 8), byte(len(public))})
	h.Write(public)
	return fmt.Sprintf("%X", h.Sum(nil))
}
