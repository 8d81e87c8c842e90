package remediate

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/unleak/unleak/internal/gitcmd"
	"github.com/unleak/unleak/remediate/account"
)

// The checks that say why a history is not whole.
const (
	nameShallow = "shallow clone"
	namePartial = "partial clone"
)

func (e *examination) checkShallow() account.Check {
	const name = nameShallow
	if ids, problems := e.layout.Shallow(); len(ids)+len(problems) > 0 {
		return refuse(name, "this is a shallow clone: the older commits, which may hold the same, are not here", "fetch them with `git fetch --unshallow`, or work in a full clone")
	}
	return pass(name, "the history is here from its beginning")
}

func (e *examination) checkPartial() account.Check {
	const name = namePartial
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

// checkLinks looks for folders that are links to those of another repository, as contrib/workdir of git makes them: that
// one has a HEAD and an index of its own, which nobody here sees.
func (e *examination) checkLinks() account.Check {
	const name = "shared folders"
	for _, part := range []string{"refs", "packed-refs", "logs", "objects", "worktrees"} {
		path := filepath.Join(e.layout.CommonDir, part)
		if info, err := os.Lstat(path); err == nil && info.Mode()&os.ModeSymlink != 0 {
			return refuse(name, printable(path)+" is a symbolic link, so that another repository may share it", "work in a clone")
		}
	}
	return pass(name, "refs and objects are this repository's alone")
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
