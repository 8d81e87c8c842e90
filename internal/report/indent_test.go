package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/scanner/finding"
)

func FuzzIndent(f *testing.F) {
	for _, text := range []string{
		`{}`, `[]`, `""`, `null`, `-1.5e9`, `[[],{},[{}]]`, `{"a":[1,2,{"b":"c,:[{\"\\"}],"":null}`, `["\\","\"",{"]":"}"}]`,
	} {
		f.Add([]byte(text), 2)
	}
	f.Fuzz(func(t *testing.T, text []byte, depth int) {
		var compact, want bytes.Buffer
		if json.Compact(&compact, text) != nil || depth < 0 || depth > 9 {
			t.Skip()
		}
		if err := json.Indent(&want, compact.Bytes(), strings.Repeat(indentation, depth), indentation); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want.String(), string(appendIndented(nil, compact.Bytes(), depth))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", compact.String(), diff)
		}
	})
}

// BenchmarkJSON writes findings of many occurrences.
func BenchmarkJSON(b *testing.B) {
	findings := testFindings()
	for _, f := range findings {
		for len(f.Occurrences) < 500 {
			o := f.Occurrences[0]
			o.Path, o.Commit = fmt.Sprint("folder/file", len(f.Occurrences)), id(len(f.Occurrences))
			o.Date = o.Date.Add(time.Hour)
			f.Occurrences = append(f.Occurrences, o)
		}
	}
	b.SetBytes(int64(len(render(b, JSON, Options{}, finding.Header{}, findings))))
	b.ReportAllocs()
	for b.Loop() {
		render(b, JSON, Options{}, finding.Header{}, findings)
	}
}
