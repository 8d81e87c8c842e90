package pack

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/unleak/unleak/internal/gittest"
)

func TestReadRandomPacks(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 10))
	r := NewReader(1 << 20)
	for range 20 {
		m, order := randomMaker(random, 1+random.IntN(40))
		p := open(t, m.entries(order...))
		for position := range p.Index().Count() {
			want := m.contents()[p.Index().ID(position).String()]
			kind, content, err := r.Read(p, position, []byte("before "))
			if err != nil || kind != Blob || string(content) != "before "+want {
				t.Fatalf("position %d: a %s %q, %v; want %q", position, kind, content, err, want)
			}
			kind, size, err := r.Stat(p, position)
			if err != nil || kind != Blob || size != int64(len(want)) {
				t.Fatalf("position %d: a %s of %d bytes, %v; want %d", position, kind, size, err, len(want))
			}
		}
	}
}

func positionOf(t *testing.T, p *Pack, id string) int {
	t.Helper()
	name, err := ParseID(id)
	if err != nil {
		t.Fatal(err)
	}
	position, ok := p.Index().Find(name)
	if !ok {
		t.Fatalf("%s is not in the pack", id)
	}
	return position
}

func TestReadOtherCopyOfABase(t *testing.T) {
	m := &maker{}
	root := m.whole("the root\n")
	middle := m.delta(root, "middle\n", false)
	tip := m.delta(middle, "tip\n", false)
	for _, broken := range []int{root, middle, tip} {
		entries := m.entries()
		entries[broken].Raw = []byte("no zlib stream")
		p := open(t, entries)
		r := NewReader(1 << 20)
		if _, buf, err := r.Read(p, positionOf(t, p, m.id(tip)), []byte("kept")); err == nil || string(buf) != "kept" {
			t.Errorf("entry %d broken: %q, %v", broken, buf, err)
		}
		r.External = func(id ID) (Kind, []byte, error) { return Blob, []byte(m.contents()[id.String()]), nil }
		_, content, err := r.Read(p, positionOf(t, p, m.id(tip)), nil)
		if broken == tip { // left to the caller, who knows of other copies
			var damage *DamageError
			if !errors.As(err, &damage) {
				t.Errorf("tip broken: %q, %v", content, err)
			}
			continue
		}
		if err != nil || string(content) != m.blobs[tip].content {
			t.Errorf("entry %d broken: %q, %v", broken, content, err)
		}
		if used := r.walker.buffers; len(content) == 0 || used.budget.used.Load() < 0 {
			t.Errorf("budget in use: %d", used.budget.used.Load())
		}
	}
}

func TestReadExternalBase(t *testing.T) {
	for _, base := range []string{"outside\n", ""} {
		m := &maker{}
		outside := m.whole(base)
		tip := m.delta(m.delta(outside, "first\n", true), "tip\n", false)
		p := open(t, m.entries(1, tip))
		position := positionOf(t, p, m.id(tip))
		r := NewReader(1 << 20)
		if _, _, err := r.Read(p, position, nil); !errors.Is(err, ErrBaseMissing) {
			t.Errorf("without external objects: %v", err)
		}
		if _, _, err := r.Stat(p, position); !errors.Is(err, ErrBaseMissing) {
			t.Errorf("Stat without external objects: %v", err)
		}
		r.External = func(id ID) (Kind, []byte, error) { return Tag, append([]byte(nil), base...), nil }
		kind, content, err := r.Read(p, position, nil)
		if err != nil || kind != Tag || string(content) != m.blobs[tip].content {
			t.Errorf("a %s %q, %v", kind, content, err)
		}
		r.External = func(ID) (Kind, []byte, error) { return Tag, nil, nil } // Stat needs the kind alone
		if kind, size, err := r.Stat(p, position); err != nil || kind != Tag || size != int64(len(m.blobs[tip].content)) {
			t.Errorf("Stat: a %s of %d, %v", kind, size, err)
		}
	}
}

func TestReadLimit(t *testing.T) {
	m := &maker{}
	large := m.whole(strings.Repeat("x", 3000))
	small := m.add(gittest.PackEntry{Type: gittest.OffsetDelta, Base: large, ID: gittest.ObjectID("blob", []byte("xx")),
		Data: gittest.Delta(3000, 2, gittest.Copy(0, 2))}, "xx")
	grown := m.delta(large, "y", false)
	p := open(t, m.entries())
	r := NewReader(2999)
	for _, i := range []int{large, grown} {
		_, buf, err := r.Read(p, positionOf(t, p, m.id(i)), nil)
		var size *SizeError
		if !errors.Is(err, ErrTooLarge) || !errors.As(err, &size) || size.Size != int64(len(m.blobs[i].content)) || len(buf) > 0 {
			t.Errorf("entry %d over the limit: %d bytes, %v", i, len(buf), err)
		}
	}
	if _, content, err := r.Read(p, positionOf(t, p, m.id(small)), nil); err != nil || string(content) != "xx" {
		t.Errorf("a small object on a base over the limit: %q, %v", content, err)
	}
	r.SetLimit(3001)
	if _, _, err := r.Read(p, positionOf(t, p, m.id(grown)), nil); err != nil {
		t.Errorf("an object of exactly the limit: %v", err)
	}
}

func TestReadCircleEnds(t *testing.T) {
	id := func(n byte) string { return strings.Repeat(string("ab"[n]), 40) }
	sound := gittest.Delta(4, 5, gittest.Insert("sound"))
	p := open(t, []gittest.PackEntry{
		{Type: gittest.RefDelta, BaseID: id(1), ID: id(0), Data: sound},
		{Type: gittest.RefDelta, BaseID: id(0), ID: id(1), Data: sound},
	})
	r := NewReader(100)
	var damage *DamageError
	if _, _, err := r.Read(p, 0, nil); !errors.As(err, &damage) {
		t.Error(err)
	}
	if _, _, err := r.Stat(p, 1); !errors.As(err, &damage) {
		t.Error(err)
	}
}

// TestHostilePacks: whatever a pack says, the good objects are read, the bad ones give an error, and nothing
// is allocated on the word of a hostile size.
func TestHostilePacks(t *testing.T) {
	const good = "a sound blob, not too short to copy from\n"
	for _, hostile := range gittest.HostilePacks(good) {
		t.Run(hostile.Name, func(t *testing.T) {
			p := open(t, hostile.Entries)
			r := NewReader(1 << 20)
			for position := range p.Index().Count() {
				name := p.Index().ID(position).String()
				_, content, err := r.Read(p, position, nil)
				_, _, _ = r.Stat(p, position)
				sound := name == gittest.ObjectID("blob", content)
				if sound != (err == nil) {
					t.Errorf("%s reads as %q, %v", name, content, err)
				}
			}
			if strings.Contains(hostile.Name, "wrong checksum") {
				return // a walk trusts the index's CRC of the packed bytes, which is right here
			}
			v := newRecorder(t, p).walk(newTestWalker(t))
			for slot, content := range v.contents {
				if content != good && content != good+"\n" {
					t.Errorf("slot %d is visited as %q", slot, content)
				}
			}
			if len(v.contents) != 2 || len(v.failed)+len(p.Forest().Damaged()) != len(hostile.Bad) {
				t.Errorf("%d visited, %d failed, %v damaged", len(v.contents), len(v.failed), p.Forest().Damaged())
			}
		})
	}
}
