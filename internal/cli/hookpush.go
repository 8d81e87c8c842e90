package cli

import (
	"bufio"
	"cmp"
	"fmt"
	"strings"

	"github.com/unleak/unleak/scanner"
)

// maxUpdateLine is the longest line that names an update, in bytes. Names of refs are far shorter.
const maxUpdateLine = 1 << 20

// updates reads from standard input what is to be changed, a ref on each line, without refs that are
// only removed.
func (a *app) updates(hook string, parse func(line string) (scanner.Update, bool)) ([]scanner.Update, error) {
	if _, ok := terminalOf(a.Stdin); ok {
		return nil, usagef("git calls it: see \"unleak hook install --help\"", "%s reads from standard input which refs are to change", hook)
	}
	var list []scanner.Update
	named := false
	lines := bufio.NewScanner(a.Stdin)
	lines.Buffer(nil, maxUpdateLine)
	for lines.Scan() {
		line := strings.TrimSuffix(lines.Text(), "\r")
		if line == "" {
			continue
		}
		named = true
		update, ok := parse(line)
		if !ok {
			return nil, usagef("what git gives a hook on standard input must reach this command as it is", "%s cannot read which ref is to change: %q", hook, line)
		}
		if !update.Deletes() {
			list = append(list, update)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s cannot read which refs are to change: %w", hook, err)
	}
	if !named {
		// Git has nothing to push, or something between git and here swallowed its input.
		a.printLines("note", hook+": standard input names no ref, so nothing was looked at")
	}
	return list, nil
}

// receivedUpdate reads a line as pre-receive gets it: OLD NEW REF (githooks(5)).
func receivedUpdate(line string) (scanner.Update, bool) {
	fields := strings.SplitN(line, " ", 3)
	if len(fields) < 3 || !isObjectName(fields[0]) || !isObjectName(fields[1]) {
		return scanner.Update{}, false
	}
	return scanner.Update{Ref: fields[2], Old: fields[0], New: fields[1]}, true
}

// pushedUpdate reads a line as pre-push gets it: LOCAL-REF NEW REF OLD. The first is as the user wrote it, and
// may hold spaces.
func pushedUpdate(line string) (scanner.Update, bool) {
	fields := strings.Split(line, " ")
	if len(fields) < 4 {
		return scanner.Update{}, false
	}
	fields = fields[len(fields)-3:]
	if !isObjectName(fields[0]) || !isObjectName(fields[2]) {
		return scanner.Update{}, false
	}
	return scanner.Update{Ref: fields[1], Old: fields[2], New: fields[0]}, true
}

func isObjectName(text string) bool {
	return len(text) == 40 && strings.Trim(text, "0123456789abcdef") == ""
}

// pushSource is what a push to the remote that args name is to bring.
func (a *app) pushSource(repository scanner.Hook, args []string) (scanner.Source, error) {
	if a.Getenv("PRE_COMMIT") == "1" && len(args) == 0 {
		return a.frameworkSource(repository)
	}
	if len(args) == 0 || args[0] == "" {
		return nil, usagef(`pass on what git gives the hook: unleak hook run pre-push -- "$@"`, "pre-push is not told which remote is pushed to")
	}
	updates, err := a.updates("pre-push", pushedUpdate)
	if err != nil || len(updates) == 0 {
		return nil, err
	}
	return repository.Incoming(scanner.Push{Updates: updates, KnownRefs: trackingRefs(args[0]), Absent: a.absent(args[0])}), nil
}

// trackingRefs are the refs here that say what a remote had when it was last heard of.
func trackingRefs(remote string) []string { return []string{"refs/remotes/" + remote + "/"} }

// absent says of a ref that the remote has moved to where this clone cannot follow.
func (a *app) absent(remote string) func(scanner.Update) {
	return func(u scanner.Update) {
		a.warnf("%s has %s at %.12s, which is not here: what was last fetched from it counts as what it has", withoutUser(remote), u.Ref, u.Old)
	}
}

// frameworkSource is what a push is to bring as the pre-commit framework tells its hooks, by variables and for
// one ref (https://pre-commit.com/#pre-push).
func (a *app) frameworkSource(repository scanner.Hook) (scanner.Source, error) {
	remote, target := a.Getenv("PRE_COMMIT_REMOTE_NAME"), cmp.Or(a.Getenv("PRE_COMMIT_TO_REF"), a.Getenv("PRE_COMMIT_LOCAL_BRANCH"))
	if remote == "" || target == "" {
		return nil, usagef("run it by hand as `unleak scan --range A..B`", "pre-push is not told by the pre-commit framework what is pushed where")
	}
	id, err := repository.Resolve(target)
	if err != nil {
		return nil, err
	}
	update := scanner.Update{Ref: cmp.Or(a.Getenv("PRE_COMMIT_REMOTE_BRANCH"), target), New: id, Old: a.Getenv("PRE_COMMIT_FROM_REF")}
	if !isObjectName(update.Old) {
		update.Old = strings.Repeat("0", 40)
	}
	return repository.Incoming(scanner.Push{Updates: []scanner.Update{update}, KnownRefs: trackingRefs(remote)}), nil
}
