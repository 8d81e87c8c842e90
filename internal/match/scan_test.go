package match

import (
	"cmp"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/unleak/unleak"
	"github.com/unleak/unleak/rules"
)

const keyRule = `
[[rules]]
id = "key"
regex = '''\bkey_([0-9]{6,10})\b'''
keywords = ["key_"]
`

func load(t testing.TB, text string) *rules.Set {
	t.Helper()
	set, err := rules.Load("test.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// found is a hit for comparisons.
type found struct {
	Rule       string
	Start, End int
}

func foundBy(hits []Hit) []found {
	var all []found
	for _, h := range hits {
		all = append(all, found{h.Rule.ID, h.Start, h.End})
	}
	return all
}

// scanSlowly is what a scan means: every match of the whole text that covers a keyword.
func scanSlowly(set *rules.Set, text []byte) []found {
	var all []found
	for _, r := range set.Rules {
		re := regexp.MustCompile(r.Regex)
		hits := findSlowly(r.Keywords, text)
		for _, groups := range re.FindAllSubmatchIndex(text, -1) {
			covers := slices.ContainsFunc(hits, func(h keywordHit) bool {
				return groups[0] <= h.start && h.start+len(r.Keywords[h.keyword]) <= groups[1]
			})
			if f := (found{r.ID, groups[2], groups[3]}); covers && !slices.Contains(all, f) {
				all = append(all, f)
			}
		}
	}
	slices.SortFunc(all, orderFound)
	return all
}

func orderFound(a, b found) int {
	return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End), strings.Compare(a.Rule, b.Rule))
}

// TestWindowsAgainstWholeText: a bounded rule's window tells what the whole text would. No two
// matches of these rules can overlap; where they do, windows may find more.
func TestWindowsAgainstWholeText(t *testing.T) {
	set := load(t, keyRule+`
[[rules]]
id = "assigned"
regex = '''(?i)[a-z]{0,6}key\s?[:=]\s?"?([0-9]{4,8})\b'''
keywords = ["key"]
[[rules]]
id = "line"
regex = '''(?m)^token=([0-9]{3,9})$'''
keywords = ["token"]
[[rules]]
id = "start"
regex = '''^start([0-9]{2,5})'''
keywords = ["start"]
[[rules]]
id = "end"
regex = '''([0-9]{2,5})end\z'''
keywords = ["end"]
[[rules]]
id = "not-in-a-word"
regex = '''(?:^|[^a-z0-9])pass[:=]([0-9]{3,6})\B'''
keywords = ["pass:", "pass=", "pass"]
[[rules]]
id = "far"
regex = '''user[^\n]{0,40}pw([0-9]{3})'''
keywords = ["user"]
[[rules]]
id = "far-left"
regex = '''host[^\n0-9]{0,40}([0-9]{3})port'''
keywords = ["port"]
`)
	pieces := []string{
		"key_", "key", "KEY", "Key=", "key: ", "\u212aey=", "token=", "start", "end", " pass=", "pass:", "user", "pw", "host", "port",
		"123456", "1234", "12", "123", "987654321", "\n", "\r\n", " ", "_", "x", "é", "世", "\"", "abcdefgh", "....", "\xff", "a", "ſ",
	}
	random := rand.New(rand.NewPCG(4, 4))
	var scanners []*Scanner // one for each rule: of several that overlap, a scan reports one
	for _, rule := range set.Rules {
		one, err := set.Select([]string{rule.ID}, nil)
		if err != nil {
			t.Fatal(err)
		}
		scanners = append(scanners, New(one).NewScanner())
	}
	total := 0
	for range 6000 {
		var b strings.Builder
		for range random.IntN(40) {
			b.WriteString(pieces[random.IntN(len(pieces))])
		}
		if random.IntN(20) == 0 { // long, for the lanes
			b.WriteString(strings.Repeat(b.String(), 5))
		}
		text := []byte(b.String())
		want := scanSlowly(set, text)
		total += len(want)
		var got []found
		for _, scanner := range scanners {
			got = append(got, foundBy(scanner.Scan(text))...)
		}
		slices.SortFunc(got, orderFound)
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Fatalf("in %q:\n%s", text, diff)
		}
	}
	if total < 1000 {
		t.Errorf("the texts hold but %d matches", total)
	}
}

// TestVerdictDependsOnWindowAlone changes bytes far from a match.
func TestVerdictDependsOnWindowAlone(t *testing.T) {
	scanner := New(load(t, keyRule)).NewScanner()
	random := rand.New(rand.NewPCG(5, 5))
	for range 200 {
		text := []byte(strings.Repeat(" .", 200) + "key_" + "1234567" + strings.Repeat(". ", 200))
		for i := range text {
			if (i < 380 || i > 430) && random.IntN(3) == 0 {
				text[i] = byte('a' + random.IntN(26))
			}
		}
		if hits := scanner.Scan(text); len(hits) != 1 || hits[0].Value != "1234567" {
			t.Fatalf("%+v in %q", hits, text)
		}
	}
}

func TestScan(t *testing.T) {
	for _, c := range []struct {
		name, rules, text string
		want              []string // rule=value@line:column-line:column
	}{
		{"nothing", keyRule, "no such thing", nil},
		{"group", keyRule, "x key_" + "123456", []string{"key=123456"}},
		{"upper case keyword, other expression", keyRule, "KEY_" + "123456", nil},
		{"twice on two lines", keyRule, "key_" + "123456\nkey_" + "123456", []string{"key=123456", "key=123456"}},
		{"whole match without a group", "[[rules]]\nid='a'\nregex='abc[0-9]+'\nkeywords=['abc']", "abc12 abc3", []string{"a=abc12", "a=abc3"}},
		{"first group that is not empty", "[[rules]]\nid='a'\nregex='abc(x)?([0-9]*)(y*)'\nkeywords=['abc']", "abc12y abcy", []string{"a=12", "a=y"}},
		{"declared group", "[[rules]]\nid='a'\nregex='abc([0-9])([0-9])'\nsecretGroup=2\nkeywords=['abc']", "abc12", []string{"a=2"}},
		{"declared group that is not there", "[[rules]]\nid='a'\nregex='abc(x)?([0-9])'\nsecretGroup=1\nkeywords=['abc']", "abc1", []string{"a=abc1"}},
		{"without keywords", "[[rules]]\nid='a'\nregex='q([0-9]+)'", "q1 q22", []string{"a=1", "a=22"}},
		{"keyword anywhere", "[[rules]]\nid='a'\nregex='q([0-9]+)'\nkeywords=['hint']", "q1 q22 hint hint", []string{"a=1", "a=22"}},
		{"keyword nowhere", "[[rules]]\nid='a'\nregex='q([0-9]+)'\nkeywords=['hint']", "q1 q22", nil},
		{"unbounded, on its line", "[[rules]]\nid='a'\nregex='abc=(.+)$'\nkeywords=['abc']", "x\nabc=one two\r\nabc=three", []string{"a=one two", "a=three"}},
		{"unbounded, across lines", "[[rules]]\nid='a'\nregex='abc=([^;]+);'\nkeywords=['abc']", "abc=1\n2;", []string{"a=1\n2"}},
		{"entropy", "[[rules]]\nid='a'\nregex='abc([0-9]+)'\nentropy=2\nkeywords=['abc']", "abc1111 abc1234 abc12345", []string{"a=12345"}},
		{"several keywords, one match", "[[rules]]\nid='a'\nregex='abc[0-9]xyz'\nkeywords=['abc','xyz','c1']", "abc1xyz", []string{"a=abc1xyz"}},
		{"keyword at the end, twice in a window", "[[rules]]\nid='a'\nregex='[0-9]{1,3}abc'\nkeywords=['abc']", "1abc 2abc", []string{"a=1abc", "a=2abc"}},
		{"not reported", "[[rules]]\nid='a'\nregex='abc[0-9]'\nskipReport=true\nkeywords=['abc']", "abc1", nil},
		{"generic alone", generic, "abc12345", []string{"g=12345"}},
		{"generic gives way to the same", generic + special, "abc12345x", []string{"s=12345"}},
		{"generic gives way to an overlap", generic + "[[rules]]\nid='s'\nregex='c(12)'\nkeywords=['c1']", "abc12345", []string{"s=12"}},
		{"generic stays beside", generic + special, "abc12345 abc12345x", []string{"g=12345", "s=12345"}},
		{"one generic of two", generic + "[[rules]]\nid='h'\nregex='bc([0-9]+)'\ntags=['generic']\nkeywords=['bc']", "abc12", []string{"g=12"}},
		{"comment", keyRule, "key_" + "123456 # unleak" + ":allow\nkey_" + "654321", []string{"key=654321"}},
		{"allowlist on the line, CR LF", keyRule + "[[rules.allowlists]]\nregexTarget='line'\nregexes=['^key.*demo$']", "key_" + "123456 demo\r\nkey_" + "222222\r\n", []string{"key=222222"}},
		{"empty secret", "[[rules]]\nid='a'\nregex='abc()x*'\nsecretGroup=1\nkeywords=['abc']", "abc", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			scanner := New(load(t, c.rules)).NewScanner()
			for range 2 { // a scanner keeps nothing from one text to the next
				var got []string
				for _, h := range scanner.Scan([]byte(c.text)) {
					got = append(got, h.Rule.ID+"="+h.Value)
					if c.text[h.Start:h.End] != h.Value {
						t.Errorf("%q is not at %d to %d", h.Value, h.Start, h.End)
					}
				}
				if diff := gocmp.Diff(c.want, got); diff != "" {
					t.Error(diff)
				}
				scanner.Scan([]byte("key_" + "777777 abc99999x q5 hint"))
			}
		})
	}
}

const (
	generic = "[[rules]]\nid='g'\nregex='abc([0-9]+)'\ntags=['generic']\nkeywords=['abc']\n"
	special = "[[rules]]\nid='s'\nregex='abc([0-9]+)x'\nkeywords=['abc']\n"
)

func TestScanPlaces(t *testing.T) {
	hits := New(load(t, "[[rules]]\nid='a'\nregex='abc([^;]+);'\nkeywords=['abc']")).NewScanner().Scan([]byte("ü\nüabc1\n23;"))
	if len(hits) != 1 {
		t.Fatalf("%+v", hits)
	}
	h := hits[0]
	if h.StartLine != 2 || h.StartColumn != 5 || h.EndLine != 3 || h.EndColumn != 3 || h.Severity != "high" || h.Confidence != "medium" {
		t.Errorf("%+v", h)
	}
}

// code is text of the usual sort, without a secret.
func code(bytes int) []byte {
	random := rand.New(rand.NewPCG(6, 6))
	words := strings.Fields("func if err != nil { return } for i := range list switch case default string int64 " +
		"config request response header status = := ( ) , . context handler buffer length index value name " +
		"// the a of to is that it only when where this object reads writes bytes and then returns an error")
	var b strings.Builder
	for b.Len() < bytes {
		for range 3 + random.IntN(10) {
			b.WriteString(words[random.IntN(len(words))] + " ")
		}
		b.WriteString("\n\t")
	}
	return []byte(b.String()[:bytes])
}

func builtin(t testing.TB) *Matcher {
	t.Helper()
	set, err := rules.Load(unleak.RulesName, unleak.Rules())
	if err != nil {
		t.Fatal(err)
	}
	return New(set)
}

func TestScanAllocatesNothingWithoutHits(t *testing.T) {
	scanner, text := builtin(t).NewScanner(), code(64<<10)
	if hits := scanner.Scan(text); len(hits) > 0 {
		t.Fatalf("%+v", hits)
	}
	if n := testing.AllocsPerRun(20, func() { scanner.Scan(text) }); n > 0 && !raceDetector { // which makes pools forget
		t.Errorf("%v allocations a text", n)
	}
}

// sources is this module's own code, which holds keywords and next to no secrets.
func sources(b *testing.B) []byte {
	var all []byte
	for _, pattern := range []string{"../*/*.go", "../*/*/*.go", "../../rules/*.go", "../../scanner/*.go"} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			b.Fatal(err)
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				b.Fatal(err)
			}
			all = append(all, text...)
		}
	}
	return all
}

func BenchmarkSearch(b *testing.B) {
	m, text := builtin(b).search, sources(b)
	b.SetBytes(int64(len(text)))
	var hits []keywordHit
	for b.Loop() {
		hits, _ = m.find(text, span{0, len(text)}, hits[:0])
	}
	b.ReportMetric(float64(len(hits))*1024/float64(len(text)), "hits/KiB")
}

func BenchmarkScan(b *testing.B) {
	scanner, text := builtin(b).NewScanner(), sources(b)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		scanner.Scan(text)
	}
}

// FuzzScan: whatever the text, hits lie in it, in order, and are found again.
func FuzzScan(f *testing.F) {
	f.Add([]byte("key_" + "123456"))
	f.Add([]byte("\xff\xfek\x00e\x00"))
	f.Add([]byte("password = \"hunter" + "2\"\nurl: postgres:" + "//u:p@h/db"))
	m := builtin(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		first := slices.Clone(m.NewScanner().Scan(text))
		plain, _ := decode(text, nil)
		for i, h := range first {
			if h.Layers == nil && h.Value != string(plain[h.Start:h.End]) || h.Start >= h.End || i > 0 && h.Start < first[i-1].Start {
				t.Fatalf("hit %d is %d to %d of %d bytes", i, h.Start, h.End, len(plain))
			}
		}
		if again := foundBy(m.NewScanner().Scan(text)); !slices.Equal(again, foundBy(first)) {
			t.Fatalf("%v, and then %v", foundBy(first), again)
		}
	})
}

// BenchmarkCarry carries a text over with a change of a line every hundred bytes, as
// chains of deltas have them: what is done for each gap counts.
func BenchmarkCarry(b *testing.B) {
	base := code(64 << 10)
	var child []byte
	var copies []Copy
	for at := 0; at+100 <= len(base); at += 100 {
		copies = append(copies, Copy{len(child), at, 100})
		child = append(child, base[at:at+100]...)
		child = append(child, "	for i, line := range lines[from:to] {\n"...)
	}
	s := builtin(b).NewScanner()
	_, memo := s.ScanFrom(nil, nil, base)
	s.Searched = 0
	n := 0
	for b.Loop() {
		_, next := s.ScanFrom(memo, copies, child)
		next.Release()
		n++
	}
	b.ReportMetric(float64(s.Searched)/float64(n*len(copies)), "bytes/gap")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n*len(copies)), "ns/gap")
}
