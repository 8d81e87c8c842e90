package remediate

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/redact"
	"github.com/unleak/unleak/remediate/account"
)

// searchFiles looks for ids and values in every file of the Git folder that is no object: refs, reflogs, indexes, what
// git keeps in passing, commit-graphs, indexes over packs, recorded resolutions and whatever else lies there.
func (v *verification) searchFiles(ctx context.Context) error {
	probe, err := v.probe()
	if err != nil {
		return err
	}
	f := &fileSearch{verification: v, ids: newIDSearch(v.ids...), probe: probe, named: map[string]bool{}}
	f.searchRefNames(func(name string) { f.named[name] = true })
	common := v.repository.CommonDir
	if err := f.folder(ctx, common, ""); err != nil {
		return err
	}
	dirs, problems := v.repository.ObjectDirs()
	for _, dir := range dirs {
		if inside, err := filepath.Rel(common, dir); err == nil && filepath.IsLocal(inside) {
			continue // searched with the rest
		}
		if err := f.folder(ctx, dir, "objects"); err != nil {
			return err
		}
	}
	for _, problem := range problems {
		v.unread("%s", problem)
	}
	v.searched("other files of the Git folder", f.count, f.bytes)
	return nil
}

// fileSearch searches files.
type fileSearch struct {
	*verification
	ids          *idSearch
	probe        *redact.Probe   // nil without values
	named        map[string]bool // refs whose names hold a value
	count, bytes int64
}

// folder searches the files below a folder. within is what the folder is of a Git folder.
func (f *fileSearch) folder(ctx context.Context, root, within string) error {
	return filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		relative, _ := filepath.Rel(root, path)
		name := filepath.ToSlash(filepath.Join(within, relative))
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			f.unread("%s cannot be searched: %v", f.shown(path), err)
			return nil
		case path == f.state.dir: // it has the ids on purpose, and no value
			return fs.SkipDir
		case entry.IsDir() && relative != "." && isGitDir(path):
			f.note("%s is a repository of its own, such as a submodule's, and was not searched: verify it by itself", f.shown(path))
			return fs.SkipDir
		case entry.IsDir():
			return nil
		case entry.Type()&fs.ModeSymlink != 0:
			return f.link(path, name)
		case !entry.Type().IsRegular() || f.isObjects(path, name):
			return nil
		}
		return f.file(path, name)
	})
}

// isGitDir reports whether a folder is the Git folder of a repository of its own.
func isGitDir(path string) bool {
	return exists(filepath.Join(path, "HEAD")) && exists(filepath.Join(path, "objects"))
}

// link searches what a symbolic link leads to, if that is a file.
func (f *fileSearch) link(path, name string) error {
	info, err := os.Stat(path)
	switch {
	case err != nil: // it leads nowhere
		return nil
	case info.Mode().IsRegular():
		return f.file(path, name)
	case name != "objects": // that is followed where objects are read
		f.unread("%s is a symbolic link to a folder, which is not followed", f.shown(path))
	}
	return nil
}

// isObjects reports whether a file holds objects, which were searched one by one, or belongs to one that does.
func (f *fileSearch) isObjects(path, name string) bool {
	inside, ok := strings.CutPrefix(name, "objects/")
	if !ok {
		return false
	}
	if _, loose := looseName(inside); loose {
		return true
	}
	ending := filepath.Ext(path)
	if !strings.HasPrefix(inside, "pack/pack-") || ending == "" {
		return false
	}
	switch ending {
	case ".pack":
		return true
	case ".idx", ".rev", ".bitmap", ".mtimes":
		return exists(strings.TrimSuffix(path, ending) + ".pack")
	}
	return false
}

// part is how many bytes of a file are searched at a time.
const part = 32 << 20

// file searches one file, and its name for values.
func (f *fileSearch) file(path, name string) error {
	found := inFile{values: map[string]bool{}, inName: map[string]bool{}}
	if !f.named[name] { // a ref is told of by its name
		f.values([]byte(name), found.inName)
	}
	err := f.parts(path, func(content []byte, first bool) {
		if first && isPacked(content, name) && !slices.Contains(f.backups, path) {
			f.unread("%s holds objects in a form that is not searched: delete it, or verify a clone of it", f.shown(path))
		}
		f.ids.find(content, func(id pack.ID) {
			if found.ids++; found.ids == 1 {
				found.id = id
			}
		})
		f.values(content, found.values)
		f.bytes += int64(len(content))
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		f.unread("%s cannot be searched: %v", f.shown(path), err)
		return nil
	}
	f.count++
	f.report(name, found)
	return nil
}

// inFile is what a file holds.
type inFile struct {
	ids    int
	id     pack.ID         // the first of them
	values map[string]bool // by label
	inName map[string]bool // those that its name holds
}

// values adds the labels of the values that content holds.
func (f *fileSearch) values(content []byte, found map[string]bool) {
	if f.probe == nil {
		return
	}
	hits, _ := f.probe.Search(content, nil, nil)
	for _, hit := range hits {
		if hit.Label != controlLabel {
			found[hit.Label] = true
		}
	}
}

// parts calls yield for the content of a file, in parts that overlap by as much as anything that is searched for can take.
func (f *fileSearch) parts(path string, yield func(content []byte, first bool)) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	overlap := 2 * len(pack.ID{})
	if f.probe != nil {
		overlap = max(overlap, f.probe.Longest())
	}
	var buffer bytes.Buffer
	for first := true; ; first = false {
		n, err := io.CopyN(&buffer, file, part)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if n > 0 || first {
			yield(buffer.Bytes(), first)
		}
		if err != nil {
			return nil
		}
		buffer.Next(max(0, buffer.Len()-overlap))
	}
}

// isPacked recognises packs, bundles and objects that git did not finish.
func isPacked(content []byte, name string) bool {
	for _, signature := range []string{"PACK", "# v2 git bundle\n", "# v3 git bundle\n"} {
		if bytes.HasPrefix(content, []byte(signature)) {
			return true
		}
	}
	return strings.HasPrefix(name, "objects/") && strings.HasPrefix(filepath.Base(name), "tmp_obj_")
}

// report adds what a file holds to the evidence.
func (f *fileSearch) report(name string, found inFile) {
	where := f.hide.name(placeOf(name))
	switch {
	case found.ids == 1:
		f.add(account.Holding{Object: found.id.String(), Where: where, Reached: "its id is named there"})
	case found.ids > 1:
		f.add(account.Holding{Object: found.id.String(), Where: where, Reached: "its id and others are named there"})
	}
	inName, inContent := "its name holds it", "it stands there"
	switch {
	case strings.HasPrefix(where, "reflog of "):
		inName = "the name of a ref holds it: delete or rename the ref"
	case name == "packed-refs":
		inContent = "the name of a ref in it holds it: delete or rename the ref"
	}
	f.reportValues(found.inName, where, inName)
	f.reportValues(found.values, where, inContent)
}

// reportValues adds values that a place holds to the evidence.
func (f *fileSearch) reportValues(labels map[string]bool, where, how string) {
	for _, d := range f.kept.Digests { // in their order
		if labels[d.Label] {
			delete(labels, d.Label)
			f.add(account.Holding{Fingerprint: d.Label, Where: where, Reached: how})
		}
	}
}

func (f *fileSearch) add(h account.Holding) {
	if len(f.evidence.Holding) < maxHolding {
		f.evidence.Holding = append(f.evidence.Holding, h)
	}
}

// placeOf says what a file of a Git folder is (gitrepository-layout(5)).
func placeOf(name string) string {
	worktree := ""
	if rest, ok := strings.CutPrefix(name, "worktrees/"); ok {
		if of, inside, ok := strings.Cut(rest, "/"); ok {
			worktree, name = " of the work tree "+of, inside
		}
	}
	if ref, ok := strings.CutPrefix(name, "logs/"); ok {
		name = "reflog of " + ref
	}
	return name + worktree
}

// searchWorktrees tells which files of the work trees are, or hold, what was removed. They are the user's own, and no
// part of any history.
func (v *verification) searchWorktrees(ctx context.Context) error {
	if !v.local {
		return nil
	}
	for _, path := range v.backups {
		v.note("the backup %s still holds all that was removed: delete it once nobody needs it", v.shown(path))
	}
	probe, err := v.probe()
	if err != nil {
		return err
	}
	f := &fileSearch{verification: v, ids: newIDSearch(v.ids...), probe: probe}
	f.noteRecord()
	worktrees, _ := v.repository.Worktrees() // its problems were said where refs were read
	for _, worktree := range worktrees {
		if folder := folderOf(v.repository.Layout, worktree); folder != "" {
			if err := f.worktree(ctx, folder); err != nil {
				return err
			}
		}
	}
	if f.count > 0 {
		v.searched("files of work trees", f.count, f.bytes)
	}
	return nil
}

// worktree searches the files of one work tree.
func (f *fileSearch) worktree(ctx context.Context, folder string) error {
	return filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err != nil:
			return nil
		case entry.Name() == ".git" && path != folder:
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		case entry.IsDir() && path != folder && exists(filepath.Join(path, ".git")):
			return fs.SkipDir // another repository
		case !entry.Type().IsRegular():
			return nil
		}
		return f.worktreeFile(path)
	})
}

func (f *fileSearch) worktreeFile(path string) error {
	found := inFile{values: map[string]bool{}}
	removed := false
	err := f.parts(path, func(content []byte, first bool) {
		if first && len(content) < part { // which is all of it
			removed = f.ids.ids[gitstore.HashObject(pack.Blob, content)]
		}
		f.values(content, found.values)
		f.bytes += int64(len(content))
	})
	if err != nil {
		return nil // a file that cannot be read is no part of the proof
	}
	f.count++
	switch {
	case removed:
		f.note("%s is on disk as it was in history: it is no longer part of it", f.shown(path))
	case len(found.values) > 0:
		f.note("%s on disk holds a value that was taken out of history", f.shown(path))
	}
	return nil
}

// findBackups returns the backups that remediations have made and that are still there.
func (v *verification) findBackups() (paths []string) {
	add := func(b *account.Backup) {
		if b != nil && exists(b.Path) && !slices.Contains(paths, b.Path) {
			paths = append(paths, b.Path)
		}
	}
	if state, err := v.state.loadState(); err == nil {
		add(state.Backup)
	}
	var done account.Account
	if readJSON(v.state.path(accountName), &done) == nil {
		add(done.Backup)
	}
	return paths
}
