package match

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/unleak/unleak/internal/gittest"
)

func TestDecode(t *testing.T) {
	for _, c := range []struct{ name, content, want string }{
		{"no mark", "plain", ""},
		{"one byte of a mark", "\xff", ""},
		{"mark only", "\xff\xfe", ""},
		{"little end first", "\xff\xfea\x00\n\x00\xe9\x00", "a\né"},
		{"big end first", "\xfe\xff\x00a\x00\n\x00\xe9", "a\né"},
		{"odd length", "\xff\xfea\x00b", "a"},
		{"pair", "\xfe\xff\xd8\x3d\xde\x42!!", "🙂\u2121"},
		{"high half alone", "\xfe\xff\xd8\x3d\x00a", "\ufffda"},
		{"low half alone", "\xfe\xff\xde\x42\x00a", "\ufffda"},
		{"high half at the end", "\xfe\xff\x00a\xd8\x3d", "a\ufffd"},
		{"high half twice", "\xfe\xff\xd8\x3d\xd8\x3d\xde\x42", "\ufffd🙂"},
		{"half a unit after a high half", "\xfe\xff\xd8\x3d\xde", "\ufffd"},
	} {
		text, decoded := decode([]byte(c.content), nil)
		if marked := len(c.content) > 1 && (c.content[0] == 0xff || c.content[0] == 0xfe); decoded != marked {
			t.Errorf("%s: decoded %v", c.name, decoded)
		}
		if decoded && string(text) != c.want || !decoded && string(text) != c.content {
			t.Errorf("%s: %q, want %q", c.name, text, c.want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("\xff\xfea\x00"), true)
	f.Add([]byte("\xd8\x3d\xde\x42"), false)
	f.Fuzz(func(t *testing.T, content []byte, little bool) {
		var order binary.ByteOrder = binary.BigEndian
		mark := []byte{0xfe, 0xff}
		if little {
			order, mark = binary.LittleEndian, []byte{0xff, 0xfe}
		}
		var units []uint16
		for i := 0; i+1 < len(content); i += 2 {
			units = append(units, order.Uint16(content[i:]))
		}
		text, _ := decode(append(mark, content...), nil)
		if want := string(utf16.Decode(units)); string(text) != want {
			t.Fatalf("%q, want %q", text, want)
		}
	})
}

func TestLineAround(t *testing.T) {
	text := []byte("first\nsecond\r\n\nfourth")
	for _, c := range []struct {
		at    string
		limit int
		want  string
	}{
		{"irs", 100, "first"}, {"second", 100, "second"}, {"rst\nsec", 100, "first\nsecond"}, {"fourth", 100, "fourth"},
		{"econ", 1, "second"}, {"co", 1, "econ"}, {"d\r", 100, "second\r"}, {"o", 100, "second"}, {"d", 3, "cond"},
	} {
		start := bytes.Index(text, []byte(c.at))
		line := lineAround(text, span{start, start + len(c.at)}, c.limit)
		if got := string(text[line.start:line.end]); got != c.want {
			t.Errorf("line of %q within %d bytes is %q, want %q", c.at, c.limit, got, c.want)
		}
	}
	if at := bytes.Index(text, []byte("\n\n")) + 1; lineAround(text, span{at, at}, 9) != (span{at, at}) {
		t.Error("an empty line has a width")
	}
}

func TestCursor(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 3))
	pieces := []string{"a", "é", "世", "🙂", "\n", "\r\n", "\xff", "\t", "\xe4\xb8", "word "}
	for range 500 {
		var b strings.Builder
		for range random.IntN(60) {
			b.WriteString(pieces[random.IntN(len(pieces))])
		}
		text := []byte(b.String())
		at := cursor{text: text}
		for to := 0; to <= len(text); to += random.IntN(8) {
			if to < len(text) && !utf8.RuneStart(text[to]) {
				to++
				continue
			}
			line, column := at.advance(to)
			before := text[:to]
			wantLine := 1 + bytes.Count(before, []byte("\n"))
			wantColumn := 1 + len([]rune(string(before[bytes.LastIndexByte(before, '\n')+1:])))
			if line != wantLine || column != wantColumn {
				// What a cut in the middle of a character counts as depends on the cut.
				if utf8.Valid(text) {
					t.Fatalf("offset %d of %q is %d:%d, want %d:%d", to, text, line, column, wantLine, wantColumn)
				}
				break
			}
			if random.IntN(4) == 0 { // a second question at one place
				if again, column2 := at.advance(to); again != line || column2 != column {
					t.Fatal("the cursor moves without a move")
				}
			}
		}
	}
}

func TestAllowed(t *testing.T) {
	here, next, theirs := "unleak"+":allow", "unleak"+":allow-next-line", "gitleaks"+":allow"
	for _, c := range []struct {
		name, text string
		want       bool
	}{
		{"nothing", "a SECRET b", false},
		{"same line", "SECRET # " + here, true},
		{"before it", "/* " + here + " */ SECRET", true},
		{"gitleaks's", "SECRET // " + theirs, true},
		{"gitleaks's of a next line", "SECRET // " + theirs + "-next-line", true},
		{"last line of several", "x\ny\nSECRET " + here, true},
		{"first line of several", "SECRET " + here + "\nx\n", true},
		{"line above", "# " + here + "\nSECRET", false},
		{"line below", "SECRET\n# " + here, false},
		{"next line", "# " + next + "\nSECRET", true},
		{"next line, CR LF", "# " + next + "\r\nSECRET\r\n", true},
		{"same line, CR LF", "x\r\nSECRET # " + here + "\r\ny", true},
		{"next line on its own line", "SECRET # " + next, false},
		{"next line on its own line, and below", "SECRET # " + next + "\n# " + next, false},
		{"both on its own line", "SECRET # " + next + " " + here, true},
		{"both, the other way round", "SECRET # " + here + " " + next, true},
		{"two lines above", "# " + next + "\n\nSECRET", false},
		{"above the first line there is none", "SECRET", false},
		{"comment far away on a long line", "SECRET" + strings.Repeat(" ", maxLine) + here, false},
		{"comment near on a long line", strings.Repeat("x", 3*maxLine) + "SECRET" + strings.Repeat(" ", maxLine-20) + here + strings.Repeat("y", maxLine), true},
		{"long line above", strings.Repeat("x", 3*maxLine) + next + "\nSECRET", true},
		{"other case", "SECRET # " + strings.ToUpper(here), false},
	} {
		at := strings.Index(c.text, "SECRET")
		if got, _ := allowed([]byte(c.text), span{at, at + 6}); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	lines := "BEGIN\nmiddle # " + here + "\nEND"
	if ok, _ := allowed([]byte(lines), span{0, len(lines)}); !ok {
		t.Error("a comment inside a match of several lines does not count")
	}
	text := "# " + next + "\nBEGIN\nEND"
	if ok, _ := allowed([]byte(text), span{strings.Index(text, "BEGIN"), len(text)}); !ok {
		t.Error("a comment above a match of several lines does not count")
	}
}

func TestEntropy(t *testing.T) {
	for text, want := range map[string]float64{"a": 0, "aaaa": 0, "ab": 1, "aabb": 1, "abcd": 2, "aaab": 0.811278, "0123456789abcdef": 4} {
		if got := entropy([]byte(text)); math.Abs(got-want) > 1e-6 {
			t.Errorf("entropy of %q is %f, want %f", text, got, want)
		}
	}
}

func TestScanUTF16(t *testing.T) {
	s := New(load(t, keyRule)).NewScanner()
	text := "ü first\nkey_" + "123456" + " 🙂\n"
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		hits := s.Scan(gittest.UTF16(order, text))
		if len(hits) != 1 || hits[0].Value != "123456" || hits[0].StartLine != 2 || hits[0].StartColumn != 5 || hits[0].EndColumn != 11 ||
			text[hits[0].Start:hits[0].End] != "123456" {
			t.Errorf("%v: %+v", order, hits)
		}
	}
}
