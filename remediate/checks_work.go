package remediate

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"

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
		staged += e.staged(worktree.GitDir, len(x.records))
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

// staged counts the entries that differ from HEAD. Comparing an index with a tree runs nothing.
func (e *examination) staged(gitDir string, entries int) int {
	if e.git == nil {
		return 0
	}
	out, err := e.git.Run(e.ctx, gitcmd.Command{GitDir: gitDir}, "diff-index", "--cached", "--raw", "-z", "--no-renames", "HEAD", "--")
	if err != nil {
		return entries // there is no commit yet
	}
	return bytes.Count(out, []byte{0}) / 2
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
