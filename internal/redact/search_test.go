package redact

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/gitstore/pack"
)

// word returns n letters that no other test has.
func word(random *rand.Rand, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('a' + random.IntN(26))
	}
	return string(b)
}

// What a search carries over from the content before is what a search of everything finds,
// for rules and for probes.
func TestCarryOver(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	texts := []string{word(random, 5), word(random, 6), word(random, 11), word(random, 24), word(random, 90), word(random, 300)}
	var values []Value
	for i, text := range texts {
		values = append(values, Value{Text: text, Label: fmt.Sprint(i)})
	}
	rules, err := ForValues(values)
	if err != nil {
		t.Fatal(err)
	}
	expressions, err := ParseRules("f", []byte("regex:\\b"+texts[0][:3]+"[a-c]{1,9}\\b==>x\nregex:k+"+texts[1][:4]+"==>\nglob:"+texts[2][:5]+"*"+texts[2][7:9]))
	if err != nil {
		t.Fatal(err)
	}
	key := []byte("key of this test")
	newProbe := func() *Probe {
		p, err := NewProbe(key, rules.Digests(key))
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	searcher, probe, patterns := rules.Searcher(), newProbe(), expressions.Searcher()
	fresh, freshProbe, freshPatterns := rules.Searcher(), newProbe(), expressions.Searcher()
	hits := 0
	for range 60 {
		content := []byte(filler(random, random.IntN(2000)))
		_, memo := searcher.Search(content, nil, nil)
		_, probed := probe.Search(content, nil, nil)
		_, matched := patterns.Search(content, nil, nil)
		for range 60 {
			next, copies := mutate(random, content, texts)
			found, nextMemo := searcher.Search(next, memo, copies)
			labels, nextProbed := probe.Search(next, probed, copies)
			is, nextMatched := patterns.Search(next, matched, copies)

			want, wantMemo := fresh.Search(next, nil, nil)
			wantLabels, wantProbed := freshProbe.Search(next, nil, nil)
			if diff := cmp.Diff(standing(rules.finder, wantMemo), standing(rules.finder, nextMemo)); found != want || diff != "" {
				t.Fatalf("rules: %v, want %v\n%s", found, want, diff)
			}
			if diff := cmp.Diff(standing(probe.finder, wantProbed), standing(probe.finder, nextProbed)); !slices.Equal(labels, wantLabels) || diff != "" {
				t.Fatalf("probe: %v, want %v\n%s", labels, wantLabels, diff)
			}
			if (len(labels) > 0) != want {
				t.Fatalf("the probe says %v, the rules %v", labels, want)
			}
			if want, _ := freshPatterns.Search(next, nil, nil); want && !is {
				t.Fatal("a match of an expression was missed")
			}
			if edit := expressions.Edit(next); len(edit.Splices) > 0 && !is {
				t.Fatal("an expression changes what its search does not find")
			}
			if found {
				hits++
			}
			content, memo, probed, matched = next, nextMemo, nextProbed, nextMatched
		}
	}
	if hits < 500 || hits > 3500 {
		t.Errorf("%d contents with a text: the test has lost its meaning", hits)
	}
}

// A text is found where a change puts its parts together, whatever part is new and wherever it
// comes to stand, and found no more where one takes it apart.
func TestTextsOverSeams(t *testing.T) {
	random := rand.New(rand.NewPCG(29, 30))
	key := []byte("key")
	for _, length := range []int{4, 7, 8, 9, 10, 17, 18, 19, 33} {
		text := word(random, length)
		inBase64 := base64.StdEncoding.EncodeToString([]byte(text))
		rules, err := ForValues([]Value{{Text: text, Label: "v"}})
		if err != nil {
			t.Fatal(err)
		}
		expressions, err := ParseRules("f", fmt.Appendf(nil, "regex:%s[%s]{1,2}\\b", text[:length-2], text[length-2:]))
		if err != nil {
			t.Fatal(err)
		}
		probe, err := NewProbe(key, rules.Digests(key))
		if err != nil {
			t.Fatal(err)
		}
		searcher, patterns := rules.Searcher(), expressions.Searcher()
		check := func(base, next string, copies []pack.Copy, want, wantMatch bool) {
			t.Helper()
			_, memo := searcher.Search([]byte(base), nil, nil)
			if found, _ := searcher.Search([]byte(next), memo, copies); found != want {
				t.Fatalf("%q, then %q: %v", base, next, found)
			}
			_, memo = probe.Search([]byte(base), nil, nil)
			if hits, _ := probe.Search([]byte(next), memo, copies); len(hits) > 0 != want {
				t.Fatalf("%q, then %q: %v", base, next, hits)
			}
			_, memo = patterns.Search([]byte(base), nil, nil)
			if found, _ := patterns.Search([]byte(next), memo, copies); wantMatch && !found {
				t.Fatalf("%q, then %q: the expression is not found", base, next)
			}
		}
		for _, whole := range []string{text, inBase64} {
			plain := whole == text
			if !plain && length < minBase64 {
				continue
			}
			for cut := 1; cut < len(whole); cut++ {
				for shift := range 3 {
					pad, tail := strings.Repeat("-", 60), strings.Repeat("=", 60)
					moved := strings.Repeat(".", shift) // to an even or an odd place
					a, b := pad+whole[:cut], whole[cut:]+tail
					joined := moved + a + b
					check(a+"#"+b, joined, []pack.Copy{{At: shift, Base: 0, Len: len(a)}, {At: shift + len(a), Base: len(a) + 1, Len: len(b)}}, true, plain)
					check(a+"#", joined, []pack.Copy{{At: shift, Base: 0, Len: len(a)}}, true, plain)
					check("#"+b, joined, []pack.Copy{{At: shift + len(a), Base: 1, Len: len(b)}}, true, plain)
					check(pad+tail, joined, []pack.Copy{{At: shift, Base: 0, Len: len(pad)}, {At: shift + len(pad) + len(whole), Base: len(pad), Len: len(tail)}}, true, plain)
					whole := !plain && cut >= 8*length/6 // the digits that are the text's alone
					check(a+b, moved+a+"#"+b, []pack.Copy{{At: shift, Base: 0, Len: len(a)}, {At: shift + len(a) + 1, Base: len(a), Len: len(b)}}, whole, false)
					check(a+b, joined, []pack.Copy{{At: shift, Base: 0, Len: len(a + b)}}, true, plain)
				}
			}
		}
	}
}

// standing returns the texts that a memo says stand somewhere: start, end, text. By which anchors
// they were met may differ.
func standing(f *finder, m *Memo) [][3]int {
	var list [][3]int
	if m == nil {
		return nil
	}
	for _, s := range m.sightings {
		if s.stands() {
			list = append(list, [3]int{s.start, s.end, int(f.anchors[s.anchor].text)})
		}
	}
	slices.SortFunc(list, func(a, b [3]int) int { return slices.Compare(a[:], b[:]) })
	return slices.Compact(list)
}

// mutate returns a content of pieces of another, and which those are, and sometimes a
// text or a part of one.
func mutate(random *rand.Rand, content []byte, texts []string) (next []byte, copies []pack.Copy) {
	at := 0
	for range random.IntN(8) {
		switch from := min(len(content), at+random.IntN(80)); random.IntN(3) {
		case 0:
			next = append(next, filler(random, random.IntN(30))...)
		case 1:
			text := texts[random.IntN(len(texts))]
			if random.IntN(2) == 0 {
				text = base64.StdEncoding.EncodeToString([]byte(filler(random, random.IntN(4)) + text))
				text = wrap(text, 20+random.IntN(60))
			}
			if random.IntN(2) == 0 {
				text = text[random.IntN(len(text)):]
			}
			next = append(next, text...)
		case 2:
			n := random.IntN(len(content) - from + 1)
			copies = append(copies, pack.Copy{At: len(next), Base: from, Len: n})
			next = append(next, content[from:from+n]...)
			if at = from + n; random.IntN(4) == 0 {
				at = 0
			}
		}
	}
	return next, slices.DeleteFunc(copies, func(c pack.Copy) bool { return c.Len == 0 })
}

func filler(random *rand.Rand, n int) string {
	var b strings.Builder
	for b.Len() < n {
		b.WriteByte(" \nkabcxyz.09"[random.IntN(11)])
	}
	return b.String()
}

// wrap breaks text into lines.
func wrap(text string, width int) string {
	var lines []string
	for ; len(text) > width; text = text[width:] {
		lines = append(lines, text[:width])
	}
	return strings.Join(append(lines, text), "\n")
}

func TestDigestsAsJSON(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	rules, err := ForValues([]Value{{Text: word(random, 20), Label: "a"}})
	if err != nil {
		t.Fatal(err)
	}
	digests := rules.Digests([]byte("key"))
	encoded, err := json.Marshal(digests)
	if err != nil {
		t.Fatal(err)
	}
	var decoded []Digest
	if err := json.Unmarshal(encoded, &decoded); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(digests, decoded); diff != "" {
		t.Error(diff)
	}
	for _, damaged := range []func(d *Digest){
		func(d *Digest) { d.Length = 3 },
		func(d *Digest) { d.Length = 1 << 40 },
		func(d *Digest) { d.Hints = nil },
		func(d *Digest) { d.Wrapped = !d.Wrapped },
	} {
		d := digests[0]
		damaged(&d)
		if _, err := NewProbe(nil, []Digest{d}); err == nil {
			t.Errorf("%+v is taken", d)
		}
	}
}

// Another key finds nothing.
func TestDigestsAreKeyed(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	text := word(random, 30)
	p, err := NewProbe([]byte("one"), []Digest{NewDigest([]byte("one"), []byte(text), "a"), NewDigest([]byte("two"), []byte(text), "b")})
	if err != nil {
		t.Fatal(err)
	}
	hits, _ := p.Search([]byte("x"+text), nil, nil)
	if diff := cmp.Diff([]Hit{{"a"}}, hits); diff != "" {
		t.Error(diff)
	}
}

func BenchmarkSearch(b *testing.B) {
	random := rand.New(rand.NewPCG(9, 10))
	content := bytes.Repeat([]byte(filler(random, 1<<12)), 256)
	for i := range content {
		content[i] ^= byte(random.IntN(2)) << 3
	}
	for _, c := range []struct{ values, length int }{{1, 40}, {20, 40}, {1000, 40}, {1, 6}, {20, 12}} {
		var values []Value
		for i := range c.values {
			values = append(values, Value{Text: word(random, c.length), Label: fmt.Sprint(i)})
		}
		rules, err := ForValues(values)
		if err != nil {
			b.Fatal(err)
		}
		s := rules.Searcher()
		b.Run(fmt.Sprintf("%d values of %d", c.values, c.length), func(b *testing.B) {
			b.SetBytes(int64(len(content)))
			for b.Loop() {
				if found, _ := s.Search(content, nil, nil); found {
					b.Fatal("found")
				}
			}
		})
	}
}
