package gittest

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Variants copies a repository once for every way of storing objects and returns
// name to folder. All copies hold exactly the same objects, unreachable ones
// included, with the same refs, reflogs and HEAD:
//
//	packed       one pack, deltas by offset up to 50 deep
//	plain        one pack without deltas
//	loose        one file an object
//	alternates   a third of the objects here, the rest in a chain of two alternates
//	bare         one pack, no work tree, no index
//	several      three packs that overlap, and loose copies of some objects
//	ref-delta    one pack, deltas by id
//	no-idx       one pack without its index: Git itself reads nothing there
//	idx-v1       one pack with the index of Git before 1.6
//	midx         several packs under a multi-pack index
//	cruft        unreachable objects in a cruft pack
//
// A repository with a work tree loses it: a copy is what stands in .git.
// Where the index names blobs that no tree holds, "bare" differs in that.
func Variants(t testing.TB, r *Repo) map[string]string {
	t.Helper()
	objects := r.packList()
	dirs := make(map[string]string)
	for name := range storages {
		dirs[name] = store(t, r, name, objects)
	}
	return dirs
}

// Variant is [Variants] for one way of storing objects.
func Variant(t testing.TB, r *Repo, name string) string {
	t.Helper()
	return store(t, r, name, r.packList())
}

func store(t testing.TB, r *Repo, name string, objects []string) string {
	t.Helper()
	fill, ok := storages[name]
	if !ok {
		t.Fatalf("there is no way of storing objects named %q", name)
	}
	v := &replica{t: t, source: r, dir: filepath.Join(t.TempDir(), name)}
	v.copyAllButObjects(name == "bare")
	fill(v, objects, len(objects)/3)
	return v.dir
}

// withDeltas are the options of a pack as git gc makes it.
func withDeltas(more ...string) []string {
	return append([]string{"--delta-base-offset", "--depth=50", "--window=10"}, more...)
}

// storages fill a copy's object store with all objects, of which a third counts third.
var storages = map[string]func(v *replica, objects []string, third int){
	"packed":    func(v *replica, objects []string, _ int) { v.pack(objects, withDeltas()...) },
	"bare":      func(v *replica, objects []string, _ int) { v.pack(objects, withDeltas()...) },
	"plain":     func(v *replica, objects []string, _ int) { v.pack(objects, "--window=0") },
	"loose":     func(v *replica, objects []string, _ int) { v.loose(objects) },
	"ref-delta": func(v *replica, objects []string, _ int) { v.pack(objects, "--depth=50", "--window=10") },
	"idx-v1":    func(v *replica, objects []string, _ int) { v.pack(objects, withDeltas("--index-version=1")...) },
	"no-idx": func(v *replica, objects []string, _ int) {
		pack := v.pack(objects, withDeltas()...)
		must(v.t, os.Remove(strings.TrimSuffix(pack, ".pack")+".idx"))
	},
	"alternates": func(v *replica, objects []string, third int) {
		v.pack(objects[:third], withDeltas()...)
		first := v.alternate(v.dir, "first", "../../first")
		first.pack(objects[third:2*third], withDeltas()...)
		second := first.alternate(first.dir, "second", "")
		second.loose(objects[2*third:])
	},
	"several": func(v *replica, objects []string, third int) {
		v.pack(objects[:2*third], withDeltas()...)
		v.pack(objects[third:], withDeltas()...)
		v.pack(objects[third/2:third*2], "--window=0")
		v.loose(objects[third/2 : third])
	},
	"midx": func(v *replica, objects []string, third int) {
		v.pack(objects[:third*2], withDeltas()...)
		v.pack(objects[third:], withDeltas()...)
		v.repo().Git("multi-pack-index", "write")
	},
	"cruft": func(v *replica, objects []string, _ int) {
		v.pack(objects, withDeltas()...)
		v.repo().Git("repack", "-q", "-d", "--cruft", "--cruft-expiration=never")
	},
}

// packList returns every object as git pack-objects takes it: an id, and the path
// where a walk met it, which makes for better deltas. Neighbours
// in the list are neighbours in history.
func (r *Repo) packList() []string {
	r.t.Helper()
	held := make(map[string]bool)
	for _, object := range r.Objects() {
		held[object.ID] = true
	}
	var list []string
	add := func(line string) {
		if id, _, _ := strings.Cut(line, " "); held[id] {
			delete(held, id)
			list = append(list, line)
		}
	}
	for line := range strings.SplitSeq(r.Git("rev-list", "--objects", "--all", "--reflog", "--missing=allow-any"), "\n") {
		add(line)
	}
	for _, id := range slices.Sorted(maps.Keys(held)) { // what no walk meets
		add(id)
	}
	return list
}

// replica is a copy of a repository while its object store is filled.
type replica struct {
	t      testing.TB
	source *Repo
	dir    string // the copy's git folder
}

func (v *replica) repo() *Repo { return Open(v.t, v.dir) }

func (v *replica) copyAllButObjects(bare bool) {
	v.t.Helper()
	from := os.DirFS(v.source.GitDir())
	must(v.t, os.MkdirAll(v.dir, 0o755))
	for _, name := range []string{"HEAD", "packed-refs", "index", "shallow", "refs", "logs", "worktrees"} {
		if bare && name == "index" {
			continue
		}
		copyPath(v.t, from, name, v.dir)
	}
	must(v.t, os.MkdirAll(filepath.Join(v.dir, "objects", "pack"), 0o755))
	must(v.t, os.MkdirAll(filepath.Join(v.dir, "refs"), 0o755))
	config := "[core]\n\trepositoryformatversion = 0\n\tbare = true\n"
	must(v.t, os.WriteFile(filepath.Join(v.dir, "config"), []byte(config), 0o644))
}

// pack writes a pack of the listed objects and returns its path.
func (v *replica) pack(objects []string, options ...string) string {
	v.t.Helper()
	base := filepath.Join(v.dir, "objects", "pack", "pack")
	args := append([]string{"-c", "pack.threads=1", "pack-objects", "-q", "--no-reuse-delta", "--no-reuse-object"}, options...)
	name := bytes.TrimSpace(v.source.GitInput([]byte(strings.Join(objects, "\n")+"\n"), append(args, base)...))
	return base + "-" + string(name) + ".pack"
}

// loose stores the listed objects one file each.
func (v *replica) loose(objects []string) {
	v.t.Helper()
	input := []byte(strings.Join(objects, "\n") + "\n")
	pack := v.source.GitInput(input, "pack-objects", "-q", "--stdout")
	// Git skips what a repository already has, so unpack into an empty one.
	empty := New(v.t, Bare())
	empty.GitInput(pack, "unpack-objects", "-q")
	copyPath(v.t, os.DirFS(empty.Dir), "objects", v.dir)
}

// alternate makes an object store and lets the one in dir borrow from it. The
// path it is known by is absolute, or else relative to dir's objects folder.
func (v *replica) alternate(dir, name, relative string) *replica {
	v.t.Helper()
	store := &replica{v.t, v.source, filepath.Join(filepath.Dir(dir), name)}
	must(v.t, os.MkdirAll(filepath.Join(store.dir, "objects", "pack"), 0o755))
	path := filepath.Join(store.dir, "objects")
	if relative != "" {
		path = relative + "/objects"
	}
	info := filepath.Join(dir, "objects", "info")
	must(v.t, os.MkdirAll(info, 0o755))
	must(v.t, os.WriteFile(filepath.Join(info, "alternates"), []byte(path+"\n"), 0o644))
	return store
}
