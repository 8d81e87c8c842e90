package redact

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestParseRules(t *testing.T) {
	for _, c := range []struct{ file, content, want string }{
		{"p455==>x\n", "a p455 b", "a x b"},
		{"p455", "a p455 b", "a ***REMOVED*** b"},
		{"\r\n\np455\r\n", "p455", "***REMOVED***"},
		{"a==>b==>c", "a==>b", "c"},
		{"aa==>", "baab", "bb"},
		{"literal:regex:x==>y", "regex:x", "y"},
		{"# no comment==>y", "# no comment", "y"},
		{" a ==> b ", "x a y", "x b y"},
		{"aa==>b\nb==>c", "aab", "cc"},
		{"regex:b+==>c\naa==>b", "aab", "c"},
		{`regex:(k)=(\w+)==>\1=\g<1>[\g<2>]\n`, "k=v", "k=k[v]\n"},
		{`regex:(?P<key>k)=\w+==>\g<key>\\\.`, "k=v", `k\\.`},
		{`regex:a==>\0|\101|\07`, "a", "\x00|A|\x07"},
		{`regex:x(a)?b==>[\1]`, "xb xab", "[] [a]"},
		{"glob:k=*end==>x", "k=1 end 2 end\nk=", "x\nk="},
		{"glob:k?v", "k=v k\nv", "***REMOVED*** k\nv"},
		{`regex:a.b$==>x`, "a\xffb\n", "x\n"},
		{"caf\xe9==>x", "caf\xe9 café", "x café"},
	} {
		rules, err := ParseRules("f", []byte(c.file))
		if err != nil {
			t.Errorf("%q: %v", c.file, err)
			continue
		}
		content := []byte(c.content)
		if got := string(apply(t, content, rules.Edit(content).Splices)); got != c.want {
			t.Errorf("%q: %q became %q, want %q", c.file, c.content, got, c.want)
		}
		if found, _ := rules.Searcher().Search(content, nil, nil); !found {
			t.Errorf("%q is not found in %q", c.file, c.content)
		}
	}
}

func TestRulesRefused(t *testing.T) {
	const secret = "qzvbnm"
	for file, want := range map[string]string{
		"a\nregex:(" + secret:                   "f.txt:2: the expression cannot be read: missing closing )",
		"regex:" + secret + "(?=b)":             "f.txt:1: the expression cannot be read: invalid or unsupported Perl syntax",
		"regex:" + secret + `\1`:                "f.txt:1: the expression cannot be read: invalid escape sequence",
		"regex:":                                "f.txt:1: a prefix with nothing behind it",
		"glob:==>x":                             "f.txt:1: a prefix with nothing behind it",
		"glob:*":                                "f.txt:1: the expression matches the empty text",
		"regex:(" + secret + ")?":               "f.txt:1: the expression matches the empty text",
		"regex:a==>\\1":                         "f.txt:1: the replacement takes a group that the expression has not: it has 0",
		"regex:a==>\\g<b>":                      "f.txt:1: the replacement takes a group",
		"regex:a==>\\g":                         `f.txt:1: \g in the replacement takes a group`,
		"regex:a==>\\":                          "f.txt:1: the replacement ends in a backslash",
		"regex:a==>\\q":                         `f.txt:1: \q in the replacement means nothing`,
		"regex:a==>\\777":                       `f.txt:1: \777 in the replacement is more than a byte`,
		"regex:(?i)é":                           "f.txt:1: (?i) together with",
		secret + "==>x" + secret:                "f.txt:1: the replacement holds the text that it replaces",
		"E":                                     "f.txt:1: the replacement holds the text that it replaces",
		secret + "==>x\nregex:ab==>" + secret:   "f.txt:2: the replacement holds what f.txt:1 takes out",
		"\n\n" + secret + "==>x\ny==>" + secret: "f.txt:4: the replacement holds what f.txt:3 takes out",
	} {
		_, err := ParseRules("f.txt", []byte(file))
		switch {
		case err == nil:
			t.Errorf("%q is taken", file)
		case !strings.HasPrefix(err.Error(), want):
			t.Errorf("%q: %v, want %s", file, err, want)
		case strings.Contains(err.Error(), secret):
			t.Errorf("%q: the error tells the text", file)
		}
	}
}

// Files are read, and texts replaced, as git-filter-repo does.
func TestAsFilterRepo(t *testing.T) {
	if exec.Command("git", "filter-repo", "--version").Run() != nil {
		t.Skip("git-filter-repo is not installed")
	}
	random := rand.New(rand.NewPCG(25, 26))
	contents := map[string][]byte{"nul": []byte("abc\x00abc"), "late-nul": []byte(strings.Repeat("abc ", 3000) + "\x00abc")}
	for i := range 60 {
		contents[fmt.Sprint(i)] = randomContent(random)
	}
	for round := range 4 {
		file := randomRules(random)
		if round == 0 {
			file = "abc==>x\r\n\r\nliteral:glob:a==>y\n==>z\nregex:(a)(b+)==>\\2\\g<1>\nglob:c*[!a-b]a==>**\nregex:é.?==>e\nregex:[a\\s]\\n?$==>!\n"
		}
		rules, err := ParseRules("f", []byte(file))
		if err != nil {
			t.Fatalf("%v in\n%s", err, file)
		}
		dir := t.TempDir()
		for name, content := range contents {
			must(t, os.WriteFile(filepath.Join(dir, name), content, 0o666))
		}
		git(t, dir, "init", "-q")
		git(t, dir, "add", ".")
		git(t, dir, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "all")
		list := filepath.Join(t.TempDir(), "rules")
		must(t, os.WriteFile(list, []byte(file), 0o666))
		git(t, dir, "filter-repo", "--force", "--replace-text", list)
		for name, content := range contents {
			want := []byte(git(t, dir, "cat-file", "blob", "HEAD:"+name))
			got := content
			if edit := rules.Edit(content); !edit.Binary {
				got = apply(t, content, edit.Splices)
			}
			if !bytes.Equal(got, want) {
				t.Fatalf("round %d: %q became %q, git-filter-repo has %q, by\n%s", round, content, got, want, file)
			}
		}
	}
}

func randomContent(random *rand.Rand) []byte {
	var b bytes.Buffer
	for range random.IntN(80) {
		b.WriteString([]string{"a", "b", "c", "abc", "é", "\xff", "\n", "\r\n", " ", "\v", "glob:a", "==>", "."}[random.IntN(13)])
	}
	return b.Bytes()
}

// randomRules returns rules that are not refused.
func randomRules(random *rand.Rand) string {
	parts := []string{"a", "b", "c", "ab", "é", "\xff", ".", "[ab]", "[^a]", "(a|bc)", "(?:b|c)+?", `\s`, `\S`, `\w`, "(?m:^)", "(?m:$)", `\b`, "a{,2}", "b{2,}", `\x61`, "(?i:B)"}
	globs := []string{"a", "b", "*", "?", "[ab]", "[!a]", "[]c]", "é"}
	for {
		var file strings.Builder
		for range 1 + random.IntN(4) {
			kind := random.IntN(3)
			file.WriteString([]string{"", "regex:", "glob:"}[kind])
			for range 1 + random.IntN(4) {
				switch kind {
				case 0:
					file.WriteString([]string{"a", "b", "c", " ", "é", "."}[random.IntN(6)])
				case 1:
					file.WriteString(parts[random.IntN(len(parts))])
				case 2:
					file.WriteString(globs[random.IntN(len(globs))])
				}
			}
			file.WriteString([]string{"", "==>", "==>X", "==>-\xff-", "==>YY"}[random.IntN(5)] + "\n")
		}
		if strings.Contains(file.String(), "glob:\xff") {
			continue
		}
		if _, err := ParseRules("f", []byte(file.String())); err == nil {
			return file.String()
		}
	}
}

func FuzzParseRules(f *testing.F) {
	f.Add([]byte("a==>b\nregex:(a)==>\\1\nglob:*a?[!b]"), []byte("abc"))
	f.Fuzz(func(t *testing.T, file, content []byte) {
		rules, err := ParseRules("f", file)
		if err != nil {
			return
		}
		edit := rules.Edit(content)
		apply(t, content, edit.Splices)
		if found, _ := rules.Searcher().Search(content, nil, nil); !found && len(edit.Splices) > 0 {
			t.Fatal("a content that changes is not found")
		}
	})
}

func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, stderr.Bytes())
	}
	return string(out)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
