package example

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/pem"
	"fmt"
	"math/big"
	"strings"
)

func encodePEM(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

// privateKeyPEM makes an Ed25519 key in PKCS #8 (RFC 5958).
func privateKeyPEM(r random, _ string) (string, error) {
	der, err := x509.MarshalPKCS8PrivateKey(ed25519.NewKeyFromSeed(r.bytes(ed25519.SeedSize)))
	return encodePEM("PRIV"+"ATE KEY", der), err
}

// ecKeyPEM makes a key on P-256 in the form of SEC 1.
func ecKeyPEM(r random, _ string) (string, error) {
	scalar := r.bytes(32)
	scalar[0] &= 0x7f // below the order of the curve
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), scalar)
	if err != nil {
		return "", err
	}
	der, err := x509.MarshalECPrivateKey(key)
	return encodePEM("EC PRIV"+"ATE KEY", der), err
}

// rsaKeyPEM makes an RSA key in PKCS #1, of 1024 bits, so that it is made soon. The
// generator of the standard library takes no seed.
func rsaKeyPEM(r random, _ string) (string, error) {
	one, e := big.NewInt(1), big.NewInt(65537)
	for {
		p, q := r.prime(512), r.prime(512)
		n := new(big.Int).Mul(p, q)
		phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
		d := new(big.Int).ModInverse(e, phi)
		if d == nil || n.BitLen() != 1024 || p.Cmp(q) == 0 {
			continue
		}
		key := &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: n, E: 65537}, D: d, Primes: []*big.Int{p, q}}
		key.Precompute()
		return encodePEM("RSA PRIV"+"ATE KEY", x509.MarshalPKCS1PrivateKey(key)), nil
	}
}

func (r random) prime(bits int) *big.Int {
	for {
		b := r.bytes(bits / 8)
		b[0] |= 0xc0 // so that the product of two has its full length
		b[len(b)-1] |= 1
		if n := new(big.Int).SetBytes(b); n.ProbablyPrime(10) {
			return n
		}
	}
}

// sshStrings writes texts as SSH does (RFC 4251, section 5).
func sshStrings(texts ...[]byte) []byte {
	var data []byte
	for _, text := range texts {
		data = binary.BigEndian.AppendUint32(data, uint32(len(text)))
		data = append(data, text...)
	}
	return data
}

// ed25519Name is what SSH calls the algorithm.
const ed25519Name = "ssh-ed25519"

// opensshKey makes an Ed25519 key, not encrypted, in OpenSSH's own form (PROTOCOL.key in its source).
func opensshKey(r random, _ string) (string, error) {
	key := ed25519.NewKeyFromSeed(r.bytes(ed25519.SeedSize))
	public := []byte(key.Public().(ed25519.PublicKey))
	check := r.bytes(4)
	secret := append(append([]byte{}, check...), check...)
	secret = append(secret, sshStrings([]byte(ed25519Name), public, key, []byte("deploy"))...)
	for pad := byte(1); len(secret)%8 != 0; pad++ {
		secret = append(secret, pad)
	}
	body := append([]byte("openssh-key-v1\x00"), sshStrings([]byte("none"), []byte("none"), nil)...)
	body = binary.BigEndian.AppendUint32(body, 1)
	body = append(body, sshStrings(sshStrings([]byte(ed25519Name), public), secret)...)
	return encodePEM("OPENSSH PRIV"+"ATE KEY", body), nil
}

// puttyKey makes an Ed25519 key, not encrypted, in PuTTY's form, version 3.
func puttyKey(r random, _ string) (string, error) {
	key := ed25519.NewKeyFromSeed(r.bytes(ed25519.SeedSize))
	section := func(name string, data []byte) string {
		text := wrap(base64.StdEncoding.EncodeToString(data), 64)
		return fmt.Sprintf("%s-Lines: %d\n%s", name, strings.Count(text, "\n"), text)
	}
	return "PuTTY-User" + "-Key-File-3: " + ed25519Name + "\nEncryption: none\nComment: deploy\n" +
		section("Public", sshStrings([]byte(ed25519Name), key.Public().(ed25519.PublicKey))) +
		section("Private", sshStrings(key.Seed())) +
		"Private-MAC: " + r.string(digits+"abcdef", 64) + "\n", nil
}

// pgpKey makes an armored block with one secret-key packet (RFC 4880, version 4, EdDSA,
// not encrypted).
func pgpKey(r random, _ string) (string, error) {
	key := ed25519.NewKeyFromSeed(r.bytes(ed25519.SeedSize))
	var packet bytes.Buffer
	packet.WriteByte(4)
	packet.Write(binary.BigEndian.AppendUint32(nil, 1700000000))
	packet.WriteByte(22)                                                          // EdDSA
	packet.Write([]byte{9, 0x2b, 0x06, 0x01, 0x04, 0x01, 0xda, 0x47, 0x0f, 0x01}) // on Ed25519
	packet.Write([]byte{1, 7, 0x40})                                              // 263 bits, in the native form
	packet.Write(key.Public().(ed25519.PublicKey))
	packet.WriteByte(0) // not encrypted
	secret := append([]byte{1, 0}, key.Seed()...)
	secret[2] |= 0x80 // 256 bits
	packet.Write(secret)
	var sum uint16
	for _, b := range secret {
		sum += uint16(b)
	}
	packet.Write(binary.BigEndian.AppendUint16(nil, sum))
	raw := append([]byte{0xc5, byte(packet.Len())}, packet.Bytes()...)
	name := "PGP PRIV" + "ATE KEY BLOCK-----\n"
	return "-----BEGIN " + name + "\n" + wrap(base64.StdEncoding.EncodeToString(raw), 64) + "=" +
		base64.StdEncoding.EncodeToString(crc24(raw)) + "\n-----END " + name, nil
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

// wrap breaks text into lines of a width, each ended.
func wrap(text string, width int) string {
	var b strings.Builder
	for len(text) > width {
		b.WriteString(text[:width] + "\n")
		text = text[width:]
	}
	return b.String() + text + "\n"
}
