package guard

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/unleak/unleak/internal/gitcmd"
	"github.com/unleak/unleak/internal/gitstore"
)

// HooksFolder is where git takes a hook from.
type HooksFolder struct {
	Path string // absolute; it need not exist
	// Scope is that of the configuration that names the folder: "system", "global", "local" or "worktree". Empty
	// where none does, and the folder is the repository's own.
	Scope string
	// Shared says what else a hook in it affects, as the end of a sentence, or "" for nothing.
	Shared string
}

// Folder returns where git takes a hook of a repository from: the folder that core.hooksPath names,
// otherwise "hooks" in the Git folder that all work trees share. A relative core.hooksPath starts where the
// hook is run: at the root of the work tree, or for hooks of a server in the Git folder.
func Folder(ctx context.Context, layout *gitstore.Layout, hook string) (HooksFolder, error) {
	scope, path, err := configured(ctx, layout)
	if err != nil {
		return HooksFolder{}, err
	}
	return folderOf(layout, hook, scope, path), nil
}

// folderOf is the folder that a core.hooksPath of some scope stands for, or none.
func folderOf(layout *gitstore.Layout, hook, scope, path string) HooksFolder {
	if path == "" {
		return HooksFolder{Path: filepath.Join(layout.CommonDir, "hooks")}
	}
	start := layout.WorkTree
	if start == "" || hook == PreReceive {
		start = layout.GitDir
	}
	if path = filepath.FromSlash(path); !filepath.IsAbs(path) {
		path = filepath.Join(start, path)
	}
	folder := HooksFolder{Path: filepath.Clean(path), Scope: scope}
	folder.Shared = shared(layout, folder)
	return folder
}

// shared says what a folder of hooks affects beyond one repository of one user.
func shared(layout *gitstore.Layout, folder HooksFolder) string {
	switch {
	case folder.Scope == "system":
		return "every repository on this machine, as core.hooksPath of the system's configuration names it"
	case folder.Scope == "global":
		return "every repository of yours, as core.hooksPath of your global configuration names it"
	case within(layout.CommonDir, folder.Path):
		return ""
	case layout.WorkTree != "" && within(layout.WorkTree, folder.Path):
		return "everybody who checks out these files, as it lies in the work tree"
	}
	return "every repository that uses it, as it lies outside of this one"
}

// within reports whether path is folder or lies in it, whatever links lead there.
func within(folder, path string) bool {
	inside := func(path string) bool {
		relative, err := filepath.Rel(folder, path)
		return err == nil && relative != ".." && !strings.HasPrefix(relative, ".."+string(filepath.Separator))
	}
	real, err := filepath.EvalSymlinks(path)
	if err != nil { // not there yet
		return inside(path)
	}
	return inside(real)
}

// configured returns core.hooksPath, and the scope of the file that has it.
func configured(ctx context.Context, layout *gitstore.Layout) (scope, path string, err error) {
	git, err := gitcmd.Find(ctx)
	if errors.Is(err, gitcmd.ErrNoGit) {
		if path = expanded(layout.HooksPath()); path != "" {
			scope = "local"
		}
		return scope, path, nil
	}
	if err != nil {
		return "", "", err
	}
	out, err := git.Run(ctx, gitcmd.Command{GitDir: layout.GitDir}, "config", "--null", "--show-scope", "--type=path", "--get-all", "core.hooksPath")
	if err != nil {
		return "", "", fmt.Errorf("asking git for core.hooksPath: %w", err)
	}
	// Pairs of scope and value, the last of which holds; but what gitcmd itself sets is no file.
	fields := strings.Split(string(out), "\x00")
	for i := 0; i+1 < len(fields); i += 2 {
		if fields[i] != "command" {
			scope, path = fields[i], fields[i+1]
		}
	}
	return scope, path, nil
}

// expanded puts the user's home in place of a leading "~/".
func expanded(path string) string {
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		if home, err := os.UserHomeDir(); err == nil {
			return filepath.Join(home, filepath.FromSlash(rest))
		}
	}
	return path
}

// Locate finds the repository of a path, as [gitstore.Locate] does.
func Locate(path string) (*gitstore.Layout, error) { return gitstore.Locate(path) }
