package match

import (
	"encoding/binary"
	"regexp/syntax"
	"slices"
	"sync"
	"sync/atomic"
	"unicode/utf8"
)

// automaton tells of a text, mostly from a few bytes of it, that no match of an expression begins it.
// It may say that one could where none does: assertions other than of the text's end hold everywhere to it,
// and a character beyond ASCII is any number of bytes beyond ASCII. What it lets pass is for the expression to
// decide, which costs a hundred times as much a byte.
//
// Its states are made when first met, as sets of places in the expression's program. Safe for
// concurrent use: transitions are written once, and read without a lock.
type automaton struct {
	prog    *syntax.Prog
	end     syntax.EmptyOp // that holds at the end of a text only
	classes [256]uint8     // of bytes that no part of the expression tells apart
	bytes   []byte         // one of each class
	start   *state
	met     *state // a match could end here
	full    atomic.Bool

	mu     sync.Mutex
	states map[string]*state // by their places
	marked []uint32          // of each place: the last set that has it
	set    uint32
}

// state is a set of places in a program from which a character is read, or where the text must end.
// That without any is dead.
type state struct {
	places []uint32
	last   bool                    // a match could end here if the text does
	next   []atomic.Pointer[state] // by class
}

const (
	// maxStates bounds the memory of an automaton; where it is used up, all is let pass.
	maxStates = 2000
	// maxProgram is the longest program that one is made of.
	maxProgram = 10000
)

// newAutomaton returns the automaton of an expression, of which end is the assertion that the text ends. It is
// nil where it would let all texts pass, or be too large.
func newAutomaton(re *syntax.Regexp, end syntax.EmptyOp) *automaton {
	prog, err := syntax.Compile(re.Simplify())
	if err != nil || len(prog.Inst) > maxProgram {
		return nil
	}
	a := &automaton{prog: prog, end: end, met: &state{}, states: map[string]*state{}, marked: make([]uint32, len(prog.Inst))}
	a.classify()
	a.set++
	var first []uint32
	if first = a.reach(first, uint32(prog.Start)); first == nil {
		return nil
	}
	a.start = a.state(first)
	return a
}

// classify finds the classes of bytes: those that are taken at the same places.
func (a *automaton) classify() {
	known := map[string]bool{}
	var taken [256][]byte // what tells a byte from others
	for c := utf8.RuneSelf; c < len(taken); c++ {
		taken[c] = []byte{'-'} // one that there may be more of is like no other
	}
	for i := range a.prog.Inst {
		inst := &a.prog.Inst[i]
		if !readsRune(inst) {
			continue
		}
		runes := runesOf(inst)
		if known[string(runes)] {
			continue
		}
		known[string(runes)] = true
		for c := range taken {
			bit := byte('0')
			if takes(runes, byte(c)) {
				bit = '1'
			}
			taken[c] = append(taken[c], bit)
		}
	}
	classes := map[string]uint8{}
	for c := range taken {
		class, ok := classes[string(taken[c])]
		if !ok {
			class = uint8(len(classes))
			classes[string(taken[c])] = class
			a.bytes = append(a.bytes, byte(c))
		}
		a.classes[c] = class
	}
}

// takes reports whether one of a few ranges of characters has one that is, or begins with, a byte.
func takes(runes []rune, c byte) bool {
	for i := 0; i+1 < len(runes); i += 2 {
		if c >= utf8.RuneSelf && runes[i+1] >= utf8.RuneSelf || c < utf8.RuneSelf && runes[i] <= rune(c) && rune(c) <= runes[i+1] {
			return true
		}
	}
	return false
}

// begins reports whether a match could begin a text, and how many bytes it took to tell.
func (a *automaton) begins(text []byte) (could bool, read int) {
	s := a.start
	for i, c := range text {
		if s = a.after(s, c); s == nil || s == a.met {
			return true, i + 1
		}
		if len(s.places) == 0 {
			return false, i + 1
		}
	}
	return s.last, len(text)
}

// ends is begins for an expression turned round, and the bytes of a text from its end on.
func (a *automaton) ends(text []byte) (could bool, read int) {
	s := a.start
	for i := len(text) - 1; i >= 0; i-- {
		if s = a.after(s, text[i]); s == nil || s == a.met {
			return true, len(text) - i
		}
		if len(s.places) == 0 {
			return s.last, len(text) - i
		}
	}
	return s.last, len(text)
}

// after returns the state after a byte, nil where the automaton is full.
func (a *automaton) after(s *state, c byte) *state {
	class := a.classes[c]
	if next := s.next[class].Load(); next != nil {
		return next
	}
	return a.step(s, class)
}

func (a *automaton) step(s *state, class uint8) *state {
	if a.full.Load() {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.set++
	next, c := make([]uint32, 0, len(s.places)), a.bytes[class]
	for _, place := range s.places {
		inst := &a.prog.Inst[place]
		if !readsRune(inst) || !takes(runesOf(inst), c) {
			continue
		}
		if next = a.reach(next, inst.Out); next == nil {
			s.next[class].Store(a.met)
			return a.met
		}
		if c >= utf8.RuneSelf { // there may be more bytes of the character
			next = a.reach(next, place)
		}
	}
	to := a.state(next)
	if to != nil {
		s.next[class].Store(to)
	}
	return to
}

// reach adds the places that are reached from one without a character, and returns nil where the expression's
// end is one of them.
func (a *automaton) reach(places []uint32, from uint32) []uint32 {
	if places == nil {
		places = []uint32{}
	}
	if a.marked[from] == a.set {
		return places
	}
	a.marked[from] = a.set
	inst := &a.prog.Inst[from]
	switch {
	case inst.Op == syntax.InstMatch:
		return nil
	case readsRune(inst), a.isEnd(inst):
		return append(places, from)
	}
	for _, next := range silent(inst) {
		if places = a.reach(places, next); places == nil {
			return nil
		}
	}
	return places
}

// state returns the state of some places, nil where there are too many states.
func (a *automaton) state(places []uint32) *state {
	slices.Sort(places)
	var key []byte
	for _, place := range places {
		key = binary.LittleEndian.AppendUint32(key, place)
	}
	s := a.states[string(key)]
	if s == nil && len(a.states) < maxStates {
		s = &state{places: places, next: make([]atomic.Pointer[state], len(a.bytes))}
		s.last = slices.ContainsFunc(places, func(place uint32) bool { return a.isEnd(&a.prog.Inst[place]) })
		a.states[string(key)] = s
	}
	if s == nil {
		a.full.Store(true)
	}
	return s
}

// isEnd reports whether an instruction asserts that the text ends.
func (a *automaton) isEnd(inst *syntax.Inst) bool {
	return inst.Op == syntax.InstEmptyWidth && syntax.EmptyOp(inst.Arg)&a.end != 0
}
