package scanner

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/unleak/unleak/scanner/finding"
)

// TestLineHashes: every primary occurrence in a text gets the hash of its line, and each text is
// read once.
func TestLineHashes(t *testing.T) {
	texts := map[string]string{"a": "one\ntwo\nthree\n", "b": "two\ntwo\ntwo\n", "": "only a path has this\n"}
	at := func(blob, path string, line int) *finding.Finding {
		return &finding.Finding{Occurrences: []finding.Occurrence{{Blob: blob, Path: path, StartLine: line}}}
	}
	found := []*finding.Finding{
		at("a", "x", 1), at("a", "y", 3), at("b", "x", 2), at("b", "x", 2), at("", "file", 1), at("", "other", 1),
		at("gone", "x", 1), at("a", "x", 9), at("a", "x", 0),
	}
	second := at("a", "x", 1)
	second.Occurrences = append(second.Occurrences, finding.Occurrence{Blob: "b", StartLine: 3, AtHead: true})
	found = append(found, second)
	for _, jobs := range []int{1, 4} {
		var reads atomic.Int32
		s := &session{options: Options{Jobs: jobs, LineHashes: true}}
		s.reread(found, func(o *finding.Occurrence) ([]byte, error) {
			reads.Add(1)
			content, ok := texts[o.Blob]
			if !ok {
				return nil, errors.New("gone")
			}
			if o.Blob == "" {
				content += o.Path
			}
			return []byte(content), nil
		})
		if n := reads.Load(); n != 5 { // a, b, the two files, and the one that is gone
			t.Errorf("%d jobs: %d reads", jobs, n)
		}
		var got []string
		for _, f := range found {
			for i := range f.Occurrences {
				got = append(got, f.Occurrences[i].LineHash)
				f.Occurrences[i].LineHash = ""
			}
		}
		hash := func(text string, line int) string { return finding.LineHash([]byte(text), line) }
		want := []string{
			hash(texts["a"], 1), hash(texts["a"], 3), hash(texts["b"], 2), hash(texts["b"], 2),
			hash(texts[""]+"file", 1), hash(texts[""]+"other", 1), "", "", "", "", hash(texts["b"], 3),
		}
		if strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("%d jobs: hashes %q, want %q", jobs, got, want)
		}
	}
}
