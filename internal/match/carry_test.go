package match

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/secrettest"
)

// carryRules has a rule of each sort of window: bounded, of one line, a block, declared,
// the whole text, and without keywords; and allowlists that look at the line.
const carryRules = `
[[rules]]
id = "bounded"
description = "d"
regex = '''\b(key_[a-z0-9]{4,8})\b'''
keywords = ["key_"]
[[rules.allowlists]]
regexTarget = "line"
regexes = ["harmless"]
[[rules]]
id = "long"
description = "d"
regex = '''xtok=long([a-z])'''
keywords = ["xtok=long"] # with others inside
[[rules]]
id = "wide"
description = "d"
regex = '''[a-z]{0,40}tok[ =]{1,3}([a-z0-9]{3,60})'''
keywords = ["tok"]
[[rules]]
id = "line"
description = "d"
regex = '''lin[^\n]*=([^\n]+)$'''
keywords = ["lin"]
[[rules]]
id = "block"
description = "d"
regex = '''beg([^!]*)end'''
keywords = ["beg"]
window = 200
[[rules]]
id = "whole"
description = "d"
regex = '''(?:who|x)le:([a-z0-9]+)'''
keywords = ["who"]
[[rules]]
id = "always"
description = "d"
regex = '''@([a-z]{3})@'''
[[rules]]
id = "generic"
description = "d"
regex = '''=([a-z0-9]{6,9})'''
keywords = ["="]
tags = ["generic"]
`

// compositeRules has a rule that requires others: one near it that is not reported, and one that only its
// place decides on, whose keyword need not be there.
const compositeRules = `
[[rules]]
id = "composite"
description = "d"
regex = '''cd([a-z0-9]{2})'''
keywords = ["cd"]
[[rules.required]]
id = "silent"
withinLines = 1
[[rules.required]]
id = "elsewhere"
[[rules]]
id = "silent"
description = "d"
regex = '''ab([a-z0-9]{1,3})'''
keywords = ["ab"]
skipReport = true
[[rules]]
id = "elsewhere"
description = "d"
regex = '''e[ny]([a-z_])'''
keywords = ["harmless"]
path = "x"
`

// fragments are what texts of carryRules are made of.
var fragments = []string{
	"key_abcd12", "KEY_zz9911", "k", "ey_", "key", "_", "tok = abc", "tok", " =", "abcdef", "lin", "line=x", "=", "beg", "end", "!", "whole:ab", "xle:cd",
	"who", "@abc@", "@", "\n", "\r\n", "\n\n", "harmless", "xtok=long", "xtok=", "long", "x", "# unleak:al" + "low", "# unleak:al" + "low-next-line\n", "é", "\xff", "0123456789",
}

// writer makes random texts and random changes of them.
type writer struct {
	random    *rand.Rand
	fragments []string
	filler    int
}

func (w *writer) text(most int) []byte {
	var b []byte
	for range w.random.IntN(most + 1) {
		if w.random.IntN(12) == 0 {
			b = append(b, strings.Repeat([]string{"-", "a", "\n", "x\n"}[w.random.IntN(4)], w.random.IntN(w.filler))...)
			continue
		}
		b = append(b, w.fragments[w.random.IntN(len(w.fragments))]...)
	}
	return b
}

// change makes a text from base: what it copies, moved, doubled or left out, and inserts.
func (w *writer) change(base []byte) (text []byte, copies []Copy) {
	take := func(from, to int) {
		if from < to {
			copies = append(copies, Copy{At: len(text), Base: from, Len: to - from})
			text = append(text, base[from:to]...)
		}
	}
	switch w.random.IntN(12) {
	case 0: // anything from anywhere
		for range w.random.IntN(6) {
			from := w.random.IntN(len(base) + 1)
			take(from, from+w.random.IntN(len(base)-from+1))
			if w.random.IntN(2) == 0 {
				text = append(text, w.text(2)...)
			}
		}
	case 1: // in small pieces
		for range w.random.IntN(12) {
			from := w.random.IntN(len(base) + 1)
			take(from, min(len(base), from+w.random.IntN(9)))
		}
		take(w.random.IntN(len(base)+1), len(base))
	case 2: // a keyword put together of what is copied and what is not
		take(0, w.random.IntN(len(base)+1))
		word := "xtok=longa"
		for len(word) > 0 {
			n := 1 + w.random.IntN(len(word))
			if at := bytes.Index(base, []byte(word[:n])); at >= 0 && w.random.IntN(2) == 0 {
				take(at, at+n)
			} else {
				text = append(text, word[:n]...)
			}
			word = word[n:]
		}
		take(w.random.IntN(len(base)+1), len(base))
	case 3: // a keyword completed behind a copy that ends in it and has others there, then cut in two
		if at := bytes.Index(base, []byte("xtok=")); at >= 0 {
			cut := at + 1 + w.random.IntN(5)
			if w.random.IntN(2) == 0 {
				take(cut, len(base))
				break
			}
			take(0, at+5)
			text = append(text, "longa"...)
			take(at+5, len(base))
		}
	case 4: // as it is, but for its ends
		text = append(text, w.text(2)...)
		take(w.random.IntN(min(3, len(base)+1)), max(0, len(base)-w.random.IntN(3)))
		text = append(text, w.text(2)...)
	default: // edits
		at := 0
		for range w.random.IntN(5) {
			edit := at + w.random.IntN(len(base)-at+1)
			take(at, edit)
			text = append(text, w.text(w.random.IntN(3))...)
			at = min(len(base), edit+w.random.IntN(8))
		}
		take(at, len(base))
	}
	return text, copies
}

// compareCarried follows a text through changes, each carried over from the one
// before, and compares every scan with one that knows nothing: the findings, and what it remembers.
func compareCarried(t *testing.T, m *Matcher, text []byte, generations int, change func([]byte) ([]byte, []Copy)) (verdicts int) {
	t.Helper()
	carried, plain := m.NewScanner(), m.NewScanner()
	if len(text)%4 > 0 {
		carried.shortest = m.search.longest
	}
	_, memo := carried.ScanFrom(nil, nil, text)
	for n := range generations {
		child, copies := change(text)
		got, next := carried.ScanFrom(memo, copies, child)
		want, full := plain.ScanFrom(nil, nil, child)
		if diff := gocmp.Diff(describe(want), describe(got)); diff != "" {
			t.Fatalf("generation %d, copies %v\nof %q\nto %q:\n%s", n, copies, text, child, diff)
		}
		if (full == nil) != (next == nil) || full != nil && (full.size != next.size || !sameHits(full.hits, next.hits)) {
			t.Fatalf("generation %d, copies %v\nof %q\nto %q:\nfull    %v\ncarried %v", n, copies, text, child, full, next)
		}
		verdicts += len(want)
		memo.Release()
		full.Release()
		text, memo = child, next
	}
	memo.Release()
	return verdicts
}

func sameHits(a, b []keywordHit) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	sortHits(a)
	sortHits(b)
	return slices.Equal(a, b)
}

func describe(hits []Hit) []string {
	var list []string
	for _, h := range hits {
		list = append(list, fmt.Sprintf("%s %q %d-%d %d:%d-%d:%d %s %s %v %d %v", h.Rule.ID, h.Value, h.Start, h.End,
			h.StartLine, h.StartColumn, h.EndLine, h.EndColumn, h.Severity, h.Confidence, h.Facts, h.Pending, h.Layers)+terms(h.Terms))
	}
	return list
}

func terms(t *Terms) string {
	if t == nil {
		return ""
	}
	text := " needs"
	for _, p := range t.needs {
		text += fmt.Sprint(" ", p.rule.ID, p.pending)
	}
	text += " yields"
	for _, p := range t.yields {
		text += fmt.Sprint(" ", p.rule.ID, p.pending)
	}
	return text
}

// cases is how many to try: fewer with the race detector, which has nothing to find in one scanner.
func cases(n uint64) uint64 {
	if raceDetector {
		return n / 20
	}
	return n
}

func TestCarryOver(t *testing.T) {
	m := New(load(t, carryRules+compositeRules))
	found := 0
	for seed := range cases(3000) {
		w := &writer{random: rand.New(rand.NewPCG(seed, 3)), fragments: fragments, filler: []int{10, 100, 5000}[seed%3]}
		found += compareCarried(t, m, w.text(60), 4, w.change)
	}
	if found < 10000 && !raceDetector {
		t.Errorf("the texts hold but %d secrets", found)
	}
}

// TestCarryOverBuiltin does so with the built-in rules and their secrets.
func TestCarryOverBuiltin(t *testing.T) {
	m := builtin(t)
	var parts []string
	secrets := secrettest.New(9)
	for _, kind := range secrettest.Kinds() {
		line, _ := secrets.Line(kind)
		parts = append(parts, line, line[:len(line)/2], line[len(line)/2:])
	}
	parts = append(parts, "password", "secret", "token = ", "\"", "'", "\n", " ", "key", ": ", "$(", "}", "://", "user:", "@host", "your_")
	found := 0
	for seed := range cases(300) {
		w := &writer{random: rand.New(rand.NewPCG(seed, 4)), fragments: parts, filler: []int{10, 300, 9000}[seed%3]}
		found += compareCarried(t, m, w.text(30), 4, w.change)
	}
	if found < 1000 && !raceDetector {
		t.Errorf("the texts hold but %d secrets", found)
	}
}

// TestCarryOverSearchesLittle: what a change leaves alone is neither searched nor evaluated.
func TestCarryOverSearchesLittle(t *testing.T) {
	m := New(load(t, carryRules))
	base := code(64 << 10)
	copy(base[1000:], " key_abcd12 ")
	s := m.NewScanner()
	hits, memo := s.ScanFrom(nil, nil, base)
	if len(hits) != 1 || memo == nil {
		t.Fatalf("%v %v", hits, memo)
	}
	s.Searched = 0
	child := slices.Concat(base[:30000], []byte("something"), base[30000:])
	copies := []Copy{{0, 0, 30000}, {30009, 30000, len(base) - 30000}}
	again, next := s.ScanFrom(memo, copies, child)
	if len(again) != 1 || next == nil {
		t.Fatalf("%v", again)
	}
	if most := int64(9 + 2*m.search.longest); s.Searched > most {
		t.Errorf("%d bytes searched, want at most %d", s.Searched, most)
	}
	if n := testing.AllocsPerRun(100, func() {
		_, next := s.ScanFrom(memo, copies, child)
		next.Release()
	}); n > 0 && !raceDetector { // which makes pools forget
		t.Errorf("%v allocations a text", n)
	}
}

func FuzzCarryOver(f *testing.F) {
	f.Add([]byte("key_abcd12 tok = abc\nlin=1"), []byte("\x00\x05\x03\x09x"), uint64(1))
	f.Add([]byte("beg1end=abcdef9"), []byte("\x01\x01\x00\xff"), uint64(2))
	own, ours := New(load(f, carryRules+compositeRules)), builtin(f)
	f.Fuzz(func(t *testing.T, text, script []byte, seed uint64) {
		if len(text) > 1<<12 || len(script) > 1<<8 {
			return
		}
		w := &writer{random: rand.New(rand.NewPCG(seed, 1)), fragments: slices.Concat([]string{string(script)}, fragments, encodedFragments()), filler: 50}
		for _, m := range []*Matcher{own, ours} {
			compareCarried(t, m, text, 2, w.change)
			compareCarried(t, m, text, 1, func(base []byte) ([]byte, []Copy) { return scripted(base, script) })
		}
	})
}

// scripted makes a text from base by a script: a byte below 128 inserts as many bytes
// of the script, another copies from where its successor says.
func scripted(base, script []byte) (text []byte, copies []Copy) {
	for len(script) > 1 {
		n, arg := int(script[0]), int(script[1])
		script = script[1:]
		if n < 128 {
			n = min(n, len(script))
			text, script = append(text, script[:n]...), script[n:]
			continue
		}
		from := min(arg*max(1, len(base)/256), len(base))
		to := min(from+4*(n-127), len(base))
		if from < to {
			copies = append(copies, Copy{len(text), from, to - from})
			text = append(text, base[from:to]...)
		}
	}
	return text, copies
}
