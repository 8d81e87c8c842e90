package match

import (
	"fmt"
	"regexp"
	"slices"
	"sync"

	"github.com/unleak/unleak/rules"
	"github.com/unleak/unleak/rules/inspect"
)

const (
	// context is how many bytes beyond the widest match a window holds on each
	// side, so that word boundaries and anchors see what is there: one character.
	context = 4
	// maxLine is how far a line is followed from a keyword when a rule's expression
	// has no bound of its own but stays on its line.
	maxLine = 4096
	// maxExtra is how many line ends a match may have whose window is made of lines.
	maxExtra = 24
	// block is the window of an expression that has no bound and runs across lines,
	// when the rule declares none.
	block = 16384
	// locatorWindow is the window of a locator, when the rule declares none.
	locatorWindow = 512
	// keyedWindow is the window of a keyed rule: a name, its sign, and a value.
	keyedWindow = 640
)

// compiled is a rule with its window.
type compiled struct {
	*rules.Rule
	locate  inspect.Locator // instead of an expression
	judge   inspect.Func    // nil without an inspector
	left    int             // window before the end of the keyword
	right   int             // window after its start
	byLine  bool            // the window is the keyword's line instead, and
	extra   int             // so many lines on either side of it
	whole   bool            // the window is the whole text
	generic bool            // gives way to any other rule that found the same
	formed  bool            // of a keyed rule: its values hold a text that says what they are
	// near is the expression kept from beginning further from the keyword than it can, see [nearOf].
	// It returns nil where there is none.
	near  func() *regexp.Regexp
	lead  int // most bytes from the start of a match to the end of its first keyword
	width int // most bytes of a match
	run   run // in every match
	// What turns a hit away before the expression itself is tried, see [sidesOf], [coreOf] and
	// [headOf]. The latter return nil where they would not spare anything.
	sides      func() sides // nil for a rule that sees the whole text, or has no expression
	core, head func() *regexp.Regexp
}

func compile(rule *rules.Rule) compiled {
	none := func() *regexp.Regexp { return nil }
	c := compiled{Rule: rule, near: none, core: none, head: none, generic: slices.Contains(rule.Tags, "generic")}
	if rule.Key != "" {
		c.locate = c.keyed()
		c.formed = formed(rule.Regex)
		c.left, c.right = keyedWindow, keyedWindow
		return c
	}
	if rule.Regex == "" {
		c.locate, _ = inspect.LookupLocator(rule.Inspect)
		c.left, c.right = locatorWindow, locatorWindow
		if rule.Window > 0 {
			c.left, c.right = rule.Window, rule.Window
		}
		return c
	}
	c.judge, _ = inspect.Lookup(rule.Inspect)
	s := shapeOf(rule.Regex, rule.Keywords)
	switch {
	case !s.anchored:
		c.whole = true
	case s.width < unbounded:
		c.left, c.right = s.left+context, s.width+context
	case rule.Window == 0 && newlinesOf(rule.Regex) <= maxExtra:
		c.byLine, c.extra = true, newlinesOf(rule.Regex)
	default:
		c.left, c.right = min(s.left, block)+context, block
	}
	if rule.Window > 0 {
		c.left, c.right = min(s.left, rule.Window)+context, min(s.width, rule.Window)+context
	}
	if rule.Window > 0 && c.judge != nil { // an inspector looks round the match as well
		c.left, c.right = rule.Window+context, rule.Window+context
	}
	c.width, c.run = s.width, runOf(rule.Regex)
	if c.lead = s.left; !c.whole && c.lead <= maxNear-context {
		c.near = sync.OnceValue(func() *regexp.Regexp { return nearOf(rule.Regex, s.left+context) })
	}
	if !c.whole && c.lead > maxNear-context {
		c.core = sync.OnceValue(func() *regexp.Regexp { return coreOf(rule.Regex, rule.Keywords) })
	}
	if !c.whole {
		c.sides = sync.OnceValue(func() sides { return sidesOf(rule.Regex, rule.Keywords) })
	}
	if !c.whole && c.lead >= farLead {
		c.head = sync.OnceValue(func() *regexp.Regexp { return headOf(rule.Regex, rule.Keywords) })
	}
	return c
}

// farLead is from how many bytes before the end of a keyword on it pays to look first where a match can begin.
const farLead = 24

// maxNear is the largest count that the syntax of expressions allows a repetition.
const maxNear = 1000

// nearOf returns an expression that finds the first match of source within left bytes of
// a text's start, as its first group. A match that begins behind the keyword cannot cover
// it, and looking for one would cost the whole window at every hit: 70 seconds, and not
// half of one, for a MB of nothing but keywords.
func nearOf(source string, left int) *regexp.Regexp {
	near, err := regexp.Compile(fmt.Sprintf(`\A(?s:.{0,%d}?)(%s)`, left, source))
	if err != nil { // too large with the repetition
		return nil
	}
	return near
}

// window returns the part of text on which the rule is evaluated for a keyword.
func (c *compiled) window(text []byte, hit span) span {
	switch {
	case c.whole:
		return span{0, len(text)}
	case c.byLine:
		return linesAround(text, hit, c.extra, maxLine)
	}
	return span{max(0, hit.end-c.left), min(len(text), hit.start+c.right)}
}

// reach returns what the rule's verdict on a keyword depends on: the window, or for a line
// also the bytes that end it.
func (c *compiled) reach(text []byte, hit span) reach {
	if !c.byLine {
		return reachOf(span{hit.end - c.left, hit.start + c.right}, len(text))
	}
	return reachOfLines(linesAround(text, hit, c.extra, maxLine), len(text))
}

// secretOf returns the range of the secret in a match of the rule's expression:
// its group, or else the first group that is not empty, or else all of it.
func (c *compiled) secretOf(groups []int) span {
	if g := 2 * c.SecretGroup; c.SecretGroup > 0 {
		if g+1 < len(groups) && groups[g] >= 0 {
			return span{groups[g], groups[g+1]}
		}
		return span{groups[0], groups[1]}
	}
	for g := 2; g+1 < len(groups); g += 2 {
		if groups[g] >= 0 && groups[g+1] > groups[g] {
			return span{groups[g], groups[g+1]}
		}
	}
	return span{groups[0], groups[1]}
}

// matches calls yield for the matches of the rule's expression in a window that
// cover hit. One that begins further from hit than any can from its first keyword is found
// at that one, and here perhaps only because the window cuts a word in two.
func (c *compiled) matches(window []byte, hit span, yield func(groups []int)) {
	first, all := c.first(window, hit)
	switch {
	case all:
		for _, groups := range c.Regexp().FindAllSubmatchIndex(window, -1) {
			if groups[0] <= hit.start && hit.end <= groups[1] && groups[0] >= hit.end-c.lead {
				yield(groups)
			}
		}
	case first != nil:
		yield(first)
	}
}

// first looks for the match of which hit is the first keyword. Where it cannot tell, all
// matches are to be looked at. Most hits end here, and soon: nothing begins near them.
func (c *compiled) first(window []byte, hit span) (match []int, all bool) {
	// A match that covers the keyword begins before its end, and so on.
	if !c.run.in(window[max(0, hit.end-c.width):min(len(window), plus(hit.start, c.width))]) {
		return nil, false
	}
	if core := c.core(); core != nil && !covered(core, window, hit) {
		return nil, false
	}
	near := c.near()
	if near == nil {
		return nil, c.Regexp().Match(window)
	}
	bound := hit.end - c.lead // no match of which this is the first keyword begins before
	if head := c.head(); head != nil {
		from := max(0, bound-context)
		found := head.FindIndex(window[from : hit.start+1])
		if found == nil {
			return nil, false
		}
		bound = max(bound, from+found[0])
	}
	for from := max(0, bound-context); ; from++ {
		groups := near.FindSubmatchIndex(window[from:])
		if groups == nil {
			return nil, false
		}
		groups = groups[2:] // without the bytes before the match
		for i := range groups {
			if groups[i] >= 0 {
				groups[i] += from
			}
		}
		switch {
		case groups[0] > hit.start:
			return nil, false
		case groups[0] == from && from < bound: // what stands before it was not seen
			continue
		case groups[0] < bound || groups[1] < hit.end: // another keyword's, or cut off at from
			return nil, true
		}
		return groups, false
	}
}

// covered reports whether a match of core lies over hit on its line.
func covered(core *regexp.Regexp, window []byte, hit span) bool {
	line := lineAround(window, hit, maxLine)
	for _, m := range core.FindAllIndex(window[line.start:line.end], -1) {
		if line.start+m[0] <= hit.start && hit.end <= line.start+m[1] {
			return true
		}
	}
	return false
}
