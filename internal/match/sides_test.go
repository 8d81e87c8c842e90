package match

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
)

// TestSides: what stands beside a keyword says whether a match is possible.
func TestSides(t *testing.T) {
	keywords := []string{"secret", "token", "_key"}
	for _, c := range []struct {
		name, source string
		texts        map[string]bool // of which a keyword begins at |, and whether they are let pass
	}{
		{"a name, a sign and a value", `(?i)[\w.-]{0,50}?(?:se(?:cret)|token)[ ]{0,3}=[ ]{0,3}([a-z]{4})`, map[string]bool{
			"|secret = abcd": true, "x_|TOKEN=abcd": true, "|secret: abcd": false, "|token abcd": false, "|token=abc": false,
		}},
		{"one of two orders", `kind:[ ]*secret\b(?s:.){0,9}data:\w|data:\w\skind:[ ]*secret`, map[string]bool{
			"kind: |secret data:a": true, "data:a\nkind: |secret": true, "kind: |secret x": true, // the second has nothing after
			"mind: |secret data:a": false, "data:a\nkin: |secret": false,
		}},
		{"a keyword that parts make up", `(?:my|your)_key(?:s|z)?_[0-9]{3}`, map[string]bool{
			"my|_key_123": true, "your|_key_123": true, "|_key_123": false, "my|_key_12x": false,
		}},
		{"in alternatives with a common beginning", `ab(?:_key[0-9]|secret=[a-z]+;)`, map[string]bool{
			"ab|_key1": true, "ab|secret=x;": true, "ab|secret=x": false, "b|_key1": false,
		}},
		{"the end of the text", `token=([a-z]{3})(?:;|$)`, map[string]bool{"|token=abc": true, "|token=abc;": true, "|token=abcd": false}},
		{"the start of the text", `(?:^|;)[a-z]=token`, map[string]bool{"a=|token": true, ";a=|token": true, "ba=|token": false}},
		{"beyond ASCII", `[é-ü]{2}token[^a-z]=`, map[string]bool{
			"éé|token€=": true, "éé|token\xff=": true, "ee|token.=": false, "éé|tokenx=": false,
		}},
		{"a wider letter", `(?i)=token[a-k]x`, map[string]bool{"=|token\u212ax": true, "=|tokenKx": true, "=|tokenmx": false}},
	} {
		s := sidesOf(c.source, keywords)
		for text, want := range c.texts {
			at := indexBar(text)
			ahead, behind := true, true
			if s.ahead != nil {
				ahead, _ = s.ahead.begins([]byte(text[at+1:]))
			}
			if s.behind != nil {
				behind, _ = s.behind.ends([]byte(text[:at]))
			}
			if got := ahead && behind; got != want {
				t.Errorf("%s: %q is let pass: %v", c.name, text, got)
			}
		}
	}
	for name, source := range map[string]string{
		"nowhere": `[a-z]+`, "optional": `(?:token)?x`, "repeated": `(?:[a-z]token){2}`,
	} {
		if s := sidesOf(source, keywords); s.ahead != nil || s.behind != nil {
			t.Errorf("%s: there are no sides", name)
		}
	}
}

// TestSidesLetMatchesPass: of whatever an expression matches, some keyword is let pass.
func TestSidesLetMatchesPass(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	pieces := []string{"key", "KEY", "api", "_", "-", "=", " = ", ":", "\"", "'", "a", "x1", "abcdef", "0123", "\n", "\r\n", ";", "é", "\u212a", "\xff", "."}
	for _, source := range []string{
		`(?i)[\w.-]{0,5}?(?:api|key)[\s'"]{0,3}(?:=|:)[\s'"]{0,2}([a-f0-9]{3,5})(?:['"\s;]|$)`,
		`\b(?:api|a(?:b|p)i)[_-]?key[^a-z]{1,3}\b[a-z]`,
		`(?i)(?:^|[^a-z])key\W+(?:api){1,2}$`,
		`(?s)key.*?=[^"]{2,}"|"[^"]+=\skey`,
		`(?m)^[a-z]*key[.]?\s*[=:]`,
	} {
		keywords := []string{"key", "api"}
		shape, s, expr := shapeOf(source, keywords), sidesOf(source, keywords), regexp.MustCompile(source)
		if !shape.anchored || s.ahead == nil {
			t.Fatalf("%s: no sides", source)
		}
		matches := 0
		for range 60000 {
			var b strings.Builder
			for range 2 + random.IntN(9) {
				b.WriteString(pieces[random.IntN(len(pieces))])
			}
			text := b.String()
			match := expr.FindStringIndex(text)
			if match == nil || !strings.Contains(lower(text[match[0]:match[1]]), "key") && !strings.Contains(lower(text[match[0]:match[1]]), "api") {
				continue
			}
			matches++
			if !letsPass(s, text, match, keywords) {
				t.Fatalf("%s matches in %q, and no keyword is let pass", source, text)
			}
		}
		if matches < 20 {
			t.Errorf("%s: %d matches", source, matches)
		}
	}
}

func letsPass(s sides, text string, match []int, keywords []string) bool {
	for at := match[0]; at < match[1]; at++ {
		for _, k := range keywords {
			if !strings.HasPrefix(lower(text[at:]), k) {
				continue
			}
			ahead, behind := true, true
			if ahead, _ = s.ahead.begins([]byte(text[at:])); s.behind != nil {
				behind, _ = s.behind.ends([]byte(text[:at]))
			}
			if ahead && behind {
				return true
			}
		}
	}
	return false
}

// TestAutomatonIsBounded: an expression that would need too many states lets all pass, and what it has stays right.
func TestAutomatonIsBounded(t *testing.T) {
	s := sidesOf(`key(?s:.{0,300})a.{40}b.{30}c`, []string{"key"})
	if could, _ := s.ahead.begins([]byte("kex")); could {
		t.Error("another word is let pass")
	}
	random := rand.New(rand.NewPCG(3, 4))
	text := []byte("key")
	for range 20000 {
		text = append(text, "abcd"[random.IntN(4)])
	}
	for at := 0; at < len(text)-400; at += 7 {
		s.ahead.begins(append([]byte("key"), text[at:at+400]...))
	}
	if n := len(s.ahead.states); n > maxStates {
		t.Errorf("%d states", n)
	}
	if could, _ := s.ahead.begins([]byte("kex")); could {
		t.Error("what is known is forgotten")
	}
	if could, _ := s.ahead.begins([]byte("key" + strings.Repeat("a", 41) + strings.Repeat("b", 31) + "c")); !could {
		t.Error("a match is not let pass")
	}
}
