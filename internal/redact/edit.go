package redact

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/unleak/unleak/internal/gitstore/pack"
)

// Edit is what rules change in one content.
type Edit struct {
	Splices []pack.Splice // of the original; none where nothing changes
	Counts  []int         // by rule: how often it applied; nil where none did
	// Binary says that the content is no text, as git-filter-repo tells: a NUL is among its first 8192
	// bytes. UTF-16 with a byte order mark is text.
	Binary bool
}

// binaryPrefix is how many bytes are looked at for a NUL.
const binaryPrefix = 8192

// Edit applies the rules to a content, each to the output of the one before, whether or
// not the content is text.
func (r *Rules) Edit(content []byte) Edit {
	mark := markOf(content)
	e := editing{rules: r, text: content, present: make([]bool, len(r.forms))}
	e.Binary = mark == unmarked && bytes.IndexByte(content[:min(len(content), binaryPrefix)], 0) >= 0
	r.present(content, e.present)
	for i := range r.forms {
		f := &r.forms[i]
		if !f.applies(mark) || len(f.text) >= minAnchored && !e.present[i] {
			continue
		}
		// Two values in base64 that share a digit are replaced one after the other.
		for round := 0; round < 4 && e.apply(f.rule, r.literal(i, e.text)); round++ {
			if r.present(e.text, e.present); f.base64 == nil || !e.present[i] {
				break
			}
		}
	}
	if mark == unmarked {
		for i := range r.expressions {
			x := &r.expressions[i]
			e.apply(x.rule, x.find(e.text))
		}
	}
	e.Splices = slices.DeleteFunc(e.Splices, func(s pack.Splice) bool {
		return bytes.Equal(content[s.Offset:s.Offset+s.Length], s.With)
	})
	return e.Edit
}

// editing is an edit under way.
type editing struct {
	Edit
	rules   *Rules
	text    []byte // as the rules so far have left it
	present []bool // by form: whether it stands in text
}

// apply changes the text, and reports whether there was anything to change.
func (e *editing) apply(rule int32, splices []pack.Splice) bool {
	if len(splices) == 0 {
		return false
	}
	if e.Counts == nil {
		e.Counts = make([]int, len(e.rules.labels))
	}
	e.Counts[rule] += len(splices)
	e.Splices = compose(e.Splices, splices)
	e.text = spliced(e.text, splices)
	return true
}

// present notes which forms with an anchor stand in text.
func (r *Rules) present(text []byte, present []bool) {
	clear(present)
	var scratch scratch
	for _, s := range r.finder.find(text, nil, nil, &scratch) {
		if i := r.finder.anchors[s.anchor].text; s.stands() && int(i) < len(present) {
			present[i] = true
		}
	}
}

// literal returns the replacements of a form in text.
func (r *Rules) literal(i int, text []byte) (splices []pack.Splice) {
	f := &r.forms[i]
	if f.base64 != nil {
		return r.inBase64(i, text)
	}
	for from := 0; ; {
		at := bytes.Index(text[from:], f.text)
		if at < 0 {
			return splices
		}
		at += from
		if from = at + len(f.text); f.mark != unmarked && at%2 != 0 {
			from = at + 1 // between two characters
			continue
		}
		splices = append(splices, pack.Splice{Offset: at, Length: len(f.text), With: f.with})
	}
}

// inBase64 returns the replacements of a form in base64.
func (r *Rules) inBase64(i int, text []byte) (splices []pack.Splice) {
	var scratch scratch
	seen := slices.DeleteFunc(r.finder.find(text, nil, nil, &scratch), func(s sighting) bool {
		return !s.stands() || int(r.finder.anchors[s.anchor].text) != i
	})
	slices.SortFunc(seen, func(a, b sighting) int { return cmp.Compare(a.start, b.start) })
	end := 0
	for _, s := range seen {
		if splice := r.forms[i].base64.splice(text, s.start, s.end); splice.Offset >= end { // not the same by its other anchor
			splices = append(splices, splice)
			end = splice.Offset + splice.Length
		}
	}
	return splices
}

// find returns the replacements of an expression in text.
func (e *expression) find(text []byte) (splices []pack.Splice) {
	if !bytes.Contains(text, e.required) {
		return nil
	}
	for _, m := range e.regexp.FindAll(text) {
		splices = append(splices, pack.Splice{Offset: m[0], Length: m[1] - m[0], With: e.with.append(nil, text, m)})
	}
	return splices
}

// spliced returns text with its splices.
func spliced(text []byte, splices []pack.Splice) []byte {
	out := make([]byte, 0, len(text))
	at := 0
	for _, s := range splices {
		out = append(append(out, text[at:s.Offset]...), s.With...)
		at = s.Offset + s.Length
	}
	return append(out, text[at:]...)
}

// compose returns the splices of an original that do what first does, and then what second does to
// its output.
func compose(first, second []pack.Splice) []pack.Splice {
	if len(first) == 0 {
		return second
	}
	var out []pack.Splice
	shift := 0 // from an offset of the output of first to one of the original
	rest := slices.Clone(first)
	// take moves n bytes of what rest[0] writes to out, or drops them. What it replaces goes with
	// the first of them.
	take := func(n int, drop bool) {
		s := &rest[0]
		if !drop {
			out = join(out, pack.Splice{Offset: s.Offset, Length: s.Length, With: s.With[:n]})
		}
		shift += s.Length - n
		*s = pack.Splice{Offset: s.Offset + s.Length, With: s.With[n:]}
		if len(s.With) == 0 {
			rest = rest[1:]
		}
	}
	for _, s := range second {
		for len(rest) > 0 && rest[0].Offset-shift < s.Offset {
			take(min(len(rest[0].With), s.Offset-(rest[0].Offset-shift)), false)
		}
		offset, end := s.Offset+shift, s.Offset+s.Length
		for len(rest) > 0 && rest[0].Offset-shift < end {
			take(min(len(rest[0].With), end-(rest[0].Offset-shift)), true)
		}
		out = join(out, pack.Splice{Offset: offset, Length: end + shift - offset, With: s.With})
	}
	for len(rest) > 0 {
		take(len(rest[0].With), false)
	}
	return out
}

// join appends a splice, as one with the last where they adjoin.
func join(splices []pack.Splice, s pack.Splice) []pack.Splice {
	if n := len(splices); n > 0 && splices[n-1].Offset+splices[n-1].Length == s.Offset {
		last := &splices[n-1]
		last.Length += s.Length
		last.With = append(slices.Clip(last.With), s.With...)
		return splices
	}
	return append(splices, s)
}
