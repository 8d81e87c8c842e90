package pack

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/unleak/unleak/internal/gittest"
)

// open writes entries as a pack with its index, which edits may change, and opens it.
func open(t testing.TB, entries []gittest.PackEntry, edits ...func(*gittest.Index)) *Pack {
	t.Helper()
	data := gittest.EncodePack(entries)
	index := gittest.NewIndex(entries, data)
	for _, edit := range edits {
		edit(index)
	}
	return openFiles(t, data, index.Encode())
}

// openFiles opens a pack from its bytes; without index bytes there is no index.
func openFiles(t testing.TB, data, index []byte) *Pack {
	t.Helper()
	p, err := Open(writeFiles(t, data, index))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

func writeFiles(t testing.TB, data, index []byte) (path string) {
	t.Helper()
	base := filepath.Join(t.TempDir(), "pack-test")
	if err := os.WriteFile(base+".pack", data, 0o644); err != nil {
		t.Fatal(err)
	}
	if index != nil {
		if err := os.WriteFile(base+".idx", index, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return base + ".pack"
}

// recorder is a visitor that keeps what it sees and checks what it is promised.
type recorder struct {
	t        testing.TB
	pack     *Pack
	unwanted map[uint32]bool
	contents map[uint32]string
	kinds    map[uint32]Kind
	failed   map[uint32]error
	sizes    map[uint32]int64 // of those that failed
	based    map[uint32]uint32
	panics   map[uint32]bool
	each     func(*Object)
}

func newRecorder(t testing.TB, p *Pack) *recorder {
	return &recorder{
		t: t, pack: p, unwanted: map[uint32]bool{}, contents: map[uint32]string{}, kinds: map[uint32]Kind{},
		failed: map[uint32]error{}, sizes: map[uint32]int64{}, based: map[uint32]uint32{}, panics: map[uint32]bool{},
	}
}

func (r *recorder) Wanted(slot uint32) bool { return !r.unwanted[slot] }

func (r *recorder) Visit(o *Object) {
	if r.each != nil {
		r.each(o)
	}
	if r.panics[o.Slot] {
		panic("as the test asks")
	}
	r.once(o.Slot)
	r.contents[o.Slot], r.kinds[o.Slot] = string(o.Content), o.Kind
	if !o.HasBase {
		return
	}
	r.based[o.Slot] = o.Base
	if base, seen := r.contents[o.Base]; !seen || base != string(o.BaseContent) {
		r.t.Errorf("slot %d has slot %d as its base, which was not visited before with that content", o.Slot, o.Base)
	}
	again := make([]byte, o.Delta.ResultSize)
	if _, err := o.Delta.Apply(again, o.BaseContent, nil); err != nil || string(again) != string(o.Content) {
		r.t.Errorf("slot %d: its delta on its base does not give its content: %v", o.Slot, err)
	}
}

func (r *recorder) Failed(slot uint32, size int64, err error) {
	r.once(slot)
	r.failed[slot], r.sizes[slot] = err, size
}

func (r *recorder) once(slot uint32) {
	_, visited := r.contents[slot]
	_, failed := r.failed[slot]
	if visited || failed {
		r.t.Errorf("slot %d is met twice", slot)
	}
	if r.unwanted[slot] {
		r.t.Errorf("slot %d was not wanted", slot)
	}
}

// walk has a walker visit all trees of the pack.
func (r *recorder) walk(w *Walker) *recorder {
	r.t.Helper()
	f := r.pack.Forest()
	roots := slices.Clone(f.Roots())
	for _, e := range f.External() {
		roots = append(roots, e.Slot)
	}
	for _, root := range roots {
		if err := w.Tree(r.t.Context(), r.pack, root, r); err != nil {
			r.t.Fatal(err)
		}
	}
	return r
}

// newTestWalker returns a walker with an ample budget; close gives back what it holds.
func newTestWalker(t testing.TB) *Walker {
	w := NewWalker(NewBudget(1 << 30))
	w.Limit = 1 << 30
	t.Cleanup(func() {
		w.Close()
		if used := w.buffers.budget.used.Load(); used != 0 {
			t.Errorf("%d bytes of the budget are in use after the walk", used)
		}
	})
	return w
}

// byName returns what a recorder saw by the hex id in the index.
func (r *recorder) byName() map[string]string {
	named := map[string]string{}
	for slot, content := range r.contents {
		named[r.pack.Index().ID(r.pack.Forest().Position(slot)).String()] = content
	}
	return named
}

// blob is an entry, and the content it stands for.
type blob struct {
	entry   gittest.PackEntry
	content string
}

// maker makes packs whose contents are known.
type maker struct {
	blobs []blob
	zlib  *zlib.Writer // kept: to make one takes longer than to use it
}

func (m *maker) whole(content string) int {
	return m.add(gittest.PackEntry{Type: gittest.Blob, Data: []byte(content)}, content)
}

// delta adds a delta that appends a text to base, by offset or by id.
func (m *maker) delta(base int, text string, byID bool) int {
	content := m.blobs[base].content + text
	size := uint64(len(m.blobs[base].content))
	var copies []byte
	if size > 0 {
		copies = gittest.Copy(0, uint32(size))
	}
	e := gittest.PackEntry{Type: gittest.OffsetDelta, Base: base, Data: gittest.Delta(size, uint64(len(content)), copies, gittest.Insert(text))}
	if byID {
		e.Type, e.BaseID = gittest.RefDelta, m.id(base)
	}
	e.ID = gittest.ObjectID("blob", []byte(content))
	return m.add(e, content)
}

func (m *maker) add(e gittest.PackEntry, content string) int {
	var packed bytes.Buffer
	if m.zlib == nil {
		m.zlib = zlib.NewWriter(&packed)
	}
	m.zlib.Reset(&packed)
	m.zlib.Write(e.Data) // a bytes.Buffer never fails
	m.zlib.Close()
	e.Raw = packed.Bytes()
	m.blobs = append(m.blobs, blob{e, content})
	return len(m.blobs) - 1
}

func (m *maker) id(i int) string { return gittest.ObjectID("blob", []byte(m.blobs[i].content)) }

// entries returns the entries in the order given by positions in the list, or all in
// order. Deltas by offset need bases before them.
func (m *maker) entries(order ...int) []gittest.PackEntry {
	var entries []gittest.PackEntry
	if order == nil {
		for i := range m.blobs {
			order = append(order, i)
		}
	}
	for _, i := range order {
		e := m.blobs[i].entry
		if e.Type == gittest.OffsetDelta {
			e.Base = slices.Index(order, e.Base)
		}
		entries = append(entries, e)
	}
	return entries
}

// contents returns content by hex id.
func (m *maker) contents() map[string]string {
	contents := map[string]string{}
	for i, b := range m.blobs {
		contents[m.id(i)] = b.content
	}
	return contents
}

// text is a text that differs for every n.
func text(n int) string { return fmt.Sprintf("line %d %s\n", n, strings.Repeat("x", n%50)) }
