package scanner

import (
	"crypto/sha256"
	"encoding/hex"
	"math"

	"github.com/unleak/unleak/scanner/finding"
	"golang.org/x/crypto/scrypt"
)

const (
	fingerprintVersion = "unleak-fingerprint-1"
	fingerprintBytes   = 16
	// With these, scrypt takes about half a millisecond and 256 KiB a guess: see
	// BenchmarkFingerprint.
	scryptN, scryptR, scryptP = 256, 8, 1
)

// What a fingerprint is made of.
const (
	ofValue = iota // the value as it is
	ofKey          // what scrypt makes of it
)

// fingerprint names a (rule, value) pair without giving the value away: 32
// hexadecimal digits that are the same wherever and whenever they are computed.
// A report may be public, so a value that could be guessed goes through scrypt
// (RFC 7914) first; a random token cannot be guessed, and is hashed alone.
func fingerprint(ruleID string, of byte, content []byte) string {
	h := sha256.New()
	h.Write([]byte(fingerprintVersion + "\x00" + ruleID + "\x00"))
	h.Write([]byte{of})
	h.Write(content)
	return hex.EncodeToString(h.Sum(nil)[:fingerprintBytes])
}

// Fingerprint computes the fingerprint of a finding by its rule and the value of its secret. It takes about
// half a millisecond for values that could be guessed.
func Fingerprint(f *finding.Finding) string {
	value := f.Secret.Reveal()
	if unguessable(value) {
		return fingerprint(f.RuleID, ofValue, []byte(value))
	}
	return fingerprint(f.RuleID, ofKey, stretch(value))
}

// stretch makes a key of a value, the same for all rules. The value is hashed before, as
// to scrypt's HMAC one that ends in NUL would be the same as one without.
func stretch(value string) []byte {
	sum := sha256.Sum256([]byte(value))
	key, err := scrypt.Key(sum[:], []byte(fingerprintVersion), scryptN, scryptR, scryptP, 32)
	if err != nil {
		panic(err) // only for parameters out of range, and these are constants
	}
	return key
}

// unguessable reports whether value looks like 90 or more random bits: long, of
// even spread, with digits throughout and without runs of letters as words have
// them. It errs towards false, which costs half a millisecond.
func unguessable(value string) bool {
	if len(value) < 20 {
		return false
	}
	var counts [256]int
	digits, run, longestRun := 0, 0, 0
	for i := range len(value) {
		c := value[i]
		counts[c]++
		if '0' <= c && c <= '9' {
			digits++
		}
		if run++; i == 0 || class(c) == 0 || class(c) != class(value[i-1]) {
			run = 1
		}
		longestRun = max(longestRun, run)
		if c <= ' ' && len(value) < 256 {
			return false
		}
	}
	bits := 0.0
	for _, n := range counts {
		if n > 0 {
			bits -= float64(n) * math.Log2(float64(n)/float64(len(value)))
		}
	}
	if len(value) >= 256 {
		return bits >= 256
	}
	return bits >= 90 && digits >= 2 && longestRun <= 8
}

// class is 1 for lower-case letters, 2 for upper-case ones, 0 for all else.
func class(c byte) int {
	switch {
	case 'a' <= c && c <= 'z':
		return 1
	case 'A' <= c && c <= 'Z':
		return 2
	}
	return 0
}
