package cli

import (
	"context"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/unleak/unleak/internal/report"
	"github.com/unleak/unleak/remediate"
	"github.com/unleak/unleak/remediate/account"
)

// verifyFlags are the flags of "unleak verify".
type verifyFlags struct {
	outputFlags
	remote string
	jobs   int
}

func (a *app) verifyCommand() *cobra.Command {
	flags := &verifyFlags{}
	cmd := &cobra.Command{
		Use:   "verify [--remote URL] [PATH]",
		Short: "Prove that nothing of what was removed is left",
		Long: `Verify searches a repository for everything that remediations of it removed: for
objects by their ids and for values by keyed digests, as the values themselves
are kept nowhere. It looks into packs, loose objects and alternates, whatever
reaches them, into reflogs, indexes and every other file of Git's folder, and it
searches for something that must be there as well, to show that the search works.

With --remote it clones the remote repository as a mirror into a temporary folder
and searches that. What a server keeps but does not hand out, such as cached
views of old commits, cannot be searched from outside.

Exit codes:
` + codeTable(verifyCodes),
		Example: `  # Is it gone from this repository?
  unleak verify

  # After the push: is it gone from the server?
  unleak verify --remote https://git.example.org/group/project.git`,
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
			return a.verify(cmd.Context(), flags, repository)
		},
	}
	what := newGroup("What to search")
	what.flags.StringVar(&flags.remote, "remote", "", "search the repository at this `URL`, not the one at PATH")
	what.flags.IntVar(&flags.jobs, "jobs", 0, "work with `N` workers (default: one for each core)")
	reports := newGroup("Reports")
	reports.flags.StringVar(&flags.format, "format", "text", "write the evidence on standard output in this `FORMAT`: text or json")
	reports.flags.StringArrayVar(&flags.files, "output", nil, "write it to `FILE` too, in the format its extension says (.txt, .json), or as FORMAT:FILE; may be repeated")
	reports.flags.BoolVar(&flags.noColor, "no-color", false, "no colors; so does NO_COLOR in the environment")
	reports.flags.BoolVarP(&a.quiet, "quiet", "q", false, "no progress: only warnings and errors on standard error")
	reports.flags.BoolVarP(&a.verbosely, "verbose", "v", false, "list everything, and say each step")
	groups := []flagGroup{what, reports}
	for _, group := range groups {
		cmd.Flags().AddFlagSet(group.flags)
	}
	cmd.SetUsageFunc(groupedUsage(groups))
	if err := cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{report.Text, report.JSON}, cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic(err) // the flag is not defined
	}
	return cmd
}

// verify runs "unleak verify".
func (a *app) verify(ctx context.Context, flags *verifyFlags, repository string) error {
	if flags.jobs < 0 {
		return usagef("leave it out to use every core", "--jobs %d makes no sense", flags.jobs)
	}
	files, err := a.remediationFiles(flags.outputFlags, false)
	if err != nil {
		return err
	}
	remote, err := a.remote(flags.remote)
	if err != nil {
		return err
	}
	evidence, err := remediate.Verify(ctx, a.path(repository), remediate.VerifyOptions{
		Remote: remote, Tool: account.Tool(tool()), Jobs: flags.jobs, Progress: a.step,
	})
	if err != nil {
		return interruptedIf(ctx, err)
	}
	a.code = evidenceCode(evidence)
	return a.writeAll(flags.outputFlags, files, func(w writer) error {
		return report.WriteEvidence(w.to, w.format, evidence, w.options)
	})
}

// remote resolves what --remote names: a path that is there, which git gets whole as it runs elsewhere, or a URL.
func (a *app) remote(name string) (string, error) {
	if name == "" || !a.exists(name) {
		return name, nil
	}
	return filepath.Abs(a.path(name))
}
