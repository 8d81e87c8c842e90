package remediate

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"

	"github.com/unleak/unleak/internal/gitstore/pack"
)

// Maps have git-filter-repo's format: a line that names the columns, then a line each of ids in hex with a space
// between. Zeros as the new id stand for what is gone.

// commitMap is a map from old to new commits, in the order in which it was read.
type commitMap struct {
	order []pack.ID
	fresh map[pack.ID]pack.ID
}

func (m *commitMap) put(old, fresh pack.ID) {
	if m.fresh == nil {
		m.fresh = map[pack.ID]pack.ID{}
	}
	if _, known := m.fresh[old]; !known {
		m.order = append(m.order, old)
	}
	m.fresh[old] = fresh
}

// compose follows an earlier map with a later one: what the earlier one led to, the later one may lead on. Commits that the
// earlier one made are no old ones for whoever has the history from before both, and are left out.
func compose(earlier, later *commitMap) *commitMap {
	made := map[pack.ID]bool{}
	composed := &commitMap{}
	for _, old := range earlier.order {
		fresh := earlier.fresh[old]
		made[fresh] = true
		if further, changed := later.fresh[fresh]; changed {
			fresh = further
		}
		composed.put(old, fresh)
	}
	for _, old := range later.order {
		if _, known := composed.fresh[old]; !known && !made[old] {
			composed.put(old, later.fresh[old])
		}
	}
	return composed
}

// readCommitMap reads a commit map; one that is not there is empty.
func readCommitMap(path string) (*commitMap, error) {
	m := &commitMap{}
	content, err := readBounded(path)
	if errors.Is(err, fs.ErrNotExist) {
		return m, nil
	}
	if err != nil {
		return nil, err
	}
	for line := range bytes.Lines(content) {
		old, fresh, _ := bytes.Cut(bytes.TrimSpace(line), []byte(" "))
		oldID, oldErr := pack.ParseID(string(old))
		freshID, freshErr := pack.ParseID(string(bytes.TrimSpace(fresh)))
		if oldErr == nil && freshErr == nil {
			m.put(oldID, freshID)
		} else if string(old) != "old" {
			return nil, fmt.Errorf("%s holds a line that is no pair of ids: move the file away", printable(path))
		}
	}
	return m, nil
}

func (m *commitMap) write(path string) error {
	return writeFileFrom(path, 0o600, func(w io.Writer) error {
		out := bufio.NewWriter(w)
		fmt.Fprintf(out, "%-40s new\n", "old")
		for _, old := range m.order {
			fmt.Fprintf(out, "%s %s\n", old, m.fresh[old])
		}
		return out.Flush()
	})
}

// writeMaps writes the files of the state folder that stay, under names that the last step gives them their own from.
func (j *job) writeMaps(f files, refs []refState) error {
	earlier, err := readCommitMap(f.path(commitMapName))
	if err != nil {
		return err
	}
	later := &commitMap{}
	j.rewriting.CommitMap(func(old, fresh pack.ID) bool {
		later.put(old, fresh)
		return true
	})
	if err := compose(earlier, later).write(f.path(commitMapName) + newSuffix); err != nil {
		return err
	}
	moves, err := readRefMap(f.path(refMapName))
	if err != nil {
		return err
	}
	for _, ref := range refs {
		moves.then(refMove{pack.ID(ref.Old), pack.ID(ref.New), string(ref.Name)})
	}
	if err := moves.write(f.path(refMapName) + newSuffix); err != nil {
		return err
	}
	return writeFileFrom(f.path(removedName)+newSuffix, 0o600, func(w io.Writer) error {
		out := bufio.NewWriter(w)
		j.rewriting.Removed(func(id pack.ID) bool {
			_, err = fmt.Fprintf(out, "%s\n", id)
			return err == nil
		})
		return out.Flush()
	})
}

// readIDs reads a file of ids, one a line; one that is not there is empty.
func readIDs(path string) ([]pack.ID, error) {
	content, err := readBounded(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var ids []pack.ID
	for line := range bytes.Lines(content) {
		id, err := pack.ParseID(string(bytes.TrimSpace(line)))
		if err != nil {
			return nil, fmt.Errorf("%s holds a line that is no id: move the file away", printable(path))
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// keepRemoved adds what was removed to what an earlier remediation has removed: that is to stay gone too.
func (f files) keepRemoved() error {
	earlier, err := readIDs(f.path(removedName))
	if err != nil {
		return err
	}
	now, err := readIDs(f.path(removedName) + newSuffix)
	if err != nil {
		return err
	}
	all := append(earlier, now...)
	slices.SortFunc(all, pack.ID.Compare)
	return writeFileFrom(f.path(removedName), 0o600, func(w io.Writer) error {
		out := bufio.NewWriter(w)
		for _, id := range slices.Compact(all) {
			fmt.Fprintf(out, "%s\n", id)
		}
		return out.Flush()
	})
}
