package cli

import (
	"cmp"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/unleak/unleak/internal/guard"
)

func (a *app) hookCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "hook",
		Short: "Keep secrets out: look at commits and pushes before they are made",
		Long: `A guard is a hook of Git that has unleak look at what is about to come in, and
that stops it when there is a secret in it:

  pre-commit   what a commit would bring in
  pre-push     what a push would bring to another repository
  pre-receive  on a server, what a push brings, before it is accepted

A hook that is there already is kept and goes on running, and taking the guard
out puts it back as it was.`,
		Example: hookExample,
		Args:    cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			hint := `run "unleak hook --help" for the list of commands`
			if slices.Contains(guard.Hooks(), args[0]) {
				hint = `to install it, run "unleak hook install ` + args[0] + `"`
			} else if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
				hint = `did you mean "unleak hook ` + near[0] + `"?`
			}
			return usagef(hint, "there is no command %q", "hook "+args[0])
		},
		SuggestionsMinimumDistance: 2,
		DisableFlagsInUseLine:      true,
	}
	cmd.AddCommand(a.hookInstallCommand(), a.hookUninstallCommand(), a.hookStatusCommand(), a.hookRunCommand())
	return cmd
}

const hookExample = `  unleak hook install               guard commits and pushes of this repository
  unleak hook install pre-commit    only commits
  unleak hook status                which guards stand here, whoever put them there
  unleak hook uninstall             take them out again`

// hookArguments tells the names of hooks from the path of a repository, which is "." if there is none. A
// folder that is called like a hook is written ./pre-commit.
func hookArguments(args []string) (hooks []string, path string, err error) {
	for _, arg := range args {
		switch {
		case slices.Contains(guard.Hooks(), arg):
			if !slices.Contains(hooks, arg) {
				hooks = append(hooks, arg)
			}
		case path != "":
			return nil, "", usagef("the hooks are "+strings.Join(guard.Hooks(), ", "), "one PATH at a time, but got %q and %q", path, arg)
		default:
			path = arg
		}
	}
	return hooks, cmp.Or(path, "."), nil
}

// completeHooks completes the names of hooks, and paths.
func completeHooks(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return guard.Hooks(), cobra.ShellCompDirectiveDefault
}

// program is the path by which a guard calls this program: that on the PATH if it is the one that runs, as it is the one
// that stays when another version takes its place, otherwise where it lies.
func program() (string, error) {
	own, err := os.Executable()
	if err != nil {
		return "", err
	}
	if found, err := exec.LookPath("unleak"); err == nil && sameFile(found, own) {
		own = found
	}
	if own, err = filepath.Abs(own); err != nil {
		return "", err
	}
	return filepath.ToSlash(own), nil // sh on Windows knows slashes
}

func sameFile(a, b string) bool {
	first, err := os.Stat(a)
	if err != nil {
		return false
	}
	second, err := os.Stat(b)
	return err == nil && os.SameFile(first, second)
}
