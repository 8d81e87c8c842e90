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
		{"the shorter of two", `key(?:[a-z]{20}|[0-9]{30})`, 20},
		{"one of two has none", `key(?:[a-z]{20}|[0-9]*)`, 0},
		{"a text instead", `key_(?:[a-z]{20}|localhost)`, 9},
		{"texts alone", `key_(?:remotehost|localhost)`, 0},
		{"no text where there is a class", `somethinglong[a-z]{7}`, 7},
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

// TestNoWordBeginsWhereTheLookEnds: what is tried first is a small part of a wide window. That it
// begins inside a word is no reason to take the rest of that for one.
func TestNoWordBeginsWhereTheLookEnds(t *testing.T) {
	set := load(t, `
[[rules]]
id = "word"
description = "d"
regex = '''\b([a-z]?k[a-z]{4,20})'''
keywords = ["k"]
window = 100
inspect = "random"
`)
	c := compile(set.Rules[0])
	for text, want := range map[string]int{
		"zzzzakaaakbcdef":  0,
		"zzz akaaakbcdef":  0, // that of the other keyword covers it
		"zzzzzz aakbcdef":  0,
		"zzzzzzz akbcdef!": 1,
	} {
		at, found := strings.LastIndex(text, "k"), 0
		c.matches([]byte(text), span{at, at + 1}, func([]int) { found++ })
		if found != want {
			t.Errorf("%q: %d matches, want %d", text, found, want)
		}
	}
}
