package report

import (
	"bytes"
	"crypto/sha1"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/unleak/unleak/scanner/finding"
)

// token returns n characters of a token made from seed, so that no file holds one.
func token(seed, n int) string {
	random := rand.New(rand.NewPCG(uint64(seed), 1))
	const alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	b := []byte(strings.Repeat("7", n))
	for i := 1; i < n; i++ {
		b[i] = alphabet[random.IntN(len(alphabet))]
	}
	return string(b)
}

// id returns an object id made from n.
func id(n int) string { return fmt.Sprintf("%x", sha1.Sum([]byte{byte(n)})) }

func date(year, month, day int) time.Time {
	return time.Date(year, time.Month(month), day, 12, 30, 0, 0, time.FixedZone("", 2*3600))
}

var alice = finding.Identity{Name: "Alice Example", Email: "alice@example.com"}

func testRules() []finding.Rule {
	return []finding.Rule{
		{ID: "database-url", Description: "Database URL with a password", Severity: finding.High,
			Confidence: finding.ConfidenceMedium, Tags: []string{"database", "secret"}},
		{ID: "env-file", Severity: finding.Low, Confidence: finding.ConfidenceLow},
		{ID: "example-key", Description: "Example API key.", Help: "Revoke the key in the\nconsole.",
			URL: "https://example.com/keys", Severity: finding.Critical, Confidence: finding.ConfidenceHigh,
			Tags: []string{"api", "cloud"}},
	}
}

func completeHeader() finding.Header {
	return finding.Header{
		Tool: finding.Tool{Name: "unleak", Version: "v0.0.0-test"},
		Source: finding.Source{Kind: "repository", Name: ".", Head: id(1), Branch: "refs/heads/main",
			Remote: "https://example.com/alice/project.git"},
		Coverage: finding.Coverage{Complete: true, Kinds: []finding.KindCount{
			{Kind: "blob", Objects: 111_862, Scanned: 111_862, Bytes: 8_012_345_678},
			{Kind: "commit", Objects: 81_966, Scanned: 81_966, Bytes: 61_234_567},
			{Kind: "path", Objects: 9_000, Scanned: 9_000, Bytes: 300_000},
			{Kind: "ref", Objects: 1_012, Scanned: 1_012, Bytes: 20_000},
			{Kind: "reflog", Objects: 1, Scanned: 1, Bytes: 40},
			{Kind: "tag", Objects: 863, Scanned: 863, Bytes: 600_000},
			{Kind: "tree", Objects: 212_370, Scanned: 212_370, Bytes: 80_000},
		}},
		Rules: testRules(),
	}
}

func incompleteHeader() finding.Header {
	h := completeHeader()
	h.Coverage.Complete = false
	h.Coverage.Shallow = true
	h.Coverage.Skipped = []finding.Gap{
		{Kind: "blob", Object: id(90), Path: "data/dump.sql", Bytes: 300_000_000, Reason: "larger than --max-object-size (256 MiB)"},
		{Kind: "blob", Object: id(91), Bytes: 400_000_000, Reason: "larger than --max-object-size (256 MiB)"},
		{Kind: "file", Path: "private", Reason: "no permission to read"},
	}
	h.Coverage.Missing = []finding.Gap{{Kind: "tree", Object: id(92), Reason: "named by commit " + id(93)[:12]}}
	h.Coverage.Corrupt = []finding.Gap{{Kind: "blob", Object: id(94), Reason: "zlib: invalid checksum"}}
	h.Coverage.Omitted = 12
	h.Coverage.Notes = []string{"The reflog of HEAD ends in half a line."}
	h.Suppressed = &finding.Suppressed{
		LowConfidence: 1204, Baseline: 17, Ignored: 1,
		Stale:   []string{".unleakignore:3: " + id(95)[:32] + " # of the \x1b[2Jtests"},
		Expired: []string{".unleakignore:7: " + id(96)[:32] + " until=2020-01-01"},
	}
	return h
}

// testFindings covers every kind of occurrence and what hostile content can do.
func testFindings() []*finding.Finding {
	key := finding.NewSecret("exk_"+token(1, 36), "exk_")
	password := finding.NewSecret(token(2, 12), "")
	blob := finding.Occurrence{Kind: finding.KindBlob, Blob: id(2), Path: "config/prod.env",
		StartLine: 12, StartColumn: 9, EndLine: 12, EndColumn: 49, Commit: id(3), Author: alice,
		Date: date(2021, 3, 4), Reachable: true, Refs: []string{"refs/heads/release/1.0", "refs/tags/v1.0"},
		RefCount: 14, LineHash: "0123456789abcdef:1"}
	head := blob
	head.Path, head.StartLine, head.EndLine, head.Commit, head.Date = "src/größe 100%#?.go", 7, 7, id(4), date(2022, 5, 6)
	head.AtHead, head.Refs, head.RefCount, head.LineHash = true, []string{"refs/heads/main"}, 15, "fedcba9876543210:2"
	packed := blob
	packed.Path, packed.StartLine, packed.StartColumn, packed.EndLine, packed.EndColumn = "dist/app.zip", 1, 1, 1, 1
	packed.Layers = []finding.Layer{{Encoding: "zip", Member: "lib/\x1b[2Japp\u202e.jar"}, {Encoding: "zip", Member: "db.properties", Line: 3}, {Encoding: "base64", Line: 1}}
	packed.Date, packed.Commit = date(2022, 6, 6), id(8)
	hostile := blob
	hostile.Path, hostile.Author.Name = "a\x1b[2J\n\u202egnp.exe\xff:x", "Eve\r\x1b]0;owned\x07\u200b"
	hostile.Refs, hostile.Blob, hostile.Commit = []string{"refs/heads/\u2066x\u2069"}, id(5), id(6)
	hostile.Date = date(2023, 1, 2)
	dangling := finding.Occurrence{Kind: finding.KindBlob, Blob: id(7), StartLine: 1, StartColumn: 1, EndLine: 1,
		EndColumn: 13, HeldBy: "nothing"}
	at := func(kind finding.Kind, object int) finding.Occurrence {
		return finding.Occurrence{Kind: kind, Object: id(object), StartLine: 3, StartColumn: 5, EndLine: 3, EndColumn: 17,
			Commit: id(object), Author: alice, Date: date(2020, 2, 3), Reachable: true}
	}
	ref := finding.Occurrence{Kind: finding.KindRef, Reachable: true, Refs: []string{"refs/heads/try-" + password.Reveal()}}
	link := at(finding.KindSymlink, 17)
	link.Path = "current"
	name := at(finding.KindPath, 18)
	name.Path = "keys/" + password.Reveal() + ".txt"
	tagged := at(finding.KindTag, 12)
	tagged.Commit = ""
	return []*finding.Finding{
		{RuleID: "example-key", Description: "Example API key", Secret: key, Fingerprint: strings.Repeat("1a", 16),
			Severity: finding.Critical, Confidence: finding.ConfidenceHigh,
			Facts:       map[string]string{"checksum": "valid", "account_id": "[12](http://x)\u2028<b>"},
			Occurrences: []finding.Occurrence{blob, head, packed, hostile}},
		{RuleID: "database-url", Description: "Database URL with a password", Secret: password, Fingerprint: strings.Repeat("2b", 16),
			Severity: finding.High, Confidence: finding.ConfidenceMedium,
			Occurrences: []finding.Occurrence{at(finding.KindMessage, 10), at(finding.KindIdentity, 10), at(finding.KindHeader, 11),
				tagged, at(finding.KindTagger, 12), at(finding.KindReflog, 13), link, name, ref}},
		{RuleID: "database-url", Description: "Database URL with a password", Secret: finding.NewSecret(token(3, 12), ""),
			Fingerprint: strings.Repeat("3c", 16), Severity: finding.Medium, Confidence: finding.ConfidenceLow,
			Occurrences: []finding.Occurrence{dangling}},
		{RuleID: "env-file", Secret: finding.NewSecret("deploy/.env", ""), Fingerprint: strings.Repeat("4d", 16),
			Severity: finding.Low, Confidence: finding.ConfidenceLow,
			Occurrences: []finding.Occurrence{{Kind: finding.KindTreeEntry, Path: "deploy/.env", Commit: id(20), Author: alice,
				Date: date(2024, 7, 8), AtHead: true, Reachable: true, Refs: []string{"refs/heads/main"}, RefCount: 1}}},
	}
}

// render returns the report of a result in one format.
func render(t testing.TB, format string, opts Options, header finding.Header, findings []*finding.Finding) []byte {
	t.Helper()
	var b bytes.Buffer
	h, err := New(format, &b, opts)
	if err != nil {
		t.Fatal(err)
	}
	if err := Deliver(h, header, findings); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
