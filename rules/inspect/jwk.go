package inspect

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"math/big"
	"strconv"
	"strings"
)

// maxJWK is how far the members of a key may stand from its "kty", in bytes: an RSA key of
// 8192 bits takes as much.
const maxJWK = 6 << 10

// jwk locates private keys in the form of a JSON Web Key (RFC 7517): an object whose
// member "d", or "k" of a symmetric key, is the secret. The hit is the name "kty". The
// object may be JSON, also one inside a string, a literal of JavaScript, Python, Ruby, Go
// and the like, or a mapping of YAML. Public keys have no such member.
//
// Facts: format, type, bits, kid, and public_fingerprint, the thumbprint of RFC 7638. A
// symmetric key has none, since it would give the key away.
func jwk(window []byte, hit Span) (Span, Verdict, bool) {
	if !hit.within(len(window)) || hit.Len() == 0 || hit.Start > 0 && isWord(window[hit.Start-1]) {
		return Span{}, Verdict{}, false
	}
	p := members{window: window[:min(len(window), hit.End+maxJWK)], pos: hit.End}
	if kind, ok := p.value(); !ok || !isKeyType(p.text(kind)) {
		return Span{}, Verdict{}, false // before all is searched
	}
	object, ok := p.object(hit)
	if !ok {
		return Span{}, Verdict{}, false
	}
	key := webKey{window: window, members: p.found}
	v, ok := key.verdict()
	if !ok || v.Secret.Start < object.Start || v.Secret.End > object.End || hit.End > object.End {
		return Span{}, Verdict{}, false
	}
	return object, v, true
}

func isKeyType(text []byte) bool {
	switch string(text) {
	case "RSA", "EC", "OKP", "oct":
		return true
	}
	return false
}

// webKey is a key whose members were found.
type webKey struct {
	window  []byte
	members map[string]Span
}

func (k webKey) text(name string) []byte {
	span := k.members[name]
	return k.window[span.Start:span.End]
}

// number decodes a member; nil for one that is missing or none.
func (k webKey) number(name string) []byte {
	text := bytes.TrimRight(k.text(name), "=")
	if len(text) == 0 {
		return nil
	}
	return decode64(text)
}

// webCurve describes a curve of RFC 7518, 8037 or 8812: its kind of key, bits, and bytes
// of d; 0 for others.
func webCurve(name string) (kind string, bits, size int) {
	switch name {
	case "P-256", "secp256k1":
		return "ecdsa", 256, 32
	case "P-384":
		return "ecdsa", 384, 48
	case "P-521":
		return "ecdsa", 521, 66
	case "Ed25519", "X25519":
		return strings.ToLower(name), 256, 32
	case "Ed448":
		return "ed448", 448, 57
	case "X448":
		return "x448", 448, 56
	}
	return "", 0, 0
}

// verdict judges the key. ok is false for public keys and for what does not decode.
func (k webKey) verdict() (Verdict, bool) {
	facts := map[string]string{"format": "jwk"}
	v := Verdict{Confidence: High, Facts: facts, Secret: k.members["d"], Whole: true}
	private, bits := k.number("d"), 0
	switch string(k.text("kty")) {
	case "RSA":
		modulus := k.number("n")
		if len(modulus) < 32 || len(private) < len(modulus)/2 || len(private) > len(modulus) {
			return Verdict{}, false
		}
		facts["type"], bits = "rsa", new(big.Int).SetBytes(modulus).BitLen()
		k.thumbprint(facts, "e", "kty", "n")
	case "EC", "OKP":
		var size int
		facts["type"], bits, size = webCurve(string(k.text("crv")))
		if len(private) == 0 || len(private) > size || len(private) < size-3 { // zeros may be left out
			return Verdict{}, false
		}
		if string(k.text("kty")) == "EC" {
			k.thumbprint(facts, "crv", "kty", "x", "y")
		} else {
			k.thumbprint(facts, "crv", "kty", "x")
		}
		if !k.belongs(private) {
			v.Confidence = Medium
		}
	case "oct":
		v.Secret, private = k.members["k"], k.number("k")
		if len(private) < 8 {
			return Verdict{}, false
		}
		facts["type"], bits = "oct", 8*len(private)
	}
	if v.Secret.Len() == 0 || isMadeUp(k.window[v.Secret.Start:v.Secret.End]) {
		return Verdict{}, false
	}
	facts["bits"] = strconv.Itoa(bits)
	if id := k.text("kid"); isPrintable(id) {
		facts["kid"] = clip(string(id))
	}
	return v, true
}

// thumbprint sets the fingerprint: SHA-256 of the JSON of the members that RFC 7638
// requires, in this order and without white space.
func (k webKey) thumbprint(facts map[string]string, names ...string) {
	text := []byte{'{'}
	for i, name := range names {
		value := k.text(name)
		if len(value) == 0 || bytes.ContainsAny(value, "\"\\") {
			return
		}
		if i > 0 {
			text = append(text, ',')
		}
		text = append(text, `"`+name+`":"`...)
		text = append(append(text, value...), '"')
	}
	sum := sha256.Sum256(append(text, '}'))
	facts["public_fingerprint"] = base64.RawURLEncoding.EncodeToString(sum[:])
}

// belongs reports whether the public members belong to the private one, or cannot be
// checked with what the standard library knows.
func (k webKey) belongs(private []byte) bool {
	var curve elliptic.Curve
	switch string(k.text("crv")) {
	case "Ed25519":
		return len(private) == ed25519.SeedSize && bytes.Equal(ed25519Public(private), k.number("x"))
	case "P-256":
		curve = elliptic.P256()
	case "P-384":
		curve = elliptic.P384()
	case "P-521":
		curve = elliptic.P521()
	default:
		return true
	}
	size := (curve.Params().BitSize + 7) / 8
	key, err := ecdsa.ParseRawPrivateKey(curve, append(make([]byte, size-len(private)), private...))
	if err != nil {
		return false
	}
	point, err := key.PublicKey.Bytes()
	return err == nil && bytes.Equal(point[1:], append(bytes.Clone(k.number("x")), k.number("y")...))
}
