package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/unleak/unleak/internal/audit"
	"github.com/unleak/unleak/internal/audit/checklist"
	"github.com/unleak/unleak/internal/report"
	"github.com/unleak/unleak/scanner"
)

// auditFlags are the flags of "unleak audit".
type auditFlags struct {
	ruleFlags
	outputFlags
	suppressFlags
	alerts string // file
	jobs   int
}

func (a *app) auditCommand() *cobra.Command {
	flags := &auditFlags{}
	cmd := &cobra.Command{
		Use:   "audit [PATH]",
		Short: "Say whether a repository may go public",
		Long: `Audit goes through what should be true of a repository before everybody can read
it, says of each item whether it is, what stands in the way, and which command
mends it. It scans everything that the repository holds, as "unleak scan" does,
and looks at what lies beside: ignore rules, remotes, configuration, hooks.

Nothing in the repository is run or changed, nothing is sent anywhere, and no
value is shown.

Exit codes:
` + codeTable(auditCodes),
		Example: `  # May this repository go public?
  unleak audit

  # The same for a mirror of one, with a report to attach to an issue
  git clone --mirror https://git.example.org/group/project.git
  unleak audit --output audit.md project.git

  # What of the alerts of GitHub's secret scanning is still there?
  gh api --paginate --slurp repos/OWNER/NAME/secret-scanning/alerts > alerts.json
  unleak audit --alerts alerts.json`,
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
			return a.audit(cmd.Context(), flags, repository)
		},
	}
	a.addAuditFlags(cmd, flags)
	return cmd
}

func (a *app) addAuditFlags(cmd *cobra.Command, f *auditFlags) {
	what := newGroup("What to look at")
	what.flags.StringVar(&f.alerts, "alerts", "", "also judge the alerts of GitHub's secret scanning in `FILE`, as its REST API prints them; - is standard input")

	reports := newGroup("Reports")
	reports.flags.StringVar(&f.format, "format", "text", "write the checklist on standard output in this `FORMAT`: text, json, markdown or html")
	reports.flags.StringArrayVar(&f.files, "output", nil, "write it to `FILE` too, in the format its extension says (.txt, .json, .md, .html), or as FORMAT:FILE; may be repeated")
	reports.flags.BoolVar(&f.noColor, "no-color", false, "no colors; so does NO_COLOR in the environment")
	reports.flags.BoolVarP(&a.quiet, "quiet", "q", false, "no progress: only warnings and errors on standard error")
	reports.flags.BoolVarP(&a.verbosely, "verbose", "v", false, "say what each item rests on, and list all evidence")

	selection := newGroup("Rules")
	selection.flags.StringVar(&f.config, "config", "", "take the rules from `FILE`; otherwise as unleak scan does")
	selection.flags.StringArrayVar(&f.only, "rule", nil, "use only the rule `ID`; may be repeated")
	selection.flags.StringArrayVar(&f.exclude, "exclude-rule", nil, "do not use the rule `ID`; may be repeated")
	selection.flags.StringArrayVar(&f.ignoreFiles, "ignore-file", nil, "leave out what `FILE` names, and say so; as for unleak scan, and those in the root are used anyway")
	selection.flags.StringVar(&f.baseline, "baseline", "", "leave out what the report `FILE` has, and say so")
	selection.flags.IntVar(&f.jobs, "jobs", 0, "work with `N` workers (default: one for each core)")

	groups := []flagGroup{what, reports, selection}
	for _, group := range groups {
		cmd.Flags().AddFlagSet(group.flags)
	}
	cmd.SetUsageFunc(groupedUsage(groups))
	if err := cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(report.AuditFormats(), cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic(err) // the flag is not defined
	}
}

// audit runs "unleak audit" and leaves the exit code in a.code.
func (a *app) audit(ctx context.Context, flags *auditFlags, repository string) error {
	switch {
	case a.quiet && a.verbosely:
		return usagef("choose one", "--quiet and --verbose cannot go together")
	case flags.jobs < 0:
		return usagef("leave it out to use every core", "--jobs %d makes no sense", flags.jobs)
	case isURL(repository) && !a.exists(repository):
		return usagef("clone it first, with all that it has: git clone --mirror "+withoutUser(repository), "%q is elsewhere, and an audit looks at a repository on this machine", withoutUser(repository))
	case !a.exists(repository):
		return usagef("give the path of a repository", "there is nothing at %q to audit", repository)
	}
	files, err := a.auditFiles(flags.outputFlags)
	if err != nil {
		return err
	}
	path := a.path(repository)
	root, err := audit.Root(path)
	if err != nil {
		return notRepository(err)
	}
	set, err := a.rules(flags.ruleFlags, root)
	if err != nil {
		return err
	}
	hide, err := a.suppressions(flags.suppressFlags, root)
	if err != nil {
		return err
	}
	alerts, err := a.readAlerts(flags.alerts)
	if err != nil {
		return err
	}
	options := audit.Options{
		Alerts: alerts,
		Rules:  set, Name: a.rootFrom(root, repository), Jobs: flags.jobs, Tool: tool(), Progress: &scanner.Progress{},
		UserExcludes: audit.UserExcludes(a.Getenv),
		Suppress:     func(result *scanner.Result) { a.suppress(hide, result) },
	}
	if file, err := a.ruleFile(flags.config, root); err == nil && file != "" && flags.config == "" {
		options.RulesFrom = filepath.Base(file)
	}
	list, err := a.runAudit(ctx, path, options)
	if err != nil {
		return err
	}
	a.code = auditCode(list)
	return a.writeAll(flags.outputFlags, files, func(w writer) error {
		return report.WriteChecklist(w.to, w.format, list, w.options)
	})
}

// notRepository says what to give where there is no repository.
func notRepository(err error) error {
	if errors.Is(err, audit.ErrNotRepository) {
		return usageError{err: err, hint: "give the path of a repository: a work tree, a bare repository or a .git folder"}
	}
	return err
}

// rootFrom is the root of a work tree as commands of the user reach it: as the user named the repository if that is it, and
// otherwise, as from a folder below it, by a path from here.
func (a *app) rootFrom(root, named string) string {
	if root == "" {
		return named
	}
	here, err := filepath.Abs(a.path("."))
	if err != nil {
		return named
	}
	given, err := os.Stat(a.path(named))
	if found, foundErr := os.Stat(root); err == nil && foundErr == nil && os.SameFile(given, found) {
		return named
	}
	if resolved, err := filepath.EvalSymlinks(here); err == nil {
		here = resolved
	}
	relative, err := filepath.Rel(here, root)
	if err != nil {
		return root
	}
	return relative
}

// readAlerts reads the file of --alerts; nil for none.
func (a *app) readAlerts(name string) ([]audit.Alert, error) {
	if name == "" {
		return nil, nil
	}
	from := a.Stdin
	if name != "-" {
		file, err := os.Open(a.path(name))
		if err != nil {
			return nil, usageError{err: fmt.Errorf("--alerts: %w", err)}
		}
		defer file.Close()
		from = file
	}
	alerts, err := audit.ParseAlerts(from)
	if err != nil {
		return nil, usageError{err: fmt.Errorf("--alerts %s: %w", name, err), hint: "gh api --paginate --slurp repos/OWNER/NAME/secret-scanning/alerts > alerts.json"}
	}
	return alerts, nil
}

// runAudit audits with a bar on the terminal.
func (a *app) runAudit(ctx context.Context, path string, options audit.Options) (*checklist.Checklist, error) {
	begin := time.Now()
	stop := a.showProgress(options.Progress)
	defer stop()
	list, err := audit.Run(ctx, path, options)
	stop()
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, fmt.Errorf("%w: half an audit answers nothing, so there is no report", errInterrupted)
	case err != nil:
		return nil, notRepository(err)
	}
	a.notef("audited in %s", time.Since(begin).Round(time.Millisecond))
	return list, nil
}

// auditFiles checks --format and --output, as reportFiles does for a scan.
func (a *app) auditFiles(flags outputFlags) ([]reportFile, error) {
	if !slices.Contains(report.AuditFormats(), flags.format) {
		return nil, usagef("use text, json, markdown or html", "--format: %q is no format for this", flags.format)
	}
	var files []reportFile
	seen := map[string]bool{}
	for _, flag := range flags.files {
		format, name, err := report.AuditFormatFor(flag)
		if err != nil {
			return nil, usageError{err: fmt.Errorf("--output: %w", err)}
		}
		if seen[filepath.Clean(name)] {
			return nil, usagef("give each report a file of its own", "--output names %q twice", name)
		}
		seen[filepath.Clean(name)] = true
		file := reportFile{format, name, a.path(name)}
		if err := probe(file.path); err != nil {
			return nil, file.failed(err)
		}
		files = append(files, file)
	}
	return files, nil
}
