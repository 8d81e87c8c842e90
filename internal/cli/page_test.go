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

// command is a command of a page.
type command struct {
	line    int // of the page
	section int // the number that the heading above begins with, or 0
	place   string
	text    string
	output  []string // lines; nil: not shown
	code    int
	file    string // to write the output to; there is nothing to run
}

var (
	numberedHeading = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^#+ (\d+)\.`) })
	pageComment     = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^<!-- (at|file): (.+) -->$`) })
)

// commandsOf returns the commands of the console blocks of a page, and the files it has its reader write.
func commandsOf(page string) []command {
	var commands []command
	var section int
	var inside string
	comments := map[string]string{} // above a block
	number := 0
	for line := range strings.Lines(page) {
		number++
		line = strings.TrimRight(line, "\r\n")
		switch fence, fenced := strings.CutPrefix(strings.TrimSpace(line), "```"); {
		case fenced && inside != "":
			inside = ""
			clear(comments)
		case fenced:
			inside = "```" + fence
			if name, ok := comments["file"]; ok {
				inside = "file"
				commands = append(commands, command{line: number, section: section, file: name, output: []string{}})
			}
		case inside == "":
			if heading := numberedHeading().FindStringSubmatch(line); heading != nil {
				section, _ = strconv.Atoi(heading[1])
			}
			if comment := pageComment().FindStringSubmatch(line); comment != nil {
				comments[comment[1]] = comment[2]
			}
		case inside == "```console" && strings.HasPrefix(line, "$ "):
			commands = append(commands, command{line: number, section: section, place: comments["at"], text: line[2:]})
		case len(commands) > 0 && (inside == "```console" || inside == "file"):
			last := &commands[len(commands)-1]
			last.output = append(last.output, line)
		}
	}
	return withCodes(commands)
}

// withCodes takes the commands that show an exit code for what they are.
func withCodes(commands []command) []command {
	var list []command
	for _, c := range commands {
		if c.text == "echo $?" && len(list) > 0 && len(c.output) == 1 {
			list[len(list)-1].code, _ = strconv.Atoi(c.output[0])
			continue
		}
		list = append(list, c)
	}
	return list
}

// notIn returns the first part of what a page shows that is not in an output where it should be.
func notIn(output string, shown []string) string {
	if shown == nil {
		return ""
	}
	rest, gap := essence(output), false
	for i, part := range strings.Split(strings.Join(shown, "\n")+"\n", "[...]\n") {
		if i > 0 {
			gap = true
		}
		part = essence(part)
		at := strings.Index(rest, part)
		if at < 0 || at > 0 && !gap {
			return part
		}
		rest = rest[at+len(part):]
		if part != "" {
			gap = false
		}
	}
	if rest = strings.TrimSpace(rest); rest != "" && !gap {
		return "the end; there is more: " + rest
	}
	return ""
}

// difference is what may differ between a page and a run of its commands.
type difference struct {
	pattern *regexp.Regexp
	with    string
}

// differences are where the reader is, when, and what the tools say of bytes on disk.
var differences = sync.OnceValue(func() (list []difference) {
	for _, d := range [][2]string{
		{`(^|[\s("])/\S+/`, "$1"}, // folders
		{`\b[0-9]{8}T[0-9]{6}Z\b`, "TIME"},
		{`\b[0-9]{4}-[0-9]{2}-[0-9]{2}\b`, "DATE"},
		{`\b[0-9a-f]{7,64}\b`, "ID"},
		{`\b[0-9]+(\.[0-9]+)? (bytes|kB|MB)`, "SIZE"},
		{`\bin [0-9.]+ s\b`, "in TIME"},
		{`\.\.\.[A-Za-z0-9]{4}\b`, "...LAST"},
		{`\s+`, " "},
	} {
		list = append(list, difference{regexp.MustCompile(d[0]), d[1]})
	}
	return list
})

// essence is a text without what may differ.
func essence(text string) string {
	for _, d := range differences() {
		text = d.pattern.ReplaceAllString(text, d.with)
	}
	return strings.TrimLeft(text, " ")
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

// The reader notices what a page gets wrong.
func TestPageDifferences(t *testing.T) {
	const output = "one\ntwo 12 kB\n  three\nfour\n"
	for _, test := range []struct {
		name, shown string
		wrong       bool
	}{
		{"all", "one\ntwo 12 kB\nthree\nfour", false},
		{"other size, other breaks", "one two\n1.5 kB three four", false},
		{"gap at the end", "one\n[...]", false},
		{"gap at the beginning", "[...]\nfour", false},
		{"gap in between", "one\n[...]\nfour", false},
		{"only a gap", "[...]", false},
		{"beginning left out", "two 12 kB\n[...]", true},
		{"end left out", "one", true},
		{"middle left out", "one\nthree\nfour", true},
		{"other order", "[...]\nfour\n[...]\none\n[...]", true},
		{"made up", "[...]\nfive\n[...]", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := notIn(output, strings.Split(test.shown, "\n")); (got != "") != test.wrong {
				t.Errorf("missing %q, want something: %v", got, test.wrong)
			}
		})
	}
}
