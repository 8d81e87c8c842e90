package cli

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/unleak/unleak/internal/match"
	"github.com/unleak/unleak/internal/report"
	"github.com/unleak/unleak/rules"
)

func (a *app) rulesCheckCommand() *cobra.Command {
	var config string
	var strict bool
	cmd := &cobra.Command{
		Use:   "check [FILE]",
		Short: "Check rules for what makes them slow, or keeps them from matching",
		Long: `Check loads the rules of FILE and warns of those that cost more than they need
to, or cannot do what they are there for: a regex that holds no text by which it
is found, matches without a bound, keywords that no match can hold or that are
everywhere, a regex that two rules have, an allowlist that can never apply.

A file that does not load is an error, with every mistake in it.

Exit codes:
` + codeTable(rulesCheckCodes),
		Example: `  # The rules that a scan of the current directory uses
  unleak rules check

  # A file, in CI
  unleak rules check --strict rules.toml`,
		DisableFlagsInUseLine: true,
	}
	configFlag(cmd.Flags(), &config)
	cmd.Flags().BoolVar(&strict, "strict", false, "exit 1 if there are warnings")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := checkEmpty(cmd.Flags()); err != nil {
			return err
		}
		set, err := a.loadRulesOf(config, args)
		if err != nil {
			return err
		}
		warnings := ruleWarnings(set)
		if strict && len(warnings) > 0 {
			a.code = exitFindings
		}
		return a.writeWarnings(set, warnings)
	}
	return cmd
}

// ruleWarning is a warning with its place.
type ruleWarning struct {
	file string
	line int
	rule string
	text string
}

// ruleWarnings returns what is to be said of a set, by file and line.
func ruleWarnings(set *rules.Set) []ruleWarning {
	var list []ruleWarning
	for _, w := range set.Warnings {
		list = append(list, ruleWarning{w.File, w.Line, w.Rule, w.Problem})
	}
	for _, w := range match.Check(set) {
		file, line := w.Rule.Position(w.Key)
		list = append(list, ruleWarning{file, line, w.Rule.ID, w.Key + ": " + w.Text})
	}
	// Where some rules have examples, the others lack them.
	if without := withoutExamples(set); len(without) < contentRules(set) {
		for _, rule := range without {
			file, line := rule.Position("")
			list = append(list, ruleWarning{file, line, rule.ID, "examples: there are none, so \"unleak rules test\" cannot tell whether it works"})
		}
	}
	slices.SortStableFunc(list, func(a, b ruleWarning) int {
		return cmp.Or(cmp.Compare(a.file, b.file), cmp.Compare(a.line, b.line))
	})
	return list
}

// withoutExamples returns the rules that look into texts and have no examples.
func withoutExamples(set *rules.Set) []*rules.Rule {
	return slices.DeleteFunc(slices.Clone(set.Rules), func(r *rules.Rule) bool { return match.IsPathRule(r) || len(r.Examples) > 0 })
}

// contentRules is how many rules look into texts.
func contentRules(set *rules.Set) int {
	n := 0
	for _, rule := range set.Rules {
		if !match.IsPathRule(rule) {
			n++
		}
	}
	return n
}

func (a *app) writeWarnings(set *rules.Set, warnings []ruleWarning) error {
	out := a.stdout()
	for _, w := range warnings {
		// As mistakes that keep a file from loading are shown.
		text := &rules.Error{File: w.file, Line: w.line, Rule: w.rule, Problem: w.text}
		fmt.Fprintln(out, report.Printable(text.Error()))
	}
	if without := len(withoutExamples(set)); without > 0 && without == contentRules(set) {
		fmt.Fprintf(out, "no rule has examples: \"unleak rules test\" can test placeholders alone\n")
	}
	fmt.Fprintf(out, "%s checked, %s\n", counted(len(set.Rules), "rule"), counted(len(warnings), "warning"))
	return out.Close()
}
