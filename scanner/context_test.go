package scanner_test

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/secrettest"
	"github.com/unleak/unleak/rules"
	"github.com/unleak/unleak/scanner"
	"github.com/unleak/unleak/scanner/finding"
)

// builtin returns options with the built-in rules and some lines of context.
func builtin(t testing.TB, context int) func(*scanner.Options) {
	t.Helper()
	set, err := rules.Load(unleak.RulesName, unleak.Rules())
	must(t, err)
	return func(o *scanner.Options) { o.Rules, o.Context = set, context }
}

// contextOf returns all that is shown round the findings of a text, as a report would have it.
func contextOf(t testing.TB, text string, options func(*scanner.Options)) (*scanner.Result, [][]finding.Line) {
	t.Helper()
	result := scan(t, scanner.Reader("text", strings.NewReader(text)), options)
	return result, contexts(result.Findings)
}

func contexts(findings []*finding.Finding) [][]finding.Line {
	var all [][]finding.Line
	for _, f := range findings {
		for _, o := range f.Occurrences {
			if o.Context != nil {
				all = append(all, o.Context)
			}
		}
	}
	return all
}

// numbered writes lines with their numbers.
func numbered(lines []finding.Line) []string {
	var list []string
	for _, line := range lines {
		list = append(list, fmt.Sprint(line.Number, " ", line.Text))
	}
	return list
}

// TestContext shows what is shown.
func TestContext(t *testing.T) {
	g := secrettest.New(1)
	token, other, key := g.Value("github"), g.Value("github"), g.Value("pem-rsa")
	half := g.Mixed(32)
	tests := []struct {
		name, text string
		context    int
		want       []string
	}{
		{
			"the lines around", "# settings\nname = billing\ntoken = \"" + token + "\"\n\nport = 80\nhost = a\n", 2,
			[]string{"1 # settings", "2 name = billing", `3 token = "..."`, "4 ", "5 port = 80"},
		},
		{"at the ends", "token = \"" + token + "\"", 2, []string{`1 token = "..."`}},
		{"after a line end", "\r\nx = \"" + token + "\"\r\n", 2, []string{"1 ", `2 x = "..."`}},
		{
			"a key of many lines", "a\nb\n" + strings.TrimSpace(key) + "\nc\nd\n", 2,
			[]string{"1 a", "2 b", "3 ...", fmt.Sprint(2+len(strings.Split(strings.TrimSpace(key), "\n")), " ..."), fmt.Sprint(3+len(strings.Split(strings.TrimSpace(key), "\n")), " c")},
		},
		{
			"one that no rule knows", "x = \"" + token + "\"\nfetch(" + half + ")\n", 1,
			[]string{`1 x = "..."`, "2 fetch(...)"},
		},
		{
			"a short one by its name", "my_password: \"b1rd\"\nx = \"" + token + "\"\n", 1,
			[]string{`1 my_password: "..."`, `2 x = "..."`},
		},
		{
			"a part, and an encoding", "see " + token[4:14] + " and " + base64.StdEncoding.EncodeToString([]byte(token))[8:20] + "\nx = \"" + token + "\"\n", 1,
			[]string{"1 see ... and ...", `2 x = "..."`},
		},
		{
			"a long line", strings.Repeat("word ", 100) + "x = \"" + token + "\"" + strings.Repeat(" word", 100), 1,
			[]string{"1 …" + strings.Repeat("word ", 10)[2:] + `x = "..."` + strings.Repeat(" word", 30)[:101] + "…"},
		},
		{
			"a user in a URL", "at https://me:b1rd@example.org/x\nx = \"" + token + "\"\n", 1,
			[]string{"1 at https://...@example.org/x", `2 x = "..."`},
		},
		{
			"a literal with signs", "x = \"" + token + "\"\nlet y = '" + half[:9] + "?" + half[9:18] + "!" + half[18:26] + "'\n", 1,
			[]string{`1 x = "..."`, "2 let y = '...'"},
		},
		{
			"another that a rule knows", "x = \"" + token + "\"\ncurl -" + "u deploy:" + "wintergarten" + " ftp.corp-internal.net\n", 1,
			[]string{`1 x = "..."`, "2 curl -" + "u deploy:... ftp.corp-internal.net"},
		},
		{
			"a word again", "# it is wintergarten, as in Wintergartens\ncurl -" + "u deploy:" + "wintergarten" + " ftp.corp-internal.net\n", 1,
			[]string{"1 # it is ..., as in Wintergartens", "2 curl -" + "u deploy:... ftp.corp-internal.net"},
		},
		{"no text", "\x00\x01\x02\n" + token + "\n", 1, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, got := contextOf(t, test.text, builtin(t, test.context))
			if test.want == nil {
				if len(got) > 0 {
					t.Errorf("got %v", got)
				}
				return
			}
			if len(got) == 0 {
				t.Fatal("nothing is shown")
			}
			if diff := cmp.Diff(test.want, numbered(got[0])); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	if _, got := contextOf(t, token+"\n"+other, builtin(t, 0)); got != nil {
		t.Errorf("nobody asked, and got %v", got)
	}
}

// planted writes secrets of all kinds next to one another, in ways that rules know and do not know.
func planted(seed int64) (text string, values []string) {
	g := secrettest.New(seed)
	random := rand.New(rand.NewPCG(uint64(seed), 3))
	kinds := secrettest.Kinds()
	var lines, known []string
	for range 60 {
		line, value := g.Line(kinds[random.IntN(len(kinds))])
		known = append(known, value)
		lines = append(lines, line)
		again := known[random.IntN(len(known))]
		switch random.IntN(10) {
		case 0:
			lines = append(lines, "# the old one was "+again)
		case 1:
			lines = append(lines, "blob: "+base64.StdEncoding.EncodeToString([]byte("x"+again)))
		case 2:
			lines = append(lines, "bytes: "+hex.EncodeToString([]byte(again)))
		case 3:
			lines = append(lines, "it begins with "+again[:len(again)/2]+" I think")
		case 4:
			unknown := g.Mixed(16 + random.IntN(40))
			values = append(values, unknown)
			lines = append(lines, "  call("+unknown+", 7)")
		case 5:
			weak := strings.ToLower(g.Mixed(9))
			values = append(values, weak)
			lines = append(lines, fmt.Sprintf("  smtp.setPassword('%s')", weak))
		case 6:
			lines = append(lines, "link: https://"+url.QueryEscape(again)+"@example.org/")
		case 7:
			lines = append(lines, "", "// "+strings.Repeat("plain words ", 20))
		case 8:
			if len(again) > 400 {
				lines = append(lines, strings.ReplaceAll(again, "\n", `\n`))
			}
		}
	}
	return strings.Join(lines, "\n") + "\n", append(values, known...)
}

// secretParts returns the parts of six bytes of values and their encodings that mix letters and digits. Nothing of the text
// between has any, and some values have parts that everybody may see.
func secretParts(values []string) map[string]bool {
	const public = "@db.corp-internal.net:5432/bills Server=db7.corp-internal.net; PuTTY-User-Key-File-3: ssh-ed25519 Public-Lines: 2 Private-Lines: 1"
	parts := map[string]bool{}
	for _, value := range values {
		for _, form := range []string{value, base64.StdEncoding.EncodeToString([]byte(value)), hex.EncodeToString([]byte(value))} {
			for i := 0; i+6 <= len(form); i++ {
				part := form[i : i+6]
				if strings.ContainsAny(part, secrettest.Digits) && strings.ContainsAny(part, secrettest.Lower+secrettest.Upper) && !strings.Contains(public, part) {
					parts[part] = true
				}
			}
		}
	}
	return parts
}

// checkShown fails if a line shows a part of a secret, or is longer or one more than it may be.
func checkShown(t *testing.T, shown [][]finding.Line, parts map[string]bool, context int) {
	t.Helper()
	for _, lines := range shown {
		if len(lines) > 2*context+1 {
			t.Errorf("%d lines are shown", len(lines))
		}
		for i, line := range lines {
			if n := utf8.RuneCountInString(line.Text); n > 160 {
				t.Errorf("a line of %d characters is shown", n)
			}
			if i > 0 && line.Number <= lines[i-1].Number {
				t.Errorf("line %d is shown after %d", line.Number, lines[i-1].Number)
			}
			for at := 0; at+6 <= len(line.Text); at++ {
				if parts[line.Text[at:at+6]] {
					t.Errorf("%q is shown in %q", line.Text[at:at+6], line.Text)
				}
			}
		}
	}
}

// TestContextShowsNoSecret: whatever stands next to what, nothing of a secret is shown.
func TestContextShowsNoSecret(t *testing.T) {
	for seed := range int64(4) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			text, values := planted(seed)
			parts := secretParts(values)
			forms := map[string]string{"as it is": text, "UTF-16": utf16Of(text), "in one line": strings.ReplaceAll(text, "\n", "; ")}
			for form, text := range forms {
				for _, context := range []int{1, 4} {
					result, shown := contextOf(t, text, builtin(t, context))
					if len(shown) < 20 {
						t.Fatalf("%s: only %d of %d findings have context", form, len(shown), len(result.Findings))
					}
					checkShown(t, shown, parts, context)
				}
			}
		})
	}
}

// TestContextOfLargeTexts: of a large text only a part is looked at, and it shows no more.
func TestContextOfLargeTexts(t *testing.T) {
	var text strings.Builder
	var values []string
	for seed := range int64(6) {
		part, more := planted(100 + seed)
		text.WriteString(strings.Repeat("plain words in a long text\n", 20_000))
		text.WriteString(part)
		values = append(values, more...)
	}
	_, shown := contextOf(t, text.String(), builtin(t, 2))
	if len(shown) < 100 {
		t.Fatalf("only %d findings have context", len(shown))
	}
	checkShown(t, shown, secretParts(values), 2)
}

func utf16Of(text string) string {
	b := []byte{0xff, 0xfe}
	for _, unit := range utf16.Encode([]rune(text)) {
		b = append(b, byte(unit), byte(unit>>8))
	}
	return string(b)
}

// TestContextInRepositories: messages have lines around, names have none, and a hidden finding is taken out.
func TestContextInRepositories(t *testing.T) {
	g := secrettest.New(7)
	inFile, inMessage, inTag, inName := g.Value("github"), g.Value("github"), g.Value("github"), g.Value("github")
	r := cleanRepo(t)
	r.CommitFile("a.txt", "one\nx = \""+inFile+"\"\nthree\n", "subject\n\nfirst\nx = \""+inMessage+"\"\nlast")
	r.Tag("v1", "HEAD", "tagged\n"+inTag+"\nend")
	r.Branch(inName)
	result := scan(t, scanner.Repository(r.Dir), builtin(t, 1))
	got := map[string][]string{}
	for _, f := range result.Findings {
		got[f.Secret.Reveal()] = numbered(f.Occurrences[f.Primary()].Context)
	}
	want := map[string][]string{
		inFile:    {"1 one", `2 x = "..."`, "3 three"},
		inMessage: {"3 first", `4 x = "..."`, "5 last"},
		inTag:     {"1 tagged", "2 ...", "3 end"},
		inName:    nil,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for name, source := range map[string]scanner.Source{"range": scanner.Range(r.Dir, strings.Repeat("0", 40)+"..HEAD"), "worktree": scanner.Worktree(r.Dir, false)} {
		for _, f := range scan(t, source, builtin(t, 1)).Findings {
			if diff := cmp.Diff(want[f.Secret.Reveal()], numbered(f.Occurrences[f.Primary()].Context)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
	}
}

// FuzzContext puts a token between any two texts: nothing of it is shown.
func FuzzContext(f *testing.F) {
	f.Add("key = \"", "\"\n", "")
	f.Add("-----BEGIN PRIVATE KEY-----\n", "\n-----END PRIVATE KEY-----", "password: ")
	f.Add("\xff\xfe", "\x00\n\r", "\xc3")
	f.Add("https://a:", "@b", "é\u2028")
	token := secrettest.New(9).Value("github")
	parts := secretParts([]string{token})
	options := builtin(f, 2)
	f.Fuzz(func(t *testing.T, before, after, more string) {
		for _, text := range []string{
			before + token + after, more + "\n" + before + token + after + "\n" + more + token[:20],
			before + " x = \"" + token + "\" " + after + base64.StdEncoding.EncodeToString([]byte(token)) + more,
		} {
			_, shown := contextOf(t, text, options)
			checkShown(t, shown, parts, 2)
		}
	})
}
