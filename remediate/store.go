package remediate

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/unleak/unleak/internal/gitstore/pack"
)

// listStore lists the files of an object store that hold objects, or are made from them: packs and what
// belongs to them, loose objects, commit-graphs, alternates, and what a killed git left over. Names are relative to
// the store, with slashes, and sorted. What nobody knows is not in the list.
func listStore(objects string) (names []string, bytes int64, err error) {
	entries, err := os.ReadDir(objects)
	if err != nil {
		return nil, 0, err
	}
	for _, entry := range entries {
		name := entry.Name()
		switch {
		case !entry.IsDir() && strings.HasPrefix(name, "tmp_"),
			entry.IsDir() && (name == "pack" || name == "info" || isFan(name) ||
				strings.HasPrefix(name, "tmp_objdir-") || strings.HasPrefix(name, "incoming-")):
			err = errors.Join(err, walkStore(objects, name, &names, &bytes))
		}
	}
	slices.Sort(names)
	return names, bytes, err
}

func walkStore(objects, name string, names *[]string, bytes *int64) error {
	// A link in place of a folder (objects/pack on another disk) is followed, as git does.
	root := filepath.Join(objects, name)
	if real, err := filepath.EvalSymlinks(root); err == nil {
		root = real
	}
	return filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // it went meanwhile
		}
		if err != nil || entry.IsDir() {
			return err
		}
		relative := name
		if path != root {
			relative += "/" + filepath.ToSlash(path[len(root)+1:])
		}
		if strings.HasPrefix(relative, "info/") && !isDerivedInfo(relative) {
			return nil
		}
		*names = append(*names, relative)
		if strings.HasSuffix(relative, ".pack") || isFan(name) {
			if info, err := entry.Info(); err == nil {
				*bytes += info.Size()
			}
		}
		return nil
	})
}

// isFan reports whether a folder is one of those that hold loose objects.
func isFan(name string) bool {
	return len(name) == 2 && strings.Trim(name, "0123456789abcdef") == ""
}

// isDerivedInfo reports whether a file below objects/info is made from objects, or leads to some.
func isDerivedInfo(name string) bool {
	switch name {
	case "info/packs", "info/commit-graph", "info/alternates", "info/http-alternates":
		return true
	}
	return strings.HasPrefix(name, "info/commit-graphs/") || isServerInfoLeftover(name)
}

// isServerInfoLeftover reports whether a file is one that `git update-server-info` was writing when it was killed.
func isServerInfoLeftover(name string) bool { return strings.HasPrefix(name, "info/packs_") }

// isDerived reports whether a file of the store says something of objects that are elsewhere. It goes
// before the objects go, whoever wrote it and when: git would miss them.
func isDerived(name string) bool {
	return strings.HasPrefix(name, "info/commit-graph") || isServerInfoLeftover(name) || strings.HasPrefix(name, "pack/multi-pack-index") ||
		strings.HasSuffix(name, ".bitmap")
}

// looseName returns the object that a file of the store is.
func looseName(name string) (pack.ID, bool) {
	if len(name) != 41 || name[2] != '/' {
		return pack.ID{}, false
	}
	id, err := pack.ParseID(name[:2] + name[3:])
	return id, err == nil
}
