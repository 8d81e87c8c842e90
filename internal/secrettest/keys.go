package secrettest

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/pem"
	"fmt"
	"hash"
	"math/big"
	"strings"

	"golang.org/x/crypto/ssh"
)

// jwt makes an HS256 token, signed with a random key.
func (g *Generator) jwt() string {
	encode := base64.RawURLEncoding.EncodeToString
	header := encode([]byte(`{"alg":"HS256","typ":"JWT"}`))
	payload := encode(fmt.Appendf(nil, `{"sub":"%s","iss":"https://id.corp-internal.net","iat":1700000000,"exp":1900000000}`, g.String(Digits, 9)))
	mac := hmac.New(func() hash.Hash { return sha256.New() }, g.Bytes(32))
	mac.Write([]byte(header + "." + payload))
	return header + "." + payload + "." + encode(mac.Sum(nil))
}

// rsaKey makes a 1024-bit key: small, so that tests stay quick. The standard
// library's generator cannot be seeded.
func (g *Generator) rsaKey() *rsa.PrivateKey {
	one, e := big.NewInt(1), big.NewInt(65537)
	for {
		p, q := g.prime(512), g.prime(512)
		n := new(big.Int).Mul(p, q)
		phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
		d := new(big.Int).ModInverse(e, phi)
		if d == nil || n.BitLen() != 1024 || p.Cmp(q) == 0 {
			continue
		}
		key := &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: n, E: 65537}, D: d, Primes: []*big.Int{p, q}}
		key.Precompute()
		return key
	}
}

func (g *Generator) prime(bits int) *big.Int {
	for {
		b := g.Bytes(bits / 8)
		b[0] |= 0xc0 // so that the product of two has its full length
		b[len(b)-1] |= 1
		if n := new(big.Int).SetBytes(b); n.ProbablyPrime(10) {
			return n
		}
	}
}

func (g *Generator) pemRSA() string {
	return encodePEM("RSA PRIV"+"ATE KEY", x509.MarshalPKCS1PrivateKey(g.rsaKey()))
}

func (g *Generator) pemPKCS8() string {
	return encodePEM("PRIV"+"ATE KEY", must(x509.MarshalPKCS8PrivateKey(g.rsaKey())))
}

func (g *Generator) pemEC() string {
	scalar := g.Bytes(32)
	scalar[0] &= 0x7f // below the order of the curve
	key := must(ecdsa.ParseRawPrivateKey(elliptic.P256(), scalar))
	return encodePEM("EC PRIV"+"ATE KEY", must(x509.MarshalECPrivateKey(key)))
}

// openSSH makes an unencrypted ed25519 key in OpenSSH's own form (PROTOCOL.key in
// its source).
func (g *Generator) openSSH() string {
	key := ed25519.NewKeyFromSeed(g.Bytes(ed25519.SeedSize))
	public := []byte(key.Public().(ed25519.PublicKey))
	check := binary.BigEndian.Uint32(g.Bytes(4))
	secret := ssh.Marshal(struct {
		Check1, Check2 uint32
		Type           string
		Public         []byte
		Private        []byte
		Comment        string
	}{check, check, ssh.KeyAlgoED25519, public, key, "deploy"})
	for pad := byte(1); len(secret)%8 != 0; pad++ {
		secret = append(secret, pad)
	}
	body := ssh.Marshal(struct {
		Cipher, KDF, Options string
		Count                uint32
		Public, Private      []byte
	}{"none", "none", "", 1, ssh.Marshal(struct {
		Type string
		Key  []byte
	}{ssh.KeyAlgoED25519, public}), secret})
	return encodePEM("OPENSSH PRIV"+"ATE KEY", append([]byte("openssh-key-v1\x00"), body...))
}

// pgp makes an armored block with one secret-key packet (RFC 4880, version 4, EdDSA,
// not encrypted).
func (g *Generator) pgp() string {
	key := ed25519.NewKeyFromSeed(g.Bytes(ed25519.SeedSize))
	var packet bytes.Buffer
	packet.Write([]byte{4})
	packet.Write(binary.BigEndian.AppendUint32(nil, 1700000000))
	packet.WriteByte(22) // EdDSA
	packet.Write([]byte{9, 0x2b, 0x06, 0x01, 0x04, 0x01, 0xda, 0x47, 0x0f, 0x01})
	packet.Write([]byte{1, 7, 0x40}) // 263 bits, native point format
	packet.Write(key.Public().(ed25519.PublicKey))
	packet.WriteByte(0) // not encrypted
	seed := key.Seed()
	seed[0] |= 0x80
	packet.Write([]byte{1, 0})
	packet.Write(seed)
	sum := 0
	for _, b := range append([]byte{1, 0}, seed...) {
		sum += int(b)
	}
	packet.Write(binary.BigEndian.AppendUint16(nil, uint16(sum)))
	raw := append([]byte{0xc5, byte(packet.Len())}, packet.Bytes()...)
	name := "PGP PRIV" + "ATE KEY BLOCK-----\n"
	return "-----BEGIN " + name + "\n" + wrap(base64.StdEncoding.EncodeToString(raw), 64) + "=" +
		base64.StdEncoding.EncodeToString(crc24(raw)) + "\n-----END " + name
}

// crc24 is the checksum of ASCII armor (RFC 4880, section 6.1).
func crc24(data []byte) []byte {
	crc := uint32(0xb704ce)
	for _, b := range data {
		crc ^= uint32(b) << 16
		for range 8 {
			if crc <<= 1; crc&0x1000000 != 0 {
				crc ^= 0x1864cfb
			}
		}
	}
	return []byte{byte(crc >> 16), byte(crc >> 8), byte(crc)}
}

// ppk makes an unencrypted ed25519 key in PuTTY's form, version 3.
func (g *Generator) ppk() string {
	key := ed25519.NewKeyFromSeed(g.Bytes(ed25519.SeedSize))
	public := ssh.Marshal(struct {
		Type string
		Key  []byte
	}{ssh.KeyAlgoED25519, key.Public().(ed25519.PublicKey)})
	private := ssh.Marshal(struct{ Seed []byte }{key.Seed()})
	section := func(name string, data []byte) string {
		text := wrap(base64.StdEncoding.EncodeToString(data), 64)
		return fmt.Sprintf("%s-Lines: %d\n%s", name, strings.Count(text, "\n"), text)
	}
	return "PuTTY-User" + "-Key-File-3: ssh-ed25519\nEncryption: none\nComment: deploy\n" +
		section("Public", public) + section("Private", private) + "Private-MAC: " + g.String(Hex, 64) + "\n"
}

// nkey makes the seed of a user of NATS: two bytes that spell "SU", 32 bytes, and their
// CRC-16 (XMODEM), little-endian.
func (g *Generator) nkey() string {
	raw := append([]byte{18<<3 | 20>>2, 20 << 6 & 0xff}, g.Bytes(32)...)
	var crc uint16
	for _, b := range raw {
		crc ^= uint16(b) << 8
		for range 8 {
			crc = crc<<1 ^ crc>>15*0x1021
		}
	}
	raw = binary.LittleEndian.AppendUint16(raw, crc)
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw)
}

func encodePEM(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

// wrap breaks text into lines of a width, each ended.
func wrap(text string, width int) string {
	var b strings.Builder
	for len(text) > width {
		b.WriteString(text[:width] + "\n")
		text = text[width:]
	}
	return b.String() + text + "\n"
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
