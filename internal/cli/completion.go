package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/unleak/unleak/rules"
)

// shells are those that completion knows.
var shells = []string{"bash", "zsh", "fish", "powershell"}

func (a *app) completionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "completion SHELL",
		Short: "Have a shell complete commands, flags and their values",
		Long: `Completion prints a script for SHELL, which is ` + orList(shells) + `.
With it, the shell completes commands, flags, formats and the ids of rules.

bash, with its package bash-completion, in ~/.bashrc:

  source <(unleak completion bash)

or once, for new shells:

  unleak completion bash > ~/.local/share/bash-completion/completions/unleak

zsh, in ~/.zshrc, after compinit:

  source <(unleak completion zsh)

or once, into a folder of $fpath:

  unleak completion zsh > "${fpath[1]}/_unleak"

fish, once:

  unleak completion fish > ~/.config/fish/completions/unleak.fish

PowerShell, in the file that $PROFILE names:

  unleak completion powershell | Out-String | Invoke-Expression`,
		Example: `  # Try it in this shell
  source <(unleak completion bash)`,
		ValidArgs:             shells,
		DisableFlagsInUseLine: true,
		Args: func(_ *cobra.Command, args []string) error {
			hint := "write " + orList(shells)
			switch {
			case len(args) == 0:
				return usagef(hint, "completion needs the name of a shell")
			case len(args) > 1:
				return usagef("run the command once for each", "one shell at a time, but got %q and %q", args[0], args[1])
			case !slices.Contains(shells, args[0]):
				return usagef(hint, "there is no completion for %q", args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			root, out := cmd.Root(), &whileRead{w: a.Stdout}
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(out, true)
			case "zsh":
				return root.GenZshCompletion(out)
			case "fish":
				return root.GenFishCompletion(out, true)
			}
			return root.GenPowerShellCompletionWithDesc(out)
		},
	}
}

// completeRules has shells complete the ids and tags of rules, wherever flags name them.
func completeRules(root *cobra.Command) {
	for _, cmd := range root.Commands() {
		completeRules(cmd)
	}
	root.LocalFlags().VisitAll(func(flag *pflag.Flag) {
		var complete func(*rules.Rule) []cobra.Completion
		switch flag.Name {
		case "rule", "exclude-rule":
			complete = func(r *rules.Rule) []cobra.Completion {
				return []cobra.Completion{cobra.CompletionWithDesc(r.ID, r.Description)}
			}
		case "tag":
			complete = func(r *rules.Rule) []cobra.Completion { return r.Tags }
		default:
			return
		}
		values := func(cmd *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
			config, _ := cmd.Flags().GetString("config") // every command that names rules has it
			set, err := loadRules(config, true)
			if err != nil {
				return nil, cobra.ShellCompDirectiveError
			}
			var list []cobra.Completion
			for _, rule := range set.Rules {
				list = append(list, complete(rule)...)
			}
			slices.Sort(list)
			return slices.Compact(list), cobra.ShellCompDirectiveNoFileComp
		}
		if _, has := root.GetFlagCompletionFunc(flag.Name); has {
			return
		}
		if err := root.RegisterFlagCompletionFunc(flag.Name, values); err != nil {
			panic(err) // the flag is not defined
		}
	})
}

// orList joins words as a sentence has them.
func orList(words []string) string {
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}
