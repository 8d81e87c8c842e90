package match

import (
	"math/rand/v2"
	"regexp"
	"regexp/syntax"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"github.com/unleak/unleak"
	"github.com/unleak/unleak/rules"
)

func TestShapeOf(t *testing.T) {
	const no = unbounded
	for _, c := range []struct {
		regex    string
		keywords string
		want     shape
	}{
		{`abc`, "abc", shape{3, 3, true, false}},
		{`abc`, "x", shape{3, 3, false, false}},
		{`abc`, "", shape{3, 3, false, false}},
		{`ABC[0-9]{4}`, "abc", shape{7, 3, true, false}},
		{`(?i)abc[0-9]{4}`, "abc", shape{7, 3, true, false}},
		{`(?i)key`, "key", shape{5, 5, true, false}},             // the Kelvin sign has three bytes
		{`(?i)[0-9]{2}task`, "task", shape{10, 10, true, false}}, // and the long s two, counted as three
		{`[a-z]{0,6}abc[0-9]{2,4}`, "abc", shape{13, 9, true, false}},
		{`.{2}abc`, "abc", shape{11, 11, true, true}},
		{`é{3}abc`, "abc", shape{9, 9, true, false}},
		{`\babc\b$`, "abc", shape{3, 3, true, false}},
		{`(?:abc|abd)[0-9]`, "abc,abd", shape{4, 4, true, false}},
		{`(?:abc|xyz)[0-9]`, "abc", shape{4, 4, false, false}},
		{`ab(?:c|d)[0-9]{20}`, "abc,abd", shape{23, 3, true, false}},
		{`gh[pousr]_[0-9]{36}`, "ghp_,gho_,ghu_,ghs_,ghr_", shape{40, 4, true, false}},
		{`gh[pousr]_[0-9]{36}`, "ghp_,gho_,ghu_,ghs_", shape{40, 40, false, false}},
		{`(xox[ab]-[0-9]{30}|xapp-[0-9]{20})`, "xoxa-,xoxb-,xapp-", shape{35, 5, true, false}}, // parsed as x(?:ox|app)
		{`(xox[ab]-[0-9]{30}|xapp-[0-9]{20})`, "xoxa-,xapp-", shape{35, 5, false, false}},
		{`pre[0-9]?key[0-9]{9}`, "key", shape{16, 7, true, false}},
		{`pre[0-9]+key[0-9]{9}`, "prekey", shape{no, 7, false, false}},
		{`(abc)+`, "abc", shape{no, 3, true, false}},
		{`(abc){2,5}`, "abc", shape{15, 3, true, false}},
		{`(abc){0,5}`, "abc", shape{15, 0, false, false}},
		{`(abc)?d`, "abc", shape{4, 4, false, false}},
		{`abc[0-9]*`, "abc", shape{no, 3, true, false}},
		{`[0-9]*abc`, "abc", shape{no, no, true, false}},
		{`abc.*`, "abc", shape{no, 3, true, false}},
		{`abc\s+x`, "abc", shape{no, 3, true, true}},
		{`(?s)abc.*`, "abc", shape{no, 3, true, true}},
		{`abc[^"]+`, "abc", shape{no, 3, true, true}},
		{`abc(?:\n[a-z]+)*`, "abc", shape{no, 3, true, true}},
		{`abc(?:)*`, "abc", shape{3, 3, true, false}},
		{`(?:abc){1000}(?:[0-9]{1000}){1}`, "abc", shape{4000, 3, true, false}},
	} {
		var keywords []string
		if c.keywords != "" {
			keywords = strings.Split(c.keywords, ",")
		}
		got := shapeOf(c.regex, keywords)
		if got.width < unbounded {
			got.lines, c.want.lines = false, false // says something of unbounded parts alone
		}
		if !got.anchored {
			got.left, c.want.left = 0, 0 // and this of anchored ones
		}
		if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(shape{})); diff != "" {
			t.Errorf("%s with %q:\n%s", c.regex, c.keywords, diff)
		}
	}
}

// generate returns a random text that re may match. Assertions are left to luck.
func generate(random *rand.Rand, re *syntax.Regexp) string {
	pick := func(low, high int) int { // often one of the ends
		switch random.IntN(3) {
		case 0:
			return low
		case 1:
			return high
		}
		return low + random.IntN(high-low+1)
	}
	var out strings.Builder
	repeat := func(low, high int) {
		for range pick(low, high) {
			out.WriteString(generate(random, re.Sub[0]))
		}
	}
	switch re.Op {
	case syntax.OpLiteral:
		for _, r := range re.Rune {
			for range random.IntN(4) * int(re.Flags&syntax.FoldCase) {
				r = unicode.SimpleFold(r)
			}
			out.WriteRune(r)
		}
	case syntax.OpCharClass:
		i := 2 * random.IntN(len(re.Rune)/2)
		out.WriteRune(rune(pick(int(re.Rune[i]), int(re.Rune[i+1]))))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		out.WriteString([]string{"a", "é", "世", "🙂"}[random.IntN(4)])
	case syntax.OpStar:
		repeat(0, 5)
	case syntax.OpPlus:
		repeat(1, 5)
	case syntax.OpQuest:
		repeat(0, 1)
	case syntax.OpRepeat:
		high := re.Max
		if high < 0 {
			high = re.Min + 5
		}
		repeat(re.Min, high)
	case syntax.OpCapture:
		return generate(random, re.Sub[0])
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			out.WriteString(generate(random, sub))
		}
	case syntax.OpAlternate:
		return generate(random, re.Sub[random.IntN(len(re.Sub))])
	}
	return out.String()
}

// checkBounds holds one match against what shapeOf says of its expression.
func checkBounds(t *testing.T, source string, keywords []string, s shape, match string) {
	t.Helper()
	if r := runOf(source); !r.in([]byte(match)) {
		t.Errorf("%.100s is said to hold %d of a class in a row but matches %q", source, r.least, match)
	}
	if len(match) > s.width {
		t.Errorf("%.100s matches %d bytes, more than the width of %d", source, len(match), s.width)
	}
	if !s.anchored {
		return
	}
	folded, first := foldASCII([]byte(match)), -1
	for _, k := range keywords {
		if i := strings.Index(folded, k); i >= 0 && (first < 0 || i+len(k) < first) {
			first = i + len(k)
		}
	}
	kelvin := strings.ContainsAny(match, "\u212aſ") // spellings without a keyword are documented
	if first < 0 && !kelvin {
		t.Errorf("%.100s is said to be anchored but matches %q without a keyword", source, match)
	}
	if first > s.left {
		t.Errorf("%.100s matches %q: the first keyword ends after %d bytes, more than %d", source, match, first, s.left)
	}
}

func TestShapeBoundsHold(t *testing.T) {
	type rule struct {
		regex    string
		keywords []string
	}
	all := []rule{
		{`(?i)[a-z]{0,6}key\s?[:=]\s?"?([0-9]{4,8})\b`, []string{"key"}},
		{`(?i)(?:task|risk)s{0,3}_token[^a]{1,4}`, []string{"token"}},
		{`.{1,3}(?:ab|cd|ab[xy])+[é-ü]{2}`, []string{"ab", "cd"}},
		{`(?s)(a|.b){2,3}end`, []string{"end"}},
		{`x{0,4}(?:pre_(?:live|test)|pre-[lt])[0-9a-f]{8}`, []string{"pre_live", "pre_test", "pre-l", "pre-t"}},
		{`(?i)ſ{1,2}kéy`, []string{"kéy"}},
		{`key(?:[a-fé]{7}){1,2}|key[k-s]{9}`, []string{"key"}},
		{`(?i)key(?:x|([a-fé]{7})+y{0,3}[k-m]{8,})`, []string{"key"}},
		{`(?i)key-(([a-fé]{7})+y{0,3}[k-m]{8,10})`, []string{"key"}},
	}
	set, err := rules.Load(unleak.RulesName, unleak.Rules())
	if err != nil {
		t.Fatal(err)
	}
	n := uint64(len(set.Rules))
	step := n / cases(n)
	for i, r := range set.Rules {
		if r.Regex != "" && uint64(i)%step == 0 {
			all = append(all, rule{r.Regex, r.Keywords})
		}
	}
	random := rand.New(rand.NewPCG(2, 2))
	for _, r := range all {
		parsed, err := syntax.Parse(r.regex, syntax.Perl)
		if err != nil {
			t.Fatal(err)
		}
		s, matched := shapeOf(r.regex, r.keywords), 0
		re := regexp.MustCompile(r.regex)
		for range 60 {
			for _, match := range re.FindAllString(generate(random, parsed), -1) {
				matched++
				checkBounds(t, r.regex, r.keywords, s, match)
			}
		}
		if matched == 0 {
			t.Errorf("no text was made for %.100s", r.regex)
		}
	}
}

// TestBuiltinRulesAreWindowed: what the file promises of its rules.
func TestBuiltinRulesAreWindowed(t *testing.T) {
	set, err := rules.Load(unleak.RulesName, unleak.Rules())
	if err != nil {
		t.Fatal(err)
	}
	m := New(set)
	for n := range m.rules {
		c := m.rule(int32(n))
		if c.whole || c.byLine {
			t.Errorf("%s has no bounded window: whole %v, by line %v", c.ID, c.whole, c.byLine)
		}
	}
}
