package account

import (
	"fmt"
	"net/url"
	"strings"
)

// serverSupport is what a server's people must do: a server keeps pull requests, and shows
// commits by their id, long after a push replaced them.
func serverSupport(p *Plan) []Task {
	if len(p.Repository.Remotes) == 0 || len(p.Commits.FirstChanged) == 0 {
		return nil
	}
	task := Task{Name: "support", Title: "Have the server drop what it still holds",
		Detail: "After the push the old commits are on no branch, but a server still shows them to whoever has their id, " +
			"in pull requests and in caches. Only its support can purge these. Send them the text below, once the push is done."}
	name := p.Repository.Remotes[0].URL
	if owner, ok := onGitHub(p.Repository.Remotes); ok {
		name = owner
		task.Title = "Ask GitHub Support to purge what GitHub still holds"
		task.Items = []string{"https://support.github.com/contact"}
	}
	task.Text = supportText(p, name)
	return []Task{task}
}

// supportText asks for what GitHub's guide says its support needs.
func supportText(p *Plan, name string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "We removed sensitive data from the history of %s and pushed the rewritten history.\n", name)
	b.WriteString("Please dereference or delete the pull requests that still hold it, run garbage\n" +
		"collection on the server, and clear cached views.\n\n")
	fmt.Fprintf(&b, "Repository: %s\n", name)
	if p.Repository.PullRefs > 0 {
		fmt.Fprintf(&b, "Pull requests affected: %d\n", p.Repository.PullRefs)
	} else {
		b.WriteString("Pull requests affected: unknown (our clone has no refs/pull/*)\n")
	}
	b.WriteString("First changed commits:\n")
	for _, id := range p.Commits.FirstChanged {
		fmt.Fprintf(&b, "  %s\n", id)
	}
	if len(p.LFS) > 0 {
		b.WriteString("Orphaned Git LFS objects:\n")
		for _, object := range p.LFS {
			fmt.Fprintf(&b, "  %s\n", object.OID)
		}
	} else {
		b.WriteString("Orphaned Git LFS objects: none\n")
	}
	return b.String()
}

func forks(p *Plan) []Task {
	task := Task{Name: "forks", Title: "Find the forks",
		Detail: "A fork is a copy of the old history, and its owner's to clean or delete. Their number is not known from here."}
	owner, ok := onGitHub(p.Repository.Remotes)
	if !ok {
		if len(p.Repository.Remotes) == 0 {
			return nil
		}
		return []Task{task}
	}
	task.Commands = []string{Shell("gh", "api", "--paginate", "repos/"+owner+"/forks", "--jq", ".[].full_name")}
	return []Task{task}
}

func collaborators(a *Account) Task {
	task := Task{Name: "collaborators", Title: "Tell everyone who has a clone",
		Detail: "A merge or a push from an old clone brings the old history back.",
		Text: fmt.Sprintf("The history of %s was rewritten: sensitive data was removed from it.\n"+
			"Please delete your clone and clone afresh. If you have work that is not pushed,\n"+
			"do not merge and do not pull. Move each branch over instead:\n\n"+
			"  git fetch --prune\n"+
			"  git rebase --onto origin/BRANCH OLD-BASE your-branch\n\n"+
			"where OLD-BASE is the commit of the old origin/BRANCH that your work began at. Then drop what is left:\n\n"+
			"  git reflog expire --expire=now --all && git gc --prune=now\n\n"+
			"Fork owners: delete the fork and fork again.\n", a.Plan.Repository.Name)}
	if a.Files.CommitMap != "" {
		task.Items = []string{"old and new ids of commits are in " + a.Files.CommitMap}
	}
	return task
}

func elsewhere() Task {
	return Task{Name: "copies", Title: "Look for copies elsewhere",
		Detail: "Mirrors, CI caches and artifacts, container images, packages and releases built from the old history, " +
			"search indexes and backups may hold it too."}
}

func backup(b *Backup) Task {
	return Task{Name: "backup", Title: "Delete the backup when you are sure",
		Detail: "It is the old history with everything in it. Keep it until the new one is pushed and checked, and " +
			"never where others can read it.",
		Commands: []string{Shell("rm", b.Path)}}
}

func protect(a *Account) Task {
	task := Task{Name: "protect", Title: "Keep it from happening again",
		Detail: "Protect the branches again, commit .gitignore, turn on push protection at the server, and have " +
			"every commit checked before it is made, by a pre-commit hook:",
		Commands: []string{"unleak hook install"}}
	for _, path := range a.Kept {
		task.Items = append(task.Items, path+" stays on disk and is no longer tracked")
	}
	return task
}

// onGitHub returns the owner and name of the first remote that is on GitHub.
func onGitHub(remotes []Remote) (string, bool) {
	for _, remote := range remotes {
		host, path := "", ""
		if u, err := url.Parse(remote.URL); err == nil && u.Host != "" {
			host, path = u.Hostname(), u.Path
		} else if before, after, ok := strings.Cut(remote.URL, ":"); ok { // git@github.com:owner/name.git
			host, path = before[strings.LastIndex(before, "@")+1:], after
		}
		path = strings.TrimSuffix(strings.Trim(path, "/"), ".git")
		if strings.EqualFold(host, "github.com") && strings.Count(path, "/") == 1 {
			return path, true
		}
	}
	return "", false
}
