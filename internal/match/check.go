package match

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"

	"github.com/unleak/unleak/rules"
)

// Warning is something in a rule that makes scans slow, or keeps the rule from what it is meant to do.
type Warning struct {
	Rule *rules.Rule
	Key  string // of the rule file, that it is about
	Text string // a sentence: what is met, what follows, and what to write instead
}

const (
	// rareLiteral is the length in bytes of a text from which it says something.
	rareLiteral = 3
	// common is how often a keyword may be met in ordinary text: once in so many bytes.
	common = 1.0 / 600
	// wideWindow is the window in bytes from which a rule costs much at each of its keywords.
	wideWindow = 8 << 10
	// wideLead is how many bytes of anything a match may begin with: each is tried.
	wideLead = 128
)

// Check returns what is to be said of the rules of a set, by rule.
func Check(set *rules.Set) []Warning {
	var all []Warning
	same := map[[3]string]*rules.Rule{}
	lists := map[*rules.Allowlist]int{}
	for _, rule := range set.Rules {
		for _, list := range rule.Allowlists {
			lists[list]++
		}
	}
	often := newFrequencies()
	for _, rule := range set.Rules {
		c := &check{rule: rule, often: often}
		c.keywords()
		if rule.Regex != "" {
			c.expression()
			what := [3]string{rule.Regex, rule.Key, rule.Path}
			if first := same[what]; first != nil {
				c.warn("regex", "is the regex of rule %s too: a secret is found by both; remove one of them", first.ID)
			} else {
				same[what] = rule
			}
		}
		for _, list := range rule.Allowlists {
			if lists[list] == 1 || len(set.Rules) == 1 { // the rule's own
				c.allowlist(list)
			}
		}
		all = append(all, c.warnings...)
	}
	return all
}

// check is the check of one rule.
type check struct {
	rule     *rules.Rule
	often    *frequencies
	warnings []Warning
}

func (c *check) warn(key, format string, args ...any) {
	c.warnings = append(c.warnings, Warning{Rule: c.rule, Key: key, Text: fmt.Sprintf(format, args...)})
}

// keywords checks what calls the rule.
func (c *check) keywords() {
	if IsPathRule(c.rule) {
		if len(c.rule.Keywords) > 0 {
			c.warn("keywords", "a rule that finds paths looks into no text, and its keywords do nothing: remove them")
		}
		return
	}
	for _, keyword := range c.rule.Keywords {
		switch {
		case len(keyword) < rareLiteral:
			c.warn("keywords", "keyword %q has %d bytes, and ordinary text is full of it: name at least %d that every match holds", keyword, len(keyword), rareLiteral)
		case isWord(keyword) && c.often.of(keyword) > common:
			c.warn("keywords", "keyword %q is in ordinary text all the time: name more of what every match holds", keyword)
		}
	}
}

// expression checks the regex of a rule against its keywords, as the engine will use both.
func (c *check) expression() {
	re, err := syntax.Parse(c.rule.Regex, syntax.Perl)
	if err != nil {
		return // no set is loaded with one
	}
	if least(re) == 0 {
		c.warn("regex", "matches an empty text, which is no secret: ask for at least one character")
	}
	if c.rule.Key != "" {
		return // for a value: the name calls it
	}
	shape := shapeOf(c.rule.Regex, c.rule.Keywords)
	switch {
	case shape.anchored:
		c.window(re, shape)
	case !holdsLiteral(re):
		c.warn("regex", "has no text that every match holds, so nothing can tell where to look: all of every text is searched for it; write what stands before the secret into it")
	case len(c.rule.Keywords) == 0:
		c.warn("keywords", "there are none, so all of every text is searched: name a text that every match holds")
	default:
		c.warn("keywords", "a match need not hold one of them, so all of every text with one is searched: have each match hold a keyword")
	}
}

// window checks an expression that is evaluated round its keywords.
func (c *check) window(re *syntax.Regexp, s shape) {
	for _, keyword := range c.rule.Keywords {
		if !canHold(re, "(?i:"+regexp.QuoteMeta(keyword)+")") {
			c.warn("keywords", "no match can hold keyword %q, so that it finds nothing: correct or remove it", keyword)
		}
	}
	if c.rule.Window == 0 && s.width >= unbounded {
		if s.lines {
			c.warn("regex", "has no bound, and a match is seen to %d bytes from its keyword: bound its repetitions, or set window", block)
		} else {
			c.warn("regex", "has no bound, and a match is seen on the keyword's line alone, to %d bytes from it: bound its repetitions, or set window", maxLine)
		}
	}
	if width := min(s.width, unbounded/2) + min(s.left, unbounded/2); c.rule.Window == 0 && s.width < unbounded && width > wideWindow {
		c.warn("regex", "a match can have %d bytes, and so many are searched at each keyword: ask for fewer", s.width)
	}
	if n := lead(re); n > wideLead {
		text := fmt.Sprintf("up to %d bytes", n)
		if n >= unbounded {
			text = "any number of bytes"
		}
		c.warn("regex", "begins with %s of anything, and each is tried: begin with what is to be found", text)
	}
}

// allowlist checks whether a rule's own list can ever allow something.
func (c *check) allowlist(list *rules.Allowlist) {
	var dead, alive int
	count := func(n int, possible func() bool) {
		switch {
		case n == 0:
		case possible():
			alive++
		default:
			dead++
		}
	}
	secret := secretExpression(c.rule)
	count(len(list.Commits), func() bool { return slices.ContainsFunc(list.Commits, isObjectName) })
	count(len(list.Paths), func() bool { return true })
	count(len(list.Regexes), func() bool {
		return secret == nil || list.RegexTarget != rules.TargetSecret && list.RegexTarget != "" ||
			slices.ContainsFunc(list.Regexes, func(expr string) bool { return canHold(secret, expr) })
	})
	count(len(list.Stopwords), func() bool {
		return secret == nil || slices.ContainsFunc(list.Stopwords, func(word string) bool {
			return canHold(secret, "(?i:"+regexp.QuoteMeta(word)+")")
		})
	})
	if dead > 0 && (list.All || alive == 0) {
		c.warn("allowlists", "the allowlist %q can never apply: no secret of the rule fits it, and no commit has such a name", nameOf(list))
	}
}

// nameOf names a list.
func nameOf(list *rules.Allowlist) string {
	if list.Description != "" {
		return list.Description
	}
	first := slices.Concat(list.Regexes, list.Stopwords, list.Commits, list.Paths)[0]
	return first[:min(len(first), 60)]
}

// isObjectName reports whether text is a whole commit id: no other is compared with.
func isObjectName(text string) bool {
	return (len(text) == 40 || len(text) == 64) && strings.Trim(strings.ToLower(text), "0123456789abcdef") == ""
}

// secretExpression returns the part of a rule's regex that is the secret, nil where it cannot be told
// or an inspector may choose another.
func secretExpression(rule *rules.Rule) *syntax.Regexp {
	re, err := syntax.Parse(rule.Regex, syntax.Perl)
	switch {
	case rule.Regex == "" || err != nil:
		return nil
	case re.MaxCap() == 0:
		return re
	case rule.SecretGroup > 0:
		return groupOf(re, rule.SecretGroup)
	case re.MaxCap() == 1:
		return groupOf(re, 1)
	}
	return nil
}

func groupOf(re *syntax.Regexp, number int) *syntax.Regexp {
	if re.Op == syntax.OpCapture && re.Cap == number {
		return re
	}
	for _, sub := range re.Sub {
		if found := groupOf(sub, number); found != nil {
			return found
		}
	}
	return nil
}

// isWord reports whether a keyword is of lower-case letters alone.
func isWord(keyword string) bool {
	return strings.Trim(keyword, "abcdefghijklmnopqrstuvwxyz") == ""
}
