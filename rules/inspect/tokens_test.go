package inspect

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/unleak/unleak/internal/secrettest"
)

func TestVendorTokens(t *testing.T) {
	g := secrettest.New(6)
	b64 := base64.RawURLEncoding.EncodeToString
	id := "1" + g.String(secrettest.Digits, 17)
	account := map[string]string{"account": id}
	sid := "AC" + g.String(secrettest.Hex, 32)
	uuid := g.String(secrettest.Hex, 8) + "-" + g.String(secrettest.Hex, 4) + "-4" + g.String(secrettest.Hex, 3) + "-9" + g.String(secrettest.Hex, 3) + "-" + g.String(secrettest.Hex, 12)
	vault := b64(append(append([]byte("\x08\x01\x12\x20"), g.Bytes(32)...), append([]byte("\x1a\x18"), g.Bytes(24)...)...))
	bedrock := base64.StdEncoding.EncodeToString([]byte("BedrockAPIKey-a1b2-at-123456789012:" + base64.StdEncoding.EncodeToString(g.Bytes(32))))
	live, half := g.Mixed(24), g.Mixed(58)
	checkVectors(t, map[string]vector{
		"discord":          {discordToken, b64([]byte(id)) + "." + g.Mixed(6) + "." + g.Mixed(38), false, High, account},
		"discord no id":    {discordToken, g.Mixed(24) + "." + g.Mixed(6) + "." + g.Mixed(38), true, "", nil},
		"discord masked":   {discordToken, b64([]byte(id)) + "." + g.Mixed(6) + "." + strings.Repeat("x", 38), true, "", nil},
		"telegram":         {telegramToken, "7302915846" + ":AA" + g.Mixed(33), false, "", map[string]string{"account": "7302915846"}},
		"telegram counts":  {telegramToken, "123456789" + ":AA" + g.Mixed(33), true, "", nil},
		"telegram stand":   {telegramToken, "7302915846" + ":your_bot_token_goes_right_here_now", true, "", nil},
		"stripe live":      {stripeKey, "sk" + "_live_" + live, false, "", map[string]string{"mode": "live"}},
		"stripe test":      {stripeKey, "rk" + "_test_" + live, false, "", map[string]string{"mode": "test"}},
		"stripe words":     {stripeKey, "sk" + "_live_" + "yourstripesecretkeygoes", true, "", nil},
		"twilio":           {twilioKey, g.String(secrettest.Hex, 32), false, "", nil},
		"twilio zeros":     {twilioKey, strings.Repeat("0", 32), true, "", nil},
		"openai":           {openAIKey, "sk" + "-proj-" + half + "T3Blbk" + "FJ" + half, false, High, nil},
		"openai legacy":    {openAIKey, "sk" + "-" + g.Mixed(20) + "T3Blbk" + "FJ" + g.Mixed(20), false, High, nil},
		"openai uneven":    {openAIKey, "sk" + "-" + g.Mixed(21) + "T3Blbk" + "FJ" + g.Mixed(30), false, Medium, nil},
		"openai stand-in":  {openAIKey, "sk" + "-" + strings.Repeat("x", 20) + "T3Blbk" + "FJ" + strings.Repeat("x", 20), true, "", nil},
		"vault":            {vaultToken, "hvs" + "." + vault, false, High, nil},
		"vault short":      {vaultToken, "hvs" + "." + g.Mixed(24), false, "", nil},
		"vault stand-in":   {vaultToken, "hvs" + ".your-vault-token-goes-here", true, "", nil},
		"uuid":             {uuidKey, uuid, false, "", nil},
		"uuid zeros":       {uuidKey, "00000000-0000-0000-0000-000000000001", true, "", nil},
		"uuid counts":      {uuidKey, "12345678-1234-1234-1234-123456789012", true, "", nil},
		"uuid other":       {uuidKey, g.Mixed(36), true, "", nil},
		"bedrock":          {awsBedrockKey, "AB" + "SK" + bedrock, false, High, map[string]string{"account": "123456789012"}},
		"bedrock no colon": {awsBedrockKey, "AB" + "SK" + g.Mixed(120), true, "", nil},
		"json 1password": {base64JSON, "op" + "s_" + b64([]byte(`{"signInAddress":"team.1password.eu","email":"bot@team.eu","secretKey":"`+g.Mixed(40)+`"}`)), false, High,
			map[string]string{"host": "team.1password.eu", "account": "bot@team.eu"}},
		"json sentry": {base64JSON, "sntr" + "ys_" + base64.StdEncoding.EncodeToString([]byte(`{"iat":1.5,"region_url":"https://de.sentry.io","org":"acme"}`)) + "_" + g.Mixed(43), false, High,
			map[string]string{"host": "https://de.sentry.io", "account": "acme"}},
		"json mapbox":  {base64JSON, "sk" + "." + b64([]byte(`{"u":"acme","a":"c1"}`)) + "." + g.Mixed(22), false, High, map[string]string{"account": "acme"}},
		"json grafana": {base64JSON, b64([]byte(`{"k":"` + g.Mixed(32) + `","n":"deploy","id":1}`)), false, High, nil},
		"json nothing": {base64JSON, b64([]byte(`{"k":"your-api-key-goes-here","n":"deploy","id":1}`)), true, "", nil},
		"json none":    {base64JSON, "glc" + "_" + "eyJ" + g.Mixed(60), true, "", nil},
		"json cut off": {base64JSON, b64([]byte(`{"k":"` + g.Mixed(32) + `","n":"deploy","id":1}`))[:40], true, "", nil},
	})
	near := Candidate{Window: []byte(sid + " " + uuid[:8] + g.String(secrettest.Hex, 24))}
	near.Secret = Span{len(sid) + 1, len(near.Window)}
	if v := twilioKey(near); v.Facts["account"] != sid {
		t.Errorf("the account near a token is not told: %+v", v)
	}
}

func TestMacaroons(t *testing.T) {
	g := secrettest.New(7)
	packet := func(name, value string) string {
		return fmt.Sprintf("%04x%s %s\n", len(name)+len(value)+6, name, value)
	}
	signature := string(g.Bytes(32))
	first := packet("location", "snaps") + packet("identifier", "id-7") + packet("cid", "x = 1")
	b64 := base64.RawURLEncoding.EncodeToString
	bin := func(data string) string { return "\xc4" + string(rune(len(data))) + data }
	fly := "\x94\x93" + bin("kid") + bin(strings.Repeat("r", 16)) + "\xc2\xd9\x16https://api.fly.io/aaa1" + "\x90" + bin(strings.Repeat("t", 32))
	two := "\x02\x01\x05a.net\x02\x04id-7\x00\x02\x03x=1\x00\x00\x06\x20" + signature
	facts := map[string]string{"location": "snaps", "identifier": "id-7"}
	checkVectors(t, map[string]vector{
		"version 1":   {macaroon, b64([]byte(first + packet("signature", signature))), false, High, facts},
		"cut off":     {macaroon, b64([]byte(first)), true, "", nil},
		"no id":       {macaroon, b64([]byte(packet("location", "snaps") + packet("signature", signature))), true, "", nil},
		"version 2":   {macaroon, "acme-" + b64([]byte(two)), false, High, map[string]string{"location": "a.net", "identifier": "id-7"}},
		"2 cut off":   {macaroon, b64([]byte(two[:len(two)-2])), true, "", nil},
		"no location": {macaroon, b64([]byte("\x02\x02\x04id-7\x00\x00\x06\x20" + signature)), false, High, map[string]string{"identifier": "id-7"}},
		"other":       {macaroon, g.Mixed(100), true, "", nil},
		"fly":         {flyToken, "fm2" + "_" + base64.StdEncoding.EncodeToString([]byte(fly)) + ",fm2_x", false, High, map[string]string{"location": "https://api.fly.io/aaa"}},
		"fly cut off": {flyToken, "fm2" + "_" + base64.StdEncoding.EncodeToString([]byte(fly[:34])), true, "", nil},
		"fly other":   {flyToken, "fm2" + "_" + g.Mixed(120), true, "", nil},
	})
}

// TestPlaceholders has those of the documentation of many vendors: none looks drawn, to
// any of the inspectors of tokens.
func TestPlaceholders(t *testing.T) {
	for _, value := range []string{
		"your_api_key_here", "your-api-key-here", "YOUR_API_KEY_HERE", "xxx", "XXXXXXXX", "changeme", "change-me-please", "<password>", "<your token here>",
		"${VAR}", "${{ secrets.TOKEN }}", "{{ value }}", "$(cmd)", "%TOKEN%", "@TOKEN@", "__TOKEN__", "[token]", "#{token}", "****", "••••••••", "...", "abc...xyz",
		"abc123", "abc123def456ghi789", "1234567890", "0123456789abcdef", "abcdefghijkl", "1a2b3c4d5e6f7g8h", "00000000000000000000", "qwertyuiop", "asdfghjkl",
		"1q2w3e4r5t6y", "example-token", "my-example-key", "exampleKey", "dummy_token", "fake-key", "TODO", "foo", "foobar123", "foo-bar-baz", "insert-token-here",
		"replace_me", "REPLACE-ME", "replaceMe", "redacted", "token_goes_here", "my_secret_token", "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx", "aaaaaaaaaaaa",
		"abababababab", "yourStripeKey", "lorem-ipsum", "sample-api-key", "notarealsecret", "12345678-1234-1234-1234-123456789012",
	} {
		if !isPlaceholder([]byte(value)) {
			t.Errorf("%q is not seen to hold a place", value)
		}
	}
	for _, value := range []string{
		"mk_your_private_key", "mk_your_api_key_here", "mk_abc123real_key_here", "mk_test_secret_api_key_" + "12345678", "mk_instance_specific_key", "mk_configured_cloud_key",
		"acme_live_personalaccesstoken", "acme_my-service-token-name", "acme_production_access_token_name",
	} {
		if !isMadeUp(withoutPrefix([]byte(value))) && !isMadeUp([]byte(value)) {
			t.Errorf("%q is not seen to be made up", value)
		}
	}
	for _, value := range []string{"correct-horse-battery-staple", "S3cure!pass", "tr0ub4dor&3", "hunter2go", "Winter2024!", "kP8#mQ2$vL"} {
		if isPlaceholder([]byte(value)) {
			t.Errorf("%q is taken for a placeholder", value)
		}
	}
}

func TestHashKinds(t *testing.T) {
	g := secrettest.New(8)
	b64 := base64.StdEncoding.EncodeToString
	tests := map[string]string{
		g.String(secrettest.Hex, 40):                         "", // or a key: its name has to tell
		g.Mixed(40):                                          "",
		"sha256-" + b64(g.Bytes(32)):                         "sha256",
		"sha512-" + b64(g.Bytes(64)):                         "sha512",
		"SHA256:" + strings.TrimRight(b64(g.Bytes(32)), "="): "sha256",
		"sha256:" + g.String(secrettest.Hex, 64):             "sha256",
		"sha256-" + g.Mixed(20):                              "",
		"h1:" + b64(g.Bytes(32)):                             "sha256",
		"$2b$" + "12$" + g.Mixed(53):                         "bcrypt",
		"$argon2id$" + "v=19$m=65536,t=3,p=4$" + g.Mixed(22) + "$" + g.Mixed(43): "argon2",
		"$6$" + g.Mixed(16) + "$" + g.Mixed(86):                                  "sha512crypt",
		"pbkdf2_sha256$" + "600000$" + g.Mixed(22):                               "pbkdf2",
		"{SSHA}" + b64(g.Bytes(24)):                                              "ldap",
		"$2b$":                                                                   "",
		"":                                                                       "",
	}
	for value, want := range tests {
		if got := cmp.Or(integrityKind([]byte(value)), cryptKind([]byte(value))); got != want {
			t.Errorf("%q is %q, want %q", value, got, want)
		}
	}
}
