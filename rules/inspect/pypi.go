package inspect

import (
	"bytes"
	"encoding/base64"
)

// pypi judges PyPI API tokens: a macaroon in libmacaroons' binary form, version 2,
// whose location is the index it is for. One that does not decode to its
// signature is cut off or made up.
func pypi(c Candidate) Verdict {
	body, ok := bytes.CutPrefix(c.secret(), []byte("pypi"+"-"))
	if !ok {
		return Verdict{Drop: true}
	}
	raw := make([]byte, base64.RawURLEncoding.DecodedLen(len(body)))
	n, err := base64.RawURLEncoding.Decode(raw, body)
	raw = raw[:n]
	location, rest, ok := macaroonHead(raw)
	if err != nil || !ok {
		return Verdict{Drop: true}
	}
	facts := map[string]string{"host": location}
	// The last field is the signature: kind 6, 32 bytes.
	if len(rest) < 34 || rest[len(rest)-34] != 6 || rest[len(rest)-33] != 32 {
		return Verdict{Confidence: Low, Facts: facts}
	}
	return Verdict{Confidence: High, Facts: facts}
}

// macaroonHead reads the version and the location of a macaroon.
func macaroonHead(raw []byte) (location string, rest []byte, ok bool) {
	if len(raw) < 3 || raw[0] != 2 || raw[1] != 1 {
		return "", nil, false
	}
	n := int(raw[2])
	if len(raw) < 3+n {
		return "", nil, false
	}
	location = string(raw[3 : 3+n])
	if location != "pypi"+".org" && location != "test.pypi"+".org" {
		return "", nil, false
	}
	return location, raw[3+n:], true
}
