package report

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestPrintable(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"plain", "src/main.go", "src/main.go"},
		{"letters, marks, symbols", "größe e\u0301 日本語 €🙂", "größe e\u0301 日本語 €🙂"},
		{"cursor", "\x1b[2J", `\x1b[2J`},
		{"line ends", "a\nb\r\tc", `a\nb\r\tc`},
		{"NUL and DEL", "\x00\x7f", `\x00\x7f`},
		{"C1 in UTF-8", "\u009b2J\u0085", `\u009b2J\u0085`},
		{"C1 as a byte", "\x9b2J", `\x9b2J`},
		{"broken off", "\xe2\x80", `\xe2\x80`},
		{"replacement character itself", "\ufffd", "\ufffd"},
		{"bidi", "\u202e\u2066\u200f\u061c", `\u202e\u2066\u200f\u061c`},
		{"zero width", "a\u200bb\u200d\ufeff\u00adc", `a\u200bb\u200d\ufeff\u00adc`},
		{"separators", "\u2028\u2029\u00a0\u3000", `\u2028\u2029\u00a0\u3000`},
		{"fillers", "\u3164\u115f\u034f\ufe0f", `\u3164\u115f\u034f\ufe0f`},
		{"tags", "\U000e0041", `\U000e0041`},
		{"private use", "\ue000", `\ue000`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := Printable(test.in); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestClip(t *testing.T) {
	tests := []struct{ in, want string }{
		{"123456", "123456"},
		{"1234567", "1234567"},
		{"12345678", "1234..."},
		{"äöüäöüä", "äöüäöüä"},
		{"äöüäöüäö", "äöüä..."},
	}
	for _, test := range tests {
		if got := clip(test.in, 7); got != test.want {
			t.Errorf("clip(%q, 7) = %q, want %q", test.in, got, test.want)
		}
	}
}

func FuzzPrintable(f *testing.F) {
	f.Add("a\x1b[2J\n\u202e\xff\U000e0041")
	f.Fuzz(func(t *testing.T, s string) {
		got := Printable(s)
		if !utf8.ValidString(got) {
			t.Fatalf("%q: not UTF-8: %q", s, got)
		}
		for _, r := range got {
			if unicode.In(r, unicode.C, unicode.Zl, unicode.Zp, unicode.Bidi_Control, unicode.Join_Control) {
				t.Fatalf("%q: %U is left in %q", s, r, got)
			}
		}
		if Printable(got) != got {
			t.Fatalf("%q: %q changes again", s, got)
		}
		if clipped := clip(got, 20); utf8.RuneCountInString(clipped) > 20 || !utf8.ValidString(clipped) {
			t.Fatalf("%q: clipped to %q", s, clipped)
		}
	})
}

// Whatever a repository holds, the text report has no character but printable ones
// and its own line ends and styles.
func TestTextHasNoControlCharacters(t *testing.T) {
	hostile := "x\x1b[31m\n\r\u202e\x00\xff\u200b\u2028\u009b"
	mark := func(string) string { return hostile }
	header := incompleteHeader().MapText(mark)
	findings := testFindings()
	for i := range findings {
		findings[i] = findings[i].MapText(mark)
	}
	for _, opts := range []Options{{}, {Verbose: true}, {Verbose: true, Color: true}} {
		text := string(render(t, Text, opts, header, findings))
		if opts.Color {
			for _, code := range []string{bold + ";" + red, bold + ";" + yellow, bold + ";" + green, bold, dim, red, cyan, "0"} {
				text = strings.ReplaceAll(text, "\x1b["+code+"m", "")
			}
		}
		for line := range strings.Lines(text) {
			if line = strings.TrimSuffix(line, "\n"); Printable(line) != line {
				t.Errorf("%+v: %q", opts, line)
			}
		}
	}
	for _, format := range []string{JSON, JSONL, SARIF} {
		text := render(t, format, Options{}, header, findings)
		for line := range strings.Lines(string(text)) {
			if line = strings.TrimSuffix(line, "\n"); Printable(line) != line {
				t.Errorf("%s: %q", format, line)
			}
		}
	}
}
