package example

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"
)

// random draws parts of values.
type random struct{ *rand.Rand }

// string returns n characters of an alphabet.
func (r random) string(alphabet string, n int) string {
	text := make([]byte, n)
	for i := range text {
		text[i] = alphabet[r.IntN(len(alphabet))]
	}
	return string(text)
}

func (r random) bytes(n int) []byte {
	data := make([]byte, 0, n+8)
	for len(data) < n {
		data = binary.LittleEndian.AppendUint64(data, r.Uint64())
	}
	return data[:n]
}

// jwt makes a JSON Web Token (RFC 7519) of the algorithm HS256, signed with a random key.
func jwt(r random, drawn string) (string, error) {
	if !strings.HasPrefix(drawn, "{") {
		drawn = fmt.Sprintf(`{"sub":"%s","iss":"https://id.corp-internal.net","iat":1700000000,"exp":1900000000}`, r.string(digits, 9))
	}
	encode := base64.RawURLEncoding.EncodeToString
	text := encode([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + encode([]byte(drawn))
	mac := hmac.New(sha256.New, r.bytes(32))
	mac.Write([]byte(text))
	return text + "." + encode(mac.Sum(nil)), nil
}

// macaroon makes a macaroon in the binary form of libmacaroons, version 2: location,
// identifier, one caveat, signature.
func macaroon(r random, location string) (string, error) {
	if len(location) > 127 {
		return "", errors.New("the location of a macaroon has at most 127 bytes here")
	}
	data := []byte{2} // the version
	field := func(kind byte, content string) {
		data = append(append(data, kind, byte(len(content))), content...)
	}
	const hexDigits = digits + "abcdef"
	field(1, location)
	field(2, fmt.Sprintf("%s-%s-4%s-8%s-%s", r.string(hexDigits, 8), r.string(hexDigits, 4),
		r.string(hexDigits, 3), r.string(hexDigits, 3), r.string(hexDigits, 12)))
	data = append(data, 0)
	field(2, `{"version": 1, "permissions": "user"}`)
	data = append(data, 0, 0)
	field(6, string(r.bytes(32)))
	return base64.RawURLEncoding.EncodeToString(data), nil
}

// bech32 makes 32 random bytes as BIP 173 writes them, behind a human-readable part and the
// sign 1; in upper case where that part is.
func bech32(r random, human string) (string, error) {
	const alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
	lower := strings.ToLower(human)
	if human == "" || human != lower && human != strings.ToUpper(human) {
		return "", errors.New("bech32 needs a human-readable part, in one case")
	}
	var values, expanded []byte // of five bits
	bits, rest := 0, 0
	for _, b := range r.bytes(32) {
		bits, rest = bits+8, rest<<8|int(b)
		for bits >= 5 {
			bits -= 5
			values = append(values, byte(rest>>bits&31))
		}
	}
	values = append(values, byte(rest<<(5-bits)&31))
	for _, c := range []byte(lower) {
		expanded = append(expanded, c>>5)
	}
	expanded = append(expanded, 0)
	for _, c := range []byte(lower) {
		expanded = append(expanded, c&31)
	}
	sum := bech32Sum(append(append(expanded, values...), 0, 0, 0, 0, 0, 0)) ^ 1
	for i := range 6 {
		values = append(values, byte(sum>>(5*(5-i))&31))
	}
	text := []byte(lower + "1")
	for _, v := range values {
		text = append(text, alphabet[v])
	}
	if human != lower {
		return strings.ToUpper(string(text)), nil
	}
	return string(text), nil
}

// bech32Sum is the checksum of BIP 173.
func bech32Sum(values []byte) uint32 {
	sum := uint32(1)
	for _, v := range values {
		top := sum >> 25
		sum = sum&0x1ffffff<<5 ^ uint32(v)
		for i, generator := range [5]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3} {
			if top>>i&1 == 1 {
				sum ^= generator
			}
		}
	}
	return sum
}

// The alphabets of base 58: Bitcoin's, which most have, and that of the XRP Ledger.
const (
	bitcoinDigits = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
	rippleDigits  = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"
)

// base58checkIn returns the writer of a content that is given in hex, and four bytes of its
// doubled SHA-256, in base 58, as Bitcoin does for its keys.
func base58checkIn(alphabet string) func(random, string) (string, error) {
	return func(_ random, content string) (string, error) {
		data, err := hex.DecodeString(content)
		if err != nil {
			return "", fmt.Errorf("base58check needs its content in hex: %w", err)
		}
		first := sha256.Sum256(data)
		second := sha256.Sum256(first[:])
		return base58(append(data, second[:4]...), alphabet), nil
	}
}

// solanaKey makes a key pair of Solana: a seed of Ed25519 and its public key, in base 58.
func solanaKey(r random, _ string) (string, error) {
	return base58(ed25519.NewKeyFromSeed(r.bytes(ed25519.SeedSize)), bitcoinDigits), nil
}

// base58 writes data as a number; each zero at its start is a digit of its own.
func base58(data []byte, alphabet string) string {
	number, base, digit := new(big.Int).SetBytes(data), big.NewInt(int64(len(alphabet))), new(big.Int)
	var text []byte
	for number.Sign() > 0 {
		number.DivMod(number, base, digit)
		text = append([]byte{alphabet[digit.Int64()]}, text...)
	}
	for i := 0; i < len(data) && data[i] == 0; i++ {
		text = append([]byte{alphabet[0]}, text...)
	}
	return string(text)
}

// base32CRC16 makes a seed as Stellar ("S" and 32 bytes; SEP 23) and NATS ("S", a letter for the
// kind of key, and 32 bytes; nkeys) write it: in base 32, with a CRC-16 at its end.
func base32CRC16(r random, letters string) (string, error) {
	const alphabet = upperCase + "234567"
	bits := 0
	for _, c := range []byte(letters) {
		value := strings.IndexByte(alphabet, c)
		if value < 0 || len(letters) > 2 {
			return "", errors.New("base32_crc16 needs the one or two letters that the value begins with")
		}
		bits = bits<<5 | value
	}
	var data []byte
	switch len(letters) {
	case 1:
		data = []byte{byte(bits << 3)}
	case 2:
		data = []byte{byte(bits >> 2), byte(bits << 6)}
	}
	data = append(data, r.bytes(32)...)
	data = binary.LittleEndian.AppendUint16(data, crc16(data))
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(data), nil
}

// crc16 is the CRC-16 of XMODEM.
func crc16(data []byte) uint16 {
	var crc uint16
	for _, b := range data {
		crc ^= uint16(b) << 8
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
