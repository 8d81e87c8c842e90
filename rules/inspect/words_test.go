package inspect

import (
	"testing"

	"github.com/unleak/unleak/internal/secrettest"
)

func TestReadsAsWords(t *testing.T) {
	for _, words := range []string{
		"getUserAccountDetails", "internal/oauth2/client.go", "AWS_SECRET_ACCESS_KEY", "com.example.billing.Application",
		"DATABASE_CONNECTION_STRING", "authentication-service", "----------------", "node_modules/left-pad/index.js",
		"configuration.properties", "postgresql.conf.sample", "spring.datasource.username",
	} {
		if !ReadsAsWords([]byte(words)) {
			t.Errorf("%q does not read as words", words)
		}
	}
	for _, other := range []string{
		"a1b2-c3d4-e5f6-g7h8", "0123456789012345", "123e4567-e89b-12d3-a456-426614174000", "zkqjxvwbpzkqjxvwbp",
	} {
		if ReadsAsWords([]byte(other)) {
			t.Errorf("%q reads as words", other)
		}
	}
}

// TestDrawnValuesReadAsNoWords bounds how many drawn values would be shown.
func TestDrawnValuesReadAsNoWords(t *testing.T) {
	const rounds = 5_000
	for _, alphabet := range alphabets {
		for _, length := range []int{16, 20, 32, 40, 64} {
			g := secrettest.New(int64(length))
			words := 0
			for range rounds {
				words += count(ReadsAsWords([]byte(g.String(alphabet.digits, length))))
			}
			if words > rounds/500 {
				t.Errorf("%d of %d values of %d characters in %s read as words", words, rounds, length, alphabet.name)
			}
		}
	}
}
