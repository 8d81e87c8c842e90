package finding

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The values of the first cases are those that GitHub's upload action is tested with
// (github.com/github/codeql-action, src/fingerprints.test.ts); those of the others
// were computed with Node.js, whose decoder the action reads files by.
func TestLineHashes(t *testing.T) {
	greetings := []string{
		"e9496ae3ebfced30:1", "fb7c023a8b9ccb3f:1", "ce8ba1a563dcdaca:1", "e20e36e16fcb0cc8:1",
		"b3edc88f2938467e:1", "c8e28b0b4002a3a0:1", "c129715d7a2bc9a3:1",
	}
	tests := []struct {
		name, content string
		want          []string
	}{
		{"empty", "", []string{"c129715d7a2bc9a3:1"}},
		{"spaces", " a\nb\n  \t\tc\n d", []string{
			"271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"}},
		{"no final newline", " hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End", []string{
			"8b7cf3e952e7aeb2:1", "b1ae1287ec4718d9:1", "bff680108adb0fcc:1",
			"c6805c5e1288b612:1", "b86d3392aea1be30:1", "e6ceba753e1a442:1"}},
		{"LF", " hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n", greetings},
		{"CR", " hello; \t\nworld!!!\r\r\r  \t\tGreetings\r End\r", greetings},
		{"CRLF", " hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n", greetings},
		{"mixed", " hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n", greetings},
		{"repeated", strings.Repeat("Lorem ipsum dolor sit amet.\n", 10), []string{
			"a7f2ff13bc495cf2:1", "a7f2ff13bc495cf2:2", "a7f2ff13bc495cf2:3", "a7f2ff13bc495cf2:4",
			"a7f2ff13bc495cf2:5", "a7f2ff13bc495cf2:6", "a7f2ff1481e87703:1", "a9cf91f7bbf1862b:1",
			"55ec222b86bcae53:1", "cc97dc7b1d7d8f7b:1", "c129715d7a2bc9a3:1"}},
		{"space between CR and LF", "a\r \nb", []string{
			"67c066a59e652f5e:1", "cc4c43d77869440f:1", "8ee5a81e681643c1:1"}},
		{"byte order mark", "\xef\xbb\xbfx\ny", []string{"c692ab75cc58ab99:1", "ed3261245082261c:1"}},
		{"surrogate pair", "\xf0\x9f\x98\x80\nz", []string{"7d82e2d953a8b5e8:1", "76dcabf80cb35c79:1"}},
		{"broken off", "\xe2\x82\nq\xff\xfe", []string{"170f86a037b762c5:1", "c29bd87466bcc312:1"}},
		{"encoded surrogate", "\xed\xa0\x80a", []string{"3dfd839848b25223:1"}},
		{"overlong", "\xf0\x9f\x98A\xe0\x80\xc3", []string{"dcc34c0782dfd3a0:1"}},
		{"out of range", "\xf4\x90\x80\x80\xc0\xaf\n\n", []string{
			"dae7c78fa57cb69:1", "3c5bef55b72b93c9:1", "c129715d7a2bc9a3:1"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var lines []int
			for i := range test.want {
				lines = append(lines, i+1)
			}
			got := LineHashes([]byte(test.content), lines...)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("all lines (-want +got):\n%s", diff)
			}
			for i, want := range test.want {
				if got := LineHash([]byte(test.content), i+1); got != want {
					t.Errorf("line %d: got %s, want %s", i+1, got, want)
				}
			}
			for _, line := range []int{-1, 0, len(test.want) + 1} {
				if got := LineHash([]byte(test.content), line); got != "" {
					t.Errorf("line %d, which the file does not have: got %s", line, got)
				}
			}
		})
	}
}

// A file of many lines costs memory for the wanted ones only.
func TestLineHashAllocations(t *testing.T) {
	content := []byte(strings.Repeat("one\ntwo\nthree\n\n", 10_000))
	if n := testing.AllocsPerRun(5, func() { LineHash(content, 39_999) }); n > 20 {
		t.Errorf("%v allocations for one line of 40,000", n)
	}
}

// FuzzLineHashes checks the rolling hash against the definition.
func FuzzLineHashes(f *testing.F) {
	f.Add([]byte("a\nb\r\nc"), 2)
	f.Add([]byte(strings.Repeat("x y\t", 200)+"\n\n\xff\xf0\x9f"), 1)
	f.Fuzz(func(t *testing.T, content []byte, line int) {
		var units []uint64
		begin, current, fresh, afterCR := -1, 0, true, false
		add := func(unit uint64) {
			if fresh {
				if current++; current == line {
					begin = len(units)
				}
			}
			fresh = unit == '\n'
			units = append(units, unit)
		}
		for i := 0; i < len(content); {
			r, size := decodeWeb(content[i:])
			i += size
			skip := r == ' ' || r == '\t' || afterCR && r == '\n'
			afterCR = r == '\r'
			if skip {
				continue
			}
			if r == '\r' {
				r = '\n'
			}
			if r > 0xffff {
				add(uint64(0xd800 + (r-0x10000)>>10))
				r = 0xdc00 + (r-0x10000)&0x3ff
			}
			add(uint64(r))
		}
		add(65535)
		var want uint64
		for i := range 100 {
			want *= 37
			if begin >= 0 && begin+i < len(units) {
				want += units[begin+i]
			}
		}
		got := LineHash(content, line)
		if begin < 0 {
			if got != "" {
				t.Fatalf("line %d is not there and has hash %s", line, got)
			}
			return
		}
		if !strings.HasPrefix(got, hexOf(want)+":") {
			t.Fatalf("line %d: got %s, want %s", line, got, hexOf(want))
		}
	})
}
