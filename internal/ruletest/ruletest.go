// Package ruletest runs the examples that stand beside rules: values are drawn from their
// patterns, written down in every syntax, and scanned with the whole set of rules.
package ruletest

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/unleak/unleak/rules"
	"github.com/unleak/unleak/rules/example"
	"github.com/unleak/unleak/scanner"
	"github.com/unleak/unleak/scanner/finding"
)

// DefaultSeeds is how many values are drawn from each pattern.
const DefaultSeeds = 5

// defaultKey is the name that values are given where a rule names none.
const defaultKey = "value"

// Options say what to test.
type Options struct {
	Rules *rules.Set // all that are scanned with
	Only  []string   // ids of those to test; empty for all, and for placeholders too
	Seeds int        // values for each pattern; 0 for DefaultSeeds
}

// Report is what the test of a set came to.
type Report struct {
	Tested   int      // rules with examples
	Texts    int      // scanned
	Untested []string // ids of rules without examples, but of those that find paths
	// Failures are by rule, then in the order of patterns, names, syntaxes and seeds.
	Failures []Failure
}

// Failure is one text of which a scan says something else than the rule promises.
type Failure struct {
	Rule    string // empty for placeholders
	Problem string // a clause: what is wrong
	Pattern string // that the value was drawn from
	Key     string // the name that it was given
	Syntax  string
	Seed    int64
	Value   string
	Text    string
	// Found are the rules of the findings that there are, each with its confidence.
	Found []string
}

// Run tests the examples of rules. An error is a pattern that nothing can be drawn from, or
// that ctx ended.
func Run(ctx context.Context, options Options) (*Report, error) {
	if options.Seeds <= 0 {
		options.Seeds = DefaultSeeds
	}
	report := &Report{}
	var jobs []func(*tester) error
	for _, rule := range options.Rules.Rules {
		switch {
		case len(options.Only) > 0 && !slices.Contains(options.Only, rule.ID), rule.Regex == "" && rule.Inspect == "":
		case len(rule.Examples) == 0:
			report.Untested = append(report.Untested, rule.ID)
		default:
			report.Tested++
			jobs = append(jobs, func(t *tester) error { return t.rule(ctx, rule) })
		}
	}
	if len(options.Only) == 0 {
		for _, name := range example.PlaceholderNames() {
			jobs = append(jobs, func(t *tester) error { return t.placeholders(ctx, name) })
		}
	}
	testers, err := run(options, jobs)
	if err != nil {
		return nil, err
	}
	for _, t := range testers {
		report.Texts += t.count
		report.Failures = append(report.Failures, t.failures...)
	}
	return report, nil
}

// run does jobs on every processor. It returns what each came to, in their order.
func run(options Options, jobs []func(*tester) error) ([]*tester, error) {
	done := make([]*tester, len(jobs))
	errs := make([]error, len(jobs))
	next := make(chan int, len(jobs))
	for i := range jobs {
		next <- i
	}
	close(next)
	var group sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(jobs)) {
		group.Go(func() {
			texts := scanner.NewTexts(scanner.Options{Rules: options.Rules, Jobs: 1})
			for i := range next {
				done[i] = &tester{texts: texts, seeds: options.Seeds}
				errs[i] = jobs[i](done[i])
			}
		})
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return done, nil
}

// tester is the test of one rule, or of placeholders.
type tester struct {
	texts    *scanner.Texts
	seeds    int
	count    int
	failures []Failure
}

// rule tests the examples of a rule.
func (t *tester) rule(ctx context.Context, rule *rules.Rule) error {
	keys := rule.ExampleKeys
	if len(keys) == 0 {
		keys = []string{defaultKey}
	}
	for _, pattern := range rule.Examples {
		err := t.each(ctx, rule, pattern, keys, func(found []*finding.Finding, forms []string) string {
			return missed(found, rule.ID, forms)
		})
		if err != nil {
			return err
		}
	}
	for _, pattern := range rule.Counterexamples {
		err := t.each(ctx, rule, pattern, keys, func(found []*finding.Finding, _ []string) string {
			if slices.ContainsFunc(found, func(f *finding.Finding) bool { return f.RuleID == rule.ID }) {
				return "is found, and must not be"
			}
			return ""
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// each draws values from a pattern, writes each in every syntax, scans that, and has judge say
// what is wrong with the findings. forms are the ways in which the secret may be written there.
func (t *tester) each(ctx context.Context, rule *rules.Rule, pattern string, keys []string,
	judge func(found []*finding.Finding, forms []string) string) error {
	for seed := range int64(t.seeds) {
		value, err := example.DrawValue(pattern, seed)
		if err != nil {
			return fmt.Errorf("rule %s: example %q: %w", rule.ID, pattern, err)
		}
		for _, key := range keys {
			for _, syntax := range example.Syntaxes() {
				text := syntax.Write(key, value.Text)
				found, err := t.scan(ctx, pathFor(rule, syntax, seed), text)
				if err != nil {
					return err
				}
				if problem := judge(found, []string{value.Secret, syntax.Escape(value.Secret)}); problem != "" {
					t.failures = append(t.failures, Failure{Rule: rule.ID, Problem: problem, Pattern: pattern, Key: key,
						Syntax: syntax.Name, Seed: seed, Value: value.Text, Text: text, Found: names(found)})
				}
			}
		}
	}
	return nil
}

// placeholders tests that none is taken for a secret that is assigned to a name.
func (t *tester) placeholders(ctx context.Context, name string) error {
	for _, placeholder := range example.Placeholders() {
		for _, syntax := range example.Syntaxes() {
			text := syntax.Write(name, placeholder)
			found, err := t.scan(ctx, syntax.File, text)
			if err != nil {
				return err
			}
			if len(found) > 0 {
				t.failures = append(t.failures, Failure{Problem: "is found, and is a placeholder", Pattern: placeholder, Key: name,
					Syntax: syntax.Name, Value: placeholder, Text: text, Found: names(found)})
			}
		}
	}
	return nil
}

func (t *tester) scan(ctx context.Context, path, text string) ([]*finding.Finding, error) {
	t.count++
	return t.texts.Scan(ctx, path, []byte(text))
}

// pathFor returns the path of a text: one that the rule looks at, where it does not look at all.
func pathFor(rule *rules.Rule, syntax example.Syntax, seed int64) string {
	if re := rule.PathRegexp(); re != nil && !re.MatchString(syntax.File) {
		if path, err := example.Draw(rule.Path, seed); err == nil && re.MatchString(path) {
			return path
		}
	}
	return syntax.File
}

// missed says what is wrong with findings that must hold one of a rule with one of the values.
func missed(found []*finding.Finding, id string, forms []string) string {
	problem := "is not found"
	for _, f := range found {
		if f.RuleID != id {
			continue
		}
		if slices.ContainsFunc(forms, func(form string) bool { return same(f.Secret.Reveal(), form) }) {
			return ""
		}
		problem = "is not found whole"
	}
	return problem
}

// same reports whether a finding's value is the one that was written. Of a text of several lines,
// such as a key, it may be what is between the first and the last.
func same(found, written string) bool {
	if found == written {
		return true
	}
	several := strings.Contains(written, "\n") || strings.Contains(written, `\n`)
	return several && len(found) >= 32 && strings.Contains(written, found)
}

// names returns what findings are there.
func names(found []*finding.Finding) []string {
	var list []string
	for _, f := range found {
		list = append(list, fmt.Sprintf("%s (%s)", f.RuleID, f.Confidence))
	}
	return list
}
