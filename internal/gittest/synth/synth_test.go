package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp/syntax"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/rules"
	"github.com/unleak/unleak/scanner"
	"github.com/unleak/unleak/scanner/finding"
)

// synth makes a repository and reads its truth.
func synth(t *testing.T, args ...string) (dir string, truth Truth) {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("this test builds a repository and needs the git program")
	}
	dir = filepath.Join(t.TempDir(), "synth.git")
	if err := run(t.Context(), io.Discard, append(args, "--out", dir)); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(dir + ".truth.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &truth); err != nil {
		t.Fatal(err)
	}
	return dir, truth
}

func builtinRules(t *testing.T) *rules.Set {
	t.Helper()
	set, err := loadBuiltin()
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func scan(t *testing.T, source scanner.Source, set *rules.Set) *scanner.Result {
	t.Helper()
	result, err := scanner.Scan(t.Context(), source, scanner.Options{Rules: set, Jobs: 2})
	if err != nil {
		t.Fatal(err)
	}
	if !result.Header.Coverage.Complete {
		t.Fatalf("the scan is incomplete: %+v", result.Header.Coverage)
	}
	return result
}

// A scan finds every planted secret where it was planted, and nothing else.
func TestTruth(t *testing.T) {
	dir, truth := synth(t, "--commits", "600", "--files", "80", "--secrets", "150", "--seed", "7")
	if len(truth.Secrets) != 150 {
		t.Fatalf("%d secrets are planted, want 150", len(truth.Secrets))
	}
	findings := map[string]*finding.Finding{}
	for _, f := range scan(t, scanner.Repository(dir), builtinRules(t)).Findings {
		findings[f.RuleID+" "+f.Secret.Reveal()] = f
	}
	states := map[State]int{}
	for _, s := range truth.Secrets {
		states[s.State]++
		f, ok := findings[s.Rule+" "+s.Value]
		if !ok {
			t.Errorf("%s in %s line %d of commit %s is not found (%s)", s.Rule, s.Path, s.Line, s.Commit, s.State)
			continue
		}
		delete(findings, s.Rule+" "+s.Value)
		planted := func(o finding.Occurrence) bool {
			return o.Commit == s.Commit && o.Path == s.Path && o.Blob == s.Blob && o.StartLine == s.Line
		}
		at := slices.IndexFunc(f.Occurrences, planted)
		if at < 0 {
			t.Errorf("%s is found, but not in %q line %d of commit %s (%s)", s.Rule, s.Path, s.Line, s.Commit, s.State)
			continue
		}
		if o := f.Occurrences[at]; o.Reachable != (s.State != Unreachable) {
			t.Errorf("%s in %s: a ref reaches it: %v", s.State, s.Path, o.Reachable)
		}
		if head := slices.ContainsFunc(f.Occurrences, func(o finding.Occurrence) bool { return o.AtHead }); head && s.State != Kept && s.State != Message {
			t.Errorf("%s in %s is still at HEAD", s.State, s.Path)
		} else if !head && s.State == Kept {
			t.Errorf("%s in %s is gone from HEAD", s.State, s.Path)
		}
	}
	for what := range findings {
		t.Errorf("found, but not planted: %s", what)
	}
	for _, state := range []State{Kept, Removed, Message, Unreachable} {
		if states[state] < 15 {
			t.Errorf("%d secrets are %s: too few", states[state], state)
		}
	}
}

// The objects and the truth depend on the options alone.
func TestDeterministic(t *testing.T) {
	describe := func(seed int) string {
		dir, truth := synth(t, "--commits", "80", "--files", "30", "--secrets", "10", "--seed", fmt.Sprint(seed))
		objects, err := exec.Command("git", "-C", dir, "cat-file", "--batch-all-objects", "--batch-check").Output()
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf("%s%+v", objects, truth)
	}
	first := describe(1)
	if diff := cmp.Diff(first, describe(1)); diff != "" {
		t.Errorf("one seed gave two histories (-first +second):\n%s", diff)
	}
	if first == describe(2) {
		t.Error("two seeds gave one history")
	}
}

// What is written is packed as a clone is: one pack, mostly deltas.
func TestPacked(t *testing.T) {
	dir, _ := synth(t, "--commits", "300", "--files", "50", "--secrets", "5")
	packs, err := filepath.Glob(filepath.Join(dir, "objects", "pack", "*.pack"))
	if err != nil || len(packs) != 1 {
		t.Fatalf("packs: %q, %v", packs, err)
	}
	output, err := exec.Command("git", "verify-pack", "-v", packs[0]).Output()
	if err != nil {
		t.Fatal(err)
	}
	objects, deltas := 0, 0
	for line := range strings.Lines(string(output)) {
		switch len(strings.Fields(line)) {
		case 5:
			objects++
		case 7:
			objects++
			deltas++
		}
	}
	if objects < 1000 || deltas < objects/2 {
		t.Errorf("%d of %d objects are deltas", deltas, objects)
	}
}

func TestWrongUsage(t *testing.T) {
	exists := t.TempDir()
	for name, args := range map[string][]string{
		"no output":     {"--commits", "1"},
		"output exists": {"--out", exists},
		"no commits":    {"--commits", "0", "--out", filepath.Join(exists, "new")},
		"argument":      {"--out", filepath.Join(exists, "new"), "more"},
		"too few rules": {"rules", "--count", "1", "--out", filepath.Join(exists, "rules.toml")},
		"rules nowhere": {"rules"},
	} {
		if err := run(context.Background(), io.Discard, args); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestRules(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rules.toml")
	if err := run(t.Context(), io.Discard, []string{"rules", "--count", "1000", "--out", path}); err != nil {
		t.Fatal(err)
	}
	set, err := rules.LoadFile(path, loadBuiltin)
	if err != nil {
		t.Fatal(err)
	}
	if len(set.Rules) != 1000 {
		t.Errorf("%d rules, want 1000", len(set.Rules))
	}
	var examples strings.Builder
	keywords := map[string]bool{}
	list := vendorRules(1000-len(builtinRules(t).Rules), 1)
	for _, r := range list {
		fmt.Fprintf(&examples, "\n%s\n\n", r.example)
		if keywords[r.keyword] {
			t.Errorf("the keyword %q comes twice", r.keyword)
		}
		keywords[r.keyword] = true
		if parsed, err := syntax.Parse(r.regex, syntax.Perl); err != nil || unbounded(parsed) {
			t.Errorf("%s is not bounded: %v", r.regex, err)
		}
	}
	found := map[string]bool{}
	for _, f := range scan(t, scanner.Reader("examples", strings.NewReader(examples.String())), set).Findings {
		found[f.RuleID] = true
	}
	for _, r := range list {
		if !found[r.id] {
			t.Errorf("%s does not find %q", r.id, r.example)
		}
	}
}

// unbounded reports whether an expression can match any number of bytes.
func unbounded(e *syntax.Regexp) bool {
	if e.Op == syntax.OpStar || e.Op == syntax.OpPlus || e.Op == syntax.OpRepeat && e.Max < 0 {
		return true
	}
	return slices.ContainsFunc(e.Sub, unbounded)
}

// The rules cost what rules cost where they find nothing: none matches our own files.
func TestRulesFindNothingHere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rules.toml")
	if err := os.WriteFile(path, []byte(ruleFile(vendorRules(214, 1))), 0o644); err != nil {
		t.Fatal(err)
	}
	set, err := rules.LoadFile(path, loadBuiltin)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range scan(t, scanner.Worktree("../../..", false), set).Findings {
		t.Errorf("%s in %s", f.RuleID, f.Occurrences[0].Path)
	}
}
