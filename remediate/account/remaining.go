package account

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// ByHand returns what remains to do once a is done, in the order to do it in. It needs the
// plan, the backup and the notes of a, and runs nothing.
//
// The order is that of GitHub's guide "Removing sensitive data from a repository".
func ByHand(a *Account) []Task {
	p := a.Plan
	tasks := []Task{rotate(p), freeze(p)}
	tasks = append(tasks, push(p)...)
	tasks = append(tasks, serverSupport(p)...)
	tasks = append(tasks, forks(p)...)
	tasks = append(tasks, collaborators(p), elsewhere())
	if a.Backup != nil {
		tasks = append(tasks, backup(a.Backup))
	}
	return append(tasks, protect(p))
}

func rotate(p *Plan) Task {
	task := Task{Name: "rotate", Title: "Rotate the secrets",
		Detail: "Whoever has a copy of the old history knows them, and no rewrite changes that. " +
			"Revoke each where it was issued, and check its use since it was committed."}
	if len(p.Secrets) == 0 {
		task.Detail += " No rule found one in what was removed: look yourself at what these files held."
		for _, path := range p.Paths {
			task.Items = append(task.Items, path.Path)
		}
		return task
	}
	task.Title = "Rotate " + number(len(p.Secrets), "secret")
	for _, s := range p.Secrets {
		item := fmt.Sprintf("%s, fingerprint %s", s.RuleID, s.Fingerprint)
		if !s.Since.IsZero() && s.Since.Year() < 10_000 {
			item += ", in the history since " + s.Since.Format(time.DateOnly)
		}
		if s.Revoke != "" {
			item += ": " + s.Revoke
		}
		task.Items = append(task.Items, item)
	}
	return task
}

func freeze(p *Plan) Task {
	return Task{Name: "freeze", Title: "Stop pushes to " + p.Repository.Name + " for a while",
		Detail: "One push from an old clone brings everything back. Tell everyone, merge or close open pull " +
			"requests, and allow force pushes on protected branches until the new history is there."}
}

// listed is how many refs get a command each. More than that are pushed by pattern.
const listed = 20

// push says how each remote gets the new history. A branch is pushed from its remote-tracking ref
// where there is no local one, for that holds the old history on the server too.
func push(p *Plan) []Task {
	if len(p.Repository.Remotes) == 0 {
		return []Task{{Name: "push", Title: "Replace the history wherever it was pushed",
			Detail:   "This repository knows no remote. If it was pushed or cloned anywhere, that copy has everything.",
			Commands: []string{"git push --force --all URL", "git push --force --tags URL"}}}
	}
	var tasks []Task
	for _, remote := range p.Repository.Remotes {
		task := Task{Name: "push", Title: "Push the new history to " + remote.Name,
			Detail: "None of these commands was run. Those with a lease stop where someone has pushed since your last fetch: " +
				"fetch then, and remediate again."}
		task.Commands = pushCommands(p, remote.Name)
		if len(task.Commands) == 0 {
			continue // nothing changes that it could have
		}
		if remote.URL != "" {
			task.Commands = append(task.Commands, Shell("unleak", "verify", "--remote", remote.URL))
		}
		tasks = append(tasks, task)
	}
	return tasks
}

// pushed is one ref as a server gets it.
type pushed struct {
	source string // local ref; empty: the server's goes
	target string // the server's
	lease  string // id that the server had when last fetched; empty: unknown
}

func pushCommands(p *Plan, remote string) []string {
	refs := pushedRefs(p, remote)
	command := []string{"git", "push"}
	name := []string{remote}
	if strings.HasPrefix(remote, "-") {
		name = []string{"--", remote}
	}
	if len(refs) > listed {
		patterns := map[string]bool{}
		var words, gone []string
		for _, ref := range refs {
			from, to := folder(ref.source), folder(ref.target)
			if pattern := from + "*:" + to + "*"; ref.source != "" && !patterns[pattern] {
				patterns[pattern] = true
				words = append(words, pattern)
			} else if ref.source == "" {
				gone = append(gone, ":"+ref.target)
			}
		}
		commands := []string{Shell(slices.Concat(command, []string{"--force"}, name, words)...)}
		for chunk := range slices.Chunk(gone, listed) {
			commands = append(commands, Shell(slices.Concat(command, []string{"--force"}, name, chunk)...))
		}
		return commands
	}
	var commands []string
	for _, ref := range refs {
		force := "--force"
		if ref.lease != "" {
			force = "--force-with-lease=" + ref.target + ":" + ref.lease
		}
		refspec := ref.source + ":" + ref.target
		if ref.source == ref.target {
			refspec = ref.target
		}
		commands = append(commands, Shell(slices.Concat(command, []string{force}, name, []string{refspec})...))
	}
	return commands
}

// folder is a ref up to the kind that it is of.
func folder(ref string) string {
	parts := strings.SplitAfterN(ref, "/", 4)
	if len(parts) == 4 && parts[1] == "remotes/" {
		return strings.Join(parts[:3], "")
	}
	return strings.Join(parts[:min(len(parts), 2)], "")
}

// local are refs that are no one else's: a server has none of these, or keeps its own.
var local = []string{"refs/stash", "refs/remotes/", "refs/pull/", "refs/merge-requests/", "refs/keep-around/",
	"refs/pull-requests/", "refs/changes/", "refs/original/", "refs/bisect/", "refs/worktree/", "refs/rewritten/", "refs/prefetch/"}

func pushedRefs(p *Plan, remote string) []pushed {
	tracking := "refs/remotes/" + remote + "/"
	lease := map[string]string{}
	for _, ref := range p.Refs {
		if branch, ok := strings.CutPrefix(ref.Name, tracking); ok && branch != "HEAD" {
			lease["refs/heads/"+branch] = ref.Old
		}
	}
	var refs []pushed
	here := map[string]bool{}
	for _, ref := range p.Refs {
		isLocal := slices.ContainsFunc(local, func(prefix string) bool { return strings.HasPrefix(ref.Name, prefix) })
		if isLocal || !strings.HasPrefix(ref.Name, "refs/") {
			continue
		}
		here[ref.Name] = true
		source := ref.Name
		if ref.New == "" {
			source = ""
		}
		refs = append(refs, pushed{source, ref.Name, lease[ref.Name]})
	}
	for _, ref := range p.Refs {
		branch, ok := strings.CutPrefix(ref.Name, tracking)
		if target := "refs/heads/" + branch; ok && branch != "HEAD" && !here[target] {
			source := ref.Name
			if ref.New == "" {
				source = ""
			}
			refs = append(refs, pushed{source, target, ref.Old})
		}
	}
	return refs
}

// number is "1 secret", "2 secrets"; plural is noun with s unless given.
func number(n int, noun string, plural ...string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %s", n, append(plural, noun+"s")[0])
}
