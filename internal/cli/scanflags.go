package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/unleak/unleak/scanner/finding"
)

// flagGroup is flags that help shows under one heading.
type flagGroup struct {
	title string
	flags *pflag.FlagSet
}

func newGroup(title string) flagGroup {
	group := flagGroup{title, pflag.NewFlagSet(title, pflag.ContinueOnError)}
	group.flags.SortFlags = false
	return group
}

// addScanFlags defines the flags of "unleak scan", and shows them in groups.
func (a *app) addScanFlags(cmd *cobra.Command, f *scanFlags) {
	what := newGroup("What to scan")
	what.flags.BoolVar(&f.staged, "staged", false, "only what is staged for the next commit")
	what.flags.BoolVar(&f.worktree, "worktree", false, "only the files on disk, leaving out what .gitignore ignores")
	what.flags.BoolVar(&f.noIgnore, "no-ignore", false, "with --worktree: also what .gitignore ignores")
	what.flags.StringVar(&f.commits, "range", "", "only what the commits of `A..B` bring in: for pull requests and pre-push hooks")

	reports := newGroup("Reports")
	addOutputFlags(reports.flags, &f.outputFlags)
	reports.flags.StringVar(&f.stats, "stats", "", "write to `FILE` as JSON what the scan cost; of a repository, also the time of a walk that only decodes it")
	reports.flags.BoolVar(&f.reveal, "reveal", false, "show secret values in full; otherwise they are redacted everywhere")
	reports.flags.StringVar(&f.minConfidence, "min-confidence", string(finding.ConfidenceMedium), "show findings of at least this confidence: `LEVEL` is low, medium or high; the rest is counted")
	reports.flags.IntVar(&f.contextLines, "context", -1, "show `N` lines before and after each secret, with everything in them masked that could be one, in text, JSON and HTML (default: 2 in HTML alone)")
	reports.flags.Lookup("context").DefValue = "0" // so that help does not show what stands for none given
	addFailOn(reports.flags, &f.failOn, string(finding.Low), "exit 1 only if a finding is at least this severe: `SEVERITY` is critical, high, medium, low or never; an incomplete scan still exits 3")
	reports.flags.BoolVar(&f.exitZero, "exit-zero", false, "the same as --fail-on never")
	reports.flags.BoolVar(&f.noColor, "no-color", false, "no colors; so does NO_COLOR in the environment")
	reports.flags.BoolVarP(&a.quiet, "quiet", "q", false, "no progress: only warnings and errors on standard error")
	reports.flags.BoolVarP(&a.verbosely, "verbose", "v", false, "say which rules are in use, and what time and memory it took")

	selection := newGroup("Rules")
	selection.flags.StringVar(&f.config, "config", "", "take the rules from `FILE`; otherwise from "+configNames[0]+" or "+configNames[1]+" in the root of what is scanned, otherwise the built-in ones")
	selection.flags.StringArrayVar(&f.only, "rule", nil, "use only the rule `ID`; may be repeated")
	selection.flags.StringArrayVar(&f.exclude, "exclude-rule", nil, "do not use the rule `ID`; may be repeated")

	known := newGroup("What is known")
	known.flags.StringArrayVar(&f.ignoreFiles, "ignore-file", nil, "hide what `FILE` names, in the form of "+ignoreName+", or of "+gitleaksIgnoreName+" if it is named so; may be repeated. Those in the root of what is scanned are used anyway")
	known.flags.StringVar(&f.baseline, "baseline", "", "hide what the report `FILE` has, a JSON report of unleak or of gitleaks, and say how much that is")

	limits := newGroup("Limits")
	limits.flags.IntVar(&f.jobs, "jobs", 0, "scan with `N` workers (default: one for each core)")
	limits.flags.Var(&f.maxObjectSize, "max-object-size", "leave out objects above this `SIZE`, and say so")
	limits.flags.Var(&f.memoryBudget, "memory-budget", "keep at most this `SIZE` of objects in memory")

	hidden := newGroup("")
	hidden.flags.StringVar(&f.cpu, "cpuprofile", "", "write a CPU profile to `FILE`")
	hidden.flags.StringVar(&f.memory, "memprofile", "", "write an allocation profile to `FILE`")
	hidden.flags.BoolVar(&f.full, "full-scan", false, "match every blob whole, and not only where a delta changes it")
	hidden.flags.VisitAll(func(flag *pflag.Flag) { flag.Hidden = true })

	groups := []flagGroup{what, reports, selection, known, limits}
	for _, group := range append(groups, hidden) {
		cmd.Flags().AddFlagSet(group.flags)
	}
	cmd.SetUsageFunc(groupedUsage(groups))
	completions(cmd)
}

// groupedUsage is cobra's usage with the flags under headings.
func groupedUsage(groups []flagGroup) func(*cobra.Command) error {
	noteGroups(groups)
	return func(cmd *cobra.Command) error {
		var text strings.Builder
		fmt.Fprintf(&text, "Usage:\n  %s [flags]\n\nExamples:\n%s\n", cmd.UseLine(), cmd.Example)
		for _, group := range groups {
			fmt.Fprintf(&text, "\n%s:\n%s", group.title, group.flags.FlagUsagesWrapped(helpWidth))
		}
		_, err := fmt.Fprint(cmd.OutOrStderr(), text.String())
		return err
	}
}

// helpWidth is fixed, so that help reads the same wherever it is shown.
const helpWidth = 80

// completions has shells complete the values of flags.
func completions(cmd *cobra.Command) {
	completeOutput(cmd)
	for flag, complete := range map[string]cobra.CompletionFunc{
		"min-confidence": cobra.FixedCompletions(confidences, cobra.ShellCompDirectiveNoFileComp),
	} {
		if err := cmd.RegisterFlagCompletionFunc(flag, complete); err != nil {
			panic(err) // the flag is not defined
		}
	}
}

// ruleCompletions completes the id of a rule.
func ruleCompletions(config string) ([]cobra.Completion, cobra.ShellCompDirective) {
	set, err := loadRules(config, true)
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var completions []cobra.Completion
	for _, rule := range set.Rules {
		completions = append(completions, cobra.CompletionWithDesc(rule.ID, rule.Description))
	}
	return completions, cobra.ShellCompDirectiveNoFileComp
}
