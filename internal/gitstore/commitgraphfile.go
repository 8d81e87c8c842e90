package gitstore

import (
	"encoding/binary"
	"errors"
	"slices"
	"sort"
	"time"

	"github.com/unleak/unleak/internal/gitstore/pack"
)

// graphLayer is one commit-graph file, in place. All its numbers are big-endian.
type graphLayer struct {
	name    pack.ID // its checksum
	below   uint32  // commits in the layers below
	count   uint32
	fanout  []byte // 256 numbers: commits whose name begins with up to that byte
	ids     []byte // sorted names
	commits []byte // 36 bytes each: tree, two parents, generation and date
	edges   []byte // positions of parents of commits with more than two
	release func() error
}

const (
	graphMagic      = "CGPH\x01\x01" // version 1, SHA-1
	graphHeaderSize = 8              // and the numbers of chunks and of files below
	graphChunkSize  = 12             // in the table of chunks: name, offset
	graphCommitSize = 36

	graphNoParent   = 0x70000000
	graphManyEdges  = 0x80000000 // of the second parent: the others are in edges
	graphLastEdge   = 0x80000000
	graphMaxParents = 1 << 10 // the widest merge known has 66
)

var errGraph = errors.New("malformed commit-graph")

// parseGraphLayer checks the shape of a file over layers of the given names, which together
// have below commits.
func parseGraphLayer(data []byte, names []pack.ID, below uint32) (*graphLayer, error) {
	size := len(pack.ID{})
	if len(data) < graphHeaderSize+graphChunkSize+size || string(data[:len(graphMagic)]) != graphMagic || int(data[7]) != len(names) {
		return nil, errGraph
	}
	layer := &graphLayer{name: pack.ID(data[len(data)-size:]), below: below}
	chunks, ok := graphChunks(data[:len(data)-size], int(data[6]))
	if !ok {
		return nil, errGraph
	}
	layer.fanout, layer.ids, layer.commits, layer.edges = chunks["OIDF"], chunks["OIDL"], chunks["CDAT"], chunks["EDGE"]
	if len(layer.fanout) != 256*4 {
		return nil, errGraph
	}
	previous := uint32(0)
	for i := range 256 {
		n := binary.BigEndian.Uint32(layer.fanout[4*i:])
		if n < previous {
			return nil, errGraph
		}
		previous = n
	}
	layer.count = previous
	var base []byte
	for _, name := range names {
		base = append(base, name[:]...)
	}
	switch count := int64(layer.count); {
	case count+int64(below) >= graphNoParent, !slices.Equal(base, chunks["BASE"]),
		int64(len(layer.ids)) != count*int64(size), int64(len(layer.commits)) != count*graphCommitSize, len(layer.edges)%4 != 0:
		return nil, errGraph
	}
	return layer, nil
}

// graphChunks reads the table of chunks, which ends with where the last chunk does.
func graphChunks(data []byte, count int) (chunks map[string][]byte, ok bool) {
	start := graphHeaderSize + (count+1)*graphChunkSize
	if start > len(data) {
		return nil, false
	}
	chunks = map[string][]byte{}
	end := uint64(start)
	for i := range count {
		at := data[graphHeaderSize+i*graphChunkSize:]
		from, to := binary.BigEndian.Uint64(at[4:]), binary.BigEndian.Uint64(at[graphChunkSize+4:])
		if from < end || to < from || to > uint64(len(data)) {
			return nil, false
		}
		name := string(at[:4])
		if _, again := chunks[name]; again {
			return nil, false
		}
		chunks[name], end = data[from:to], to
	}
	return chunks, true
}

func (l *graphLayer) id(i uint32) pack.ID { return pack.ID(l.ids[int(i)*len(pack.ID{}):]) }

// find returns the number of a commit in the file.
func (l *graphLayer) find(id pack.ID) (uint32, bool) {
	from, to := uint32(0), binary.BigEndian.Uint32(l.fanout[4*int(id[0]):])
	if id[0] > 0 {
		from = binary.BigEndian.Uint32(l.fanout[4*int(id[0])-4:])
	}
	i := from + uint32(sort.Search(int(to-from), func(i int) bool { return l.id(from+uint32(i)).Compare(id) >= 0 }))
	return i, i < to && l.id(i) == id
}

// commit returns where the parents of a commit are, and its date.
func (l *graphLayer) commit(i uint32) (parents []uint32, when time.Time, ok bool) {
	record := l.commits[int(i)*graphCommitSize+len(pack.ID{}):]
	first, second := binary.BigEndian.Uint32(record), binary.BigEndian.Uint32(record[4:])
	when = time.Unix(int64(binary.BigEndian.Uint64(record[8:])&(1<<34-1)), 0)
	if first == graphNoParent {
		return nil, when, second == graphNoParent
	}
	parents = append(parents, first)
	switch {
	case second == graphNoParent:
		return parents, when, true
	case second&graphManyEdges == 0:
		return append(parents, second), when, true
	}
	for at := int(second &^ graphManyEdges); at < len(l.edges)/4 && len(parents) < graphMaxParents; at++ {
		edge := binary.BigEndian.Uint32(l.edges[4*at:])
		parents = append(parents, edge&^graphLastEdge)
		if edge&graphLastEdge != 0 {
			return parents, when, true
		}
	}
	return nil, when, false
}
