package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/unleak/unleak/internal/guard"
)

// What the pre-commit framework is told to run exists, and each hook has what the framework needs.
func TestFrameworkHooks(t *testing.T) {
	content, err := os.ReadFile(filepath.Join("..", "..", ".pre-commit-hooks.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var hooks []string
	for _, hook := range strings.Split(string(content), "\n- ")[1:] {
		fields := map[string]string{}
		for _, m := range regexp.MustCompile(`(?m)^ *([a-z_]+): (.+)$`).FindAllStringSubmatch(hook, -1) {
			fields[m[1]] = m[2]
		}
		for _, name := range []string{"id", "name", "description", "entry", "language", "stages", "minimum_pre_commit_version"} {
			if fields[name] == "" {
				t.Errorf("%q has no %s", fields["id"], name)
			}
		}
		if fields["pass_filenames"] != "false" || fields["always_run"] != "true" {
			t.Errorf("%q: %v", fields["id"], fields)
		}
		words := strings.Fields(fields["entry"])
		if len(words) != 4 || words[0] != "unleak" || !slices.Contains(guard.Hooks(), words[3]) {
			t.Fatalf("%q runs %q", fields["id"], fields["entry"])
		}
		if cmd, rest, err := (&app{}).rootCommand().Find(words[1:]); err != nil || cmd.Name() != "run" || len(rest) != 1 {
			t.Errorf("%q runs %q: %v", fields["id"], fields["entry"], err)
		}
		if fields["stages"] != "["+words[3]+"]" {
			t.Errorf("%q runs %q at %s", fields["id"], fields["entry"], fields["stages"])
		}
		hooks = append(hooks, words[3])
	}
	if !slices.Equal(hooks, []string{guard.PreCommit, guard.PrePush}) {
		t.Errorf("hooks %q", hooks)
	}
}

func TestUpdateLines(t *testing.T) {
	id, other := strings.Repeat("a1", 20), strings.Repeat("0", 40)
	for name, test := range map[string]struct {
		line          string
		pushed        bool
		ref, from, to string
		notUnderstood bool
	}{
		"pushed":             {"refs/heads/main " + id + " refs/heads/main " + other, true, "refs/heads/main", other, id, false},
		"an expression":      {":/fix the bug " + id + " refs/heads/x " + other, true, "refs/heads/x", other, id, false},
		"received":           {other + " " + id + " refs/heads/main", false, "refs/heads/main", other, id, false},
		"too short":          {id + " refs/heads/main " + other, true, "", "", "", true},
		"received, short":    {id + " " + other, false, "", "", "", true},
		"an object's prefix": {"x " + id[:39] + " y " + other, true, "", "", "", true},
		"no hex":             {strings.Repeat("g", 40) + " " + id + " x", false, "", "", "", true},
	} {
		t.Run(name, func(t *testing.T) {
			parse := receivedUpdate
			if test.pushed {
				parse = pushedUpdate
			}
			got, ok := parse(test.line)
			if ok == test.notUnderstood || ok && (got.Ref != test.ref || got.Old != test.from || got.New != test.to) {
				t.Errorf("%+v, %v", got, ok)
			}
		})
	}
}
