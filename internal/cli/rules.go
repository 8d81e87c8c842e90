package cli

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/unleak/unleak/rules"
	"github.com/unleak/unleak/scanner"
)

func (a *app) rulesCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "List, show, test and check the rules that a scan uses",
		Long: `Rules say what a secret looks like. These commands look at the rules in use: those
of a file, or of the repository in the current directory if it brings a rule file
along, or else the built-in ones.`,
		Example: rulesExample,
		Args:    cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			hint := `run "unleak rules --help" for the list of commands`
			if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
				hint = `did you mean "unleak rules ` + near[0] + `"?`
			}
			return usagef(hint, "there is no command %q", "rules "+args[0])
		},
		SuggestionsMinimumDistance: 2,
		DisableFlagsInUseLine:      true,
	}
	cmd.AddCommand(a.rulesListCommand(), a.rulesShowCommand(), a.rulesTestCommand(), a.rulesCheckCommand())
	return cmd
}

const rulesExample = `  unleak rules list                     every rule in use
  unleak rules list --tag cloud key     those with a tag and a word
  unleak rules show github-token        all about one
  unleak rules test my-rules.toml       does each find its examples?
  unleak rules check .gitleaks.toml     what would make a rule slow, or never match?`

// configFlag adds --config, which means what it does for a scan.
func configFlag(flags *pflag.FlagSet, config *string) {
	flags.StringVar(config, "config", "", "take the rules from `FILE`; otherwise those that a scan of the current directory uses")
}

// rulesOf loads the rules of a file that was named, as an argument or with --config, or else those
// that a scan of the current directory uses, and warns of what is wrong with them.
func (a *app) rulesOf(config string, args []string) (*rules.Set, error) {
	set, err := a.loadRulesOf(config, args)
	if err != nil {
		return nil, err
	}
	for _, warning := range set.Warnings {
		a.warnf("%v", warning)
	}
	return set, nil
}

// loadRulesOf is rulesOf without warnings.
func (a *app) loadRulesOf(config string, args []string) (*rules.Set, error) {
	switch {
	case len(args) > 1:
		return nil, usagef("run the command once for each", "one rule file at a time, but got %q and %q", args[0], args[1])
	case len(args) == 1 && config != "":
		return nil, usagef("choose one", "the rules come from %q or from --config %q", args[0], config)
	case len(args) == 1:
		config = args[0]
	}
	root := ""
	if config == "" {
		var err error
		if _, root, err = scanner.Detect(a.path(".")); err != nil {
			return nil, err
		}
	}
	file, err := a.ruleFile(config, root)
	if err != nil {
		return nil, err
	}
	return loadRules(file, config != "")
}

// stdout is standard output for text with parts of rule files, which may be hostile. It must be closed.
func (a *app) stdout() *defused {
	return &defused{w: &whileRead{w: a.Stdout}, active: a.Getenv("GITHUB_ACTIONS") == "true"}
}
