package report

import (
	"bytes"
	"strings"
	"testing"

	"github.com/unleak/unleak/scanner/finding"
)

func blockedText(t *testing.T, b Blocked) string {
	t.Helper()
	var out bytes.Buffer
	if err := WriteBlocked(&out, b, Options{}); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// What is blocked says what, where and how to go on, and for whom.
func TestBlocked(t *testing.T) {
	findings := testFindings()
	for name, test := range map[string]struct {
		blocked   Blocked
		has, lack []string
	}{
		"a commit": {Blocked{What: "commit", Findings: findings[:1], Header: finding.Header{Source: finding.Source{Head: "1234"}}, Bypass: "git commit --no-verify"},
			[]string{"this commit is blocked: it would bring in 1 secret.", findings[0].RuleID, "git restore --staged :/", findings[0].Fingerprint + "  # the reason", "unleak:allow", "git commit --no-verify"},
			[]string{"git rebase", "server"}},
		"the first commit": {Blocked{What: "commit", Findings: findings[:1]}, []string{"git rm --cached :/"}, []string{"skip this check"}},
		"a push": {Blocked{What: "push", Findings: findings, Bypass: "git push --no-verify"},
			[]string{"git commit --amend", "git rebase -i", "unleak remediate", "git push --no-verify"}, []string{"--staged"}},
		"a server": {Blocked{What: "push", Findings: findings[:1], Server: true},
			[]string{"whoever runs this server", "fingerprint " + findings[0].Fingerprint}, []string{"unleak:allow", "--no-verify", ".unleakignore"}},
		"many": {Blocked{What: "commit", Findings: hostileFindings()}, []string{"more secrets", "fingerprint "}, []string{"# the reason\n"}},
		"not all looked at": {Blocked{What: "commit", Header: incompleteHeader(), Bypass: "git commit --no-verify"},
			[]string{"as not all of it could be looked at", "--no-verify"}, []string{"The ways on"}},
		"both": {Blocked{What: "commit", Findings: findings[:1], Header: incompleteHeader()}, []string{"it would bring in 1 secret", "Besides, not all of it"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			text := blockedText(t, test.blocked)
			for _, want := range test.has {
				if !strings.Contains(text, want) {
					t.Errorf("without %q:\n%s", want, text)
				}
			}
			for _, not := range test.lack {
				if strings.Contains(text, not) {
					t.Errorf("with %q:\n%s", not, text)
				}
			}
		})
	}
}

// Nothing of a repository reaches the terminal as it is, and no value at all.
func TestBlockedIsSafe(t *testing.T) {
	text := blockedText(t, Blocked{What: "commit", Header: hostileHeader(), Findings: hostileFindings()})
	for _, line := range strings.Split(text, "\n") {
		if Printable(line) != line {
			t.Errorf("%q is not printable", line)
		}
		if strings.HasPrefix(line, "::") {
			t.Errorf("%q is a command of a workflow", line)
		}
	}
	for _, f := range hostileFindings() {
		if strings.Contains(text, f.Secret.Reveal()) {
			t.Errorf("a value is shown")
		}
	}
}
