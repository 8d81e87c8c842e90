package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/unleak/unleak/internal/guard"
	"github.com/unleak/unleak/internal/report"
)

func (a *app) hookInstallCommand() *cobra.Command {
	var shared bool
	cmd := &cobra.Command{
		Use:   "install [--shared] [HOOK...] [PATH]",
		Short: "Put guards into a repository",
		Long: `Install puts a guard into the folder that Git takes the hooks of this repository
from: HOOK is pre-commit, pre-push or pre-receive. With none, it puts in pre-commit
and pre-push, or in a bare repository pre-receive.

A hook that is there is kept as HOOK.before-unleak and goes on running with the
same arguments and input: before unleak looks at a commit, and after it has
looked at a push. If it fails, so does the commit or push.

Installing again changes nothing. If the program is ever gone, the guard stops
commits and pushes, and says how to go on.`,
		Example: `  # Guard commits and pushes of the repository in the current directory
  unleak hook install

  # Guard what a server accepts
  unleak hook install pre-receive /srv/git/project.git`,
		ValidArgsFunction:     completeHooks,
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.hookInstall(cmd.Context(), args, shared)
		},
	}
	cmd.Flags().BoolVar(&shared, "shared", false, "install also into a folder of hooks that is not this repository's alone")
	return cmd
}

// guarded is a repository whose hooks are changed.
type guarded struct {
	hooks   []string
	folders []guard.HooksFolder // for each hook
}

// guarded finds the repository of arguments and the folders of its hooks.
func (a *app) guarded(ctx context.Context, args []string) (*guarded, error) {
	hooks, path, err := hookArguments(args)
	if err != nil {
		return nil, err
	}
	layout, err := guard.Locate(a.path(path))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, usagef("give the path of a repository; the hooks are pre-commit, pre-push and pre-receive", "there is nothing at %q", path)
	}
	if err != nil {
		return nil, err
	}
	switch {
	case len(hooks) > 0:
	case layout.WorkTree == "":
		hooks = []string{guard.PreReceive}
	default:
		hooks = []string{guard.PreCommit, guard.PrePush}
	}
	g := &guarded{hooks: hooks}
	for _, hook := range hooks {
		folder, err := guard.Folder(ctx, layout, hook)
		if err != nil {
			return nil, err
		}
		g.folders = append(g.folders, folder)
	}
	return g, nil
}

// hookInstall runs "unleak hook install".
func (a *app) hookInstall(ctx context.Context, args []string, shared bool) error {
	g, err := a.guarded(ctx, args)
	if err != nil {
		return err
	}
	for i, folder := range g.folders {
		if folder.Shared != "" && !shared {
			return usagef(sharedHint(folder, g.hooks[i]), "the hooks folder %q is not this repository's alone: a hook there affects %s", folder.Path, folder.Shared)
		}
	}
	program, err := program()
	if err != nil {
		return fmt.Errorf("where this program lies cannot be found out: %w", err)
	}
	for i, hook := range g.hooks {
		change, err := guard.Install(g.folders[i], hook, program)
		if err != nil {
			return hookError(hook, err)
		}
		done := "installed"
		if !change.Changed {
			done = "already installed"
		}
		a.say("%s: %s (%s)", hook, done, change.File)
		if change.Kept != "" {
			a.say("  your own hook is kept as %s, and goes on running", filepath.Base(change.Kept))
		}
		if change.Idle {
			a.warnf("%s is not executable, so git has not run it and neither does the guard: `chmod +x` it if it is to run", change.Kept)
		}
	}
	return nil
}

// sharedHint says how to go on where hooks are not the repository's own.
func sharedHint(folder guard.HooksFolder, hook string) string {
	if filepath.Base(filepath.Dir(folder.Path)) == ".husky" || filepath.Base(folder.Path) == ".husky" {
		return fmt.Sprintf(`these are the hooks of husky: add the line 'unleak hook run %[1]s -- "$@"' to .husky/%[1]s instead`, hook)
	}
	return "if that is what you want, say so with --shared"
}

// hookError explains why a hook was left alone.
func hookError(hook string, err error) error {
	hint := ""
	switch {
	case errors.Is(err, guard.ErrEdited):
		hint = "nothing was changed: keep what you added elsewhere, remove the file, and run this again"
	case errors.Is(err, guard.ErrInTheWay):
		hint = "nothing was changed"
	case errors.Is(err, fs.ErrPermission):
		hint = "the folder of hooks belongs to somebody else"
	}
	return usageError{err: fmt.Errorf("%s: %w", hook, err), hint: hint}
}

// say writes a line of a command's own output.
func (a *app) say(format string, args ...any) {
	fmt.Fprintln(a.Stdout, defuse(report.Printable(fmt.Sprintf(format, args...))))
}

func (a *app) hookUninstallCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "uninstall [HOOK...] [PATH]",
		Short: "Take guards out again, and put back what was there before",
		Long: `Uninstall takes guards out that "unleak hook install" put in, and puts back the
hook that was there before, as it was. With no HOOK it takes out all of them.
A guard that was edited since is left alone.`,
		Example: `  unleak hook uninstall
  unleak hook uninstall pre-push`,
		ValidArgsFunction:     completeHooks,
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.hookUninstall(cmd.Context(), args)
		},
	}
}

// hookUninstall runs "unleak hook uninstall".
func (a *app) hookUninstall(ctx context.Context, args []string) error {
	if hooks, path, err := hookArguments(args); err == nil && len(hooks) == 0 {
		args = append(guard.Hooks(), path)
	}
	g, err := a.guarded(ctx, args)
	if err != nil {
		return err
	}
	found := false
	for i, hook := range g.hooks {
		change, err := guard.Uninstall(g.folders[i], hook)
		if err != nil {
			return hookError(hook, err)
		}
		if !change.Changed {
			continue
		}
		found = true
		a.say("%s: taken out (%s)", hook, change.File)
		if change.Kept != "" {
			a.say("  the hook that was there before is back")
		}
	}
	if !found {
		a.say("no guard to take out")
	}
	return nil
}

func (a *app) hookStatusCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "status [HOOK...] [PATH]",
		Short: "Say which guards stand, whoever put them there",
		Long: `Status says which hooks of a repository have unleak look at commits and pushes:
guards of "unleak hook install", hooks of your own, and those of the pre-commit
framework, husky and lefthook.

Exit codes:
` + codeTable(hookStatusCodes),
		Example:               "  unleak hook status",
		ValidArgsFunction:     completeHooks,
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.hookStatus(cmd.Context(), args)
		},
	}
}

// hookStatus runs "unleak hook status".
func (a *app) hookStatus(ctx context.Context, args []string) error {
	hooks, path, err := hookArguments(args)
	if err != nil {
		return err
	}
	g, err := a.guarded(ctx, args)
	if err != nil {
		return err
	}
	layout, err := guard.Locate(a.path(path))
	if err != nil {
		return err
	}
	guards, err := guard.Installed(ctx, layout)
	if err != nil {
		return err
	}
	standing := map[string]bool{}
	shown := guard.Hooks()
	if len(hooks) > 0 {
		shown = hooks
	}
	for _, hook := range shown {
		known := false
		for _, found := range guards {
			if found.Hook != hook {
				continue
			}
			known = true
			if found.Problem != "" {
				a.say("%s: not in force (%s, %s): %s", hook, found.By, found.File, found.Problem)
				continue
			}
			standing[hook] = true
			a.say("%s: guarded (%s, %s)", hook, found.By, found.File)
		}
		if !known && slices.Contains(g.hooks, hook) {
			a.say("%s: no guard", hook)
		}
	}
	a.code = exitClean
	if len(hooks) == 0 && len(standing) == 0 {
		a.code = exitFindings
	}
	for _, hook := range hooks {
		if !standing[hook] {
			a.code = exitFindings
		}
	}
	return nil
}
