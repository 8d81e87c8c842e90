package cli

import "testing"

func TestWantsFormat(t *testing.T) {
	files := []reportFile{{format: "text"}, {format: "sarif"}}
	for _, test := range []struct {
		name, stdout string
		files        []reportFile
		want         bool
	}{
		{"on standard output", "sarif", nil, true},
		{"in a file", "json", files, true},
		{"nowhere", "json", files[:1], false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := wantsFormat(test.files, outputFlags{format: test.stdout}, "sarif", "jsonl"); got != test.want {
				t.Errorf("got %t", got)
			}
		})
	}
}
