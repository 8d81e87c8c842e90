package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/unleak/unleak/internal/report"
)

// topicCommands are help topics, for "unleak help TOPIC". That of exit codes is made of what the commands of
// root say, so these come last.
func topicCommands(root *cobra.Command) []*cobra.Command {
	var topics []*cobra.Command
	for _, topic := range []struct{ name, short, text string }{
		{"leaked", "You found or pushed a secret: what to do now, in order", leakedTopic},
		{"ignoring", "Findings that are none: seven ways to say so", ignoringTopic},
		{"formats", "Reports: their formats, and what each is for", formatsTopic()},
		{"exit-codes", "What each command ends with", exitCodesTopic(root)},
		{"environment", "Variables that change what unleak does", environmentTopic},
	} {
		topics = append(topics, &cobra.Command{Use: topic.name, Short: topic.short, Long: topic.text})
	}
	return topics
}

// isTopic reports whether a command is only there for its help.
func isTopic(cmd *cobra.Command) bool { return !cmd.Runnable() && !cmd.HasSubCommands() }

const leakedTopic = `You found a secret, or pushed one. The order matters: history can wait, the key
cannot.

  1. Rotate it: revoke it where it was issued, and issue a new one. The report
     says where. Take it for known, also in a private repository.
  2. Have everybody stop pushing.
  3. See where else it stands:

       unleak scan --verbose --output leak.json

  4. Plan in a fresh mirror clone; a plan changes nothing:

       git clone --mirror URL rescue.git && cd rescue.git
       unleak remediate --path .env --secrets

  5. Do it. It makes a backup first, and ends with a proof:

       unleak remediate --apply --path .env --secrets

  6. Push with the command that is shown, and ask the server what it still
     hands out. Do not fetch in between:

       unleak verify --remote URL

  7. Send your host's support the text of unleak/account.md, and have everyone
     clone afresh.
  8. Have Git ignore the file, and every commit and push looked at:

       echo .env >> .gitignore
       unleak hook install

Each step at length: docs/incident-response.md.`

const ignoringTopic = `Not everything that looks like a secret is one. What is hidden is counted in every
report, and its value is still taken out of everything that is shown.

  on the line      a comment unleak:allow (or gitleaks:allow) on the line, or
                   unleak:allow-next-line above it
  by fingerprint   a line of .unleakignore in the root of what is scanned: the
                   fingerprint that reports show, perhaps until=YYYY-MM-DD, and
                   after # the reason. It survives rewrites and renames. Entries
                   that match nothing any more are named
  as known         --baseline FILE hides what an earlier report has
  by path, value   an [[allowlists]] table in a rule file: paths, commits,
                   regexes, stopwords
  a rule           --exclude-rule ID, or disabledRules in a rule file
  by confidence    --min-confidence high shows only what is certain
  as placeholder   write <password>, your_api_key_here, ${VAR}: such forms are
                   known and never found

A rule file is .unleak.toml (or .gitleaks.toml) in the root of what is scanned,
or --config FILE: docs/rules.md.

Revoke before you ignore: an ignored secret is as good as a found one to others.`

const environmentTopic = `  NO_COLOR         if set, no colors in text
  TERM             "dumb": no colors and no progress bar
  PATH             where git is looked for, by remediate and verify
  GITHUB_ACTIONS   "true": what a repository holds is kept from being a command
                   to the runner
  GITHUB_RUN_ID    becomes part of the identity of a SARIF report's run
  TMPDIR           where temporary clones go; TMP and TEMP on Windows

A scan runs no other program. Remediate and verify start git with an environment
of their own: your configuration for all repositories counts, GIT_* variables
that could lead elsewhere do not.`

// formatTexts says what each format of a report is for.
func formatTexts() map[string]string {
	return map[string]string{
		"text":     "for people; wrapped, colored on a terminal",
		"json":     "for programs: docs/json.md, docs/report.schema.json",
		"jsonl":    "the same, a line for each finding",
		"sarif":    "SARIF 2.1.0, for code scanning of GitHub and others",
		"html":     "one page to look at and to filter, without network",
		"csv":      "for spreadsheets, a row for each finding",
		"junit":    "JUnit XML, for test reports of CI",
		"markdown": "for a job summary, an issue or a ticket",
		"github":   "annotations in the log of GitHub Actions",
		"gitleaks": "the JSON of gitleaks, for programs that read it",
	}
}

func formatsTopic() string {
	var rows [][2]string
	texts := formatTexts()
	for _, name := range report.Formats() {
		rows = append(rows, [2]string{name, texts[name]})
	}
	return `What a scan writes, on standard output with --format FORMAT and into files with
--output FILE, as often as you like:

` + columns(rows) + `
The format of a file is that of its extension, or the word before a colon:

  unleak scan --output report.json --output report.sarif
  unleak scan --output json:findings.log

A report that was saved as json or jsonl can be had in the others later:

  unleak convert report.json --output report.html

A file is written whole or not at all. Values are redacted in every format unless
--reveal is given, and what comes from the repository is escaped as the format
needs it. The same repository and rules give the same bytes.

Remediate and verify write text and json, and what was applied also as markdown.`
}

// exitCodesTopic puts together what the help of each command says of its exit codes.
func exitCodesTopic(root *cobra.Command) string {
	var text strings.Builder
	text.WriteString("Findings are no failure, and an incomplete scan is no success.\n")
	var collect func(*cobra.Command)
	collect = func(cmd *cobra.Command) {
		if _, codes, ok := strings.Cut(cmd.Long, "Exit codes:\n"); ok {
			codes, _, _ = strings.Cut(codes, "\n\n")
			fmt.Fprintf(&text, "\n%s:\n%s\n", cmd.CommandPath(), strings.TrimRight(codes, "\n"))
		}
		for _, sub := range cmd.Commands() {
			collect(sub)
		}
	}
	collect(root)
	text.WriteString("\nEvery other command ends with 0, or with 2 where something failed.")
	return text.String()
}
