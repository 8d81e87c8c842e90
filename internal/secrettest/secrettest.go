// Package secrettest makes secrets for tests, so that no file has to hold one.
//
// Every value is made up at run time from a seed and belongs to nobody. It has the
// shape of its kind in full: checksums are right, keys parse, tokens are
// signed. Only tests may import this package.
package secrettest

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"slices"
	"strings"
)

// The alphabets that tokens are written in.
const (
	Lower  = "abcdefghijklmnopqrstuvwxyz"
	Upper  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	Digits = "0123456789"
	Hex    = Digits + "abcdef"
	Base62 = Digits + Upper + Lower
	URL64  = Base62 + "-_"
	Base32 = Upper + "234567"
)

// Generator makes values. The same seed and the same calls give the same values.
// It is not safe for concurrent use.
type Generator struct {
	rand *rand.Rand
}

// New returns a generator for a seed.
func New(seed int64) *Generator {
	return &Generator{rand: rand.New(rand.NewPCG(uint64(seed), 0x756e6c65616b))}
}

// makers has the function for each kind. The parts of a prefix stand apart, so that
// no scanner takes this table for a token.
var makers = map[string]func(*Generator) string{
	"moorcheh":      func(g *Generator) string { return "mk" + "_" + g.Mixed(32) },
	"moorcheh-bare": func(g *Generator) string { return g.Mixed(40) },
	"jwt":           (*Generator).jwt,
	"pem-rsa":       (*Generator).pemRSA,
	"pem-pkcs8":     (*Generator).pemPKCS8,
	"pem-ec":        (*Generator).pemEC,
	"openssh":       (*Generator).openSSH,
	"pgp":           (*Generator).pgp,
	"ppk":           (*Generator).ppk,
	"jwk":           func(g *Generator) string { return base64.RawURLEncoding.EncodeToString(g.Bytes(32)) },
	"nkey":          (*Generator).nkey,
	"aws-id":        func(g *Generator) string { return "AK" + "IA" + g.String(Base32, 16) },
	"aws-secret":    func(g *Generator) string { return g.Mixed(20) + "/" + g.Mixed(19) },
	"github":        func(g *Generator) string { return g.checksummed("gh" + "p_") },
	"github-app":    func(g *Generator) string { return g.checksummed("gh" + "s_") },
	"github-fine":   func(g *Generator) string { return "github" + "_pat_" + g.Mixed(22) + "_" + g.Mixed(59) },
	"gitlab":        func(g *Generator) string { return "gl" + "pat-" + g.Mixed(20) },
	"slack":         (*Generator).slack,
	"slack-webhook": (*Generator).slackWebhook,
	"stripe":        func(g *Generator) string { return "sk" + "_live_" + g.Mixed(24) },
	"google-api":    func(g *Generator) string { return "AI" + "za" + "Sy" + g.Mixed(33) },
	"google-oauth":  func(g *Generator) string { return "GOC" + "SPX-" + g.Mixed(28) },
	"openai":        func(g *Generator) string { return "sk" + "-proj-" + g.Mixed(74) + "T3Blbk" + "FJ" + g.Mixed(74) },
	"openai-legacy": func(g *Generator) string { return "sk" + "-" + g.Mixed(20) + "T3Blbk" + "FJ" + g.Mixed(20) },
	"anthropic":     func(g *Generator) string { return "sk" + "-ant-" + "api03-" + g.Mixed(93) + "AA" },
	"npm":           func(g *Generator) string { return g.checksummed("np" + "m_") },
	"pypi":          (*Generator).pypi,
	"sendgrid":      func(g *Generator) string { return "S" + "G." + g.Mixed(22) + "." + g.Mixed(43) },
	"twilio":        func(g *Generator) string { return "S" + "K" + g.String(Hex, 32) },
	"twilio-auth":   func(g *Generator) string { return g.String(Hex, 32) },
	"huggingface":   func(g *Generator) string { return "h" + "f_" + g.letters(34) },
	"azure-storage": func(g *Generator) string { return base64.StdEncoding.EncodeToString(g.Bytes(64)) },
	"password":      (*Generator).password,
	"database-url": func(g *Generator) string {
		return "postgres://billing:" + g.password() + "@db.corp-internal.net:5432/bills"
	},
	"basic-auth": func(g *Generator) string { return base64.StdEncoding.EncodeToString([]byte("deploy:" + g.password())) },
	"bearer":     func(g *Generator) string { return g.Mixed(40) },
	"connection-net": func(g *Generator) string {
		return "Server=db7.corp-internal.net;User Id=app;Password=" + g.password() + ";"
	},
}

// Kinds returns every kind that [Generator.Value] knows, sorted.
func Kinds() []string {
	kinds := make([]string, 0, len(makers))
	for kind := range makers {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	return kinds
}

// Value makes a fresh value of a kind. It panics on an unknown one.
func (g *Generator) Value(kind string) string {
	maker, ok := makers[kind]
	if !ok {
		panic(fmt.Sprintf("secrettest: no kind %q: there are %s", kind, strings.Join(Kinds(), ", ")))
	}
	return maker(g)
}

// lines has the line in which a kind stands when its shape alone says too little.
var lines = map[string]string{
	"moorcheh-bare": "MOORCHEH_API_KEY=%s",
	"jwk":           `{"kty":"oct","alg":"HS256","k":"%s"}`,
	"aws-secret":    "aws_secret_access_key = %s",
	"azure-storage": "DefaultEndpointsProtocol=https;AccountName=bills;AccountKey=%s;EndpointSuffix=core.windows.net",
	"password":      "db_password: \"%s\"",
	"twilio":        "TWILIO_API_KEY=%s",
	"twilio-auth":   "TWILIO_AUTH_TOKEN=%s",
	"basic-auth":    "Authorization: Basic %s",
	"bearer":        "Authorization: Bearer %s",
}

// Line makes a fresh value and a line of text (without its end) in which the
// built-in rules find it. Private keys span several lines.
func (g *Generator) Line(kind string) (line, value string) {
	value = g.Value(kind)
	if format, ok := lines[kind]; ok {
		return fmt.Sprintf(format, value), value
	}
	if strings.Contains(value, "\n") {
		return value, value
	}
	return "value = \"" + value + "\"", value
}

// String returns n characters of an alphabet.
func (g *Generator) String(alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[g.rand.IntN(len(alphabet))]
	}
	return string(b)
}

// Mixed returns n base-62 characters that have upper case, lower case and digits,
// as any token has that is long enough.
func (g *Generator) Mixed(n int) string {
	for {
		s := g.String(Base62, n)
		if strings.ContainsAny(s, Lower) && strings.ContainsAny(s, Upper) && strings.ContainsAny(s, Digits) {
			return s
		}
	}
}

// Bytes returns n bytes.
func (g *Generator) Bytes(n int) []byte {
	b := make([]byte, 0, n+8)
	for len(b) < n {
		b = binary.LittleEndian.AppendUint64(b, g.rand.Uint64())
	}
	return b[:n]
}

func (g *Generator) letters(n int) string { return g.String(Upper+Lower, n) }

// password makes what people type: letters, digits and a few signs that need no
// quotes anywhere.
func (g *Generator) password() string {
	return g.String(Upper, 1) + g.String(Lower, 4) + g.String(Digits, 2) + g.String("!*+", 1) + g.Mixed(6)
}

// checksummed makes a token whose last six characters are the CRC-32 of the 30
// before them, in base 62, as GitHub and npm do.
func (g *Generator) checksummed(prefix string) string {
	body := g.Mixed(30)
	sum := crc32.ChecksumIEEE([]byte(body))
	var digits [6]byte
	for i := len(digits) - 1; i >= 0; i-- {
		digits[i] = Base62[sum%62]
		sum /= 62
	}
	return prefix + body + string(digits[:])
}

func (g *Generator) slack() string {
	return "xo" + "xb-" + "2" + g.String(Digits, 11) + "-" + "3" + g.String(Digits, 11) + "-" + g.Mixed(24)
}

func (g *Generator) slackWebhook() string {
	return "https://hooks." + "slack.com/" + "services/T" + g.String(Upper+Digits, 10) + "/B" + g.String(Upper+Digits, 10) + "/" + g.Mixed(24)
}

// pypi makes a macaroon in its binary form, version 2: location, identifier,
// one caveat, signature.
func (g *Generator) pypi() string {
	var b bytes.Buffer
	field := func(kind byte, data string) {
		b.WriteByte(kind)
		b.WriteByte(byte(len(data)))
		b.WriteString(data)
	}
	b.WriteByte(2) // version
	field(1, "pypi"+".org")
	field(2, g.String(Hex, 8)+"-"+g.String(Hex, 4)+"-4"+g.String(Hex, 3)+"-8"+g.String(Hex, 3)+"-"+g.String(Hex, 12))
	b.WriteByte(0)
	field(2, `{"version": 1, "permissions": "user"}`)
	b.Write([]byte{0, 0})
	field(6, string(g.Bytes(32)))
	return "pypi" + "-" + base64.RawURLEncoding.EncodeToString(b.Bytes())
}
