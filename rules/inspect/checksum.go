package inspect

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"strconv"
	"strings"
)

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// checksumLength is how many base-62 digits a CRC-32 takes, padded with zeros.
const checksumLength = 6

// rightChecksum is the verdict on a token whose checksum is right: it is certain.
func rightChecksum() Verdict {
	return Verdict{Confidence: High, Facts: map[string]string{"checksum": "valid"}}
}

// wrongChecksum is the verdict on a token whose checksum is wrong. Nobody issued it: it was
// made up for a test or a page. It stays a finding of low confidence and severity when
// it looks drawn, so that nothing vanishes, and is dropped when it reads like words
// or a pattern.
func wrongChecksum(body []byte) Verdict {
	if s := shapeOf(body); !s.random() || isPlaceholder(body) {
		return Verdict{Drop: true}
	}
	return Verdict{Confidence: Low, Severity: Low, Facts: map[string]string{"checksum": "invalid"}}
}

// crc32Token judges tokens that end in the CRC-32 of their body, in base 62: those
// of GitHub (ghp_, gho_, ghu_, ghs_, ghr_) and npm. The body is what stands between
// the first "_" and the checksum.
func crc32Token(c Candidate) Verdict {
	_, body, ok := bytes.Cut(c.secret(), []byte{'_'})
	if !ok {
		body = c.secret()
	}
	if len(body) <= checksumLength {
		return Verdict{Drop: true}
	}
	split := len(body) - checksumLength
	if string(body[split:]) == checksum62(body[:split]) {
		return rightChecksum()
	}
	return wrongChecksum(body)
}

// checksum62 is the CRC-32 of body in base 62.
func checksum62(body []byte) string {
	sum := crc32.ChecksumIEEE(body)
	var digits [checksumLength]byte
	for i := len(digits) - 1; i >= 0; i-- {
		digits[i] = base62[sum%62]
		sum /= 62
	}
	return string(digits[:])
}

// grafanaToken judges service account tokens of Grafana, "glsa_<32>_<8>": the last
// part is the CRC-32 of all before it, little-endian in hex (pkg/components/satokengen
// in its source).
func grafanaToken(c Candidate) Verdict {
	token := c.secret()
	i := bytes.LastIndexByte(token, '_')
	if i < 0 || len(token)-i-1 != 8 {
		return Verdict{Drop: true}
	}
	sum := binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE(token[:i]))
	if string(token[i+1:]) == hex.EncodeToString(sum) {
		return rightChecksum()
	}
	return wrongChecksum(withoutPrefix(token[:i]))
}

// gitlabToken judges tokens of GitLab. The routable ones of today are a prefix, base64
// of random bytes and a payload, then "." and three numbers in base 36: version (2
// digits, and a dot), length of the base64 (2) and CRC-32 of all before (7), as
// lib/authn/token_field/generator in its source writes them. The payload names
// cell, organization, group, project and user by number: fact account is "user 42", or
// "project 7" or "group 3" for tokens of such. Older tokens have no structure and
// are judged as vendor tokens.
func gitlabToken(c Candidate) Verdict {
	token := c.secret()
	i := bytes.IndexByte(token, '.')
	if i < 0 {
		return vendorToken(c)
	}
	const tail = len(".01.") + 2 + 7
	head := bytes.LastIndexByte(token[:i], '-') // base64 may hold one as well
	if len(token)-i != tail || head < 0 {
		return wrongChecksum(withoutPrefix(token[:i]))
	}
	split := len(token) - 7
	if sum, err := strconv.ParseUint(string(token[split:]), 36, 32); err != nil || uint32(sum) != crc32.ChecksumIEEE(token[:split]) {
		return wrongChecksum(withoutPrefix(token[:i]))
	}
	v := rightChecksum()
	if length, err := strconv.ParseUint(string(token[split-2:split]), 36, 16); err == nil && int(length) < i {
		if account := gitlabAccount(token[i-int(length) : i]); account != "" {
			v.Facts["account"] = account
		}
	}
	return v
}

// gitlabAccount reads the payload of a routable token: 16 random bytes, lines such as
// "u:16" in base 36, and their length in one byte.
func gitlabAccount(text []byte) string {
	raw := make([]byte, base64.RawURLEncoding.DecodedLen(len(text)))
	n, err := base64.RawURLEncoding.Decode(raw, text)
	if err != nil || n < 18 {
		return ""
	}
	length := int(raw[n-1])
	if length > n-17 {
		return ""
	}
	ids := map[string]uint64{}
	for line := range strings.SplitSeq(string(raw[n-1-length:n-1]), "\n") {
		key, value, _ := strings.Cut(line, ":")
		if id, err := strconv.ParseUint(value, 36, 64); err == nil {
			ids[key] = id
		}
	}
	for _, owner := range [...][2]string{{"p", "project"}, {"g", "group"}, {"u", "user"}, {"o", "organization"}} {
		if id, ok := ids[owner[0]]; ok {
			return owner[1] + " " + strconv.FormatUint(id, 10)
		}
	}
	return ""
}
