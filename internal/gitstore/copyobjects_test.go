package gitstore

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/gittest"
)

// copyOut writes the objects for which keep holds into a repository of their own, those that cannot be copied as
// whole ones, and has git check it. It returns what could not be copied.
func copyOut(t *testing.T, r *Repository, keep func(uint32) bool) (rest []uint32) {
	t.Helper()
	table := r.Table()
	want := map[string]string{}
	for i := range uint32(table.Len()) {
		if keep(i) {
			want[table.ID(i).String()] = table.Kind(i).String()
		}
	}
	repo := gittest.New(t, gittest.Bare())
	w, err := pack.NewWriter(filepath.Join(repo.ObjectDir(), "pack"), len(want), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abort()
	offsets := map[uint32]uint64{}
	rest, err = table.CopyObjects(t.Context(), w, keep, func(i uint32, offset uint64) {
		if _, twice := offsets[i]; twice || !keep(i) {
			t.Errorf("object %d was not to be copied, or is for the second time", i)
		}
		offsets[i] = offset
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range rest {
		if _, done := offsets[i]; done || !keep(i) {
			t.Errorf("object %d is left and copied, or was not wanted", i)
		}
	}
	if len(rest)+len(offsets) != len(want) || !slices.IsSorted(rest) {
		t.Errorf("%d copied, %d left: %v", len(offsets), len(rest), rest)
	}
	if err := table.addWhole(t.Context(), w, rest); err != nil {
		t.Fatal(err)
	}
	written, err := w.Finish()
	if err != nil {
		t.Fatal(err)
	}
	repo.Git("index-pack", "-o", filepath.Join(t.TempDir(), "git.idx"), written.Pack)
	got := map[string]string{}
	for _, o := range repo.Objects() {
		got[o.ID] = o.Kind
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("objects:\n%s", diff)
	}
	again := open(t, repo.Dir)
	if w := walk(t, again, WalkOptions{}); len(w.failed) > 0 {
		t.Errorf("cannot be read: %v", w.failed)
	}
	x := again.packs[0].Index()
	for i, offset := range offsets {
		position, _ := x.Find(table.ID(i))
		if actual, _ := x.Offset(position); actual != offset {
			t.Errorf("object %d is at %d and not at %d", i, actual, offset)
		}
	}
	return rest
}

// TestCopyObjects: of every way to store objects, all or some are copied; what is left is loose, or its base is
// left or not kept.
func TestCopyObjects(t *testing.T) {
	history := gittest.RandomHistory(t, gittest.HistoryOptions{Seed: 8, Commits: 25}).Repo
	random := rand.New(rand.NewPCG(9, 10))
	for name, dir := range gittest.Variants(t, history) {
		t.Run(name, func(t *testing.T) {
			r := open(t, dir)
			table := r.Table()
			loose := func(i uint32) bool { return int(table.at(i).store) >= len(r.packs) }
			for _, i := range copyOut(t, r, func(uint32) bool { return true }) {
				if !loose(i) {
					t.Errorf("%s is packed, and left all the same", table.ID(i))
				}
			}
			bases := table.Bases()
			kept := make([]bool, table.Len())
			for i := range kept {
				kept[i] = random.IntN(8) > 0 && (!slices.Contains(bases, uint32(i)) || random.IntN(3) > 0)
			}
			rest := copyOut(t, r, func(i uint32) bool { return kept[i] })
			for _, i := range rest {
				if base := bases[i]; !loose(i) && base != NoBase && kept[base] && !slices.Contains(rest, base) {
					t.Errorf("%s is left, though its base is copied", table.ID(i))
				}
			}
			if name == "packed" && (len(rest) == 0 || len(rest) > len(kept)/2) {
				t.Errorf("%d of %d are left", len(rest), len(kept))
			}
		})
	}
}

// TestCopyObjectsOfDamage: entries that are broken, thin, in circles, or twice in a pack are left, and what is
// only behind them in the pack or elsewhere is copied.
func TestCopyObjectsOfDamage(t *testing.T) {
	long := strings.Repeat("a long text\n", 20)
	for name, c := range map[string]struct {
		packs [][]gittest.PackEntry
		loose []string
		left  []string
	}{
		"a damaged base with another copy": {
			[][]gittest.PackEntry{{broken("root"), byOffset(0, "root", "a"), byOffset(1, "roota", "b"), whole("other")}},
			[]string{"root"}, []string{"root", "roota", "rootab"},
		},
		"a base behind its deltas": {[][]gittest.PackEntry{{byID("roota", "b"), byID("root", "a"), byID("rootab", "c"), whole("root")}}, nil, nil},
		"a base outside the pack":  {[][]gittest.PackEntry{{byID(long, "a"), byOffset(0, long+"a", "b")}}, []string{long}, []string{long, long + "a", long + "ab"}},
		"twice in a pack, once as a delta": {
			[][]gittest.PackEntry{{whole("root"), byOffset(0, "root", "a"), whole("roota"), byOffset(2, "roota", "b"), byID("rootab", "c")}}, nil, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			repo := gittest.New(t, gittest.Bare())
			for _, entries := range c.packs {
				written := repo.WritePack(entries)
				gittest.EditIndex(t, written, func(x *gittest.Index) {
					for i, e := range entries {
						if e.Raw != nil { // what is broken has another checksum than it had
							at := slices.IndexFunc(x.Entries, func(x gittest.IndexEntry) bool { return x.ID == e.ID })
							x.Entries[at].CRC ^= uint32(1 + i)
						}
					}
				})
			}
			for _, content := range c.loose {
				repo.WriteLoose(blobID(content), fmt.Appendf(nil, "blob %d\x00%s", len(content), content))
			}
			r := open(t, repo.Dir)
			var left []string
			for _, i := range copyOut(t, r, func(uint32) bool { return true }) {
				left = append(left, r.Table().ID(i).String())
			}
			var want []string
			for _, content := range c.left {
				want = append(want, blobID(content))
			}
			slices.Sort(want)
			if diff := cmp.Diff(want, left); diff != "" {
				t.Errorf("left:\n%s", diff)
			}
		})
	}
}

// TestCopyObjectsAcrossPacks: a delta of one pack goes onto its base from another.
func TestCopyObjectsAcrossPacks(t *testing.T) {
	repo := gittest.New(t, gittest.Bare())
	for n := range 6 { // in whatever order the packs are met
		repo.WritePack([]gittest.PackEntry{whole(strings.Repeat("x", n+1)), byOffset(0, strings.Repeat("x", n+1), "x"), byOffset(1, strings.Repeat("x", n+2), "y")})
	}
	if rest := copyOut(t, open(t, repo.Dir), func(uint32) bool { return true }); len(rest) > 0 {
		t.Errorf("left: %v", rest)
	}
}

// TestCopyObjectsSecondPack: what is damaged in one pack, or based there on what is not kept, is copied from another.
func TestCopyObjectsSecondPack(t *testing.T) {
	for n := range 4 { // in either order of the packs
		repo := gittest.New(t, gittest.Bare())
		root := strings.Repeat("r", n+1)
		repo.WritePack([]gittest.PackEntry{{Type: 5, Data: []byte("x"), ID: blobID(root)}, whole("base"), byOffset(1, "base", "d")})
		repo.WritePack([]gittest.PackEntry{whole("based"), whole(root)})
		r := open(t, repo.Dir)
		base, _ := r.Table().Index(mustID(t, blobID("base")))
		if rest := copyOut(t, r, func(i uint32) bool { return i != base }); len(rest) > 0 {
			t.Errorf("left: %v", rest)
		}
	}
}

// TestCopyObjectsCircle: an object is there twice, as a delta against what is made from its other copy.
func TestCopyObjectsCircle(t *testing.T) {
	for _, entries := range [][]gittest.PackEntry{
		{whole("root"), byOffset(0, "root", "a"), circular("roota", "root")},
		{circular("roota", "root"), whole("root"), byOffset(1, "root", "a")},
	} {
		repo := gittest.New(t, gittest.Bare())
		repo.WritePack(entries)
		copyOut(t, open(t, repo.Dir), func(uint32) bool { return true })
	}
}

// circular returns a delta by id that makes a text from one that begins with it.
func circular(base, content string) gittest.PackEntry {
	data := gittest.Delta(uint64(len(base)), uint64(len(content)), gittest.Copy(0, uint32(len(content))))
	return gittest.PackEntry{Type: gittest.RefDelta, BaseID: blobID(base), Data: data, ID: blobID(content)}
}

// TestCopyObjectsOfTwoNames: an entry to which the index gives two names is copied under one of them alone.
func TestCopyObjectsOfTwoNames(t *testing.T) {
	repo := gittest.New(t, gittest.Bare())
	gittest.EditIndex(t, repo.WritePack([]gittest.PackEntry{whole("one"), whole("two"), whole("three")}), func(x *gittest.Index) {
		at := func(content string) *gittest.IndexEntry {
			return &x.Entries[slices.IndexFunc(x.Entries, func(e gittest.IndexEntry) bool { return e.ID == blobID(content) })]
		}
		at("three").Offset, at("three").CRC = at("one").Offset, at("one").CRC
	})
	w, err := pack.NewWriter(t.TempDir(), 3, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abort()
	copied := 0
	rest, err := open(t, repo.Dir).Table().CopyObjects(t.Context(), w, func(uint32) bool { return true }, func(uint32, uint64) { copied++ })
	if err != nil || len(rest) != 2 || copied != 1 { // the second entry seems to reach to the end
		t.Errorf("%d copied, left: %v, %v", copied, rest, err)
	}
}

func TestCopyObjectsStops(t *testing.T) {
	repo := gittest.New(t, gittest.Bare())
	repo.WritePack([]gittest.PackEntry{whole("root")})
	table := open(t, repo.Dir).Table()
	w, err := pack.NewWriter(t.TempDir(), 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	all, none := func(uint32) bool { return true }, func(uint32, uint64) { t.Error("an object is copied") }
	if _, err := table.CopyObjects(ctx, w, all, none); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	w.Abort()
	if _, err := table.CopyObjects(t.Context(), w, all, none); !errors.Is(err, os.ErrClosed) {
		t.Error(err)
	}
}

// TestWalkWanted: a walk of some objects visits these and no other, with a base only where that is wanted too.
func TestWalkWanted(t *testing.T) {
	history := gittest.RandomHistory(t, gittest.HistoryOptions{Seed: 11, Commits: 15}).Repo
	for _, name := range []string{"packed", "several", "loose"} {
		r := open(t, gittest.Variant(t, history, name))
		table := r.Table()
		want := map[string]string{}
		for i := uint32(0); i < uint32(table.Len()); i += 3 {
			want[table.ID(i).String()] = table.Kind(i).String()
		}
		w := walk(t, r, WalkOptions{Jobs: 2, Wanted: func(i uint32) bool { return i%3 == 0 }})
		if diff := cmp.Diff(want, w.kinds); diff != "" || len(w.failed) > 0 {
			t.Errorf("%s: failed %v, visited:\n%s", name, w.failed, diff)
		}
	}
	repo := gittest.New(t, gittest.Bare())
	repo.WritePack([]gittest.PackEntry{broken("root"), byOffset(0, "root", "a"), whole("sound")})
	r := open(t, repo.Dir)
	sound, _ := r.Table().Index(mustID(t, blobID("sound")))
	if w := walk(t, r, WalkOptions{Wanted: func(i uint32) bool { return i == sound }}); len(w.failed) > 0 || len(w.kinds) != 1 {
		t.Errorf("visited %v, failed %v", w.kinds, w.failed)
	}
}

func mustID(t *testing.T, hex string) pack.ID {
	t.Helper()
	id, err := pack.ParseID(hex)
	if err != nil {
		t.Fatal(err)
	}
	return id
}
