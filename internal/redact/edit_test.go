package redact

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/unleak/unleak/internal/gitstore/pack"
)

// apply returns content as an edit leaves it, and checks its splices.
func apply(t *testing.T, content []byte, splices []pack.Splice) []byte {
	t.Helper()
	at := 0
	for _, s := range splices {
		if s.Offset < at || s.Length < 0 || s.Offset+s.Length > len(content) {
			t.Fatalf("splices %v of %d bytes", splices, len(content))
		}
		at = s.Offset + s.Length
	}
	return spliced(content, splices)
}

// Every form of a value is found and replaced by the same form of the replacement.
func TestForms(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 12))
	for _, special := range []string{"", `"`, `\`, "/", "<&>'", "é", "😀", " +%", "\n", "\r\n", "\t", "?=_-"} {
		value := word(random, 9) + special + word(random, 4) + special
		const replacement = "gone-1"
		rules, err := ForValues([]Value{{Text: value, Label: "v", Replacement: replacement}})
		if err != nil {
			t.Fatal(err)
		}
		probe, err := NewProbe([]byte("k"), rules.Digests([]byte("k")))
		if err != nil {
			t.Fatal(err)
		}
		searcher := rules.Searcher()
		encodeJSON := func(s string) string { b, _ := json.Marshal(s); return string(b[1 : len(b)-1]) }
		for name, encode := range map[string]func(string) string{
			"plain":        func(s string) string { return s },
			"LF":           func(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") },
			"CRLF":         func(s string) string { return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\n", "\r\n") },
			"UTF-16LE":     func(s string) string { return string(encodeUTF16(binary.LittleEndian)(s)) },
			"UTF-16BE":     func(s string) string { return string(encodeUTF16(binary.BigEndian)(s)) },
			"JSON":         encodeJSON,
			"JSON slashes": func(s string) string { return strings.ReplaceAll(encodeJSON(s), "/", `\/`) },
			"JSON ASCII":   asciiJSON,
			"JSON in JSON": func(s string) string {
				e := jsonEscaper{digits: lowerDigits}
				return string(e.encode(string(e.encode(s))))
			},
			"query":         url.QueryEscape,
			"path":          url.PathEscape,
			"path in lower": func(s string) string { return lowerEscapes(url.PathEscape(s)) },
		} {
			before, after := strings.Repeat("\x00x", 4), strings.Repeat("y\x00", 4)
			content, want := []byte(before+encode(value)+after), before+encode(replacement)+after
			if found, _ := searcher.Search(content, nil, nil); !found {
				t.Errorf("%s of %q is not found", name, value)
			}
			if hits, _ := probe.Search(content, nil, nil); len(hits) != 1 {
				t.Errorf("%s of %q is not found by its digests", name, value)
			}
			edit := rules.Edit(content)
			if got := apply(t, content, edit.Splices); string(got) != want {
				t.Errorf("%s of %q: %q became %q, want %q", name, value, content, got, want)
			}
			if !slices.Equal(edit.Counts, []int{1}) {
				t.Errorf("%s of %q: counts %v", name, value, edit.Counts)
			}
		}
	}
}

func asciiJSON(s string) string {
	return string(jsonEscaper{digits: lowerDigits, ascii: true}.encode(s))
}

func lowerEscapes(s string) string {
	out := []byte(s)
	for i := range out {
		if out[i] == '%' {
			copy(out[i+1:], bytes.ToLower(out[i+1:i+3]))
		}
	}
	return string(out)
}

// Inside of base64, what is decoded afterwards is what was there with the value replaced.
func TestInsideBase64(t *testing.T) {
	random := rand.New(rand.NewPCG(13, 14))
	for n := range 3000 {
		value := word(random, minBase64+random.IntN(60))
		if n%3 == 0 {
			value = string(rune(0x3fb+n)) + value + "?>~" // for digits in which alphabets differ
		}
		rules, err := ForValues([]Value{{Text: value, Label: "v"}})
		if err != nil {
			t.Fatal(err)
		}
		encoding := []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding}[n%4]
		before, after := filler(random, random.IntN(6)), filler(random, random.IntN(6))
		if random.IntN(4) == 0 {
			after = value + after
		}
		width := 1 << 20
		if random.IntN(2) == 0 {
			width = 40 + random.IntN(60)
		}
		content := []byte("auth: " + wrap(encoding.EncodeToString([]byte(before+value+after)), width) + "\n")
		edit := rules.Edit(content)
		got := string(apply(t, content, edit.Splices))
		text := strings.TrimSuffix(strings.TrimPrefix(got, "auth: "), "\n")
		if strings.Count(text, "\n") != strings.Count(string(content), "\n")-1 {
			t.Fatalf("lines of %q became %q", content, got)
		}
		decoded, err := encoding.DecodeString(strings.ReplaceAll(text, "\n", ""))
		if err != nil {
			t.Fatalf("%q became %q: %v", content, got, err)
		}
		parts := strings.SplitN(string(decoded), DefaultReplacement, 2)
		if len(parts) != 2 || parts[0] != before || !strings.HasSuffix(parts[1], strings.TrimPrefix(after, value)) || strings.Contains(string(decoded), value) {
			t.Fatalf("%q became %q", before+value+after, decoded)
		}
	}
}

// A replacement is written in the form of what it replaces.
func TestReplacementIsEncoded(t *testing.T) {
	random := rand.New(rand.NewPCG(27, 28))
	value := word(random, 9) + "\" &"
	rules, err := ForValues([]Value{{Text: value, Label: "v", Replacement: "<\"é"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, encode := range []func(string) string{
		func(s string) string { return s },
		func(s string) string { b, _ := json.Marshal(s); return string(b) },
		asciiJSON, url.QueryEscape, url.PathEscape,
	} {
		content := []byte("a " + encode(value) + " b")
		if got, want := string(apply(t, content, rules.Edit(content).Splices)), "a "+encode("<\"é")+" b"; encode(value) != asciiJSON(value) && got != want {
			t.Errorf("%q became %q, want %q", content, got, want)
		}
	}
}

// What all rules do, one after the other, is what the splices do.
func TestEditIsOneRuleAfterTheOther(t *testing.T) {
	random := rand.New(rand.NewPCG(15, 16))
	for range 3000 {
		var file strings.Builder
		var literals, replacements []string
		for range 1 + random.IntN(5) {
			text, with := filler(random, 1+random.IntN(5)), filler(random, random.IntN(4))
			text, with = strings.ReplaceAll(text, "\n", "-"), strings.ReplaceAll(with, "\n", "-")
			literals, replacements = append(literals, text), append(replacements, with)
			fmt.Fprintf(&file, "%s==>%s\n", text, with)
		}
		rules, err := ParseRules("f", []byte(file.String()))
		if err != nil {
			continue // a replacement holds a text
		}
		content := []byte(strings.ReplaceAll(filler(random, random.IntN(300)), "\n", "-"))
		want := string(content)
		for i, text := range literals {
			want = strings.ReplaceAll(want, text, replacements[i])
		}
		edit := rules.Edit(content)
		if got := string(apply(t, content, edit.Splices)); got != want {
			t.Fatalf("%s\n%q became\n%q, want\n%q", file.String(), content, got, want)
		}
		found, _ := rules.Searcher().Search(content, nil, nil)
		if !found && want != string(content) {
			t.Fatalf("%s\nnot found in %q", file.String(), content)
		}
	}
}

func TestEditOfUTF16(t *testing.T) {
	random := rand.New(rand.NewPCG(17, 18))
	text := word(random, 12)
	fromFile, err := ParseRules("f", []byte(text+"==>new\na==>b\nregex:u.==>x"))
	if err != nil {
		t.Fatal(err)
	}
	for name, order := range map[string]binary.AppendByteOrder{"little": binary.LittleEndian, "big": binary.BigEndian} {
		encode := encodeUTF16(order)
		content := encode("\ufeffa " + text + "\r\n愀u")
		edit := fromFile.Edit(content)
		if edit.Binary {
			t.Errorf("%s: binary", name)
		}
		if got, want := apply(t, content, edit.Splices), encode("\ufeffb new\r\n愀u"); !bytes.Equal(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestBinary(t *testing.T) {
	rules, err := ParseRules("f", []byte("aa==>b"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		content string
		want    bool
	}{
		{"", false}, {"aa", false}, {"aa\x00", true},
		{strings.Repeat("x", 8191) + "\x00", true}, {strings.Repeat("x", 8192) + "\x00", false},
		{"\xff\xfea\x00", false}, {"\xfe\xff\x00a", false},
	} {
		if got := rules.Edit([]byte(c.content)).Binary; got != c.want {
			t.Errorf("%.20q: %v", c.content, got)
		}
	}
}

// A file stays valid UTF-8.
func TestEditKeepsUTF8(t *testing.T) {
	random := rand.New(rand.NewPCG(19, 20))
	for range 500 {
		value := "é" + word(random, 4) + "😀"
		rules, err := ForValues([]Value{{Text: value, Label: "v", Replacement: "ø"}})
		if err != nil {
			t.Fatal(err)
		}
		content := []byte("ü" + value + "ü" + value[2:] + value)
		if got := apply(t, content, rules.Edit(content).Splices); !utf8.Valid(got) || bytes.Contains(got, []byte(value)) {
			t.Fatalf("%q became %q", content, got)
		}
	}
}

func TestValuesRefused(t *testing.T) {
	random := rand.New(rand.NewPCG(21, 22))
	one, two := word(random, 10), word(random, 10)
	for name, c := range map[string]struct {
		values []Value
		want   string
	}{
		"short":                 {[]Value{{Text: one[:3], Label: "id"}}, "value id has 3 bytes"},
		"itself":                {[]Value{{Text: one, Label: "id", Replacement: "x" + one}}, "id: the replacement holds the text"},
		"another":               {[]Value{{Text: one, Label: "id", Replacement: two}, {Text: two, Label: "di"}}, "id: the replacement holds what di takes out"},
		"an earlier one":        {[]Value{{Text: two, Label: "di"}, {Text: one, Label: "id", Replacement: two}}, "id: the replacement holds what di takes out"},
		"its encoding":          {[]Value{{Text: one + "/", Label: "id", Replacement: "a" + url.QueryEscape(one+"/")}}, "id: the replacement holds"},
		"a part of the default": {[]Value{{Text: DefaultReplacement[3:10], Label: "id"}}, "id: the replacement holds"},
	} {
		_, err := ForValues(c.values)
		switch {
		case err == nil:
			t.Errorf("%s: taken", name)
		case !strings.Contains(err.Error(), c.want):
			t.Errorf("%s: %v", name, err)
		case strings.Contains(err.Error(), one) || strings.Contains(err.Error(), two):
			t.Errorf("%s: the error tells the value", name)
		}
	}
}

func FuzzCompose(f *testing.F) {
	f.Add(uint64(1), uint64(2))
	f.Fuzz(func(t *testing.T, a, b uint64) {
		random := rand.New(rand.NewPCG(a, b))
		original := []byte(filler(random, random.IntN(60)))
		text, splices := original, []pack.Splice(nil)
		for range 1 + random.IntN(4) {
			next := randomSplices(random, len(text))
			splices, text = compose(splices, next), spliced(text, next)
			if got := apply(t, original, splices); !bytes.Equal(got, text) {
				t.Fatalf("%q, want %q", got, text)
			}
		}
	})
}

// randomSplices returns splices of a text, each of which replaces something.
func randomSplices(random *rand.Rand, size int) (splices []pack.Splice) {
	for at := 0; ; {
		at += random.IntN(12)
		n := 1 + random.IntN(8)
		if at+n > size {
			return splices
		}
		splices = append(splices, pack.Splice{Offset: at, Length: n, With: []byte(filler(random, random.IntN(6)))})
		at += n
	}
}

func TestCompose(t *testing.T) {
	random := rand.New(rand.NewPCG(23, 24))
	for range 20000 {
		original := []byte(filler(random, random.IntN(60)))
		first := randomSplices(random, len(original))
		middle := spliced(original, first)
		second := randomSplices(random, len(middle))
		if got, want := apply(t, original, compose(first, second)), spliced(middle, second); !bytes.Equal(got, want) {
			t.Fatalf("%v and then %v: %q, want %q", first, second, got, want)
		}
	}
}
