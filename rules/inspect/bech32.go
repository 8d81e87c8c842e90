package inspect

import (
	"bytes"
	"crypto/ecdh"
	"strings"
)

// bech32Alphabet are the digits of bech32 (BIP 173), which BIP 350 keeps.
const bech32Alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"

// maxBech32 bounds what is decoded, in characters. Post-quantum identities of age
// are the longest there are.
const maxBech32 = 256

// ageKey judges identities of age: bech32 in capitals. A wrong checksum drops
// the candidate, since age refuses it. Facts: type, checksum, and public_fingerprint, the
// recipient whose files it opens.
func ageKey(c Candidate) Verdict {
	prefix, raw, ok := decodeBech32(c.secret())
	if !ok || len(raw) != 32 {
		return Verdict{Drop: true}
	}
	facts := map[string]string{"checksum": "valid"}
	switch prefix {
	case "age-secret-key-":
		facts["type"] = "x25519"
		key, err := ecdh.X25519().NewPrivateKey(raw)
		if err != nil {
			return Verdict{Drop: true}
		}
		facts["public_fingerprint"] = encodeBech32("age", key.PublicKey().Bytes())
	case "age-secret-key-pq-":
		facts["type"] = "mlkem768x25519"
	default:
		return Verdict{Drop: true}
	}
	return Verdict{Confidence: High, Facts: facts}
}

// nostrKey judges private keys of Nostr (NIP-19, "nsec1...") and those that a password
// locks (NIP-49, "ncryptsec1..."). Facts: encrypted, checksum.
func nostrKey(c Candidate) Verdict {
	prefix, raw, ok := decodeBech32(c.secret())
	switch {
	case ok && prefix == "nsec" && len(raw) == 32:
		return Verdict{Confidence: High, Facts: map[string]string{"encrypted": "false", "checksum": "valid"}}
	case ok && prefix == "ncryptsec" && len(raw) == 91:
		return Verdict{Confidence: High, Severity: Medium, Facts: map[string]string{"encrypted": "true", "checksum": "valid"}}
	}
	return Verdict{Drop: true}
}

// decodeBech32 returns the part before the last "1", in lower case, and the bytes
// behind it without the checksum, which must be that of bech32.
func decodeBech32(text []byte) (prefix string, raw []byte, ok bool) {
	lower := bytes.ToLower(text)
	if len(text) > maxBech32 || !bytes.Equal(text, lower) && !bytes.Equal(text, bytes.ToUpper(text)) {
		return "", nil, false // both cases in one are not allowed
	}
	i := bytes.LastIndexByte(lower, '1')
	if i < 1 || len(lower)-i-1 < 6 {
		return "", nil, false
	}
	prefix = string(lower[:i])
	digits := make([]byte, 0, len(lower)-i-1)
	for _, c := range lower[i+1:] {
		digit := strings.IndexByte(bech32Alphabet, c)
		if digit < 0 {
			return "", nil, false
		}
		digits = append(digits, byte(digit))
	}
	if bech32Sum(prefix, digits) != 1 {
		return "", nil, false
	}
	raw, ok = regroup(digits[:len(digits)-6], 5, 8, false)
	return prefix, raw, ok
}

func encodeBech32(prefix string, raw []byte) string {
	digits, _ := regroup(raw, 8, 5, true)
	sum := bech32Sum(prefix, append(digits[:len(digits):len(digits)], make([]byte, 6)...)) ^ 1
	for i := range 6 {
		digits = append(digits, byte(sum>>(5*(5-i))&31))
	}
	text := []byte(prefix + "1")
	for _, digit := range digits {
		text = append(text, bech32Alphabet[digit])
	}
	return string(text)
}

// bech32Sum is the polynomial of BIP 173 over prefix and digits: 1 for text with a
// right checksum.
func bech32Sum(prefix string, digits []byte) uint32 {
	sum := uint32(1)
	step := func(value byte) {
		top := sum >> 25
		sum = sum&0x1ffffff<<5 ^ uint32(value)
		for i, generator := range [...]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3} {
			if top>>i&1 == 1 {
				sum ^= generator
			}
		}
	}
	for i := range len(prefix) {
		step(prefix[i] >> 5)
	}
	step(0)
	for i := range len(prefix) {
		step(prefix[i] & 31)
	}
	for _, digit := range digits {
		step(digit)
	}
	return sum
}

// regroup changes groups of from bits into groups of to bits. Bits that are left over are
// filled up with zeros, or must be fewer than a group and zero.
func regroup(data []byte, from, to int, fill bool) ([]byte, bool) {
	var out []byte
	var bits uint32
	n := 0
	for _, value := range data {
		bits = bits<<from | uint32(value)
		for n += from; n >= to; {
			n -= to
			out = append(out, byte(bits>>n&(1<<to-1)))
		}
		bits &= 1<<n - 1
	}
	if fill && n > 0 {
		out = append(out, byte(bits<<(to-n)))
	}
	return out, fill || n < from && bits == 0
}
