package match

import (
	"math/rand/v2"
	"strings"
	"testing"
)

func TestRunOf(t *testing.T) {
	for _, c := range []struct {
		name, source string
		least        int
	}{
		{"a token", `\bkey_([a-z0-9]{32})\b`, 32},
		{"the longest", `[a-z]{8}-[0-9]{12,20}-x{30}`, 12},
		{"too short", `key[a-z]{3}`, 0},
		{"one of several", `key(?:[a-z]{20}|[0-9]{30})`, 0},
		{"what need not be", `key(?:[a-z]{20})?[0-9]{0,30}(?:[a-f]{9})*`, 0},
		{"what is there once at least", `key(?:-[a-z]{20})+`, 20},
		{"no class", `a{30}`, 0},
		{"no expression", `(`, 0},
	} {
		if got := runOf(c.source).least; got != c.least {
			t.Errorf("%s: %d, want %d", c.name, got, c.least)
		}
	}
	if r := runOf(`(?i)[j-l]{6}`); !r.class['K'] || !r.class[0xe2] || r.class['i'] {
		t.Errorf("a class that folds has the bytes %v", r.class)
	}
}

func TestRunIn(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 1))
	for least := range 9 {
		r := run{least: least}
		r.class['a'], r.class['b'] = true, true
		for range 500 {
			text := make([]byte, random.IntN(40))
			for i := range text {
				text[i] = "aabbabab-"[random.IntN(9)]
			}
			want := false
			for _, part := range strings.Split(string(text), "-") {
				want = want || len(part) >= least
			}
			if got := r.in(text); got != want {
				t.Errorf("%d in a row in %q: %v", least, text, got)
			}
		}
	}
}
