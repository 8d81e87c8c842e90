package example

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"maps"
	"slices"
	"strings"
)

const (
	lowerCase = "abcdefghijklmnopqrstuvwxyz"
	upperCase = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digits    = "0123456789"
)

// checks compute width characters over a body. The maps of this file are never changed.
var checks = map[string]func(body string, width int) (string, error){
	"crc32_base36":    crc32In(digits + lowerCase),
	"crc32_base62":    crc32In(digits + upperCase + lowerCase), // as GitHub and npm have it
	"crc32_hex":       crc32In(digits + "abcdef"),
	"crc32_hex_upper": crc32In(digits + "ABCDEF"),
	"md5_hex": func(body string, width int) (string, error) {
		sum := md5.Sum([]byte(body))
		return digest(sum[:], width)
	},
	"sha1_hex": func(body string, width int) (string, error) {
		sum := sha1.Sum([]byte(body))
		return digest(sum[:], width)
	},
	"sha256_hex": func(body string, width int) (string, error) {
		sum := sha256.Sum256([]byte(body))
		return digest(sum[:], width)
	},
}

// encodings encode a drawn text.
var encodings = map[string]func(string) (string, error){
	"base32":     encoded(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString),
	"base64":     encoded(base64.StdEncoding.EncodeToString),
	"base64_raw": encoded(base64.RawStdEncoding.EncodeToString),
	"base64url":  encoded(base64.RawURLEncoding.EncodeToString),
	"hex":        encoded(hex.EncodeToString),
}

// wholes make a value; drawn is what the group matches.
var wholes = map[string]func(r random, drawn string) (string, error){
	"base64_json":     base64JSON,
	"jwt":             jwt,
	"macaroon":        macaroon,
	"bech32":          bech32,
	"base58check":     base58checkIn(bitcoinDigits),
	"base58check_xrp": base58checkIn(rippleDigits),
	"solana_key":      solanaKey,
	"base32_crc16":    base32CRC16,
	"private_key_pem": privateKeyPEM,
	"rsa_key_pem":     rsaKeyPEM,
	"ec_key_pem":      ecKeyPEM,
	"openssh_key":     opensshKey,
	"pgp_key":         pgpKey,
	"putty_key":       puttyKey,
}

// groupNames returns the names of all computed groups, sorted.
func groupNames() []string {
	names := slices.Collect(maps.Keys(checks))
	names = slices.AppendSeq(names, maps.Keys(encodings))
	names = slices.AppendSeq(names, maps.Keys(wholes))
	slices.Sort(names)
	return names
}

// crc32In returns the check that writes the CRC-32 (IEEE) of a body in an alphabet, the
// digit of most weight first.
func crc32In(alphabet string) func(string, int) (string, error) {
	return func(body string, width int) (string, error) {
		text := make([]byte, width)
		sum := crc32.ChecksumIEEE([]byte(body))
		for i := width - 1; i >= 0; i-- {
			text[i] = alphabet[sum%uint32(len(alphabet))]
			sum /= uint32(len(alphabet))
		}
		if sum > 0 {
			return "", fmt.Errorf("a CRC-32 does not fit %d characters of %d: widen the group", width, len(alphabet))
		}
		return string(text), nil
	}
}

// digest writes the first width characters of a digest in hex.
func digest(sum []byte, width int) (string, error) {
	text := hex.EncodeToString(sum)
	if width > len(text) {
		return "", fmt.Errorf("the digest has %d characters, not %d: narrow the group", len(text), width)
	}
	return text[:width], nil
}

func encoded(encode func([]byte) string) func(string) (string, error) {
	return func(text string) (string, error) { return encode([]byte(text)), nil }
}

// base64JSON encodes an object of JSON; one without characters that the two alphabets
// of base64 write differently is the same in both.
func base64JSON(r random, drawn string) (string, error) {
	if !strings.HasPrefix(drawn, "{") {
		drawn = fmt.Sprintf(`{"id":"%s","key":"%s"}`, r.string(digits, 12), r.string(digits+lowerCase, 32))
	}
	return base64.RawURLEncoding.EncodeToString([]byte(drawn)), nil
}
