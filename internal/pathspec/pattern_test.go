package pathspec

import (
	"strings"
	"testing"
)

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		pattern string
		yes, no []string // a slash at the end: a folder
	}{
		{".env", []string{".env", "a/.env", "a/b/.env", "a/.env/"}, []string{".env.example", "x.env", "a.env/b"}},
		{"/.env", []string{".env", ".env/"}, []string{"a/.env", ".envs"}},
		{"foo", []string{"foo", "a/foo"}, []string{"foobar", "barfoo", "fo"}},
		{"conf/*.pem", []string{"conf/a.pem", "conf/.pem"}, []string{"conf/a/b.pem", "x/conf/a.pem", "conf/a.pem.bak"}},
		{"*.pem", []string{"a.pem", "x/y/a.pem", ".pem"}, []string{"a.pems", "a.PEM", "a.pem/b"}},
		{"*", []string{"a", "a/b"}, nil},
		{"secrets/", []string{"secrets/", "a/secrets/"}, []string{"secrets", "a/secrets", "secretss/"}},
		{"a/secrets/", []string{"a/secrets/"}, []string{"secrets/", "b/a/secrets/", "a/secrets"}},
		{"a/**/b", []string{"a/b", "a/x/b", "a/x/y/b"}, []string{"ab", "a/xb", "x/a/b"}},
		{"**/b", []string{"b", "a/b", "a/c/b"}, []string{"ab", "a/cb"}},
		{"a/**", []string{"a/b", "a/b/c", "a/b/"}, []string{"a", "a/", "b/a/c"}},
		{"a**b/c", []string{"ab/c", "axxb/c"}, []string{"a/b/c"}},
		{"[a-c]x", []string{"ax", "q/cx"}, []string{"dx", "-x"}},
		{"[!a-c]x", []string{"dx", "-x"}, []string{"ax", "x"}},
		{"a[!b]c/d", []string{"axc/d"}, []string{"abc/d", "a/c/d"}},
		{`\!a`, []string{"!a"}, []string{`\!a`, "a"}},
		{`\#a`, []string{"#a"}, nil},
		{`a\*b`, []string{"a*b"}, []string{"axb", `a\*b`}},
		{"a  ", []string{"a"}, []string{"a  "}},
		{`a\ `, []string{"a "}, []string{"a"}},
		{"caf\xe9?", []string{"caf\xe9\xff"}, []string{"caf\xe9", "café1"}},
		{"a\tb\"\n", []string{"a\tb\"\n"}, nil},

		{"literal:a/b", []string{"a/b", "a/b/"}, []string{"x/a/b", "a/bc", "a"}},
		{"literal:a[1]*", []string{"a[1]*"}, []string{"a1"}},
		{"literal:a/", []string{"a/"}, []string{"a", "b/a/"}},
		{"literal:!a", []string{"!a"}, nil},

		{"glob:conf*.pem", []string{"conf.pem", "conf/a/b.pem", "conf/a.pem/"}, []string{"x/conf.pem", "conf/a.pem.bak"}},
		{"glob:*/x", []string{"a/x", "a/b/x", "a/x/"}, []string{"x"}},
		{"glob:a/", []string{"a/"}, []string{"a"}},
		{"glob:[[]x", []string{"[x"}, nil},
		{"glob:[x", []string{"[x"}, []string{"x"}},
		{"glob:a?b", []string{"a/b", "a\xffb"}, []string{"aéb"}},

		{`regex:\.p(em|12)$`, []string{"a.pem", "b/c.p12"}, []string{"a.pem/", "a.pemx"}},
		{`regex:^a/`, []string{"a/b"}, []string{"b/a/c"}},
		{"regex:^a.b$", []string{"a\xffb"}, []string{"aéb"}},
	} {
		p, err := Parse(c.pattern)
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		for _, path := range c.yes {
			if path, dir := strings.CutSuffix(path, "/"); !p.Match(path, dir) {
				t.Errorf("%q does not match %q (folder: %v)", c.pattern, path, dir)
			}
		}
		for _, path := range c.no {
			if path, dir := strings.CutSuffix(path, "/"); p.Match(path, dir) {
				t.Errorf("%q matches %q (folder: %v)", c.pattern, path, dir)
			}
		}
		if p.String() != c.pattern {
			t.Errorf("%q became %q", c.pattern, p)
		}
	}
}

func TestRefused(t *testing.T) {
	for pattern, want := range map[string]string{
		"":                 "empty",
		"   ":              "empty",
		"/":                "empty",
		"literal:":         "empty",
		"literal:/":        "empty",
		"glob:":            "empty",
		"regex:":           "empty",
		"../a":             `".."`,
		"a/../b":           `".."`,
		"./a":              `"."`,
		"literal:a/./b":    `"."`,
		"glob:../*":        `".."`,
		"a//b":             "two slashes",
		"literal:/a":       "this machine",
		"glob:/a":          "this machine",
		`C:\Users\me\.env`: "this machine",
		"c:/x":             "this machine",
		`\\server\share`:   "this machine",
		"//server/share":   "this machine",
		"~/project/.env":   "this machine",
		"!.env":            `"!"`,
		"#.env":            `"#"`,
		"a\x00b":           "NUL",
		"literal:a\x00":    "NUL",
		`conf\prod.env`:    "backslash",
		`a\`:               "backslash",
		"[a":               "closed",
		"[[:alpha]":        "closed",
		"[[:word:]]":       "class",
		"regex:(":          "missing closing",
		"regex:a(?=b)":     "Perl syntax",
	} {
		if p, err := Parse(pattern); err == nil {
			t.Errorf("%q is read as %v", pattern, p)
		} else if !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q in it", pattern, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{".env", "a/**/b", "[!a-]x", "glob:*[", `\\ `, "[[:alpha:]-z]", "regex:a+"} {
		f.Add(seed, "a/b")
	}
	f.Fuzz(func(t *testing.T, pattern, path string) {
		p, err := Parse(pattern)
		if err != nil {
			return
		}
		p.Match(path, true)
		p.Match(path, false)
	})
}
