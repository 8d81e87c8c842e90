package example_test

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"hash/crc32"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/unleak/unleak/rules/example"
)

func draw(t *testing.T, pattern string, seed int64) string {
	t.Helper()
	text, err := example.Draw(pattern, seed)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// What is drawn is what the pattern matches, the same for the same seed.
func TestDrawMatches(t *testing.T) {
	patterns := []string{
		`acme_[A-Za-z0-9]{32}`, `(?i)acme[_-]key`, `(?:sk|rk)_live_\d{16,24}`, `[^a-z]{5}`, `a*b+c?d{2,}`, `.{3}`, `\w+@[\w.]+`,
		`[\x{400}-\x{4ff}]{3}`, `(a|b|cd)(e|)`, `^x\b-y$`, `(?s:.)\s`, `[\d-]{4}`,
	}
	for _, pattern := range patterns {
		whole := regexp.MustCompile(`\A(?:` + pattern + `)\z`)
		different := map[string]bool{}
		for seed := range int64(50) {
			text := draw(t, pattern, seed)
			if !whole.MatchString(text) {
				t.Errorf("%s, seed %d: %q does not match", pattern, seed, text)
			}
			if again := draw(t, pattern, seed); again != text {
				t.Errorf("%s, seed %d: %q, then %q", pattern, seed, text, again)
			}
			different[text] = true
		}
		if len(different) < 2 && pattern != `^x\b-y$` {
			t.Errorf("%s: always the same", pattern)
		}
	}
}

func TestDrawIsEven(t *testing.T) {
	count := map[string]int{}
	for seed := range int64(3000) {
		count[draw(t, `[a-cX]|yy|zzz`, seed)]++
	}
	for text, want := range map[string]int{"a": 250, "b": 250, "c": 250, "X": 250, "yy": 1000, "zzz": 1000} {
		if got := count[text]; got < want*3/4 || got > want*5/4 {
			t.Errorf("%q is drawn %d times of 3000, want about %d", text, got, want)
		}
	}
}

func TestDrawFails(t *testing.T) {
	for pattern, want := range map[string]string{
		`(`:                            "bad pattern",
		`[^\x00-\x{10FFFF}]`:           "matches nothing",
		`(?:(?:a{1000}){100}b)+`:       "bad pattern",
		`(?:(?:.{100})+){1,9}`:         "",
		`(?:a{900})*(?:b{99}){9}`:      "",
		`(?P<crc>x)`:                   "no group is named",
		`123456789(?P<crc32_hex>x{7})`: "does not fit",
		`(?P<sha1_hex>x{41})`:          "41",
		`(?P<bech32>Ab)`:               "one case",
		`(?P<base58check>xyz)`:         "in hex",
		`(?P<base32_crc16>ABC)`:        "one or two letters",
		`(?P<macaroon>x{128})`:         "127",
	} {
		_, err := example.Draw(pattern, 1)
		if want == "" {
			if err != nil && !strings.Contains(err.Error(), "bound its repetitions") {
				t.Errorf("%s: %v", pattern, err)
			}
		} else if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one with %q", pattern, err, want)
		}
	}
}

func TestSecretGroup(t *testing.T) {
	value, err := example.DrawValue(`postgres://app:(?P<secret>[a-z]{8})@db`, 1)
	if err != nil || len(value.Secret) != 8 || value.Text != "postgres://app:"+value.Secret+"@db" {
		t.Errorf("drawn %+v, %v", value, err)
	}
}

// Known answers of the checks and encodings.
func TestComputed(t *testing.T) {
	sum := crc32.ChecksumIEEE([]byte("123456789")) // cbf43926
	for pattern, want := range map[string]string{
		`(?P<body>123456789)-(?P<crc32_hex>x{8})`:                     "123456789-cbf43926",
		`123456789(?P<crc32_hex_upper>x{8})`:                          "123456789CBF43926",
		`a(?P<body>123456789)b(?P<crc32_hex>x{10})`:                   "a123456789b00cbf43926",
		`(?P<body>123456789)(?P<crc32_base62>x{6})`:                   "123456789" + in(sum, 62),
		`(?P<body>123456789)(?P<crc32_base36>x{7})`:                   "123456789" + in(sum, 36),
		`(?P<body>abc)(?P<sha1_hex>x{8})`:                             "abca9993e36",
		`(?P<body>abc)(?P<md5_hex>x{6})`:                              "abc900150",
		`(?P<body>abc)(?P<sha256_hex>x{4})`:                           "abcba78",
		`k(?P<base64>ab\?)(?P<hex>jk)`:                                "kYWI/6a6b",
		`(?P<base64>ab)(?P<base64_raw>ab)`:                            "YWI=YWI",
		`(?P<hex>a)(?P<hex_2>b)-(?P<hex_13>c)`:                        "6162-63",
		`(?P<base64url>ab\?)(?P<base32>f)`:                            "YWI_MY",
		`(?P<base64_json>\{"a":1\})`:                                  "eyJhIjoxfQ",
		`(?P<base58check>00010966776006953D5567439E5E39F86A0D273BEE)`: "16UwLL9Risc3QfPqBUvKofHmBQ7wMtjvM",
		`(?P<base58check_xrp>0{42})`:                                  "rrrrrrrrrrrrrrrrrrrrrhoLvTp", // the address of no account
	} {
		if got := draw(t, pattern, 1); got != want {
			t.Errorf("%s gives %s, want %s", pattern, got, want)
		}
	}
	for pattern, shape := range map[string]string{
		`(?P<jwt>x)`:                          `^eyJ[\w-]+\.eyJ[\w-]+\.[\w-]{43}$`,
		`(?P<base64_json>x)`:                  `^eyJ[A-Za-z0-9]{40,}$`,
		`(?P<bech32>nsec)`:                    `^nsec1[02-9ac-hj-np-z]{58}$`,
		`(?P<bech32>AGE-SECRET-KEY-)`:         `^AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}$`,
		`(?P<base32_crc16>S)`:                 `^S[A-Z2-7]{55}$`,
		`(?P<base32_crc16>SU)`:                `^SU[A-Z2-7]{56}$`,
		`(?P<base58check>80[0-9a-f]{64}01)`:   `^[KL][1-9A-HJ-NP-Za-km-z]{51}$`,
		`(?P<base58check_xrp>21[0-9a-f]{32})`: `^s[1-9A-HJ-NP-Za-km-z]{28}$`,
		`(?P<solana_key>x)`:                   `^[1-9A-HJ-NP-Za-km-z]{86,88}$`,
		`pypi-(?P<macaroon>pypi\.org)`:        `^pypi-AgEIcHlwaS5vcmc[\w-]{100,}$`,
	} {
		if got := draw(t, pattern, 3); !regexp.MustCompile(shape).MatchString(got) {
			t.Errorf("%s gives %s, want %s", pattern, got, shape)
		}
	}
}

func in(sum uint32, base uint32) string {
	const alphabet36, alphabet62 = "0123456789abcdefghijklmnopqrstuvwxyz", "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	alphabet, text := alphabet62, ""
	if base == 36 {
		alphabet = alphabet36
	}
	for sum > 0 {
		text = string(alphabet[sum%base]) + text
		sum /= base
	}
	return fmt.Sprintf("%0*s", map[uint32]int{36: 7, 62: 6}[base], text)
}

func TestKeysParse(t *testing.T) {
	for _, group := range []string{"private_key_pem", "rsa_key_pem", "ec_key_pem", "openssh_key"} {
		if _, err := ssh.ParseRawPrivateKey([]byte(draw(t, "(?P<"+group+">x)", 1))); err != nil {
			t.Errorf("%s: %v", group, err)
		}
	}
	block, _ := pem.Decode([]byte(draw(t, `(?P<private_key_pem>x)`, 1)))
	if _, err := x509.ParsePKCS8PrivateKey(block.Bytes); err != nil {
		t.Error(err)
	}
}

func FuzzDraw(f *testing.F) {
	f.Add(`a(?P<body>[b-d]{2,})(?P<crc32_hex>x{8})`, int64(1))
	f.Add(`(?P<jwt>\{)|(?P<base58check>00+)`, int64(2))
	f.Fuzz(func(t *testing.T, pattern string, seed int64) {
		text, err := example.Draw(pattern, seed)
		if err == nil && len(text) > 1<<20 {
			t.Errorf("%d bytes", len(text))
		}
	})
}
