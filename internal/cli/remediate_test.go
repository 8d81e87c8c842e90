package cli

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"github.com/unleak/unleak/remediate/account"
)

// The command that a plan shows asks for just what the plan was made of, and --apply.
func TestPlanCommand(t *testing.T) {
	tests := map[string]struct {
		args []string
		want []string // nil: --apply and args
	}{
		"paths":       {args: []string{"--path", ".env", "--path", "conf/*.pem"}},
		"a dash":      {args: []string{"--path=-rf", "--path", "a b"}},
		"secrets":     {args: []string{"--secrets", "--force", "--no-backup", "there"}},
		"nothing":     {args: nil, want: []string{"--apply", "--secrets"}},
		"findings":    {args: []string{"--finding", "0123456789ab", "--config", "r.toml", "--rule", "a", "--exclude-rule", "b"}},
		"a file":      {args: []string{"--messages", "--keep-ids", "--replace-text", "x.txt", "--binary", "keep", "--backup", "b.bundle"}},
		"a dash path": {args: []string{"--secrets", "--", "-dir"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			parse := func(args []string) (*remediateFlags, string) {
				flags := &remediateFlags{}
				repository := "."
				a := &app{}
				cmd := &cobra.Command{Use: "remediate", RunE: func(_ *cobra.Command, args []string) error {
					if len(args) > 0 {
						repository = args[0]
					}
					return nil
				}}
				a.addRemediateFlags(cmd, flags)
				cmd.SetArgs(args)
				if err := cmd.Execute(); err != nil {
					t.Fatal(err)
				}
				return flags, repository
			}
			command := func(args []string) []string {
				flags, repository := parse(args)
				return flags.command(repository)
			}
			got := command(test.args)
			if got[0] != "unleak" || got[1] != "remediate" {
				t.Fatalf("the command is %q", got)
			}
			want := test.want
			if want == nil {
				want = append([]string{"--apply"}, test.args...)
			}
			wantFlags, wantRepository := parse(want)
			gotFlags, gotRepository := parse(got[2:])
			compare := cmp.AllowUnexported(remediateFlags{}, ruleFlags{}, outputFlags{})
			if diff := cmp.Diff(wantFlags, gotFlags, compare); diff != "" || gotRepository != wantRepository {
				t.Errorf("%q, in %q (-want +got):\n%s", got, gotRepository, diff)
			}
		})
	}
}

func TestEvidenceCode(t *testing.T) {
	for want, e := range map[int]*account.Evidence{
		exitClean:      {Proved: true},
		exitFindings:   {Holding: []account.Holding{{}}},
		exitIncomplete: {Unread: []string{"a place"}},
	} {
		if got := evidenceCode(e); got != want {
			t.Errorf("%+v: exit code %d, want %d", e, got, want)
		}
	}
	if got := evidenceCode(nil); got != exitIncomplete {
		t.Errorf("nothing searched: exit code %d", got)
	}
}

// The remedy of what refuses is the hint, all names are told.
func TestRefusal(t *testing.T) {
	err := refusal([]account.Check{{Name: "one", Remedy: "do this"}, {Name: "two"}})
	var hint hinter
	if !errors.As(err, &hint) || hint.Hint() != "do this" || fmt.Sprint(err) != "2 safety checks refuse this plan: one, two" {
		t.Errorf("got %v", err)
	}
}

// Help fits a terminal.
func TestHelpWidth(t *testing.T) {
	for _, command := range []string{"scan", "remediate", "verify", "version"} {
		var out strings.Builder
		env := Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out, Getenv: func(string) string { return "" }}
		if code := Run(t.Context(), env, []string{command, "--help"}); code != exitClean {
			t.Fatalf("%s: exit code %d", command, code)
		}
		for line := range strings.Lines(out.String()) {
			if len(line) > 82 {
				t.Errorf("%s: a line has %d columns: %s", command, len(line)-1, line)
			}
		}
	}
}
