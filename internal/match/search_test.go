package match

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

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
			hits = append(hits, keywordHit{from + i, uint32(k)})
			from += i + 1
		}
	}
	sortHits(hits)
	return hits
}

func sortHits(hits []keywordHit) {
	slices.SortFunc(hits, func(a, b keywordHit) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.keyword, b.keyword))
	})
}

// compareSearch looks for keywords in a whole text, and in what gaps of it ask for.
func compareSearch(t *testing.T, keywords []string, text []byte, gaps ...span) {
	t.Helper()
	compareFound(t, newSearch(keywords), text, gaps...)
}

func compareFound(t *testing.T, s *search, text []byte, gaps ...span) {
	t.Helper()
	all := findSlowly(s.keywords, text)
	compareHits(t, s, text, span{0, len(text)}, all)
	for _, gap := range gaps {
		compareHits(t, s, text, gap, slices.DeleteFunc(slices.Clone(all), func(h keywordHit) bool {
			return h.start >= gap.end || h.start+len(s.keywords[h.keyword]) <= gap.start
		}))
	}
}

func compareHits(t *testing.T, s *search, text []byte, gap span, want []keywordHit) {
	t.Helper()
	before := []keywordHit{{start: 1 << 20}} // hits of another gap stay where they are
	got, _ := s.find(text, gap, before)
	got = got[1:]
	if !slices.IsSortedFunc(got, func(a, b keywordHit) int { return cmp.Compare(a.start, b.start) }) {
		t.Fatalf("hits out of order: %v", got)
	}
	sortHits(got)
	if !slices.Equal(want, got) {
		t.Fatalf("gap %v of %d bytes %.200q:\nwant %v\n got %v", gap, len(text), text, want, got)
	}
}

func TestSearch(t *testing.T) {
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
		{"beginning like another", []string{"abcd", "bce", "ce"}, "abce abcd"},
		{"upper case", []string{"secret"}, "SECRET Secret sEcReT secre"},
		{"other than letters", []string{"[@`{", "0_9"}, "[@`{ {`@[ 0_9"},
		{"bytes beyond ASCII", []string{"schlüssel", "\xff\x00"}, "SCHLüSSEL schlÜssel \xff\x00\xff\x00"},
		{"letters beyond ASCII do not fold", []string{"key"}, "\u212aey key"},
	} {
		t.Run(c.name, func(t *testing.T) { compareSearch(t, c.keywords, []byte(c.text)) })
	}
}

// TestSearchPlaces puts a keyword at every place of texts of every length, and asks for
// many gaps.
func TestSearchPlaces(t *testing.T) {
	s := newSearch([]string{"secret", "ret", "s", "cretsecret"})
	for length := 6; length < 30; length++ {
		for at := 0; at+6 <= length; at++ {
			text := []byte(strings.Repeat(".", length))
			copy(text[at:], "SECRET")
			var gaps []span
			for from := range length + 1 {
				gaps = append(gaps, span{from, from + (length-from)/2}, span{from, from})
			}
			compareFound(t, s, text, gaps...)
		}
	}
}

func TestSearchRandom(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	alphabets := []string{"ab", "aAbB_", "abcdefgh", "a\x00\xff\x80é"}
	for n := range 150 {
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
		s := newSearch(keywords)
		for range 20 {
			text := word(random.IntN(400))
			from := random.IntN(len(text) + 1)
			compareFound(t, s, text, span{from, from + random.IntN(len(text)-from+1)})
		}
	}
}

func FuzzSearch(f *testing.F) {
	f.Add("key,token,ken", []byte("TOKEN keys"), uint8(4), uint8(0))
	f.Add("a,aa,\xff", []byte("aaa\xffA"), uint8(0), uint8(2))
	f.Fuzz(func(t *testing.T, list string, text []byte, from, length uint8) {
		if len(list) > 100 || len(text) > 200 {
			return
		}
		var keywords []string
		for k := range strings.SplitSeq(foldASCII([]byte(list)), ",") {
			if k != "" && !slices.Contains(keywords, k) {
				keywords = append(keywords, k)
			}
		}
		at := min(int(from), len(text))
		compareSearch(t, keywords, text, span{at, min(at+int(length), len(text))})
	})
}
