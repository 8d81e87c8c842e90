package inspect

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strconv"
	"time"
)

// maxFact bounds a fact taken from a candidate, in bytes.
const maxFact = 200

// jwtSamples are what the payloads of documentation hold: the sample of jwt.io,
// which tutorials sign anew, and RFC 7519's own.
var jwtSamples = [...][2]string{
	{`"sub":"1234567890"`, `"name":"JohnDoe"`},
	{`"sub":"1234567890"`, `"iat":1516239022`},
	{`"iss":"joe"`, `"exp":1300819380`},
}

// jwt locates a JSON Web Token (RFC 7519): a signed one of three parts (RFC 7515),
// or an encrypted one of five (RFC 7516). The hit is the start of its header.
//
// Header and payload must decode to JSON objects and the header must name an
// algorithm. Tokens without signature, cut off or from the usual documentation are
// none. Facts: alg, issuer, and expires in RFC 3339, UTC; whether that has passed is
// for the reader to say.
func jwt(window []byte, hit Span) (Span, Verdict, bool) {
	if !hit.within(len(window)) {
		return Span{}, Verdict{}, false
	}
	if hit.Start > 0 && (isLetter(window[hit.Start-1]) || isDigit(window[hit.Start-1])) {
		return Span{}, Verdict{}, false
	}
	match := Span{hit.Start, jwtEnd(window, hit.Start)}
	parts := bytes.Split(window[match.Start:match.End], []byte{'.'})
	if len(parts) == 4 { // signed, and a file name's ending or the like behind
		match.End -= len(parts[3]) + 1
		parts = parts[:3]
	}
	if len(parts) != 3 && len(parts) != 5 || match.End < hit.End {
		return Span{}, Verdict{}, false
	}
	facts, ok := jwtFacts(parts)
	if !ok {
		return Span{}, Verdict{}, false
	}
	v := Verdict{Secret: match, Confidence: High, Facts: facts}
	return match, v, true
}

// jwtEnd returns where the token ends that starts at start: behind five parts at most,
// and without the dot that ends a sentence. It gives up early on a first part that
// is no header, since a hostile text could make every few bytes look like one.
func jwtEnd(window []byte, start int) int {
	const longestHeader = 2048
	end, dots := start, 0
	for end < len(window) {
		c := window[end]
		if c == '.' {
			if dots++; dots == 5 {
				break
			}
		} else if !isWord(c) && c != '-' || dots == 0 && end-start > longestHeader {
			break
		}
		end++
	}
	for end > start && window[end-1] == '.' {
		end--
	}
	return end
}

// jwtFacts decodes the parts of a token. ok is false for what is none.
func jwtFacts(parts [][]byte) (facts map[string]string, ok bool) {
	var header struct {
		Alg string `json:"alg"`
		Enc string `json:"enc"`
	}
	if !decodeObject(parts[0], &header) || header.Alg == "" || header.Alg == "none" {
		return nil, false
	}
	facts = map[string]string{"alg": clip(header.Alg)}
	if len(parts) == 5 {
		if header.Enc == "" || len(parts[3]) < 8 || len(parts[4]) < 16 {
			return nil, false
		}
		facts["enc"] = clip(header.Enc)
		return facts, true
	}
	var payload struct {
		Issuer  any         `json:"iss"`
		Expires json.Number `json:"exp"`
	}
	// 32 bytes is the shortest signature there is (HS256).
	if header.Enc != "" || len(parts[2]) < 42 || !decodeObject(parts[1], &payload) || isSample(parts[1]) {
		return nil, false
	}
	if s := shapeOf(parts[2]); s.patterned() || s.wordy() {
		return nil, false
	}
	if issuer, isText := payload.Issuer.(string); isText && issuer != "" {
		facts["issuer"] = clip(issuer)
	}
	if seconds, err := strconv.ParseFloat(payload.Expires.String(), 64); err == nil && seconds > 0 && seconds < 1<<37 {
		facts["expires"] = time.Unix(int64(seconds), 0).UTC().Format(time.RFC3339)
	}
	return facts, true
}

// decodeObject decodes a part into v. A member of an unexpected type is no reason
// to doubt the token.
func decodeObject(part []byte, v any) bool {
	raw, ok := decodePart(part)
	if !ok {
		return false
	}
	raw = bytes.TrimSpace(raw)
	if len(raw) < 2 || raw[0] != '{' || !json.Valid(raw) {
		return false
	}
	_ = json.Unmarshal(raw, v) // valid; fields of the wrong type stay zero
	return true
}

func decodePart(part []byte) ([]byte, bool) {
	raw := make([]byte, base64.RawURLEncoding.DecodedLen(len(part)))
	n, err := base64.RawURLEncoding.Decode(raw, part)
	return raw[:n], err == nil
}

// isSample reports whether a payload is one of the tokens that documentation uses.
func isSample(part []byte) bool {
	raw, _ := decodePart(part)
	raw = bytes.ReplaceAll(raw, []byte(" "), nil)
	for _, sample := range jwtSamples {
		if bytes.Contains(raw, []byte(sample[0])) && bytes.Contains(raw, []byte(sample[1])) {
			return true
		}
	}
	return false
}

// clip bounds a text that becomes a fact, at a character's start.
func clip(s string) string {
	if len(s) <= maxFact {
		return s
	}
	cut := maxFact
	for cut > 0 && s[cut]&0xc0 == 0x80 {
		cut--
	}
	return s[:cut]
}

func isWord(c byte) bool { return isLetter(c) || isDigit(c) || c == '_' }

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
