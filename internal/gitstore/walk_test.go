package gitstore

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/gittest"
)

var allKinds = []pack.Kind{pack.Commit, pack.Tree, pack.Blob, pack.Tag}

// walked is what the visitors of one walk met, together.
type walked struct {
	t      *testing.T
	table  *Table
	panics pack.ID // the object that a visitor panics over

	mu      sync.Mutex
	kinds   map[string]string // by hex id; guarded by mu, as what follows
	content map[string]string
	failed  map[string]error
	sizes   map[string]int64
	bases   map[uint32]uint32
	memos   map[uint32]pack.Memo
	// Memos that were not released, and such that were twice.
	kept, twice atomic.Int64
}

// memo is what walkVisitor keeps with an object.
type memo struct {
	visitor  *walkVisitor
	released atomic.Bool
}

func (m *memo) Size() int { return 100 }

func (m *memo) Release() {
	m.visitor.kept.Add(-1)
	if m.released.Swap(true) {
		m.visitor.twice.Add(1)
	}
}

// walkVisitor is one worker's.
type walkVisitor struct{ *walked }

func (v *walkVisitor) Visit(o *Object) {
	id := v.table.ID(o.Index)
	if id == v.panics {
		panic("as the test asks")
	}
	if HashObject(o.Kind, o.Content) != id {
		v.t.Errorf("the content of %s has another name", id)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if base, seen := v.content[v.table.ID(o.Base).String()]; o.HasBase && (!seen || base != string(o.BaseContent)) {
		v.t.Errorf("%s has base %s, which was not visited before with that content", id, v.table.ID(o.Base))
	}
	if o.HasBase && o.BaseMemo != v.memos[o.Base] && o.BaseMemo != nil {
		v.t.Errorf("%s is given the memo of another object than its base", id)
	}
	if o.HasChildren {
		m := &memo{visitor: v}
		v.kept.Add(1)
		o.Memo, v.memos[o.Index] = m, m
	}
	v.once(id.String())
	v.kinds[id.String()], v.content[id.String()] = o.Kind.String(), string(o.Content)
	if !o.HasBase {
		return
	}
	v.bases[o.Index] = o.Base
	again := make([]byte, o.Delta.ResultSize)
	if _, err := o.Delta.Apply(again, o.BaseContent, nil); err != nil || string(again) != string(o.Content) {
		v.t.Errorf("the delta of %s does not give it: %v", id, err)
	}
}

func (v *walkVisitor) Failed(index uint32, size int64, err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	id := v.table.ID(index).String()
	v.once(id)
	v.failed[id], v.sizes[id] = err, size
}

// once needs mu.
func (w *walked) once(id string) {
	if _, visited := w.kinds[id]; visited || w.failed[id] != nil {
		w.t.Errorf("%s is met twice", id)
	}
}

// walk walks a repository and checks what holds of every walk.
func walk(t *testing.T, r *Repository, options WalkOptions, edits ...func(*walked)) *walked {
	t.Helper()
	w := &walked{t: t, table: r.Table(), kinds: map[string]string{}, content: map[string]string{},
		failed: map[string]error{}, sizes: map[string]int64{}, bases: map[uint32]uint32{}, memos: map[uint32]pack.Memo{}}
	for _, edit := range edits {
		edit(w)
	}
	if options.Limit == 0 {
		options.Limit = limit
	}
	if options.Kinds == nil {
		options.Kinds = allKinds
	}
	err := w.table.Walk(t.Context(), options, func() Visitor { return &walkVisitor{w} })
	if err != nil {
		t.Fatal(err)
	}
	if kept, twice := w.kept.Load(), w.twice.Load(); kept != 0 || twice != 0 {
		t.Errorf("%d memos were not released, %d twice", kept, twice)
	}
	for start := range w.bases {
		at, steps := start, 0
		for base, ok := w.bases[at]; ok; base, ok = w.bases[at] {
			if at = base; steps > len(w.bases) {
				t.Fatalf("the bases of %s go in a circle", w.table.ID(start))
			}
			steps++
		}
	}
	return w
}

func open(t *testing.T, dir string) *Repository {
	t.Helper()
	r, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

// TestStoresAgainstGit: however objects are stored, every one is there, once, with its kind and content, by
// every way to read.
func TestStoresAgainstGit(t *testing.T) {
	history := gittest.RandomHistory(t, gittest.HistoryOptions{Seed: 7, Commits: 20}).Repo
	want := map[string]string{}
	sizes := map[string]int64{}
	for _, o := range history.Objects() {
		want[o.ID], sizes[o.ID] = o.Kind, o.Size
	}
	for name, dir := range gittest.Variants(t, history) {
		t.Run(name, func(t *testing.T) {
			r := open(t, dir)
			if name != "no-idx" && len(r.ObjectProblems()) > 0 {
				t.Errorf("problems: %v", r.ObjectProblems())
			}
			var ids []string
			for id := range r.IDs() {
				ids = append(ids, id.String())
			}
			if diff := cmp.Diff(slices.Sorted(maps.Keys(want)), ids); diff != "" {
				t.Fatalf("names:\n%s", diff)
			}
			for _, jobs := range []int{1, 2, 8} {
				w := walk(t, r, WalkOptions{Jobs: jobs})
				if diff := cmp.Diff(want, w.kinds); diff != "" || len(w.failed) > 0 {
					t.Errorf("%d jobs: failed %v, visited:\n%s", jobs, w.failed, diff)
				}
				if packedDeltas := name != "plain" && name != "loose"; packedDeltas != (len(w.bases) > 0) {
					t.Errorf("%d objects have a base", len(w.bases))
				}
			}
			w := walk(t, r, WalkOptions{Jobs: 2, Budget: pack.NewBudget(1)})
			if len(w.kinds) != len(want) || len(w.failed) > 0 {
				t.Errorf("without a budget %d are visited, failed: %v", len(w.kinds), w.failed)
			}
			for i, hex := range ids {
				compareReads(t, r, uint32(i), hex, w.content[hex], want[hex], sizes[hex])
			}
			if _, _, err := r.Read(pack.ID{1}, nil, limit); !errors.Is(err, ErrNotFound) {
				t.Errorf("an object that is not there: %v", err)
			}
			if _, _, ok, err := r.Find(pack.ID{1}); ok || err != nil || r.Has(pack.ID{1}) {
				t.Errorf("an object that is not there is found: %v, %v", ok, err)
			}
		})
	}
}

func compareReads(t *testing.T, r *Repository, index uint32, hex, content, kind string, size int64) {
	t.Helper()
	id, _ := pack.ParseID(hex)
	gotKind, got, err := r.Read(id, []byte("before"), limit)
	if err != nil || gotKind.String() != kind || string(got) != "before"+content {
		t.Errorf("%s reads as a %s of %d bytes, %v", hex, gotKind, len(got), err)
	}
	gotKind, gotSize, ok, err := r.Find(id)
	if !ok || err != nil || gotKind.String() != kind || gotSize != size {
		t.Errorf("%s is found as a %s of %d bytes, %v, %v; want a %s of %d", hex, gotKind, gotSize, ok, err, kind, size)
	}
	at, ok := r.Table().Index(id)
	if !ok || at != index || r.Table().Kind(at).String() != kind || !r.Has(id) {
		t.Errorf("%s has number %d, %v, and is a %s", hex, at, ok, r.Table().Kind(at))
	}
}

func TestWalkKinds(t *testing.T) {
	history := gittest.RandomHistory(t, gittest.HistoryOptions{Seed: 8, Commits: 8}).Repo
	want := map[string]int{}
	for _, o := range history.Objects() {
		want[o.Kind]++
	}
	for _, name := range []string{"packed", "several"} {
		r := open(t, gittest.Variant(t, history, name))
		for _, kind := range allKinds {
			got := map[string]int{}
			for _, k := range walk(t, r, WalkOptions{Kinds: []pack.Kind{kind}}).kinds {
				got[k]++
			}
			if diff := cmp.Diff(map[string]int{kind.String(): want[kind.String()]}, got); diff != "" {
				t.Errorf("%s: %s\n%s", name, kind, diff)
			}
		}
	}
}

func blobID(content string) string { return gittest.ObjectID("blob", []byte(content)) }

// delta returns a delta that appends to base.
func delta(base, more string) ([]byte, string) {
	return gittest.Delta(uint64(len(base)), uint64(len(base)+len(more)), gittest.Copy(0, uint32(len(base))), gittest.Insert(more)), blobID(base + more)
}

func byOffset(position int, base, more string) gittest.PackEntry {
	data, id := delta(base, more)
	return gittest.PackEntry{Type: gittest.OffsetDelta, Base: position, Data: data, ID: id}
}

func byID(base, more string) gittest.PackEntry {
	data, id := delta(base, more)
	return gittest.PackEntry{Type: gittest.RefDelta, BaseID: blobID(base), Data: data, ID: id}
}

func whole(content string) gittest.PackEntry {
	return gittest.PackEntry{Type: gittest.Blob, Data: []byte(content)}
}

func broken(content string) gittest.PackEntry {
	return gittest.PackEntry{Type: gittest.Blob, Size: uint64(len(content)), Raw: []byte("garbage, no stream"), ID: blobID(content)}
}

// TestDamageWithAnotherCopy: wherever the other copy is, everything is visited.
func TestDamageWithAnotherCopy(t *testing.T) {
	want := map[string]string{}
	for _, content := range []string{"root\n", "root\na", "root\nab", "root\nb", "other"} {
		want[blobID(content)] = "blob"
	}
	damaged := []gittest.PackEntry{broken("root\n"), byOffset(0, "root\n", "a"), byOffset(1, "root\na", "b"), byOffset(0, "root\n", "b"), whole("other")}
	for name, repair := range map[string]func(*gittest.Repo){
		"loose":        func(r *gittest.Repo) { r.WriteLoose(blobID("root\n"), []byte("blob 5\x00root\n")) },
		"another pack": func(r *gittest.Repo) { r.WritePack([]gittest.PackEntry{whole("root\n")}) },
		"a pack with the deltas too": func(r *gittest.Repo) {
			r.WritePack([]gittest.PackEntry{whole("root\n"), byID("root\n", "a"), byID("root\n", "b")})
		},
		"all of them loose": func(r *gittest.Repo) {
			for _, content := range []string{"root\na", "root\nab", "root\nb", "root\n"} {
				r.WriteLoose(blobID(content), fmt.Appendf(nil, "blob %d\x00%s", len(content), content))
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := gittest.New(t, gittest.Bare())
			r.WritePack(damaged)
			repair(r)
			for _, jobs := range []int{1, 8} {
				w := walk(t, open(t, r.Dir), WalkOptions{Jobs: jobs})
				if diff := cmp.Diff(want, w.kinds); diff != "" || len(w.failed) > 0 {
					t.Errorf("failed %v, visited:\n%s", w.failed, diff)
				}
			}
			for hex := range want {
				id, _ := pack.ParseID(hex)
				if _, content, err := open(t, r.Dir).Read(id, nil, limit); err != nil || blobID(string(content)) != hex {
					t.Errorf("%s reads as %q, %v", hex, content, err)
				}
			}
		})
	}
	t.Run("children elsewhere, the root nowhere", func(t *testing.T) {
		r := gittest.New(t, gittest.Bare())
		r.WritePack(damaged)
		r.WriteLoose(blobID("root\nab"), []byte("blob 7\x00root\nab"))
		w := walk(t, open(t, r.Dir), WalkOptions{})
		var damage *pack.DamageError
		for _, content := range []string{"root\n", "root\na", "root\nb"} {
			if err := w.failed[blobID(content)]; !errors.As(err, &damage) {
				t.Errorf("%q: %v", content, err)
			}
		}
		if w.content[blobID("root\nab")] != "root\nab" || w.content[blobID("other")] != "other" || len(w.failed) != 3 {
			t.Errorf("visited %v, failed %v", w.content, w.failed)
		}
	})
	t.Run("loose, damaged in the alternate's favour", func(t *testing.T) {
		store, r := gittest.New(t, gittest.Bare()), gittest.New(t, gittest.Bare())
		id := store.Blob("text\n")
		r.WriteLoose(id, []byte("blob 5\x00te"))
		r.Write("objects/info/alternates", store.ObjectDir()+"\n")
		w := walk(t, open(t, r.Dir), WalkOptions{})
		if w.content[id] != "text\n" {
			t.Errorf("visited %v, failed %v", w.content, w.failed)
		}
	})
}

// TestDamagedKind: an object whose first copy does not even tell its kind is visited by the
// walk of that kind, and not by another.
func TestDamagedKind(t *testing.T) {
	r := gittest.New(t, gittest.Bare())
	tree := gittest.ObjectID("tree", nil)
	lost := strings.Repeat("ab", 20)
	r.WritePack([]gittest.PackEntry{{Type: 5, Data: []byte("x"), ID: tree}, {Type: 5, Data: []byte("y"), ID: lost}, whole("text")})
	r.WriteLoose(tree, []byte("tree 0\x00"))
	repository := open(t, r.Dir)
	if w := walk(t, repository, WalkOptions{Kinds: []pack.Kind{pack.Tree}}); w.kinds[tree] != "tree" || len(w.failed) > 0 {
		t.Errorf("trees: visited %v, failed %v", w.kinds, w.failed)
	}
	if w := walk(t, repository, WalkOptions{Kinds: []pack.Kind{pack.Blob}}); len(w.kinds) != 1 || w.failed[lost] == nil || len(w.failed) != 1 {
		t.Errorf("blobs: visited %v, failed %v", w.kinds, w.failed)
	}
	if w := walk(t, repository, WalkOptions{Kinds: []pack.Kind{pack.Commit}}); len(w.kinds)+len(w.failed) > 0 {
		t.Errorf("commits: visited %v, failed %v", w.kinds, w.failed)
	}
}

func TestWalkLimit(t *testing.T) {
	large := strings.Repeat("x", 1000)
	r := gittest.New(t, gittest.Bare())
	small := gittest.PackEntry{Type: gittest.OffsetDelta, Data: gittest.Delta(1000, 3, gittest.Copy(0, 3)), ID: blobID("xxx")}
	r.WritePack([]gittest.PackEntry{whole(large), small, byOffset(0, large, "more")})
	loose := r.Blob(strings.Repeat("y", 2000))
	repository := open(t, r.Dir)
	w := walk(t, repository, WalkOptions{Limit: 999})
	for id, size := range map[string]int64{blobID(large): 1000, blobID(large + "more"): 1004, loose: 2000} {
		if err := w.failed[id]; !errors.Is(err, pack.ErrTooLarge) || w.sizes[id] != size {
			t.Errorf("an object of %d bytes: %d, %v", size, w.sizes[id], err)
		}
		name, _ := pack.ParseID(id)
		if _, buf, err := repository.Read(name, nil, 999); !errors.Is(err, pack.ErrTooLarge) || len(buf) > 0 {
			t.Errorf("an object of %d bytes reads: %v", size, err)
		}
	}
	if w.content[blobID("xxx")] != "xxx" || len(w.bases) > 0 {
		t.Errorf("visited %v, bases %v", w.content, w.bases)
	}
	name, _ := pack.ParseID(blobID("xxx"))
	if _, content, err := repository.Read(name, nil, 3); err != nil || string(content) != "xxx" {
		t.Errorf("a small object on a large base reads as %q, %v", content, err)
	}
}

// TestDeltasAcrossPacks: thin packs whose bases are in other packs, loose or nowhere.
func TestDeltasAcrossPacks(t *testing.T) {
	r := gittest.New(t, gittest.Bare())
	loose := "a loose base\n"
	r.Blob(loose)
	r.WritePack([]gittest.PackEntry{byID(loose, "1"), byOffset(0, loose+"1", "2")})
	r.WritePack([]gittest.PackEntry{byID(loose+"12", "3"), byOffset(0, loose+"123", "4")})
	r.WritePack([]gittest.PackEntry{byID("nowhere", "5"), byOffset(0, "nowhere5", "6"), whole("sound")})
	w := walk(t, open(t, r.Dir), WalkOptions{Jobs: 2})
	for _, content := range []string{loose, loose + "1", loose + "12", loose + "123", loose + "1234", "sound"} {
		if w.content[blobID(content)] != content {
			t.Errorf("%q is visited as %q: %v", content, w.content[blobID(content)], w.failed[blobID(content)])
		}
	}
	for _, content := range []string{"nowhere5", "nowhere56"} {
		if !errors.Is(w.failed[blobID(content)], pack.ErrBaseMissing) {
			t.Errorf("%q: %v", content, w.failed[blobID(content)])
		}
	}
	if len(w.failed) != 2 {
		t.Errorf("failed: %v", w.failed)
	}
}

// TestCirclesAcrossPacks: many packs, each with the other's base, must neither go round nor
// branch at every step.
func TestCirclesAcrossPacks(t *testing.T) {
	r := gittest.New(t, gittest.Bare())
	id := func(layer int) string { return strings.Repeat(fmt.Sprintf("%02x", layer+1), 20) }
	for layer := range 4 {
		for copies := range 6 {
			insert := gittest.Insert(strings.Repeat("z", 1+copies))
			r.WritePack([]gittest.PackEntry{{Type: gittest.RefDelta, BaseID: id((layer + 1) % 4), ID: id(layer), Data: gittest.Delta(3, 3, insert)}})
		}
	}
	start := time.Now()
	w := walk(t, open(t, r.Dir), WalkOptions{Jobs: 2})
	for layer := range 4 {
		if !errors.Is(w.failed[id(layer)], pack.ErrBaseMissing) {
			t.Errorf("%s: %v", id(layer), w.failed[id(layer)])
		}
	}
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("it took %v", took)
	}
}

func TestWalkVisitorPanics(t *testing.T) {
	r := gittest.New(t, gittest.Bare())
	r.WritePack([]gittest.PackEntry{whole("root"), byOffset(0, "root", "child"), byOffset(1, "rootchild", "grandchild")})
	loose := r.Blob("loose\n")
	for _, hex := range []string{blobID("rootchild"), loose} {
		id, _ := pack.ParseID(hex)
		w := walk(t, open(t, r.Dir), WalkOptions{}, func(w *walked) { w.panics = id })
		if !errors.Is(w.failed[hex], pack.ErrVisitor) || len(w.failed) != 1 || len(w.kinds) != 3 {
			t.Errorf("visited %v, failed %v", w.kinds, w.failed)
		}
	}
}

func TestWalkStopsWithContext(t *testing.T) {
	r := gittest.New(t, gittest.Bare())
	r.WritePack([]gittest.PackEntry{whole("root"), byOffset(0, "root", "child")})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := open(t, r.Dir).Table().Walk(ctx, WalkOptions{Kinds: allKinds, Limit: limit}, func() Visitor { return stopped{t} })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("the walk ended with %v", err)
	}
}

// stopped is a visitor that is not to be called often.
type stopped struct{ t *testing.T }

func (s stopped) Visit(o *Object)             {}
func (s stopped) Failed(uint32, int64, error) { s.t.Error("a stopped walk reports failures") }

// TestHostilePacks: the good objects are visited, the bad ones fail, nothing is met twice or lost.
func TestHostilePacks(t *testing.T) {
	const good = "a sound blob, not too short to copy from\n"
	base := gittest.New(t, gittest.Bare())
	for _, hostile := range gittest.HostilePacks(good) {
		t.Run(hostile.Name, func(t *testing.T) {
			if strings.Contains(hostile.Name, "wrong checksum") {
				t.Skip("its content is right, and so is the CRC in the index")
			}
			r := base.Copy()
			r.WritePack(hostile.Entries)
			w := walk(t, open(t, r.Dir), WalkOptions{})
			if w.content[blobID(good)] != good || w.content[blobID(good+"\n")] != good+"\n" || len(w.failed) != len(hostile.Bad) {
				t.Errorf("visited %v, failed %v", w.content, w.failed)
			}
		})
	}
}

// TestIndexDamages: whatever an index says, no object is met twice and none that the walk visits is lost silently.
func TestIndexDamages(t *testing.T) {
	base := gittest.New(t, gittest.Bare())
	var entries []gittest.PackEntry
	for n := range 50 {
		entries = append(entries, whole(fmt.Sprint("blob ", n)), byOffset(2*n, fmt.Sprint("blob ", n), "more"))
	}
	base.WritePack(entries)
	for _, damage := range gittest.IndexDamages() {
		t.Run(damage.Name, func(t *testing.T) {
			r := base.Copy()
			gittest.EditIndex(t, r.Packs()[0], func(x *gittest.Index) {
				if len(x.Entries) > 1 {
					damage.Edit(x)
				}
			})
			repository := open(t, r.Dir)
			if damage.Name == "wrong names" {
				return // no reader can tell without hashing every object
			}
			w := walk(t, repository, WalkOptions{})
			if met := len(w.kinds) + len(w.failed); met != repository.Table().Len() {
				t.Errorf("%d of %d objects are accounted for", met, repository.Table().Len())
			}
			if len(w.kinds) < 99 {
				t.Errorf("%d of 100 objects are visited, failed: %v, problems: %v", len(w.kinds), w.failed, repository.ObjectProblems())
			}
		})
	}
}
