package inspect

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"github.com/unleak/unleak/internal/secrettest"
)

// seeds adds a line of every kind of secret, whole and cut in the middle.
func seeds(f *testing.F) {
	for _, kind := range secrettest.Kinds() {
		line, value := secrettest.New(1).Line(kind)
		start := strings.Index(line, value)
		f.Add([]byte(line), start, start+len(value))
		f.Add([]byte(line[:len(line)-len(value)/2]), start, start+len(value)/2)
	}
	f.Add([]byte("-----BEGIN "+privateKeyWords+"-----"), 11, 22)
	f.Add([]byte("a://"), 1, 4)
	f.Add([]byte(""), 0, 0)
}

// FuzzInspectors checks that no inspector fails on any bytes, that verdicts are repeatable
// and that a secret stays within the window.
func FuzzInspectors(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, window []byte, start, end int) {
		if start < 0 || end < start || end > len(window) {
			return
		}
		before := bytes.Clone(window)
		for _, known := range inspectors {
			name, inspector := known.name, known.call
			c := Candidate{Window: window, Match: Span{0, len(window)}, Secret: Span{start, end}}
			v := inspector(c)
			if !reflect.DeepEqual(v, inspector(c)) {
				t.Errorf("%s: two verdicts on %q", name, window)
			}
			if !v.Secret.within(len(window)) {
				t.Errorf("%s: secret %v outside of %d bytes", name, v.Secret, len(window))
			}
			checkVerdict(t, name, v)
		}
		if !bytes.Equal(window, before) {
			t.Errorf("the window was written to")
		}
	})
}

// FuzzLocators does the same for locators, with the hit anywhere.
func FuzzLocators(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, window []byte, start, end int) {
		if start < 0 || end < start || end > len(window) {
			return
		}
		hit := Span{start, end}
		for _, known := range locators {
			name, locate := known.name, known.call
			match, v, ok := locate(window, hit)
			if !ok {
				continue
			}
			if !match.within(len(window)) || match.Start > start || match.End < end {
				t.Errorf("%s: match %v does not cover hit %v of %d bytes", name, match, hit, len(window))
			}
			if v.Secret.Len() <= 0 || v.Secret.Start < match.Start || v.Secret.End > match.End {
				t.Errorf("%s: secret %v not within match %v", name, v.Secret, match)
			}
			if v.Drop {
				t.Errorf("%s: located and dropped", name)
			}
			checkVerdict(t, name, v)
			if again, w, ok := locate(window, hit); !ok || again != match || !reflect.DeepEqual(v, w) {
				t.Errorf("%s: two verdicts on %q", name, window)
			}
		}
	})
}

func checkVerdict(t *testing.T, name string, v Verdict) {
	if !strings.Contains(" high medium low  ", " "+v.Confidence+" ") || !strings.Contains(" critical high medium low  ", " "+v.Severity+" ") {
		t.Errorf("%s: confidence %q, severity %q", name, v.Confidence, v.Severity)
	}
	for key, fact := range v.Facts {
		if key == "" || fact == "" || len(fact) > maxFact {
			t.Errorf("%s: fact %q = %q", name, key, fact)
		}
	}
}

// FuzzEncodings checks that whatever decodes is written again as it was.
func FuzzEncodings(f *testing.F) {
	g := secrettest.New(1)
	f.Add(encodeBech32("age", g.Bytes(32)))
	f.Add(encodeBase58(append([]byte{0, 0}, g.Bytes(32)...), bitcoinAlphabet))
	f.Add(encodeBase58(g.Bytes(17), rippleAlphabet))
	f.Add(encodeStrkey(('S'-'A')<<3, g.Bytes(32)))
	f.Add("11")
	f.Fuzz(func(t *testing.T, text string) {
		if prefix, raw, ok := decodeBech32([]byte(text)); ok {
			if again := encodeBech32(prefix, raw); again != strings.ToLower(text) {
				t.Errorf("bech32 %q is written as %q", text, again)
			}
		}
		for _, alphabet := range []string{bitcoinAlphabet, rippleAlphabet} {
			if raw, ok := decodeBase58([]byte(text), alphabet); ok {
				if again := encodeBase58(raw, alphabet); again != text {
					t.Errorf("base58 %q is written as %q", text, again)
				}
			}
		}
		if raw, ok := decodeStrkey([]byte(text), 35); ok {
			if again := encodeStrkey(raw[0], raw[1:]); again != text && !strings.ContainsAny(text, "\r\n") {
				t.Errorf("strkey %q is written as %q", text, again)
			}
		}
	})
}

// FuzzMembers checks that the reader of objects ends, and that what it keeps lies in the
// text.
func FuzzMembers(f *testing.F) {
	key, _ := webKeyEC(secrettest.New(1))
	f.Add("{" + strings.Join(key, ",") + "}")
	f.Add("a:\n  - kty: EC\n    d: x\n")
	f.Add(`{kty: 'RSA', x: [{`)
	f.Add(`{&quot;kty&quot;:&quot;EC`)
	f.Fuzz(func(t *testing.T, text string) {
		for at := strings.Index(text, "kty"); at >= 0; {
			p := readerOf(text)
			if object, ok := p.object(Span{at, at + 3}); ok && !object.within(len(text)) {
				t.Errorf("object %v of %d bytes", object, len(text))
			}
			for name, value := range p.found {
				if !value.within(len(text)) {
					t.Errorf("%s: %v of %d bytes", name, value, len(text))
				}
			}
			next := strings.Index(text[at+3:], "kty")
			if next < 0 {
				break
			}
			at += 3 + next
		}
	})
}

func readerOf(text string) *members { return &members{window: []byte(text)} }
