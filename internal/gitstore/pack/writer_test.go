package pack

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/unleak/unleak/internal/gittest"
)

// newTestWriter returns a writer of a pack into a folder; what it leaves there besides named files fails the test.
func newTestWriter(t testing.TB, dir string, objects int, prefix string) *Writer {
	t.Helper()
	w, err := NewWriter(dir, objects, []byte(prefix))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		w.Abort()
		if left, _ := filepath.Glob(filepath.Join(dir, "tmp_*")); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	})
	return w
}

func finish(t testing.TB, w *Writer) Written {
	t.Helper()
	written, err := w.Finish()
	if err != nil {
		t.Fatal(err)
	}
	return written
}

// copyAll copies every entry of a pack raw, bases first.
func copyAll(t testing.TB, w *Writer, p *Pack) {
	t.Helper()
	f := p.Forest()
	offsets := map[uint32]uint64{}
	for _, root := range f.Roots() {
		for slot := range f.Tree(root) {
			base, _ := f.Base(slot)
			offset, err := w.CopyRaw(p, slot, offsets[base])
			if err != nil {
				t.Fatal(err)
			}
			offsets[slot] = offset
		}
	}
}

// recode is a visitor that adds every object anew, deltas from what they copy.
type recode struct {
	t        *testing.T
	pack     *Pack
	writer   *Writer
	deflater *Deflater
	offsets  map[uint32]uint64
	delta    []byte
}

func (r *recode) Wanted(uint32) bool { return true }

func (r *recode) Visit(o *Object) {
	e := Entry{ID: r.pack.Index().ID(r.pack.Forest().Position(o.Slot)), Kind: o.Kind, Size: len(o.Content)}
	data := o.Content
	if o.HasBase {
		r.delta = AppendDelta(r.delta[:0], len(o.BaseContent), o.Content, o.Copies)
		e.Base, e.Size, data = r.offsets[o.Base], len(r.delta), r.delta
	}
	e.Deflated = r.deflater.Append(nil, data)
	var err error
	if r.offsets[o.Slot], err = r.writer.Add(e); err != nil {
		r.t.Error(err)
	}
}

func (r *recode) Failed(slot uint32, _ int64, err error) { r.t.Errorf("slot %d: %v", slot, err) }

// TestWriterAgainstGit: what is written holds the same objects as the pack it was made from, and git makes
// the same index for it.
func TestWriterAgainstGit(t *testing.T) {
	history := gittest.RandomHistory(t, gittest.HistoryOptions{Seed: 43, Commits: 30})
	for name, dir := range gittest.Variants(t, history.Repo) {
		if name == "loose" || name == "alternates" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			p, err := Open(gittest.Open(t, dir).Packs()[0])
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			want := newRecorder(t, p).walk(newTestWalker(t)).byName()
			for how, fill := range map[string]func(*testing.T, *Writer){
				"raw": func(t *testing.T, w *Writer) { copyAll(t, w, p) },
				"anew": func(t *testing.T, w *Writer) {
					r := &recode{t: t, pack: p, writer: w, deflater: NewDeflater(), offsets: map[uint32]uint64{}}
					for _, root := range p.Forest().Roots() {
						newTestWalker(t).Tree(t.Context(), p, root, r)
					}
				},
			} {
				repo := gittest.New(t, gittest.Bare())
				w := newTestWriter(t, filepath.Join(repo.ObjectDir(), "pack"), len(want), "")
				fill(t, w)
				checkWritten(t, repo, finish(t, w), want)
				if t.Failed() {
					t.Fatalf("the pack written %s differs", how)
				}
			}
		})
	}
}

// checkWritten verifies a pack in a repository that has nothing else, with git and by reading it.
func checkWritten(t *testing.T, repo *gittest.Repo, written Written, want map[string]string) {
	t.Helper()
	repo.Git("verify-pack", written.Pack)
	again := filepath.Join(t.TempDir(), "git.idx")
	if name := repo.Git("index-pack", "--no-rev-index", "-o", again, written.Pack); name != written.Name.String() {
		t.Errorf("git names the pack %s, not %s", name, written.Name)
	}
	gits, err := os.ReadFile(again)
	if err != nil {
		t.Fatal(err)
	}
	if ours, err := os.ReadFile(written.Index); err != nil || !bytes.Equal(ours, gits) {
		t.Errorf("git makes another index: %v", err)
	}
	p, err := Open(written.Pack)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if diff := cmp.Diff(want, newRecorder(t, p).walk(newTestWalker(t)).byName()); diff != "" || p.IndexProblem != nil {
		t.Errorf("%v\n%s", p.IndexProblem, diff)
	}
	if written.Bytes != p.Size() || written.Objects != len(want) || written.Name != p.Index().PackChecksum() {
		t.Errorf("written as %+v, but there are %d bytes and %d objects", written, p.Size(), len(want))
	}
	for _, name := range []string{written.Pack, written.Index} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm()&0o222 != 0 {
			t.Errorf("%s can be written: %v, %v", name, info.Mode(), err)
		}
	}
}

// addText adds a text as a whole blob.
func addText(w *Writer, d *Deflater, text string) (uint64, error) {
	id, _ := ParseID(gittest.ObjectID("blob", []byte(text)))
	return w.Add(Entry{ID: id, Kind: Blob, Size: len(text), Deflated: d.Append(nil, []byte(text))})
}

func TestWriterRefuses(t *testing.T) {
	d := NewDeflater()
	for name, c := range map[string]struct {
		fill func(w *Writer) error
		want string
	}{
		"too few":        {func(w *Writer) error { return nil }, "1 objects were added where there were to be 2"},
		"too many":       {func(w *Writer) error { addText(w, d, "two"); _, err := addText(w, d, "three"); return err }, "3 objects"},
		"one twice":      {func(w *Writer) error { _, err := addText(w, d, "one"); return err }, "was added twice"},
		"a base behind":  {func(w *Writer) error { _, err := w.Add(Entry{Base: 1000}); return err }, "must be in the pack before it"},
		"itself as base": {func(w *Writer) error { _, err := w.Add(Entry{Base: w.offset}); return err }, "must be in the pack before it"},
		"a base in head": {func(w *Writer) error { _, err := w.Add(Entry{Base: 3}); return err }, "must be in the pack before it"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			w := newTestWriter(t, dir, 2, "")
			if _, err := addText(w, d, "one"); err != nil {
				t.Fatal(err)
			}
			err := c.fill(w)
			if err == nil {
				_, err = w.Finish()
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, which does not say %q", err, c.want)
			}
			if _, again := w.Finish(); again == nil {
				t.Error("a second time it is no error")
			}
			w.Abort()
			if left, _ := os.ReadDir(dir); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
	if _, err := NewWriter(filepath.Join(t.TempDir(), "none"), 1, nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder that does not exist: %v", err)
	}
	if _, err := NewWriter(t.TempDir(), -1, nil); err == nil {
		t.Error("a negative number of objects")
	}
}

// fails is a file system that is full at some byte, and has room again after that.
type fails struct {
	to   io.Writer
	room int
}

var errFull = errors.New("no space left")

func (f *fails) Write(data []byte) (int, error) {
	if f.room -= len(data); f.room < 0 {
		f.room = math.MaxInt
		return 0, errFull
	}
	return f.to.Write(data)
}

// TestWriterDiskFull: wherever the disk is full, the error comes out, nothing after it is taken, and nothing is left.
func TestWriterDiskFull(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	noise := make([]byte, 100<<10)
	for i := range noise {
		noise[i] = byte(random.Uint32())
	}
	d := NewDeflater()
	for _, room := range []int{0, 3 * partSize, 3*partSize + 1} {
		dir := t.TempDir()
		w := newTestWriter(t, dir, 40, "")
		w.out.to = &fails{w.file, room}
		var err error
		for n := range 40 {
			if _, addErr := addText(w, d, fmt.Sprint(n, string(noise))); err != nil && addErr == nil {
				t.Error("an object is taken after an error")
			} else if err == nil {
				err = addErr
			}
		}
		if _, finishErr := w.Finish(); !errors.Is(finishErr, errFull) || !errors.Is(err, errFull) {
			t.Errorf("%v, at the end %v", err, finishErr)
		}
		w.Abort()
		if left, _ := os.ReadDir(dir); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	}
}

// TestWriterEnds: a finished pack stays when its writer is aborted, and an ended writer takes nothing.
func TestWriterEnds(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o750); err != nil {
		t.Fatal(err)
	}
	w := newTestWriter(t, dir, 1, "")
	d := NewDeflater()
	if _, err := addText(w, d, "text"); err != nil {
		t.Fatal(err)
	}
	written := finish(t, w)
	w.Abort()
	for _, name := range []string{written.Pack, written.Index} {
		if info, err := os.Stat(name); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o440 {
			t.Errorf("in a folder for a group: %v, %v", info.Mode(), err)
		}
	}
	if _, err := addText(w, d, "more"); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("added after the end: %v", err)
	}
	if _, err := w.Finish(); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("finished twice: %v", err)
	}
}

// TestWriterPrefix: what comes before the pack counts neither for offsets nor for the checksum.
func TestWriterPrefix(t *testing.T) {
	dir := t.TempDir()
	prefix := strings.Repeat("before ", 50000)
	var packs [][]byte
	for _, prefix := range []string{"", prefix} {
		w := newTestWriter(t, dir, 2, prefix)
		d := NewDeflater()
		offset, err := addText(w, d, "text")
		if err != nil || offset != packHeaderLen {
			t.Errorf("the first entry is at %d: %v", offset, err)
		}
		delta := AppendDelta(nil, 4, []byte("text and more"), []Copy{{0, 0, 4}})
		id, _ := ParseID(gittest.ObjectID("blob", []byte("text and more")))
		if _, err := w.Add(Entry{ID: id, Base: offset, Size: len(delta), Deflated: d.Append(nil, delta)}); err != nil {
			t.Error(err)
		}
		path := filepath.Join(dir, "file")
		written, err := w.FinishFile(path)
		if err != nil || written.Pack != path || written.Index != "" {
			t.Errorf("%+v, %v", written, err)
		}
		content, err := os.ReadFile(path)
		if err != nil || !strings.HasPrefix(string(content), prefix) || written.Bytes != int64(len(content)) {
			t.Fatalf("%d bytes and not %d: %v", len(content), written.Bytes, err)
		}
		if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("%v, %v", info.Mode(), err)
		}
		packs = append(packs, content[len(prefix):])
	}
	if !bytes.Equal(packs[0], packs[1]) {
		t.Error("with a prefix it is another pack")
	}
	openFiles(t, packs[0], nil)
}

// TestCopyRawOfDamage: an entry that is not what was stored is refused, nothing of it is written, and the object
// can be added otherwise.
func TestCopyRawOfDamage(t *testing.T) {
	m := &maker{}
	root := m.whole("root")
	m.delta(root, "more", true)
	m.whole(text(30))
	entries := m.entries()
	data := gittest.EncodePack(entries)
	index := gittest.NewIndex(entries, data)
	damaged := bytes.Clone(data)
	damaged[int(entries[2].Offset)-3] ^= 1 // the checksum of the second entry
	old := gittest.NewIndex(entries, data)
	old.Version = 1
	for name, p := range map[string]*Pack{
		"checksum in the index":    openFiles(t, damaged, index.Encode()),
		"no checksum in the index": openFiles(t, damaged, old.Encode()),
	} {
		t.Run(name, func(t *testing.T) {
			w := newTestWriter(t, t.TempDir(), 3, "")
			base, err := w.CopyRaw(p, 0, 0)
			if err != nil {
				t.Fatal(err)
			}
			var damage *DamageError
			if _, err := w.CopyRaw(p, 1, base); !errors.As(err, &damage) || damage.Offset != uint64(entries[1].Offset) {
				t.Errorf("a damaged entry: %v", err)
			}
			if _, err := addText(w, NewDeflater(), "rootmore"); err != nil {
				t.Error(err)
			}
			if _, err := w.CopyRaw(p, 2, 0); err != nil {
				t.Error(err)
			}
			written := finish(t, w)
			again, err := Open(written.Pack)
			if err != nil {
				t.Fatal(err)
			}
			defer again.Close()
			if diff := cmp.Diff(m.contents(), newRecorder(t, again).walk(newTestWalker(t)).byName()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestCopyRawWithoutBase: a delta is not taken for a whole object.
func TestCopyRawWithoutBase(t *testing.T) {
	m := &maker{}
	m.delta(m.whole("root"), "more", false)
	w := newTestWriter(t, t.TempDir(), 2, "")
	if _, err := w.CopyRaw(open(t, m.entries()), 1, 0); !errors.Is(err, ErrBaseMissing) {
		t.Error(err)
	}
}

// TestCopyRawFault: a pack that shrinks while it is copied is an error and no crash.
func TestCopyRawFault(t *testing.T) {
	m := &maker{}
	m.whole("root")
	path := writeFiles(t, gittest.EncodePack(m.entries()), nil)
	p, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	p.Forest()
	if os.Truncate(path, 0) != nil {
		t.Skip("this system does not let a mapped file shrink")
	}
	w := newTestWriter(t, t.TempDir(), 1, "")
	if _, err := w.CopyRaw(p, 0, 0); err == nil {
		t.Error("no error")
	}
}

func TestAppendHeader(t *testing.T) {
	for _, size := range []uint64{0, 1, 15, 16, 1<<11 - 1, 1 << 11, 1 << 40, 1<<60 - 1} {
		for _, base := range []uint64{1, 127, 128, 1<<14 + 127, 1 << 14, 1<<14 + 128, 1 << 40} {
			for _, kind := range []Kind{Commit, Tree, Blob, Tag, offsetDelta} {
				data := appendHeader([]byte("x"), kind, size, base)[1:]
				e, err := parseEntry(data)
				if err != nil || e.kind != kind || e.size != size || kind == offsetDelta && e.base != base || e.header != len(data) {
					t.Errorf("%v of %d bytes on %d: read as %+v, %v", kind, size, base, e, err)
				}
			}
		}
	}
}

func TestDeflater(t *testing.T) {
	d := NewDeflater()
	var z inflater
	for _, n := range []int{0, 1, 100, 5000, 1 << 20} {
		data := []byte(strings.Repeat(text(7), n/10+1))[:n]
		packed := d.Append([]byte("before"), data)[len("before"):]
		target := make([]byte, n)
		if err := z.inflate(target, packed, true); err != nil || !bytes.Equal(target, data) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}
