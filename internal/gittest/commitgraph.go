package gittest

import (
	"encoding/binary"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// GraphCommit is what a commit-graph says of a commit, true or not.
type GraphCommit struct {
	ID      string // hex
	Parents []string
	Date    int64 // seconds since 1970
}

// WriteCommitGraph gives the repository a commit-graph file that says what it is told.
// Parents are among the commits.
func (r *Repo) WriteCommitGraph(commits []GraphCommit) {
	r.t.Helper()
	file := filepath.Join(r.ObjectDir(), "info", "commit-graph")
	must(r.t, os.MkdirAll(filepath.Dir(file), 0o755))
	os.Remove(file) // git makes it read-only
	must(r.t, os.WriteFile(file, EncodeCommitGraph(commits), 0o644))
}

// EncodeCommitGraph returns a commit-graph file (gitformat-commit-graph(5)).
func EncodeCommitGraph(commits []GraphCommit) []byte {
	const noParent, last = 0x70000000, 0x80000000
	order := binary.BigEndian
	commits = slices.Clone(commits)
	slices.SortFunc(commits, func(a, b GraphCommit) int { return strings.Compare(a.ID, b.ID) })
	position := map[string]uint32{}
	for i, c := range commits {
		position[c.ID] = uint32(i)
	}
	var ids, data, edges []byte
	var fanout [256]uint32
	for _, c := range commits {
		id, _ := hex.DecodeString(c.ID)
		ids = append(ids, id...)
		for i := int(id[0]); i < len(fanout); i++ {
			fanout[i]++
		}
		parents := []uint32{noParent, noParent}
		for i, p := range c.Parents[:min(len(c.Parents), 2)] {
			parents[i] = position[p]
		}
		if len(c.Parents) > 2 {
			parents[1] = last | uint32(len(edges)/4)
			for _, p := range c.Parents[1:] {
				edges = order.AppendUint32(edges, position[p])
			}
			edges[len(edges)-4] |= 0x80
		}
		data = append(data, make([]byte, 20)...) // the tree
		data = order.AppendUint32(order.AppendUint32(data, parents[0]), parents[1])
		data = order.AppendUint64(data, 1<<34|uint64(c.Date))
	}
	var counts []byte
	for _, n := range fanout {
		counts = order.AppendUint32(counts, n)
	}
	names, chunks := []string{"OIDF", "OIDL", "CDAT", "EDGE"}, [][]byte{counts, ids, data, edges}
	file := append([]byte("CGPH\x01\x01"), byte(len(chunks)), 0)
	offset := uint64(len(file) + 12*(len(chunks)+1))
	for i, chunk := range chunks {
		file = order.AppendUint64(append(file, names[i]...), offset)
		offset += uint64(len(chunk))
	}
	file = order.AppendUint64(append(file, 0, 0, 0, 0), offset)
	file = append(file, slices.Concat(chunks...)...)
	return append(file, sum(file)...)
}
