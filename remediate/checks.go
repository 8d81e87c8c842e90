package remediate

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/unleak/unleak/internal/gitcmd"
	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/remediate/account"
)

// safety looks at everything that could make the rewrite of a repository harmful, and writes nothing. force passes what
// a person may decide; what could lose something, or leave some of the old history behind unnoticed,
// nobody can pass.
func safety(ctx context.Context, repository *gitstore.Repository, force bool) ([]account.Check, error) {
	snapshot, err := takeSnapshot(repository.Layout)
	if err != nil {
		return nil, err
	}
	worktrees, problems := repository.Worktrees()
	if len(problems) > 0 {
		return nil, fmt.Errorf("%s", problems[0])
	}
	e := &examination{ctx: ctx, repository: repository, layout: repository.Layout, files: filesOf(repository.Layout),
		snapshot: snapshot, worktrees: worktrees, force: force}
	e.git, e.noGit = gitcmd.Find(ctx)
	for _, check := range []func() account.Check{
		e.checkGit, e.checkOperation, e.checkLocks, e.checkPermissions, e.checkSpace, e.checkShallow, e.checkPartial, e.checkGrafts,
		e.checkPrecious, e.checkLinks, e.checkIndexes, e.checkWorktrees, e.checkWork, e.checkAlternates, e.checkKept, e.checkSubmodules,
		e.checkRerere, e.checkFresh,
	} {
		e.checks = append(e.checks, check())
	}
	return e.checks, ctx.Err()
}

// examination is one run of the checks.
type examination struct {
	ctx        context.Context
	repository *gitstore.Repository
	layout     *gitstore.Layout
	files      files
	snapshot   *snapshot
	worktrees  []gitstore.Worktree
	force      bool
	git        *gitcmd.Git
	noGit      error
	checks     []account.Check
}

func pass(name, detail string) account.Check {
	return account.Check{Name: name, Verdict: account.Pass, Detail: detail}
}

func warn(name, detail, remedy string) account.Check {
	return account.Check{Name: name, Verdict: account.Warn, Detail: detail, Remedy: remedy}
}

func refuse(name, detail, remedy string) account.Check {
	return account.Check{Name: name, Verdict: account.Refuse, Detail: detail, Remedy: remedy}
}

// unlessForced refuses what --force passes.
func (e *examination) unlessForced(name, detail, remedy string) account.Check {
	if e.force {
		return warn(name, detail, "this was overridden by --force")
	}
	return refuse(name, detail, remedy+", or go on with --force")
}

func (e *examination) checkGit() account.Check {
	const name = "git"
	if e.noGit != nil {
		return refuse(name, e.noGit.Error(), "install git "+gitcmd.Oldest+" or newer")
	}
	return pass(name, "git "+printable(e.git.Version())+" moves the refs in one transaction")
}

// operations are what git is in the middle of when a file or folder of that name is in a Git folder.
var operations = [...]struct{ file, what, remedy string }{
	{"rebase-merge", "a rebase", "git rebase --continue` or `git rebase --abort"},
	{"rebase-apply", "a rebase or `git am`", "git rebase --abort` or `git am --abort"},
	{"MERGE_HEAD", "a merge", "git commit` or `git merge --abort"},
	{"CHERRY_PICK_HEAD", "a cherry-pick", "git cherry-pick --continue` or `git cherry-pick --abort"},
	{"REVERT_HEAD", "a revert", "git revert --continue` or `git revert --abort"},
	{"sequencer", "a cherry-pick or revert", "git cherry-pick --abort` or `git revert --abort"},
	{"BISECT_LOG", "a bisection", "git bisect reset"},
	{"NOTES_MERGE_WORKTREE", "a merge of notes", "git notes merge --abort"},
}

// underway says what git is in the middle of in a work tree, and how to end that; "" for nothing.
func underway(gitDir string) (what, remedy string) {
	for _, o := range operations {
		path := filepath.Join(gitDir, o.file)
		if entries, err := os.ReadDir(path); err == nil && len(entries) == 0 {
			continue // git leaves some of these folders empty
		}
		if exists(path) {
			return o.what, "end it with `" + o.remedy + "`"
		}
	}
	return "", ""
}

func (e *examination) checkOperation() account.Check {
	const name = "operation under way"
	for _, worktree := range e.worktrees {
		if what, remedy := underway(worktree.GitDir); what != "" {
			return refuse(name, fmt.Sprintf("%s is under way in %s, and holds on to commits that would go", what, printable(worktree.GitDir)), remedy)
		}
	}
	return pass(name, "no rebase, merge, cherry-pick, revert or bisection is under way")
}

// checkLocks looks for what a git at work has there.
func (e *examination) checkLocks() account.Check {
	const name = "other processes"
	common := e.layout.CommonDir
	candidates := []string{"packed-refs.lock", "config.lock", "shallow.lock", "gc.pid", "gc.pid.lock", "objects/maintenance.lock",
		"objects/info/commit-graph.lock", "objects/info/commit-graphs/commit-graph-chain.lock", "objects/pack/multi-pack-index.lock"}
	var found []string
	for _, candidate := range candidates {
		if path := filepath.Join(common, filepath.FromSlash(candidate)); exists(path) {
			found = append(found, path)
		}
	}
	for _, worktree := range e.worktrees {
		for _, candidate := range []string{"index.lock", "HEAD.lock"} {
			if path := filepath.Join(worktree.GitDir, candidate); exists(path) {
				found = append(found, path)
			}
		}
		_ = filepath.WalkDir(filepath.Join(worktree.GitDir, "refs"), func(path string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() && strings.HasSuffix(path, ".lock") {
				found = append(found, path)
			}
			return nil // what cannot be read is a problem of the plan
		})
	}
	if len(found) > 0 {
		return refuse(name, fmt.Sprintf("%s is there (%d such files in all): a git is at work, or was killed", printable(found[0]), len(found)),
			"wait for it to end, or delete the file if no git runs")
	}
	return pass(name, "no other git is at work")
}

func (e *examination) checkPermissions() account.Check {
	const name = "permissions"
	folders := []string{e.layout.CommonDir, filepath.Join(e.layout.CommonDir, "refs"), filepath.Join(e.layout.CommonDir, "objects"), e.files.packDir()}
	for _, worktree := range e.worktrees {
		folders = append(folders, worktree.GitDir)
	}
	for _, object := range e.snapshot.objects {
		folder := filepath.Dir(filepath.Join(e.files.objects, filepath.FromSlash(object)))
		if folders[len(folders)-1] != folder {
			folders = append(folders, folder)
		}
	}
	for _, folder := range folders {
		if err := writable(folder); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return refuse(name, fmt.Sprintf("%s cannot be written to: %v", printable(folder), err), "run as the owner of the repository, on a file system that can be written")
		}
	}
	return pass(name, "the Git folder can be written to")
}

func (e *examination) checkSpace() account.Check {
	const name = "disk space"
	// The new pack and the backup are each about as large as what there is.
	size := e.repository.StoredBytes()
	free, err := freeSpace(e.files.objects)
	if err != nil {
		return warn(name, "how much space is free could not be found out: "+err.Error(), fmt.Sprintf("make sure that twice %d bytes are free", size))
	}
	if free/2 < size {
		return e.unlessForced(name, fmt.Sprintf("%d bytes are free; the new pack and the backup may take %d each", free, size), "make room")
	}
	return pass(name, "there is room for the new pack and a backup")
}
