package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// commandGroup is commands that the help of the program shows under one heading.
type commandGroup struct {
	title    string
	commands []string
}

// commandGroups has every command, in the order in which people need them. The last group also takes what has no
// other.
func commandGroups() []commandGroup {
	return []commandGroup{
		{"Find", []string{"scan", "audit"}},
		{"Remove and prove", []string{"remediate", "verify"}},
		{"Guard", []string{"hook"}},
		{"Rules", []string{"rules"}},
		{"Other", []string{"convert", "completion", "man", "version", "help"}},
	}
}

// tasks are what the program is mostly called for, and how.
func tasks() [][2]string {
	return [][2]string{
		{"unleak scan", "every secret in this repository, and where"},
		{"unleak scan --output report.html", "the same as a page with filters"},
		{"unleak audit", "may this repository be made public?"},
		{"unleak remediate --path .env", "plan to take a file out of all history"},
		{"unleak remediate --secrets", "plan to take every found value out"},
		{"unleak verify --remote URL", "prove that a server has nothing of it"},
		{"unleak hook install", "stop the next one before it is committed"},
		{"unleak rules show github-token", "what a rule finds, and how to revoke it"},
	}
}

// rootUsage is the part of the program's help below its description.
func rootUsage(root *cobra.Command) error {
	var text strings.Builder
	fmt.Fprintf(&text, "Usage:\n  unleak COMMAND [ARGUMENTS]\n\nExamples:\n%s", columns(tasks()))
	known := map[string]*cobra.Command{}
	topics := &commandGroup{title: "Help topics, for unleak help TOPIC"}
	groups := commandGroups()
	for _, cmd := range root.Commands() {
		known[cmd.Name()] = cmd
		grouped := slices.ContainsFunc(groups, func(g commandGroup) bool { return slices.Contains(g.commands, cmd.Name()) })
		switch {
		case isTopic(cmd):
			topics.commands = append(topics.commands, cmd.Name())
		case !grouped && cmd.IsAvailableCommand():
			last := &groups[len(groups)-1]
			last.commands = append(last.commands, cmd.Name())
		}
	}
	width := 0
	for name := range known {
		width = max(width, len(name))
	}
	for _, group := range append(groups, *topics) {
		var lines [][2]string
		for _, name := range group.commands {
			if cmd, ok := known[name]; ok {
				lines = append(lines, [2]string{name, cmd.Short})
			}
		}
		if len(lines) > 0 {
			fmt.Fprintf(&text, "\n%s:\n%s", group.title, columnsAt(width, lines))
		}
	}
	fmt.Fprintf(&text, "\nFlags:\n%s\nUse \"unleak help COMMAND\" for all about a command.\n", root.LocalFlags().FlagUsages())
	_, err := fmt.Fprint(root.OutOrStderr(), text.String())
	return err
}

// columns sets rows in two columns, of which the first is as wide as the longest entry.
func columns(rows [][2]string) string {
	width := 0
	for _, row := range rows {
		width = max(width, len(row[0]))
	}
	return columnsAt(width, rows)
}

// columnsAt sets rows in two columns.
func columnsAt(width int, rows [][2]string) string {
	var text strings.Builder
	for _, row := range rows {
		fmt.Fprintf(&text, "  %-*s   %s\n", width, row[0], row[1])
	}
	return text.String()
}

func (a *app) helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND | TOPIC]",
		Short: "Show help for a command or topic",
		RunE: func(cmd *cobra.Command, args []string) error {
			found, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return a.unknownTopic(cmd.Root(), args[0])
			}
			found.InitDefaultHelpFlag() // done by cobra where --help was given
			return found.Help()
		},
		ValidArgsFunction: func(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
			found, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			var names []cobra.Completion
			for _, sub := range found.Commands() {
				if sub.IsAvailableCommand() || isTopic(sub) {
					names = append(names, cobra.CompletionWithDesc(sub.Name(), sub.Short))
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
	}
}

// unknownTopic explains an argument of help that there is no help for.
func (a *app) unknownTopic(root *cobra.Command, name string) error {
	hint := `run "unleak help" for the list of commands and topics`
	if near := root.SuggestionsFor(name); len(near) > 0 {
		hint = fmt.Sprintf("did you mean \"unleak help %s\"?", near[0])
	}
	return usagef(hint, "there is no command or topic %q", name)
}

// unknownCommand explains a first argument that is no command. What people mean most
// often is to scan it.
func (a *app) unknownCommand(root *cobra.Command, name string) error {
	hint := `run "unleak help" for the list of commands`
	if isURL(name) || a.exists(name) {
		hint = fmt.Sprintf("to scan it, run \"unleak scan %s\"", withoutUser(name))
	} else if near := root.SuggestionsFor(name); len(near) > 0 {
		hint = fmt.Sprintf("did you mean \"unleak %s\"?", near[0])
	}
	return usagef(hint, "there is no command %q", withoutUser(name))
}

// usage is the part of a command's help below its description, where the command has none of its own.
func usage(cmd *cobra.Command) error {
	if !cmd.HasParent() {
		return rootUsage(cmd)
	}
	var text strings.Builder
	line := cmd.CommandPath() + " COMMAND"
	if !cmd.HasAvailableSubCommands() {
		line = cmd.UseLine()
	}
	fmt.Fprintf(&text, "Usage:\n  %s\n", line)
	if cmd.Example != "" {
		fmt.Fprintf(&text, "\nExamples:\n%s\n", cmd.Example)
	}
	var commands [][2]string
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			commands = append(commands, [2]string{sub.Name(), sub.Short})
		}
	}
	if len(commands) > 0 {
		fmt.Fprintf(&text, "\nCommands:\n%s", columns(commands))
	}
	if flags := cmd.LocalFlags(); flags.HasAvailableFlags() {
		fmt.Fprintf(&text, "\nFlags:\n%s", flags.FlagUsagesWrapped(helpWidth))
	}
	_, err := fmt.Fprint(cmd.OutOrStderr(), text.String())
	return err
}
