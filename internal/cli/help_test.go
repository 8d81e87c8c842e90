package cli

import (
	"bytes"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/unleak/unleak/internal/report"
)

// everyCommand calls visit with each command and topic of the program, the program itself first.
func everyCommand(visit func(*cobra.Command)) {
	a := &app{Env: Env{Getenv: func(string) string { return "" }}}
	root := a.rootCommand()
	root.InitDefaultHelpCmd()
	var walk func(*cobra.Command)
	walk = func(cmd *cobra.Command) {
		visit(cmd)
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
	}
	walk(root)
}

// inFolder runs the program in a folder.
func inFolder(t *testing.T, dir string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, messages bytes.Buffer
	env := Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &messages, Dir: dir, Getenv: func(string) string { return "" }}
	code = Run(t.Context(), env, args)
	return code, out.String(), messages.String()
}

// A command that is new gets a place in the help by somebody's choice.
func TestEveryCommandHasAGroup(t *testing.T) {
	everyCommand(func(cmd *cobra.Command) {
		if cmd.HasParent() && cmd.Parent().HasParent() || !cmd.HasParent() || isTopic(cmd) || !cmd.IsAvailableCommand() {
			return
		}
		if !slices.ContainsFunc(commandGroups(), func(g commandGroup) bool { return slices.Contains(g.commands, cmd.Name()) }) {
			t.Errorf("%q is in no group of the help: see commandGroups", cmd.Name())
		}
	})
}

func TestHelpFitsATerminal(t *testing.T) {
	everyCommand(func(cmd *cobra.Command) {
		code, help, _ := inFolder(t, t.TempDir(), append([]string{"help"}, strings.Fields(cmd.CommandPath())[1:]...)...)
		if code != 0 || help == "" {
			t.Errorf("help of %q: exit code %d", cmd.CommandPath(), code)
		}
		for line := range strings.Lines(help) {
			if len(strings.TrimRight(line, "\n")) > 84 { // pflag wraps a little late
				t.Errorf("help of %q: %q is too long", cmd.CommandPath(), line)
			}
		}
	})
}

// What help shows can be typed: the commands exist, and so do their flags.
func TestExamplesInHelp(t *testing.T) {
	shown := 0
	everyCommand(func(cmd *cobra.Command) {
		if !cmd.HasParent() {
			for _, task := range tasks() {
				checkCommandLine(t, task[0])
				shown++
			}
		}
		for line := range strings.Lines(cmd.Example + "\n" + cmd.Long) {
			at := strings.Index(line, "unleak ")
			if at < 0 || !strings.HasPrefix(line, "  ") || strings.Contains(line, "# ") {
				continue // prose, or a comment
			}
			if before := strings.TrimSpace(line[:at]); before != "" && !strings.HasSuffix(before, "|") && !strings.HasSuffix(before, "<(") {
				continue
			}
			text, _, _ := strings.Cut(line[at:], "   ") // what an example does
			checkCommandLine(t, text)
			shown++
		}
	})
	if shown < 30 {
		t.Errorf("only %d examples were found", shown)
	}
}

// checkCommandLine parses a command line of the program as it would be.
func checkCommandLine(t *testing.T, text string) {
	t.Helper()
	if end := strings.IndexAny(text, "|>)\n"); end >= 0 {
		text = text[:end]
	}
	words := strings.Fields(strings.NewReplacer(`'`, "", `"`, "").Replace(text))[1:]
	if words[0] == "help" {
		words = words[1:]
	}
	if len(words) == 0 {
		return
	}
	a := &app{Env: Env{Getenv: func(string) string { return "" }}}
	cmd, rest, err := a.rootCommand().Find(words)
	if err == nil && !cmd.HasParent() {
		rest = words
	}
	if err == nil {
		cmd.InitDefaultHelpFlag()
		err = cmd.ParseFlags(rest)
	}
	if err != nil && strings.HasPrefix(err.Error(), "flag needs an argument") {
		err = nil // a flag that is only named
	}
	if err != nil || !cmd.HasParent() {
		t.Errorf("%q is no command line: %v", text, err)
	}
}

func TestFormatsAreExplained(t *testing.T) {
	texts := formatTexts()
	for _, name := range report.Formats() {
		if texts[name] == "" {
			t.Errorf("the topic formats does not explain %q", name)
		}
	}
}

// anyText has flags for which no text is a mistake at once.
var anyText = map[string]bool{"path": true, "tag": true, "backup": true, "remote": true}

// Whatever is typed wrong ends with a hint that says what to type instead.
func TestMistakesHaveHints(t *testing.T) {
	dir := t.TempDir()
	if out, err := exec.Command("git", "init", "-q", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	mistakes := 0
	try := func(args ...string) {
		mistakes++
		code, stdout, stderr := inFolder(t, dir, args...)
		if code != exitFailure || stdout != "" || !strings.HasPrefix(stderr, "error: ") || !strings.Contains(stderr, "\nhint: ") {
			t.Errorf("unleak %q: exit code %d, standard output %.80q, standard error without a hint %q", args, code, stdout, stderr)
		}
	}
	everyCommand(func(cmd *cobra.Command) {
		if cmd.Name() == "help" || isTopic(cmd) {
			return
		}
		words := strings.Fields(cmd.CommandPath())[1:]
		with := func(more ...string) []string { return append(slices.Clone(words), more...) }
		try(with("--no-such-flag")...)
		try(with("--help=maybe")...)
		if cmd.Name() != "list" { // any number of words
			try(with("one", "two", "three", "four")...)
		}
		cmd.LocalFlags().VisitAll(func(flag *pflag.Flag) {
			switch name := "--" + flag.Name; {
			case flag.Value.Type() == "bool":
				try(with(name + "=maybe")...)
			case !flag.Hidden:
				try(with(name)...) // without a value
				try(with(name + "=")...)
				if !anyText[flag.Name] {
					try(with(name, "no/such/thing")...)
				}
			}
		})
	})
	for _, args := range [][]string{
		{"frobnicate"}, {"help", "frobnicate"}, {"help", "formts"}, {"rules", "frobnicate"}, {"scan", "--quiet", "--verbose"},
		{"scan", "nowhere"}, {"scan", ""}, {"scan", "--staged", "-"}, {"scan", "--output", "a.json", "--output", "./a.json"},
		{"remediate", "--apply"}, {"remediate", "--apply", "--resume"}, {"remediate", "--resume"}, {"remediate", "--rollback"}, {"remediate", "nowhere"},
		{"remediate", "https://git.example.org/a.git"}, {"verify", "nowhere"}, {"verify"}, {"completion", "tcsh"}, {"completion"}, {"man"},
	} {
		try(args...)
	}
	if mistakes < 100 {
		t.Errorf("only %d mistakes were made", mistakes)
	}
}
