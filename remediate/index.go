package remediate

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/unleak/unleak/internal/gitstore/pack"
)

// indexEdit is what happens to one entry of an index.
type indexEdit struct {
	Old indexRecord `json:"old"`
	New objectID    `json:"new"` // zero: the entry goes
}

func (e *indexEdit) goes() bool { return pack.ID(e.New).IsZero() }

// editsOf asks the engine what becomes of the entries of an index.
func editsOf(x *indexFile, r rewriting) []indexEdit {
	var edits []indexEdit
	for _, old := range x.records {
		fresh, keep := r.Entry(string(old.Path), old.mode(), old.id())
		if !keep {
			fresh = pack.ID{}
		}
		if !keep || fresh != old.id() {
			edits = append(edits, indexEdit{Old: old, New: objectID(fresh)})
		}
	}
	return edits
}

// apply carries out edits. Entries that are not as an edit expects them stay as they are: someone has staged
// something else meanwhile.
func (x *indexFile) apply(edits []indexEdit) (changed bool) {
	byEntry := map[string]*indexEdit{}
	for i := range edits {
		byEntry[entryKey(&edits[i].Old)] = &edits[i]
	}
	var records []indexRecord
	for _, r := range x.records {
		edit := byEntry[entryKey(&r)]
		switch {
		case edit == nil || edit.Old.id() != r.id():
			records = append(records, r)
		case edit.goes():
			changed = true
		default:
			records = append(records, r.withID(pack.ID(edit.New)))
			changed = true
		}
	}
	x.records = records
	return changed
}

// undo takes edits back, entry by entry, where they still stand.
func (x *indexFile) undo(edits []indexEdit) (changed bool) {
	paths := map[string]bool{}
	byEntry := map[string]*indexEdit{}
	for i := range edits {
		byEntry[entryKey(&edits[i].Old)] = &edits[i]
	}
	for i, r := range x.records {
		paths[string(r.Path)] = true
		edit := byEntry[entryKey(&r)]
		if edit != nil && !edit.goes() && pack.ID(edit.New) == r.id() {
			x.records[i], changed = edit.Old, true
		}
	}
	for _, edit := range edits {
		if edit.goes() && !paths[string(edit.Old.Path)] {
			x.records, changed = append(x.records, edit.Old), true
		}
	}
	slices.SortStableFunc(x.records, compareRecords)
	if slices.ContainsFunc(x.records, func(r indexRecord) bool { return len(r.Head) > recordSize }) {
		x.version = max(x.version, 3) // the first with more flags
	}
	return changed
}

func entryKey(r *indexRecord) string { return string(rune('0'+r.stage())) + string(r.Path) }

// readIndexFile reads the index of a work tree, or nil where there is none.
func readIndexFile(gitDir string) (*indexFile, error) {
	content, err := os.ReadFile(filepath.Join(gitDir, "index"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	x, err := parseIndex(content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", printable(filepath.Join(gitDir, "index")), err)
	}
	return x, nil
}

// changeIndex changes the index of a work tree under git's lock of it.
func changeIndex(f files, gitDir string, change func(*indexFile) bool) error {
	target := filepath.Join(gitDir, "index")
	if !exists(target) {
		return freeGitLock(f, target)
	}
	lock, err := lockGitFile(f, target)
	if err != nil {
		return err
	}
	x, err := readIndexFile(gitDir)
	if err != nil || x == nil || !change(x) {
		return errors.Join(err, lock.release())
	}
	return lock.commit(x.encode())
}

// stepIndexes brings the indexes of all work trees to the new history.
func (s *surgeon) changeIndexes() error {
	for i := range s.state.Worktrees {
		w := &s.state.Worktrees[i]
		if len(w.Edits) == 0 {
			continue
		}
		s.at("index " + w.Name)
		err := changeIndex(s.files, string(w.GitDir), func(x *indexFile) bool { return x.apply(w.Edits) })
		if err != nil {
			return err
		}
	}
	return nil
}

// restoreIndexes takes that back.
func (s *surgeon) restoreIndexes() error {
	for i := range s.state.Worktrees {
		w := &s.state.Worktrees[i]
		s.at("index back " + w.Name)
		err := changeIndex(s.files, string(w.GitDir), func(x *indexFile) bool { return x.undo(w.Edits) })
		if err != nil {
			return err
		}
	}
	return nil
}
