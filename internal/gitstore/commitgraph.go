package gitstore

import (
	"errors"
	"path/filepath"
	"strings"
	"time"

	"github.com/unleak/unleak/internal/gitstore/pack"
)

// CommitGraph answers from the commit-graph files of a repository (gitformat-commit-graph(5)) who
// the parents of a commit are, without decoding it. It need not have every commit. It is safe for
// concurrent use until closed.
//
// What it says is a hint: nothing ties a file to the commits that it tells of, so a wrong one can say
// anything. Whoever leaves something out because of an answer reads the commits themselves first. A
// nil CommitGraph knows no commit.
type CommitGraph struct {
	layers []*graphLayer // the base first; positions count through all of them
}

// CommitGraph opens the commit-graph of the repository or of one it borrows from: the single file, or
// else the chain of files. Without a sound one it is nil, which is no problem: all is in the commits as
// well. So it is in a shallow repository, where the commits of the boundary
// have fewer parents than they name.
func (r *Repository) CommitGraph() *CommitGraph {
	if boundary, found := r.Shallow(); len(boundary)+len(found) > 0 {
		return nil
	}
	for _, dir := range r.dirs {
		g := &CommitGraph{}
		if g.add(filepath.Join(dir, "info", "commit-graph"), "") == nil || g.addChain(dir, r.dirs) == nil {
			return g
		}
		g.Close()
	}
	return nil
}

var errGraphChain = errors.New("chain of commit-graph files is malformed")

// maxGraphLayers is how many files a chain may have; git merges them long before.
const maxGraphLayers = 1000

// addChain opens the files that a chain names, base first, wherever they are.
func (g *CommitGraph) addChain(dir string, dirs []string) error {
	content, err := readRegular(filepath.Join(dir, "info", "commit-graphs", "commit-graph-chain"), maxListFile)
	if err != nil {
		return err
	}
	names := strings.Fields(string(content))
	if len(names) == 0 || len(names) > maxGraphLayers {
		return errGraphChain
	}
	for _, name := range names {
		if _, err := pack.ParseID(name); err != nil {
			return errGraphChain
		}
		for _, dir := range dirs {
			if err = g.add(filepath.Join(dir, "info", "commit-graphs", "graph-"+name+".graph"), name); err == nil {
				break
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// add opens the next file; name is its checksum where that is known.
func (g *CommitGraph) add(path, name string) error {
	data, release, err := pack.Map(path)
	if err != nil {
		return err
	}
	err = pack.Guard(func() error {
		layer, err := parseGraphLayer(data, g.names(), g.count())
		if err == nil && name != "" && layer.name.String() != name {
			err = errGraphChain
		}
		if err == nil {
			layer.release = release
			g.layers = append(g.layers, layer)
		}
		return err
	})
	if err != nil {
		return errors.Join(err, release())
	}
	return nil
}

// Close releases the files.
func (g *CommitGraph) Close() error {
	if g == nil {
		return nil
	}
	var errs []error
	for _, layer := range g.layers {
		errs = append(errs, layer.release())
	}
	g.layers = nil
	return errors.Join(errs...)
}

// count returns the number of commits in all layers.
func (g *CommitGraph) count() uint32 {
	if len(g.layers) == 0 {
		return 0
	}
	top := g.layers[len(g.layers)-1]
	return top.below + top.count
}

func (g *CommitGraph) names() []pack.ID {
	var names []pack.ID
	for _, layer := range g.layers {
		names = append(names, layer.name)
	}
	return names
}

// Commit returns the parents of a commit, in their order, and when it was committed. ok is false where the
// graph does not have the commit, or says of it what cannot be.
func (g *CommitGraph) Commit(id pack.ID) (parents []pack.ID, when time.Time, ok bool) {
	if g == nil {
		return nil, time.Time{}, false
	}
	err := pack.Guard(func() error {
		for i := len(g.layers) - 1; i >= 0; i-- {
			n, found := g.layers[i].find(id)
			if !found {
				continue
			}
			var positions []uint32
			if positions, when, ok = g.layers[i].commit(n); ok {
				parents, ok = g.ids(positions, g.layers[i])
			}
			return nil
		}
		return nil
	})
	return parents, when, ok && err == nil
}

// ids returns the names of commits at positions, which lie in a layer or below.
func (g *CommitGraph) ids(positions []uint32, top *graphLayer) ([]pack.ID, bool) {
	ids := make([]pack.ID, 0, len(positions))
	for _, position := range positions {
		if position >= top.below+top.count {
			return nil, false
		}
		i := len(g.layers) - 1
		for g.layers[i].below > position {
			i--
		}
		ids = append(ids, g.layers[i].id(position-g.layers[i].below))
	}
	return ids, true
}
