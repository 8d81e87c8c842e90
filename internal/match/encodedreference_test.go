package match

import (
	"encoding/base64"
	"encoding/hex"
	"math/rand/v2"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// decodeEverything calls yield with everything that a text, or any part of it, may stand for: slowly, and
// without asking whether it looks like anything.
func decodeEverything(text string, depth int, yield func(string)) {
	yield(text)
	if depth == 0 {
		return
	}
	for _, run := range regexp.MustCompile(`[A-Za-z0-9+/_-]{32,}`).FindAllString(text, -1) {
		url64 := strings.NewReplacer("+", "-", "/", "_").Replace(run)
		for phase := range 4 {
			if raw, err := base64.RawURLEncoding.DecodeString(url64[phase : phase+(len(url64)-phase)/4*4]); err == nil {
				decodeEverything(string(raw), depth-1, yield)
			}
			if rest := len(url64) % 4; phase == 0 && rest > 1 {
				if raw, err := base64.RawURLEncoding.DecodeString(url64); err == nil {
					decodeEverything(string(raw), depth-1, yield)
				}
			}
		}
	}
	for _, run := range regexp.MustCompile(`[0-9A-Fa-f]{32,}`).FindAllString(text, -1) {
		if raw, err := hex.DecodeString(run[:len(run)/2*2]); err == nil {
			decodeEverything(string(raw), depth-1, yield)
		}
	}
	if plain, err := url.PathUnescape(text); err == nil && plain != text {
		decodeEverything(plain, depth-1, yield)
	}
	numbers := regexp.MustCompile(`\\u00[0-9a-f]{2}|\\x[0-9a-f]{2}`)
	if plain := numbers.ReplaceAllStringFunc(text, func(s string) string { raw, _ := hex.DecodeString(s[len(s)-2:]); return string(raw) }); plain != text {
		decodeEverything(plain, depth-1, yield)
	}
}

// TestEncodedReference hides values behind random encodings: the engine finds each, and nothing that decoding
// everything does not.
func TestEncodedReference(t *testing.T) {
	m := New(load(t, "[[rules]]\nid='key'\ndescription='d'\nregex='''\\bkey_([a-z]{12})\\b'''\nkeywords=['key_']\n"))
	encodings := []func(string) string{
		std64, func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) },
		func(s string) string { return hex.EncodeToString([]byte(s)) }, percentEncoded,
		func(s string) string { return numbered("\\u%04x", s) }, func(s string) string { return numbered("\\x%02x", s) },
	}
	s, value := m.NewScanner(), regexp.MustCompile(`\bkey_([a-z]{12})\b`)
	for seed := range cases(2000) {
		random := rand.New(rand.NewPCG(seed, 6))
		letters := make([]byte, 12)
		for i := range letters {
			letters[i] = 'a' + byte(random.IntN(26))
		}
		text := "some words, key_" + string(letters) + " and some more of them"
		for range 1 + random.IntN(maxDepth-1) {
			encode := encodings[random.IntN(len(encodings))]
			if strings.Contains(text, "\\") { // escaped again, it could be read in two ways
				encode = std64
			}
			text = []string{"", "data: ", "x\n  - ", "("}[random.IntN(4)] + encode(text) + []string{"", "\n", ")", "; done\n"}[random.IntN(4)]
		}
		want := map[string]bool{}
		decodeEverything(text, maxDepth, func(plain string) {
			for _, groups := range value.FindAllStringSubmatch(plain, -1) {
				want[groups[1]] = true
			}
		})
		hits := s.Scan([]byte(text))
		found := false
		for _, h := range hits {
			if !want[h.Value] {
				t.Fatalf("%q found in %q, and is not there", h.Value, text)
			}
			found = found || h.Value == string(letters)
		}
		if !found {
			t.Fatalf("%q not found in %q", letters, text)
		}
	}
}

// FuzzDecoders: whatever the text, units lie in it, in order, and looking twice finds the same.
func FuzzDecoders(f *testing.F) {
	for _, text := range encodedFragments() {
		f.Add([]byte(text))
	}
	m := New(load(f, carryRules))
	f.Fuzz(func(t *testing.T, text []byte) {
		s := m.NewScanner()
		for _, c := range s.codings {
			end := 0
			for u, ok := c.next(text, span{0, len(text)}); ok; u, ok = c.next(text, span{u.at.end, len(text)}) {
				if u.at.start < end || u.at.end <= u.at.start || u.at.end > len(text) || u.looked.start > u.at.start || u.looked.end < u.at.end {
					t.Fatalf("unit %v behind %d of %d bytes", u, end, len(text))
				}
				end = u.at.end
				if c.plausible(text, u) {
					c.decode(text, u, func(d decoded) {
						if d.counted.start < 0 || d.counted.end > len(d.text) || d.outer == nil {
							return
						}
						if at, _ := d.outer(d.counted); at.start < 0 || at.end > len(text) {
							t.Fatalf("%v of %d bytes", at, len(text))
						}
					})
				}
			}
		}
	})
}
