package match

import "slices"

// automaton finds keywords whatever their case: an Aho-Corasick machine made
// into a dense table over byte classes, one load a byte. It is immutable.
type automaton struct {
	class   [256]uint8
	classes int
	// next holds, by state times classes plus class, the state that follows, also
	// multiplied by classes. States from accept on end at least one keyword.
	next    []uint32
	accept  uint32
	outputs [][]int32 // by state minus accept: the keywords that end there
	length  []int     // by keyword
	longest int
}

// newAutomaton builds the machine for lower-case keywords, none of them empty.
func newAutomaton(keywords []string) *automaton {
	a := &automaton{classes: 1}
	for _, k := range keywords {
		a.length = append(a.length, len(k))
		a.longest = max(a.longest, len(k))
		for _, c := range []byte(k) {
			if a.class[c] == 0 {
				a.class[c] = uint8(a.classes)
				a.classes++
			}
		}
	}
	for c := byte('a'); c <= 'z'; c++ {
		a.class[c-'a'+'A'] = a.class[c]
	}
	t := newTrie(a, keywords)
	t.close()
	a.flatten(t)
	return a
}

// trie is the machine while it is built: goto edges by class, then all edges.
type trie struct {
	classes int
	edges   [][]int32 // by state and class: the next state, -1 for none
	ends    [][]int32 // by state: the keywords that end there
	order   []int32   // states by depth
}

func newTrie(a *automaton, keywords []string) *trie {
	t := &trie{classes: a.classes}
	t.add()
	for i, k := range keywords {
		s := int32(0)
		for _, c := range []byte(k) {
			edge := &t.edges[s][a.class[c]]
			if *edge < 0 {
				*edge = int32(len(t.edges))
				s = *edge
				t.add()
				continue
			}
			s = *edge
		}
		t.ends[s] = append(t.ends[s], int32(i))
	}
	return t
}

func (t *trie) add() {
	t.edges = append(t.edges, slices.Repeat([]int32{-1}, t.classes))
	t.ends = append(t.ends, nil)
}

// close fills in the missing edges by the failure links, breadth first, and
// collects the keywords that end as suffixes of others.
func (t *trie) close() {
	failure := make([]int32, len(t.edges))
	t.order = append(t.order, 0)
	for i := 0; i < len(t.order); i++ {
		s := t.order[i]
		for class, child := range t.edges[s] {
			fallback := int32(0)
			if s != 0 {
				fallback = t.edges[failure[s]][class]
			}
			if child < 0 {
				t.edges[s][class] = fallback
				continue
			}
			failure[child] = fallback
			t.ends[child] = append(t.ends[child], t.ends[fallback]...)
			t.order = append(t.order, child)
		}
	}
}

// flatten numbers the states so that the accepting ones come last.
func (a *automaton) flatten(t *trie) {
	number := make([]uint32, len(t.edges))
	states := slices.Clone(t.order)
	slices.SortStableFunc(states, func(x, y int32) int {
		return min(len(t.ends[x]), 1) - min(len(t.ends[y]), 1)
	})
	a.accept = uint32(len(states) * a.classes)
	for i, s := range states {
		number[s] = uint32(i * a.classes)
		if len(t.ends[s]) > 0 {
			a.accept = min(a.accept, number[s])
			a.outputs = append(a.outputs, t.ends[s])
		}
	}
	a.next = make([]uint32, 0, len(states)*a.classes)
	for _, s := range states {
		for _, child := range t.edges[s] {
			a.next = append(a.next, number[child])
		}
	}
}

// lanes is how many parts of a text are searched side by side. Each step waits
// for a load, so that several independent searches take little longer than one.
const lanes = 4

// find calls yield for every place a keyword ends, with the offset after its last
// byte and the keyword's number, in no particular order.
func (a *automaton) find(text []byte, yield func(end int, keyword int32)) {
	part := len(text) / lanes
	if part < 8*a.longest {
		a.findFrom(text, 0, 0, len(text), 0, yield)
		return
	}
	next, class, accept := a.next, &a.class, a.accept
	t0, t1, t2, t3 := text[:part], text[part:2*part], text[2*part:3*part], text[3*part:4*part]
	var s0, s1, s2, s3 uint32
	for i := range t0 {
		s0 = next[s0+uint32(class[t0[i]])]
		s1 = next[s1+uint32(class[t1[i]])]
		s2 = next[s2+uint32(class[t2[i]])]
		s3 = next[s3+uint32(class[t3[i]])]
		if s0 >= accept || s1 >= accept || s2 >= accept || s3 >= accept {
			a.report(s0, i+1, yield)
			a.report(s1, part+i+1, yield)
			a.report(s2, 2*part+i+1, yield)
			a.report(s3, 3*part+i+1, yield)
		}
	}
	// What straddles a seam: go on from the state at the end of each part until no
	// keyword that began in it can be open.
	for lane, s := range []uint32{s0, s1, s2} {
		seam := (lane + 1) * part
		a.findFrom(text, s, seam, min(seam+a.longest-1, len(text)), seam, yield)
	}
	a.findFrom(text, s3, lanes*part, len(text), 0, yield)
}

// findFrom searches text[from:to] beginning in state s, and reports the keywords
// that begin before the offset began, or all when began is 0.
func (a *automaton) findFrom(text []byte, s uint32, from, to, began int, yield func(int, int32)) {
	for i := from; i < to; i++ {
		s = a.next[s+uint32(a.class[text[i]])]
		if s < a.accept {
			continue
		}
		if began == 0 {
			a.report(s, i+1, yield)
			continue
		}
		for _, k := range a.outputs[(s-a.accept)/uint32(a.classes)] {
			if i+1-a.length[k] < began {
				yield(i+1, k)
			}
		}
	}
}

func (a *automaton) report(s uint32, end int, yield func(int, int32)) {
	if s < a.accept {
		return
	}
	for _, k := range a.outputs[(s-a.accept)/uint32(a.classes)] {
		yield(end, k)
	}
}
