// Package redact takes texts out of contents: it finds the contents that hold one, fast
// enough to look at all that a repository has, and says what is to be replaced in them.
//
// No error, count or label of this package has a text that is to be taken out in it.
package redact

import (
	"bytes"
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/unleak/unleak/internal/byteregex"
)

// Rules say what is replaced by what. They are immutable and safe for concurrent use.
type Rules struct {
	labels      []string // by rule
	forms       []form   // literal texts, in the order in which they are replaced
	expressions []expression
	finder      *finder // of forms, and behind them of texts that expressions require
	empty       *Memo
}

// expression is a rule with a regular expression. They come after all literal texts.
type expression struct {
	rule     int32
	regexp   *byteregex.Regexp
	with     template
	required []byte // what every match holds; may be nil
	text     int    // its number in the finder, or -1
	reach    int    // the most bytes that a match and what it looks at on either side have; 0: no bound
}

// Value is a text to take out in all its encoded forms.
type Value struct {
	Text        string
	Label       string // names it in counts and digests: its fingerprint
	Replacement string // "" stands for [DefaultReplacement]
}

// DefaultReplacement is what stands where a text was, as git-filter-repo has it.
const DefaultReplacement = "***REMOVED***"

// minValue is the length in bytes of the shortest value: anything shorter stands in every
// other file by chance.
const minValue = 4

// ForValues makes rules that take out values and their encoded forms: with other line ends, in UTF-16,
// escaped as in JSON and in URLs, and in base64, there also as a part of something longer. Rule i
// is that of value i. Where one form holds another, the longer one is replaced.
//
// A value of less than four bytes is an error, and so is a replacement that holds any value.
func ForValues(values []Value) (*Rules, error) {
	r := &Rules{}
	for i, v := range values {
		if len(v.Text) < minValue {
			return nil, fmt.Errorf("value %s has %d bytes: one of less than %d would be found everywhere, so remove its path or write it with what surrounds it into a file for --replace-text", v.Label, len(v.Text), minValue)
		}
		r.labels = append(r.labels, v.Label)
		r.forms = append(r.forms, formsOf(int32(i), v.Text, cmp.Or(v.Replacement, DefaultReplacement))...)
	}
	slices.SortStableFunc(r.forms, func(a, b form) int { return len(b.text) - len(a.text) })
	r.prepare()
	return r, r.checkReplacements(true)
}

// prepare makes the finder, once forms and expressions are known.
func (r *Rules) prepare() {
	r.empty = &Memo{}
	var anchors []anchor
	var shapes []textShape
	key := rand.Uint64() | 1
	add := func(text []byte, wrapped bool) {
		s := textShape{len(text), wrapped}
		if len(text) >= minAnchored {
			offsets, width := anchorsOf(s)
			for _, offset := range offsets {
				anchors = append(anchors, anchor{width, offset, hintOf(key, text[offset:], width), uint32(len(shapes))})
			}
		}
		shapes = append(shapes, s)
	}
	for _, f := range r.forms {
		add(f.text, f.base64 != nil)
	}
	for i := range r.expressions {
		e := &r.expressions[i]
		e.required, e.text = e.regexp.Required(), -1
		if len(e.required) >= minAnchored {
			e.text = len(shapes)
			add(e.required, false)
		}
		if _, most := e.regexp.Width(); most < byteregex.Unbounded && !e.regexp.Anchored() {
			e.reach = most + 1
		}
	}
	r.finder = newFinder(key, anchors, shapes, r.verify)
}

// verify implements [verifier].
func (r *Rules) verify(content []byte, c candidate) (start, end int, ok bool) {
	a := r.finder.anchors[c.anchor]
	text := r.text(int(a.text))
	if int(a.text) < len(r.forms) {
		if d := r.forms[a.text].base64; d != nil {
			return d.match(content, text, c.at, a.offset)
		}
	}
	start = c.at - a.offset
	end = start + len(text)
	return start, end, start >= 0 && end <= len(content) && string(content[start:end]) == string(text)
}

// text returns a text of the finder.
func (r *Rules) text(i int) []byte {
	if i < len(r.forms) {
		return r.forms[i].text
	}
	for _, e := range r.expressions {
		if e.text == i {
			return e.required
		}
	}
	return nil
}

// checkReplacements refuses rules that would write what they or earlier ones take out, or with
// later also what later ones do.
func (r *Rules) checkReplacements(later bool) error {
	present := make([]bool, len(r.forms))
	check := func(rule int32, with []byte, behind int) error {
		r.present(with, present)
		for i, f := range r.forms {
			switch {
			case i > behind && !later:
			case !present[i] && (len(f.text) >= minAnchored || !bytes.Contains(with, f.text)):
			case f.rule == rule:
				return fmt.Errorf("%s: the replacement holds the text that it replaces, so that nothing would be removed: choose another", r.labels[rule])
			default:
				return fmt.Errorf("%s: the replacement holds what %s takes out: choose another", r.labels[rule], r.labels[f.rule])
			}
		}
		return nil
	}
	for i, f := range r.forms { // what base64 holds was checked with the value itself
		if err := check(f.rule, f.with, i); err != nil {
			return err
		}
	}
	for _, e := range r.expressions {
		for _, p := range e.with {
			if err := check(e.rule, p.text, len(r.forms)); err != nil {
				return err
			}
		}
	}
	return nil
}

// Len returns the number of rules.
func (r *Rules) Len() int { return len(r.labels) }

// Label names rule i: the label of its value, or file and line.
func (r *Rules) Label(i int) string { return r.labels[i] }
