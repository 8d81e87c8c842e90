// Package cli is the command line of unleak: commands, flags, and the wiring of
// rules, scanner and renderers.
//
// [Run] is the whole program as a function of its context, streams, environment
// and arguments. It changes no global state and never exits the process, so that
// several runs can go on in one process, as tests do.
//
// Who may write what: standard output gets the report (or the help that was
// asked for) and nothing else; everything a person is told on the side goes to
// standard error, in lines that begin with "error:", "hint:", "warning:" or "note:".
package cli

import (
	"context"
	"fmt"
	"io"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/unleak/unleak"
)

// Env is what a run gets from outside.
type Env struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	// Getenv looks up an environment variable, as [os.Getenv] does.
	Getenv func(string) string
	// Dir is the folder that relative paths start from. Empty is the working
	// directory of the process.
	Dir string
}

// Run runs the program with args (without the program's name) and returns its
// exit code. When ctx ends, a scan stops within a second and reports what it
// has covered.
func Run(ctx context.Context, env Env, args []string) int {
	a := &app{Env: env}
	root := a.rootCommand()
	// Never nil: cobra would take the arguments of the process instead.
	root.SetArgs(append([]string{}, args...))
	root.SetIn(env.Stdin)
	root.SetOut(env.Stdout)
	root.SetErr(env.Stderr)
	if cmd, err := root.ExecuteContextC(ctx); err != nil {
		a.printError(cmd, err)
		return exitCode(err)
	}
	return a.code
}

// app is one run of the program.
type app struct {
	Env
	code             int // of a command that ran to its end
	quiet, verbosely bool
}

// path resolves a path that the user gave.
func (a *app) path(name string) string {
	if a.Dir == "" || filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(a.Dir, name)
}

// notef tells something that only --verbose asks for.
func (a *app) notef(format string, args ...any) {
	if a.verbosely {
		a.printLines("note", fmt.Sprintf(format, args...))
	}
}

// warnf tells something a person should not miss, also with --quiet.
func (a *app) warnf(format string, args ...any) {
	a.printLines("warning", fmt.Sprintf(format, args...))
}

func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "unleak",
		Short: "Find every secret in everything a Git repository holds, and take it out",
		Long: `unleak finds every secret in everything a Git repository holds - every branch,
stash, reflog, dangling object, message and name - and says exactly where each
one lives. It takes secrets and files out of the whole history, and proves that
they are gone.

Found one? Revoke it first, at whoever issued it: take a value that was pushed
for known.`,
		Version: unleak.Version(),
		// For the suggestions of unknownCommand.
		SuggestionsMinimumDistance: 2,
		DisableFlagsInUseLine:      true,

		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			return a.unknownCommand(cmd, args[0])
		},
	}
	// Ours, for cobra's has -v for short, which is --verbose everywhere else.
	root.Flags().Bool("version", false, "show the version")
	root.SetVersionTemplate("unleak {{.Version}}\n")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usageError{err: err, hint: fmt.Sprintf("see %q", cmd.CommandPath()+" --help")}
	})
	root.SetHelpCommand(a.helpCommand())
	root.SetUsageFunc(usage) // of all commands that have none of their own
	root.AddCommand(a.scanCommand(), a.auditCommand(), a.convertCommand(), a.remediateCommand(), a.verifyCommand(), a.hookCommand(), a.rulesCommand(), a.versionCommand())
	root.AddCommand(a.completionCommand(), a.manCommand())
	root.AddCommand(topicCommands(root)...)
	completeRules(root)
	return root
}
