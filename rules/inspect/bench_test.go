package inspect

import (
	"bytes"
	"testing"
)

// ordinary is code and prose that mentions passwords and tokens without holding any.
const ordinary = `
	// The token is checked against the password file before the secret is read.
	func (p *parser) nextToken() (token.Token, error) {
		tok := p.scanner.token(p.pos)
		if tok.password == "" || !tok.Matches(secretName) { return nil, errNoPassword }
		credentials := newPassword(os.Getenv("APP_PASSWORD"), tokens[i])
		user.password = params[:password]; api_key: config.apiKey,
		passed = self.pass_through(compass, bypass=True, token_url=token_url)
	<label for="password">Password:</label> <input type="password" name="password" id="password">
	password: string; secret?: Secret; accessToken = await this.getAccessToken();
`

func BenchmarkAssignment(b *testing.B) {
	text := []byte(ordinary)
	var hits []Span
	for _, word := range []string{"pass", "secret", "token", "api_key"} {
		for at := 0; ; {
			i := bytes.Index(bytes.ToLower(text[at:]), []byte(word))
			if i < 0 {
				break
			}
			hits = append(hits, Span{at + i, at + i + len(word)})
			at += i + 1
		}
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		hit := hits[i%len(hits)]
		if _, _, ok := assignment(text, hit); ok {
			b.Fatalf("found a secret at %q", text[hit.Start:])
		}
	}
}

// BenchmarkJWKHostile reads text that is made to look like the start of many keys.
func BenchmarkJWKHostile(b *testing.B) {
	text := bytes.Repeat([]byte(`kty:"EC",`), maxJWK/8)
	text[0] = '{'
	hit := Span{len(text) - 9, len(text) - 6}
	b.SetBytes(9)
	for b.Loop() {
		if _, _, ok := jwk(text, hit); ok {
			b.Fatal("found a key")
		}
	}
}
