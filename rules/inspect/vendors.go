package inspect

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// discordToken judges tokens of Discord bots, "<id>.<time>.<code>": the first part is the
// bot's id in base64. Fact: account, that id.
func discordToken(c Candidate) Verdict {
	parts := bytes.Split(c.secret(), []byte{'.'})
	if len(parts) != 3 || isMadeUp(parts[2]) {
		return Verdict{Drop: true}
	}
	id := decode64(parts[0])
	if !isDigits(id) || len(id) < 16 || len(id) > 20 {
		return Verdict{Drop: true}
	}
	return Verdict{Confidence: High, Facts: map[string]string{"account": string(id)}}
}

// telegramToken judges tokens of Telegram bots, "<id>:<35 characters>". Fact: account, the
// bot's id.
func telegramToken(c Candidate) Verdict {
	id, code, ok := bytes.Cut(c.secret(), []byte{':'})
	if !ok || !isDigits(id) || len(code) < 30 || isMadeUp(code) || isCounting(id) {
		return Verdict{Drop: true}
	}
	return Verdict{Facts: map[string]string{"account": clip(string(id))}}
}

// stripeKey judges keys of Stripe. Fact: mode, live or test; keys of the test mode move
// no money and are of low severity.
func stripeKey(c Candidate) Verdict {
	key := c.secret()
	i := bytes.LastIndexByte(key, '_')
	if isMadeUp(key[i+1:]) {
		return Verdict{Drop: true}
	}
	switch {
	case bytes.Contains(key[:i+1], []byte("_live_")):
		return Verdict{Facts: map[string]string{"mode": "live"}}
	case bytes.Contains(key[:i+1], []byte("_test_")):
		return Verdict{Severity: Low, Facts: map[string]string{"mode": "test"}}
	}
	return Verdict{}
}

// twilioKey judges the hex of Twilio's keys and tokens. Fact: account, the account's id
// where one stands near.
func twilioKey(c Candidate) Verdict {
	if isMadeUp(withoutPrefix(c.secret())) {
		return Verdict{Drop: true}
	}
	for i, window := 0, c.Window; ; i += 2 {
		next := bytes.Index(window[i:], []byte("AC"))
		if next < 0 || i+next+34 > len(window) {
			return Verdict{}
		}
		i += next
		if id := window[i : i+34]; isHexText(id[2:]) && !isCounting(id[2:]) {
			return Verdict{Facts: map[string]string{"account": string(id)}}
		}
	}
}

// openAIKey judges keys of OpenAI: "OpenAI" in base64 divides them into two halves of
// 20, 58 or 74 characters.
func openAIKey(c Candidate) Verdict {
	if v := vendorToken(c); v.Drop {
		return v
	}
	left, right, ok := bytes.Cut(c.secret(), []byte("T3Blbk"+"FJ"))
	if !ok {
		return Verdict{}
	}
	for _, prefix := range []string{"sk-proj-", "sk-svcacct-", "sk-admin-", "sk-None-", "sk-"} {
		if rest, ok := bytes.CutPrefix(left, []byte(prefix)); ok {
			left = rest
			break
		}
	}
	sizes := []int{20, 58, 74}
	if !slices.Contains(sizes, len(left)) || !slices.Contains(sizes, len(right)) {
		return Verdict{Confidence: Medium}
	}
	return Verdict{Confidence: High}
}

// vaultToken judges tokens of HashiCorp Vault. Long ones, "hvs.CAES...", are a message in
// protocol buffers: version 1, an HMAC of 32 bytes, the token.
func vaultToken(c Candidate) Verdict {
	_, body, ok := bytes.Cut(c.secret(), []byte{'.'})
	if !ok || isMadeUp(body) {
		return Verdict{Drop: true}
	}
	if raw := decode64(bytes.TrimRight(body, "=")); len(raw) > 37 && bytes.HasPrefix(raw, []byte("\x08\x01\x12\x20")) && raw[36] == 0x1a {
		return Verdict{Confidence: High}
	}
	return Verdict{}
}

// uuidKey judges keys that are UUIDs (RFC 9562): drawn ones, of any version.
func uuidKey(c Candidate) Verdict {
	text := c.secret()
	if !isUUID(text) {
		return Verdict{Drop: true}
	}
	digits := bytes.ReplaceAll(text, []byte{'-'}, nil)
	if s := shapeOf(digits); s.distinct < 7 || s.run >= 6 || s.sequence >= 6 || isCounting(digits) {
		return Verdict{Drop: true}
	}
	return Verdict{}
}

// base64JSON judges tokens that hold a JSON object in base64, of either alphabet, behind a
// prefix or none, with or without more behind: 1Password's "ops_", Grafana's "glc_" and
// its keys of old, Sentry's "sntrys_", Mapbox's "sk.". The object, or what follows
// it, must hold something drawn. Facts: account and host, where the object names them.
func base64JSON(c Candidate) Verdict {
	token := c.secret()
	start := bytes.Index(token, []byte("eyJ"))
	if start < 0 {
		return Verdict{Drop: true}
	}
	end := start
	text := make([]byte, 0, len(token)-start)
	for ; end < len(token) && (isWord(token[end]) || bytes.IndexByte([]byte("+/-"), token[end]) >= 0); end++ {
		text = append(text, standardDigit(token[end]))
	}
	raw := decode64(text[:len(text)-len(text)%4])
	if rest := decode64(text[len(text)-len(text)%4:]); rest != nil {
		raw = append(raw, rest...)
	}
	var object map[string]any
	// The decoder stops behind the object, whatever follows.
	if err := json.NewDecoder(bytes.NewReader(raw)).Decode(&object); err != nil {
		return Verdict{Drop: true}
	}
	drawn := end < len(token)-16 && !isMadeUp(token[end+1:])
	for _, value := range object {
		if text, ok := value.(string); ok && len(text) >= 16 && !isMadeUp([]byte(text)) {
			drawn = true
		}
	}
	if !drawn {
		return Verdict{Drop: true}
	}
	v := Verdict{Confidence: High, Facts: map[string]string{}}
	v.state("account", object, "email", "org", "o", "u", "account")
	v.state("host", object, "signInAddress", "region_url", "url")
	return v
}

// state sets a fact to the first of an object's members that is text.
func (v *Verdict) state(fact string, object map[string]any, members ...string) {
	for _, member := range members {
		if text, ok := object[member].(string); ok && text != "" {
			v.Facts[fact] = clip(strings.ToValidUTF8(text, "?"))
			return
		}
	}
}

// standardDigit turns the digits of base64url into those of base64.
func standardDigit(c byte) byte {
	switch c {
	case '-':
		return '+'
	case '_':
		return '/'
	}
	return c
}
