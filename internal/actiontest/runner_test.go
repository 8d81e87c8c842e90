// Package actiontest runs the steps of action.yml as GitHub's runner does, on repositories of
// this machine, and checks what it says of itself. It holds tests only.
package actiontest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// event is what starts a workflow.
type event struct {
	name, ref string         // GITHUB_EVENT_NAME, GITHUB_REF
	payload   map[string]any // the file GITHUB_EVENT_PATH
}

// outcome is what a run of the action did.
type outcome struct {
	code        int               // of the step that failed first, or 0
	failed      string            // its id, or its last word
	outputs     map[string]string // of the action
	log         string            // standard output and standard error of all steps
	summary     string
	annotations []string // "level title: text", of commands that the runner obeys
	uploaded    string   // the SARIF file given to upload-sarif
	used        []string // the actions of others, without their versions
}

// repository is GITHUB_REPOSITORY in all runs.
const repository = "octo/project"

// runner is a machine on which the action runs.
type runner struct {
	t      testing.TB
	action metadata
	temp   string // RUNNER_TEMP
	path   string // PATH
}

// newRunner skips the test where the scripts cannot run.
func newRunner(t testing.TB) *runner {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the bash of Windows is not that of GitHub's runners")
	}
	for _, program := range []string{"bash", "git", "go"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("the steps of the action need %s", program)
		}
	}
	return &runner{t: t, action: readMetadata(t), temp: t.TempDir(), path: os.Getenv("PATH")}
}

// run runs all steps in the workspace. Inputs that are not given have their defaults.
func (r *runner) run(t testing.TB, workspace string, e event, inputs map[string]string) outcome {
	t.Helper()
	state := &run{runner: r, t: t, workspace: workspace, event: e, folder: t.TempDir(), steps: map[string]string{}}
	state.inputs = map[string]string{}
	for name, input := range r.action.Inputs {
		state.inputs[name] = *input.Default
	}
	for name := range inputs {
		if _, ok := state.inputs[name]; !ok {
			t.Fatalf("the action has no input %s", name)
		}
	}
	maps.Copy(state.inputs, inputs)
	for i, s := range r.action.Runs.Steps {
		state.step(i, s)
	}
	state.outputs = map[string]string{}
	for name, output := range r.action.Outputs {
		state.outputs[name] = scope(state.lookup).expand(output.Value)
	}
	state.annotations = obeyed(t, state.log)
	return state.outcome
}

// run is the state between the steps of one run.
type run struct {
	*runner
	outcome
	t         testing.TB
	workspace string
	event     event
	folder    string // for the files that steps write to
	inputs    map[string]string
	steps     map[string]string // "steps.id.outputs.name" and "steps.id.outcome"
}

func (r *run) lookup(name string) string {
	switch {
	case name == "always()":
		return "true"
	case strings.HasPrefix(name, "inputs."):
		return r.inputs[strings.TrimPrefix(name, "inputs.")]
	case strings.HasPrefix(name, "steps."):
		return r.steps[name]
	case strings.HasPrefix(name, "github.event."):
		var value any = r.event.payload
		for key := range strings.SplitSeq(strings.TrimPrefix(name, "github.event."), ".") {
			object, _ := value.(map[string]any)
			value = object[key]
		}
		if value == nil {
			return ""
		}
		return fmt.Sprint(value)
	}
	r.t.Fatalf("the tests do not know %s", name)
	return ""
}

func (r *run) step(number int, s step) {
	values := scope(r.lookup)
	if !values.condition(s.If, r.failed != "") {
		r.steps["steps."+s.ID+".outcome"] = "skipped"
		return
	}
	code := 0
	if s.Uses != "" {
		r.use(s, values)
	} else {
		code = r.shell(number, s, values)
	}
	r.steps["steps."+s.ID+".outcome"] = "success"
	if code != 0 {
		r.steps["steps."+s.ID+".outcome"] = "failure"
		if r.failed == "" {
			r.code, r.failed = code, strings.TrimSuffix(s.Run[strings.LastIndex(s.Run, "/")+1:], `"`)
		}
	}
}

// use stands in for the actions of others.
func (r *run) use(s step, values scope) {
	name, _, _ := strings.Cut(s.Uses, "@")
	r.used = append(r.used, name)
	if name == "github/codeql-action/upload-sarif" {
		r.uploaded = values.expand(s.With["sarif_file"])
	}
}

// shell runs a script as the runner does: in the workspace, with the files that it reads and
// writes in the environment.
func (r *run) shell(number int, s step, values scope) int {
	r.t.Helper()
	actionPath, err := filepath.Abs(root)
	if err != nil {
		r.t.Fatal(err)
	}
	file := func(name string) string { return filepath.Join(r.folder, fmt.Sprint(number, "-", name)) }
	payload, err := json.Marshal(r.event.payload)
	if err != nil {
		r.t.Fatal(err)
	}
	for name, content := range map[string][]byte{"event.json": payload, "output": nil, "env": nil, "summary": nil} {
		if err := os.WriteFile(file(name), content, 0o600); err != nil {
			r.t.Fatal(err)
		}
	}
	env := append(withoutGitHub(os.Environ()), "PATH="+r.path, "CI=true", "GITHUB_ACTIONS=true",
		"GITHUB_ACTION_PATH="+actionPath, "GITHUB_WORKSPACE="+r.workspace, "GITHUB_REPOSITORY="+repository,
		"GITHUB_EVENT_NAME="+r.event.name, "GITHUB_EVENT_PATH="+file("event.json"), "GITHUB_REF="+r.event.ref, "GITHUB_RUN_ID=17",
		"GITHUB_OUTPUT="+file("output"), "GITHUB_ENV="+file("env"), "GITHUB_STEP_SUMMARY="+file("summary"),
		"RUNNER_TEMP="+r.temp, "RUNNER_OS=Linux", "RUNNER_ARCH=X64")
	for name, value := range s.Env {
		env = append(env, name+"="+values.expand(value))
	}
	cmd := exec.CommandContext(r.t.Context(), "bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", s.Run)
	cmd.Dir, cmd.Env = r.workspace, env
	log, err := cmd.CombinedOutput()
	r.log += string(log)
	if err != nil && cmd.ProcessState == nil {
		r.t.Fatal(err)
	}
	summary, err := os.ReadFile(file("summary"))
	if err != nil {
		r.t.Fatal(err)
	}
	r.summary += string(summary)
	r.readOutputs(s, file("output"))
	return cmd.ProcessState.ExitCode()
}

func (r *run) readOutputs(s step, file string) {
	content, err := os.ReadFile(file)
	if err != nil {
		r.t.Fatal(err)
	}
	for line := range bytes.Lines(content) {
		name, value, ok := strings.Cut(strings.TrimSuffix(string(line), "\n"), "=")
		if !ok || s.ID == "" {
			r.t.Errorf("step %q has the output line %q", s.ID, line)
		}
		r.steps["steps."+s.ID+".outputs."+name] = value
	}
}

// withoutGitHub is an environment without what a runner may have set for the tests themselves.
func withoutGitHub(env []string) []string {
	var rest []string
	for _, variable := range env {
		if !strings.HasPrefix(variable, "GITHUB_") && !strings.HasPrefix(variable, "RUNNER_") && !strings.HasPrefix(variable, "GIT_") {
			rest = append(rest, variable)
		}
	}
	return rest
}

var (
	command    = regexp.MustCompile(`^::([a-z-]+)(?: ([^:]*))?::(.*)$`)
	unescape   = strings.NewReplacer("%0A", "\n", "%0D", "\r", "%3A", ":", "%2C", ",", "%25", "%")
	titleOf    = regexp.MustCompile(`(?:^|,)title=([^,]*)`)
	fileOf     = regexp.MustCompile(`(?:^|,)file=([^,]*)`)
	oldCommand = regexp.MustCompile(`##\[[a-z]+`)
)

// obeyed lists the annotations in a log, as the runner reads it: nothing counts between
// stop-commands and its token. Any other command is an error of the test.
func obeyed(t testing.TB, log string) []string {
	t.Helper()
	var annotations []string
	stopped := ""
	for line := range strings.Lines(log) {
		line = strings.TrimSpace(line)
		if stopped != "" {
			if line == "::"+stopped+"::" {
				stopped = ""
			}
			continue
		}
		if old := oldCommand.FindString(line); old != "" {
			t.Errorf("the runner obeys %q in %q", old, line)
		}
		m := command.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		switch m[1] {
		case "stop-commands":
			stopped = m[3]
		case "error", "warning", "notice":
			text := m[1]
			for _, property := range []*regexp.Regexp{titleOf, fileOf} {
				if found := property.FindStringSubmatch(m[2]); found != nil {
					text += " " + unescape.Replace(found[1])
				}
			}
			annotations = append(annotations, text+": "+unescape.Replace(m[3]))
		case "group", "endgroup":
		default:
			t.Errorf("the runner obeys %q", line)
		}
	}
	if stopped != "" {
		t.Error("commands are still stopped at the end")
	}
	return annotations
}
