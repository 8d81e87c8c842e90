package gitstore

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// refReader reads the ref files of one work tree into a table.
type refReader struct {
	layout   *Layout
	worktree Worktree
	table    *refTable
	problems []Problem
}

func (r *refReader) report(path, what string) {
	r.problems = append(r.problems, Problem{r.layout.where(path), what})
}

// readLoose reads HEAD and every file below refs. In the Git folder of a linked
// work tree only the refs that are its own count there, as for git.
func (r *refReader) readLoose() {
	r.readRef("HEAD")
	root := filepath.Join(r.worktree.GitDir, "refs")
	root = resolved(root) // some tools share refs between work trees by a symbolic link
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			r.problems = append(r.problems, r.layout.unlessMissing(path, err)...)
			return nil
		}
		base := entry.Name()
		hidden := strings.HasPrefix(base, ".") || strings.HasSuffix(base, ".lock")
		switch {
		case path == root:
		case entry.IsDir() && hidden:
			return fs.SkipDir
		case entry.IsDir() || hidden:
		default:
			relative := strings.TrimPrefix(path, root+string(filepath.Separator))
			if name := "refs/" + filepath.ToSlash(relative); r.worktree.Name == "" || perWorktree(name) {
				r.readRef(name)
			}
		}
		return nil
	})
	if err != nil {
		r.report(root, reason(err))
	}
}

// isLooseName reports whether readLoose would come to a file of that name: it lies below refs, no part
// of it is hidden, and no folder on the way a link.
func isLooseName(dir, name string) bool {
	path := dir
	parts := strings.Split(name, "/")
	for i, part := range parts {
		if strings.HasPrefix(part, ".") || strings.HasSuffix(part, ".lock") || !filepath.IsLocal(part) || filepath.ToSlash(part) != part {
			return false
		}
		path = filepath.Join(path, part)
		info, err := os.Lstat(path)
		switch {
		case i == 0:
			if part != "refs" || len(parts) == 1 || err != nil {
				return false
			}
		case err != nil, i < len(parts)-1 && !info.IsDir(), i == len(parts)-1 && info.IsDir():
			return false
		}
	}
	return true
}

// readRef reads one loose ref or HEAD. A symbolic link to a name below refs is the
// old way to write a symbolic ref; any other link to a file is followed. One to a
// folder is a problem: git would go on in there.
func (r *refReader) readRef(name string) {
	path := filepath.Join(r.worktree.GitDir, filepath.FromSlash(name))
	ref := Ref{Name: name, Worktree: r.worktree.Name}
	if target, err := os.Readlink(path); err == nil && strings.HasPrefix(filepath.ToSlash(target), "refs/") {
		ref.Symbolic = filepath.ToSlash(target)
		r.table.put(ref)
		return
	}
	content, err := readRegular(path, maxPointerFile)
	if err != nil {
		r.report(path, "cannot be read: "+reason(err))
		return
	}
	var ok bool
	if ref.Target, ref.Symbolic, ok = parseLooseRef(content); !ok {
		r.report(path, "holds neither an object name nor the name of a ref")
		return
	}
	r.table.put(ref)
}

// readPseudo reads the names git keeps in passing (gitglossary(7), "pseudoref"),
// and those of a rebase or cherry-pick under way.
func (r *refReader) readPseudo() {
	entries, err := os.ReadDir(r.worktree.GitDir)
	if err != nil {
		r.report(r.worktree.GitDir, reason(err))
	}
	var names []string
	for _, entry := range entries {
		if isPseudo(entry.Name()) {
			names = append(names, entry.Name())
		}
	}
	names = append(names, "rebase-merge/orig-head", "rebase-merge/onto", "rebase-merge/autostash",
		"rebase-apply/orig-head", "rebase-apply/onto", "rebase-apply/autostash", "sequencer/head")
	for _, name := range names {
		path := filepath.Join(r.worktree.GitDir, filepath.FromSlash(name))
		content, err := readRegular(path, maxListFile)
		if err != nil {
			r.problems = append(r.problems, r.layout.unlessMissing(path, err)...)
			continue
		}
		found := problems{where: r.layout.where(path)}
		for _, id := range parsePseudoRef(content, &found) {
			r.table.pseudo = append(r.table.pseudo,
				Ref{Name: name, Target: id, Worktree: r.worktree.Name, Pseudo: true})
		}
		r.problems = append(r.problems, found.all()...)
	}
}

// isPseudo knows pseudo refs by their form, as git does: capitals that end in _HEAD,
// and a few older names.
func isPseudo(name string) bool {
	switch name {
	case "AUTO_MERGE", "BISECT_EXPECTED_REV", "MERGE_AUTOSTASH", "NOTES_MERGE_PARTIAL":
		return true
	}
	prefix, ok := strings.CutSuffix(name, "_HEAD")
	return ok && prefix != "" && strings.Trim(prefix, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == ""
}
