package match

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/secrettest"
)

// Ways to encode a text, by the encodings' names.

func percentEncoded(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

func numbered(format, text string) string {
	var b strings.Builder
	for i, c := range []byte(text) {
		if i%3 == 0 || c < ' ' {
			fmt.Fprintf(&b, format, c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// wrapped breaks a text into lines of some length, with something before each.
func wrapped(text, before string, length int) string {
	var lines []string
	for len(text) > length {
		lines, text = append(lines, text[:length]), text[length:]
	}
	return before + strings.Join(append(lines, text), "\n"+before)
}

func std64(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

// encodedFragments are what texts of carryRules with encoded parts are made of.
func encodedFragments() []string {
	secret := "a line before it\nkey_abcd12 and tok = abcdef\nbeg1end\n"
	long := std64(secret + strings.Repeat("and more behind ", 5))
	return []string{
		std64(secret), long, wrapped(long, "  ", 64), wrapped(long, "", 30), std64(std64(secret)), long[:40], long[40:],
		hex.EncodeToString([]byte(secret)), hex.EncodeToString([]byte(secret))[:50], base64.RawURLEncoding.EncodeToString([]byte(secret)),
		percentEncoded(secret), percentEncoded("key_"), "%", "%6", "5y_", numbered("\\u%04x", secret), numbered("\\x%02x", secret), "\\", "\\u00", "6b", "ey_zz99",
		"AAAA", "A", "==", "/", "\n  ", "\\n", strings.Repeat("x", 30), "tok: ", "c29tZXRoaW5nIGVsc2U", " # unleak:al" + "low\n",
	}
}

func TestCarryOverEncoded(t *testing.T) {
	m := New(load(t, carryRules))
	parts := append(encodedFragments(), fragments...)
	found := 0
	for seed := range cases(3000) {
		w := &writer{random: rand.New(rand.NewPCG(seed, 5)), fragments: parts, filler: []int{10, 100, 1500}[seed%3]}
		found += compareCarried(t, m, w.text(40), 4, w.change)
	}
	if found < 10000 && !raceDetector {
		t.Errorf("the texts hold but %d secrets", found)
	}
}

func TestEncoded(t *testing.T) {
	secrets := secrettest.New(11)
	_, token := secrets.Line("github")
	pem := secrets.Value("pem-pkcs8")
	body := strings.Join(strings.Split(pem, "\n")[1:len(strings.Split(pem, "\n"))-2], "\n")
	jwt := secrets.Value("jwt")
	env := "# settings of the service\nLOG_LEVEL=info\nGITHUB_TOKEN=" + token + "\n"
	long := env + strings.Repeat("# nothing more to see here\n", 9)
	m := builtin(t)
	for _, c := range []struct {
		name, text string
		value      string // "" for nothing
		layers     []Layer
		line       int
	}{
		{"base64", "x\ndata: " + std64(env) + "\n", token, []Layer{{Base64, "", 3}}, 2},
		{"base64 without padding", "'" + strings.TrimRight(std64(env+"\n#"), "=") + "'", token, []Layer{{Base64, "", 3}}, 1},
		{"base64 for URLs", "?q=" + base64.URLEncoding.EncodeToString([]byte(env+"???>>>\xff\xff")) + "&", token, []Layer{{Base64, "", 3}}, 1},
		{"base64 behind a word", "/settings/" + std64(env), token, []Layer{{Base64, "", 3}}, 1},
		{"base64 wrapped", "data:\n  env: |\n" + wrapped(std64(long), "    ", 76) + "\n", token, []Layer{{Base64, "", 3}}, 3},
		{"base64 wrapped, odd width", wrapped(std64(long), "", 35), token, []Layer{{Base64, "", 3}}, 1},
		{"base64 in escaped lines", `{"content": "` + strings.ReplaceAll(wrapped(std64(long), "", 60), "\n", `\n`) + `"}`, token, []Layer{{Base64, "", 3}}, 1},
		{"base64 in literals that are joined", `x = "` + strings.ReplaceAll(wrapped(std64(long), "", 60), "\n", "\" +\n    \"") + `"`, token, []Layer{{Base64, "", 3}}, 1},
		{"base64 of base64", "data: " + std64(std64(env)), token, []Layer{{Base64, "", 1}, {Base64, "", 3}}, 1},
		{"base64 of UTF-16", "powershell -enc " + std64(wide(env)), token, []Layer{{Base64, "", 3}}, 1},
		{"base64 of hex of base64", std64(hex.EncodeToString([]byte(std64(env)))), token, []Layer{{Base64, "", 1}, {Hex, "", 1}, {Base64, "", 3}}, 1},
		{"too deep", std64(std64(std64(std64(std64(env))))), "", nil, 0},
		{"Kubernetes secret", "apiVersion: v1\nkind: Secret\ndata:\n  tls.key: " + std64(pem) + "\n", body, []Layer{{Base64, "", 1}}, 4},
		{"data URI", "url(data:text/plain;charset=utf-8;base64," + std64(env) + ")", token, []Layer{{Base64, "", 3}}, 1},
		{"hex", "blob = 0x" + hex.EncodeToString([]byte(env)), token, []Layer{{Hex, "", 3}}, 1},
		{"hex as PostgreSQL has it", `INSERT INTO t VALUES ('\x` + strings.ToUpper(hex.EncodeToString([]byte(env))) + "');", token, []Layer{{Hex, "", 3}}, 1},
		{"percent", "a\n/?" + percentEncoded(env), token, []Layer{{Percent, "", 3}}, 2},
		{"percent twice", "/?" + strings.ReplaceAll(percentEncoded(env), "%", "%25"), token, []Layer{{Percent, "", 1}, {Percent, "", 3}}, 1},
		{"escapes", `{"env": "` + numbered("\\u%04x", env) + `"}`, token, []Layer{{Escapes, "", 3}}, 1},
		{"escapes of bytes", `{"env": "` + numbered("\\x%02X", env) + `"}`, token, []Layer{{Escapes, "", 3}}, 1},
		{"escapes in braces", `{"env": "` + numbered("\\u{%x}", env) + `"}`, token, []Layer{{Escapes, "", 3}}, 1},
		{"escapes of escapes", `"{\"env\": \"` + numbered("\\\\u%04x", env) + `\"}"`, token, []Layer{{Escapes, "", 3}}, 1},
		{"escaped line ends in a key", strings.ReplaceAll(pem, "\n", `\u000a`), body, []Layer{{Escapes, "", 1}}, 1},
		{"visible as it stands", "token: " + token + "%20and%20more", token, nil, 1},
		{"a JSON Web Token", "Authorization: Bearer " + jwt, jwt, nil, 1},
		{"a comment", "data: " + std64(env) + " # unleak:al" + "low\n", "", nil, 0},
		{"half a group", "data: " + std64(env)[2:40], "", nil, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := m.NewScanner()
			for range 2 {
				hits := s.Scan([]byte(c.text))
				if c.value == "" && len(hits) == 0 {
					continue
				}
				if len(hits) == 0 {
					t.Fatalf("nothing found in %q", c.text)
				}
				h := hits[0]
				if len(hits) != 1 || strings.Join(strings.Fields(h.Value), "") != strings.Join(strings.Fields(c.value), "") || h.StartLine != c.line {
					t.Errorf("%q", describe(hits))
				}
				if diff := gocmp.Diff(c.layers, h.Layers); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

func wide(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		b.Write([]byte{c, 0})
	}
	return b.String()
}
