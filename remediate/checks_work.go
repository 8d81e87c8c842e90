package remediate

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/unleak/unleak/internal/gitcmd"
	"github.com/unleak/unleak/remediate/account"
)

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
