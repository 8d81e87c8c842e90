package actiontest

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// metadata is action.yml, as far as the tests need it.
type metadata struct {
	Inputs map[string]struct {
		Description string
		Required    bool
		Default     *string
	}
	Outputs map[string]struct{ Description, Value string }
	Runs    struct {
		Using string
		Steps []step
	}
}

// step is a step of action.yml.
type step struct {
	ID, If, Shell, Run, Uses string
	Env, With                map[string]string
}

// root is the folder of the module.
const root = "../.."

func readMetadata(t testing.TB) metadata {
	t.Helper()
	var action metadata
	decode(t, filepath.Join(root, "action.yml"), &action)
	return action
}

func decode(t testing.TB, path string, into any) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err == nil {
		err = yaml.Unmarshal(text, into)
	}
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// What steps refer to is declared before them, and what is declared is used.
func TestReferences(t *testing.T) {
	action := readMetadata(t)
	reference := regexp.MustCompile(`\b(inputs|steps)\.([a-z-]+)(?:\.(outputs\.[a-z-]+|outcome))?`)
	used, earlier := map[string]bool{}, map[string]bool{}
	check := func(where, text string) {
		for _, m := range reference.FindAllStringSubmatch(text, -1) {
			if _, ok := action.Inputs[m[2]]; m[1] == "inputs" && !ok {
				t.Errorf("%s: there is no input %s", where, m[2])
			}
			if m[1] == "steps" && !earlier[m[2]] {
				t.Errorf("%s: there is no step %s before", where, m[2])
			}
			used[m[0]] = true
		}
	}
	for i, s := range action.Runs.Steps {
		where := fmt.Sprintf("step %d %s", i+1, s.ID)
		check(where, s.If)
		for _, values := range []map[string]string{s.Env, s.With} {
			for _, value := range values {
				check(where, value)
			}
		}
		if s.Run != "" && (s.Shell != "bash" || strings.Contains(s.Run, "${{")) {
			t.Errorf("%s: shell %q runs %q: an expression there is code", where, s.Shell, s.Run)
		}
		earlier[s.ID] = s.ID != ""
	}
	for name, input := range action.Inputs {
		if !used["inputs."+name] {
			t.Errorf("input %s is not used", name)
		}
		if input.Description == "" || input.Default == nil || input.Required {
			t.Errorf("input %s has no description or no default", name)
		}
	}
	for name, output := range action.Outputs {
		check("output "+name, output.Value)
	}
}

// The environment that a step is given is what its script reads.
func TestScriptsReadWhatTheyAreGiven(t *testing.T) {
	variable := regexp.MustCompile(`\b(?:INPUT|PULL|GROUP|PUSH)_[A-Z_]+\b|\b(?:PROGRAM|OWN_PROGRAM|FOLDER|RANGE|EXIT_CODE|COMPLETE|FINDINGS|AUDIT_EXIT_CODE|DEFAULT_BRANCH)\b`)
	for _, s := range readMetadata(t).Runs.Steps {
		if s.Run == "" {
			continue
		}
		name := strings.TrimSuffix(s.Run[strings.LastIndex(s.Run, "/")+1:], `"`)
		text, err := os.ReadFile(filepath.Join(root, "scripts/action", name))
		if err != nil {
			t.Fatal(err)
		}
		read := map[string]bool{}
		for line := range strings.Lines(string(text)) {
			if code := strings.TrimSpace(line); !strings.HasPrefix(code, "#") {
				for _, v := range variable.FindAllString(code, -1) {
					read[v] = true
				}
			}
		}
		if got, want := slices.Sorted(maps.Keys(read)), slices.Sorted(maps.Keys(s.Env)); !slices.Equal(got, want) {
			t.Errorf("%s reads %v and is given %v", name, got, want)
		}
	}
}

// docs/ci.md has a row for each input, with its default, and for each output.
func TestDocumented(t *testing.T) {
	action := readMetadata(t)
	text, err := os.ReadFile(filepath.Join(root, "docs/ci.md"))
	if err != nil {
		t.Fatal(err)
	}
	rows := func(heading string) map[string]string {
		_, section, _ := strings.Cut(string(text), "\n## "+heading+"\n")
		section, _, _ = strings.Cut(section, "\n## ")
		found := map[string]string{}
		for _, m := range regexp.MustCompile("(?m)^\\| `([a-z-]+)` \\| (.*) \\|$").FindAllStringSubmatch(section, -1) {
			found[m[1]] = m[2]
		}
		return found
	}
	inputs, outputs := rows("Inputs"), rows("Outputs")
	for name, input := range action.Inputs {
		shown := "none"
		if *input.Default != "" {
			shown = "`" + *input.Default + "`"
		}
		if !strings.HasPrefix(inputs[name], shown+" |") {
			t.Errorf("input %s: docs/ci.md has %q, want a row with the default %s", name, inputs[name], shown)
		}
		delete(inputs, name)
	}
	for name := range action.Outputs {
		if outputs[name] == "" {
			t.Errorf("output %s is not in docs/ci.md", name)
		}
		delete(outputs, name)
	}
	if len(inputs) > 0 || len(outputs) > 0 {
		t.Errorf("docs/ci.md tells of inputs %v and outputs %v that are not there", inputs, outputs)
	}
}

// Every action of others is one that cannot change: a commit, with its tag said beside it, and
// the same commit everywhere.
func TestPinned(t *testing.T) {
	uses := regexp.MustCompile(`(?m)^[\s-]*uses: +(\S+)(.*)$`)
	tag := regexp.MustCompile(`^ # v\d+\.\d+\.\d+$`)
	pinned := regexp.MustCompile(`^([\w-]+/[\w-]+)[\w/-]*@([0-9a-f]{40})$`)
	seen := map[string]string{}
	for _, file := range append(yamlFiles(t), filepath.Join(root, "README.md"), filepath.Join(root, "docs/ci.md")) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := len(uses.FindAll(text, -1)), strings.Count(strings.ReplaceAll(string(text), "`uses: ", ""), "uses: "); got != want {
			t.Errorf("%s: %d of %d uses are of the form that is checked", file, got, want)
		}
		for _, m := range uses.FindAllStringSubmatch(string(text), -1) {
			if m[1] == "./" || strings.HasPrefix(m[1], "OWNER/unleak@") {
				continue
			}
			parts := pinned.FindStringSubmatch(m[1])
			if parts == nil || !tag.MatchString(m[2]) {
				t.Errorf("%s: %s is not pinned to a commit with its tag in a comment", file, m[1])
				continue
			}
			if other := seen[parts[1]]; other != "" && other != parts[2]+m[2] {
				t.Errorf("%s: %s is %s, elsewhere %s", file, parts[1], parts[2]+m[2], other)
			}
			seen[parts[1]] = parts[2] + m[2]
		}
	}
	if len(seen) < 4 {
		t.Errorf("only %v", seen)
	}
}

// workflow is a workflow, as far as the tests need it.
type workflow struct {
	Permissions map[string]string
	Jobs        map[string]struct {
		Permissions map[string]string
		Steps       []step
	}
}

// Workflows ask for no more than reading, and for writing alerts only where they upload; what
// they give the action are inputs that it has, and where it scans history that is there.
func TestWorkflows(t *testing.T) {
	action := readMetadata(t)
	for _, file := range yamlFiles(t)[1:] {
		var w workflow
		decode(t, file, &w)
		if w.Permissions["contents"] != "read" || len(w.Permissions) > 1 && w.Permissions["security-events"] != "write" || len(w.Permissions) > 2 {
			t.Errorf("%s: permissions %v", file, w.Permissions)
		}
		for name, job := range w.Jobs {
			depth, credentials := "1", ""
			for _, s := range job.Steps {
				switch {
				case strings.HasPrefix(s.Uses, "actions/checkout@"):
					depth, credentials = s.With["fetch-depth"], s.With["persist-credentials"]
				case s.Uses == "./" || strings.HasPrefix(s.Uses, "OWNER/unleak@"):
					for input := range s.With {
						if _, ok := action.Inputs[input]; !ok {
							t.Errorf("%s, job %s: the action has no input %s", file, name, input)
						}
					}
					writes := w.Permissions["security-events"] == "write" || job.Permissions["security-events"] == "write"
					if uploads := s.With["upload"] != "false"; uploads != writes {
						t.Errorf("%s, job %s: may write alerts %t, uploads %t", file, name, writes, uploads)
					}
				}
			}
			if depth != "0" || credentials != "false" {
				t.Errorf("%s, job %s: checked out with depth %q, persist-credentials %q", file, name, depth, credentials)
			}
		}
	}
}

// yamlFiles lists action.yml, then the workflows.
func yamlFiles(t *testing.T) []string {
	t.Helper()
	files := []string{filepath.Join(root, "action.yml")}
	for _, pattern := range []string{".github/workflows/*.yml", "docs/examples/*.yml"} {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(found), err)
		}
		files = append(files, found...)
	}
	return files
}
