package inspect

import (
	"crypto/ed25519"
	"encoding/base32"
	"encoding/binary"
)

// Stellar's SEP-23 and the nkeys of NATS, which follow it, write a key as base32
// (RFC 4648, no padding) of version, body and checksum. The checksum is CRC-16 with
// the polynomial 0x1021, starting at 0 (XMODEM), little-endian.

// nkeyType says what an nkey is for by the letter that its public form starts with, empty
// for none.
func nkeyType(letter byte) string {
	switch letter {
	case 'A':
		return "account"
	case 'C':
		return "cluster"
	case 'N':
		return "server"
	case 'O':
		return "operator"
	case 'U':
		return "user"
	case 'X':
		return "curve"
	}
	return ""
}

// nkey judges seeds of NATS: 58 characters that start with S and the letter of the
// type, as github.com/nats-io/nkeys writes them. A wrong checksum drops the
// candidate: no program takes such a seed. Facts: type, checksum, and
// public_fingerprint, which is the public nkey.
func nkey(c Candidate) Verdict {
	raw, ok := decodeStrkey(c.secret(), 2+ed25519.SeedSize+2)
	if !ok || raw[0]>>3 != 'S'-'A' {
		return Verdict{Drop: true}
	}
	// The type takes five bits across the border of the first two bytes, so
	// that both letters can be read.
	version := raw[0]&7<<5 | raw[1]>>3
	name := nkeyType('A' + version>>3)
	if name == "" || version&7 != 0 {
		return Verdict{Drop: true}
	}
	facts := map[string]string{"type": name, "checksum": "valid"}
	if name != "curve" { // its public key is of X25519
		facts["public_fingerprint"] = encodeStrkey(version, ed25519Public(raw[2:]))
	}
	return Verdict{Confidence: High, Facts: facts}
}

// nkeyReach is how far a seed may stand from the word that it is found by, in bytes.
const nkeyReach = 512

// nkeyNear locates the seed of NATS that is nearest to a word such as "nkey" or "seed". The
// seed itself begins with three letters that say too little to look for: a search
// for them costs a third more of every scan.
func nkeyNear(window []byte, hit Span) (Span, Verdict, bool) {
	if !hit.within(len(window)) {
		return Span{}, Verdict{}, false
	}
	const length = 58
	from, to := max(0, hit.Start-nkeyReach), min(len(window), hit.End+nkeyReach+length)
	var match Span
	var best Verdict
	nearest := -1
	for i := from; i+length <= to; i++ {
		distance := max(i-hit.End, hit.Start-i-length)
		if window[i] != 'S' || window[i+2] != 'A' || distance < 0 || nearest >= 0 && distance >= nearest {
			continue
		}
		if i > 0 && isWord(window[i-1]) || i+length < len(window) && isWord(window[i+length]) {
			continue
		}
		all := Span{i, i + length}
		v := nkey(Candidate{Window: window, Match: all, Secret: all})
		if v.Drop {
			continue
		}
		best, nearest = v, distance
		best.Secret = all
		match = Span{min(i, hit.Start), max(i+length, hit.End)}
	}
	return match, best, nearest >= 0
}

// stellarSeed judges secret seeds of Stellar: 56 characters that start with S. Facts:
// checksum, and public_fingerprint, which is the account's address.
func stellarSeed(c Candidate) Verdict {
	const seed, address = ('S' - 'A') << 3, ('G' - 'A') << 3
	raw, ok := decodeStrkey(c.secret(), 1+ed25519.SeedSize+2)
	if !ok || raw[0] != seed {
		return Verdict{Drop: true}
	}
	return Verdict{Confidence: High, Facts: map[string]string{
		"checksum":           "valid",
		"public_fingerprint": encodeStrkey(address, ed25519Public(raw[1:])),
	}}
}

func base32Raw() *base32.Encoding { return base32.StdEncoding.WithPadding(base32.NoPadding) }

// decodeStrkey decodes a key of size bytes with its checksum, checks that and cuts it off.
func decodeStrkey(text []byte, size int) ([]byte, bool) {
	if base32Raw().EncodedLen(size) != len(text) {
		return nil, false
	}
	raw := make([]byte, size)
	if n, err := base32Raw().Decode(raw, text); err != nil || n != size {
		return nil, false
	}
	body := raw[:size-2]
	return body, binary.LittleEndian.Uint16(raw[size-2:]) == crc16(body)
}

func encodeStrkey(version byte, body []byte) string {
	raw := append([]byte{version}, body...)
	return base32Raw().EncodeToString(binary.LittleEndian.AppendUint16(raw, crc16(raw)))
}

// crc16 is CRC-16/XMODEM.
func crc16(data []byte) uint16 {
	var crc uint16
	for _, c := range data {
		crc ^= uint16(c) << 8
		for range 8 {
			if crc&0x8000 != 0 {
				crc = crc<<1 ^ 0x1021
			} else {
				crc <<= 1
			}
		}
	}
	return crc
}

// ed25519Public returns the public key of a seed of 32 bytes.
func ed25519Public(seed []byte) ed25519.PublicKey {
	return ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)
}
