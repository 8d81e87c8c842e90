package byteregex

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"reflect"
	"testing"
)

// python reads lines of [expression, text] in Latin-1 and writes the offsets of all matches and their
// groups, or null for an expression that it cannot read.
const python = `
import json, re, sys, warnings
warnings.simplefilter("ignore")
for line in sys.stdin:
    expression, text = [s.encode("latin-1") for s in json.loads(line)]
    try:
        compiled = re.compile(expression)
    except Exception:
        print("null")
        continue
    found = []
    for m in compiled.finditer(text):
        spans = []
        for i in range(compiled.groups + 1):
            spans += m.span(i)
        found.append(spans)
    print(json.dumps(found))
`

// Matches are those of Python on bytes.
func TestAsPython(t *testing.T) {
	if exec.Command("python3", "-c", "").Run() != nil {
		t.Skip("python3 is not installed")
	}
	random := rand.New(rand.NewPCG(1, 2))
	expressions := []string{"a", "a.b", "é", "[é]", "\xff+", `\xff`, "[^a]", `\s+`, `\S+`, `[\s]x`, `a\Z`, "a$", `\s*$`, "(a)|b", "(a|b)*c",
		"(?P<n>a)b?", `\bab\b`, "a{,2}b", "a{,b", "(?m)^a", "(?m)a$", "(?s)a.b", "(?i)AB", `\x61`, `\101`, `\.`, "[]a]+", "[^]a]+", `[\]a]`, "a|", `\é`, "[a-c]", "\\", "(", "a**", "a(?=b)", `(a)\1`, "x{2,1}"}
	parts := []string{"a", "b", "c", ".", "\xff", "é", "[ab]", "[^b\xe9]", "(a|bc)", "(?:b|c)+?", `\s`, `\S`, `\w`, `\W`, `\d`, "(?m:^)", "(?m:$)", "^", `\b`, `\B`, `\Z`, "{,2}", "+", "*?", "?", "|", `[\s\xc3]`, "[]c]"}
	for range 3000 {
		var expression string
		for range 1 + random.IntN(6) {
			expression += parts[random.IntN(len(parts))]
		}
		if random.IntN(4) == 0 {
			expression += "$"
		}
		expressions = append(expressions, expression)
	}
	var input bytes.Buffer
	var texts [][]byte
	for _, expression := range expressions {
		var text []byte
		for range random.IntN(20) {
			text = append(text, []string{"a", "b", "c", "ab", "é", "\xff", "\n", "\v", " ", "{,", "AB"}[random.IntN(11)]...)
		}
		texts = append(texts, text)
		line, err := json.Marshal([]string{latin1([]byte(expression)), latin1(text)})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&input, "%s\n", line)
	}
	cmd := exec.Command("python3", "-c", python)
	cmd.Stdin = &input
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	refused, compared := 0, 0
	for i, line := range bytes.Split(bytes.TrimSpace(out), []byte("\n")) {
		re, err := Compile([]byte(expressions[i]))
		if err != nil {
			refused++
			continue
		}
		var want [][]int
		if string(line) == "null" {
			continue // Python is the stricter one
		}
		if err := json.Unmarshal(line, &want); err != nil {
			t.Fatal(err)
		}
		if least, _ := re.Width(); least == 0 {
			continue // where the empty text matches again differs, and nobody asks
		}
		compared++
		got := re.FindAll(texts[i])
		if len(got) != len(want) || len(got) > 0 && !reflect.DeepEqual(got, want) {
			t.Errorf("%q on %q: %v, Python has %v", expressions[i], texts[i], got, want)
		}
		if re.Match(texts[i]) != (len(want) > 0) {
			t.Errorf("%q matches %q: %v", expressions[i], texts[i], len(want) == 0)
		}
		least, most := re.Width()
		for _, m := range got {
			if n := m[1] - m[0]; n < least || n > most {
				t.Errorf("%q matches %d bytes of %q, not %d to %d", expressions[i], n, texts[i], least, most)
			}
			if text := re.Required(); !bytes.Contains(texts[i][m[0]:m[1]], text) {
				t.Errorf("%q matches without %q", expressions[i], text)
			}
		}
	}
	if compared < 1000 {
		t.Errorf("%d compared, %d refused: the test has lost its meaning", compared, refused)
	}
}

// latin1 makes the text whose characters are the bytes.
func latin1(b []byte) string {
	runes := make([]rune, len(b))
	for i, c := range b {
		runes[i] = rune(c)
	}
	return string(runes)
}

func FuzzCompile(f *testing.F) {
	f.Add([]byte(`a[b-c\s]*\Z`), []byte("ab\xff"))
	f.Add([]byte("(?i)[^a]{,3}$"), []byte("b\n"))
	f.Fuzz(func(t *testing.T, expression, text []byte) {
		re, err := Compile(expression)
		if err != nil {
			return
		}
		for _, m := range re.FindAll(text) {
			if m[0] < 0 || m[1] < m[0] || m[1] > len(text) {
				t.Fatalf("%q on %q: %v", expression, text, m)
			}
		}
	})
}
