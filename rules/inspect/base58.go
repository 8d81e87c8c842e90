package inspect

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"math/big"
	"strconv"
)

// The alphabets of base58: that of Bitcoin, which nearly all others share, and that of
// the XRP Ledger.
const (
	bitcoinAlphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
	rippleAlphabet  = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"
)

// maxBase58 bounds what is decoded, in characters: the time grows with the square.
const maxBase58 = 120

// walletKey is a sort of key in base58check: version bytes, body, and the first four
// bytes of the body's double SHA-256.
type walletKey struct {
	version string
	size    int // of the body behind the version
	kind    string
	network string
	locked  bool // a passphrase protects it
	suffix  string
}

// walletKeys are the private keys that wallets export. Versions: WIF and BIP 38
// from Bitcoin, extended keys from BIP 32 and SLIP 132, Tezos from its protocol.
var walletKeys = [...]walletKey{
	{version: "\x80", size: 32, kind: "wif", network: "main"},
	{version: "\x80", size: 33, kind: "wif", network: "main", suffix: "\x01"},
	{version: "\xef", size: 32, kind: "wif", network: "test"},
	{version: "\xef", size: 33, kind: "wif", network: "test", suffix: "\x01"},
	{version: "\x01\x42", size: 37, kind: "bip38", network: "main", locked: true},
	{version: "\x01\x43", size: 37, kind: "bip38", network: "main", locked: true},
	{version: "\x04\x88\xad\xe4", size: 74, kind: "bip32", network: "main"}, // xprv
	{version: "\x04\x9d\x78\x78", size: 74, kind: "bip32", network: "main"}, // yprv
	{version: "\x04\xb2\x43\x0c", size: 74, kind: "bip32", network: "main"}, // zprv
	{version: "\x04\x35\x83\x94", size: 74, kind: "bip32", network: "test"}, // tprv
	{version: "\x0d\x0f\x3a\x07", size: 32, kind: "tezos", network: "main"}, // edsk, a seed
	{version: "\x2b\xf6\x4e\x07", size: 64, kind: "tezos", network: "main"}, // edsk, a whole key
	{version: "\x07\x5a\x3c\xb3\x29", size: 56, kind: "tezos", network: "main", locked: true},
}

// walletPrivateKey judges private keys in base58check: Bitcoin's WIF, BIP 38 and
// BIP 32 (xprv and its like), and those of Tezos. A wrong checksum drops the
// candidate: it is some other base58. Facts: type, network, encrypted, checksum.
func walletPrivateKey(c Candidate) Verdict {
	raw, ok := decodeBase58Check(c.secret(), bitcoinAlphabet)
	if !ok {
		return Verdict{Drop: true}
	}
	for _, known := range walletKeys {
		body, ok := bytes.CutPrefix(raw, []byte(known.version))
		if !ok || len(body) != known.size || !bytes.HasSuffix(body, []byte(known.suffix)) {
			continue
		}
		if known.kind == "bip32" && body[41] != 0 { // 0 stands before a private key
			continue
		}
		v := Verdict{Confidence: High, Facts: map[string]string{
			"type": known.kind, "network": known.network, "encrypted": strconv.FormatBool(known.locked), "checksum": "valid",
		}}
		if known.locked || known.network == "test" {
			v.Severity = Medium
		}
		return v
	}
	return Verdict{Drop: true}
}

// rippleSeed judges seeds of the XRP Ledger: 16 bytes in base58check with the
// ledger's alphabet, which makes them start with "s" or "sEd". Facts: type, checksum.
func rippleSeed(c Candidate) Verdict {
	raw, ok := decodeBase58Check(c.secret(), rippleAlphabet)
	switch {
	case ok && len(raw) == 17 && raw[0] == 0x21:
		return Verdict{Confidence: High, Facts: map[string]string{"type": "secp256k1", "checksum": "valid"}}
	case ok && len(raw) == 19 && bytes.HasPrefix(raw, []byte{0x01, 0xe1, 0x4b}):
		return Verdict{Confidence: High, Facts: map[string]string{"type": "ed25519", "checksum": "valid"}}
	}
	return Verdict{Drop: true}
}

// solanaKey judges keypairs of Solana in base58: a seed of Ed25519 and its public key. That
// the two belong together is as good as a checksum. Fact: public_fingerprint, the
// account's address.
func solanaKey(c Candidate) Verdict {
	raw, ok := decodeBase58(c.secret(), bitcoinAlphabet)
	if !ok || len(raw) != ed25519.PrivateKeySize {
		return Verdict{Drop: true}
	}
	public := ed25519Public(raw[:ed25519.SeedSize])
	if !bytes.Equal(public, raw[ed25519.SeedSize:]) {
		return Verdict{Drop: true}
	}
	return Verdict{Confidence: High, Facts: map[string]string{
		"checksum": "valid", "public_fingerprint": encodeBase58(public, bitcoinAlphabet),
	}}
}

// ethereumKey judges private keys of secp256k1 in hex, with or without "0x": a number
// from 1 to the order of the group. Small and patterned ones are for tests.
func ethereumKey(c Candidate) Verdict {
	text := bytes.TrimPrefix(c.secret(), []byte("0x"))
	n, ok := new(big.Int).SetString(string(text), 16)
	if !ok || len(text) != 64 || n.Sign() <= 0 || n.Cmp(secp256k1Order()) >= 0 {
		return Verdict{Drop: true}
	}
	if s := shapeOf(text); n.BitLen() < 192 || s.distinct < 8 || s.run >= 8 || s.sequence >= 8 || isPlaceholder(text) {
		return Verdict{Drop: true}
	}
	return Verdict{}
}

// secp256k1Order is the order of the group (SEC 2, section 2.4.1).
func secp256k1Order() *big.Int {
	low, _ := new(big.Int).SetString("14551231950B75FC4402DA1732FC9BEBF", 16)
	return low.Sub(new(big.Int).Lsh(big.NewInt(1), 256), low)
}

// decodeBase58Check decodes base58, checks the checksum and cuts it off.
func decodeBase58Check(text []byte, alphabet string) ([]byte, bool) {
	raw, ok := decodeBase58(text, alphabet)
	if !ok || len(raw) < 5 {
		return nil, false
	}
	body, sum := raw[:len(raw)-4], raw[len(raw)-4:]
	first := sha256.Sum256(body)
	second := sha256.Sum256(first[:])
	return body, bytes.Equal(second[:4], sum)
}

func decodeBase58(text []byte, alphabet string) ([]byte, bool) {
	if len(text) == 0 || len(text) > maxBase58 {
		return nil, false
	}
	n, base, zeros := new(big.Int), big.NewInt(58), 0
	for i, c := range text {
		digit := bytes.IndexByte([]byte(alphabet), c)
		if digit < 0 {
			return nil, false
		}
		if digit == 0 && zeros == i {
			zeros++ // leading zeros are bytes of their own
		}
		n.Mul(n, base).Add(n, big.NewInt(int64(digit)))
	}
	return append(make([]byte, zeros), n.Bytes()...), true
}

func encodeBase58(raw []byte, alphabet string) string {
	n, base, digit := new(big.Int).SetBytes(raw), big.NewInt(58), new(big.Int)
	var reversed []byte
	for n.Sign() > 0 {
		n.DivMod(n, base, digit)
		reversed = append(reversed, alphabet[digit.Int64()])
	}
	for i := 0; i < len(raw) && raw[i] == 0; i++ {
		reversed = append(reversed, alphabet[0])
	}
	for i, j := 0, len(reversed)-1; i < j; i, j = i+1, j-1 {
		reversed[i], reversed[j] = reversed[j], reversed[i]
	}
	return string(reversed)
}
