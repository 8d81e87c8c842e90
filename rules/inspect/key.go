package inspect

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"encoding/asn1"
	"fmt"
	"math/big"
	"strconv"

	"golang.org/x/crypto/ssh"
)

// keyFacts is what a private key says of itself.
type keyFacts struct {
	format      string // "pkcs1", "sec1", "dsa", "pkcs8", "openssh", "pgp", "putty-v3", ...
	kind        string // "rsa", "ecdsa", "ed25519", "dsa"; empty when encryption hides it
	bits        int    // 0 when not known
	encrypted   bool
	fingerprint string // of the public key, empty when not derivable
	certain     bool   // the structure was followed to its end
}

// verdict turns facts into one. An encrypted key still opens with its
// passphrase, but its harm is one step less.
func (k keyFacts) verdict() Verdict {
	v := Verdict{Confidence: High, Whole: true, Facts: map[string]string{
		"format":    k.format,
		"encrypted": strconv.FormatBool(k.encrypted),
	}}
	if !k.certain {
		v.Confidence = Medium
	}
	if k.encrypted {
		v.Severity = Medium
	}
	if k.kind != "" {
		v.Facts["type"] = k.kind
	}
	if k.bits > 0 {
		v.Facts["bits"] = strconv.Itoa(k.bits)
	}
	if k.fingerprint != "" {
		v.Facts["public_fingerprint"] = k.fingerprint
	}
	return v
}

// parseKey follows the decoded body of a PEM block. label is the word before
// "PRIVATE KEY"; encrypted says that a header announced encryption of the body.
func parseKey(label string, raw []byte, encrypted bool) (keyFacts, bool) {
	formats := map[string]string{"RSA": "pkcs1", "EC": "sec1", "DSA": "dsa"}
	if encrypted {
		// RFC 1421 encryption leaves no structure, only whole cipher blocks.
		if len(raw)%8 != 0 || distinctBytes(raw) < 16 {
			return keyFacts{}, false
		}
		kinds := map[string]string{"RSA": "rsa", "EC": "ecdsa", "DSA": "dsa"}
		return keyFacts{format: formats[label], kind: kinds[label], encrypted: true, certain: true}, formats[label] != ""
	}
	switch label {
	case "OPENSSH":
		return parseOpenSSH(raw)
	case "PGP":
		return parsePGP(raw)
	case "SSH2 ENCRYPTED":
		return keyFacts{format: "ssh2", encrypted: true}, true
	}
	whole, ok := derLength(raw)
	if !ok {
		return keyFacts{}, false
	}
	key, parsed := keyFacts{}, false
	switch label {
	case "RSA":
		key, parsed = parsePKCS1(raw)
	case "EC":
		key, parsed = parseSEC1(raw, nil)
	case "DSA":
		key, parsed = parseDSA(raw)
	case "ENCRYPTED":
		return keyFacts{format: "pkcs8", encrypted: true, certain: whole == len(raw)}, isEncryptedPKCS8(raw)
	default:
		key, parsed = parsePKCS8(raw)
	}
	if parsed {
		return key, true
	}
	// The outer structure holds but the inner does not: cut off, or of an
	// algorithm unknown here.
	format := formats[label]
	if format == "" {
		format = "pkcs8"
	}
	return keyFacts{format: format}, len(raw) >= 64 && len(raw)*2 > whole && len(raw) <= whole+8
}

// distinctBytes counts the distinct bytes of raw.
func distinctBytes(raw []byte) int {
	var seen [256]bool
	n := 0
	for _, c := range raw {
		if !seen[c] {
			seen[c] = true
			n++
		}
	}
	return n
}

// derLength reads the header of the SEQUENCE that every DER key is, and returns how
// long the whole claims to be.
func derLength(raw []byte) (int, bool) {
	if len(raw) < 4 || raw[0] != 0x30 {
		return 0, false
	}
	switch n := raw[1]; {
	case n < 0x80:
		return 2 + int(n), true
	case n == 0x81:
		return 3 + int(raw[2]), true
	case n == 0x82:
		return 4 + int(raw[2])<<8 + int(raw[3]), true
	}
	return 0, false
}

// parsePKCS1 reads an RSAPrivateKey (RFC 8017, appendix A.1.2). The standard
// library's parser refuses small and odd keys, which leak like others.
func parsePKCS1(raw []byte) (keyFacts, bool) {
	var key struct {
		Version    int
		N, E, D    *big.Int
		P, Q       *big.Int
		Dp, Dq, Qi *big.Int      `asn1:"optional"`
		More       asn1.RawValue `asn1:"optional"`
	}
	if _, err := asn1.Unmarshal(raw, &key); err != nil || key.N.Sign() <= 0 || key.E.Sign() <= 0 || key.D.Sign() <= 0 {
		return keyFacts{}, false
	}
	blob := ssh.Marshal(struct {
		Type string
		E, N *big.Int
	}{ssh.KeyAlgoRSA, key.E, key.N})
	return keyFacts{format: "pkcs1", kind: "rsa", bits: key.N.BitLen(), fingerprint: fingerprint(blob), certain: true}, true
}

// parseDSA reads OpenSSL's form of a DSA key: version, p, q, g, y, x.
func parseDSA(raw []byte) (keyFacts, bool) {
	var key struct {
		Version       int
		P, Q, G, Y, X *big.Int
	}
	if _, err := asn1.Unmarshal(raw, &key); err != nil || key.P.Sign() <= 0 {
		return keyFacts{}, false
	}
	blob := ssh.Marshal(struct {
		Type       string
		P, Q, G, Y *big.Int
	}{"ssh-dss", key.P, key.Q, key.G, key.Y})
	return keyFacts{format: "dsa", kind: "dsa", bits: key.P.BitLen(), fingerprint: fingerprint(blob), certain: true}, true
}

// curves has SSH's names of the curves, by their object identifiers.
var curves = map[string]struct {
	name  string
	curve elliptic.Curve
}{
	"1.2.840.10045.3.1.7": {"nistp256", elliptic.P256()},
	"1.3.132.0.34":        {"nistp384", elliptic.P384()},
	"1.3.132.0.35":        {"nistp521", elliptic.P521()},
}

// parseSEC1 reads an ECPrivateKey (RFC 5915). curve is the one a surrounding PKCS #8
// structure names, nil without.
func parseSEC1(raw []byte, curve asn1.ObjectIdentifier) (keyFacts, bool) {
	var key struct {
		Version int
		Scalar  []byte
		Curve   asn1.ObjectIdentifier `asn1:"optional,explicit,tag:0"`
		Public  asn1.BitString        `asn1:"optional,explicit,tag:1"`
	}
	if _, err := asn1.Unmarshal(raw, &key); err != nil || key.Version != 1 || len(key.Scalar) == 0 || len(key.Scalar) > 72 {
		return keyFacts{}, false
	}
	if curve == nil {
		curve = key.Curve
	}
	facts := keyFacts{format: "sec1", kind: "ecdsa", bits: 8 * len(key.Scalar), certain: true}
	known, ok := curves[curve.String()]
	if !ok {
		return facts, true
	}
	facts.bits = known.curve.Params().BitSize
	point := key.Public.Bytes
	if len(point) == 0 {
		private, err := ecdsa.ParseRawPrivateKey(known.curve, key.Scalar)
		if err != nil {
			return facts, true
		}
		if point, err = private.PublicKey.Bytes(); err != nil {
			return facts, true
		}
	}
	facts.fingerprint = fingerprint(ssh.Marshal(struct {
		Type, Curve string
		Point       []byte
	}{"ecdsa-sha2-" + known.name, known.name, point}))
	return facts, true
}

// parsePKCS8 reads a PrivateKeyInfo (RFC 5208).
func parsePKCS8(raw []byte) (keyFacts, bool) {
	var info struct {
		Version   int
		Algorithm struct {
			ID     asn1.ObjectIdentifier
			Params asn1.RawValue `asn1:"optional"`
		}
		Key        []byte
		Attributes asn1.RawValue `asn1:"optional,tag:0"`
		Public     asn1.RawValue `asn1:"optional,tag:1"`
	}
	if _, err := asn1.Unmarshal(raw, &info); err != nil {
		return keyFacts{}, false
	}
	facts, ok := keyFacts{certain: true}, true
	switch info.Algorithm.ID.String() {
	case "1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10":
		facts, ok = parsePKCS1(info.Key)
	case "1.2.840.10045.2.1":
		var curve asn1.ObjectIdentifier
		if _, err := asn1.Unmarshal(info.Algorithm.Params.FullBytes, &curve); err != nil {
			curve = nil
		}
		facts, ok = parseSEC1(info.Key, curve)
	case "1.3.101.112":
		var seed []byte
		if _, err := asn1.Unmarshal(info.Key, &seed); err != nil || len(seed) != ed25519.SeedSize {
			return keyFacts{}, false
		}
		facts.kind, facts.bits, facts.fingerprint = "ed25519", 256, ed25519Fingerprint(seed)
	case "1.3.101.110":
		facts.kind, facts.bits = "x25519", 256
	case "1.2.840.10040.4.1":
		facts.kind = "dsa"
	}
	facts.format = "pkcs8"
	return facts, ok
}

// isEncryptedPKCS8 reports whether raw starts like an EncryptedPrivateKeyInfo: a
// sequence with an algorithm first.
func isEncryptedPKCS8(raw []byte) bool {
	var info struct {
		Algorithm struct {
			ID     asn1.ObjectIdentifier
			Params asn1.RawValue `asn1:"optional"`
		}
		Data []byte
	}
	_, err := asn1.Unmarshal(raw, &info)
	return err == nil && len(info.Data) >= 16
}

func ed25519Fingerprint(seed []byte) string {
	public := ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)
	return fingerprint(ssh.Marshal(struct {
		Type string
		Key  []byte
	}{ssh.KeyAlgoED25519, public}))
}

// readString reads a string of the SSH wire format (RFC 4251, section 5).
func readString(raw []byte) (s, rest []byte, ok bool) {
	if len(raw) < 4 {
		return nil, nil, false
	}
	n := uint64(raw[0])<<24 | uint64(raw[1])<<16 | uint64(raw[2])<<8 | uint64(raw[3])
	if n > uint64(len(raw)-4) {
		return nil, nil, false
	}
	return raw[4 : 4+n], raw[4+n:], true
}

// publicBlob describes a public key in SSH's wire format.
func publicBlob(blob []byte) (kind string, bits int, ok bool) {
	name, rest, ok := readString(blob)
	if !ok {
		return "", 0, false
	}
	switch {
	case string(name) == ssh.KeyAlgoRSA:
		_, rest, ok = readString(rest)
		n, _, ok2 := readString(rest)
		return "rsa", new(big.Int).SetBytes(n).BitLen(), ok && ok2
	case string(name) == "ssh-dss":
		p, _, ok := readString(rest)
		return "dsa", new(big.Int).SetBytes(p).BitLen(), ok
	case bytes.Contains(name, []byte("ed25519")):
		return "ed25519", 256, true
	case bytes.Contains(name, []byte("ecdsa")):
		var bits int
		_, err := fmt.Sscanf(string(name[bytes.LastIndexByte(name, 'p')+1:]), "%d", &bits)
		return "ecdsa", bits, err == nil
	}
	return "", 0, false
}
