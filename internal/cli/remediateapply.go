package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/unleak/unleak/internal/report"
	"github.com/unleak/unleak/remediate"
	"github.com/unleak/unleak/remediate/account"
)

// applyPlan asks, unless it was told not to, and does what a plan says.
func (a *app) applyPlan(ctx context.Context, plan *remediate.Plan, shown *account.Plan, flags *remediateFlags, files []reportFile) error {
	nothing := shown.Empty() && !shown.Leaves()
	if refused := shown.Refused(); len(refused) > 0 && !nothing {
		if err := a.showPlan(shown, flags); err != nil {
			return err
		}
		return refusal(refused)
	}
	if shown.Empty() {
		if !nothing {
			a.code = exitFindings
		}
		return a.deliver(shown, flags.outputFlags, planFiles(files))
	}
	if err := a.confirm(ctx, shown, flags); err != nil {
		return err
	}
	done, err := plan.Apply(ctx, a.applyOptions())
	if done != nil && done.Plan != nil {
		done.Plan.Command = shown.Command
	}
	return a.applied(ctx, done, err, flags, files)
}

// planFiles are those that a plan can be written to.
func planFiles(files []reportFile) []reportFile {
	var fit []reportFile
	for _, file := range files {
		if file.format != report.Markdown {
			fit = append(fit, file)
		}
	}
	return fit
}

// confirm shows the plan and has the name of the repository typed, on a terminal. Everything goes to
// standard error: standard output gets the account.
func (a *app) confirm(ctx context.Context, plan *account.Plan, flags *remediateFlags) error {
	if flags.yes {
		return nil
	}
	if _, ok := terminalOf(a.Stdin); !ok {
		return usagef("add --yes once the plan is what you want", "--apply asks before it changes anything, and there is no terminal to ask on")
	}
	if err := a.showPlan(plan, flags); err != nil {
		return err
	}
	name := report.Printable(plan.Repository.Name)
	fmt.Fprintf(a.Stderr, "\nThis rewrites the history of %s. To do it, type its name: ", name)
	answer, err := readLine(ctx, a.Stdin)
	if err != nil {
		fmt.Fprintln(a.Stderr)
		return interruptedIf(ctx, fmt.Errorf("no answer, so nothing was changed: %w", err))
	}
	if answer != plan.Repository.Name && answer != name {
		return usagef("", "%q is not its name, so nothing was changed", answer)
	}
	return nil
}

// showPlan shows a person a plan beside standard output.
func (a *app) showPlan(plan *account.Plan, flags *remediateFlags) error {
	log := &defused{w: a.Stderr, active: a.Getenv("GITHUB_ACTIONS") == "true"}
	return errors.Join(report.WritePlan(log, report.Text, plan, a.textOptions(a.Stderr, flags.noColor)), log.Close())
}

// readLine reads a line without its end. When the context ends, the read is left to itself.
func readLine(ctx context.Context, from io.Reader) (string, error) {
	type line struct {
		text string
		err  error
	}
	read := make(chan line, 1)
	go func() {
		text, err := bufio.NewReader(from).ReadString('\n')
		if text != "" {
			err = nil
		}
		read <- line{strings.TrimRight(text, "\r\n"), err}
	}()
	select {
	case got := <-read:
		return got.text, got.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

func (a *app) applyOptions() remediate.ApplyOptions {
	return remediate.ApplyOptions{Progress: a.step}
}

// step tells what a remediation is doing.
func (a *app) step(name string) {
	if _, ok := terminalOf(a.Stderr); a.verbosely || ok && !a.quiet {
		a.printLines("note", name)
	}
}

// applied ends a run that changed a repository, or was stopped while it did.
func (a *app) applied(ctx context.Context, done *account.Account, err error, flags *remediateFlags, files []reportFile) error {
	var failed []error
	if done != nil {
		failed = append(failed, a.incidentFile(done))
		failed = append(failed, a.writeAll(flags.outputFlags, files, func(w writer) error {
			return report.WriteAccount(w.to, w.format, done, w.options)
		}))
		a.code = evidenceCode(done.Evidence)
	}
	switch {
	case err != nil && ctx.Err() != nil && errors.Is(err, context.Canceled):
		err = fmt.Errorf("%w: %w", errInterrupted, err)
	case errors.Is(err, remediate.ErrNothingPending):
		err = usagef("", "%w", err)
	}
	return errors.Join(append(failed, err)...)
}

// incidentFile writes the account as Markdown, beside that as JSON. It says nothing that others may not read, but what
// was removed is their business only if its owner wants that.
func (a *app) incidentFile(done *account.Account) error {
	if done.Files.Account != "" || done.Plan == nil || done.Plan.Repository.GitFolder == "" {
		return nil
	}
	name := filepath.Join(done.Plan.Repository.GitFolder, "unleak", "account.md")
	done.Files.Account = name
	var text strings.Builder
	err := report.WriteAccount(&text, report.Markdown, done, report.Options{})
	if err == nil {
		err = os.WriteFile(name, []byte(text.String()), 0o600)
	}
	if err != nil {
		done.Files.Account = ""
		return fmt.Errorf("the remediation is done, but its incident file could not be written: %w", err)
	}
	return nil
}
