package cli_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/unleak/unleak/internal/secrettest"
)

// TestPages does what pages of the documentation tell their readers to do. Each script in
// testdata/pages makes the reader's situation, follows a page, and looks at what came of it.
//
// Of a page, the blocks marked as "console" are run: lines that begin with "$ " are commands, and what
// stands below one is its output. [...] on a line of its own stands for output left out; a command with
// no output below it may print anything. Exit codes are 0, or what "echo $?" below a command
// shows. A command that ends in [...] is the line of the output before it that begins the same. Spaces, sizes,
// ids, dates and the last digits of redacted values may differ (see [essence]). A block below a comment
// <!-- file: NAME --> is what the reader is to write into that file.
//
// Beside the commands of [TestScripts], the scripts use:
//
//	page FILE           takes a page, by its path from the root of the repository
//	stands TEXT FOR     where the page has TEXT, FOR is meant: placeholders such as a URL
//	place NAME FOLDER   blocks below a comment <!-- at: NAME --> are run in FOLDER, others in the script's
//	env-file FILE DATABASE STRIPE   writes a .env with fresh secrets, and sets the variables to them
//	follow [N]          runs the page's blocks to the end of the section N, or to the end of the page
func TestPages(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("pages are written for a POSIX shell")
	}
	if raceDetector && testing.Short() {
		t.Skip("pages run no code that the scripts do not")
	}
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "pages"),
		Setup: func(env *testscript.Env) error {
			env.Values[readerKey{}] = &reader{root: root, places: map[string]string{}}
			env.Setenv("ROOT", root)
			env.Setenv("LC_ALL", "C")
			for _, name := range goVariables {
				env.Setenv(name, goEnvironment()[name])
			}
			return setup(env)
		},
		RequireUniqueNames: true,
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"plant": plant, "exits": exits, "hidden": hidden, "json": jsonHas,
			"env-file": envFile,
			"page":     func(ts *testscript.TestScript, _ bool, args []string) { readerOf(ts).take(ts, args) },
			"stands":   func(ts *testscript.TestScript, _ bool, args []string) { readerOf(ts).stands(ts, args) },
			"place":    func(ts *testscript.TestScript, _ bool, args []string) { readerOf(ts).place(ts, args) },
			"follow":   func(ts *testscript.TestScript, _ bool, args []string) { readerOf(ts).follow(ts, args) },
		},
	})
}

// goVariables are what the go command needs in a script, whose HOME is another, to build without
// compiling everything anew.
var goVariables = []string{"GOCACHE", "GOMODCACHE", "GOPATH", "GOPROXY", "GOFLAGS", "GOBIN", "GOTOOLCHAIN", "CGO_ENABLED"}

var goEnvironment = sync.OnceValue(func() map[string]string {
	values := map[string]string{}
	if out, err := exec.Command("go", append([]string{"env", "-json"}, goVariables...)...).Output(); err == nil {
		json.Unmarshal(out, &values)
	}
	return values
})

// envFile writes what people have in a .env.
func envFile(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: env-file FILE DATABASE STRIPE")
	}
	secrets := ts.Value(generatorKey{}).(*secrettest.Generator)
	database, stripe := secrets.Value("database-url"), secrets.Value("stripe")
	ts.Setenv(args[1], database)
	ts.Setenv(args[2], stripe)
	text := fmt.Sprintf("DATABASE_URL=%s\nSTRIPE_KEY=%s\nLOG_LEVEL=info\n", database, stripe)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o666))
}

// readerKey is where a script keeps its reader.
type readerKey struct{}

func readerOf(ts *testscript.TestScript) *reader { return ts.Value(readerKey{}).(*reader) }

// reader is somebody who does what a page says.
type reader struct {
	root         string
	page         string    // as the script named it
	rest         []command // not done yet
	placeholders []string  // of the page, each followed by what it stands for here
	places       map[string]string
	output       string // of the last command
}

func (r *reader) take(ts *testscript.TestScript, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: page FILE")
	}
	if len(r.rest) > 0 {
		ts.Fatalf("%s: was not followed to its end", r.page)
	}
	text, err := os.ReadFile(filepath.Join(r.root, args[0]))
	ts.Check(err)
	r.page, r.rest = args[0], commandsOf(string(text))
	if len(r.rest) == 0 {
		ts.Fatalf("%s has no console blocks", r.page)
	}
	ts.Defer(func() {
		if len(r.rest) > 0 {
			ts.Logf("%s:%d and what follows was not run", r.page, r.rest[0].line)
		}
	})
}

func (r *reader) stands(ts *testscript.TestScript, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: stands TEXT FOR")
	}
	r.placeholders = append(r.placeholders, args...)
}

func (r *reader) place(ts *testscript.TestScript, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: place NAME FOLDER")
	}
	r.places[args[0]] = ts.MkAbs(args[1])
}

func (r *reader) follow(ts *testscript.TestScript, args []string) {
	if len(r.rest) == 0 {
		ts.Fatalf("nothing is left of %s", r.page)
	}
	last := -1
	if len(args) == 1 {
		var err error
		last, err = strconv.Atoi(args[0])
		ts.Check(err)
	}
	for len(r.rest) > 0 && (last < 0 || r.rest[0].section <= last) {
		r.run(ts, r.rest[0])
		r.rest = r.rest[1:]
	}
}

// run runs a command in its place, and compares what comes of it with the page.
func (r *reader) run(ts *testscript.TestScript, c command) {
	where := fmt.Sprintf("%s:%d", r.page, c.line)
	if c.file != "" {
		ts.Logf("%s: writes %s", where, c.file)
		ts.Check(os.WriteFile(ts.MkAbs(c.file), []byte(strings.Join(c.output, "\n")+"\n"), 0o666))
		return
	}
	text := c.text
	if beginning, ok := strings.CutSuffix(text, " [...]"); ok {
		if text = lineOf(r.output, beginning); text == "" {
			ts.Fatalf("%s: no line of the output above begins with %q", where, beginning)
		}
	}
	text = strings.NewReplacer(r.placeholders...).Replace(text)
	ts.Logf("%s: %s", where, text)
	if c.place == "" {
		c.place = "here"
	}
	dir, ok := r.places[c.place]
	if !ok {
		if c.place != "here" {
			ts.Fatalf("%s: where is %q? The script says it with the command place", where, c.place)
		}
		dir = ts.MkAbs(".")
	}
	// The shell says where it ended, so that the next command goes on from there.
	shell := exec.Command("sh", "-c", text+"\ncode=$?; pwd >&3; exit $code")
	shell.Dir = dir
	shell.Env = r.environment(ts)
	var output, ended bytes.Buffer
	shell.Stdout, shell.Stderr = &output, &output
	read, write, err := os.Pipe()
	ts.Check(err)
	shell.ExtraFiles = []*os.File{write}
	err = shell.Run()
	ts.Check(write.Close())
	_, failed := ended.ReadFrom(read)
	ts.Check(failed)
	read.Close()
	if _, exited := err.(*exec.ExitError); err != nil && !exited {
		ts.Fatalf("%s: %v", where, err)
	}
	r.places[c.place] = strings.TrimSpace(ended.String())
	if c.place == "here" {
		ts.Check(ts.Chdir(r.places[c.place]))
	}
	r.output = output.String()
	for i := 0; i < len(r.placeholders); i += 2 {
		r.output = strings.ReplaceAll(r.output, r.placeholders[i+1], r.placeholders[i])
	}
	ts.Logf("%s", r.output)
	if code := shell.ProcessState.ExitCode(); code != c.code {
		ts.Fatalf("%s: exit code %d, and the page says %d", where, code, c.code)
	}
	if missing := notIn(r.output, c.output); missing != "" {
		ts.Fatalf("%s: the page shows what is not in the output, or not there: %q", where, missing)
	}
}

// environment is the script's.
func (r *reader) environment(ts *testscript.TestScript) []string {
	var list []string
	for _, name := range append([]string{
		"HOME", "PATH", "TMPDIR", "LC_ALL", "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_COUNT", "GIT_CONFIG_KEY_0", "GIT_CONFIG_VALUE_0",
		"GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_AUTHOR_DATE", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL", "GIT_COMMITTER_DATE",
	}, goVariables...) {
		list = append(list, name+"="+ts.Getenv(name))
	}
	return list
}

// lineOf returns the last line of a text that begins so, spaces before it left out.
func lineOf(text, beginning string) (found string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, beginning) {
			found = line
		}
	}
	return found
}

// Each key that the reader of rule files knows is used in a file of docs/rules.md.
func TestEveryKeyOfRulesHasAnExample(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "rules.md"))
	if err != nil {
		t.Fatal(err)
	}
	var files strings.Builder
	for _, c := range commandsOf(string(page)) {
		if strings.HasSuffix(c.file, ".toml") {
			files.WriteString(strings.Join(c.output, "\n") + "\n")
		}
	}
	sources, err := filepath.Glob(filepath.Join("..", "..", "rules", "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	read := regexp.MustCompile(`\b\w+\.(?:str|strs|integer|number|boolean|distance|child|children)\("([a-zA-Z]+)"\)`)
	known := map[string]bool{}
	for _, source := range sources {
		text, err := os.ReadFile(source)
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range read.FindAllStringSubmatch(string(text), -1) {
			known[key[1]] = true
		}
	}
	for _, old := range []string{"allowlist", "minVersion"} { // which the page only names
		delete(known, old)
	}
	if len(known) < 30 {
		t.Errorf("only %d keys were found", len(known))
	}
	for key := range known {
		if !regexp.MustCompile(`(?m)^` + key + ` *=|^\[\[?(?:rules\.)?` + key + `\]`).MatchString(files.String()) {
			t.Errorf("no rule file of docs/rules.md uses %q", key)
		}
	}
}
