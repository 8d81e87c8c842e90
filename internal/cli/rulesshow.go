package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/unleak/unleak/internal/report"
	"github.com/unleak/unleak/rules"
	"github.com/unleak/unleak/rules/example"
	"github.com/unleak/unleak/scanner"
	"github.com/unleak/unleak/scanner/finding"
)

func (a *app) rulesShowCommand() *cobra.Command {
	var config string
	cmd := &cobra.Command{
		Use:   "show ID",
		Short: "Show all about a rule: what it finds, how, and what to do about a finding",
		Long: `Show prints all that a rule says, and an example of what it finds. The value of
the example is made up, and redacted as in a report, so that nothing that reads
this takes it for a secret.`,
		Example:               `  unleak rules show github-token`,
		DisableFlagsInUseLine: true,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usagef(`run "unleak rules list" for the ids`, "show needs the id of one rule")
			}
			return nil
		},
	}
	configFlag(cmd.Flags(), &config)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := checkEmpty(cmd.Flags()); err != nil {
			return err
		}
		set, err := a.rulesOf(config, nil)
		if err != nil {
			return err
		}
		// Select knows ids that are near one which does not exist.
		if _, err := set.Select(args, nil); err != nil {
			return usageError{err: err, hint: `run "unleak rules list" for the ids`}
		}
		rule, _ := set.Lookup(args[0])
		out := a.stdout()
		text, err := exampleOf(cmd.Context(), set, rule)
		if err != nil {
			return err
		}
		writeRule(out, rule, text)
		return out.Close()
	}
	cmd.ValidArgsFunction = func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return ruleCompletions(config)
	}
	return cmd
}

// writeRule writes all about a rule, with an example that may be empty.
func writeRule(w io.Writer, r *rules.Rule, text string) {
	line := func(name, text string) {
		if text != "" {
			fmt.Fprintf(w, "%-16s%s\n", name, report.Printable(text))
		}
	}
	each := func(name string, texts []string) {
		for _, text := range texts {
			line(name, text)
			name = ""
		}
	}
	file, at := r.Position("id")
	fmt.Fprintf(w, "%s\n%s\n\n", report.Printable(r.ID), report.Printable(r.Description))
	line("severity", r.Severity)
	line("confidence", r.Confidence)
	line("tags", strings.Join(r.Tags, ", "))
	line("stated at", fmt.Sprintf("%s:%d", file, at))
	line("path", r.Path)
	line("key", r.Key)
	line("regex", r.Regex)
	line("inspect", r.Inspect)
	line("keywords", strings.Join(r.Keywords, ", "))
	if r.Entropy > 0 {
		line("entropy", fmt.Sprintf("above %g bits a byte", r.Entropy))
	}
	each("examples", r.Examples)
	each("counterexamples", r.Counterexamples)
	if text != "" {
		fmt.Fprintf(w, "\nSuch as this, with a value that was made up:\n")
		for part := range strings.Lines(text) {
			fmt.Fprintf(w, "  %s\n", report.Printable(strings.TrimRight(part, "\r\n")))
		}
	}
	if r.Help != "" {
		fmt.Fprintf(w, "\nWhat to do about a finding:\n%s", wrapped(report.Printable(r.Help), "  "))
	}
	if r.URL != "" {
		fmt.Fprintf(w, "  %s\n", report.Printable(r.URL))
	}
}

// exampleOf returns what a rule finds in an env file; empty where there is no example. Its value is
// redacted, and so is what else any rule of the set finds.
func exampleOf(ctx context.Context, set *rules.Set, r *rules.Rule) (string, error) {
	if len(r.Examples) == 0 {
		return "", nil
	}
	value, err := example.DrawValue(r.Examples[0], 1)
	if err != nil {
		return "", fmt.Errorf("rule %s: example %q: %w", r.ID, r.Examples[0], err)
	}
	key := "VALUE"
	if len(r.ExampleKeys) > 0 {
		key = r.ExampleKeys[0]
	}
	text := key + "=" + value.Text + "\n"
	findings, err := scanner.NewTexts(scanner.Options{Rules: set, Jobs: 1}).Scan(ctx, "example.env", []byte(text))
	if err != nil {
		return "", err
	}
	secrets := []finding.Secret{finding.NewSecret(value.Secret, r.KnownPrefix(value.Secret))}
	for _, f := range findings {
		secrets = append(secrets, f.Secret)
	}
	for _, secret := range secrets {
		text = strings.ReplaceAll(text, secret.Reveal(), secret.Redacted())
	}
	return text, nil
}

// wrapped breaks text at spaces into lines of [helpWidth], each begun with indent and ended.
func wrapped(text, indent string) string {
	var b strings.Builder
	line := indent
	for word := range strings.FieldsSeq(text) {
		if len(line) > len(indent) && len(line)+1+len(word) > helpWidth {
			b.WriteString(line + "\n")
			line = indent
		}
		if len(line) > len(indent) {
			line += " "
		}
		line += word
	}
	return b.String() + line + "\n"
}
