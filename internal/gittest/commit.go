package gittest

import (
	"fmt"
	"time"
)

// CommitOption changes who and when of one commit, merge or tag.
type CommitOption func() []string

// Author sets who wrote a commit; the committer stays.
func Author(name, email string) CommitOption { return identity("AUTHOR", name, email) }

// Committer sets who committed a commit or made a tag.
func Committer(name, email string) CommitOption { return identity("COMMITTER", name, email) }

func identity(role, name, email string) CommitOption {
	return func() []string { return []string{"GIT_" + role + "_NAME=" + name, "GIT_" + role + "_EMAIL=" + email} }
}

// Date sets both dates of a commit, in the zone of date.
func Date(date time.Time) CommitOption {
	return func() []string {
		text := fmt.Sprintf("%d %s", date.Unix(), date.Format("-0700"))
		return []string{"GIT_AUTHOR_DATE=" + text, "GIT_COMMITTER_DATE=" + text}
	}
}

// dated runs a git command that makes a commit or tag, one minute after the
// one before.
func (r *Repo) dated(options []CommitOption, args ...string) {
	r.t.Helper()
	r.clock = r.clock.Add(time.Minute)
	var env []string
	for _, option := range options {
		env = append(env, option()...)
	}
	_, err := r.run(nil, env, args)
	must(r.t, err)
}

// Commit records the whole work tree and returns the id of the commit. The
// message is kept byte for byte; a commit that changes nothing is fine.
func (r *Repo) Commit(message string, options ...CommitOption) string {
	r.t.Helper()
	r.Git("add", "-A")
	return r.CommitIndex(message, options...)
}

// CommitIndex is [Repo.Commit] of the index as it is.
func (r *Repo) CommitIndex(message string, options ...CommitOption) string {
	r.t.Helper()
	r.dated(options, "commit", "-q", "--allow-empty", "--allow-empty-message",
		"--cleanup=verbatim", "--no-verify", "-m", message)
	return r.ID("HEAD")
}

// CommitFile writes one file and commits the work tree.
func (r *Repo) CommitFile(path, content, message string) string {
	r.t.Helper()
	r.Write(path, content)
	return r.Commit(message)
}

// Branch makes a branch at HEAD and stays where it is.
func (r *Repo) Branch(name string) { r.t.Helper(); r.Git("branch", name) }

// Checkout goes to a branch, or to a detached commit.
func (r *Repo) Checkout(name string) { r.t.Helper(); r.Git("checkout", "-q", name) }

// CheckoutNew makes a branch at HEAD and goes there.
func (r *Repo) CheckoutNew(name string) { r.t.Helper(); r.Git("checkout", "-q", "-b", name) }

// Merge merges branches into the one checked out and returns the id of the merge. The files of
// resolution are written over what git makes of the merge: they
// settle conflicts, and make a merge evil when they say what no parent says.
func (r *Repo) Merge(message string, resolution map[string]string, branches ...string) string {
	r.t.Helper()
	// Conflicts are an error of git's and expected here. What goes wrong otherwise
	// shows below: the commit then has too few parents.
	_, err := r.TryGit(append([]string{"merge", "-q", "--no-ff", "--no-commit"}, branches...)...)
	for path, content := range resolution {
		r.Write(path, content)
	}
	id := r.Commit(message)
	if _, missing := r.TryGit("rev-parse", "--verify", "-q", fmt.Sprintf("%s^%d", id, len(branches)+1)); missing != nil {
		r.t.Fatalf("merge of %q did not come about: %v", branches, err)
	}
	return id
}

// Tag puts an annotated tag on any object, another tag included, and returns
// the id of the tag object.
func (r *Repo) Tag(name, target, message string, options ...CommitOption) string {
	r.t.Helper()
	r.dated(options, "tag", "-a", "--cleanup=verbatim", "-m", message, name, target)
	return r.ID("refs/tags/" + name)
}

// Note attaches a note to an object and returns the id of the commit on refs/notes/commits.
func (r *Repo) Note(target, text string) string {
	r.t.Helper()
	r.dated(nil, "notes", "add", "-f", "-m", text, target)
	return r.ID("refs/notes/commits")
}

// Stash puts the changes of the work tree, new files included, on the stash and
// returns the id of the stash commit.
func (r *Repo) Stash(message string) string {
	r.t.Helper()
	r.dated(nil, "stash", "push", "-q", "--include-untracked", "-m", message)
	return r.ID("refs/stash")
}

// ID returns the hex id that a name stands for.
func (r *Repo) ID(name string) string {
	r.t.Helper()
	return r.Git("rev-parse", "--verify", name)
}
