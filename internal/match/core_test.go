package match

import "testing"

// TestCore: what stands on the line of a keyword says whether a match is possible.
func TestCore(t *testing.T) {
	core := coreOf(`(?:kind:[ \t]*secret\b(?s:.){0,200}data:(\w+)|data:(\w+)\skind:[ \t]*secret)`, []string{"secret"})
	for text, want := range map[string]bool{"kind:  |secret": true, "a |secret": false, "\nkind:\n|secret": false} {
		at := indexBar(text)
		text = text[:at] + text[at+1:]
		if got := covered(core, []byte(text), span{at, at + 6}); got != want {
			t.Errorf("the core lies over the keyword of %q: %v", text, got)
		}
	}
}

func indexBar(text string) int {
	for i := range text {
		if text[i] == '|' {
			return i
		}
	}
	return -1
}

// TestIslands: where a run shows that something can be, there is all that is found in the whole text.
func TestIslands(t *testing.T) {
	m := New(load(t, `
[[rules]]
id = "everywhere"
description = "d"
regex = '''\bab-([a-f0-9]{8,12})\b'''
`))
	text := "ab-0123456789 xab-0123456789 " + string(make([]byte, 100)) + "ab-01234567\nab-012345678 ab-012 ffffffffffffffffffffffffffff ab-ffffffff"
	var found []string
	for _, h := range m.NewScanner().Scan([]byte(text)) {
		found = append(found, h.Value)
	}
	want := []string{"0123456789", "01234567", "012345678", "ffffffff"}
	if len(found) != len(want) {
		t.Fatalf("found %q, want %q", found, want)
	}
	for i := range want {
		if found[i] != want[i] {
			t.Errorf("found %q, want %q", found, want)
		}
	}
}

// TestLinesAround: windows of several lines end where these do, and never reach beyond the limit.
func TestLinesAround(t *testing.T) {
	text := "one\ntwo\r\nthree\nfour\r\nfive"
	at := span{10, 12} // in "three"
	for _, c := range []struct {
		extra, limit int
		want         string
	}{
		{0, 99, "three"}, {1, 99, "two\r\nthree\nfour"}, {2, 99, text}, {9, 99, text},
		{2, 2, "\nthree"}, {2, 5, "wo\r\nthree\nfo"},
	} {
		got := linesAround([]byte(text), at, c.extra, c.limit)
		if text[got.start:got.end] != c.want {
			t.Errorf("%d lines within %d bytes: %q, want %q", c.extra, c.limit, text[got.start:got.end], c.want)
		}
	}
}

// TestMatchOverLines: an expression without a bound that goes over a line end or two is evaluated where
// it can match.
func TestMatchOverLines(t *testing.T) {
	s := New(load(t, `
[[rules]]
id = "next-line"
description = "d"
regex = '''(?i)key\s{0,3}=\s{0,3}([a-z]{4,})'''
keywords = ["key"]
`)).NewScanner()
	for text, want := range map[string]int{"key =\n  abcdef": 1, "\n\nkey\n=\nabcdef\n": 1, "key\n\n\n\n=abcdef": 0} {
		if hits := s.Scan([]byte(text)); len(hits) != want {
			t.Errorf("%q: %v", text, hits)
		}
	}
}
