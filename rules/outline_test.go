package rules

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestOutline(t *testing.T) {
	const doc = `# a comment with [brackets] and key = 1
title = "x" # more

[extend]
useDefault = true

[[rules]]
id = "a"
regex = '''
[not-a-table]
key = "no"
'''
keywords = [
    "k", # "quoted" ] comment
    'id = 2',
]

[[rules.allowlists]]
paths = ["x"]
[[rules.allowlists]]
stopwords = [ "]" ]

[[rules]]
id = "b\"]" 
  [rules.allowlist]
  commits = []
"quoted key" = """a""\" [x]
[[y]]
"""
inline = { id = "c", list = [1,
  2] }
last = 1`
	want := map[string]int{
		"title": 2, "extend": 4, "extend.useDefault": 5,
		"rules[0]": 7, "rules[0].id": 8, "rules[0].regex": 9, "rules[0].keywords": 13,
		"rules[0].allowlists[0]": 18, "rules[0].allowlists[0].paths": 19,
		"rules[0].allowlists[1]": 20, "rules[0].allowlists[1].stopwords": 21,
		"rules[1]": 23, "rules[1].id": 24, "rules[1].allowlist": 25, "rules[1].allowlist.commits": 26,
		"rules[1].allowlist.quoted key": 27, "rules[1].allowlist.inline": 30, "rules[1].allowlist.last": 32,
	}
	o := outlineOf(doc)
	if diff := cmp.Diff(want, map[string]int(o)); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	for path, line := range map[string]int{
		"rules[0].allowlists[1].regexes": 20, "rules[1].nothing": 23, "nothing": 1, "rules[7].id": 1,
	} {
		if got := o.line(path); got != line {
			t.Errorf("line of %s is %d, want %d", path, got, line)
		}
	}
}

func FuzzOutline(f *testing.F) {
	f.Add("a = 1\n[[b]]\nc = '''x\ny'''\n")
	f.Add("[a.b]\n\"c.d\" = [\"]\", # x\n{e=1}]\n")
	f.Fuzz(func(t *testing.T, doc string) {
		lines := 1
		for _, c := range doc {
			if c == '\n' {
				lines++
			}
		}
		for path, line := range outlineOf(doc) {
			if line < 1 || line > lines {
				t.Errorf("%s is on line %d of %d", path, line, lines)
			}
		}
	})
}
