package actiontest

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/unleak/unleak/internal/gittest"
	"github.com/unleak/unleak/internal/secrettest"
)

var zeros = strings.Repeat("0", 40)

// planted is a repository as a server has it. Branch main once held a secret, "old"; branch
// feature, which starts at main, adds another, "new".
type planted struct {
	*gittest.Repo
	values     []string // all secrets in it
	main, head string   // commits
}

func plant(t *testing.T) *planted {
	t.Helper()
	p := &planted{Repo: gittest.New(t)}
	p.add(1, "old config.py")
	p.Git("rm", "-q", "old config.py")
	p.main = p.CommitFile("README.md", "A project.\n", "clean up")
	p.CheckoutNew("feature")
	p.head = p.add(2, "new.py")
	p.Checkout("main")
	p.Git("config", "uploadpack.allowFilter", "true")
	p.pull(1, p.head)
	return p
}

// add commits a file with a secret of severity critical.
func (p *planted) add(seed int64, path string) string {
	line, value := secrettest.New(seed).Line("github")
	p.values = append(p.values, value)
	return p.CommitFile(path, line+"\n", "add a file")
}

// pull makes the merge commit of a pull request, as GitHub does.
func (p *planted) pull(number int, head string) {
	merge := p.Git("commit-tree", "-p", "main", "-p", head, "-m", "merge", head+"^{tree}")
	p.Git("update-ref", "refs/pull/"+string(rune('0'+number))+"/merge", merge)
}

// checkout is what actions/checkout makes of a ref, with all history or only as deep as said.
func (p *planted) checkout(t *testing.T, ref string, arguments ...string) *gittest.Repo {
	t.Helper()
	workspace := gittest.New(t)
	workspace.Git("remote", "add", "origin", "file://"+p.Dir)
	fetch := append([]string{"fetch", "-q", "--no-tags"}, arguments...)
	fetch = append(fetch, "origin", "+"+ref+":refs/remotes/checked/out")
	if len(arguments) == 0 {
		fetch = append(fetch, "+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*")
	}
	workspace.Git(fetch...)
	workspace.Git("checkout", "-q", "--detach", "refs/remotes/checked/out")
	return workspace
}

func push(ref, before, after string) event {
	return event{"push", ref, map[string]any{
		"before": before, "after": after, "repository": map[string]any{"default_branch": "main"}}}
}

func (p *planted) pullRequest(from string) event {
	side := func(sha string) map[string]any {
		return map[string]any{"sha": sha, "ref": "main", "repo": map[string]any{"full_name": from}}
	}
	return event{"pull_request", "refs/pull/1/merge", map[string]any{
		"before": p.main, "after": p.head, "repository": map[string]any{"default_branch": "main"},
		"pull_request": map[string]any{"base": side(p.main), "head": side(p.head)}}}
}

// want is what a test looks at in an outcome; what is empty is not looked at.
type want struct {
	code                 int
	failed               string
	findings, complete   string
	mode, rng            string
	uploads              bool
	summary, annotations []string // parts
}

func (o outcome) check(t *testing.T, w want, p *planted) {
	t.Helper()
	if o.code != w.code || w.failed != "" && o.failed != w.failed {
		t.Errorf("exit code %d of %q, want %d of %q", o.code, o.failed, w.code, w.failed)
	}
	for _, output := range []struct{ name, want string }{
		{"findings", w.findings}, {"complete", w.complete}, {"mode", w.mode}, {"range", w.rng}} {
		if got := o.outputs[output.name]; output.want != "" && got != output.want {
			t.Errorf("%s is %q, want %q", output.name, got, output.want)
		}
	}
	if o.uploaded != "" != w.uploads {
		t.Errorf("uploaded %q, want an upload %t", o.uploaded, w.uploads)
	}
	for _, part := range w.summary {
		if !strings.Contains(o.summary, part) {
			t.Errorf("the summary lacks %q:\n%s", part, o.summary)
		}
	}
	for _, part := range w.annotations {
		if !slices.ContainsFunc(o.annotations, func(a string) bool { return strings.Contains(a, part) }) {
			t.Errorf("no annotation has %q: %q", part, o.annotations)
		}
	}
	for _, value := range p.values {
		if strings.Contains(o.log+o.summary, value) {
			t.Error("the log or the summary shows a secret")
		}
	}
	if t.Failed() {
		t.Logf("the log:\n%s", o.log)
	}
}

// Every test that scans is in here: they share one build.
func TestAction(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program, and runs it in a process of its own")
	}
	r := newRunner(t)
	p := plant(t)
	full := p.checkout(t, "refs/heads/main")
	merge := p.checkout(t, "refs/pull/1/merge")
	feature := p.checkout(t, "refs/heads/feature")
	shallow := p.checkout(t, "refs/heads/main", "--depth=1")
	shallowMerge := p.checkout(t, "refs/pull/1/merge", "--depth=1")
	partial := p.checkout(t, "refs/heads/main", "--filter=blob:none")
	onMain := push("refs/heads/main", zeros, p.main)

	t.Run("builds once", func(t *testing.T) {
		first := r.run(t, full.Dir, onMain, nil)
		again := r.run(t, full.Dir, onMain, nil)
		if want := []string{"actions/cache/restore", "actions/cache/save", "github/codeql-action/upload-sarif"}; !slices.Equal(first.used, want) {
			t.Errorf("used %v, want %v\n%s", first.used, want, first.log)
		}
		if want := []string{"github/codeql-action/upload-sarif"}; !slices.Equal(again.used, want) {
			t.Errorf("again used %v, want %v", again.used, want)
		}
	})

	one := p.main + ".." + p.head
	depth := "fetch-depth: 0"
	tests := []struct {
		name      string
		workspace string
		event     event
		inputs    map[string]string
		want      want
	}{
		{"a push: all history", full.Dir, onMain, nil,
			want{code: 1, failed: "verdict", findings: "2", complete: "true", mode: "history", uploads: true,
				summary: []string{"config.py"}, annotations: []string{"secrets found"}}},
		{"a threshold", full.Dir, onMain, map[string]string{"fail-on": "never"},
			want{findings: "2", complete: "true", mode: "history", uploads: true}},
		{"without reports on the page", full.Dir, onMain, map[string]string{"summary": "false", "annotations": "false", "upload": "false"},
			want{code: 1, findings: "2"}},
		{"a pull request: its commits", merge.Dir, p.pullRequest(repository), nil,
			want{code: 1, findings: "1", complete: "true", mode: "range", rng: one, uploads: true,
				summary: []string{"new.py"}, annotations: []string{"new.py"}}},
		{"a pull request: all history", merge.Dir, p.pullRequest(repository), map[string]string{"mode": "history"},
			want{code: 1, findings: "2", mode: "history", uploads: true}},
		{"a pull request from a fork", merge.Dir, p.pullRequest("mallory/project"), nil,
			want{code: 1, findings: "1", mode: "range", annotations: []string{"from a fork may not write"}}},
		{"a pull request from a fork that is gone", merge.Dir, p.pullRequest(""), map[string]string{"upload": "true"},
			want{code: 1, findings: "1", mode: "range", uploads: true}},
		{"a merge group", merge.Dir, event{"merge_group", "refs/heads/gh-readonly-queue/main/pr-1", map[string]any{
			"merge_group": map[string]any{"base_sha": p.main, "head_sha": p.head}}}, nil,
			want{code: 1, findings: "1", mode: "range", rng: one}},
		{"a push: its commits", feature.Dir, push("refs/heads/feature", p.main, p.head), map[string]string{"mode": "range"},
			want{code: 1, findings: "1", mode: "range", rng: one, annotations: []string{"close the alerts"}}},
		{"a new branch", feature.Dir, push("refs/heads/feature", zeros, p.head), map[string]string{"mode": "range"},
			want{code: 1, findings: "1", mode: "range", rng: one}},
		{"a new default branch", full.Dir, push("refs/heads/main", zeros, p.main), map[string]string{"mode": "range"},
			want{code: 1, findings: "1", mode: "range", rng: zeros + ".." + p.main}},
		{"a forced push", feature.Dir, push("refs/heads/feature", strings.Repeat("5", 40), p.head), map[string]string{"mode": "range"},
			want{code: 1, findings: "1", mode: "range", rng: one, annotations: []string{"a forced push"}}},
		{"a schedule has no range", full.Dir, event{name: "schedule", ref: "refs/heads/main"}, map[string]string{"mode": "range"},
			want{code: 1, findings: "2", mode: "history", uploads: true, annotations: []string{"all history"}}},
		{"a range of one's own", full.Dir, onMain, map[string]string{"range": p.main + "..origin/feature"},
			want{code: 1, findings: "1", mode: "range", rng: p.main + "..origin/feature"}},
		{"nothing in it", full.Dir, onMain, map[string]string{"range": p.main + ".." + p.main},
			want{findings: "0", complete: "true", mode: "range"}},

		{"shallow", shallow.Dir, onMain, nil,
			want{code: 3, failed: "verdict", findings: "0", complete: "false", mode: "history", uploads: true,
				annotations: []string{"error unleak: only a part", depth, "error unleak: incomplete"}}},
		{"shallow, allowed", shallow.Dir, onMain, map[string]string{"allow-incomplete": "true"},
			want{findings: "0", complete: "false", uploads: true, annotations: []string{"warning unleak: only a part", depth, "warning unleak: incomplete"}}},
		{"shallow pull request", shallowMerge.Dir, p.pullRequest(repository), nil,
			want{code: 2, failed: "plan", annotations: []string{"error unleak: the pull request is not here", depth}, summary: []string{depth}}},
		{"shallow pull request, allowed", shallowMerge.Dir, p.pullRequest(repository), map[string]string{"allow-incomplete": "true"},
			want{code: 1, findings: "1", complete: "false", mode: "history", uploads: true, annotations: []string{"warning unleak: the pull request is not here"}}},
		{"shallow push", p.checkout(t, "refs/heads/feature", "--depth=1").Dir, push("refs/heads/feature", p.main, p.head), map[string]string{"mode": "range"},
			want{code: 2, failed: "plan", annotations: []string{"error unleak: the base is not here", depth}}},
		{"partial", partial.Dir, onMain, nil,
			want{code: 3, failed: "verdict", findings: "0", complete: "false", mode: "history", uploads: true,
				annotations: []string{"error unleak: a partial clone"}}},
		{"an audit", full.Dir, onMain, map[string]string{"fail-on": "never", "audit": "true"},
			want{code: 1, failed: "verdict", findings: "2", uploads: true, summary: []string{"Audit of"},
				annotations: []string{"error unleak: the audit fails"}}},
		{"no repository", t.TempDir(), onMain, nil,
			want{code: 2, failed: "plan", annotations: []string{"error unleak: no repository"}}},

		{"a flag that does not exist", full.Dir, onMain, map[string]string{"flags": "--nonsense=1"},
			want{code: 2, failed: "verdict", annotations: []string{"error unleak: the scan failed"}, summary: []string{"the scan failed"}}},
		{"flags", full.Dir, onMain, map[string]string{"flags": "--exclude-rule=github-token\n--jobs=1\n"},
			want{findings: "0", complete: "true", uploads: true}},
		{"another program", full.Dir, onMain, map[string]string{"program": "missing"},
			want{code: 2, failed: "prepare", annotations: []string{"The input program names no file"}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r.run(t, test.workspace, test.event, test.inputs).check(t, test.want, p)
		})
	}
	t.Run("reports", func(t *testing.T) { t.Parallel(); checkReports(t, r, full) })
	t.Run("only what is new", func(t *testing.T) { t.Parallel(); checkBaseline(t, r, p) })
	t.Run("hostile names", func(t *testing.T) { t.Parallel(); checkHostile(t, r) })
}

// Each output that is a path has a report there, and all tell of the same findings.
func checkReports(t *testing.T, r *runner, workspace *gittest.Repo) {
	o := r.run(t, workspace.Dir, event{name: "schedule", ref: "refs/heads/main"}, nil)
	for _, name := range []string{"sarif", "json", "html", "markdown"} {
		content, err := os.ReadFile(o.outputs[name])
		if err != nil {
			t.Error(err)
			continue
		}
		if !strings.Contains(string(content), "new.py") {
			t.Errorf("the %s report does not name new.py", name)
		}
	}
	if o.outputs["critical"] != "2" || o.outputs["low"] != "0" || o.outputs["exit-code"] != "1" {
		t.Errorf("outputs %v", o.outputs)
	}
}

// What the baseline has is no reason to fail; what came later is.
func checkBaseline(t *testing.T, r *runner, p *planted) {
	workspace := p.checkout(t, "refs/heads/main")
	schedule := event{name: "schedule", ref: "refs/heads/main"}
	report, err := os.ReadFile(r.run(t, workspace.Dir, schedule, nil).outputs["json"])
	if err != nil {
		t.Fatal(err)
	}
	workspace.Write("baseline.json", string(report))
	workspace.Commit("a baseline")
	known := map[string]string{"baseline": "baseline.json"}
	r.run(t, workspace.Dir, schedule, known).check(t, want{findings: "0", complete: "true", uploads: true}, p)

	line, _ := secrettest.New(3).Line("github")
	workspace.CommitFile("later.py", line+"\n", "more")
	r.run(t, workspace.Dir, schedule, known).check(t, want{code: 1, findings: "1", uploads: true, annotations: []string{"later.py"}}, p)
}

// Names in a repository and in an event are no code and no commands, wherever they are put.
func checkHostile(t *testing.T, r *runner) {
	p := &planted{Repo: gittest.New(t)}
	p.main = p.CommitFile("README.md", "A project.\n", "start")
	names := []string{
		"::error title=owned::owned", "##[error]owned", "$(touch owned).py", "`touch owned`", "'; touch owned #",
		"a\n::warning title=owned::owned", "b\r::set-env name=OWNED::owned", "c%0A::error title=owned::owned",
	}
	for i, name := range names {
		p.head = p.add(int64(10+i), filepath.Join("dir", name))
	}
	branch := `x";$(touch${IFS}owned);` + "`touch${IFS}owned`"
	p.Git("branch", branch)
	p.pull(1, p.head)
	workspace := p.checkout(t, "refs/pull/1/merge")

	pull := p.pullRequest(branch + "/project")
	pull.payload["pull_request"].(map[string]any)["title"] = "$(touch owned)\n::error::owned"
	pull.payload["repository"] = map[string]any{"default_branch": branch}
	pushed := push("refs/heads/"+branch, zeros, p.head)
	pushed.payload["repository"] = map[string]any{"default_branch": "--upload-pack=touch owned;" + branch}
	for _, e := range []event{pull, pushed} {
		o := r.run(t, workspace.Dir, e, map[string]string{"mode": "range"})
		o.check(t, want{code: 1, mode: "range"}, p)
		for _, annotation := range o.annotations {
			if level, _, _ := strings.Cut(annotation, ":"); strings.HasSuffix(level, " owned") {
				t.Errorf("%s: the annotation %q", e.name, annotation)
			}
		}
		if _, err := os.Stat(filepath.Join(workspace.Dir, "owned")); err == nil {
			t.Fatalf("%s: a name was run", e.name)
		}
	}

	odd := push("refs/heads/main", zeros, "$(touch owned)")
	r.run(t, workspace.Dir, odd, map[string]string{"mode": "range"}).check(t,
		want{code: 2, failed: "plan", annotations: []string{"error unleak: odd event"}}, p)
}

// Whatever the program prints, the runner obeys none of it; and without a report there is no
// verdict but that the scan failed.
func TestOutputIsNoCommand(t *testing.T) {
	r := newRunner(t)
	workspace := gittest.New(t)
	id := workspace.CommitFile("a", "a\n", "a")
	script := "#!/bin/sh\n[ \"$1\" = version ] || { printf '::error title=owned::owned\\n##[error]owned\\n::set-env name=A::b\\n::stop-commands::x\\n::x::\\nno line end'; exit 1; }\n"
	program := filepath.Join(t.TempDir(), "unleak")
	if err := os.WriteFile(program, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	o := r.run(t, workspace.Dir, push("refs/heads/main", zeros, id), map[string]string{"program": program, "audit": "true"})
	o.check(t, want{code: 2, failed: "verdict", annotations: []string{"error unleak: the scan failed"}, summary: []string{"the scan failed"}}, &planted{})
	if len(o.annotations) != 2 || strings.Count(o.log, "title=owned") != 2 {
		t.Errorf("annotations %q in\n%s", o.annotations, o.log)
	}
}

// Inputs are refused before anything is built or scanned, and none gets past its line.
func TestInputs(t *testing.T) {
	r := newRunner(t)
	workspace := t.TempDir()
	for _, test := range []struct{ name, input, value, want string }{
		{"mode", "mode", "everything", "The input mode is not one of: auto history range."},
		{"empty", "fail-on", "", "The input fail-on is not one of"},
		{"confidence", "min-confidence", "sure", "The input min-confidence is not one of"},
		{"truth", "upload", "yes", "The input upload is not one of"},
		{"baseline", "baseline", "known.json", "The input baseline names no file"},
		{"rules", "config", "rules.toml", "The input config names no file"},
		{"folder", "path", "elsewhere", "The input path names no folder"},
		{"lines in a path", "path", ".\nmode=history", "The input path holds a line break"},
		{"a range that is a flag", "range", "--reveal..x", "The input range is not of the form"},
		{"no range", "range", "main", "The input range is not of the form"},
		{"two flags in one", "range", "a..b --reveal", "The input range is not of the form"},
		{"lines in a range", "range", "a..b\nupload=true", "The input range holds a line break"},
		{"values", "flags", "--jobs=1\n--reveal=true", "The input flags has --reveal"},
		{"no flag", "flags", "-q", "A line of the input flags is no flag"},
		{"another argument", "flags", "elsewhere", "A line of the input flags is no flag"},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := r.run(t, workspace, push("refs/heads/main", zeros, zeros), map[string]string{test.input: test.value})
			o.check(t, want{code: 2, failed: "prepare", annotations: []string{"error unleak: wrong input: " + test.want}}, &planted{})
			if len(o.used) > 0 || o.outputs["exit-code"] != "2" {
				t.Errorf("used %v, outputs %v", o.used, o.outputs)
			}
		})
	}
}

// A Go that is missing or too old for the module is set up; one that will do is not.
func TestToolchain(t *testing.T) {
	for _, test := range []struct {
		name, version string
		setup         bool
	}{
		{"old", "go1.20.14", true},
		{"a candidate of the version before", "go1.25rc1", true},
		{"broken", "", true},
		{"enough", "go1.26.0", false},
		{"newer", "go1.30.1 X:nodwarf5", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newRunner(t)
			bin := t.TempDir()
			script := "#!/bin/sh\n[ \"$1\" = env ] && echo '" + test.version + "' && exit\necho building >&2\nexit 1\n"
			if err := os.WriteFile(filepath.Join(bin, "go"), []byte(script), 0o755); err != nil {
				t.Fatal(err)
			}
			r.path = bin + ":" + r.path
			workspace := gittest.New(t)
			id := workspace.CommitFile("a", "a\n", "a")
			o := r.run(t, workspace.Dir, push("refs/heads/main", zeros, id), nil)
			o.check(t, want{code: 2, failed: "build", annotations: []string{"error unleak: not built"}}, &planted{})
			if got := slices.Contains(o.used, "actions/setup-go"); got != test.setup {
				t.Errorf("set up %t, want %t: used %v", got, test.setup, o.used)
			}
		})
	}
}
