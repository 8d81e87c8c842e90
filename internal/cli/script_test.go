package cli_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/unleak/unleak/internal/cli"
	"github.com/unleak/unleak/internal/secrettest"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"unleak": func() {
			env := cli.Env{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv}
			os.Exit(cli.Run(context.Background(), env, os.Args[1:]))
		},
	})
}

// TestScripts runs the scenarios in testdata. Beside what testscript has, they use:
//
//	plant KIND FILE VAR     adds a line with a fresh secret to FILE, and sets VAR to the secret
//	exits CODE PROGRAM ...  runs a program, which must exit with CODE
//	hidden VAR...           no value is on standard output or standard error
//	json FILE PATH VALUE    FILE is JSON and has VALUE at PATH, such as findings.0.rule_id
//	interrupted ARGS        runs unleak in process on endless input, ends its context after
//	                        a while, and expects exit code 130 within a second
//	unread ARGS             runs unleak with a standard output that nobody reads
//	snapshot FOLDER FILE    writes to FILE what is below FOLDER: names, modes, times, hashes
//	typed TEXT COMMAND      runs a command line on a terminal on which TEXT is typed; needs script(1)
func TestScripts(t *testing.T) {
	dir, files := "testdata", []string(nil)
	if raceDetector && testing.Short() {
		// A process of this kind starts ten times slower. These scenarios have all that goes on side by side:
		// workers, progress, interruption, locks, git's own processes, a reader that goes away.
		dir = ""
		for _, name := range []string{"audit", "color", "findings", "hook-push", "incomplete", "interrupt", "jobs", "layers", "pipe",
			"remediate-confirm", "remediate-interrupt", "remediate-secrets", "sources", "stats", "verify"} {
			files = append(files, filepath.Join("testdata", name+".txtar"))
		}
	}
	testscript.Run(t, testscript.Params{
		Dir:                dir,
		Files:              files,
		Setup:              setup,
		RequireUniqueNames: true,
		UpdateScripts:      os.Getenv("UPDATE_SCRIPTS") != "",
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"plant":       plant,
			"exits":       exits,
			"hidden":      hidden,
			"json":        jsonHas,
			"interrupted": interrupted,
			"unread":      unread,
			"snapshot":    snapshot,
			"typed":       typed,
		},
	})
}

// generatorKey is where a script keeps its source of secrets.
type generatorKey struct{}

// setup gives Git an identity and a clock, and nothing of the user's.
func setup(env *testscript.Env) error {
	env.Values[generatorKey{}] = secrettest.New(1)
	for _, name := range []string{"CI", "GITHUB_ACTIONS", "GITHUB_RUN_ID", "NO_COLOR"} {
		env.Setenv(name, "")
	}
	for name, value := range map[string]string{
		"HOME":                env.WorkDir,
		"GIT_CONFIG_NOSYSTEM": "1",
		"GIT_CONFIG_GLOBAL":   os.DevNull,
		"GIT_CONFIG_COUNT":    "1",
		"GIT_CONFIG_KEY_0":    "init.defaultBranch",
		"GIT_CONFIG_VALUE_0":  "main",
		"GIT_AUTHOR_NAME":     "Ada Tester",
		"GIT_AUTHOR_EMAIL":    "ada@tests.invalid",
		"GIT_AUTHOR_DATE":     "2020-09-13T12:26:40Z",
		"GIT_COMMITTER_NAME":  "Ada Tester",
		"GIT_COMMITTER_EMAIL": "ada@tests.invalid",
		"GIT_COMMITTER_DATE":  "2020-09-13T12:26:40Z",
	} {
		env.Setenv(name, value)
	}
	return nil
}

func plant(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: plant KIND FILE VAR")
	}
	line, value := ts.Value(generatorKey{}).(*secrettest.Generator).Line(args[0])
	ts.Setenv(args[2], value)
	name := ts.MkAbs(args[1])
	ts.Check(os.MkdirAll(filepath.Dir(name), 0o777))
	file, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	ts.Check(err)
	_, err = fmt.Fprintln(file, line)
	ts.Check(errors.Join(err, file.Close()))
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARG...")
	}
	code := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%s: %v", args[1], err)
		}
		code = exit.ExitCode()
	}
	if want, err := strconv.Atoi(args[0]); err != nil || code != want {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}

func hidden(ts *testscript.TestScript, neg bool, args []string) {
	for _, name := range args {
		value := ts.Getenv(name)
		if value == "" {
			ts.Fatalf("$%s is not set", name)
		}
		for _, stream := range []string{"stdout", "stderr"} {
			if strings.Contains(ts.ReadFile(stream), value) == !neg {
				ts.Fatalf("$%s on %s, hidden: %v", name, stream, neg)
			}
			if neg {
				break // a revealed value is on standard output alone
			}
		}
	}
}

func jsonHas(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: json FILE PATH VALUE")
	}
	var node any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &node))
	for step := range strings.SplitSeq(args[1], ".") {
		switch parent := node.(type) {
		case map[string]any:
			node = parent[step]
		case []any:
			if step == "length" {
				node = len(parent)
				continue
			}
			index, err := strconv.Atoi(step)
			if err != nil || index >= len(parent) {
				ts.Fatalf("no element %q: there are %d", step, len(parent))
			}
			node = parent[index]
		default:
			node = nil
		}
	}
	if (fmt.Sprint(node) == args[2]) == neg {
		ts.Fatalf("%s is %v", args[1], node)
	}
}

// environment is what a script's run in process gets.
func environment(ts *testscript.TestScript) cli.Env {
	return cli.Env{Stdin: strings.NewReader(""), Stdout: ts.Stdout(), Stderr: ts.Stderr(), Getenv: ts.Getenv, Dir: ts.MkAbs(".")}
}

func interrupted(ts *testscript.TestScript, neg bool, args []string) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	time.AfterFunc(500*time.Millisecond, cancel)
	env := environment(ts)
	env.Stdin = &endless{head: []byte(ts.ReadFile("input"))}
	begin := time.Now()
	code := cli.Run(ctx, env, args)
	if took := time.Since(begin); took > 1500*time.Millisecond {
		ts.Fatalf("it took %s until the scan stopped", took-500*time.Millisecond)
	}
	if code != 130 {
		ts.Fatalf("exit code %d, want 130", code)
	}
}

// endless is a reader that gives its head, then lines at leisure, and never ends.
type endless struct{ head []byte }

func (e *endless) Read(p []byte) (int, error) {
	if len(e.head) > 0 {
		n := copy(p, e.head)
		e.head = e.head[n:]
		return n, nil
	}
	time.Sleep(time.Millisecond)
	return copy(p, "and so on\n"), nil
}

func unread(ts *testscript.TestScript, neg bool, args []string) {
	reader, writer := io.Pipe()
	ts.Check(reader.Close())
	env := environment(ts)
	env.Stdout = writer
	var messages bytes.Buffer
	env.Stderr = &messages
	code := cli.Run(context.Background(), env, args[1:])
	if fmt.Sprint(code) != args[0] {
		ts.Fatalf("exit code %d, want %s; standard error: %s", code, args[0], &messages)
	}
	if messages.Len() > 0 {
		ts.Fatalf("a reader that has gone away is no news: %s", &messages)
	}
}

// snapshot lists everything below a folder with all that a change would show in.
func snapshot(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: snapshot FOLDER FILE")
	}
	var list strings.Builder
	root := ts.MkAbs(args[0])
	ts.Check(filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		var content []byte
		if info.Mode().IsRegular() {
			if content, err = os.ReadFile(path); err != nil {
				return err
			}
		}
		name, err := filepath.Rel(root, path)
		fmt.Fprintf(&list, "%q %v %d %x\n", name, info.Mode(), info.ModTime().UnixNano(), sha256.Sum256(content))
		return err
	}))
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(list.String()), 0o666))
}

// typed runs a command line of the shell on a terminal, and types a line when it asks.
func typed(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: typed TEXT COMMAND")
	}
	line := fmt.Sprintf("(sleep 1; printf '%%s\\n' '%s'; sleep 1) | script -qec '%s' /dev/null", args[0], args[1])
	if err := ts.Exec("sh", "-c", line); (err != nil) != neg {
		ts.Fatalf("%s: %v", args[1], err)
	}
}
