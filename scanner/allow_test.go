package scanner_test

import (
	"testing"

	"github.com/unleak/unleak/scanner/finding"
)

// silence is an allowlist for every rule.
func silence(criteria string) string { return "\n[[allowlists]]\n" + criteria + "\n" }

// A path allowlist silences an occurrence, and neither the blob's other paths nor
// the secret.
func TestAllowedPathSilencesAnOccurrence(t *testing.T) {
	r := cleanRepo(t)
	s := newValues(50).token()
	r.Write("vendor/lib/config.yml", s)
	r.Write("config.yml", s)
	first := r.Commit("add both")
	r.Write("testdata/copy.yml", s)
	r.Commit("add a third")
	set := loadRules(t, silence("paths = ['''(^|/)vendor/''', '''^testdata/''']"))
	onlyPlaces(t, scanRepo(t, r, withRules(set)).Findings, at("config.yml", 1, first))
}

func TestAllowedPathSilencesAFindingWithoutOtherPlaces(t *testing.T) {
	r := cleanRepo(t)
	r.CommitFile("vendor/config.yml", newValues(51).token(), "add")
	set := loadRules(t, silence("paths = ['''^vendor/''']"))
	if findings := scanRepo(t, r, withRules(set)).Findings; len(findings) != 0 {
		t.Errorf("findings: %s", encode(t, findings))
	}
}

// What moves out of an allowed folder is found, though no blob changes.
func TestRenameOutOfAnAllowedFolder(t *testing.T) {
	r := cleanRepo(t)
	r.CommitFile("vendor/config.yml", newValues(52).token(), "import")
	r.Rename("vendor/config.yml", "src/config.yml")
	moved := r.Commit("move")
	set := loadRules(t, silence("paths = ['''^vendor/''']"))
	onlyPlaces(t, scanRepo(t, r, withRules(set)).Findings, at("src/config.yml", 1, moved))
}

func TestAllowedCommitSilencesAnOccurrence(t *testing.T) {
	r := cleanRepo(t)
	s := newValues(53).token()
	allowed := r.CommitFile("a.txt", s, "add")
	other := r.CommitFile("b.txt", s, "copy")
	set := loadRules(t, silence("commits = [\""+allowed+"\"]"))
	onlyPlaces(t, scanRepo(t, r, withRules(set)).Findings, at("b.txt", 1, other))
}

// A list with condition AND wants all of its criteria, by value and by place.
func TestAllowedValueAtAllowedPath(t *testing.T) {
	r := cleanRepo(t)
	v := newValues(54)
	one, two := v.token(), v.token()
	r.Write("docs/a.txt", one+"\n"+two)
	r.Write("src/a.txt", one)
	c := r.Commit("add")
	set := loadRules(t, silence("condition = \"AND\"\npaths = ['''^docs/''']\nregexes = ['''"+one+"''']"))
	findings := scanRepo(t, r, withRules(set)).Findings
	if len(findings) != 2 {
		t.Fatalf("%d findings, want two:\n%s", len(findings), encode(t, findings))
	}
	for _, f := range findings {
		want := at("src/a.txt", 1, c)
		if f.Secret.Reveal() == two {
			want = at("docs/a.txt", 2, c)
		}
		diffPlaces(t, want, f)
	}
}

func TestAllowComments(t *testing.T) {
	s := newValues(55).token()
	for name, test := range map[string]struct {
		text func(s string) string
		want int
	}{
		"on the line":               {func(s string) string { return "a\nkey=" + s + " # unleak:allow\n" }, 0},
		"for gitleaks":              {func(s string) string { return "key=" + s + " // gitleaks:allow" }, 0},
		"on the line above":         {func(s string) string { return "# unleak:allow-next-line\nkey=" + s + "\n" }, 0},
		"on the line above, CRLF":   {func(s string) string { return "# unleak:allow-next-line\r\nkey=" + s + "\r\n" }, 0},
		"for the line after only":   {func(s string) string { return "key=" + s + " # unleak:allow-next-line\n" }, 1},
		"two lines above":           {func(s string) string { return "# unleak:allow-next-line\n\nkey=" + s + "\n" }, 1},
		"on the line after":         {func(s string) string { return "key=" + s + "\n# unleak:allow\n" }, 1},
		"on the line before":        {func(s string) string { return "# unleak:allow\nkey=" + s + "\n" }, 1},
		"next line on the line two": {func(s string) string { return "# unleak:allow-next-line\nx " + s + "\ny " + s + "\n" }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := cleanRepo(t)
			r.CommitFile("config.yml", test.text(s), "add")
			findings := scanRepo(t, r).Findings
			occurrences := 0
			for _, f := range findings {
				occurrences += len(f.Occurrences)
			}
			if occurrences != test.want {
				t.Errorf("found %d times, want %d:\n%s", occurrences, test.want, encode(t, findings))
			}
		})
	}
}

// onlyPlaces fails the test unless there is one finding with the given places.
func onlyPlaces(t *testing.T, findings []*finding.Finding, want []place) {
	t.Helper()
	if len(findings) != 1 {
		t.Fatalf("%d findings, want one:\n%s", len(findings), encode(t, findings))
	}
	diffPlaces(t, want, findings[0])
}
