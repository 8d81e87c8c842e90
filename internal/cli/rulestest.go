package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/unleak/unleak/internal/report"
	"github.com/unleak/unleak/internal/ruletest"
)

// rulesTestFlags are the flags of "unleak rules test".
type rulesTestFlags struct {
	config string
	only   []string
	seeds  int
}

func (a *app) rulesTestCommand() *cobra.Command {
	flags := &rulesTestFlags{}
	cmd := &cobra.Command{
		Use:   "test [FILE]",
		Short: "Test that rules find their examples, and nothing that they must not",
		Long: `Test draws values from the patterns that stand beside each rule (examples and
counterexamples), writes each down in every syntax that files have, and scans
that with all rules of FILE, at every confidence. A rule must find each of its
examples, and none of its counterexamples. Placeholders that documentation
uses in place of a secret must not be found at all.

A rule file of gitleaks has no examples: what it says of its rules is how many
there are, and whether they take placeholders for secrets.

Values are made up from a seed: the same on every run, and nobody's. Those that
fail are printed in full.

Exit codes:
` + codeTable(rulesTestCodes),
		Example: `  # The rules in use
  unleak rules test

  # One rule of a file, thoroughly
  unleak rules test --rule acme-api-key --seeds 100 my-rules.toml`,
		DisableFlagsInUseLine: true,
	}
	configFlag(cmd.Flags(), &flags.config)
	cmd.Flags().StringArrayVar(&flags.only, "rule", nil, "test only the rule `ID`, without placeholders; may be repeated")
	cmd.Flags().IntVar(&flags.seeds, "seeds", ruletest.DefaultSeeds, "draw `N` values from each pattern")
	cmd.Flags().BoolVarP(&a.verbosely, "verbose", "v", false, "print every failure, and not only the first of a pattern")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := checkEmpty(cmd.Flags()); err != nil {
			return err
		}
		return a.rulesTest(cmd.Context(), flags, args)
	}
	return cmd
}

func (a *app) rulesTest(ctx context.Context, flags *rulesTestFlags, args []string) error {
	if flags.seeds < 1 || flags.seeds > 10_000 {
		return usagef("write a number from 1 to 10000", "--seeds %d makes no sense", flags.seeds)
	}
	set, err := a.rulesOf(flags.config, args)
	if err != nil {
		return err
	}
	if _, err := set.Select(flags.only, nil); err != nil {
		return usageError{err: err, hint: `run "unleak rules list" for the ids`}
	}
	result, err := ruletest.Run(ctx, ruletest.Options{Rules: set, Only: flags.only, Seeds: flags.seeds})
	switch {
	case err != nil && ctx.Err() != nil:
		return fmt.Errorf("%w before all rules were tested", errInterrupted)
	case err != nil:
		return err
	}
	if len(result.Failures) > 0 {
		a.code = exitFindings
	}
	return a.writeTest(result)
}

// writeTest writes what a test came to. Rule files are hostile, so all that is theirs is escaped.
func (a *app) writeTest(result *ruletest.Report) error {
	out := a.stdout()
	for i, f := range result.Failures {
		if i > 0 && sameExample(f, result.Failures[i-1]) {
			if a.verbosely {
				writeFailure(out, f)
			}
			continue
		}
		alike := 0
		for alike = 1; i+alike < len(result.Failures) && sameExample(f, result.Failures[i+alike]); alike++ {
		}
		writeFailure(out, f)
		if alike > 1 && !a.verbosely {
			fmt.Fprintf(out, "  and %s more of this pattern: %s\n\n", counted(alike-1, "text"), wrong(result.Failures[i:i+alike]))
		}
	}
	if len(result.Untested) > 0 {
		fmt.Fprintf(out, "without examples:\n%s\n", wrapped(report.Printable(strings.Join(result.Untested, " ")), "  "))
	}
	verdict := "all as they should be"
	if len(result.Failures) > 0 {
		verdict = fmt.Sprintf("%d not as they should be", len(result.Failures))
	}
	fmt.Fprintf(out, "%s tested, %d without examples; %s scanned, %s\n", counted(result.Tested, "rule"), len(result.Untested), counted(result.Texts, "text"), verdict)
	return out.Close()
}

// sameExample reports whether two failures are of one pattern of one rule, or both of placeholders.
func sameExample(a, b ruletest.Failure) bool {
	return a.Rule == b.Rule && a.Pattern == b.Pattern && a.Problem == b.Problem
}

// wrong says which syntaxes failures are in, and how often.
func wrong(failures []ruletest.Failure) string {
	var order []string
	times := map[string]int{}
	for _, f := range failures {
		if times[f.Syntax]++; times[f.Syntax] == 1 {
			order = append(order, f.Syntax)
		}
	}
	for i, name := range order {
		order[i] = fmt.Sprintf("%s %d", name, times[name])
	}
	return strings.Join(order, ", ")
}

func writeFailure(w io.Writer, f ruletest.Failure) {
	what := "rule " + f.Rule
	if f.Rule == "" {
		what = "placeholder"
	}
	fmt.Fprintf(w, "%s: %s %s\n", report.Printable(what), report.Printable(f.Pattern), f.Problem)
	fmt.Fprintf(w, "  syntax %s, seed %d, name %s\n", f.Syntax, f.Seed, report.Printable(f.Key))
	found := "nothing is found"
	if len(f.Found) > 0 {
		found = "found: " + strings.Join(f.Found, ", ")
	}
	fmt.Fprintf(w, "  %s\n", report.Printable(found))
	for line := range strings.Lines(f.Text) {
		fmt.Fprintf(w, "  | %s\n", report.Printable(strings.TrimRight(line, "\r\n")))
	}
	fmt.Fprintln(w)
}

// counted is a number of things, in words.
func counted(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return fmt.Sprintf("%d %s", n, thing)
}
