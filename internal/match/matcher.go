// Package match finds what a set of rules looks for in one text.
//
// Keywords are searched for in the text; at each hit the rules of that keyword are
// evaluated on a window, and a match counts only when it covers the hit. How
// far the window reaches follows from the rule alone (the widest match of its
// expression, or what it declares), so a verdict depends on no byte
// outside: whoever knows that a window is unchanged knows its verdict. That is
// what lets verdicts be carried from a delta's base to its result, see [Memo].
//
// Two sorts of rules have no such window and are evaluated on the whole text:
// those without keywords, and those of which a match need not hold a keyword, for
// which one keyword anywhere in the text suffices.
package match

import (
	"slices"
	"sync"

	"github.com/unleak/unleak/rules"
)

// Matcher is a compiled rule set. It is immutable and safe for concurrent use;
// each goroutine takes a [Scanner] of its own.
type Matcher struct {
	// NoComments has comments such as unleak:allow count for nothing. It is set before
	// the first scanner is made.
	NoComments bool

	search   *search
	rules    []lazy
	keywords []calls
	always   []int32 // rules without keywords
	required map[int32][]requirement
}

// lazy is a rule that is compiled when its first keyword is met: most of many never are.
type lazy struct {
	rule     *rules.Rule
	once     sync.Once
	compiled compiled
}

func (m *Matcher) rule(n int32) *compiled {
	l := &m.rules[n]
	l.once.Do(func() { l.compiled = compile(l.rule) })
	return &l.compiled
}

// calls are the rules that a keyword calls.
type calls struct {
	rules []int32
	len   int // of the keyword
	once  sync.Once
	// No rule reaches further than this from the keyword's end and its start, whatever the text.
	left, right int
}

func (m *Matcher) calls(keyword uint32) *calls {
	k := &m.keywords[keyword]
	k.once.Do(func() {
		for _, n := range k.rules {
			k.spread(m.rule(n))
		}
	})
	return k
}

// inner reports whether a keyword lies so deep in a copy that no rule can see its ends.
func (k *calls) inner(hit span, c Copy) bool {
	return hit.end-k.left >= c.At && hit.start+k.right <= c.At+c.Len
}

// New compiles the rules of a set that look into texts. Rules for paths alone
// are left out, see [PathRules].
func New(set *rules.Set) *Matcher {
	m := &Matcher{rules: make([]lazy, 0, len(set.Rules))}
	var keywords []string
	called := map[string][]int32{}
	for _, rule := range set.Rules {
		if IsPathRule(rule) {
			continue
		}
		n := int32(len(m.rules))
		m.rules = append(m.rules, lazy{rule: rule})
		if len(rule.Keywords) == 0 {
			m.always = append(m.always, n)
		}
		for _, k := range rule.Keywords {
			if called[k] == nil {
				keywords = append(keywords, k)
			}
			if !slices.Contains(called[k], n) {
				called[k] = append(called[k], n)
			}
		}
	}
	m.keywords = make([]calls, len(keywords))
	for i, k := range keywords {
		m.keywords[i].rules, m.keywords[i].len = called[k], len(k)
	}
	m.search = newSearch(keywords)
	m.required = m.requirements(set)
	return m
}

// spread makes room for what a rule's windows reach.
func (k *calls) spread(c *compiled) {
	left, right := c.left, c.right
	switch {
	case c.whole:
		left, right = unbounded, unbounded
	case c.byLine: // a line is followed from either end of the keyword, and its end has two bytes
		left, right = maxLine+k.len+1, maxLine+k.len+2
	}
	k.left, k.right = max(k.left, left), max(k.right, right)
}

// IsPathRule reports whether a rule finds paths and looks into no text.
func IsPathRule(rule *rules.Rule) bool {
	return rule.Path != "" && rule.Regex == "" && rule.Inspect == ""
}
