package match

import (
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// countedAt scans a text and returns rule=value of the hits that count at a path.
func countedAt(t *testing.T, rules, text, path string) []string {
	t.Helper()
	var found []string
	for _, h := range New(load(t, rules)).NewScanner().Scan([]byte(text)) {
		if !AllowedAt(h.Rule, path, "", h.Pending, h.Terms) {
			found = append(found, h.Rule.ID+"="+h.Value)
		}
	}
	return found
}

// TestOneSecretOneFinding: of candidates that overlap, the one stays that knows most.
func TestOneSecretOneFinding(t *testing.T) {
	const (
		vendor    = "[[rules]]\nid='vendor'\nregex='tok_([a-z0-9]{8})'\nkeywords=['tok_']\n"
		longer    = "[[rules]]\nid='longer'\nregex='tok_[a-z0-9]{8}'\nkeywords=['tok_']\n"
		same      = "[[rules]]\nid='same'\nregex='_([a-z0-9]{8})'\nkeywords=['_']\n"
		keyed     = "[[rules]]\nid='keyed'\nkey='acme'\nregex='[a-z0-9_]{12}'\nkeywords=['acme']\nseverity='low'\n"
		named     = "[[rules]]\nid='named'\nkey='acme'\nregex='tok_[a-z0-9]{8}'\nkeywords=['acme']\n"
		generic   = "[[rules]]\nid='generic'\nregex='acme = \"([^\"]+)'\ntags=['generic']\nkeywords=['acme']\n"
		elsewhere = "[[rules]]\nid='placed'\nregex='(tok_[a-z0-9]{8})'\nkeywords=['tok_']\npath='\\.tf$'\n"
		allowed   = "[[rules]]\nid='allowed'\nregex='(tok_[a-z0-9]{8})'\nkeywords=['tok_']\n[[rules.allowlists]]\nstopwords=['k3']\n"
		placed    = "[[rules]]\nid='lists'\nregex='(tok_[a-z0-9]{8})'\nkeywords=['tok_']\n[[rules.allowlists]]\npaths=['_test']\n"
	)
	text := "acme = \"" + "tok_" + "9fk3b7xq" + "\""
	for _, c := range []struct {
		name, rules, path string
		want              []string
	}{
		{"a token before its name", vendor + keyed, "", []string{"vendor=9fk3b7xq"}},
		{"a token with its name before the token alone", longer + named, "", []string{"named=tok_" + "9fk3b7xq"}},
		{"a name before its surroundings", keyed + generic, "", []string{"keyed=tok_" + "9fk3b7xq"}},
		{"the longer of two", vendor + longer, "", []string{"longer=tok_" + "9fk3b7xq"}},
		{"the first by name of two alike", vendor + same, "", []string{"same=9fk3b7xq"}},
		{"what an allowlist drops hides nothing", vendor + allowed, "", []string{"vendor=9fk3b7xq"}},
		{"what is for other paths hides nothing here", vendor + elsewhere, "a.go", []string{"vendor=9fk3b7xq"}},
		{"and hides it there", vendor + elsewhere, "a.tf", []string{"placed=tok_" + "9fk3b7xq"}},
		{"what is allowed here hides nothing here", generic + placed, "a_test", []string{"generic=tok_" + "9fk3b7xq"}},
		{"and hides it elsewhere", generic + placed, "a", []string{"lists=tok_" + "9fk3b7xq"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := gocmp.Diff(c.want, countedAt(t, c.rules, text, c.path)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestWhatIsBesideStays: a chain of overlaps loses its middle and not its end.
func TestWhatIsBesideStays(t *testing.T) {
	const rules = "[[rules]]\nid='a'\nregex='aaaabb'\nkeywords=['aaaa']\n[[rules]]\nid='b'\nregex='bbcc'\nkeywords=['bb']\n[[rules]]\nid='c'\nregex='ccd'\nkeywords=['cc']\n"
	if diff := gocmp.Diff([]string{"a=aaaabb", "c=ccd"}, countedAt(t, rules, "aaaabbccd", "")); diff != "" {
		t.Error(diff)
	}
}

// TestTangle: thousands of candidates that overlap take no square of the time, and all of them
// are settled.
func TestTangle(t *testing.T) {
	const rules = "[[rules]]\nid='a'\nregex='x.{0,900}'\nkeywords=['x']\n[[rules]]\nid='b'\nregex='x(.{0,800})'\nkeywords=['x']\n"
	hits := New(load(t, rules)).NewScanner().Scan([]byte(strings.Repeat("x", 1500)))
	if len(hits) == 0 {
		t.Error("nothing is left")
	}
}

// TestRequired: a rule counts where the others that it requires have found something.
func TestRequired(t *testing.T) {
	const (
		id     = "[[rules]]\nid='id'\nregex='id=([a-z]+)'\nkeywords=['id=']\nskipReport=true\n"
		silent = "[[rules]]\nid='id'\nregex='id=([a-z]+)'\nkeywords=['client']\n"
		file   = "[[rules]]\nid='id'\npath='\\.tf$'\n"
		placed = "[[rules]]\nid='id'\nregex='id=([a-z]+)'\nkeywords=['id=']\nskipReport=true\npath='\\.tf$'\n"
		lists  = id + "[[rules.allowlists]]\nstopwords=['nobody']\n"
		key    = "[[rules]]\nid='key'\nregex='key=([a-z]+)'\nkeywords=['key=']\n[[rules.required]]\nid='id'\n"
	)
	found := []string{"key=abc"}
	for _, c := range []struct {
		name, rules, text, path string
		want                    []string
	}{
		{"anywhere", key + id, "key=abc\n\n\n\nid=x", "", found},
		{"nowhere", key + id, "key=abc", "", nil},
		{"near enough", key + "withinLines=2\n" + id, "id=x\n\nkey=abc", "", found},
		{"too far", key + "withinLines=2\n" + id, "id=x\n\n\nkey=abc", "", nil},
		{"on its line", key + "withinLines=0\n" + id, "key=abc id=x", "", found},
		{"in its columns", key + "withinColumns=5\n" + id, "    key=abc\n\n\nid=x", "", found},
		{"beside its columns", key + "withinColumns=3\n" + id, "    key=abc\n\n\nid=x", "", nil},
		{"in its columns, and too far", key + "withinColumns=5\nwithinLines=2\n" + id, "    key=abc\n\n\nid=x", "", nil},
		{"allowed there", key + lists, "key=abc id=nobody", "", nil},
		{"allowed there, and another", key + lists, "key=abc id=nobody id=x", "", found},
		{"without its keyword", key + silent, "key=abc id=x", "", found},
		{"with its keyword it is found itself", key + silent, "key=abc id=x client", "", []string{"key=abc", "id=x"}},
		{"a path", key + file, "key=abc", "a.tf", found},
		{"another path", key + file, "key=abc", "a.go", nil},
		{"at a path", key + placed, "key=abc id=x", "a.tf", found},
		{"at another path", key + placed, "key=abc id=x", "a.go", nil},
		{"what it does not find hides nothing", key + id + "[[rules]]\nid='z'\nregex='=([a-z]{3})'\ntags=['generic']\nkeywords=['=']\n", "key=abc", "", []string{"z=abc"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := gocmp.Diff(c.want, countedAt(t, c.rules, c.text, c.path)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
