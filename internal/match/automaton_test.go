package match

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// keywordHit is one place a keyword ends.
type keywordHit struct {
	End     int
	Keyword int32
}

func sortHits(hits []keywordHit) []keywordHit {
	slices.SortFunc(hits, func(a, b keywordHit) int {
		return cmp.Or(cmp.Compare(a.End, b.End), cmp.Compare(a.Keyword, b.Keyword))
	})
	return hits
}

// foldASCII is lower case for ASCII letters, byte by byte.
func foldASCII(text []byte) string {
	folded := slices.Clone(text)
	for i, c := range folded {
		if 'A' <= c && c <= 'Z' {
			folded[i] = c + 'a' - 'A'
		}
	}
	return string(folded)
}

// findSlowly looks for every keyword at every place.
func findSlowly(keywords []string, text []byte) []keywordHit {
	var hits []keywordHit
	folded := foldASCII(text)
	for k, keyword := range keywords {
		for from := 0; ; {
			i := strings.Index(folded[from:], keyword)
			if i < 0 {
				break
			}
			hits = append(hits, keywordHit{from + i + len(keyword), int32(k)})
			from += i + 1
		}
	}
	return sortHits(hits)
}

func compareAutomaton(t *testing.T, keywords []string, text []byte) {
	t.Helper()
	var got []keywordHit
	newAutomaton(keywords).find(text, func(end int, keyword int32) { got = append(got, keywordHit{end, keyword}) })
	if diff := gocmp.Diff(findSlowly(keywords, text), sortHits(got)); diff != "" {
		t.Fatalf("keywords %q in %d bytes %.200q:\n%s", keywords, len(text), text, diff)
	}
}

func TestAutomaton(t *testing.T) {
	for _, c := range []struct {
		name     string
		keywords []string
		text     string
	}{
		{"none", nil, strings.Repeat("some text", 20)},
		{"no text", []string{"a"}, ""},
		{"overlapping", []string{"aa", "aaa", "a"}, "aaaaaa"},
		{"suffix of another", []string{"access_key", "key", "s_k", "y"}, "an ACCESS_KEY and a key"},
		{"prefix of another", []string{"tok", "token", "tokens"}, "tokens Token tok to"},
		{"failure into another branch", []string{"abcd", "bce", "ce"}, "abce abcd"},
		{"upper case", []string{"secret"}, "SECRET Secret sEcReT secre"},
		{"other than letters", []string{"[@`{", "0_9"}, "[@`{ {`@[ 0_9"},
		{"bytes beyond ASCII", []string{"schlüssel", "\xff\x00"}, "SCHLüSSEL schlÜssel \xff\x00\xff\x00"},
		{"letters beyond ASCII do not fold", []string{"key"}, "\u212aey key"},
	} {
		t.Run(c.name, func(t *testing.T) { compareAutomaton(t, c.keywords, []byte(c.text)) })
	}
}

// TestAutomatonSeams puts a keyword at every place of texts of every length round the
// lanes' seams.
func TestAutomatonSeams(t *testing.T) {
	keywords := []string{"secret", "ret", "s", "cretsec"}
	for length := 4 * 8 * 7; length < 4*8*7+9; length++ {
		a := newAutomaton(keywords)
		if length/lanes < 8*a.longest {
			continue
		}
		for at := 0; at+6 <= length; at++ {
			text := []byte(strings.Repeat(".", length))
			copy(text[at:], "SECRET")
			compareAutomaton(t, keywords, text)
		}
		compareAutomaton(t, keywords, []byte(strings.Repeat("secret", length)[:length]))
	}
}

func TestAutomatonRandom(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	alphabets := []string{"ab", "aAbB_", "abcdefgh", "a\x00\xff\x80é"}
	for n := range 3000 {
		alphabet := alphabets[n%len(alphabets)]
		word := func(length int) []byte {
			b := make([]byte, length)
			for i := range b {
				b[i] = alphabet[random.IntN(len(alphabet))]
			}
			return b
		}
		var keywords []string
		for range 1 + random.IntN(6) {
			if k := foldASCII(word(1 + random.IntN(5))); !slices.Contains(keywords, k) {
				keywords = append(keywords, k)
			}
		}
		compareAutomaton(t, keywords, word(random.IntN(400)))
	}
}

func FuzzAutomaton(f *testing.F) {
	f.Add("key,token,ken", []byte("TOKEN keys"), uint8(40))
	f.Add("a,aa,\xff", []byte("aaa\xffA"), uint8(200))
	f.Fuzz(func(t *testing.T, list string, text []byte, repeat uint8) {
		if len(list) > 100 || len(text) > 200 {
			return
		}
		var keywords []string
		for k := range strings.SplitSeq(foldASCII([]byte(list)), ",") {
			if k != "" && !slices.Contains(keywords, k) {
				keywords = append(keywords, k)
			}
		}
		compareAutomaton(t, keywords, []byte(strings.Repeat(string(text), 1+int(repeat)))) // long enough for lanes
	})
}
