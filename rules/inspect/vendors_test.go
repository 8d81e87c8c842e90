package inspect

import (
	"bytes"
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"math/big"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/secrettest"
)

// The encoders below are written from the formats' descriptions, apart from the decoders
// that they test: digit by digit, without tables.

// digits writes n with the most significant digit first, width digits at least.
func digits(n *big.Int, alphabet string, width int) string {
	text, base, digit := "", big.NewInt(int64(len(alphabet))), new(big.Int)
	for n := new(big.Int).Set(n); n.Sign() > 0; {
		n.DivMod(n, base, digit)
		text = string(alphabet[digit.Int64()]) + text
	}
	return strings.Repeat(alphabet[:1], max(0, width-len(text))) + text
}

// base58Check encodes version and body.
func base58Check(alphabet, version string, body []byte) string {
	raw := append([]byte(version), body...)
	once := sha256.Sum256(raw)
	twice := sha256.Sum256(once[:])
	raw = append(raw, twice[:4]...)
	zeros := len(raw) - len(bytes.TrimLeft(raw, "\x00"))
	return strings.Repeat(alphabet[:1], zeros) + digits(new(big.Int).SetBytes(raw), alphabet, 0)
}

// bech32Text encodes bits in groups of five, with the checksum as BIP 173 defines it:
// a polynomial remainder over GF(32), by long division.
func bech32Text(prefix string, raw []byte) string {
	const alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
	var values []int
	bits := ""
	for _, b := range raw {
		bits += fmt.Sprintf("%08b", b)
	}
	for len(bits)%5 != 0 {
		bits += "0"
	}
	for i := 0; i < len(bits); i += 5 {
		v, _ := strconv.ParseInt(bits[i:i+5], 2, 8)
		values = append(values, int(v))
	}
	var input []int
	for _, c := range prefix {
		input = append(input, int(c)>>5)
	}
	input = append(input, 0)
	for _, c := range prefix {
		input = append(input, int(c)&31)
	}
	input = append(append(input, values...), make([]int, 6)...)
	// x^6 + {29}x^5 + {22}x^4 + {20}x^3 + {21}x^2 + {29}x + {18}, BIP 173.
	generator := []int{29, 22, 20, 21, 29, 18}
	remainder := []int{0, 0, 0, 0, 0, 1}
	for _, v := range input {
		top := remainder[0]
		next := append(append([]int{}, remainder[1:]...), v)
		for i := range next {
			next[i] ^= multiply32(top, generator[i])
		}
		remainder = next
	}
	remainder[5] ^= 1
	text := prefix + "1"
	for _, v := range append(values, remainder...) {
		text += string(alphabet[v])
	}
	return text
}

// multiply32 multiplies in GF(32) modulo x^5 + x^3 + 1.
func multiply32(a, b int) int {
	product := 0
	for ; b > 0; b >>= 1 {
		if b&1 == 1 {
			product ^= a
		}
		if a <<= 1; a&32 != 0 {
			a ^= 41
		}
	}
	return product
}

// strkeyText encodes with the CRC-16 by division of bits.
func strkeyText(raw []byte) string {
	register := 0
	for _, b := range raw {
		for i := 7; i >= 0; i-- {
			top := register >> 15 & 1
			register = register << 1 & 0xffff
			if top != int(b>>i&1) {
				register ^= 0x1021
			}
		}
	}
	raw = append(raw, byte(register), byte(register>>8))
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw)
}

func nkeyText(letter byte, seed []byte) string {
	kind := (letter - 'A') << 3
	return strkeyText(append([]byte{('S'-'A')<<3 | kind>>5, kind << 3}, seed...))
}

// vector is a token and what its inspector says of it.
type vector struct {
	judge      Func
	text       string
	drop       bool
	confidence string
	facts      map[string]string
}

func checkVectors(t *testing.T, tests map[string]vector) {
	t.Helper()
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			v := test.judge(whole(test.text))
			if v.Drop != test.drop || v.Confidence != test.confidence {
				t.Errorf("%q: drop %v, confidence %q, want %v, %q", test.text, v.Drop, v.Confidence, test.drop, test.confidence)
			}
			if diff := cmp.Diff(test.facts, v.Facts); diff != "" && len(test.facts)+len(v.Facts) > 0 {
				t.Errorf("facts (-want +got):\n%s", diff)
			}
		})
	}
}

// changed returns text with one character in the middle replaced by another of it.
func changed(text string) string {
	b := []byte(text)
	i := len(b) / 2
	for j := i + 1; j < len(b)-1; j++ {
		if b[j] != b[i] && b[j] != '1' && b[j] != '_' && b[j] != '-' && b[i] != '1' {
			b[i] = b[j]
			break
		}
	}
	return string(b)
}

func TestWallets(t *testing.T) {
	g := secrettest.New(1)
	seed := g.Bytes(32)
	seed[0] = 0x5a
	public := ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)
	extended := append(append([]byte{0, 0, 0, 0, 0, 0, 0, 0, 0}, g.Bytes(32)...), append([]byte{0}, g.Bytes(32)...)...)
	neutered := bytes.Clone(extended)
	neutered[41] = 2
	wif := base58Check(bitcoinAlphabet, "\x80", append(bytes.Clone(seed), 1))
	facts := func(kind, network, encrypted string) map[string]string {
		return map[string]string{"type": kind, "network": network, "encrypted": encrypted, "checksum": "valid"}
	}
	stellar := strkeyText(append([]byte{('S' - 'A') << 3}, seed...))
	solana := digits(new(big.Int).SetBytes(append(bytes.Clone(seed), public...)), bitcoinAlphabet, 0)
	checkVectors(t, map[string]vector{
		"wif":           {walletPrivateKey, wif, false, High, facts("wif", "main", "false")},
		"wif long":      {walletPrivateKey, base58Check(bitcoinAlphabet, "\x80", seed), false, High, facts("wif", "main", "false")},
		"wif test":      {walletPrivateKey, base58Check(bitcoinAlphabet, "\xef", seed), false, High, facts("wif", "test", "false")},
		"wif changed":   {walletPrivateKey, changed(wif), true, "", nil},
		"bip38":         {walletPrivateKey, base58Check(bitcoinAlphabet, "\x01\x42", g.Bytes(37)), false, High, facts("bip38", "main", "true")},
		"xprv":          {walletPrivateKey, base58Check(bitcoinAlphabet, "\x04\x88\xad\xe4", extended), false, High, facts("bip32", "main", "false")},
		"xprv public":   {walletPrivateKey, base58Check(bitcoinAlphabet, "\x04\x88\xad\xe4", neutered), true, "", nil},
		"xpub":          {walletPrivateKey, base58Check(bitcoinAlphabet, "\x04\x88\xb2\x1e", neutered), true, "", nil},
		"address":       {walletPrivateKey, base58Check(bitcoinAlphabet, "\x00", g.Bytes(20)), true, "", nil},
		"tezos":         {walletPrivateKey, base58Check(bitcoinAlphabet, "\x0d\x0f\x3a\x07", seed), false, High, facts("tezos", "main", "false")},
		"ripple":        {rippleSeed, base58Check(rippleAlphabet, "\x21", g.Bytes(16)), false, High, map[string]string{"type": "secp256k1", "checksum": "valid"}},
		"ripple ed":     {rippleSeed, base58Check(rippleAlphabet, "\x01\xe1\x4b", g.Bytes(16)), false, High, map[string]string{"type": "ed25519", "checksum": "valid"}},
		"ripple other":  {rippleSeed, base58Check(rippleAlphabet, "\x00", g.Bytes(20)), true, "", nil},
		"stellar":       {stellarSeed, stellar, false, High, map[string]string{"checksum": "valid", "public_fingerprint": strkeyText(append([]byte{('G' - 'A') << 3}, public...))}},
		"stellar wrong": {stellarSeed, changed(stellar), true, "", nil},
		"stellar other": {stellarSeed, strkeyText(append([]byte{('G' - 'A') << 3}, public...)), true, "", nil},
		"solana":        {solanaKey, solana, false, High, map[string]string{"checksum": "valid", "public_fingerprint": digits(new(big.Int).SetBytes(public), bitcoinAlphabet, 0)}},
		"solana wrong":  {solanaKey, changed(solana), true, "", nil},
		"ethereum":      {ethereumKey, "0x" + hex.EncodeToString(seed), false, "", nil},
		"ethereum big":  {ethereumKey, strings.Repeat("f", 32) + hex.EncodeToString(seed[:16]), true, "", nil},
		"ethereum one":  {ethereumKey, fmt.Sprintf("%064x", 1), true, "", nil},
		"ethereum 0123": {ethereumKey, strings.Repeat("0123456789abcdef", 4), true, "", nil},
		"empty":         {walletPrivateKey, "", true, "", nil},
		"too long":      {walletPrivateKey, strings.Repeat("K", 4000), true, "", nil},
	})
}

func TestBech32Keys(t *testing.T) {
	g := secrettest.New(2)
	seed := g.Bytes(32)
	key, err := ecdh.X25519().NewPrivateKey(seed)
	if err != nil {
		t.Fatal(err)
	}
	identity := strings.ToUpper(bech32Text("age-secret-key-", seed))
	nsec := bech32Text("nsec", seed)
	valid := func(encrypted string) map[string]string {
		return map[string]string{"checksum": "valid", "encrypted": encrypted}
	}
	checkVectors(t, map[string]vector{
		"age": {ageKey, identity, false, High, map[string]string{
			"type": "x25519", "checksum": "valid", "public_fingerprint": bech32Text("age", key.PublicKey().Bytes())}},
		"age pq": {ageKey, strings.ToUpper(bech32Text("age-secret-key-pq-", seed)), false, High, map[string]string{
			"type": "mlkem768x25519", "checksum": "valid"}},
		"age changed":   {ageKey, changed(identity), true, "", nil},
		"age mixed":     {ageKey, identity[:20] + strings.ToLower(identity[20:]), true, "", nil},
		"age recipient": {ageKey, bech32Text("age", key.PublicKey().Bytes()), true, "", nil},
		"nsec":          {nostrKey, nsec, false, High, valid("false")},
		"nsec changed":  {nostrKey, changed(nsec), true, "", nil},
		"npub":          {nostrKey, bech32Text("npub", seed), true, "", nil},
		"ncryptsec":     {nostrKey, bech32Text("ncryptsec", g.Bytes(91)), false, High, valid("true")},
		"empty":         {nostrKey, "", true, "", nil},
		"one":           {nostrKey, "1", true, "", nil},
	})
}

// TestBech32Vectors checks with the valid strings of BIP 173 that hold no data.
func TestBech32Vectors(t *testing.T) {
	for _, text := range []string{"A12UEL5L", "a12uel5l"} {
		if prefix, raw, ok := decodeBech32([]byte(text)); !ok || prefix != "a" || len(raw) != 0 {
			t.Errorf("%s: %q %x %v", text, prefix, raw, ok)
		}
	}
	for _, text := range []string{"A1G7SGD8", "10a06t8", "1qzzfhee", "a12UEL5L", "x1b4n0q5v"} {
		if _, _, ok := decodeBech32([]byte(text)); ok {
			t.Errorf("%s is taken for valid", text)
		}
	}
}

func TestNkeys(t *testing.T) {
	seed := secrettest.New(3).Bytes(32)
	public := ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)
	tests := map[string]vector{
		"changed": {nkey, changed(nkeyText('U', seed)), true, "", nil},
		"unknown": {nkey, nkeyText('B', seed), true, "", nil},
		"public":  {nkey, strkeyText(append([]byte{('U' - 'A') << 3}, public...)), true, "", nil},
		"curve":   {nkey, nkeyText('X', seed), false, High, map[string]string{"type": "curve", "checksum": "valid"}},
	}
	for letter, kind := range map[byte]string{'A': "account", 'O': "operator", 'U': "user", 'N': "server", 'C': "cluster"} {
		tests[kind] = vector{nkey, nkeyText(letter, seed), false, High, map[string]string{
			"type": kind, "checksum": "valid", "public_fingerprint": strkeyText(append([]byte{(letter - 'A') << 3}, public...))}}
	}
	checkVectors(t, tests)
}

func TestNkeyNear(t *testing.T) {
	g := secrettest.New(3)
	one, two := nkeyText('U', g.Bytes(32)), nkeyText('A', g.Bytes(32))
	tests := map[string]struct {
		text string
		want []string
	}{
		"named":      {"nkey: " + one, []string{one}},
		"armored":    {"-----BEGIN USER NKEY SEED-----\n" + one + "\n------END USER NKEY SEED------\n", []string{one, one}},
		"before":     {"sign with " + one + " as nkey", []string{one}},
		"nearest":    {"nkey " + one + "\n" + two, []string{one}},
		"each side":  {one + " nkey, and then another nkey " + two, []string{one, two}},
		"far":        {"nkey" + strings.Repeat(" ", 600) + one, nil},
		"inside":     {"nkey X" + one, nil},
		"goes on":    {"nkey " + one + "X", nil},
		"wrong":      {"nkey " + changed(one), nil},
		"no seed":    {"nkey", nil},
		"short text": {"nkey SUA", nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			secrets, _ := locateAll(nkeyNear, test.text, "nkey")
			if diff := cmp.Diff(test.want, secrets); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestChecksummedTokens(t *testing.T) {
	g := secrettest.New(4)
	valid, wrong := map[string]string{"checksum": "valid"}, map[string]string{"checksum": "invalid"}
	grafana := func(body string) string {
		sum := crc32.ChecksumIEEE([]byte(body))
		return fmt.Sprintf("%s_%02x%02x%02x%02x", body, byte(sum), byte(sum>>8), byte(sum>>16), byte(sum>>24))
	}
	gitlab := func(payload string) string {
		raw := append(append(g.Bytes(16), payload...), byte(len(payload)))
		text := base64.RawURLEncoding.EncodeToString(raw)
		text = "gl" + "pat-" + text + ".01." + fmt.Sprintf("%02s", strconv.FormatInt(int64(len(text)), 36))
		return text + fmt.Sprintf("%07s", strconv.FormatInt(int64(crc32.ChecksumIEEE([]byte(text))), 36))
	}
	service := grafana("gl" + "sa_" + g.Mixed(32))
	routable := gitlab("o:1\nu:16")
	checkVectors(t, map[string]vector{
		"grafana":          {grafanaToken, service, false, High, valid},
		"grafana changed":  {grafanaToken, changed(service), false, Low, wrong},
		"grafana made up":  {grafanaToken, "gl" + "sa_" + strings.Repeat("x", 32) + "_00000000", true, "", nil},
		"grafana cut off":  {grafanaToken, service[:30], true, "", nil},
		"gitlab user":      {gitlabToken, routable, false, High, map[string]string{"checksum": "valid", "account": "user 42"}},
		"gitlab project":   {gitlabToken, gitlab("g:2\no:1\np:a\nu:16"), false, High, map[string]string{"checksum": "valid", "account": "project 10"}},
		"gitlab no route":  {gitlabToken, gitlab(""), false, High, valid},
		"gitlab changed":   {gitlabToken, changed(routable), false, Low, wrong},
		"gitlab old":       {gitlabToken, g.Value("gitlab"), false, "", nil},
		"gitlab stand-in":  {gitlabToken, "gl" + "pat-" + "your-personal-access-token", true, "", nil},
		"gitlab bad tail":  {gitlabToken, routable[:len(routable)-2], false, Low, wrong},
		"gitlab dots only": {gitlabToken, "..", true, "", nil},
	})
}

// marvin is Marvin32 as the tests understand it: rotations of 20, 9, 27, 19 after each word, a
// 0x80 behind the data, two rounds.
func marvin(data []byte, seed string) uint32 {
	key := binary.BigEndian.Uint64([]byte(seed))
	low, high := uint32(key), uint32(key>>32)
	data = append(bytes.Clone(data), 0x80)
	for len(data)%4 != 0 {
		data = append(data, 0)
	}
	data = append(data, 0, 0, 0, 0)
	rotate := func(v uint32, n int) uint32 { return v<<n | v>>(32-n) }
	for ; len(data) > 0; data = data[4:] {
		low += binary.LittleEndian.Uint32(data)
		high ^= low
		low = rotate(low, 20)
		low += high
		high = rotate(high, 9)
		high ^= low
		low = rotate(low, 27)
		low += high
		high = rotate(high, 19)
	}
	return low ^ high
}

func TestAzure(t *testing.T) {
	g := secrettest.New(5)
	// The signature takes the 24 bits that its four characters are of the base64.
	key := func(size int, signature, seed string) string {
		for {
			text := []byte(base64.RawStdEncoding.EncodeToString(g.Bytes(size)))
			copy(text[len(text)-10:], signature)
			raw, err := base64.RawStdEncoding.DecodeString(string(text))
			if err != nil {
				t.Fatal(err)
			}
			binary.LittleEndian.PutUint32(raw[size-4:], marvin(raw[:size-4], seed))
			if out := base64.StdEncoding.EncodeToString(raw); strings.Contains(out, signature) {
				return out
			}
		}
	}
	facts := func(service string) map[string]string {
		return map[string]string{"service": service, "checksum": "valid"}
	}
	client := func() string {
		const alphabet = "abcdefghijklmnopqrstuvwxyz" + "ABCDEFGHIJKLMNOPQRSTUVWXYZ" + "1234567890.-_~"
		body := g.Mixed(3) + "8" + "Q~" + g.Mixed(31)
		return body + digits(big.NewInt(int64(marvin([]byte(body), "AadPwd"+"00"))), alphabet, 3)[:3]
	}
	secret := client()
	devops := func(magic uint32) string {
		body := g.Bytes(28)
		sum := crc32.ChecksumIEEE(body) ^ magic
		raw := bytes.Clone(body[:2])
		raw = append(append(raw, byte(sum>>24)), body[2:6]...)
		raw = append(append(raw, byte(sum>>16), byte(sum>>8)), body[6:19]...)
		raw = append(append(raw, byte(sum)), body[19:]...)
		return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw))
	}
	checkVectors(t, map[string]vector{
		"storage":          {azureKey, key(64, "+ASt", "Default0"), false, High, facts("storage")},
		"cosmos":           {azureKey, key(64, "ACDb", "MastRW00"), false, High, facts("cosmos-db")},
		"redis":            {azureKey, key(32, "AzCa", "Access00"), false, High, facts("redis")},
		"other seed":       {azureKey, key(64, "+ASt", "Access00"), false, "", nil},
		"old":              {azureKey, g.Value("azure-storage"), false, "", nil},
		"zeros":            {azureKey, base64.StdEncoding.EncodeToString(make([]byte, 64)), true, "", nil},
		"short":            {azureKey, base64.StdEncoding.EncodeToString(g.Bytes(12)), true, "", nil},
		"client":           {azureClientSecret, secret, false, High, map[string]string{"checksum": "valid"}},
		"client changed":   {azureClientSecret, changed(secret), false, Low, map[string]string{"checksum": "invalid"}},
		"client old":       {azureClientSecret, g.Mixed(3) + "7" + "Q~" + g.Mixed(34), false, "", nil},
		"client other":     {azureClientSecret, g.Mixed(40), true, "", nil},
		"devops":           {azureDevOpsToken, devops(0xE0B9692D), false, High, map[string]string{"checksum": "valid"}},
		"devops app":       {azureDevOpsToken, devops(0x1019F92E), false, High, map[string]string{"checksum": "valid"}},
		"devops wrong":     {azureDevOpsToken, devops(1), true, "", nil},
		"devops new":       {azureDevOpsToken, g.Mixed(76) + "AZ" + "DO" + g.Mixed(4), false, "", nil},
		"devops malformed": {azureDevOpsToken, "0189", true, "", nil},
	})
}
