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
	if p == nil {
		return []Task{}
	}
	tasks := []Task{rotate(p), freeze(p)}
	tasks = append(tasks, push(p)...)
	tasks = append(tasks, serverSupport(p)...)
	tasks = append(tasks, forks(p)...)
	tasks = append(tasks, collaborators(a), elsewhere())
	if a.Backup != nil {
		tasks = append(tasks, backup(a.Backup))
	}
	return append(tasks, protect(a))
}

func rotate(p *Plan) Task {
	task := Task{Name: "rotate", Title: "Rotate the secrets",
		Detail: "Whoever has a copy of the old history can use what was in it, and no rewrite changes that. " +
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
		if s.Fate == Stays {
			item += " (something still holds it after this remediation)"
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

// push says how each remote gets the new history.
func push(p *Plan) []Task {
	if len(p.Repository.Remotes) == 0 {
		return []Task{{Name: "push", Title: "Replace the history wherever it was pushed",
			Detail:   "This repository knows no remote. If it was pushed or cloned anywhere, that copy has everything.",
			Commands: []string{"git push --force --all URL", "git push --force --tags URL"}}}
	}
	var tasks []Task
	for _, remote := range p.Repository.Remotes {
		task := Task{Name: "push", Title: "Push the new history to " + remote.Name,
			Detail: "None of these commands was run. Each says what it expects to be there and overwrites nothing else: where one " +
				"is refused, someone has pushed since. Fetch that, and remediate again."}
		certain, notes := pushedRefs(p, remote.Name)
		if len(certain)+len(notes) == 0 {
			continue // nothing changes that it could have
		}
		task.Commands = append(pushCommands(certain, remote), pushCommands(notes, remote)...)
		if len(notes) > 0 {
			task.Detail += " The last push is of notes: where the server never had them it is refused, and nothing is amiss."
		}
		if remote.URL != "" {
			task.Items = []string{remote.URL}
			task.Commands = append(task.Commands, Shell("unleak", "verify", "--remote", remote.URL))
		}
		tasks = append(tasks, task)
	}
	return tasks
}

// chunk is how many refs one command pushes.
const chunk = 20

func pushCommands(refs []pushed, remote Remote) []string {
	name, git := []string{remote.Name}, []string{"git"}
	if strings.HasPrefix(remote.Name, "-") {
		name = []string{"--", remote.Name}
	}
	if remote.Mirror { // git pushes all or nothing to one otherwise
		git = append(git, "-c", "remote."+remote.Name+".mirror=false")
	}
	var commands []string
	for refs := range slices.Chunk(refs, chunk) {
		words := append(slices.Clone(git), "push")
		for _, ref := range refs {
			words = append(words, "--force-with-lease="+ref.target+":"+ref.lease)
		}
		words = append(words, name...)
		for _, ref := range refs {
			words = append(words, ref.source+":"+ref.target)
		}
		commands = append(commands, Shell(words...))
	}
	return commands
}

// pushed is one ref as a server gets it.
type pushed struct {
	source string // local ref; empty: the server's goes
	target string // the server's
	lease  string // id that it is expected to have
}

// own are refs that a server has none of, or keeps by itself.
var own = []string{"refs/stash", "refs/remotes/", "refs/pull/", "refs/merge-requests/", "refs/keep-around/",
	"refs/pull-requests/", "refs/changes/", "refs/original/", "refs/bisect/", "refs/worktree/", "refs/rewritten/", "refs/prefetch/"}

// pushedRefs are the refs that a remote has, as far as is known here. Where there are remote-tracking
// refs they say which branches those are, and the others are nobody else's; without, as in a mirror, it is all. A
// branch that is here as remote-tracking ref alone is pushed from that, for it holds the old history there too. Of notes
// a clone does not know whether the server has them, as git fetches none by itself.
func pushedRefs(p *Plan, remote string) (certain, notes []pushed) {
	tracking := "refs/remotes/" + remote + "/"
	tracked := map[string]Ref{} // by the server's name
	for _, ref := range p.Refs {
		if branch, ok := strings.CutPrefix(ref.Name, tracking); ok && branch != "HEAD" {
			tracked["refs/heads/"+branch] = ref
		}
	}
	add := func(to *[]pushed, ref Ref, target, lease string) {
		source := ref.Name
		if ref.New == "" {
			source = ""
		}
		*to = append(*to, pushed{source, target, lease})
	}
	local := map[string]bool{}
	for _, ref := range p.Refs {
		kept := slices.ContainsFunc(own, func(prefix string) bool { return strings.HasPrefix(ref.Name, prefix) })
		if kept || ref.Worktree != "" || !strings.HasPrefix(ref.Name, "refs/") {
			continue
		}
		local[ref.Name] = true
		known, ok := tracked[ref.Name]
		switch {
		case ok:
			add(&certain, ref, ref.Name, known.Old)
		case strings.HasPrefix(ref.Name, "refs/tags/") || len(tracked) == 0:
			add(&certain, ref, ref.Name, ref.Old)
		case strings.HasPrefix(ref.Name, "refs/notes/"):
			add(&notes, ref, ref.Name, ref.Old)
		}
	}
	for _, ref := range p.Refs {
		branch, ok := strings.CutPrefix(ref.Name, tracking)
		if target := "refs/heads/" + branch; ok && branch != "HEAD" && !local[target] {
			add(&certain, ref, target, ref.Old)
		}
	}
	return certain, notes
}

// number is "1 secret", "2 secrets"; plural is noun with s unless given.
func number(n int, noun string, plural ...string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %s", n, append(plural, noun+"s")[0])
}
