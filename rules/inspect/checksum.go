package inspect

import "hash/crc32"

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// checksumLength is how many base-62 digits a CRC-32 takes, padded with zeros.
const checksumLength = 6

// crc32Token judges tokens that end in the CRC-32 of their body, in base 62: those
// of GitHub (ghp_, gho_, ghu_, ghs_, ghr_) and npm.
//
// A right checksum makes a token certain. A wrong one means that nobody issued it:
// it was made up for a test or a page. Such a value stays a finding of low
// confidence and severity when it looks drawn, so that nothing vanishes, and is
// dropped when it reads like words or a pattern.
func crc32Token(c Candidate) Verdict {
	body := c.secret()
	for i, b := range body {
		if b == '_' {
			body = body[i+1:]
			break
		}
	}
	if len(body) <= checksumLength {
		return Verdict{Drop: true}
	}
	split := len(body) - checksumLength
	if string(body[split:]) == checksum62(body[:split]) {
		return Verdict{Confidence: High, Facts: map[string]string{"checksum": "valid"}}
	}
	if s := shapeOf(body); !s.random() {
		return Verdict{Drop: true}
	}
	return Verdict{Confidence: Low, Severity: Low, Facts: map[string]string{"checksum": "invalid"}}
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
