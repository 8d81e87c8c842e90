package report

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/unleak/unleak/internal/browsertest"
	"github.com/unleak/unleak/scanner/finding"
)

var screenshot = flag.Bool("screenshot", false, "draw docs/report.png and docs/report-dark.png anew, of a made-up report")

// TestScreenshot draws the pictures of the README, and otherwise that they are not too large for it.
//
//	go test ./internal/report -run TestScreenshot -screenshot
func TestScreenshot(t *testing.T) {
	files := map[string]bool{"report.png": false, "report-dark.png": true}
	if *screenshot {
		file := filepath.Join(t.TempDir(), "report.html")
		if err := os.WriteFile(file, render(t, HTML, Options{}, demoHeader(), demoFindings()), 0o600); err != nil {
			t.Fatal(err)
		}
		browser := browsertest.Start(t)
		for name, dark := range files {
			p := browser.Open(t, file, "", browsertest.View{Width: 1200, Height: 1290, Dark: dark, Today: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)})
			p.Eval(`document.querySelectorAll("#list summary")[0].click()`, nil)
			p.Until(`document.querySelector("#list .inside")`)
			p.Screenshot(filepath.Join("../../docs", name), false)
			quiet(t, p)
		}
	}
	for name := range files {
		info, err := os.Stat(filepath.Join("../../docs", name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() > 250_000 {
			t.Errorf("docs/%s has %d bytes: more than a README should load", name, info.Size())
		}
	}
}

func demoHeader() finding.Header {
	h := completeHeader()
	h.Tool.Version = "v1.0.0"
	h.Source.Remote, h.Source.HeadDate = "https://github.com/example/webshop", date(2026, 11, 20)
	h.Rules = nil
	for _, f := range demoFindings() {
		h.Rules = append(h.Rules, finding.Rule{ID: f.RuleID, Description: f.Description, Severity: f.Severity, Confidence: f.Confidence,
			Help: "Deactivate the key in the console of the account, make a new one with fewer rights, and look through the audit log for calls that were not yours.",
			URL:  "https://example.com/revoke"})
	}
	return h
}

// demoFindings are those of a shop that never was.
func demoFindings() []*finding.Finding {
	people := []finding.Identity{{Name: "Ada Park", Email: "ada@example.com"}, {Name: "Jonas Weber", Email: "jonas@example.com"}, {Name: "Mina Sato", Email: "mina@example.com"}}
	n := 0
	one := func(severity finding.Severity, rule, title, prefix string, length int, path string, line int, first, removed time.Time, more ...string) *finding.Finding {
		n++
		f := &finding.Finding{RuleID: rule, Description: title, Secret: finding.NewSecret(prefix+token(n, length), prefix), Fingerprint: fmt.Sprintf("%x", []byte(id(n)))[:32],
			Severity: severity, Confidence: finding.ConfidenceHigh, Facts: map[string]string{}}
		for i, path := range append([]string{path}, more...) {
			o := finding.Occurrence{Kind: finding.KindBlob, Blob: id(n), Path: path, StartLine: line + 4*i, StartColumn: 21, EndLine: line + 4*i, EndColumn: 41,
				Commit: id(n + 40 + i), Author: people[(n+i)%3], Date: first.AddDate(0, 3*i, 0), AtHead: removed.IsZero(), Reachable: true, Refs: []string{"refs/heads/main"}, RefCount: 1}
			if !removed.IsZero() {
				o.RemovedIn, o.RemovedAt = id(n+80), removed
			}
			f.Occurrences = append(f.Occurrences, o)
		}
		return f
	}
	still := time.Time{}
	aws := one(finding.Critical, "aws-secret-access-key", "AWS secret access key: signs requests", "", 40, "deploy/terraform/prod.tfvars", 14, date(2023, 2, 9), still, "scripts/backup.sh")
	aws.Facts["account"], aws.Facts["key_type"] = "123456789012", "long-term"
	aws.Occurrences[0].Context = []finding.Line{
		{Number: 12, Text: `region      = "eu-central-1"`}, {Number: 13, Text: `access_key  = "AKIA..."`},
		{Number: 14, Text: "secret_key  = \"" + aws.Secret.Redacted() + `"`}, {Number: 15, Text: `bucket      = "webshop-uploads"`}, {Number: 16, Text: `backups     = true`},
	}
	loose := one(finding.Medium, "generic-credential", "Password written into configuration", "", 14, "api/settings.py", 88, date(2024, 9, 2), still)
	loose.Occurrences[0].AtHead, loose.Occurrences[0].Reachable, loose.Occurrences[0].HeldBy, loose.Occurrences[0].Refs = false, false, "stash", nil
	findings := []*finding.Finding{
		aws,
		one(finding.Critical, "stripe-key", "Stripe secret key, live: moves money", "sk_"+"live_", 24, "api/payments.go", 31, date(2022, 6, 20), date(2023, 8, 4), "api/payments_test.go", "docs/checkout.md"),
		one(finding.Critical, "private-key", "Private key, OpenSSH", "", 60, "deploy/id_ed25519", 1, date(2021, 11, 3), date(2021, 11, 4)),
		one(finding.High, "github-token", "GitHub personal access token: reads and writes repositories", "gh"+"p_", 36, ".github/workflows/release.yml", 22, date(2024, 1, 17), still),
		one(finding.High, "database-url", "Database URL with a password", "", 12, "docker-compose.yml", 9, date(2021, 4, 12), date(2025, 3, 28), "api/.env"),
		one(finding.High, "slack-token", "Slack bot token: posts as the app", "xo"+"xb-", 40, "ops/notify.rb", 6, date(2025, 5, 6), still),
		loose,
		one(finding.Low, "env-file", "Environment file in the history", "", 8, "api/.env", 1, date(2021, 4, 12), date(2022, 1, 10)),
	}
	for _, f := range findings {
		if strings.HasPrefix(f.RuleID, "generic") {
			f.Confidence = finding.ConfidenceMedium
		}
	}
	return findings
}
