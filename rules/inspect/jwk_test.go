package inspect

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/secrettest"
)

var url64 = base64.RawURLEncoding.EncodeToString

// webKeyEC draws a key on P-256: its members without braces, quoted as JSON, and its
// private one.
func webKeyEC(g *secrettest.Generator) (members []string, d string) {
	scalar := g.Bytes(32)
	scalar[0] &= 0x7f // below the order of the curve
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), scalar)
	if err != nil {
		panic(err)
	}
	point, err := key.PublicKey.Bytes()
	if err != nil {
		panic(err)
	}
	d = url64(scalar)
	return []string{
		`"kty": "EC"`, `"crv": "P-256"`, `"kid": "login-7"`,
		fmt.Sprintf(`"x": "%s"`, url64(point[1:33])), fmt.Sprintf(`"y": "%s"`, url64(point[33:])), fmt.Sprintf(`"d": "%s"`, d),
	}, d
}

// TestJWKAnywhere finds a key in the forms that code and configuration write it in.
func TestJWKAnywhere(t *testing.T) {
	g := secrettest.New(1)
	members, d := webKeyEC(g)
	unquoted := strings.NewReplacer(`"kty"`, "kty", `"crv"`, "crv", `"kid"`, "kid", `"x"`, "x", `"y"`, "y", `"d"`, "d")
	lines := strings.Join(members, ",\n  ")
	single := strings.ReplaceAll(lines, `"`, "'")
	forms := map[string]string{
		"one line":      "{" + strings.Join(members, ",") + "}",
		"lines":         "{\n  " + lines + "\n}",
		"set":           `{"keys": [{"kty": "RSA", "n": "AQAB"}, {` + lines + `}]}`,
		"with arrays":   `{"key_ops": ["sign", "verify"], "x5c": ["AAAA"], ` + lines + `}`,
		"javascript":    "const key = {\n  " + unquoted.Replace(lines) + ",\n  ext: true,\n  alg: undefined,\n};",
		"single quotes": "const key = {\n  " + strings.ReplaceAll(unquoted.Replace(lines), `"`, "'") + "\n}",
		"comments":      "{\n  // for tests\n  " + lines + ", /* end */\n}",
		"python":        "KEY = {\n  " + single + ",\n}",
		"csv":           "jwk,\"{" + strings.ReplaceAll(strings.Join(members, ","), `"`, `""`) + "}\",1",
		"ruby":          "{ :" + strings.ReplaceAll(unquoted.Replace(strings.Join(members, ", :")), ": ", " => ") + " }",
		"php":           "$key = {" + strings.ReplaceAll(single, ": ", " => ") + "};",
		"in a string":   `key = "{` + strings.ReplaceAll(strings.Join(members, `,\n`), `"`, `\"`) + `}"`,
		"xml":           "<key>{" + strings.ReplaceAll(lines, `"`, "&quot;") + "}</key>",
		"twice":         `"{\"a\": \"{` + strings.ReplaceAll(strings.Join(members, `,`), `"`, `\\\"`) + `}\"}"`,
		"yaml":          "jwk:\n  " + strings.ReplaceAll(strings.Join(members, "\n  "), `"`, "") + "\nother: 1\n",
		"yaml list":     "keys:\n  - " + strings.ReplaceAll(strings.Join(members, "\n    "), `"`, "") + "\n  - kty: RSA\n",
		"next line":     "{\n" + strings.ReplaceAll(unquoted.Replace(lines), ": ", ":\n    ") + "\n}",
		"call":          "importJWK({ " + unquoted.Replace(lines) + " }, 'ES256')",
	}
	thumb := sha256.Sum256([]byte(strings.ReplaceAll("{"+members[1]+","+members[0]+","+members[3]+","+members[4]+"}", ": ", ":")))
	want := map[string]string{"format": "jwk", "type": "ecdsa", "bits": "256", "kid": "login-7", "public_fingerprint": url64(thumb[:])}
	for name, text := range forms {
		t.Run(name, func(t *testing.T) {
			secrets, verdicts := locateAll(jwk, text, "kty")
			if len(secrets) != 1 || secrets[0] != d {
				t.Fatalf("found %q in\n%s\nwant %s", secrets, text, d)
			}
			if diff := cmp.Diff(want, verdicts[0].Facts); diff != "" || verdicts[0].Confidence != High {
				t.Errorf("confidence %s, facts (-want +got):\n%s", verdicts[0].Confidence, diff)
			}
		})
	}
}

func TestJWKTypes(t *testing.T) {
	g := secrettest.New(2)
	seed := g.Bytes(ed25519.SeedSize)
	public := ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)
	tests := map[string]struct {
		text, secret, kind, bits, confidence string
	}{
		"rsa": {fmt.Sprintf(`{"kty":"RSA","e":"AQAB","n":"%s","d":"%s"}`, url64(append([]byte{0xc1}, g.Bytes(255)...)), url64(g.Bytes(256))),
			"", "rsa", "2048", High},
		"ed25519": {fmt.Sprintf(`{"kty":"OKP","crv":"Ed25519","x":"%s","d":"%s"}`, url64(public), url64(seed)), url64(seed), "ed25519", "256", High},
		"other's": {fmt.Sprintf(`{"kty":"OKP","crv":"Ed25519","x":"%s","d":"%s"}`, url64(g.Bytes(32)), url64(seed)), url64(seed), "ed25519", "256", Medium},
		"x448":    {fmt.Sprintf(`{"kty":"OKP","crv":"X448","x":"%s","d":"%s"}`, url64(g.Bytes(56)), url64(g.Bytes(56))), "", "x448", "448", High},
		"oct":     {fmt.Sprintf(`{"kty":"oct","k":"%s"}`, url64(seed)), url64(seed), "oct", "256", High},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			secrets, verdicts := locateAll(jwk, test.text, "kty")
			if len(secrets) != 1 || test.secret != "" && secrets[0] != test.secret {
				t.Fatalf("found %q in %s", secrets, test.text)
			}
			v := verdicts[0]
			if v.Facts["type"] != test.kind || v.Facts["bits"] != test.bits || v.Confidence != test.confidence {
				t.Errorf("verdict %+v, want %+v", v, test)
			}
			if _, ok := v.Facts["public_fingerprint"]; ok != (test.kind != "oct") {
				t.Errorf("facts %v", v.Facts)
			}
		})
	}
}

func TestJWKIgnores(t *testing.T) {
	members, d := webKeyEC(secrettest.New(3))
	whole := "{" + strings.Join(members, ",") + "}"
	texts := map[string]string{
		"public":      "{" + strings.Join(members[:5], ",") + "}",
		"placeholder": strings.ReplaceAll(whole, d, "your-private-key"),
		"dots":        strings.ReplaceAll(whole, d, d[:20]+"..."),
		"masked":      strings.ReplaceAll(whole, d, strings.Repeat("x", 43)),
		"short":       strings.ReplaceAll(whole, d, d[:20]),
		"variable":    strings.ReplaceAll(whole, `"`+d+`"`, "key.d"),
		"other type":  strings.ReplaceAll(whole, `"EC"`, `"unrecognized"`),
		"other curve": strings.ReplaceAll(whole, "P-256", "P-257"),
		"elsewhere":   `{"d": "` + d + `", "key": {` + strings.Join(members[:5], ",") + "}}",
		"behind":      `{` + strings.Join(members[:5], ",") + `}, {"d": "` + d + `"}`,
		"code":        "if jwk.kty == 'EC' { return jwk.d }",
		"type":        "interface Key { kty: string; d?: string }",
		"end":         "{ kty: 'EC",
		"name only":   "kty",
	}
	for name, text := range texts {
		t.Run(name, func(t *testing.T) {
			if secrets, _ := locateAll(jwk, text, "kty"); len(secrets) > 0 {
				t.Errorf("found %q in\n%s", secrets, text)
			}
		})
	}
}
