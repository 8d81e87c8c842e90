package report

import (
	"strings"

	"github.com/unleak/unleak/internal/audit/checklist"
	"github.com/unleak/unleak/scanner/finding"
)

// testChecklist has every state, kind of evidence and verdict, and hostile content wherever a repository can put some.
func testChecklist() *checklist.Checklist {
	header := completeHeader()
	print := strings.Repeat("1a", 16)
	return &checklist.Checklist{
		SchemaVersion: checklist.SchemaVersion, Tool: header.Tool, Source: header.Source, State: checklist.Fail, Coverage: header.Coverage,
		Suppressed: &finding.Suppressed{Ignored: 1, LowConfidence: 3},
		Items: []checklist.Item{
			{ID: "env-ignored", Section: "Work tree", Title: "Env files on disk are ignored", State: checklist.Fail,
				Summary:  "1 env file on disk is not ignored: the next `git add .` takes it in.",
				Evidence: []checklist.Evidence{{Text: "on disk and not ignored", Path: "a b/.env"}, {Text: "on disk and not ignored", Path: hostileText}},
				Mend:     []checklist.Step{{Text: "Have git ignore it, and commit .gitignore.", Command: `printf '%s\n' .env '/a$(x) b/` + "`" + `y' >> .gitignore`}}},
			{ID: "env-tracked", Section: "Current files", Title: "No env file is tracked", State: checklist.Pass, Summary: "Neither HEAD nor the index has one."},
			{ID: "code-secrets", Section: "Current files", Title: "No secrets in code and settings", State: checklist.Fail,
				Summary: "57 secrets in code and settings at HEAD.",
				Evidence: []checklist.Evidence{
					{Text: "Example API key exk_...7wQz (critical)", Path: "src/config.py", Line: 12, Commit: id(3), Date: date(2021, 3, 4), RuleID: "example-key", Fingerprint: print},
					{Text: "Example API key exk_...7wQz (critical), in 3 places", Path: strings.Repeat("long/", 14) + "path.go", Line: 7, Commit: id(4), Date: date(2021, 3, 5), RuleID: "example-key", Fingerprint: print},
					{Text: hostileText + " (high)", Path: hostileText, Line: 1, Commit: id(5), RuleID: "example-key", Fingerprint: print},
					{Text: "Example API key (high)", Path: "b.go", Line: 2, RuleID: "example-key", Fingerprint: print},
					{Text: "Example API key (low)", Path: "c.go", Line: 3, RuleID: "example-key", Fingerprint: print},
				}, More: 52,
				Mend: []checklist.Step{
					{Text: "Revoke or rotate it where it was issued: whoever has a copy of the repository has it."},
					{Text: "Take it out of every commit that has it. This shows the plan; with --apply it is done.", Command: "unleak remediate --finding 1a1a1a1a1a1a"}}},
			{ID: "message-secrets", Section: "History", Title: "No secrets in commit messages", State: checklist.Warn, Summary: checklist.Unproved},
			{ID: "guard", Section: "Guards", Title: "A guard looks at commits or pushes", State: checklist.Warn,
				Summary:  "None is installed, so the next secret is found when it is in the history.",
				Evidence: []checklist.Evidence{{Text: "pre-commit hook: @somebody said <b>no</b>, see https://example.com/x", Path: ".git/hooks/pre-commit"}},
				Mend:     []checklist.Step{{Text: "Have every commit looked at before it is made.", Command: "unleak hook install pre-commit"}}},
			{ID: checklist.AlertsID, Section: "Alerts of GitHub", Title: "No open alert of secret scanning needs action", State: checklist.Fail,
				Summary: "Of 3 open alerts, 1 needs action, 1 is gone from history, 1 is a placeholder.",
				Mend:    []checklist.Step{{Text: "Close those that are gone on GitHub, as revoked, once that is so: they were readable there."}}},
		},
		Alerts: []checklist.Alert{
			{Number: 4, Type: "Example API key", URL: "https://github.com/alice/project/security/secret-scanning/4", Secret: finding.NewSecret("exk_"+token(1, 36), "exk_"), State: "open",
				Verdict: checklist.GoneFromRepo, Summary: "nothing that this repository holds has it"},
			{Number: 5, Type: hostileText, URL: "javascript:alert(1)", Secret: finding.NewSecret("exk_"+token(2, 36), "exk_"), State: "open",
				Verdict: checklist.ActionRequired, Summary: "at HEAD, in 24 places", Findings: []string{print},
				Evidence: []checklist.Evidence{
					{Text: "at HEAD", Path: "src/config.py", Line: 12, Commit: id(3), Date: date(2021, 3, 4)}, {Text: "in history", Path: hostileText, Line: 3, Commit: id(4)},
					{Text: "in history", Path: "a", Commit: id(5)}, {Text: "in history", Path: "b", Commit: id(6)}}, More: 20},
			{Number: 6, Type: "Example API key", Secret: finding.NewSecret("exk_changeme", "exk_"), State: "open",
				Verdict: checklist.Placeholder, Summary: "its value only holds a place; it is at HEAD, in 1 place"},
			{Number: 7, Type: "Example API key", Secret: finding.NewSecret("exk_"+token(3, 36), "exk_"), State: "resolved", Resolution: "wont_fix",
				Verdict: checklist.ActionRequired, Summary: "in history, gone from HEAD, in 2 places"},
		},
	}
}

// cleanChecklist has nothing to complain about.
func cleanChecklist() *checklist.Checklist {
	c := testChecklist()
	c.State, c.Alerts, c.Suppressed = checklist.Pass, nil, nil
	c.Items = []checklist.Item{
		{ID: "env-ignored", Section: "Work tree", Title: "Env files on disk are ignored", State: checklist.Pass, Summary: checklist.NotHere + "a bare repository has no files on disk."},
		{ID: "code-secrets", Section: "Current files", Title: "No secrets in code and settings", State: checklist.Pass, Summary: "None at HEAD."},
	}
	return c
}

// unprovedChecklist fails in nothing, and proves nothing.
func unprovedChecklist() *checklist.Checklist {
	c := testChecklist()
	c.State, c.Alerts = checklist.Warn, nil
	c.Coverage = incompleteHeader().Coverage
	c.Items = c.Items[3:4]
	return c
}
