package report

import (
	"strings"
	"time"

	"github.com/unleak/unleak/remediate/account"
)

const hostileText = "a\x1b[2J\n\u202egnp.exe\xff`|**x**<img>"

func testPlan() *account.Plan {
	return &account.Plan{
		Tool: account.Tool{Name: "unleak", Version: "v0.0.0-test"}, Made: date(2024, 5, 6), ID: strings.Repeat("5e", 16),
		Repository: account.Repository{Name: "payments", Path: "/home/ada/payments", GitFolder: "/home/ada/payments/.git",
			Head: id(1), Branch: "refs/heads/main", Worktrees: 1, PullRefs: 41,
			Remotes: []account.Remote{{Name: "origin", URL: "git@github.com:acme/payments.git"}, {Name: "-x", URL: "https://git.example.org/m.git"}}},
		Selectors: account.Selectors{Paths: []string{".env", "conf/*.pem"}, Binary: "refuse"},
		Secrets: []account.Secret{
			{Fingerprint: strings.Repeat("1a", 16), RuleID: "example-key", Description: "Example API key", Severity: "critical",
				Revoke: "https://example.com/keys", Help: "Revoke the key in the console.", Fate: account.Removed,
				Since: date(2021, 3, 4), PlaceCount: 7, Places: []account.Place{
					{Kind: "blob", Path: ".env", Line: 12, Object: id(2), Commit: id(3), AtHead: true, Fate: account.Removed},
					{Kind: "blob", Path: hostileText, Line: 1, Object: id(2), Commit: id(4), Fate: account.Removed}}},
			{Fingerprint: strings.Repeat("2b", 16), RuleID: "database-url", Severity: "high", Fate: account.Stays,
				Since: time.Date(12021, 1, 2, 3, 4, 5, 0, time.UTC), PlaceCount: 2, Places: []account.Place{
					{Kind: "blob", Path: ".env", Line: 3, Object: id(2), Commit: id(3), AtHead: true, Fate: account.Removed},
					{Kind: "message", Line: 3, Object: id(5), Commit: id(5), Fate: account.Stays}}},
			{Fingerprint: strings.Repeat("3c", 16), RuleID: "example-key", Description: "Example API key", Severity: "low",
				Revoke: "https://example.com/keys", Fate: account.Redacted, PlaceCount: 1, Places: []account.Place{
					{Kind: "blob", Path: "a.txt", Line: 1, Object: id(2), Fate: account.Redacted}}},
		},
		Paths: []account.Path{
			{Path: ".env", Pattern: ".env", Kind: "file", Blobs: 3, Commits: 12, AtHead: true, OnDisk: true},
			{Path: "conf/server.pem", Pattern: "conf/*.pem", Kind: "file", Blobs: 1, Commits: 2},
			{Path: hostileText, Pattern: ".env", Kind: "folder", Blobs: 1, Commits: 1}},
		OtherPaths:   []account.OtherPath{{Path: "backup/env.old", SameAs: ".env", Blob: id(2), Blobs: 1, AtHead: true}, {Path: hostileText, SameAs: hostileText, Blob: id(2), Blobs: 1}},
		Replacements: []account.Replacement{{Label: strings.Repeat("2b", 16), Matches: 1, Messages: 1}, {Label: "rules.txt:3", Matches: 1234, Blobs: 70}, {Label: "rules.txt:4"}},
		Binaries:     []account.Binary{{Blob: id(6), Path: "dump.bin", Bytes: 12_345_678, Action: "keep"}},
		Objects:      account.Objects{Total: 40_000, BlobsRemoved: 4, BlobsRedacted: 71, Trees: 2400, Unreachable: 120},
		Commits:      account.Commits{Total: 4210, Changed: 1204, Pruned: 3, FirstChanged: []string{id(3), id(4)}},
		Messages:     account.Messages{Redacted: 1, Updated: 17},
		Refs: []account.Ref{{Name: "HEAD", Old: id(1), New: id(31)}, {Name: "refs/heads/main", Old: id(1), New: id(31)},
			{Name: "refs/heads/" + hostileText, Old: id(7), New: id(32)},
			{Name: "refs/heads/only-env", Old: id(8)}, {Name: "refs/remotes/origin/main", Old: id(9), New: id(33)},
			{Name: "refs/remotes/origin/release/1.0", Old: id(10), New: id(34)}, {Name: "refs/stash", Old: id(11), New: id(35)},
			{Name: "refs/tags/v1.0", Old: id(12), New: id(36)}},
		RefCount: 15, Tags: 1, Signatures: account.Signatures{Commits: 2, Tags: 1},
		LFS:  []account.LFS{{OID: strings.Repeat("0f", 32), Path: "conf/keystore.p12", Bytes: 8000}},
		Size: account.Size{Before: 12_300_000, After: 12_100_000},
		Checks: []account.Check{
			{Name: "git", Verdict: account.Pass, Detail: "git 2.39.5."},
			{Name: "work tree", Verdict: account.Pass, Detail: "Nothing is changed or staged."},
			{Name: "remotes", Verdict: account.Warn, Detail: "41 refs below refs/pull belong to the server, which keeps them.", Remedy: "Ask its support once the new history is pushed."}},
		Command: []string{"unleak", "remediate", "--apply", "--path", ".env", "--path", "conf/*.pem"},
	}
}

func refusedPlan() *account.Plan {
	p := testPlan()
	p.Checks = append(p.Checks, account.Check{Name: "shallow clone", Verdict: account.Refuse,
		Detail: "The history before " + id(3)[:12] + " is not here, so it would stay as it is wherever this came from.",
		Remedy: "Run `git fetch --unshallow`, then plan anew."})
	return p
}

func testEvidence() *account.Evidence {
	return &account.Evidence{
		Tool: account.Tool{Name: "unleak", Version: "v0.0.0-test"}, Made: date(2024, 5, 6), Repository: "/home/ada/payments", Proved: true,
		Objects: 2479, Values: 2,
		Searched: []account.Searched{{Place: "objects in packs", Count: 39_000, Bytes: 81_000_000}, {Place: "reflog entries", Count: 0}, {Place: "other files", Count: 31, Bytes: 70_000}},
		Control:  account.Control{Object: id(31), Found: true, Text: true, Value: true},
		Notes:    []string{"The backup /home/ada/payments-before-unleak.bundle still holds it."},
	}
}

func brokenEvidence() *account.Evidence {
	e := testEvidence()
	e.Proved = false
	e.Holding = []account.Holding{
		{Object: id(2), Where: "the alternate /srv/objects", Path: hostileText, Reached: "reflog of refs/heads/main"},
		{Object: id(5), Fingerprint: strings.Repeat("2b", 16), Where: "pack-" + id(40) + ".pack", Reached: "nothing"},
		{Fingerprint: strings.Repeat("1a", 16), Where: "the file .git/config", Reached: ""}}
	e.Unread = []string{"The file .git/" + hostileText + " cannot be read."}
	return e
}

func testAccount() *account.Account {
	a := &account.Account{
		Tool: account.Tool{Name: "unleak", Version: "v0.0.0-test"}, Started: date(2024, 5, 6), Finished: date(2024, 5, 6).Add(2340 * time.Millisecond),
		Plan: testPlan(), Evidence: testEvidence(),
		Steps: []account.Step{{Name: "backup", Started: date(2024, 5, 6), Seconds: 0.9}, {Name: "pack", Detail: "39,000 objects", Started: date(2024, 5, 6), Seconds: 0.7},
			{Name: "purge", Started: date(2024, 5, 6), Seconds: 0.1, Resumed: true}},
		Backup: &account.Backup{Path: "/home/ada/payments-before-unleak-20240506T123000Z.bundle", Bytes: 12_310_000, SHA256: strings.Repeat("0c", 32)},
		Pack:   account.Pack{Name: id(40), Bytes: 12_050_000, Objects: 39_000},
		Purged: account.Purged{Packs: 2, Loose: 14, Bytes: 12_300_000, ReflogEntries: 220, OtherFiles: 3},
		Size:   account.Size{Before: 12_300_000, After: 12_060_000},
		Files: account.Files{CommitMap: "/home/ada/payments/.git/unleak/commit-map", RefMap: "/home/ada/payments/.git/unleak/ref-map",
			Account: "/home/ada/payments/.git/unleak/account.md", JSON: "/home/ada/payments/.git/unleak/account.json"},
		Kept:  []string{".env"},
		Notes: []string{"Hooks of the repository were not run."},
	}
	a.Remaining = account.ByHand(a)
	return a
}
