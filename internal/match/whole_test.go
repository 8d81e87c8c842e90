package match

import (
	"testing"

	"github.com/unleak/unleak/internal/secrettest"
)

// TestKeysAreShownWhole has the place of a key begin at its first line and end behind its
// last, while its value is the body alone.
func TestKeysAreShownWhole(t *testing.T) {
	key := secrettest.New(1).Value("pem-ec") // five lines
	text := "# ü\n\n  " + key + "token = \"" + secrettest.New(2).Value("github") + "\"\n"
	hits := builtin(t).NewScanner().Scan([]byte(text))
	if len(hits) != 2 {
		t.Fatalf("%d hits in\n%s", len(hits), text)
	}
	k := hits[0]
	if k.StartLine != 3 || k.StartColumn != 3 || k.EndLine != 7 || k.EndColumn != len("-----END EC PRIV"+"ATE KEY-----")+1 {
		t.Errorf("the key stands from %d:%d to %d:%d", k.StartLine, k.StartColumn, k.EndLine, k.EndColumn)
	}
	if text[k.Start] == '-' || text[k.End-1] == '-' {
		t.Errorf("the value is more than the body: %q", k.Value)
	}
	if hits[1].StartLine != 8 {
		t.Errorf("the token stands on line %d", hits[1].StartLine)
	}
}
