package remediate

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
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
		e.checkPrecious, e.checkIndexes, e.checkWorktrees, e.checkWork, e.checkAlternates, e.checkKept, e.checkSubmodules,
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
	snapshot   *Snapshot
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

func (e *examination) checkShallow() account.Check {
	const name = "shallow clone"
	if ids, problems := e.layout.Shallow(); len(ids)+len(problems) > 0 {
		return refuse(name, "this is a shallow clone: the older commits, which may hold the same, are not here", "fetch them with `git fetch --unshallow`, or work in a full clone")
	}
	return pass(name, "the history is here from its beginning")
}

func (e *examination) checkPartial() account.Check {
	const name = "partial clone"
	if e.layout.Partial() {
		return refuse(name, "this is a partial clone: objects that it lacks cannot be searched", "work in a clone made without --filter")
	}
	return pass(name, "no object is left to be fetched later")
}

func (e *examination) checkGrafts() account.Check {
	const name = "grafts"
	if exists(filepath.Join(e.layout.CommonDir, "info", "grafts")) {
		return refuse(name, "info/grafts says other parents than the commits do, and would no longer fit", "make replace refs of it with `git replace --convert-graft-file`, or delete the file")
	}
	return pass(name, "commits have the parents that they name")
}

func (e *examination) checkPrecious() account.Check {
	const name = "precious objects"
	if e.config("extensions.preciousObjects") == "true" {
		return refuse(name, "extensions.preciousObjects forbids to delete objects: other repositories may borrow them", "rewrite a clone that nobody borrows from")
	}
	return pass(name, "objects may be deleted")
}

// config returns a boolean option as git reads it, or "".
func (e *examination) config(option string) string {
	if e.git == nil {
		return ""
	}
	out, err := e.git.Run(e.ctx, gitcmd.Command{GitDir: e.layout.CommonDir}, "config", "--type=bool", "--get", option)
	if err != nil {
		return "" // unset
	}
	return strings.TrimSpace(string(out))
}

func (e *examination) checkIndexes() account.Check {
	const name = "index"
	for _, worktree := range e.worktrees {
		x, err := readIndexFile(worktree.GitDir)
		if err != nil {
			return refuse(name, err.Error(), "see there, then plan anew")
		}
		if x != nil && slices.ContainsFunc(x.records, func(r indexRecord) bool { return r.mode()&modeType == modeFolder }) {
			return refuse(name, "the index of "+printable(worktree.GitDir)+" is sparse and holds whole folders", "have git write it in full with `git sparse-checkout reapply --no-sparse-index`")
		}
	}
	return pass(name, "the staged files can be brought along")
}

func (e *examination) checkWorktrees() account.Check {
	const name = "work trees"
	if len(e.worktrees) == 1 {
		return pass(name, "there are no linked work trees")
	}
	lost := 0
	for _, worktree := range e.worktrees[1:] {
		if !isRefPart(worktree.Name) {
			return refuse(name, fmt.Sprintf("git cannot name the HEAD of the work tree %s", printable(worktree.Name)), "remove it with `git worktree remove`")
		}
		if folderOf(e.layout, worktree) == "" {
			lost++
		}
	}
	detail := fmt.Sprintf("%d linked work trees are brought along", len(e.worktrees)-1)
	if lost > 0 {
		return warn(name, fmt.Sprintf("%s; the files of %d of them are not where they were, or belong to another repository, and are not looked at", detail, lost), "`git worktree repair` or `git worktree prune` tells more")
	}
	return pass(name, detail)
}

// isRefPart reports whether git takes a word as a part of a ref's name (git-check-ref-format(1)).
func isRefPart(word string) bool {
	return word != "" && !strings.HasPrefix(word, ".") && !strings.HasSuffix(word, ".lock") && !strings.HasSuffix(word, ".") &&
		!strings.Contains(word, "..") && !strings.Contains(word, "@{") && !strings.ContainsFunc(word, func(c rune) bool {
		return c <= ' ' || c == 0x7f || strings.ContainsRune(`~^:?*[\`, c)
	})
}

func (e *examination) checkAlternates() account.Check {
	const name = "borrowed objects"
	dirs, problems := e.layout.ObjectDirs()
	switch {
	case len(problems) > 0:
		return refuse(name, problems[0].String(), "repair objects/info/alternates")
	case len(dirs) > 1:
		return warn(name, fmt.Sprintf("objects are borrowed from %s: those that are needed are copied, and that repository still holds what is removed here", printable(dirs[1])), "remediate that one too")
	}
	return pass(name, "no objects are borrowed from another repository")
}

func (e *examination) checkKept() account.Check {
	const name = "kept packs"
	kept := 0
	for _, object := range e.snapshot.objects {
		if strings.HasSuffix(object, ".keep") && strings.HasPrefix(object, "pack/pack-") {
			kept++
		}
	}
	if kept > 0 {
		return e.unlessForced(name, fmt.Sprintf("%d packs have a .keep file, and would be deleted like the others", kept), "delete the .keep files")
	}
	return pass(name, "no pack is marked to be kept")
}

func (e *examination) checkSubmodules() account.Check {
	const name = "submodules"
	links := 0
	for _, worktree := range e.worktrees {
		x, err := readIndexFile(worktree.GitDir)
		if err != nil || x == nil {
			continue
		}
		for _, r := range x.records {
			if r.mode() == modeGitlink {
				links++
			}
		}
	}
	if links > 0 || exists(filepath.Join(e.layout.CommonDir, "modules")) {
		return warn(name, "submodules are repositories of their own, and are not looked into", "remediate each of them by itself")
	}
	return pass(name, "there are no submodules")
}

func (e *examination) checkRerere() account.Check {
	const name = "recorded resolutions"
	entries, err := os.ReadDir(filepath.Join(e.layout.CommonDir, "rr-cache"))
	if err == nil && len(entries) > 0 {
		return warn(name, fmt.Sprintf("%d conflict resolutions that rerere has recorded can hold old texts, and are dropped", len(entries)), "")
	}
	return pass(name, "rerere has recorded nothing")
}

// checkFresh says what is at risk in a repository in which someone works. A fresh clone has nothing that is not
// elsewhere too.
func (e *examination) checkFresh() account.Check {
	const name = "fresh clone"
	risks := e.risks()
	if len(risks) == 0 {
		return pass(name, "this is a fresh clone: all that it holds is elsewhere too")
	}
	return e.unlessForced(name, "this is no fresh clone. At risk: "+strings.Join(risks, "; "), "work in a fresh clone (`git clone --mirror`)")
}

func (e *examination) risks() []string {
	var risks []string
	if e.layout.Remote() == "" {
		risks = append(risks, "everything, as there is no remote named origin to clone from again")
	}
	counts := map[string]int{}
	stashes := 0
	_, _ = e.layout.Reflogs(func(entry gitstore.ReflogEntry) error {
		if entry.Ref == stashRef && entry.Worktree == "" {
			stashes++
		} else {
			counts[entry.Worktree+" "+entry.Ref]++
		}
		return nil
	})
	entries, used := 0, false
	for _, n := range counts {
		entries += n
		used = used || n > 1 // a clone begins each with one
	}
	if used {
		risks = append(risks, fmt.Sprintf("%d entries of reflogs, which are dropped", entries))
	}
	if stashes > 0 {
		risks = append(risks, fmt.Sprintf("%d stash entries, which are rewritten", stashes))
	}
	if len(e.worktrees) > 1 {
		risks = append(risks, "linked work trees")
	}
	if n := e.unpushed(); n > 0 {
		risks = append(risks, fmt.Sprintf("%d branches that are not at origin as they are here", n))
	}
	return risks
}

// unpushed counts the branches that the remote "origin" had not, or elsewhere, when it was last asked. A bare
// repository keeps no record of that.
func (e *examination) unpushed() int {
	if e.layout.WorkTree == "" {
		return 0
	}
	n := 0
	for _, ref := range e.snapshot.refs {
		branch, ok := strings.CutPrefix(ref.Name, "refs/heads/")
		if !ok || ref.Symbolic != "" {
			continue
		}
		if !slices.ContainsFunc(e.snapshot.refs, func(other gitstore.Ref) bool {
			return other.Name == "refs/remotes/origin/"+branch && other.Target == ref.Target
		}) {
			n++
		}
	}
	return n
}
