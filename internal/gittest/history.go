package gittest

import (
	"cmp"
	"iter"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// Secret is a value for a random history to hide.
type Secret struct {
	Value string // the secret alone: goes into names
	Line  string // a line of text that holds it: goes into files and messages
}

// Plant says where a value went in first. Later versions of a file may hold it too.
type Plant struct {
	Value  string
	Kind   string // "blob", "commit", "tag", "path"
	Object string // hex id of the blob, commit or tag; empty for a path
}

// HistoryOptions steer [RandomHistory].
type HistoryOptions struct {
	Seed    uint64
	Commits int      // without one, 120
	Secrets []Secret // every one is planted at least once
	Plain   bool     // only file names that every file system and log can show
	Narrow  bool     // no file in UTF-16
}

// History is what a random history holds.
type History struct {
	Repo    *Repo
	Plants  []Plant
	Commits []string // hex ids in the order they were made; some are unreachable
}

// RandomHistory makes a bare repository with a history that has everything in it
// that real ones have: branches, several roots, merges (also octopus ones and
// such that add what no parent has), renames, copies, mode and type changes,
// deletions and restored files, symbolic links, gitlinks, deep
// folders, names of any bytes, many text encodings, a large file of many small
// changes, annotated and nested tags, tags of blobs and trees, a deleted branch,
// clocks that go backwards. The same options give the same objects.
func RandomHistory(t testing.TB, options HistoryOptions) *History {
	t.Helper()
	g := &generator{
		random:   rand.New(rand.NewPCG(options.Seed, 0x756e6c65616b)),
		texts:    make(map[Mark]text),
		branches: make(map[string]commit),
		secrets:  options.Secrets,
		plain:    options.Plain,
		narrow:   options.Narrow,
		date:     Epoch,
	}
	for range cmp.Or(options.Commits, 120) {
		g.step()
	}
	for len(g.plants) < len(g.secrets) {
		g.step()
	}
	repo := New(t, Bare())
	ids := repo.Import(&g.stream)
	h := &History{Repo: repo}
	for _, c := range g.commits {
		h.Commits = append(h.Commits, ids[c.mark])
	}
	for _, p := range g.plants {
		h.Plants = append(h.Plants, Plant{p.value, p.kind, ids[p.mark]})
	}
	h.decorate(g, ids)
	return h
}

// decorate adds what fast-import has no command for, and takes refs away.
func (h *History) decorate(g *generator, ids map[Mark]string) {
	r := h.Repo
	r.t.Helper()
	head := h.Commits[len(h.Commits)-1]
	r.UpdateRef("refs/heads/main", head)
	secret := g.plant("tag", 0)
	nested := r.Tag("nested", r.Tag("inner", h.Commits[0], "inner\n"), "outer "+secret.Line+"\n")
	h.Plants = append(h.Plants, Plant{secret.Value, "tag", nested})
	r.UpdateRef("refs/tags/tree", r.ID(head+"^{tree}"))
	r.UpdateRef("refs/tags/blob", r.Blob("a blob that only a tag holds\n"))
	for name, c := range sorted(g.branches) {
		if strings.HasPrefix(name, "refs/heads/gone") {
			r.UpdateRef(name, NullID)
		} else if g.random.IntN(6) == 0 {
			r.UpdateRef("refs/remotes/origin/"+strings.TrimPrefix(name, "refs/heads/"), ids[c.mark])
		}
	}
}

// generator makes up a history, one commit at a time.
type generator struct {
	random   *rand.Rand
	stream   Stream
	texts    map[Mark]text // of blobs that are random files
	commits  []commit
	branches map[string]commit
	secrets  []Secret
	plants   []plant
	plain    bool
	narrow   bool
	date     time.Time
}

type commit struct {
	mark  Mark
	files map[string]StreamFile
}

type plant struct {
	value, kind string
	mark        Mark
}

// plant picks the next secret, round after round, and notes that it goes into
// the object mark. Without secrets it gives an empty one.
func (g *generator) plant(kind string, mark Mark) Secret {
	if len(g.secrets) == 0 {
		return Secret{}
	}
	secret := g.secrets[len(g.plants)%len(g.secrets)]
	g.plants = append(g.plants, plant{secret.Value, kind, mark})
	return secret
}

// sorted goes through a map in the order of its keys.
func sorted[V any](m map[string]V) iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		for _, key := range slices.Sorted(maps.Keys(m)) {
			if !yield(key, m[key]) {
				return
			}
		}
	}
}
