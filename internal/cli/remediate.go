package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/unleak/unleak/internal/report"
	"github.com/unleak/unleak/remediate"
	"github.com/unleak/unleak/remediate/account"
)

// remediateFlags are the flags of "unleak remediate".
type remediateFlags struct {
	ruleFlags
	outputFlags

	paths       []string
	secrets     bool
	findings    []string // fingerprints, or how they begin
	replaceText string   // file
	messages    bool
	keepIDs     bool
	binary      string

	apply, yes       bool
	resume, rollback bool
	backup           string // file
	noBackup, force  bool
	jobs             int
}

func (a *app) remediateCommand() *cobra.Command {
	flags := &remediateFlags{}
	cmd := &cobra.Command{
		Use:                   "remediate [PATH]",
		Short:                 "Take secrets or files out of the whole history",
		Long:                  remediateLong(),
		Example:               remediateExample,
		DisableFlagsInUseLine: true,
		Args:                  atMostOne,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkEmpty(cmd.Flags()); err != nil {
				return err
			}
			repository := "."
			if len(args) == 1 {
				repository = args[0]
			}
			return a.remediate(cmd.Context(), flags, repository)
		},
	}
	a.addRemediateFlags(cmd, flags)
	return cmd
}

func atMostOne(cmd *cobra.Command, args []string) error {
	if len(args) > 1 {
		return usagef(fmt.Sprintf("see %q", cmd.CommandPath()+" --help"), "%q takes one path, but got %d", cmd.CommandPath(), len(args))
	}
	return nil
}

// remediate runs "unleak remediate".
func (a *app) remediate(ctx context.Context, flags *remediateFlags, repository string) error {
	if err := flags.check(); err != nil {
		return err
	}
	if a.quiet && a.verbosely {
		return usagef("choose one", "--quiet and --verbose cannot go together")
	}
	if isURL(repository) && !a.exists(repository) {
		return usagef("clone it, best with --mirror, and give the path of the clone", "%q is elsewhere, and only a repository on this machine can be changed", withoutUser(repository))
	}
	path := a.path(repository)
	files, err := a.remediationFiles(flags.outputFlags, flags.apply || flags.resume)
	if err != nil {
		return err
	}
	switch {
	case flags.rollback:
		return a.rollback(ctx, path, flags)
	case flags.resume:
		done, err := remediate.Resume(ctx, path, a.applyOptions())
		return a.applied(ctx, done, err, flags, files)
	}
	plan, incomplete, err := a.plan(ctx, flags, path)
	if err != nil {
		return interruptedIf(ctx, err)
	}
	defer plan.Close()
	shown := *plan.Account()
	shown.Command = flags.command(repository)
	if !flags.apply {
		if err := a.deliver(&shown, flags.outputFlags, files); err != nil {
			return err
		}
		return a.planCode(&shown, incomplete)
	}
	return a.applyPlan(ctx, plan, &shown, flags, files)
}

// planCode ends a run that made a plan.
func (a *app) planCode(plan *account.Plan, incomplete bool) error {
	if refused := plan.Refused(); len(refused) > 0 && (!plan.Empty() || plan.Leaves()) {
		return refusal(refused)
	}
	if incomplete {
		a.code = exitIncomplete
	}
	return nil
}

// refusal is the error of a plan that must not be applied.
func refusal(refused []account.Check) error {
	var names []string
	for _, check := range refused {
		names = append(names, check.Name)
	}
	what := "a safety check refuses"
	if len(refused) > 1 {
		what = fmt.Sprintf("%d safety checks refuse", len(refused))
	}
	return usagef(refused[0].Remedy, "%s this plan: %s", what, strings.Join(names, ", "))
}

// interruptedIf makes err the end of an interrupted run, if the context has ended.
func interruptedIf(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return fmt.Errorf("%w: nothing was changed", errInterrupted)
	}
	return err
}

// rollback takes an interrupted remediation back.
func (a *app) rollback(ctx context.Context, path string, flags *remediateFlags) error {
	if err := a.confirmedRollback(path, flags); err != nil {
		return err
	}
	if err := remediate.Rollback(ctx, path); err != nil {
		return err
	}
	_, err := fmt.Fprintln(a.Stdout, "The remediation is taken back: every ref is where it was. The backup, if one was written, is still there.")
	return err
}

// confirmedRollback fails where there is nothing to take back.
func (a *app) confirmedRollback(path string, _ *remediateFlags) error {
	if _, pending := remediate.Pending(path); !pending {
		return usagef("a remediation that ended cannot be taken back from here: clone the backup bundle", "%w", remediate.ErrNothingPending)
	}
	return nil
}

// replaceTextFile reads the file of --replace-text; "-" is standard input.
func (a *app) replaceTextFile(name string) ([]byte, error) {
	if name == "" {
		return nil, nil
	}
	content, err := os.ReadFile(a.path(name))
	if err != nil {
		return nil, fmt.Errorf("cannot read the file of --replace-text: %w", err)
	}
	if content == nil {
		content = []byte{}
	}
	return content, nil
}

// deliver writes a plan to every file and to standard output.
func (a *app) deliver(plan *account.Plan, flags outputFlags, files []reportFile) error {
	return a.writeAll(flags, files, func(w writer) error { return report.WritePlan(w.to, w.format, plan, w.options) })
}
