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
