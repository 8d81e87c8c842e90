package remediate

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/unleak/unleak/internal/gitcmd"
	"github.com/unleak/unleak/remediate/account"
)

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

// checkWork counts what of the work trees is in no commit. It stays as it is: entries of an index are changed one by
// one, files are rewritten only where they hold what was staged, and nothing is checked out.
func (e *examination) checkWork() account.Check {
	const name = "uncommitted changes"
	staged, changed := 0, 0
	for _, worktree := range e.worktrees {
		x, err := readIndexFile(worktree.GitDir)
		if err != nil || x == nil {
			continue // said by the check of the index
		}
		staged += e.staged(worktree.GitDir, x)
		if folder := folderOf(e.layout, worktree); folder != "" {
			changed += changedFiles(folder, x)
		}
	}
	if staged+changed == 0 {
		return pass(name, "nothing is staged or changed")
	}
	return warn(name, fmt.Sprintf("%d entries are staged and %d files changed; they stay so, and what is staged is rewritten like commits", staged, changed),
		"a file that was changed after it was staged keeps what it holds: look through it yourself")
}

// staged counts the paths that an index has and HEAD has not, or otherwise, or the other way round. Git could tell it, but
// writes trees while it looks at a sparse index.
func (e *examination) staged(gitDir string, x *indexFile) int {
	if e.git == nil {
		return 0
	}
	out, err := e.git.Run(e.ctx, gitcmd.Command{GitDir: gitDir}, "ls-tree", "-r", "-z", "--full-tree", "HEAD")
	if err != nil {
		return len(x.records) // there is no commit yet
	}
	committed := map[string]string{} // "MODE TYPE ID" by path
	for line := range bytes.SplitSeq(out, []byte{0}) {
		if what, path, ok := bytes.Cut(line, []byte("\t")); ok {
			committed[string(path)] = string(what)
		}
	}
	staged := 0
	for i := range x.records {
		r := &x.records[i]
		what, ok := committed[string(r.Path)]
		if !ok || r.stage() != 0 || !strings.HasPrefix(what, fmt.Sprintf("%06o ", r.mode())) || !strings.HasSuffix(what, r.id().String()) {
			staged++
		}
		delete(committed, string(r.Path))
	}
	return staged + len(committed)
}

// changedFiles counts files whose size or date is not that of the index. Git would go on and compare contents, through
// filters that the repository configures.
func changedFiles(folder string, x *indexFile) int {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return 0
	}
	defer root.Close()
	changed := 0
	for i := range x.records {
		r := &x.records[i]
		name := filepath.FromSlash(string(r.Path))
		if kind := r.mode() & modeType; r.skipped() || kind != modeRegular && kind != modeSymlink || !filepath.IsLocal(name) {
			continue
		}
		seconds, size := binary.BigEndian.Uint32(r.Head[8:]), binary.BigEndian.Uint32(r.Head[36:])
		info, err := root.Lstat(name)
		if err != nil || uint32(info.ModTime().Unix()) != seconds || uint32(info.Size()) != size {
			changed++
		}
	}
	return changed
}
