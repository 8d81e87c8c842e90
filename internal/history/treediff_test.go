package history

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/gittest"
)

// TestTreesAsDifferences records delta trees of random trees, sound and hostile, with deltas that
// cut them anywhere, and compares the entries of each with what a plain reading gives.
func TestTreesAsDifferences(t *testing.T) {
	repository, err := gitstore.Open(gittest.New(t, gittest.Bare()).Dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { repository.Close() })
	for _, hostile := range []bool{false, true} {
		t.Run(fmt.Sprintf("hostile=%v", hostile), func(t *testing.T) {
			skipped := 0
			for seed := range uint64(300) {
				m := &treeMaker{random: rand.New(rand.NewPCG(seed, 1)), hostile: hostile}
				skipped += recordForest(t, repository.Table(), m)
				if t.Failed() {
					t.Fatalf("seed %d", seed)
				}
			}
			if !hostile && skipped == 0 {
				t.Error("no entry was passed over unread")
			}
		})
	}
}

// recordForest records a random delta tree depth first, as a walk does. It returns how many
// entries of sound trees were neither added nor deleted.
func recordForest(t *testing.T, table *gitstore.Table, m *treeMaker) (skipped int) {
	const size = 12
	g := &Graph{table: table, held: size, names: newNames(), missing: newMissing(size)}
	for i := range uint32(size) {
		g.number, g.trees = append(g.number, i), append(g.trees, tree{object: i, base: none})
	}
	recorders := []*Recorder{g.Recorder(), g.Recorder()} // one may go on where the other was
	next := uint32(0)
	var visit func(o *gitstore.Object)
	visit = func(o *gitstore.Object) {
		o.HasChildren = m.random.IntN(8) > 0 // without a memo as if memory were short
		r := recorders[max(0, m.random.IntN(8)-6)]
		err := r.Tree(o)
		want, wantErr := plain(o.Content)
		if (err != nil) != wantErr {
			t.Errorf("tree %q: error %v", o.Content, err)
		}
		for _, r := range recorders {
			r.below.resolve()
		}
		var got []string
		g.entries(o.Index, func(e entry) { got = append(got, m.describe(g, e)) })
		if diff := cmp.Diff(slices.Sorted(slices.Values(want)), slices.Sorted(slices.Values(got))); diff != "" {
			t.Errorf("tree %q\non %q\nby %v (-read +recorded):\n%s", o.Content, o.BaseContent, o.Copies, diff)
		}
		if at := g.trees[o.Index]; !m.hostile {
			skipped += len(want) - len(at.adds())
			for _, e := range at.adds() {
				if slices.Contains(at.dels(), e) {
					t.Errorf("tree %q on %q: %s is both added and deleted", o.Content, o.BaseContent, m.describe(g, e))
				}
			}
		}
		for next < size && m.random.IntN(3) > 0 {
			child := &gitstore.Object{Index: next, Kind: pack.Tree, HasBase: true, Base: o.Index, BaseContent: o.Content, BaseMemo: o.Memo}
			next++
			child.Content = m.edit(o.Content)
			child.Copies = m.copies(o.Content, child.Content)
			visit(child)
		}
	}
	for next < size {
		root := &gitstore.Object{Index: next, Kind: pack.Tree, Content: m.edit(nil)}
		next++
		visit(root)
	}
	for _, r := range recorders {
		g.Merge(r)
	}
	traceForest(t, g, m)
	return skipped
}

// traceForest traces all paths of some names, and compares what leads to them in each tree with
// the entries that have those names.
func traceForest(t *testing.T, g *Graph, m *treeMaker) {
	paths, err := g.Paths(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	classes, found := map[uint32]Class{}, map[uint32]Class{}
	for number := range g.trees {
		g.entries(uint32(number), func(e entry) {
			if class, ok := classes[e.name()]; !ok || e.class() < class {
				classes[e.name()] = e.class()
			}
		})
	}
	for path := Root + 1; int(path) < paths.Len(); path++ {
		found[paths.names[path]] = paths.Class(path)
	}
	if diff := cmp.Diff(classes, found); diff != "" {
		t.Errorf("least class by name (-entries +paths):\n%s", diff)
	}
	marks, marked := Marks{Paths: map[Path]bool{}}, map[uint32]bool{}
	for path := Root + 1; int(path) < paths.Len(); path++ {
		if m.random.IntN(3) == 0 {
			marks.Paths[path], marked[paths.names[path]] = true, true
		}
	}
	trace, err := g.Trace(t.Context(), paths, marks)
	if err != nil {
		t.Fatal(err)
	}
	for number := range g.trees {
		want := map[entry]bool{}
		g.entries(uint32(number), func(e entry) {
			if marked[e.name()] {
				want[e] = true
			}
		})
		got := map[entry]bool{}
		for _, e := range trace.hits[number] {
			got[e] = true
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("tree %d of %d, on %d, is led from by (-entries +traced):\n%s", number, len(g.trees), int32(g.trees[number].base), diff)
		}
	}
}

// plain reads a tree from front to back and describes its entries, each once.
func plain(tree []byte) (entries []string, broken bool) {
	for len(tree) > 0 {
		e, n, err := gitstore.NextTreeEntry(tree)
		if err != nil {
			return slices.Compact(slices.Sorted(slices.Values(entries))), true
		}
		id := e.ID.String()
		if ClassOf(e) == Gitlink {
			id = ""
		}
		entries = append(entries, fmt.Sprintf("%d %q %s", ClassOf(e), e.Name, id))
		tree = tree[n:]
	}
	return slices.Compact(slices.Sorted(slices.Values(entries))), false
}

// treeMaker makes trees and deltas.
type treeMaker struct {
	random  *rand.Rand
	hostile bool
}

func (m *treeMaker) describe(g *Graph, e entry) string {
	id := ""
	if e.class() != Gitlink {
		id = g.ID(g.object(e)).String()
	}
	return fmt.Sprintf("%d %q %s", e.class(), g.names.list[e.name()], id)
}

// entry returns a random raw entry. Ids look like entries as often as not.
func (m *treeMaker) entry() string {
	modes := []string{"100644", "100755", "40000", "120000", "160000"}
	var name, id strings.Builder
	for range 1 + m.random.IntN(3) {
		name.WriteByte("abc0 "[m.random.IntN(5)])
	}
	for range len(pack.ID{}) {
		id.WriteByte("10 \x00ab\xff"[m.random.IntN(7)])
	}
	return modes[m.random.IntN(len(modes))] + " " + name.String() + "\x00" + id.String()
}

// edit changes some entries of a tree. A sound one stays sorted and names nothing twice.
func (m *treeMaker) edit(old []byte) []byte {
	var raw []string
	for rest := old; len(rest) > 0; {
		_, n, err := gitstore.NextTreeEntry(rest)
		if err != nil {
			break
		}
		raw, rest = append(raw, string(rest[:n])), rest[n:]
	}
	for range 1 + m.random.IntN(4) + m.random.IntN(12)*m.random.IntN(2) {
		switch {
		case len(raw) == 0 || m.random.IntN(3) > 0:
			raw = slices.Insert(raw, m.random.IntN(len(raw)+1), m.entry())
		case m.random.IntN(2) == 0:
			at := m.random.IntN(len(raw))
			raw = slices.Delete(raw, at, at+1)
		default: // another object of the same name
			at := m.random.IntN(len(raw))
			e := m.entry()
			raw[at] = raw[at][:len(raw[at])-len(pack.ID{})] + e[len(e)-len(pack.ID{}):]
		}
	}
	if !m.hostile {
		slices.SortFunc(raw, func(a, b string) int {
			x, y := sound([]byte(a)), sound([]byte(b))
			switch {
			case sorted(x, y):
				return -1
			case sorted(y, x):
				return 1
			}
			return 0
		})
		seen := map[string]bool{}
		raw = slices.DeleteFunc(raw, func(e string) bool {
			name := string(sound([]byte(e)).name)
			again := seen[name]
			seen[name] = true
			return again
		})
		return []byte(strings.Join(raw, ""))
	}
	for range min(m.random.IntN(3), len(raw)) {
		at := m.random.IntN(len(raw))
		raw = slices.Insert(raw, m.random.IntN(len(raw)+1), raw[at]) // out of order, and twice
	}
	tree := []byte(strings.Join(raw, ""))
	if m.random.IntN(4) == 0 {
		tree = tree[:m.random.IntN(len(tree)+1)]
	}
	if len(tree) > 0 && m.random.IntN(4) == 0 {
		tree[m.random.IntN(len(tree))] = "0 \x00a"[m.random.IntN(4)]
	}
	if len(tree) > 0 && m.random.IntN(2) == 0 { // entries of the base begin inside those of the tree
		at := m.random.IntN(len(tree))
		tree = slices.Delete(tree, at, at+1)
	}
	return tree
}

// copies returns parts of a tree that are in its base. Whatever they share may be among
// them or not, in pieces cut anywhere.
func (m *treeMaker) copies(base, tree []byte) []pack.Copy {
	var copies []pack.Copy
	least := 1 + m.random.IntN(40)
	for at := 0; at < len(tree); {
		offset, size := longest(base, tree[at:], m.random.IntN(len(base)+1))
		if size < least || m.random.IntN(10) == 0 {
			at += 1 + m.random.IntN(30)
			continue
		}
		if m.random.IntN(4) == 0 {
			size = 1 + m.random.IntN(size)
		}
		copies = append(copies, pack.Copy{At: at, Base: offset, Len: size})
		at += size
	}
	return copies
}

// longest returns the longest range of base that tree begins with, the first one from a place
// on, around its end.
func longest(base, tree []byte, from int) (offset, size int) {
	for i := range base {
		at := (from + i) % len(base)
		n := 0
		for n < len(tree) && at+n < len(base) && base[at+n] == tree[n] {
			n++
		}
		if n > size {
			offset, size = at, n
		}
	}
	return offset, size
}
