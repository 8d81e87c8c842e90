package inspect

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/secrettest"
)

// encodeJWT joins the encoded parts, leaving the last, the signature, as it is.
func encodeJWT(header, payload, signature string) string {
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(header)) + "." + encode([]byte(payload)) + "." + signature
}

func TestJWT(t *testing.T) {
	g := secrettest.New(1)
	signature := g.Mixed(43)
	fresh := g.Value("jwt")
	full := map[string]string{"alg": "HS256", "issuer": "https://id.corp-internal.net", "expires": "2030-03-17T17:46:40Z"}
	five := encodeJWT(`{"alg":"RSA-OAEP","enc":"A256GCM"}`, "", "")
	five = five[:strings.IndexByte(five, '.')] + "." + g.Mixed(60) + "." + g.Mixed(16) + "." + g.Mixed(80) + "." + g.Mixed(22)
	tests := map[string]struct {
		text, want string
		facts      map[string]string
	}{
		"bearer":       {"Authorization: Bearer " + fresh, fresh, full},
		"quoted":       {`token = "` + fresh + `"`, fresh, full},
		"query":        {"https://x.y/?jwt=" + fresh + "&z=1", fresh, full},
		"sentence":     {"it was " + fresh + ".", fresh, full},
		"file":         {fresh + ".txt", fresh, full},
		"encrypted":    {five, five, map[string]string{"alg": "RSA-OAEP", "enc": "A256GCM"}},
		"type":         {encodeJWT(`{"typ":"at+jwt","alg":"HS384"}`, `{"sub":"a"}`, g.Mixed(64)), "", map[string]string{"alg": "HS384", "type": "at+jwt"}},
		"alg None":     {encodeJWT(`{"alg":"None"}`, `{"sub":"a"}`, signature), "-", nil},
		"odd issuer":   {"=" + encodeJWT(`{"alg":"ES256"}`, `{"iss":7,"exp":"x"}`, signature), "", map[string]string{"alg": "ES256"}},
		"no signature": {encodeJWT(`{"alg":"HS256"}`, `{"sub":"a"}`, ""), "-", nil},
		"alg none":     {encodeJWT(`{"alg":"none"}`, `{"sub":"a"}`, signature), "-", nil},
		"no alg":       {encodeJWT(`{"typ":"JWT"}`, `{"sub":"a"}`, signature), "-", nil},
		"array":        {encodeJWT(`[1]`, `{"sub":"a"}`, signature), "-", nil},
		"not json":     {encodeJWT(`{"alg":"HS256"}`, `{"sub":`, signature), "-", nil},
		"two parts":    {strings.Join(strings.Split(fresh, ".")[:2], "."), "-", nil},
		"cut off":      {"ey" + "JhbGc.ey" + "JzdWI.SflKxw...", "-", nil},
		"cut short":    {fresh[:len(fresh)-10], "-", nil},
		"sample":       {encodeJWT(`{"alg":"HS256","typ":"JWT"}`, `{"sub":"1234567890","name":"John Doe","iat":1516239022}`, signature), "-", nil},
		"inside word":  {"x" + fresh, "-", nil},
		"made up":      {encodeJWT(`{"alg":"HS256"}`, `{"sub":"a"}`, strings.Repeat("x", 43)), "-", nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			secrets, verdicts := locateAll(jwt, test.text, "eyj")
			if test.want == "-" {
				if len(secrets) > 0 {
					t.Errorf("found %q in %q", secrets, test.text)
				}
				return
			}
			if len(secrets) != 1 {
				t.Fatalf("found %q in %q, want one", secrets, test.text)
			}
			if test.want != "" && secrets[0] != test.want {
				t.Errorf("found %q, want %q", secrets[0], test.want)
			}
			if diff := cmp.Diff(test.facts, verdicts[0].Facts); diff != "" {
				t.Errorf("facts (-want +got):\n%s", diff)
			}
		})
	}
}

func TestJWTWeights(t *testing.T) {
	g := secrettest.New(2)
	five := func(header string) string {
		return encodeJWT(header, "", "")[:len(base64.RawURLEncoding.EncodeToString([]byte(header)))] +
			"." + g.Mixed(60) + "." + g.Mixed(16) + "." + g.Mixed(80) + "." + g.Mixed(22)
	}
	tests := map[string]struct{ text, confidence, severity string }{
		"signed":    {g.Value("jwt"), High, ""},
		"encrypted": {five(`{"alg":"dir","enc":"A256GCM"}`), Low, ""},
		"nested":    {five(`{"alg":"dir","enc":"A256GCM","cty":"JWT"}`), High, ""},
		"anon":      {encodeJWT(`{"alg":"HS256"}`, `{"iss":"supabase","role":"anon","exp":2000000000}`, g.Mixed(43)), High, Low},
		"service":   {encodeJWT(`{"alg":"HS256"}`, `{"iss":"supabase","role":"service_role","exp":2000000000}`, g.Mixed(43)), High, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, verdicts := locateAll(jwt, test.text, "eyj")
			if len(verdicts) != 1 || verdicts[0].Confidence != test.confidence || verdicts[0].Severity != test.severity {
				t.Errorf("verdicts %+v, want %+v", verdicts, test)
			}
		})
	}
}
