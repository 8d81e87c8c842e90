package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/unleak/unleak/internal/report"
)

// addRemediateFlags defines the flags of "unleak remediate", and shows them in groups.
func (a *app) addRemediateFlags(cmd *cobra.Command, f *remediateFlags) {
	what := newGroup("What to take out")
	what.flags.StringArrayVar(&f.paths, "path", nil, "remove this `PATTERN` from every commit; as in .gitignore, or literal:, glob: or regex: in front; may be repeated")
	what.flags.BoolVar(&f.secrets, "secrets", false, "redact every secret that a scan finds, in files, messages and tags")
	what.flags.StringArrayVar(&f.findings, "finding", nil, "redact the secret with this `FINGERPRINT`, of which 8 digits do; may be repeated")
	what.flags.StringVar(&f.replaceText, "replace-text", "", "replace the texts that `FILE` lists, in git-filter-repo's format")
	what.flags.BoolVar(&f.messages, "messages", false, "with --replace-text: in messages of commits and tags too")
	what.flags.StringVar(&f.binary, "binary", "refuse", "what to do with binary files that hold a text (`ACTION`): refuse, replace the whole file, or keep")
	what.flags.BoolVar(&f.keepIDs, "keep-ids", false, "leave old commit ids that messages mention as they are")

	do := newGroup("Doing it")
	do.flags.BoolVar(&f.apply, "apply", false, "do it; without this nothing is changed")
	do.flags.BoolVarP(&f.yes, "yes", "y", false, "with --apply: do not ask")
	do.flags.StringVar(&f.backup, "backup", "", "write the backup bundle to `FILE`, not beside the repository")
	do.flags.BoolVar(&f.noBackup, "no-backup", false, "write no backup")
	do.flags.BoolVar(&f.force, "force", false, "go on where a safety check may be overridden, as outside a fresh clone")
	do.flags.BoolVar(&f.resume, "resume", false, "finish a remediation that was interrupted")
	do.flags.BoolVar(&f.rollback, "rollback", false, "take back a remediation that was interrupted before its purge")

	reports := newGroup("Reports")
	reports.flags.StringVar(&f.format, "format", "text", "write the plan or account on standard output in this `FORMAT`: text, json or, after --apply, markdown")
	reports.flags.StringArrayVar(&f.files, "output", nil, "write it to `FILE` too, in the format its extension says (.txt, .json, .md), or as FORMAT:FILE; may be repeated")
	reports.flags.BoolVar(&f.noColor, "no-color", false, "no colors; so does NO_COLOR in the environment")
	reports.flags.BoolVarP(&a.quiet, "quiet", "q", false, "no progress: only warnings and errors on standard error")
	reports.flags.BoolVarP(&a.verbosely, "verbose", "v", false, "list everything, and say each step")

	selection := newGroup("Rules")
	selection.flags.StringVar(&f.config, "config", "", "take the rules from `FILE`; otherwise as unleak scan does")
	selection.flags.StringArrayVar(&f.only, "rule", nil, "use only the rule `ID`; may be repeated")
	selection.flags.StringArrayVar(&f.exclude, "exclude-rule", nil, "do not use the rule `ID`; may be repeated")
	selection.flags.IntVar(&f.jobs, "jobs", 0, "work with `N` workers (default: one for each core)")

	groups := []flagGroup{what, do, reports, selection}
	for _, group := range groups {
		cmd.Flags().AddFlagSet(group.flags)
	}
	cmd.SetUsageFunc(groupedUsage(groups))
	for flag, values := range map[string][]string{
		"format": report.RemediationFormats(), "binary": {"refuse", "replace", "keep"},
	} {
		if err := cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)); err != nil {
			panic(err) // the flag is not defined
		}
	}
}

// selects says whether any flag says what to take out.
func (f *remediateFlags) selects() bool {
	return len(f.paths) > 0 || f.secrets || len(f.findings) > 0 || f.replaceText != ""
}

// check finds combinations of flags that make no sense.
func (f *remediateFlags) check() error {
	var modes []string
	for _, mode := range []struct {
		name string
		on   bool
	}{{"--apply", f.apply}, {"--resume", f.resume}, {"--rollback", f.rollback}} {
		if mode.on {
			modes = append(modes, mode.name)
		}
	}
	switch {
	case len(modes) > 1:
		return usagef("choose one", "%s cannot go together", strings.Join(modes, " and "))
	case (f.resume || f.rollback) && f.selects():
		return usagef("leave the other flags out: what was planned is in the repository", "%s goes on with what was planned", modes[0])
	case f.apply && !f.selects():
		return usagef("say what: --secrets, --finding, --path or --replace-text", "--apply needs to know what to take out")
	case f.secrets && len(f.findings) > 0:
		return usagef("leave one out", "--secrets is every finding already, so --finding cannot go with it")
	case f.replaceText != "" && (f.secrets || len(f.findings) > 0):
		return usagef("run one after the other", "--replace-text cannot go with --secrets or --finding")
	case f.messages && f.replaceText == "":
		return usagef("found secrets are redacted in messages anyway", "--messages is only for --replace-text")
	case f.yes && !f.apply:
		return usagef("add --apply to do it, or leave --yes out", "--yes is only for --apply")
	case f.backup != "" && f.noBackup:
		return usagef("choose one", "--backup and --no-backup cannot go together")
	case (f.backup != "" || f.noBackup) && (f.resume || f.rollback):
		return usagef("leave it out", "the backup of an interrupted remediation is where it was planned to be")
	case f.jobs < 0:
		return usagef("leave it out to use every core", "--jobs %d makes no sense", f.jobs)
	}
	switch f.binary {
	case "refuse", "replace", "keep":
		return nil
	}
	return usagef("use refuse, replace or keep", "--binary %q is no way to treat binary files", f.binary)
}

// command is what applies the plan that these flags make. A proposal becomes one for all secrets.
func (f *remediateFlags) command(repository string) []string {
	words := []string{"unleak", "remediate", "--apply"}
	flag := func(name string, values ...string) {
		for _, value := range values {
			if value == "" {
				continue
			}
			if strings.HasPrefix(value, "-") {
				words = append(words, "--"+name+"="+value)
			} else {
				words = append(words, "--"+name, value)
			}
		}
	}
	flag("path", f.paths...)
	for _, on := range []struct {
		name string
		on   bool
	}{{"secrets", f.secrets || !f.selects()}, {"messages", f.messages}, {"keep-ids", f.keepIDs}, {"no-backup", f.noBackup}, {"force", f.force}} {
		if on.on {
			words = append(words, "--"+on.name)
		}
	}
	flag("finding", f.findings...)
	flag("replace-text", f.replaceText)
	if f.binary != "refuse" {
		flag("binary", f.binary)
	}
	flag("backup", f.backup)
	flag("config", f.config)
	flag("rule", f.only...)
	flag("exclude-rule", f.exclude...)
	if repository != "." {
		if strings.HasPrefix(repository, "-") {
			words = append(words, "--")
		}
		words = append(words, repository)
	}
	return words
}

func remediateLong() string {
	return fmt.Sprintf(`Remediate takes files or secrets out of everything that a repository's history
holds - every branch, tag, note, stash and work tree - and proves that they are
gone.

Without --apply it only says what it would do: what leaks and must be rotated
first, which commits and refs would change, and whether anything stands in the
way. It changes nothing. With --apply it writes a backup bundle, the new history
and then the refs in one transaction, deletes the old objects, and searches
everything for what was removed. Files on disk stay: a tracked .env becomes an
untracked one.

It can be interrupted at any moment and loses nothing: --resume finishes, and
until the old objects are deleted --rollback takes it back. It needs git 2.30 or
newer.

Rotate first: whoever has a copy of the history has the secrets in it. Nothing is
pushed; the account says what to push, and whom to tell.

PATTERN is as in .gitignore: .env at any depth, /.env at the root, conf/*.pem,
secrets/ for a folder. literal:, glob: and regex: take the whole path.

Exit codes:
%s`, codeTable(remediateCodes))
}

const remediateExample = `  # What leaks, and what it would take: a plan, nothing is changed
  unleak remediate

  # Strip files from every commit: first the plan, then do it
  unleak remediate --path .env --path 'conf/*.pem'
  unleak remediate --apply --path .env --path 'conf/*.pem'

  # Redact secrets wherever they stand, files stay
  unleak remediate --apply --secrets
  unleak remediate --apply --finding 3f2a9c11d0e4

  # As with git filter-repo --replace-text
  unleak remediate --apply --replace-text passwords.txt

  # After an interruption
  unleak remediate --resume
  unleak remediate --rollback`
