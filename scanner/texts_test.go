package scanner_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/scanner"
	"github.com/unleak/unleak/scanner/finding"
)

// Texts scanned one after another give what each gives as a stream.
func TestTextsAgreeWithReader(t *testing.T) {
	options := scanner.Options{Rules: loadRules(t, "")}
	secrets := newValues(3).secrets()
	texts := scanner.NewTexts(options)
	found := 0
	for n := range 6 {
		content := strings.Repeat("plain text\n", n) + secrets[n].Line + "\n" + strings.Repeat(secrets[n/2].Line+"\n", n%3)
		want, err := scanner.Scan(t.Context(), scanner.Reader("a/b", strings.NewReader(content)), options)
		if err != nil {
			t.Fatal(err)
		}
		got, err := texts.Scan(t.Context(), "a/b", []byte(content))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want.Findings, got, cmp.Transformer("secret", finding.Secret.Reveal)); diff != "" {
			t.Errorf("text %d (-reader, +texts):\n%s", n, diff)
		}
		found += len(got)
	}
	if found < 6 {
		t.Errorf("only %d findings", found)
	}
}
