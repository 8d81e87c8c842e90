package inspect

import (
	"fmt"
	"testing"

	"github.com/unleak/unleak/internal/secrettest"
)

// TestRandomKnowsDrawnValues bounds how many drawn values are taken for words.
func TestRandomKnowsDrawnValues(t *testing.T) {
	const rounds = 5000
	tests := []struct {
		name, alphabet string
		length         int
		percent        float64 // may be missed
	}{
		{"base62", secrettest.Base62, 16, 3},
		{"base62", secrettest.Base62, 20, 2},
		{"base62", secrettest.Base62, 32, 0.5},
		{"base64url", secrettest.URL64, 43, 0.5},
		{"hex", secrettest.Hex, 32, 0.5},
		{"hex", secrettest.Hex, 40, 0.5},
		{"lower", secrettest.Lower + secrettest.Digits, 20, 3},
		{"base32", secrettest.Base32, 32, 4},
		{"letters", secrettest.Lower + secrettest.Upper, 34, 5},
	}
	for _, test := range tests {
		t.Run(fmt.Sprintf("%s %d", test.name, test.length), func(t *testing.T) {
			g := secrettest.New(1)
			missed := 0
			for range rounds {
				if s := shapeOf([]byte(g.String(test.alphabet, test.length))); !s.random() {
					missed++
				}
			}
			if share := 100 * float64(missed) / rounds; share > test.percent {
				t.Errorf("%.2f %% of drawn values are taken for words, want at most %.2f %%", share, test.percent)
			}
		})
	}
}

func TestRandomKnowsWords(t *testing.T) {
	for _, value := range []string{
		"correct-horse-battery-staple", "mySuperSecretPassword", "your_api_key_here", "AuthenticationTokenProvider",
		"test_secret_api_key_" + "12345678", "abcdefghijklmnop", "1a2b3c4d5e6f7g8h", "A1B2C3D4E5F6G7H8I9J0", "abc123def456ghi789", "1234567890123456", "xxxxxxxxxxxxxxxx", "abababababab1212",
		"configured_cloud_key_2", "application/x-www-form-urlencoded", "password12345", "SomeLongIdentifierName2", "0000000000000001",
	} {
		if s := shapeOf([]byte(value)); s.random() {
			t.Errorf("%q is taken for drawn: %+v", value, s)
		}
	}
}

func TestShapeMeasures(t *testing.T) {
	s := shapeOf([]byte("ab3-AAAA987_x"))
	if s.length != 13 || s.lower != 3 || s.upper != 4 || s.digits != 4 || s.signs != 2 || s.separators != 2 ||
		s.run != 4 || s.sequence != 3 || s.longestLetters != 4 || s.classes() != 4 || s.distinct != 10 {
		t.Errorf("shape %+v", s)
	}
	if s := shapeOf(nil); s.random() || s.wordy() || s.hexOnly {
		t.Errorf("shape of nothing: %+v", s)
	}
}
