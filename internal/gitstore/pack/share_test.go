package pack

import (
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// counted is a memo that counts those that are kept.
type counted struct{ kept *int }

func (c *counted) Release() { *c.kept-- }

func (c *counted) Size() int { return 100 }

// TestShare has walkers give parts of their walks away at random moments and take them up
// again: each object is visited once, whoever has it, and nothing is kept in the end.
func TestShare(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 2))
	given := 0
	for n := range 200 {
		m, _ := randomMaker(random, 1+random.IntN(80))
		if n%10 == 0 {
			m = deepPack()
		}
		p := open(t, m.entries())
		budget := NewBudget([]int64{1 << 30, 0}[n%2])
		r := newRecorder(t, p)
		kept := 0
		r.each = func(o *Object) {
			kept++
			o.Memo = &counted{&kept}
		}
		var waiting []Subtree
		w := NewWalker(budget)
		w.Limit = 1 << 30
		w.Hungry = func() bool { return random.IntN(3) == 0 }
		w.Give = func(s Subtree) { waiting = append(waiting, s); given++ }
		r.walk(w)
		for len(waiting) > 0 {
			i := random.IntN(len(waiting))
			s := waiting[i]
			waiting[i] = waiting[len(waiting)-1]
			waiting = waiting[:len(waiting)-1]
			if err := w.Resume(t.Context(), s, r); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(m.contents(), r.byName()); diff != "" || len(r.failed) > 0 {
			t.Fatalf("failed %v\n%s", r.failed, diff)
		}
		w.Close()
		if used := budget.used.Load(); used != 0 || kept != 0 {
			t.Fatalf("%d bytes and %d memos are kept in the end", used, kept)
		}
	}
	if given < 1000 {
		t.Errorf("only %d parts were given away", given)
	}
}

func TestHalf(t *testing.T) {
	for children := 1; children < 10; children++ {
		m := &maker{}
		root := m.whole("the root of it all\n")
		for n := range children {
			m.delta(root, text(n), false)
		}
		f := open(t, m.entries()).Forest()
		from := f.first[f.Roots()[0]]
		half, first := f.half(from, none), 0
		for c := from; c != half && c != none; c = f.sibling[c] {
			first++
		}
		if children == 1 && half != none || children > 1 && first != children/2 && first != (children+1)/2 {
			t.Errorf("the half of %d begins after %d", children, first)
		}
	}
}

// large is a memo that takes far more than what it belongs to.
type large struct{ kept *int }

func (l *large) Size() int { return 1 << 20 }

func (l *large) Release() { *l.kept-- }

// TestMemosCountAgainstTheBudget: over it, memos are released with the contents of their objects.
func TestMemosCountAgainstTheBudget(t *testing.T) {
	m := &maker{}
	trunk := m.whole("the root of it all\n")
	for n := range 40 { // each base waits for a leaf that comes after the trunk
		next := m.delta(trunk, text(n), false)
		m.delta(trunk, "leaf", false)
		trunk = next
	}
	for _, c := range []struct {
		budget    int64
		low, high int
	}{{1 << 30, 20, 1000}, {3 << 20, 2, 6}} {
		kept, most := 0, 0
		p := open(t, m.entries())
		r := newRecorder(t, p)
		r.each = func(o *Object) {
			if o.HasChildren {
				o.Memo = &large{&kept}
				kept++
				most = max(most, kept)
			}
		}
		budget := NewBudget(c.budget)
		w := NewWalker(budget)
		w.Limit = 1 << 30
		r.walk(w)
		w.Close()
		if most < c.low || most > c.high || kept != 0 || budget.used.Load() != 0 {
			t.Errorf("budget %d: at most %d memos at once, %d and %d bytes in the end", c.budget, most, kept, budget.used.Load())
		}
	}
}
