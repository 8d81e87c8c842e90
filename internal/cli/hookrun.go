package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/guard"
	"github.com/unleak/unleak/internal/report"
	"github.com/unleak/unleak/internal/suppress"
	"github.com/unleak/unleak/rules"
	"github.com/unleak/unleak/scanner"
	"github.com/unleak/unleak/scanner/finding"
)

// hookFlags are the flags of "unleak hook run".
type hookFlags struct {
	ruleFlags
	suppressFlags
	minConfidence string
	allowComments bool
	noColor       bool
}

func (a *app) hookRunCommand() *cobra.Command {
	flags := &hookFlags{}
	cmd := &cobra.Command{
		Use:   "run [flags] HOOK [-- ARG...]",
		Short: "What a hook of Git calls: look, and stop it if there is a secret",
		Long: `Run is what a guard calls: a hook that Git runs, with the arguments and the input
that Git gives it. It looks at

  pre-commit   what is staged, in the index that this commit is made of
  pre-push     what the refs on standard input would bring to the remote that ARG
               names, and that no remote-tracking ref says it has
  pre-receive  what the refs on standard input bring that no ref here has yet

It says nothing if nothing is in the way. Otherwise it says on standard error what
is where and how to go on, and fails.

Commits and pushes follow the rule file and the ignore files in the root of the
work tree, as "unleak scan" does. On a server, nothing that is pushed has a say:
comments such as unleak:allow count for nothing, and what counts is in the folder
of the repository: rules in ` + serverRules + `, and what is allowed in
` + serverIgnore + `.

Exit codes:
` + codeTable(hookRunCodes),
		Example: `  # In a hook of your own, of husky or lefthook
  unleak hook run pre-commit
  unleak hook run pre-push -- "$@"

  # On a server, with what is allowed for all repositories
  unleak hook run --ignore-file /etc/unleakignore pre-receive`,
		ValidArgsFunction:     completeHooks,
		DisableFlagsInUseLine: true,
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := checkEmpty(cmd.Flags()); err != nil {
			return err
		}
		if len(args) == 0 || !slices.Contains(guard.Hooks(), args[0]) {
			return usagef("name pre-commit, pre-push or pre-receive", "no hook is named that unleak knows")
		}
		return a.hookRun(cmd.Context(), flags, args[0], args[1:])
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&flags.config, "config", "", "take the rules from `FILE`")
	f.StringArrayVar(&flags.only, "rule", nil, "use only the rule `ID`; may be repeated")
	f.StringArrayVar(&flags.exclude, "exclude-rule", nil, "do not use the rule `ID`; may be repeated")
	f.StringArrayVar(&flags.ignoreFiles, "ignore-file", nil, "allow what `FILE` names, in the form of "+ignoreName+"; may be repeated")
	f.StringVar(&flags.baseline, "baseline", "", "allow what the report `FILE` has")
	f.StringVar(&flags.minConfidence, "min-confidence", string(finding.ConfidenceMedium), "stop at findings of at least this confidence: `LEVEL` is low, medium or high")
	f.BoolVar(&flags.allowComments, "allow-comments", false, "pre-receive: comments such as unleak:allow count, though whoever pushes writes them")
	f.BoolVar(&flags.noColor, "no-color", false, "no colors; so does NO_COLOR in the environment")
	return cmd
}

// What whoever runs a server may put into the folder of a repository.
const (
	serverRules  = "info/unleak.toml"
	serverIgnore = "info/unleakignore"
)

// hookRun runs "unleak hook run".
func (a *app) hookRun(ctx context.Context, flags *hookFlags, hook string, args []string) error {
	if !slices.Contains(confidences, flags.minConfidence) {
		return usagef("write low, medium or high", "--min-confidence %q is no confidence", flags.minConfidence)
	}
	repository := scanner.Hook{Dir: a.Dir, Getenv: a.Getenv}
	root, gitDir, err := repository.Locate()
	if err != nil {
		return fmt.Errorf("%s: blocked, as the repository cannot be read: %w", hook, err)
	}
	source, err := a.hookSource(repository, hook, args)
	if source == nil || err != nil {
		return err
	}
	blocked := report.Blocked{What: "push", Server: hook == guard.PreReceive, Bypass: "git push --no-verify"}
	switch hook {
	case guard.PreCommit:
		blocked.What, blocked.Bypass = "commit", "git commit --no-verify"
	case guard.PreReceive:
		blocked.Bypass = ""
	}
	set, hide, err := a.hookRules(flags, blocked.Server, root, gitDir)
	if err != nil {
		return fmt.Errorf("the %s is blocked, as it is not clear what to look for:\n%w", blocked.What, err)
	}
	options := scanner.Options{
		Rules:           set,
		MinConfidence:   finding.Confidence(flags.minConfidence),
		NoAllowComments: blocked.Server && !flags.allowComments,
		Tool:            finding.Tool{Name: "unleak", Version: unleak.Version()},
		Progress:        &scanner.Progress{},
	}
	stop := a.showProgress(options.Progress)
	result, err := scanner.Scan(ctx, source, options)
	stop()
	if err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("%w before all was looked at: the %s is blocked", errInterrupted, blocked.What)
		}
		return fmt.Errorf("the %s is blocked, as it cannot be looked at: %w", blocked.What, err)
	}
	a.suppress(hide, result)
	if a.code = resultCode(result, failOn(finding.Low)); a.code == exitClean {
		return nil
	}
	blocked.Header, blocked.Findings, blocked.Hidden = result.Header, result.Findings, result.Hidden
	return a.sayBlocked(blocked, flags.noColor)
}

// sayBlocked tells on standard error what is blocked, and why.
func (a *app) sayBlocked(blocked report.Blocked, noColor bool) error {
	options := report.Options{Color: a.wantsColor(a.Stderr, noColor)}
	if terminal, ok := terminalOf(a.Stderr); ok {
		options.Width = min(terminalWidth(terminal), maximumWidth)
	}
	log := &defused{w: a.Stderr, active: a.Getenv("GITHUB_ACTIONS") == "true"}
	if err := report.WriteBlocked(log, blocked, options); err != nil {
		return err
	}
	return log.Close()
}

// hookRules loads rules and what is allowed. On a server they are never those of the repository's content.
func (a *app) hookRules(flags *hookFlags, server bool, root, gitDir string) (*rules.Set, *suppress.List, error) {
	suppressed := flags.suppressFlags
	chosen := flags.ruleFlags
	if server {
		root = ""
		if file := filepath.Join(gitDir, filepath.FromSlash(serverRules)); chosen.config == "" && isFile(file) {
			chosen.config = file
		}
		if file := filepath.Join(gitDir, filepath.FromSlash(serverIgnore)); isFile(file) {
			suppressed.ignoreFiles = append(slices.Clone(suppressed.ignoreFiles), file)
		}
	}
	set, err := a.rules(chosen, root)
	if err != nil {
		return nil, nil, err
	}
	hide, err := a.suppressions(suppressed, root)
	return set, hide, err
}

// isFile reports whether something is at a path. What it is shows when it is read.
func isFile(path string) bool {
	_, err := os.Lstat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

// hookSource is what a hook is to look at, nil for nothing.
func (a *app) hookSource(repository scanner.Hook, hook string, args []string) (scanner.Source, error) {
	switch hook {
	case guard.PreCommit:
		return repository.Staged(), nil
	case guard.PreReceive:
		updates, err := a.updates(hook, receivedUpdate)
		if len(updates) == 0 || err != nil {
			return nil, err
		}
		return repository.Incoming(scanner.Push{Updates: updates, KnownRefs: []string{"refs/"}}), nil
	}
	return a.pushSource(repository, args)
}
