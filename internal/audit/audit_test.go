package audit_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/audit"
	"github.com/unleak/unleak/internal/audit/checklist"
	"github.com/unleak/unleak/internal/gittest"
	"github.com/unleak/unleak/internal/secrettest"
	"github.com/unleak/unleak/rules"
)

// now is the time of all audits here.
var now = time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)

// run audits a repository with the built-in rules.
func run(t testing.TB, dir string, change ...func(*audit.Options)) *checklist.Checklist {
	t.Helper()
	set, err := rules.LoadBuiltin(unleak.RulesName, unleak.Rules())
	if err != nil {
		t.Fatal(err)
	}
	options := audit.Options{Rules: set, Jobs: 2, Now: now}
	for _, apply := range change {
		apply(&options)
	}
	c, err := audit.Run(t.Context(), dir, options)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// notPassed is the state of each item that does not pass.
func notPassed(c *checklist.Checklist) map[string]checklist.State {
	states := map[string]checklist.State{}
	for _, item := range c.Items {
		if item.State != checklist.Pass {
			states[item.ID] = item.State
		}
	}
	return states
}

func item(t testing.TB, c *checklist.Checklist, id string) checklist.Item {
	t.Helper()
	for _, i := range c.Items {
		if i.ID == id {
			return i
		}
	}
	t.Fatalf("there is no item %q", id)
	return checklist.Item{}
}

// clean makes a repository of which every item passes.
func clean(t testing.TB) *gittest.Repo {
	t.Helper()
	r := gittest.New(t)
	r.Write(".gitignore", ".env*\n!.env.example\n")
	r.Write("README.md", "# Bills\n\nSet `API_KEY=your-api-key-here` first.\n")
	r.Write("main.go", "package main\n\nfunc main() { run(os.Getenv(\"API_KEY\")) }\n")
	r.Write(".env.example", "API_KEY=your-api-key-here\nDB_PASSWORD=change-me\nDEBUG=true\n")
	r.Write(".github/workflows/ci.yml", "env:\n  TOKEN: ${{ secrets.TOKEN }}\n")
	hook := filepath.Join(r.Dir, ".git", "hooks", "pre-commit")
	must(t, os.MkdirAll(filepath.Dir(hook), 0o777))
	must(t, os.WriteFile(hook, []byte("#!/bin/sh\nexec unleak scan --staged\n"), 0o777))
	r.Commit("first")
	return r
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// line is a line with a fresh secret of a kind, and the secret.
func line(kind string) (text, value string) { return secrettest.New(7).Line(kind) }

// Each item fails for its own reason, and it alone; what mends it is said.
func TestItems(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("hooks have no permission to run there")
	}
	token, value := line("gitlab")
	fail := func(id string) map[string]checklist.State { return map[string]checklist.State{id: checklist.Fail} }
	warn := func(id string) map[string]checklist.State { return map[string]checklist.State{id: checklist.Warn} }
	for name, test := range map[string]struct {
		with func(t *testing.T, r *gittest.Repo)
		want map[string]checklist.State
		text string // in the item's evidence, summary or commands
	}{
		"clean":           {with: func(*testing.T, *gittest.Repo) {}, want: map[string]checklist.State{}},
		"ignored on disk": {with: func(t *testing.T, r *gittest.Repo) { r.Write(".env", token) }, want: map[string]checklist.State{}},
		"env file on disk": {func(t *testing.T, r *gittest.Repo) { r.Write("conf/prod.env", token) },
			fail("env-ignored"), `printf '%s\n' /conf/prod.env >> .gitignore`},
		"ignored here alone": {func(t *testing.T, r *gittest.Repo) {
			r.Write("conf/prod.env", token)
			must(t, os.WriteFile(filepath.Join(r.Dir, ".git", "info", "exclude"), []byte("*.env\n"), 0o666))
		}, warn("env-ignored"), "ignored by info/exclude alone"},
		"env not named": {func(t *testing.T, r *gittest.Repo) { r.CommitFile(".gitignore", "*.o\n", "other") },
			warn("env-ignored"), `printf '%s\n' .env >> .gitignore`},
		"env tracked": {func(t *testing.T, r *gittest.Repo) {
			r.Write(".env", "A=b\n")
			r.Git("add", "-f", ".env")
			r.CommitIndex("env")
		}, fail("env-tracked"), "unleak remediate --path .env"},
		"env staged": {func(t *testing.T, r *gittest.Repo) {
			r.Write(".env", "A=b\n")
			r.Git("add", "-f", ".env")
		}, fail("env-tracked"), "git rm --cached -- .env"},
		"env of tests": {func(t *testing.T, r *gittest.Repo) {
			r.Write("tests/fixtures/.env", "A=b\n")
			r.Git("add", "-f", "tests/fixtures/.env")
			r.CommitIndex("env")
		}, warn("env-tracked"), "among tests"},
		"env deleted": {func(t *testing.T, r *gittest.Repo) {
			r.Write(".env", token)
			r.Git("add", "-f", ".env")
			r.CommitIndex("env")
			r.Remove(".env")
			r.Commit("no env")
		}, fail("env-history"), "env file with 1 secret (critical)"},
		"env in the stash": {func(t *testing.T, r *gittest.Repo) {
			r.Write("prod.env", "A=b\n")
			r.Write("main.go", "package main\n")
			r.Stash("half done")
		}, fail("env-history"), "git stash drop"},
		"secret in an example": {func(t *testing.T, r *gittest.Repo) { r.CommitFile(".env.example", token+"\n", "example") },
			fail("env-examples"), "GitLab"},
		"value in an example": {func(t *testing.T, r *gittest.Repo) {
			r.CommitFile(".env.example", "A=b\nexport DB_PASSWORD='"+fmt.Sprint("blue", 42)+"'\n", "example")
		}, warn("env-examples"), "does not look like a placeholder"},
		"value that no rule knows in an example": {func(t *testing.T, r *gittest.Repo) {
			r.CommitFile(".env.example", "A=b\n#SESSION_SALT=7red\n", "example")
		}, warn("env-examples"), "SESSION_SALT has a value"},
		"secret once in an example": {func(t *testing.T, r *gittest.Repo) {
			r.CommitFile(".env.example", token+"\n", "example")
			r.CommitFile(".env.example", "A=change-me\n", "example")
		}, fail("env-examples-history"), "unleak remediate --finding"},
		"code": {func(t *testing.T, r *gittest.Repo) { r.CommitFile("app.py", token+"\n", "app") },
			fail("code-secrets"), "unleak remediate --finding"},
		"documentation": {func(t *testing.T, r *gittest.Repo) { r.CommitFile("docs/use.md", token+"\n", "docs") },
			fail("docs-secrets"), "glpat-"},
		"CI": {func(t *testing.T, r *gittest.Repo) { r.CommitFile(".github/workflows/release.yml", token+"\n", "ci") },
			fail("ci-secrets"), "secret store of the CI service"},
		"key by name": {func(t *testing.T, r *gittest.Repo) { r.CommitFile("deploy/id_rsa", "not looked into\n", "key") },
			fail("key-files"), "private key or key store"},
		"key once": {func(t *testing.T, r *gittest.Repo) {
			r.CommitFile("app.p12", "not looked into\n", "key")
			r.Remove("app.p12")
			r.Commit("no key")
		}, fail("key-files-history"), "unleak remediate --path literal:app.p12"},
		"staged": {func(t *testing.T, r *gittest.Repo) {
			r.Write("app.py", token+"\n")
			r.Git("add", "app.py")
		}, fail("staged-secrets"), "git restore --staged -- app.py"},
		"history": {func(t *testing.T, r *gittest.Repo) {
			r.CommitFile("app.py", token+"\n", "app")
			r.CommitFile("app.py", "token = read()\n", "better")
		}, fail("history-secrets"), "unleak remediate --finding"},
		"message": {func(t *testing.T, r *gittest.Repo) { r.CommitFile("a", "a", "use "+value) }, fail("message-secrets"), "in the message of a commit"},
		"author": {func(t *testing.T, r *gittest.Repo) {
			r.Write("a", "a")
			r.Commit("a", gittest.Author(value, "a@tests.invalid"))
		}, fail("message-secrets"), "author or committer"},
		"tag":         {func(t *testing.T, r *gittest.Repo) { r.Tag("v1", "HEAD", "signed with "+value) }, fail("tag-secrets"), "refs/tags/v1"},
		"branch name": {func(t *testing.T, r *gittest.Repo) { r.Branch("fix-" + value) }, fail("name-secrets"), "Rename or delete the branch"},
		"path name":   {func(t *testing.T, r *gittest.Repo) { r.CommitFile("dumps/"+value+".txt", "a", "dump") }, fail("name-secrets"), "--path"},
		"note":        {func(t *testing.T, r *gittest.Repo) { r.Note("HEAD", "see "+token) }, fail("notes-secrets"), "unleak remediate"},
		"stash": {func(t *testing.T, r *gittest.Repo) {
			r.Write("main.go", token+"\n")
			r.Stash("half done")
		}, fail("stash-secrets"), "git stash list -p"},
		"reflog": {func(t *testing.T, r *gittest.Repo) {
			r.CommitFile("app.py", token+"\n", "app")
			r.Git("reset", "-q", "--hard", "HEAD~")
		}, fail("unreachable-secrets"), "held by the reflog"},
		"loose end": {func(t *testing.T, r *gittest.Repo) { r.GitInput([]byte(token+"\n"), "hash-object", "-w", "--stdin") },
			fail("unreachable-secrets"), "gc --prune=now"},
		"expired": {func(t *testing.T, r *gittest.Repo) { r.CommitFile("app.py", "session = \""+expired()+"\"\n", "app") },
			warn("spent-secrets"), "expired 2021-05-06"},
		"remote": {func(t *testing.T, r *gittest.Repo) {
			r.Git("remote", "add", "origin", "https://bot:"+value[6:]+"@git.corp-internal.net/tools.git")
		}, fail("remote-credentials"), "git remote set-url origin https://git.corp-internal.net/tools.git"},
		"token as user": {func(t *testing.T, r *gittest.Repo) {
			r.Git("config", "remote.up.pushurl", "https://"+secrettest.New(3).Mixed(30)+":x-oauth-basic@git.corp-internal.net/t.git")
		}, fail("remote-credentials"), "set-url --push up"},
		"submodule": {func(t *testing.T, r *gittest.Repo) {
			r.Git("config", "submodule.lib.url", "https://bot:"+value[6:]+"@git.corp-internal.net/lib.git")
		}, fail("submodule-credentials"), "submodule.lib.url"},
		"gitmodules": {func(t *testing.T, r *gittest.Repo) {
			r.Write(".gitmodules", "[submodule \"lib\"]\n\tpath = lib\n\turl = https://bot:"+value[6:]+"@git.corp-internal.net/lib.git\n")
			r.Git("add", ".gitmodules")
			r.CommitIndex("lib")
		}, fail("submodule-credentials"), "git submodule set-url lib"},
		"extra header": {func(t *testing.T, r *gittest.Repo) {
			r.Git("config", "http.https://git.corp-internal.net/.extraheader", "AUTHORIZATION: basic "+base64.StdEncoding.EncodeToString([]byte("bot:"+value)))
		}, fail("config-credentials"), "--unset-all http.https://git.corp-internal.net/.extraheader"},
		"instead of": {func(t *testing.T, r *gittest.Repo) {
			r.Git("config", "url.https://bot:"+value[6:]+"@git.corp-internal.net/.insteadOf", "https://git.corp-internal.net/")
		}, fail("config-credentials"), "insteadof"},
		"credential store": {func(t *testing.T, r *gittest.Repo) { r.Git("config", "credential.helper", "store") },
			warn("config-credentials"), "--unset-all credential.helper"},
		"include": {func(t *testing.T, r *gittest.Repo) { r.Git("config", "include.path", "/nowhere/at/all") },
			warn("config-credentials"), "includes another file"},
		"hooks from elsewhere": {func(t *testing.T, r *gittest.Repo) {
			folder := t.TempDir()
			must(t, os.WriteFile(filepath.Join(folder, "pre-commit"), []byte("#!/bin/sh\nexec unleak scan --staged\n"), 0o777))
			r.Git("config", "core.hooksPath", folder)
		}, warn("config-credentials"), "outside of the repository"},
		"token in the configuration": {func(t *testing.T, r *gittest.Repo) { r.Git("config", "corp.token", value) },
			fail("config-credentials"), "glpat-"},
		"hook": {func(t *testing.T, r *gittest.Repo) {
			must(t, os.WriteFile(filepath.Join(r.Dir, ".git", "hooks", "post-merge"), []byte("#!/bin/sh\n"+token+"\n"), 0o777))
		}, fail("hook-secrets"), ".git/hooks/post-merge"},
		"linked hook": {func(t *testing.T, r *gittest.Repo) {
			must(t, os.Symlink("/etc/passwd", filepath.Join(r.Dir, ".git", "hooks", "post-merge")))
		}, warn("hook-secrets"), "not followed"},
		"no guard": {func(t *testing.T, r *gittest.Repo) {
			must(t, os.Remove(filepath.Join(r.Dir, ".git", "hooks", "pre-commit")))
		}, warn("guard"), "unleak hook install pre-commit"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := clean(t)
			test.with(t, r)
			c := run(t, r.Dir)
			if diff := cmp.Diff(test.want, notPassed(c)); diff != "" {
				t.Errorf("items that do not pass: want (-) and have (+) differ:\n%s", diff)
			}
			encoded := encode(t, c)
			if strings.Contains(encoded, value) || strings.Contains(encoded, value[6:]) {
				t.Errorf("the value stands in the checklist:\n%s", encoded)
			}
			seen := map[string]bool{}
			for _, e := range item(t, c, "submodule-credentials").Evidence {
				if at := fmt.Sprint(e.Path, e.Line); seen[at] {
					t.Errorf("%s is told twice", at)
				} else {
					seen[at] = true
				}
			}
			for id := range test.want {
				if text := encode(t, item(t, c, id)); !strings.Contains(text, test.text) {
					t.Errorf("%q is not in\n%s", test.text, text)
				}
			}
		})
	}
}

// expired is a token whose time was over before [now].
func expired() string {
	part := base64.RawURLEncoding.EncodeToString
	ends := time.Date(2021, 5, 6, 7, 8, 9, 0, time.UTC)
	return part([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + part(fmt.Appendf(nil, `{"sub":"u-71","iss":"corp","exp":%d}`, ends.Unix())) + "." + secrettest.New(5).Mixed(43)
}

func encode(t testing.TB, v any) string {
	t.Helper()
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	must(t, encoder.Encode(v))
	return strings.ReplaceAll(b.String(), `\\n`, `\n`)
}

// Commands are safe to paste and do what they say, whatever names a repository has.
func TestCommandsWithHostileNames(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil || runtime.GOOS == "windows" {
		t.Skip("this test runs commands of a POSIX shell")
	}
	r := clean(t)
	for _, name := range []string{
		"a b/x.env", "it's.env", "$(touch pwned).env", "`touch pwned`.env", "-rf.env", "*.env", "[ab].env", `back\slash.env`, "#c.env", "!d.env", "ä.env", "q\"q.env", "a;touch pwned;.env",
	} {
		r.Write("deploy/"+name, "A=b\n")
	}
	for range 3 { // a command names no more than a few
		open := item(t, run(t, r.Dir), "env-ignored")
		if len(open.Mend) == 0 {
			break
		}
		cmd := exec.Command("sh", "-c", open.Mend[0].Command)
		cmd.Dir = r.Dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", open.Mend[0].Command, err, out)
		}
	}
	if left := item(t, run(t, r.Dir), "env-ignored"); left.State != checklist.Pass {
		t.Errorf("not ignored by what was proposed: %s", encode(t, left))
	}
	if out := r.Git("status", "--porcelain", "--untracked-files=all"); strings.Contains(out, ".env") || strings.Contains(out, "pwned") {
		t.Errorf("git takes these in:\n%s", out)
	}
}

// What only the user's own configuration ignores is no reason to pass, nor to fail.
func TestUserExcludes(t *testing.T) {
	home := t.TempDir()
	env := map[string]string{"HOME": home}
	getenv := func(name string) string { return env[name] }
	if got, want := audit.UserExcludes(getenv), filepath.Join(home, ".config", "git", "ignore"); got != want {
		t.Errorf("without a setting: %q, want %q", got, want)
	}
	must(t, os.WriteFile(filepath.Join(home, ".gitconfig"), []byte("[core]\n\texcludesFile = ~/my ignores\n"), 0o666))
	file := audit.UserExcludes(getenv)
	if want := filepath.Join(home, "my ignores"); file != want {
		t.Errorf("with a setting: %q, want %q", file, want)
	}
	must(t, os.WriteFile(file, []byte("*.env\n"), 0o666))
	if env = nil; audit.UserExcludes(getenv) != "" {
		t.Errorf("without a home: %q", audit.UserExcludes(getenv))
	}
	r := clean(t)
	r.Write("prod.env", "A=b\n")
	c := run(t, r.Dir, func(o *audit.Options) { o.UserExcludes = file })
	if got := item(t, c, "env-ignored"); got.State != checklist.Warn || !strings.Contains(encode(t, got), "ignored by core.excludesFile alone") {
		t.Errorf("%s", encode(t, got))
	}
}

// A password that only a URL of the configuration gives away is taken out of everything else that is said.
func TestNoValueLeaves(t *testing.T) {
	r := clean(t)
	password := secrettest.New(21).Mixed(18)
	r.Git("remote", "add", "origin", "https://bot:"+password+"@git.corp-internal.net/tools.git")
	r.Write(password+".env", "A=b\n")
	c := run(t, r.Dir)
	if text := encode(t, c); strings.Contains(text, password) || notPassed(c)["env-ignored"] != checklist.Fail {
		t.Errorf("the password stands in\n%s", text)
	}
}
