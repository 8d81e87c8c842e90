package remediate

import (
	"fmt"
	"strings"

	"github.com/unleak/unleak/remediate/account"
)

// remaining says what is left to do by hand, in the order to do it in. Nothing of it is run: a push reaches others.
func remaining(a *account.Account) []account.Task {
	tasks := []account.Task{}
	if a.Plan == nil {
		return tasks
	}
	add := func(task account.Task, needed bool) {
		if needed {
			tasks = append(tasks, task)
		}
	}
	remotes := len(a.Plan.Repository.Remotes) > 0
	add(rotateTask(a.Plan))
	add(account.Task{
		Name: "freeze", Title: "Have everyone stop pushing",
		Detail: "Merge or close open pull requests first: their commits are the old ones. Where branches are protected, allow forced pushes for now.",
	}, remotes)
	for _, remote := range a.Plan.Repository.Remotes {
		commands := pushCommands(a.Plan, remote.Name)
		add(account.Task{
			Name: "push", Title: "Push the new history to " + remote.Name,
			Detail:   "Each command says which old commit it expects and so overwrites nobody's work; if one is refused, someone has pushed since: fetch that, and remediate again. Servers keep refs for pull requests by themselves and refuse to have them pushed. Protect the branches again afterwards.",
			Items:    []string{remote.URL},
			Commands: commands,
		}, len(commands) > 0)
	}
	add(supportTask(a.Plan))
	add(account.Task{
		Name: "forks", Title: "Ask the owners of forks to do the same",
		Detail: "A fork keeps the old history until its owner replaces it, and on GitHub its objects can be seen through this repository too. Owners can delete their fork and make a new one.",
	}, remotes)
	add(account.Task{
		Name: "collaborators", Title: "Have everyone clone afresh",
		Detail:   "Whoever has a clone has the old history. One merge or pull from it brings all of it back. Work that is only there can be brought over commit by commit; the commit map says which new commit stands for an old one.",
		Items:    []string{a.Files.CommitMap},
		Commands: []string{"git fetch --all && git rebase --onto NEW_BASE OLD_BASE BRANCH"},
	}, remotes)
	add(preventTask(a))
	add(account.Task{
		Name: "backup", Title: "Delete the backup once everything is in order",
		Detail: "It holds all that was removed. Nobody else on this machine can read it, but it goes along with backups of the disk.",
		Items:  backupItems(a),
	}, a.Backup != nil)
	return tasks
}

func backupItems(a *account.Account) []string {
	if a.Backup == nil {
		return nil
	}
	return []string{a.Backup.Path}
}

// rotateTask comes first: what was public is known, whatever is removed afterwards.
func rotateTask(p *account.Plan) (account.Task, bool) {
	task := account.Task{
		Name: "rotate", Title: "Rotate every credential that the removed files held",
		Detail: "Whoever has seen a secret can go on using it. Removing it from history helps only after it is revoked.",
	}
	if n := len(p.Secrets); n > 0 {
		task.Title = fmt.Sprintf("Rotate %d secrets", n)
		if n == 1 {
			task.Title = "Rotate the secret"
		}
	}
	for _, secret := range p.Secrets {
		item := fmt.Sprintf("%s (%s, %s)", secret.Description, secret.RuleID, secret.Fingerprint)
		if secret.Revoke != "" {
			item += ": " + secret.Revoke
		}
		if secret.Fate == account.Stays {
			item += " (something still holds it after this remediation)"
		}
		task.Items = append(task.Items, item)
	}
	return task, true
}

// manyRefs is how many refs a push command names one by one.
const manyRefs = 50

// pushCommands are what brings the new refs to a remote. The lease says what is expected to be there: what the
// remote-tracking ref said before, or in a mirror the ref itself.
func pushCommands(p *account.Plan, remote string) []string {
	tracking := "refs/remotes/" + remote + "/"
	expected := map[string]account.Ref{}
	local := map[string]account.Ref{}
	for _, ref := range p.Refs {
		if ref.Worktree != "" {
			continue
		}
		if branch, ok := strings.CutPrefix(ref.Name, tracking); ok && branch != "HEAD" {
			expected["refs/heads/"+branch] = ref
		}
		if strings.HasPrefix(ref.Name, "refs/heads/") || strings.HasPrefix(ref.Name, "refs/tags/") || strings.HasPrefix(ref.Name, "refs/notes/") {
			local[ref.Name] = ref
		}
	}
	var leases, specs []string
	push := func(name, source, old string) {
		leases = append(leases, shellWord("--force-with-lease="+name+":"+old))
		specs = append(specs, shellWord(source+":"+name))
	}
	mirror := len(expected) == 0
	for _, ref := range p.Refs {
		known, tracked := expected[ref.Name]
		source := ref.Name
		if ref.New == "" {
			source = ""
		}
		switch _, ours := local[ref.Name]; {
		case !ours:
		case tracked:
			push(ref.Name, source, known.Old)
		case mirror || !strings.HasPrefix(ref.Name, "refs/heads/"):
			push(ref.Name, source, ref.Old)
		}
	}
	for _, ref := range p.Refs { // branches that are here as remote-tracking refs alone
		branch, ok := strings.CutPrefix(ref.Name, tracking)
		if !ok || branch == "HEAD" {
			continue
		}
		if _, ours := local["refs/heads/"+branch]; !ours {
			source := ref.Name
			if ref.New == "" {
				source = ""
			}
			push("refs/heads/"+branch, source, ref.Old)
		}
	}
	var commands []string
	for from := 0; from < len(specs); from += manyRefs {
		end := min(from+manyRefs, len(specs))
		commands = append(commands, "git push "+strings.Join(leases[from:end], " ")+" "+shellWord(remote)+" "+strings.Join(specs[from:end], " "))
	}
	return commands
}

// shellWord quotes a word for a shell where it needs that.
func shellWord(word string) string {
	plain := func(c rune) bool {
		return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune("-_./:=+@%,", c)
	}
	if word != "" && strings.IndexFunc(word, func(c rune) bool { return !plain(c) }) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// supportTask is a text for the people who run the server: only they can delete what it has cached.
func supportTask(p *account.Plan) (account.Task, bool) {
	var text strings.Builder
	for _, remote := range p.Repository.Remotes {
		fmt.Fprintf(&text, "Repository: %s\n", remote.URL)
	}
	text.WriteString("\nSensitive data was removed from the history of this repository and all refs were replaced by a forced push. Please remove cached views, dereference the pull requests that still lead to the old history, and run garbage collection.\n")
	if commits := p.Commits.FirstChanged; len(commits) > 0 {
		text.WriteString("\nFirst changed commits:\n")
		for _, commit := range commits {
			fmt.Fprintf(&text, "  %s\n", commit)
		}
	}
	if p.Repository.PullRefs > 0 {
		fmt.Fprintf(&text, "\nRefs of pull requests in our mirror: %d\n", p.Repository.PullRefs)
	}
	if len(p.LFS) > 0 {
		text.WriteString("\nGit LFS objects that nothing points to any more:\n")
		for _, object := range p.LFS {
			fmt.Fprintf(&text, "  %s\n", object.OID)
		}
	}
	return account.Task{
		Name: "support", Title: "Ask the host's support to delete what it keeps",
		Detail: "After the push, the server still serves the old commits by their ids, through cached views and refs of pull requests. Only the host can delete these. Ask once everything is pushed.",
		Text:   text.String(),
	}, len(p.Repository.Remotes) > 0
}

// preventTask keeps it from happening again.
func preventTask(a *account.Account) (account.Task, bool) {
	task := account.Task{
		Name: "prevent", Title: "Keep it from coming back",
		Detail: "Commit .gitignore, install a pre-commit hook that runs `unleak scan --staged`, and turn on push protection at the host.",
	}
	if len(a.Kept) > 0 {
		task.Detail += " The removed files that are still on disk are untracked now."
		task.Items = a.Kept
	}
	return task, true
}
