package match

import "testing"

// TestPrefilters: what turns hits away says of texts round a keyword whether a match is possible.
func TestPrefilters(t *testing.T) {
	keywords := []string{"secret", "token"}
	for _, c := range []struct {
		name, source string
		core, tail   map[string]bool // by texts of which "secret" or "token" is the keyword at |
	}{
		{
			"a name, a sign and a value", `(?i)[\w.-]{0,50}?(?:se(?:cret)|token)[ ]{0,3}=[ ]{0,3}([a-z]{4})`,
			map[string]bool{"|secret = abcd": true, "|secret: abcd": false},
			map[string]bool{"x_|TOKEN=abcd": true, "|token abcd": false},
		},
		{
			"one of two orders", `(?:kind:[ \t]*secret\b(?s:.){0,200}data:(\w+)|data:(\w+)\skind:[ \t]*secret)`,
			map[string]bool{"kind:  |secret": true, "a |secret": false, "\nkind:\n|secret": false},
			nil,
		},
	} {
		core, tail := coreOf(c.source, keywords), tailOf(c.source, keywords)
		for text, want := range c.core {
			at := indexBar(text)
			text = text[:at] + text[at+1:]
			if got := covered(core, []byte(text), span{at, at + 6}); got != want {
				t.Errorf("%s: the core lies over the keyword of %q: %v", c.name, text, got)
			}
		}
		for text, want := range c.tail {
			if got := tail.MatchString(text[indexBar(text)+1:]); got != want {
				t.Errorf("%s: the tail follows in %q: %v", c.name, text, got)
			}
		}
	}
	for name, source := range map[string]string{"inside a part": `my[a-z](?:osecret|xtoken)`, "nowhere": `[a-z]+`, "optional": `(?:token)?x`} {
		if tailOf(source, keywords) != nil {
			t.Errorf("%s: a keyword begins no part", name)
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
