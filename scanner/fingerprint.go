package scanner

import (
	"crypto/sha256"
	"encoding/hex"
	"math"

	"golang.org/x/crypto/scrypt"
)

const (
	fingerprintVersion = "unleak-fingerprint-1"
	fingerprintBytes   = 16
	// With these, scrypt takes about 1 ms and 512 KiB a guess: see BenchmarkFingerprint.
	scryptN, scryptR, scryptP = 512, 8, 1
)

// fingerprint names a (rule, value) pair without giving the value away: 32
// hexadecimal digits that are the same wherever and whenever they are computed.
// A report may be public, so a value that could be guessed goes through scrypt
// (RFC 7914) first; a random token cannot be guessed, and is hashed alone.
func fingerprint(ruleID, value string) string {
	h := sha256.New()
	h.Write([]byte(fingerprintVersion + "\x00" + ruleID + "\x00"))
	if unguessable(value) {
		h.Write([]byte("\x00" + value))
	} else {
		h.Write([]byte{1})
		h.Write(stretch(ruleID, value))
	}
	return hex.EncodeToString(h.Sum(nil)[:fingerprintBytes])
}

func stretch(ruleID, value string) []byte {
	key, err := scrypt.Key([]byte(value), []byte(fingerprintVersion+"\x00"+ruleID), scryptN, scryptR, scryptP, 32)
	if err != nil {
		panic(err) // only for parameters out of range, and these are constants
	}
	return key
}

// unguessable reports whether value looks like 90 or more random bits: long, of
// even spread, with digits throughout and without runs of letters as words have
// them. It errs towards false, which costs a millisecond.
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
