package rewrite_test

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gittest"
	"github.com/unleak/unleak/internal/rewrite"
)

// The same edit gives the same objects however many workers there are, and with one each time the same bytes.
func TestDeterministic(t *testing.T) {
	h := gittest.RandomHistory(t, gittest.HistoryOptions{Seed: 3, Commits: 40})
	path := gittest.Variant(t, h.Repo, "packed")
	e := replacing(t, "e==>3\n")
	e.Drop = func(path string, _ bool) bool { return strings.HasSuffix(path, ".go") }
	var packs, lists [][]byte
	for _, jobs := range []int{1, 1, 2, 8} {
		repository, err := gitstore.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer repository.Close()
		r, err := rewrite.New(t.Context(), repository, e, rewrite.Options{Jobs: jobs})
		if err != nil {
			t.Fatal(err)
		}
		written, err := r.WritePack(t.Context(), t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(written.Pack)
		if err != nil {
			t.Fatal(err)
		}
		packs = append(packs, content)
		lists = append(lists, idsOfIndex(t, written.Index))
	}
	if !bytes.Equal(packs[0], packs[1]) {
		t.Error("one worker makes other packs each time")
	}
	for i := range lists {
		if !bytes.Equal(lists[0], lists[i]) {
			t.Errorf("run %d makes other objects", i)
		}
	}
}

// idsOfIndex returns the names in a pack index of version 2 (gitformat-pack(5)).
func idsOfIndex(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	n := int(content[8+255*4+2])<<8 | int(content[8+255*4+3])
	return content[8+256*4:][:20*n]
}

// A rewritten pack has the deltas of the old one, so that it is hardly larger.
func TestPackStaysSmall(t *testing.T) {
	r := gittest.New(t)
	random := rand.New(rand.NewPCG(1, 2))
	var lines strings.Builder
	for range 200 {
		for range 40 {
			lines.WriteByte('a' + byte(random.IntN(26)))
		}
		lines.WriteByte('\n')
	}
	large := lines.String()
	var input bytes.Buffer
	for i := range 400 {
		input.WriteString("commit refs/heads/main\ncommitter " + who[:len(who)-6] + " +0000\ndata 2\nm\n")
		if i == 0 {
			for _, folder := range []string{"", "a/", "a/b/", "c/"} {
				for file := range 30 {
					data(&input, folder+name(file), name(file)+large)
				}
			}
		}
		data(&input, ".env", "key="+name(i)+"\n")
		at := strings.Repeat(" ", i) + word + " " + name(i)
		data(&input, []string{"", "a/", "a/b/", "c/"}[i%4]+name(i%30), name(i)+large[:i*20]+at+large[i*20:])
		data(&input, []string{"moved", "stays"}[i%2]+"/"+name(i/50), name(i)+large[i*10:]+large[:i*10])
	}
	r.GitInput(input.Bytes(), "-c", "gc.auto=0", "fast-import", "--quiet", "--date-format=raw-permissive")
	r.Git("repack", "-adfq", "--depth=50", "--window=10")
	before := packBytes(t, r.ObjectDir())
	both := dropping(t, ".env")
	both.Blobs = rules(t, word+"==>x")
	for name, e := range map[string]rewrite.Edit{"a file": dropping(t, ".env"), "a folder": dropping(t, "/a/b"), "a text": replacing(t, word), "both": both, "bases": dropping(t, "/moved")} {
		after := rewritten(t, r, e)
		ratio := float64(packBytes(t, after.after.ObjectDir())) / float64(before)
		t.Logf("%s: %.3f of %d bytes", name, ratio, before)
		if ratio > 1.1 {
			t.Errorf("%s: the new pack has %.2f times the bytes of the old one", name, ratio)
		}
	}
}

func name(i int) string { return "file" + string(rune('a'+i%26)) + string(rune('a'+i/26%26)) }

func data(to *bytes.Buffer, path, content string) {
	to.WriteString("M 100644 inline " + path + "\ndata <<\x04\n" + content + "\n\x04\n")
}

func packBytes(t *testing.T, objects string) int64 {
	t.Helper()
	packs, _ := filepath.Glob(filepath.Join(objects, "pack", "*.pack"))
	var n int64
	for _, path := range packs {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		n += info.Size()
	}
	return n
}

// Whatever ends the writing of a pack, no file is left; and what cannot be written is said.
func TestNoPackIsLeft(t *testing.T) {
	h := gittest.RandomHistory(t, gittest.HistoryOptions{Seed: 5, Commits: 20, Plain: true})
	for _, step := range []string{"copying what stays", "writing what changes", "checking the new pack"} {
		for _, fault := range []string{"cancelled", "no folder", "changed"} {
			t.Run(step+"/"+fault, func(t *testing.T) {
				repository, err := gitstore.Open(gittest.Variant(t, h.Repo, "packed"))
				if err != nil {
					t.Fatal(err)
				}
				defer repository.Close()
				dir := filepath.Join(t.TempDir(), "pack")
				if err := os.Mkdir(dir, 0o755); err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				var met bool
				e := dropping(t, "config.yml")
				r, err := rewrite.New(ctx, repository, e, rewrite.Options{Progress: func(s string) {
					if s != step {
						return
					}
					met = true
					switch fault {
					case "cancelled":
						cancel()
					case "no folder":
						os.RemoveAll(dir)
					case "changed":
						damagePack(t, dir)
					}
				}})
				if err != nil {
					t.Fatal(err)
				}
				_, err = r.WritePack(ctx, dir)
				if !met {
					t.Fatal("the step was not met")
				}
				if err == nil && fault != "changed" || fault == "changed" && (err != nil) != (step == "checking the new pack") {
					t.Errorf("error is %v", err)
				}
				if fault == "cancelled" && !errors.Is(err, context.Canceled) {
					t.Errorf("error is %v", err)
				}
				if files, _ := os.ReadDir(dir); err != nil && len(files) > 0 {
					t.Errorf("left are %v after %v", files, err)
				}
			})
		}
	}
}

// damagePack changes what stands in a finished pack.
func damagePack(t *testing.T, dir string) {
	packs, _ := filepath.Glob(filepath.Join(dir, "*.pack"))
	for _, path := range packs {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for i := len(content) / 4; i < len(content)-40; i++ {
			content[i] ^= 0x55
		}
		os.Chmod(path, 0o644)
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// What is damaged and needed ends a rewrite with its name, and leaves no file; what is damaged and not needed
// does not get into the way unless it would have to be searched.
func TestDamagedObjects(t *testing.T) {
	for _, stored := range []string{"loose", "packed"} {
		for _, what := range []string{"reached blob", "unreached blob", "blob that goes", "reached tree", "commit"} {
			for _, by := range []string{"path", "text"} {
				t.Run(stored+"/"+what+"/"+by, func(t *testing.T) {
					r := gittest.New(t)
					r.Write(".env", "the file that goes "+word+"\n")
					r.Write("folder/keep", strings.Repeat("kept and long enough ", 9))
					r.CommitFile("keep", "another file that is kept\n", "first")
					r.CommitFile("keep", "a second text\n", "second")
					id := map[string]string{
						"reached blob": r.ID("HEAD:folder/keep"), "unreached blob": r.Blob("nothing reaches this\n"), "blob that goes": r.ID("HEAD:.env"),
						"reached tree": r.ID("HEAD:folder"), "commit": r.ID("HEAD"),
					}[what]
					path := r.LoosePath(id)
					if stored == "packed" {
						path = packOf(t, r, id)
					}
					content, err := os.ReadFile(path)
					if err != nil {
						t.Fatal(err)
					}
					os.Chmod(path, 0o644)
					if stored == "loose" {
						r.FlipByte(path, int64(len(content)-6))
					} else {
						r.FlipByte(path, int64(len(content)-20-6))
					}
					e := dropping(t, ".env")
					if by == "text" {
						e = replacing(t, word)
					}
					dir := t.TempDir()
					plan, err := tryPlan(t, r.Dir, e)
					if err == nil {
						_, err = plan.WritePack(t.Context(), dir)
					}
					fine := by == "path" && (what == "unreached blob" || what == "blob that goes")
					if fine != (err == nil) || err != nil && !strings.Contains(err.Error(), id) {
						t.Errorf("error is %v; %s is damaged", err, id)
					}
					if files, _ := os.ReadDir(dir); err != nil && len(files) > 0 {
						t.Errorf("left are %v", files)
					}
				})
			}
		}
	}
}

// packOf puts an object into a pack of its own, and nowhere else, and returns that.
func packOf(t *testing.T, r *gittest.Repo, id string) string {
	t.Helper()
	name := strings.TrimSpace(string(r.GitInput([]byte(id+"\n"), "pack-objects", "-q", filepath.Join(r.ObjectDir(), "pack", "pack"))))
	if err := os.Remove(r.LoosePath(id)); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(r.ObjectDir(), "pack", "pack-"+name+".pack")
}

// A delta whose base is nowhere is no object: what needs it cannot be rewritten.
func TestBaseMissing(t *testing.T) {
	r := gittest.New(t)
	r.Write(".env", "a=1\n")
	base := strings.Repeat("a text of many lines\n", 50)
	r.Write("keep", base+"and one\n")
	r.CommitFile("more", "1\n", "first")
	id := r.ID("HEAD:keep")
	if err := os.Remove(r.LoosePath(id)); err != nil {
		t.Fatal(err)
	}
	size := uint32(len(base))
	r.WritePack([]gittest.PackEntry{{
		Type: gittest.RefDelta, ID: id, BaseID: gittest.ObjectID("blob", []byte(base)),
		Data: gittest.Delta(uint64(size), uint64(size)+8, gittest.Copy(0, size), gittest.Insert("and one\n")),
	}})
	dir := t.TempDir()
	e, err := tryPlan(t, r.Dir, dropping(t, ".env"))
	if err == nil {
		_, err = e.WritePack(t.Context(), dir)
	}
	if err == nil || !strings.Contains(err.Error(), id) {
		t.Errorf("error is %v, want one that names %s", err, id)
	}
	if files, _ := os.ReadDir(dir); len(files) > 0 {
		t.Errorf("left are %v", files)
	}
}

// Where what goes is the base of much that stays, one of those stands in for it.
func TestBaseThatGoes(t *testing.T) {
	r := gittest.New(t)
	random := rand.New(rand.NewPCG(3, 4))
	text := make([]byte, 9000)
	for i := range text {
		text[i] = byte('a' + random.IntN(26))
	}
	const kept = 40
	entries := []gittest.PackEntry{{Type: gittest.Blob, Data: text}}
	r.Write("gone/base", string(text))
	add := func(path, content string, base int, baseSize int, parts ...[]byte) {
		r.Write(path, content)
		entries = append(entries, gittest.PackEntry{
			Type: gittest.OffsetDelta, Base: base, ID: gittest.ObjectID("blob", []byte(content)),
			Data: gittest.Delta(uint64(baseSize), uint64(len(content)), parts...),
		})
	}
	size := uint32(len(text))
	middle := string(text[size/2:]) + string(text[:size]) // a part of it twice
	add("gone/middle", middle, 0, len(text), gittest.Copy(size/2, size/2), gittest.Copy(0, size))
	for i := range kept {
		at := uint32(100 + 200*i)
		insert := name(i) + word
		add(name(i), string(text[:at])+insert+string(text[at:]), 0, len(text), gittest.Copy(0, at), gittest.Insert(insert), gittest.Copy(at, size-at))
		add("b"+name(i), insert+middle[at:], 1, len(middle), gittest.Insert(insert), gittest.Copy(at, uint32(len(middle))-at))
	}
	r.Commit("all")
	for _, o := range r.Objects() {
		if _, content := r.Read(o.ID); o.Kind == "commit" {
			entries = append(entries, gittest.PackEntry{Type: gittest.Commit, Data: content})
		} else if o.Kind == "tree" {
			entries = append(entries, gittest.PackEntry{Type: gittest.Tree, Data: content})
		}
		if err := os.Remove(r.LoosePath(o.ID)); err != nil {
			t.Fatal(err)
		}
	}
	r.WritePack(entries)
	r.Git("fsck", "--strict")
	both := dropping(t, "gone/")
	both.Blobs = rules(t, word+"==>x")
	for name, e := range map[string]rewrite.Edit{"a path": dropping(t, "gone/"), "and a text": both} {
		after := rewritten(t, r, e)
		ratio := float64(packBytes(t, after.after.ObjectDir())) / float64(packBytes(t, r.ObjectDir()))
		t.Logf("%s: %.3f", name, ratio)
		if ratio > 3 { // without, it would be 50. A worker to whom part of a tree is handed finds one of its own
			t.Errorf("%s: the new pack has %.2f times the bytes of the old one", name, ratio)
		}
	}
}
