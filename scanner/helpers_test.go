package scanner_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/gittest"
	"github.com/unleak/unleak/internal/secrettest"
	"github.com/unleak/unleak/rules"
	"github.com/unleak/unleak/scanner"
	"github.com/unleak/unleak/scanner/finding"
)

// testRules has one rule of each sort that the engine treats differently. They are made up,
// so that these tests tell of the engine and not of the built-in rules.
const testRules = `
title = "rules for tests"

[[rules]]
id = "token"
description = "a token with a prefix: a window of bounded width"
regex = '''\bunl_[a-z0-9]{30}\b'''
keywords = ["unl_"]

[[rules]]
id = "pair"
description = "a name and its value, which may stand on the next line: no bound, more than one line"
regex = '''(?i)passphrase\s*[:=]\s*"([^"\s]{8,40})"'''
keywords = ["passphrase"]

[[rules]]
id = "always"
description = "no keyword: evaluated everywhere"
regex = '''zq[0-9a-f]{32}qz'''

[[rules]]
id = "private-key"
description = "a locator instead of an expression"
inspect = "private-key"
keywords = ["private key"]
window = 4096

[[rules]]
id = "key-file"
description = "a path that is a finding whatever it holds"
path = '''(^|/)id_secret\.bin$'''
%s`

// loadRules reads the rules for tests, with more TOML after them.
func loadRules(t testing.TB, more string) *rules.Set {
	t.Helper()
	set, err := rules.Load("test.toml", fmt.Appendf(nil, testRules, more))
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// values makes secrets that the rules for tests find. The same seed gives the
// same ones. They are too long to guess, so that their fingerprints cost nothing.
type values struct{ random *rand.Rand }

func newValues(seed uint64) values { return values{rand.New(rand.NewPCG(seed, 1))} }

func (v values) pick(alphabet string, n int) string {
	var b strings.Builder
	for range n {
		b.WriteByte(alphabet[v.random.IntN(len(alphabet))])
	}
	return b.String()
}

func (v values) token() string {
	return "un" + "l_" + v.pick("abcdefghijklmnopqrstuvwxyz0123456789", 30)
}

func (v values) always() string { return "z" + "q" + v.pick("0123456789abcdef", 32) + "qz" }

// secrets returns values with lines that hold them, for a random history.
func (v values) secrets() []gittest.Secret {
	var secrets []gittest.Secret
	for range 6 {
		token, always, pair := v.token(), v.always(), v.pick("ABCDEFGHKLMNPQRSTUVW23456789", 32)
		secrets = append(secrets,
			gittest.Secret{Value: token, Line: "key: " + token},
			gittest.Secret{Value: always, Line: always},
			gittest.Secret{Value: pair, Line: `passphrase = "` + pair + `"`})
	}
	return secrets
}

// deadline bounds one scan of a test: far more than one takes, and less than
// the patience of whoever waits for a hanging test.
const deadline = 60 * time.Second

// scan scans a source, which must not fail. Each scan of a test that says nothing
// else uses the rules for tests and two workers.
func scan(t testing.TB, source scanner.Source, change ...func(*scanner.Options)) *scanner.Result {
	t.Helper()
	options := scanner.Options{Jobs: 2, Tool: finding.Tool{Name: "unleak", Version: "test"}}
	for _, c := range change {
		c(&options)
	}
	if options.Rules == nil {
		options.Rules = loadRules(t, "")
	}
	ctx, cancel := context.WithTimeout(t.Context(), deadline)
	defer cancel()
	result, err := scanner.Scan(ctx, source, options)
	if err != nil {
		t.Fatalf("scan: %v", err)
	}
	return result
}

// scanRepo scans a repository completely.
func scanRepo(t testing.TB, r *gittest.Repo, change ...func(*scanner.Options)) *scanner.Result {
	t.Helper()
	result := scan(t, scanner.Repository(r.Dir), change...)
	if !result.Header.Coverage.Complete {
		t.Fatalf("the scan is incomplete: %s", encode(t, result.Header.Coverage))
	}
	return result
}

func withRules(set *rules.Set) func(*scanner.Options) {
	return func(o *scanner.Options) { o.Rules = set }
}

// encode returns v as a report shows it.
func encode(t testing.TB, v any) string {
	t.Helper()
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// found returns the values of a result by rule, each once.
func found(result *scanner.Result) map[string]bool {
	values := make(map[string]bool)
	for _, f := range result.Findings {
		values[f.RuleID+" "+f.Secret.Reveal()] = true
	}
	return values
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func writeFile(t testing.TB, path, content string) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(path), 0o755))
	must(t, os.WriteFile(path, []byte(content), 0o644))
}

// secretKeys makes private keys that share their first and last line.
func secretKeys(t testing.TB, n int) []string {
	t.Helper()
	generator := secrettest.New(5)
	var keys []string
	for range n {
		keys = append(keys, strings.TrimSpace(generator.Value("openssh")))
	}
	return keys
}

// keyBody returns a line of a key that no other key has.
func keyBody(key string) string {
	lines := strings.Split(key, "\n")
	return lines[3]
}

func diffPlaces(t *testing.T, want []place, f *finding.Finding) {
	t.Helper()
	if diff := cmp.Diff(sortedPlaces(want), sortedPlaces(placesOf(t, f))); diff != "" {
		t.Errorf("places of %s (-want +got):\n%s", f.RuleID, diff)
	}
}
