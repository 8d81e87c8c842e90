package inspect

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"
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
	{`"sub":"1234567890"`, `"name":"JaneDoe"`},
	{`"loggedInAs":"admin"`, `"iat":1422779638`},
}

// jwt locates a JSON Web Token (RFC 7519): a signed one of three parts (RFC 7515),
// or an encrypted one of five (RFC 7516). The hit is the start of its header.
//
// Header and payload must decode to JSON objects and the header must name an
// algorithm. Tokens without signature, cut off or from the usual documentation, also
// signed anew, are none. What an encrypted one holds cannot be told, and may be any
// message: it is of low confidence unless its header says that a token is within. Keys of
// Supabase for the role "anon" are public by design and of low severity.
//
// Facts: alg, issuer, type (of the header, when it is not plain "JWT"), enc, and expires in
// RFC 3339, UTC; whether that has passed is for the reader to say.
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
	v, ok := jwtVerdict(parts)
	if !ok {
		return Span{}, Verdict{}, false
	}
	v.Secret = match
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

// jwtVerdict decodes the parts of a token. ok is false for what is none.
func jwtVerdict(parts [][]byte) (v Verdict, ok bool) {
	var header struct {
		Alg string `json:"alg"`
		Enc string `json:"enc"`
		Typ string `json:"typ"`
		Cty string `json:"cty"`
	}
	if !decodeObject(parts[0], &header) || header.Alg == "" || strings.EqualFold(header.Alg, "none") {
		return Verdict{}, false
	}
	v = Verdict{Confidence: High, Facts: map[string]string{"alg": clip(header.Alg)}}
	if header.Typ != "" && !strings.EqualFold(header.Typ, "JWT") {
		v.Facts["type"] = clip(header.Typ)
	}
	if len(parts) == 5 {
		if header.Enc == "" || len(parts[3]) < 8 || len(parts[4]) < 16 {
			return Verdict{}, false
		}
		v.Facts["enc"] = clip(header.Enc)
		if !strings.EqualFold(header.Typ, "JWT") && !strings.EqualFold(header.Cty, "JWT") {
			v.Confidence = Low
		}
		return v, true
	}
	// 32 bytes is the shortest signature there is (HS256).
	if header.Enc != "" || len(parts[2]) < 42 {
		return Verdict{}, false
	}
	if s := shapeOf(parts[2]); s.patterned() || isMadeUp(parts[2]) {
		return Verdict{}, false
	}
	return v, v.claims(parts[1])
}

// claims adds what the payload of a token says. It reports false for one that is no JSON
// object or that of a sample.
func (v *Verdict) claims(part []byte) bool {
	var payload struct {
		Issuer  any         `json:"iss"`
		Role    any         `json:"role"`
		Expires json.Number `json:"exp"`
	}
	if !decodeObject(part, &payload) || isSample(part) {
		return false
	}
	if issuer, isText := payload.Issuer.(string); isText && issuer != "" {
		v.Facts["issuer"] = clip(issuer)
	}
	if payload.Issuer == "supabase" && payload.Role == "anon" {
		v.Severity = Low
	}
	if seconds, err := strconv.ParseFloat(payload.Expires.String(), 64); err == nil && seconds > 0 && seconds < 1<<37 {
		v.Facts["expires"] = time.Unix(int64(seconds), 0).UTC().Format(time.RFC3339)
	}
	return true
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
