// Package redact takes texts out of contents.
package redact

import "github.com/unleak/unleak/internal/gitstore/pack"

// Rules say what is replaced by what. They are immutable and safe for concurrent use.
type Rules struct{}

// Value is a text to take out in all its encoded forms.
type Value struct {
	Text        string
	Label       string // names it in counts and digests: its fingerprint
	Replacement string // "" stands for [DefaultReplacement]
}

// DefaultReplacement is what stands where a text was, as git-filter-repo has it.
const DefaultReplacement = "***REMOVED***"

// ParseRules reads a file in the format of git-filter-repo's --replace-text.
func ParseRules(name string, data []byte) (*Rules, error) { return &Rules{}, nil }

// ForValues makes rules that take out values and their encoded forms.
func ForValues(values []Value) (*Rules, error) { return &Rules{}, nil }

// Len returns the number of rules.
func (r *Rules) Len() int { return 0 }

// Label names rule i: the label of its value, or file and line.
func (r *Rules) Label(i int) string { return "" }

// Edit is what rules change in one content.
type Edit struct {
	Splices []pack.Splice // of the original
	Counts  []int         // by rule: how often it applied; nil where none did
	Binary  bool          // the content is no text
}

// Edit applies the rules to a content.
func (r *Rules) Edit(content []byte) Edit { return Edit{} }

// Searcher finds contents that rules may change. It is for one goroutine.
type Searcher struct{}

// Searcher returns a new searcher.
func (r *Rules) Searcher() *Searcher { return &Searcher{} }

// Memo remembers what a search found, for contents made from the one searched.
type Memo struct{}

// Size implements [pack.Memo].
func (m *Memo) Size() int { return 0 }

// Release implements [pack.Memo].
func (m *Memo) Release() {}

// Search reports whether any rule may change content.
func (s *Searcher) Search(content []byte, prior *Memo, copies []pack.Copy) (found bool, memo *Memo) {
	return false, &Memo{}
}

// Digest stands for a text in a search without the text.
type Digest struct{}

// Digests returns digests of all literal texts of the rules under a key.
func (r *Rules) Digests(key []byte) []Digest { return nil }

// Probe searches for what digests stand for. It is for one goroutine.
type Probe struct{}

// NewProbe makes a probe.
func NewProbe(key []byte, digests []Digest) *Probe { return &Probe{} }

// Hit is a text that a probe found.
type Hit struct{ Label string }

// Search returns what content holds.
func (p *Probe) Search(content []byte, prior *Memo, copies []pack.Copy) ([]Hit, *Memo) { return nil, &Memo{} }
