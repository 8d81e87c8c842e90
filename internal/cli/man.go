package cli

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func (a *app) manCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "man FOLDER",
		Short: "Write the manual pages",
		Long: `Man writes a manual page for each command and help topic into FOLDER, which it
makes if need be: unleak.1, unleak-scan.1 and so on.

Where SOURCE_DATE_EPOCH is set, to seconds since 1970, its day is the date of the
pages, and otherwise they have none: the same program writes the same pages.`,
		Example: `  # For this user
  unleak man ~/.local/share/man/man1

  # For a package
  SOURCE_DATE_EPOCH=$(git log -1 --format=%ct) unleak man man`,
		DisableFlagsInUseLine: true,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usagef("name the folder that the pages go to, such as ~/.local/share/man/man1", "man takes one folder, but got %d arguments", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return a.writeManual(cmd.Root(), args[0]) },
	}
}

// writeManual writes a page for a command and each below it.
func (a *app) writeManual(root *cobra.Command, folder string) error {
	date, err := a.sourceDate()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(a.path(folder), 0o777); err != nil {
		return fmt.Errorf("cannot make the folder of the manual pages: %w", err)
	}
	var write func(*cobra.Command) error
	write = func(cmd *cobra.Command) error {
		if !cmd.IsAvailableCommand() && !isTopic(cmd) && cmd.HasParent() {
			return nil
		}
		cmd.InitDefaultHelpFlag()
		file := filepath.Join(a.path(folder), manName(cmd)+".1")
		if err := os.WriteFile(file, []byte(manPage(cmd, date)), 0o666); err != nil {
			return fmt.Errorf("cannot write a manual page: %w", err)
		}
		for _, sub := range cmd.Commands() {
			if err := write(sub); err != nil {
				return err
			}
		}
		return nil
	}
	return write(root)
}

// sourceDate is the day that pages are of, as YYYY-MM-DD: see https://reproducible-builds.org/specs/source-date-epoch/.
// Empty where none is set.
func (a *app) sourceDate() (string, error) {
	text := a.Getenv("SOURCE_DATE_EPOCH")
	if text == "" {
		return "", nil
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil || seconds < 0 {
		return "", usagef("set it to seconds since 1970, or leave it unset", "SOURCE_DATE_EPOCH is %q, which is no time", text)
	}
	return time.Unix(seconds, 0).UTC().Format(time.DateOnly), nil
}

// manName is the name of a command's page.
func manName(cmd *cobra.Command) string { return strings.ReplaceAll(cmd.CommandPath(), " ", "-") }

// manPage is the manual page of a command, in the macros of man(7).
func manPage(cmd *cobra.Command, date string) string {
	page := &roff{}
	page.title(strings.ToUpper(manName(cmd)), "1", date, "unleak", "unleak manual")
	page.macro("SH", "NAME")
	page.line(manName(cmd) + " - " + lowerFirst(cmd.Short))
	if !isTopic(cmd) {
		page.macro("SH", "SYNOPSIS")
		line := cmd.UseLine()
		if cmd.HasAvailableSubCommands() {
			line = cmd.CommandPath() + " COMMAND [ARGUMENTS]"
		}
		page.macro("B", line)
	}
	page.macro("SH", "DESCRIPTION")
	description, codes, _ := strings.Cut(cmp.Or(cmd.Long, cmd.Short), "Exit codes:\n")
	page.text(description)
	manCommands(page, cmd)
	manFlags(page, cmd)
	if codes != "" {
		page.macro("SH", "EXIT STATUS")
		for row := range strings.Lines(codes) {
			code, meaning, _ := strings.Cut(strings.TrimSpace(row), " ")
			page.item(code, strings.TrimSpace(meaning))
		}
	}
	if example := exampleText(cmd); example != "" {
		page.macro("SH", "EXAMPLES")
		page.verbatim(example)
	}
	page.macro("SH", "SEE ALSO")
	page.line(strings.Join(seeAlso(cmd), ", "))
	return page.String()
}

// exampleText is what the help of a command has for examples.
func exampleText(cmd *cobra.Command) string {
	if !cmd.HasParent() {
		return columns(tasks())
	}
	return cmd.Example
}

// manCommands lists the commands and topics below one.
func manCommands(page *roff, cmd *cobra.Command) {
	section := ""
	for _, topics := range []bool{false, true} {
		for _, sub := range cmd.Commands() {
			if isTopic(sub) != topics || !topics && !sub.IsAvailableCommand() {
				continue
			}
			title := "COMMANDS"
			if topics {
				title = "HELP TOPICS"
			}
			if section != title {
				page.macro("SH", title)
				section = title
			}
			page.item(sub.Name(), sub.Short)
		}
	}
}

// manFlags lists flags under the headings that the help has them under.
func manFlags(page *roff, cmd *cobra.Command) {
	var flags []*pflag.Flag
	cmd.LocalFlags().VisitAll(func(flag *pflag.Flag) {
		if !flag.Hidden {
			flags = append(flags, flag)
		}
	})
	if len(flags) == 0 || isTopic(cmd) {
		return
	}
	slices.SortStableFunc(flags, func(a, b *pflag.Flag) int { return cmp.Compare(placeOf(a), placeOf(b)) })
	page.macro("SH", "OPTIONS")
	group := ""
	for _, flag := range flags {
		if title := groupOf(flag); title != group {
			group = title
			page.macro("SS", cmp.Or(title, "Help"))
		}
		value, usage := pflag.UnquoteUsage(flag)
		name := "--" + flag.Name
		if flag.Shorthand != "" {
			name = "-" + flag.Shorthand + ", " + name
		}
		if value != "" {
			name += " " + value
		}
		page.item(name, upperFirst(usage)+defaultOf(flag)+".")
	}
}

// defaultOf says what a flag is where it is not set, if that is worth it.
func defaultOf(flag *pflag.Flag) string {
	switch flag.DefValue {
	case "", "false", "0", "[]":
		return ""
	}
	return " (default: " + flag.DefValue + ")"
}

// seeAlso names the pages next to one.
func seeAlso(cmd *cobra.Command) []string {
	var names []string
	if cmd.HasParent() {
		names = append(names, manName(cmd.Parent())+"(1)")
	} else {
		names = append(names, "git(1)")
	}
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() || isTopic(sub) {
			names = append(names, manName(sub)+"(1)")
		}
	}
	return names
}

func upperFirst(text string) string { return strings.ToUpper(text[:1]) + text[1:] }
func lowerFirst(text string) string { return strings.ToLower(text[:1]) + text[1:] }
