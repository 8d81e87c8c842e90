package gittest_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/unleak/unleak/internal/gittest"
)

// soundPack has every kind of entry; long is over 64 KiB, so that copies need all
// their operands.
func soundPack() (entries []gittest.PackEntry, objects map[string]string) {
	long := strings.Repeat("a line of sixteen\n", 6000)
	byOffset := long[:1<<16] + "inserted" + long[70000:70100]
	byID := strings.Repeat("i", 300) + byOffset[:10]
	objects = make(map[string]string)
	name := func(content string) string {
		id := gittest.ObjectID("blob", []byte(content))
		objects[id] = content
		return id
	}
	return []gittest.PackEntry{
		{Type: gittest.Blob, Data: []byte(long), ID: name(long)},
		{Type: gittest.OffsetDelta, Base: 0, ID: name(byOffset), Data: gittest.Delta(uint64(len(long)), uint64(len(byOffset)),
			gittest.Copy(0, 0), gittest.Insert("inserted"), gittest.Copy(70000, 100))},
		{Type: gittest.RefDelta, BaseID: name(byOffset), ID: name(byID), Data: gittest.Delta(uint64(len(byOffset)), uint64(len(byID)),
			gittest.Insert(strings.Repeat("i", 300)), gittest.Copy(0, 10))},
	}, objects
}

func TestGitReadsWrittenPacks(t *testing.T) {
	for name, edit := range map[string]func(*gittest.Index){
		"as written":     func(*gittest.Index) {},
		"64-bit offsets": (*gittest.Index).UseLargeOffsets,
		"version 1":      func(x *gittest.Index) { x.Version = 1 },
	} {
		t.Run(name, func(t *testing.T) {
			r := gittest.New(t, gittest.Bare())
			entries, objects := soundPack()
			pack := r.WritePack(entries)
			gittest.EditIndex(t, pack, edit)
			r.Git("verify-pack", pack)
			for id, want := range objects {
				if kind, content := r.Read(id); kind != "blob" || string(content) != want {
					t.Errorf("git reads %s as a %s of %d bytes, want a blob of %d", id, kind, len(content), len(want))
				}
			}
			read := gittest.ReadPack(t, pack)
			ignored := cmpopts.IgnoreFields(gittest.PackEntry{}, "ID", "Size", "Base", "Distance", "CRC")
			if diff := cmp.Diff(entries, read, ignored); diff != "" {
				t.Errorf("read back:\n%s", diff)
			}
		})
	}
}

func TestGitRefusesHostilePacks(t *testing.T) {
	const good = "a sound blob, not too short to copy from\n"
	for _, hostile := range gittest.HostilePacks(good) {
		t.Run(hostile.Name, func(t *testing.T) {
			t.Parallel()
			r := gittest.New(t, gittest.Bare())
			r.WritePack(hostile.Entries)
			for _, content := range []string{good, good + "\n"} {
				if _, read := r.Read(gittest.ObjectID("blob", []byte(content))); string(read) != content {
					t.Errorf("git reads %q, want %q", read, content)
				}
			}
			if hostile.Endless {
				return
			}
			for _, id := range hostile.Bad {
				if out, err := r.TryGit("cat-file", "blob", id); err == nil {
					t.Errorf("git reads %s as %q", id, out)
				}
			}
		})
	}
}

func TestDamages(t *testing.T) {
	dir := gittest.Variant(t, history(t).Repo, "packed")
	before, err := os.ReadFile(strings.TrimSuffix(gittest.Open(t, dir).Packs()[0], ".pack") + ".idx")
	if err != nil {
		t.Fatal(err)
	}
	for _, damage := range gittest.IndexDamages() {
		t.Run(damage.Name, func(t *testing.T) {
			r := gittest.Open(t, dir).Copy()
			pack := r.Packs()[0]
			gittest.EditIndex(t, pack, func(*gittest.Index) {})
			index := strings.TrimSuffix(pack, ".pack") + ".idx"
			if same, _ := os.ReadFile(index); !bytes.Equal(before, same) {
				t.Fatal("an edit of nothing changes the index")
			}
			gittest.EditIndex(t, pack, damage.Edit)
			if after, _ := os.ReadFile(index); bytes.Equal(before, after) {
				t.Error("nothing is damaged")
			}
		})
	}
}

func TestRemoveObjects(t *testing.T) {
	h := history(t)
	for _, name := range []string{"packed", "loose", "several"} {
		t.Run(name, func(t *testing.T) {
			r := gittest.Open(t, gittest.Variant(t, h.Repo, name))
			objects := r.Objects()
			r.RemoveObjects(objects[1].ID)
			want := append(objects[:1:1], objects[2:]...)
			if diff := cmp.Diff(want, r.Objects()); diff != "" {
				t.Errorf("objects after removal of one:\n%s", diff)
			}
		})
	}
}
