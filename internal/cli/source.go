package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"sync"

	"github.com/unleak/unleak/scanner"
)

// sourceFlags choose what of a repository is scanned; none of them is everything.
type sourceFlags struct {
	staged, worktree, noIgnore bool
	commits                    string // A..B
}

// target is what to scan.
type target struct {
	source scanner.Source
	root   string // folder whose own rule file counts; empty for none
}

// names of the flags that choose a part of a repository, as far as they are set.
func (f sourceFlags) names() []string {
	var set []string
	for _, flag := range []struct {
		name string
		on   bool
	}{{"--staged", f.staged}, {"--worktree", f.worktree}, {"--range", f.commits != ""}} {
		if flag.on {
			set = append(set, flag.name)
		}
	}
	return set
}

// check finds combinations of flags and argument that make no sense.
func (f sourceFlags) check(argument string) error {
	set := f.names()
	switch {
	case len(set) > 1:
		return usagef("run one scan for each", "%s cannot go together", strings.Join(set, " and "))
	case f.noIgnore && !f.worktree:
		return usagef("add --worktree, or leave --no-ignore out: every other scan reads ignored content anyway", "--no-ignore is only for --worktree")
	case f.commits != "" && !strings.Contains(f.commits, ".."):
		return usagef("write it as A..B, for instance origin/main..HEAD", "%q is no range", f.commits)
	case len(set) > 0 && (argument == "-" || isURL(argument)):
		return usagef("clone it and give the path of the clone", "%s needs a repository on this machine, and %q is none", set[0], withoutUser(argument))
	}
	return nil
}

// target turns flags and argument into what the engine scans.
func (a *app) target(flags sourceFlags, argument string) (target, error) {
	if err := flags.check(argument); err != nil {
		return target{}, err
	}
	switch {
	case argument == "-":
		_, root, err := scanner.Detect(a.path("."))
		if err != nil {
			root = "" // where the input comes from does not depend on the folder we are in
		}
		return target{scanner.Reader("-", a.Stdin), root}, nil
	case isURL(argument) && !a.exists(argument):
		// What is cloned is not trusted to say what to overlook in it.
		return target{source: scanner.URL(argument)}, nil
	}

	path := a.path(argument)
	source, root, err := scanner.Detect(path)
	if argument == "" || errors.Is(err, fs.ErrNotExist) {
		return target{}, usagef("give the path of a repository, folder or file, a URL, or - for standard input", "there is nothing at %q to scan", argument)
	}
	if err != nil {
		return target{}, fmt.Errorf("cannot scan %q: %w", argument, err)
	}
	switch {
	case flags.staged:
		source = scanner.Staged(path)
	case flags.worktree:
		source = scanner.Worktree(path, flags.noIgnore)
	case flags.commits != "":
		source = scanner.Range(path, flags.commits)
	}
	return target{source, root}, nil
}

// exists says whether something is at a path; a path that is there is never taken
// for a URL.
func (a *app) exists(name string) bool {
	_, err := os.Lstat(a.path(name))
	return err == nil
}

// remote matches what Git takes for a repository elsewhere: a URL with one of the
// schemes it clones from, or "user@host:path".
var remote = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?i:https?|ssh|git|file)://|^[^/@:\s]+@[^/:\s]+:`)
})

func isURL(argument string) bool { return remote().MatchString(argument) }

// userInformation is the user and password in a URL.
var userInformation = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([a-zA-Z]+://)[^/]*@`) })

// withoutUser is a URL as it may be printed.
func withoutUser(url string) string { return userInformation().ReplaceAllString(url, "$1") }
