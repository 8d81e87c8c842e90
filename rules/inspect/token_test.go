package inspect

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/unleak/unleak/internal/secrettest"
)

// whole is a candidate that is all secret.
func whole(text string) Candidate {
	all := Span{0, len(text)}
	return Candidate{Window: []byte(text), Match: all, Secret: all}
}

func TestChecksum(t *testing.T) {
	valid := secrettest.New(1).Value("github")
	wrong := valid[:len(valid)-1] + string(valid[len(valid)-1]^1)
	tests := map[string]struct {
		token      string
		drop       bool
		confidence string
		fact       string
	}{
		"valid":       {valid, false, High, "valid"},
		"valid npm":   {secrettest.New(2).Value("npm"), false, High, "valid"},
		"invalid":     {wrong, false, Low, "invalid"},
		"placeholder": {"gh" + "p_" + strings.Repeat("x", 36), true, "", ""},
		"words":       {"gh" + "p_" + "thisismypersonalaccesstokenforgithub", true, "", ""},
		"short":       {"gh" + "p_ab", true, "", ""},
		"empty":       {"", true, "", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			v := crc32Token(whole(test.token))
			if v.Drop != test.drop || v.Confidence != test.confidence || v.Facts["checksum"] != test.fact {
				t.Errorf("verdict %+v, want %+v", v, test)
			}
		})
	}
}

func TestAWSKeyID(t *testing.T) {
	v := awsKeyID(whole(secrettest.New(3).Value("aws-id")))
	if v.Drop || v.Facts["key_type"] != "long-term" {
		t.Errorf("verdict %+v", v)
	}
	if v := awsKeyID(whole("AS" + "IA" + secrettest.New(3).String(secrettest.Base32, 16))); v.Drop || v.Facts["key_type"] != "temporary" {
		t.Errorf("temporary key: verdict %+v", v)
	}
	if v := awsKeyID(whole("AK" + "IA" + "J" + secrettest.New(3).String(secrettest.Base32, 15))); v.Drop || v.Facts["account"] != "" {
		t.Errorf("old key: verdict %+v", v)
	}
	for _, bad := range []string{"", "AK" + "IA", "AK" + "IA" + strings.Repeat("A", 16), "AK" + "IA" + "0189" + "0189" + "ABCD" + "WXYZ"} {
		if v := awsKeyID(whole(bad)); !v.Drop {
			t.Errorf("%q: verdict %+v, want it dropped", bad, v)
		}
	}
}

// TestAWSAccount checks the decoding against ids made from known accounts.
func TestAWSAccount(t *testing.T) {
	for _, account := range []uint64{26734018553, 123456789012, 609629065308, 999912345678} {
		bits := account<<7 | 1<<47 // the top bit is set in ids of today
		var id [16]byte
		for i := range id {
			id[i] = secrettest.Base32[0]
			if shift := 43 - 5*i; shift >= 0 {
				id[i] = secrettest.Base32[bits>>shift&31]
			} else if shift > -5 {
				id[i] = secrettest.Base32[bits<<-shift&31]
			} else {
				id[i] = secrettest.Base32[(7*i+3)%32]
			}
		}
		want := strings.Repeat("0", 12) + uitoa(account)
		if got := awsKeyID(whole("AK" + "IA" + string(id[:]))).Facts["account"]; got != want[len(want)-12:] {
			t.Errorf("account %q of %s, want %d", got, id, account)
		}
	}
}

func uitoa(n uint64) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return uitoa(n/10) + string(rune('0'+n%10))
}

func TestAWSSecret(t *testing.T) {
	g := secrettest.New(4)
	if v := awsSecret(whole(g.Value("aws-secret"))); v.Drop {
		t.Error("a secret key is dropped")
	}
	if v := awsSecret(whole(g.String(secrettest.Hex, 40))); !v.Drop {
		t.Error("a digest is taken for a secret key")
	}
}

func TestPyPI(t *testing.T) {
	token := secrettest.New(5).Value("pypi")
	if v := pypi(whole(token)); v.Drop || v.Confidence != High || v.Facts["host"] != "pypi"+".org" {
		t.Errorf("verdict %+v", v)
	}
	if v := pypi(whole(token[:len(token)-12])); v.Drop || v.Confidence != Low {
		t.Errorf("cut off: verdict %+v, want low confidence", v)
	}
	for _, bad := range []string{"", "pypi-", "pypi-" + strings.Repeat("A", 80), "pypi-!", token[:12]} {
		if v := pypi(whole(bad)); !v.Drop {
			t.Errorf("%q: verdict %+v, want it dropped", bad, v)
		}
	}
}

func TestMoorcheh(t *testing.T) {
	g := secrettest.New(6)
	value, bare := g.Value("moorcheh"), g.Value("moorcheh-bare")
	tests := map[string]struct {
		text, secret string
		drop         bool
		confidence   string
	}{
		"named":            {"MOORCHEH_API_KEY=" + value, value, false, High},
		"alone":            {"key: " + value, value, false, Medium},
		"shorter alone":    {"key: " + value[:27], value[:27], false, Low},
		"bare":             {"MOORCHEH_API_KEY=" + bare, bare, false, High},
		"placeholder":      {"MOORCHEH_API_KEY=mk_your_private_key", "mk_your_private_key", true, ""},
		"placeholder real": {"MOORCHEH_API_KEY=mk_abc123real_key_here", "mk_abc123real_key_here", true, ""},
		"short alone":      {"id: mk" + "_1a2b3c4d5e6f7g8h", "mk" + "_1a2b3c4d5e6f7g8h", true, ""},
		"commit":           {"moorcheh: " + g.String(secrettest.Hex, 40), "", true, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := whole(test.text)
			if test.secret == "" {
				test.secret = test.text[len("moorcheh: "):]
			}
			c.Secret.Start = strings.Index(test.text, test.secret)
			if v := moorchehKey(c); v.Drop != test.drop || v.Confidence != test.confidence {
				t.Errorf("verdict %+v, want drop %v, confidence %q", v, test.drop, test.confidence)
			}
		})
	}
}

func TestBasicAuth(t *testing.T) {
	g := secrettest.New(7)
	if v := basicAuth(whole(g.Value("basic-auth"))); v.Drop || v.Facts["user"] != "deploy" {
		t.Errorf("verdict %+v", v)
	}
	for name, text := range map[string]string{
		"weak":     "user:" + "password",
		"same":     "user:user",
		"names":    "CLIENT_ID:CLIENT_SECRET",
		"no colon": "foobarbazqux",
		"empty":    "",
		"binary":   "\x00\x01\x02\x03:\x04\x05\x06\x07",
	} {
		if v := basicAuth(whole(base64.StdEncoding.EncodeToString([]byte(text)))); !v.Drop {
			t.Errorf("%s: verdict %+v, want it dropped", name, v)
		}
	}
}

func TestBasicAuthOfWords(t *testing.T) {
	for _, text := range []string{"deploy:deploy", "john:" + "password"} {
		if v := basicAuth(whole(base64.StdEncoding.EncodeToString([]byte(text)))); v.Drop || v.Severity != Low {
			t.Errorf("%s: verdict %+v, want one of low severity", text, v)
		}
	}
}

func TestBasicAuthNeedsBase64(t *testing.T) {
	if v := basicAuth(whole("realm=x")); !v.Drop {
		t.Errorf("verdict %+v, want it dropped", v)
	}
}

func TestVendorTokenDropsStandIns(t *testing.T) {
	g := secrettest.New(8)
	for _, kind := range []string{"stripe", "sendgrid", "slack", "gitlab", "huggingface", "anthropic", "openai", "github-fine", "google-api"} {
		for range 50 {
			if token := g.Value(kind); vendorToken(whole(token)).Drop {
				t.Errorf("%s: %s is dropped", kind, token)
			}
		}
	}
	for _, text := range []string{
		"sk" + "_live_" + strings.Repeat("x", 24), "sk" + "_live_" + "yourstripesecretkeygoes",
		"xo" + "xb-" + "123456789012-123456789012-abcdefghijklmnopqrstuvwx", "h" + "f_" + strings.Repeat("abcd", 8),
		"gl" + "pat-" + "your-personal-access-token", "",
	} {
		if !vendorToken(whole(text)).Drop {
			t.Errorf("%q is kept", text)
		}
	}
	if !slackWebhook(whole("https://hooks." + "slack.com/services/T00000000/B00000000/" + strings.Repeat("X", 24))).Drop {
		t.Error("the webhook of Slack's documentation is kept")
	}
}
