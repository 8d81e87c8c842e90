package remediate

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/unleak/unleak/internal/gitstore/pack"
)

// refMove is where a ref went; zero ids stand for one that is not there.
type refMove struct {
	old, fresh pack.ID
	name       string
}

// refMap has every ref that moved, as git-filter-repo writes it: a line that names the columns, then a line each of old id,
// new id and name.
type refMap struct {
	moves []refMove
	at    map[string]int // by name
}

// then follows what the map has with a later move. A ref that is still where the map left it comes from where that began;
// one that was moved in between by others begins anew.
func (m *refMap) then(later refMove) {
	i, known := m.at[later.name]
	if !known {
		m.add(later)
		return
	}
	if m.moves[i].fresh == later.old {
		later.old = m.moves[i].old
	}
	m.moves[i] = later
}

func (m *refMap) add(move refMove) {
	m.at[move.name] = len(m.moves)
	m.moves = append(m.moves, move)
}

// readRefMap reads a ref map; one that is not there is empty.
func readRefMap(path string) (*refMap, error) {
	m := &refMap{at: map[string]int{}}
	content, err := readBounded(path)
	if errors.Is(err, fs.ErrNotExist) {
		return m, nil
	}
	if err != nil {
		return nil, err
	}
	for line := range bytes.Lines(content) {
		fields := bytes.SplitN(bytes.TrimSuffix(line, []byte("\n")), []byte(" "), 3)
		if len(fields) == 3 && string(fields[0]) == "old" {
			continue
		}
		var ids [2]pack.ID
		for i := range ids {
			if err == nil && len(fields) == 3 {
				ids[i], err = pack.ParseID(string(fields[i]))
			}
		}
		if err != nil || len(fields) != 3 {
			return nil, fmt.Errorf("%s holds a line that is no move of a ref: move the file away", printable(path))
		}
		m.add(refMove{ids[0], ids[1], string(fields[2])})
	}
	return m, nil
}

func (m *refMap) write(path string) error {
	return writeFileFrom(path, 0o600, func(w io.Writer) error {
		out := bufio.NewWriter(w)
		fmt.Fprintf(out, "%-40s %-40s ref\n", "old", "new")
		for _, move := range m.moves {
			fmt.Fprintf(out, "%s %s %s\n", move.old, move.fresh, move.name)
		}
		return out.Flush()
	})
}
